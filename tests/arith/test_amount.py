"""Numbers with a unit, against exact decimal arithmetic; what is refused, and how."""

from decimal import Decimal, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convlens.arith.amount import MOST, byte_count, count

COUNTS = {"": 0, "k": 3, "K": 3, "M": 6, "m": 6, "G": 9, "T": 12, "P": 15, "E": 18}
BINARY = {"KiB": 1, "kib": 1, "MiB": 2, "GiB": 3, "Ki": 1, "TiB": 4}


@given(st.integers(0, 10**9), st.text("0123456789", max_size=8), st.sampled_from(sorted(COUNTS)), st.sampled_from(["", " "]))
def test_a_count_is_exact_or_refused(whole: int, decimals: str, unit: str, gap: str) -> None:
    text = f"{whole}{'.' if decimals else ''}{decimals}{gap}{unit}"
    with localcontext(prec=60):
        value = Decimal(f"{whole}.{decimals or 0}") * 10 ** COUNTS[unit]
    for read, ending in ((count, ""), (byte_count, "B")):
        if value == value.to_integral_value():
            assert read(text + ending) == value
        else:
            with pytest.raises(ValueError, match="is not a whole number, but"):
                read(text + ending)


@pytest.mark.parametrize(("unit", "power"), BINARY.items())
def test_binary_units_are_powers_of_1024(unit: str, power: int) -> None:
    assert byte_count(f"1.5{unit}") == 3 * 1024**power // 2


@pytest.mark.parametrize(
    ("read", "text", "message"),
    [
        (count, "", "'' is not a whole number such as 600000, 600k, 5M or 1.5G"),
        (count, "5X", "'5X' is not a whole number such as"),
        (count, "5MB", "'5MB' is not a whole number such as"),
        (count, "-5", "'-5' is not a whole number such as"),
        (count, "1e6", "'1e6' is not a whole number such as"),
        (count, "5 M M", "'5 M M' is not"),
        (count, "1_0", "'1_0' is not"),
        (count, "٣", "'٣' is not"),
        (count, "nan", "'nan' is not"),
        (count, "1.0005k", "'1.0005k' is not a whole number, but 1000 and a fraction"),
        (byte_count, "0.5", "'0.5' is not a whole number, but 0 and a fraction"),
        (byte_count, "20XB", "'20XB' is not a number of bytes such as 4096, 20MB or 8MiB"),
        (count, "9" * 5000, f"'{'9' * MOST}' is not a whole number such as"),
    ],
)
def test_what_is_no_number_is_named(read, text, message) -> None:
    with pytest.raises(ValueError) as refused:
        read(text)
    assert str(refused.value).startswith(message)
