"""Axis maps: their laws, and what they read against the definition of each operation."""

from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from convlens.arith import axis
from convlens.arith.axis import IDENTITY, AxisMap, Footprint, TooIrregularError, compose, union
from tests.strategies import Draw, cases, ints


def indices(footprint: Footprint) -> set[int]:
    return {i for low, high in footprint for i in range(low, high + 1)}


@st.composite
def maps(draw: Draw) -> AxisMap:
    """An axis map of any kind but a table."""
    kernel, stride, dilation, pad = draw(st.tuples(ints(1, 4), ints(1, 3), ints(1, 3), ints(0, 3)))
    size, out = draw(st.tuples(ints(1, 8), ints(1, 8)))
    return draw(
        st.sampled_from(
            [
                axis.window(kernel, stride, pad, dilation), axis.transposed(kernel, stride, pad, dilation), axis.shift(pad - 1),
                axis.stepped(pad, -stride), axis.repeat(stride), axis.nearest(size, out), axis.nearest_centre(size, out),
                axis.linear(size, out), axis.cubic(size, out), axis.adaptive(size, out), axis.constant(0, kernel),
            ]
        )
    )  # fmt: skip


@cases(200)
@given(maps())
def test_footprints_are_sorted_and_apart(a: AxisMap) -> None:
    for y in range(-3, 12):
        runs = a.at(y)
        assert all(low <= high for low, high in runs)
        assert all(first[1] + 1 < second[0] for first, second in pairwise(runs))


@cases(200)
@given(maps(), maps())
def test_composition_reads_what_the_middle_reads(a: AxisMap, b: AxisMap) -> None:
    both = compose(a, b)
    for y in range(-4, 12):
        assert indices(both.at(y)) == set().union(*(indices(a.at(i)) for i in indices(b.at(y))))


@cases(150)
@given(maps(), maps(), maps())
def test_composition_is_associative(a: AxisMap, b: AxisMap, c: AxisMap) -> None:
    left, right = compose(compose(a, b), c), compose(a, compose(b, c))
    assert [left.at(y) for y in range(-4, 14)] == [right.at(y) for y in range(-4, 14)]


@cases(100)
@given(maps())
def test_identity_changes_nothing(a: AxisMap) -> None:
    assert compose(a, IDENTITY) == compose(IDENTITY, a) == a


@cases(200)
@given(maps(), maps(), ints(1, 12))
def test_union_reads_both_and_is_commutative(a: AxisMap, b: AxisMap, size: int) -> None:
    both, other = union(a, b, size), union(b, a, size)
    for y in range(size):
        assert indices(both.at(y)) == indices(a.at(y)) | indices(b.at(y))
        assert both.at(y) == other.at(y)


@cases(150)
@given(maps(), maps(), maps(), ints(1, 10))
def test_composition_distributes_over_union_inside_the_axis(a: AxisMap, b: AxisMap, c: AxisMap, size: int) -> None:
    whole, parts = compose(union(a, b, size), c), (compose(a, c), compose(b, c))
    for y in range(10):
        assume(all(0 <= i < size for i in indices(c.at(y))))
        assert indices(whole.at(y)) == indices(parts[0].at(y)) | indices(parts[1].at(y))


@cases(200)
@given(maps())
def test_measures_agree_with_the_footprints(a: AxisMap) -> None:
    sets = [indices(f) for f in (a.at(y) for y in range(a.period)) if f]
    hulls, counts = [max(s) - min(s) + 1 for s in sets], [len(s) for s in sets]
    assert a.sizes == (min(hulls, default=0), max(hulls, default=0))
    assert a.supports == (min(counts, default=0), max(counts, default=0))
    assert indices(a.at(a.period)) == {i + a.advance for i in indices(a.at(0))}
    assert a.stride == Fraction(a.advance, a.period)


@pytest.mark.parametrize("size", range(1, 8))
@pytest.mark.parametrize("out", range(1, 12))
def test_resizing_by_the_definition(size: int, out: int) -> None:
    for y in range(out):
        centre = Fraction((2 * y + 1) * size, 2 * out)
        left = (centre - Fraction(1, 2)).__floor__()
        exact = centre - Fraction(1, 2) == left
        assert indices(axis.nearest(size, out).at(y)) == {y * size // out}
        assert indices(axis.nearest_centre(size, out).at(y)) == {centre.__floor__()}
        assert indices(axis.linear(size, out).at(y)) == ({left} if exact else {left, left + 1})
        assert indices(axis.cubic(size, out).at(y)) == ({left} if exact else set(range(left - 1, left + 3)))
        overlapping = {i for i in range(size) if i * out < (y + 1) * size and (i + 1) * out > y * size}
        assert indices(axis.adaptive(size, out).at(y)) == overlapping


@cases(200)
@given(ints(1, 5), ints(1, 4), ints(0, 4), ints(1, 4))
def test_transposed_is_the_window_read_backwards(kernel: int, stride: int, pad: int, dilation: int) -> None:
    forward, backward = axis.window(kernel, stride, pad, dilation), axis.transposed(kernel, stride, pad, dilation)
    for y in range(16):
        assert indices(backward.at(y)) == {i for i in range(-20, 40) if y in indices(forward.at(i))}


def test_a_table_reads_nothing_beyond_its_end() -> None:
    """The union of branches of different strides; a later padding of 1 must not see the last pixel as its neighbour."""
    merged = union(axis.window(1, stride=2), axis.window(1), size=4)
    assert (merged.finite, merged.at(-1), merged.at(4)) == (True, (), ())
    padded = compose(merged, axis.window(3, padding=1))
    assert padded.at(0) == ((0, 2),)
    assert padded.sizes == (3, 6)


def test_a_pattern_that_is_too_long_says_so() -> None:
    with pytest.raises(TooIrregularError, match=r"^the pattern repeats only after 1031 outputs \(the limit is 1024\)$"):
        axis.nearest(1033, 1031)
    with pytest.raises(TooIrregularError, match=r"^one output reads 5000 separate runs of pixels \(the limit is 4096\)$"):
        axis.window(5000, dilation=2)


def test_huge_numbers_stay_exact() -> None:
    assert axis.window(10**9, stride=10**9, padding=3).at(10**9) == ((10**18 - 3, 10**18 + 10**9 - 4),)
