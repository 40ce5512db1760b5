"""The only place that rounds."""

import pytest
from hypothesis import given

from convlens.arith.units import grouped, memory, short
from tests.strategies import cases, ints


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0"), (999, "999"), (1000, "1.00 k"), (1234, "1.23 k"), (12_345, "12.3 k"), (123_456, "123 k"), (118_013_952, "118 M"),
     (4_089_184_256, "4.09 G"), (10**15, "1.00 P"), (10**21, "1000 E"), (9_994_999, "9.99 M"),
     (9_996_000, "10.0 M"), (99_960, "100 k"), (999_600, "1.00 M"), (10**400, "1" + "0" * 382 + " E")],
)  # fmt: skip
def test_short(count: int, text: str) -> None:
    assert short(count) == text


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 B"),
        (1023, "1023 B"),
        (1024, "1.00 KiB"),
        (602_112, "588 KiB"),
        (2**30, "1.00 GiB"),
        (2**41, "2.00 TiB"),
        (2**20 - 1, "1.00 MiB"),
    ],
)
def test_memory(size: int, text: str) -> None:
    assert memory(size) == text


@cases(200)
@given(ints(0, 10**16))
def test_short_is_within_half_a_percent_and_never_shows_a_thousand_of_a_unit(count: int) -> None:
    number, _, unit = short(count).partition(" ")
    scale = {"": 1, "k": 10**3, "M": 10**6, "G": 10**9, "T": 10**12, "P": 10**15, "E": 10**18}[unit]
    assert abs(float(number) * scale - count) <= 0.005 * count
    assert unit == "E" or float(number) < 1000, "1000 k is 1.00 M"


@cases(100)
@given(ints(0, 10**30))
def test_grouped_keeps_every_digit(count: int) -> None:
    assert int(grouped(count).replace(",", "")) == count
