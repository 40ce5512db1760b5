"""Lines against the published formulas, and their composition against the composition of axis maps."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from convlens.arith.axis import (
    AxisMap,
    adaptive,
    compose,
    constant,
    joined,
    linear,
    nearest,
    repeat,
    shift,
    stepped,
    table,
    transposed,
    window,
)  # fmt: skip
from convlens.arith.line import STRAIGHT, Line, line_of
from tests.strategies import cases, ints


def said(axis_map: AxisMap) -> tuple[Fraction, Fraction]:
    line = line_of(axis_map)
    assert line is not None
    return line.slope, line.intercept


@cases(200)
@given(ints(1, 9), ints(1, 5), ints(0, 6), ints(1, 4))
def test_a_window(kernel: int, stride: int, padding: int, dilation: int) -> None:
    """Araujo, Norris, Sim 2019: the centre of feature y is y*S - P + (r - 1)/2."""
    assert said(window(kernel, stride, padding, dilation)) == (stride, -padding + Fraction(dilation * (kernel - 1), 2))


@cases(200)
@given(ints(1, 9), ints(1, 5), ints(0, 6))
def test_a_transposed_convolution_is_the_inverse_line_of_its_convolution(kernel: int, stride: int, padding: int) -> None:
    down, up = line_of(window(kernel, stride, padding)), line_of(transposed(kernel, stride, padding))
    assert down is not None
    assert up is not None
    assert down.of(up) == STRAIGHT
    assert (up.slope, up.intercept) == (Fraction(1, stride), (padding - Fraction(kernel - 1, 2)) / stride)


@cases(100)
@given(ints(1, 12), ints(1, 12))
def test_resizes_put_the_borders_of_both_maps_on_each_other(size: int, out: int) -> None:
    """Pixel centres: (y + 1/2) * size/out - 1/2."""
    wanted = (Fraction(size, out), Fraction(size, out) / 2 - Fraction(1, 2))
    assert said(linear(size, out)) == said(adaptive(size, out)) == wanted


@cases(100)
@given(ints(2, 40), ints(2, 40))
def test_align_corners_puts_the_outer_pixels_on_each_other(size: int, out: int) -> None:
    line = line_of(linear(size, out, align_corners=True))
    assert line is not None
    assert (line.at(0), line.at(out - 1)) == (0, size - 1)


def test_nearest_and_slices() -> None:
    assert said(repeat(2)) == said(nearest(8, 16)) == (Fraction(1, 2), Fraction(-1, 4))
    assert said(repeat(3)) == (Fraction(1, 3), Fraction(-1, 3))
    assert said(shift(-2)) == (1, -2)
    assert said(stepped(1, 2)) == (2, 1)
    assert said(stepped(7, -1)) == (-1, 7)


def test_what_is_no_line() -> None:
    assert line_of(constant(0, 6)) is None
    assert line_of(joined(2, 1, 3)) is None
    assert line_of(table(3, lambda y: ((y * y, y * y),))) is None
    assert line_of(table(3, lambda y: ((2 * y, 2 * y + 1),))) == Line(4, 1, 2)
    assert line_of(AxisMap(1, 1, ((),))) is None


WINDOWS = (
    st.builds(window, ints(1, 5), ints(1, 3), ints(0, 3), ints(1, 2))
    | st.builds(shift, ints(-3, 3))
    | st.builds(stepped, ints(0, 3), ints(1, 3))
)
WIDER = st.builds(transposed, ints(1, 5), ints(1, 4), ints(0, 2)) | st.builds(repeat, ints(1, 4))


@cases(200)
@given(WINDOWS, WINDOWS)
def test_lines_compose_as_windows_do(outer: AxisMap, inner: AxisMap) -> None:
    lines = line_of(outer), line_of(inner)
    assert lines[0] is not None
    assert lines[1] is not None
    assert line_of(compose(outer, inner)) == lines[0].of(lines[1])


@cases(200)
@given(WINDOWS, WIDER)
def test_lines_compose_on_the_way_down_and_up(down: AxisMap, up: AxisMap) -> None:
    lines = line_of(down), line_of(up)
    assert lines[0] is not None
    assert lines[1] is not None
    assert line_of(compose(down, up)) == lines[0].of(lines[1])


def test_a_stride_that_picks_some_phases_of_an_enlarged_map_only_is_seen_on_average() -> None:
    """The partner: here the line, a mean over all phases, is not where the picked ones lie."""
    composed, lines = line_of(compose(repeat(2), stepped(0, 2))), (line_of(repeat(2)), line_of(stepped(0, 2)))
    assert lines[0] is not None
    assert lines[1] is not None
    assert composed == STRAIGHT
    assert lines[0].of(lines[1]) == Line(4, -1, 4)
