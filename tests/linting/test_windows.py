"""What is said of a window in closed form, against a look at each of its taps at each of its places."""

from collections import Counter
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from convlens.arith.padding import outputs, span
from convlens.ir.op import lookup
from convlens.ir.spec import TensorSpec
from convlens.linting.refit import larger
from convlens.linting.windows import Slide, slides
from tests.strategies import Draw, cases, ints


@st.composite
def windows(draw: Draw) -> Slide:
    """Windows of all kinds, some of them with a padding larger than the kernel, or cropping."""
    while True:
        size, kernel, stride, dilation = (draw(ints(1, most)) for most in (12, 5, 5, 5))
        left, right = draw(ints(-1, 7)), draw(ints(-1, 7))
        out = outputs(size, span(kernel, dilation), stride, (left, right))
        if out >= 1 and size + min(left, 0) + min(right, 0) >= 1:
            return Slide(2, size, kernel, stride, dilation, left, right, out)


def taps(slide: Slide) -> list[list[int]]:
    """The places of the taps, for each output."""
    starts = (y * slide.stride - slide.left for y in range(slide.out))
    return [[start + slide.dilation * j for j in range(slide.kernel)] for start in starts]


def test_every_property_against_all_taps() -> None:
    tally: Counter[str] = Counter()

    @cases(2000)
    @given(windows())
    def check(slide: Slide) -> None:
        inside = [[0 <= place < slide.size for place in each] for each in taps(slide)]
        live = [j for j in range(slide.kernel) if any(each[j] for each in inside)]
        assert list(slide.live_taps) == live, slide
        assert slide.met == Fraction(sum(map(sum, inside)), slide.kernel * slide.out), slide
        empty = [y for y, each in enumerate(inside) if not any(each)]
        assert [y for first, last in slide.empty for y in range(first, last + 1)] == empty, slide
        read = {place for each in taps(slide) for place in each if 0 <= place < slide.size}
        seen = slide.seen
        assert {i for i in range(slide.size) if seen is None or any(comb.holds(i) for comb in seen)} == read, slide
        assert taps(slide.endless)[-1][0] + slide.stride >= slide.size, slide
        tally.update(dead=len(live) < slide.kernel, empty=bool(empty), unread=len(read) < slide.size)

    check()
    assert min(tally.values()) > 200, tally


def test_larger_windows_read_everything_and_are_the_smallest_that_do() -> None:
    tally: Counter[str] = Counter()

    @cases(1500)
    @given(windows())
    def check(slide: Slide) -> None:
        if slide.seen is None or min(slide.left, slide.right) < 0:
            return
        new = larger(slide)
        tally["larger" if new else "none"] += 1
        if new is None:
            assert slide.dilation > 1
            return
        assert outputs(new.size, new.reach, new.stride, (new.left, new.right)) == new.out == slide.out, (slide, new)
        assert {place for each in taps(new) for place in each} >= set(range(new.size)), (slide, new)
        if new.dilation == slide.dilation and new.kernel > slide.kernel and slide.size >= slide.stride:
            assert not any(map(reads_all, with_fewer_taps(new, slide.kernel))), (slide, new)

    check()
    assert tally["larger"] > 200, tally


def with_fewer_taps(slide: Slide, least: int) -> list[Slide]:
    """As many windows of fewer taps, beginning anywhere."""
    return [slide._replace(kernel=kernel, left=left) for kernel in range(least, slide.kernel) for left in range(-3, 13)]


def reads_all(slide: Slide) -> bool:
    return {place for each in taps(slide) for place in each} >= set(range(slide.size))


def test_windows_of_huge_maps_are_not_looked_at_one_by_one() -> None:
    """Else this would not end."""
    huge = Slide(2, 10**12, 3, 2, 10**6, 5 * 10**6, 5 * 10**6, 5 * 10**11)
    assert len(huge.live_taps) == 3
    assert huge.empty[0] == (0, 15 * 10**5 - 1)
    assert Slide(2, 10**12, 1, 2, 1, 0, 0, 5 * 10**11).seen is not None


def test_unfold_has_a_window_along_each_axis() -> None:
    op, x = lookup("unfold")(kernel=(3, 2), stride=(2, 1)), TensorSpec((1, 4, 9, 9))
    assert [(each.kernel, each.out) for each in slides(op, x, op.infer((x,))[0])] == [(3, 4), (2, 8)]
