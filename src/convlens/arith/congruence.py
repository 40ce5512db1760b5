"""Sets of sizes that repeat: ``n = r (mod m)`` for some residues r, from a smallest size on."""

from typing import NamedTuple


class Congruence(NamedTuple):
    """All ``n >= minimum`` with ``n % modulus`` in ``residues``, which are sorted."""

    modulus: int
    residues: tuple[int, ...]
    minimum: int

    def __contains__(self, n: object) -> bool:
        return isinstance(n, int) and n >= self.minimum and n % self.modulus in self.residues

    def below(self, n: int) -> int | None:
        """The largest of these sizes that is smaller than ``n``.

        >>> Congruence(32, (1,), 1).below(224), Congruence(16, (12,), 188).below(188)
        (193, None)
        """
        largest = max(n - 1 - (n - 1 - r) % self.modulus for r in self.residues)
        return largest if largest >= self.minimum else None

    def above(self, n: int) -> int:
        """The smallest of these sizes that is larger than ``n``.

        >>> Congruence(32, (1,), 1).above(224), Congruence(16, (12,), 188).above(1)
        (225, 188)
        """
        first = max(n + 1, self.minimum)
        return min(first + (r - first) % self.modulus for r in self.residues)

    def near(self, n: int) -> list[int]:
        """The sizes next to ``n``: below, if there is one, and above.

        >>> Congruence(16, (0,), 16).near(250), Congruence(16, (0,), 16).near(10)
        ([240, 256], [16])
        """
        below = self.below(n)
        return [self.above(n)] if below is None else [below, self.above(n)]


def congruence(modulus: int, residues: list[int], minimum: int) -> Congruence:
    """The same set of sizes by its smallest modulus. There must be a residue.

    >>> congruence(8, [1, 3, 5, 7], 1)
    Congruence(modulus=2, residues=(1,), minimum=1)
    """
    found = frozenset(residues)
    for shorter in range(1, modulus + 1):
        if modulus % shorter == 0 and all((r + shorter) % modulus in found for r in found):
            return Congruence(shorter, tuple(sorted({r % shorter for r in found})), minimum)
    raise ValueError("a set of sizes has at least one residue")
