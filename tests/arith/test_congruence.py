"""Sets of sizes against their definition, written out."""

from hypothesis import given
from hypothesis import strategies as st

from convlens.arith.congruence import Congruence, congruence
from tests.strategies import cases, ints

SETS = ints(1, 24).flatmap(
    lambda m: st.builds(congruence, st.just(m), st.lists(ints(0, m - 1), min_size=1, max_size=m), ints(1, 60))
)


def members(sizes: Congruence) -> list[int]:
    return [n for n in range(200) if n >= sizes.minimum and n % sizes.modulus in sizes.residues]


@cases(200)
@given(SETS, ints(1, 120))
def test_the_sizes_next_to_another(sizes: Congruence, n: int) -> None:
    below, above = [m for m in members(sizes) if m < n], [m for m in members(sizes) if m > n]
    assert sizes.below(n) == (below[-1] if below else None)
    assert sizes.above(n) == above[0]
    assert (n in sizes) == (n in members(sizes))


@cases(100)
@given(ints(1, 24), st.data())
def test_the_modulus_is_the_smallest(modulus: int, data: st.DataObject) -> None:
    residues = data.draw(st.lists(ints(0, modulus - 1), min_size=1, max_size=modulus))
    sizes = congruence(modulus, residues, 1)
    assert [n in sizes for n in range(1, 100)] == [n % modulus in residues for n in range(1, 100)]
    smaller = [m for m in range(1, sizes.modulus) if all(((n + m) in sizes) == (n in sizes) for n in range(1, 100))]
    assert not smaller
