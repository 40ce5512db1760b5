"""Which sizes of the input fit a network: so that it runs, and so that its sampling grid is centred.

Far from where kernels stop to fit, what fits repeats with the period of the network's strides, so one period is tried; then
the smallest size of each class is sought.
"""

from collections.abc import Callable
from functools import lru_cache

from convlens.arith.congruence import Congruence, congruence
from convlens.passes.program import Program

MAX_PERIOD = 4096
"""Where the sizes that fit repeat only after more than this, they are not looked for."""

_FAR = 1 << 40
"""About a size at which every kernel fits."""


@lru_cache(maxsize=1024)
def fitting(program: Program, centred: int = 0) -> Congruence | None:
    """The sizes of an input axis at which the network runs, and its map ``centred`` lies in the middle of the input.

    None where no size fits, or the sizes that fit repeat only after `MAX_PERIOD`, or do not repeat.

    >>> from convlens.ir.text import parse
    >>> from convlens.passes.facts import facts
    >>> from convlens.passes.program import programs
    >>> graph = parse("input x: 1x3x64x64\\nc = conv(x, out=8, kernel=3x3, stride=2)\\ng = relu(c)\\noutput g")
    >>> program = programs(graph, facts(graph), [("x", 2)]).of["x", 2]
    >>> fitting(program), fitting(program, centred=1)
    (Congruence(modulus=1, residues=(0,), minimum=3), Congruence(modulus=2, residues=(1,), minimum=3))
    """
    jumps, period = program.jumps(), program.period()
    if period > MAX_PERIOD:
        return None

    def fits(n: int) -> bool:
        lengths = program.lengths(n)
        return lengths is not None and (not centred or program.skew(lengths, jumps, centred) == 0)

    far = _FAR - _FAR % period
    residues = [r for r in range(period) if fits(far + r)]
    if not residues:
        return None
    least = [n for r in residues if (n := _least(fits, r or period, period, far + r)) is not None]
    if len(least) < len(residues):
        return None
    found = congruence(period, residues, 1)
    return found._replace(minimum=found.above(max(0, *(n - period for n in least))))


def _least(fits: Callable[[int], bool], first: int, period: int, far: int) -> int | None:
    """The smallest of ``first``, ``first + period``, ... that fits; all above it fit as well.

    None where it is not found before ``far``, as where a length is a product of two axes and what fits does not repeat.
    """
    low, high = -1, 0
    while not fits(first + high * period):
        low, high = high, 2 * high + 1
        if first + high * period >= far:
            return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if fits(first + middle * period) else (middle, high)
    return first + high * period
