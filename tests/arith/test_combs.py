"""Places that are read, counted one by one."""

from collections import Counter
from math import prod

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convlens.arith.axis import (
    AxisMap,
    TooIrregularError,
    adaptive,
    constant,
    linear,
    nearest,
    repeat,
    stepped,
    table,
    transposed,
    window,
)
from convlens.arith.combs import MOST, Comb, Combs, combs, tally
from tests.strategies import Draw, cases, ints


def listed(axis_map: AxisMap, outs: int, size: int) -> set[int]:
    """The places that the outputs read, by looking at each output."""
    return {i for y in range(outs) for low, high in axis_map.at(y) for i in range(max(low, 0), min(high, size - 1) + 1)}


def said(found: Combs | None, size: int) -> set[int]:
    return {i for i in range(size) if found is None or any(comb.holds(i) for comb in found)}


@st.composite
def maps(draw: Draw) -> AxisMap:
    n, k, s, p, d = (draw(ints(1, most)) for most in (12, 5, 6, 5, 5))
    return draw(
        st.sampled_from(
            [
                window(k, s, p - 1, d), window(k, s, p - 1, d), transposed(k, s, p - 1, d), repeat(s), nearest(n, k), linear(n, k + s),
                adaptive(n, k), stepped(p - 1, s), stepped(n, -s), constant(p - 1, p + k), table(n, lambda y: ((y % 3, y % 5 + 2),)),
            ]
        )
    )  # fmt: skip


def test_places_are_those_of_all_outputs() -> None:
    tally_: Counter[str] = Counter()

    @cases(2000)
    @given(maps(), ints(1, 14), ints(1, 40))
    def check(axis_map: AxisMap, outs: int, size: int) -> None:
        found, real = combs(axis_map, outs, size), listed(axis_map, outs, size)
        tally_["all" if found is None else "toothed" if any(comb.times > 1 for comb in found) else "runs"] += 1
        assert said(found, size) == real

    check()
    assert min(tally_["all"], tally_["toothed"], tally_["runs"]) > 100, tally_


@cases(600)
@given(st.lists(st.tuples(maps(), ints(1, 14)), min_size=1, max_size=4), ints(1, 60))
def test_places_are_tallied_by_who_reads_them(by: list[tuple[AxisMap, int]], size: int) -> None:
    read = [listed(axis_map, outs, size) for axis_map, outs in by]
    masks = Counter(sum(1 << r for r, places in enumerate(read) if i in places) for i in range(size))
    assert tally([combs(axis_map, outs, size) for axis_map, outs in by], size) == masks


def test_what_has_too_long_a_period_is_given_up() -> None:
    primes = [1009, 1013, 1019]
    by = [(Comb(0, 1, prime, MOST),) for prime in primes]
    with pytest.raises(TooIrregularError, match=f"the limit is {MOST}"):
        tally(by, prod(primes))
