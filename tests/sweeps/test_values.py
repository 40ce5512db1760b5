"""What a person writes behind --over."""

import numpy as np
import pytest

from convlens.ir.errors import UsageError
from convlens.sweeps.values import MAX_POINTS, distinct, parse_over


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("kernel=1..11", tuple(range(1, 12))),
        ("kernel=1..11:2", tuple(range(1, 12, 2))),
        ("groups=1,2,4", (1, 2, 4)),
        ("size=8..1024*2", tuple(2**k for k in range(3, 11))),
        ("size=3..100*3", (3, 9, 27, 81)),
        ("kernel=3,5x1,1..2", (3, (5, 1), 1, 2)),
        ("padding=same, valid", ("same", "valid")),
        ("bias=true,False", (True, False)),
        ("stride=2,2,1..2", (2, 1)),
        ("bias=true,1", (True, 1)),
        ("groups", None),
    ],
)
def test_values_are_read(text, values):
    name, found = parse_over(text)
    assert name == text.partition("=")[0]
    assert found == values
    assert [type(v) for v in found or ()] == [type(v) for v in values or ()]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("kernel=", "kernel: '' is neither a number, a range nor a word"),
        ("=3", "--over '=3' names no setting"),
        ("kernel=5..1", "kernel: the range 5..1 is empty\n  fix: kernel=1..5"),
        ("kernel=1..5:0", "kernel: the step of 1..5:0 is 0"),
        ("kernel=0..5*2", "kernel: 0..5*2 would never end"),
        ("kernel=1..5*1", "kernel: 1..5*1 would never end"),
        ("kernel=1..1001", f"kernel has more than {MAX_POINTS} values"),
        ("kernel=-3", "kernel: '-3' is neither"),
        ("kernel=3.5", "kernel: '3.5' is neither"),
        ("kernel=1..9999999999999", "'9999999999999' has more than 12 digits"),
    ],
)
def test_what_cannot_be_read_is_said(text, message):
    with pytest.raises(UsageError) as caught:
        parse_over(text)
    assert str(caught.value).startswith(message) or message in str(caught.value)


def test_a_long_range_is_not_written_out():
    with pytest.raises(UsageError, match="more than 1000"):
        parse_over("size=1..999999999999")
    assert len(parse_over("kernel=1..1000")[1]) == MAX_POINTS


def test_values_of_python():
    assert distinct(range(1, 4), "kernel") == (1, 2, 3)
    assert distinct(np.array([1, 2]), "kernel") == (1, 2)
    assert distinct([[3, 5], (3, 5), True], "kernel") == ((3, 5), True)
    for wrong in ([1.5], [None], [(1, "a")], [()]):
        with pytest.raises(UsageError, match="is not a whole number, a word or a tuple"):
            distinct(wrong, "kernel")
