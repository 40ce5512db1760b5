"""How long does an axis become after an operator, for every length it may have before?

An operator whose axis map repeats itself every ``advance`` inputs makes ``period`` outputs of them, so its length is a table
of ``advance`` entries that goes on for ever. The table is read off the operator itself, by asking it for ``advance`` sizes.
"""

from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from convlens.arith.line import STRAIGHT, line_of
from convlens.ir.errors import ShapeError
from convlens.ir.op import Along, Inputs, Op, Read
from convlens.passes.reads import reads_of

MAX_STEP = 4096
"""A pattern that repeats only after more sizes than this is not followed."""


class Growth(NamedTuple):
    """``n`` pixels become ``lengths[n % step] + n // step * gain``.

    ``skews[n % step]`` is ``(n - 1) - (first + last)``: how much farther the last output lies from the last input pixel than
    the first output from the first one; 0 where the map is centred. None where the outputs do not lie on a line. Fewer than
    ``least`` pixels do not fit.
    """

    step: int
    gain: int
    lengths: tuple[int, ...]
    skews: tuple[Fraction | None, ...]
    least: int = 1

    def length(self, n: int) -> int:
        """The length of the output; less than 1 where the operator refuses ``n``."""
        return self.lengths[n % self.step] + n // self.step * self.gain if n >= self.least else 0

    def skew(self, n: int) -> Fraction | None:
        return self.skews[n % self.step]


KEEP = Growth(1, 1, (0,), (Fraction(0),))
"""Every length stays what it is."""


class Asked(NamedTuple):
    """Lengths that follow no such table: the operator is asked for each. Where it refuses, the length is 0."""

    probe: "Probe"

    def length(self, n: int) -> int:
        return self.probe.length(n)

    def skew(self, n: int) -> Fraction | None:
        answer = self.probe.ask(n)
        return answer[1] if answer else None


@lru_cache(maxsize=8192)
def growth(op: Op, xs: Inputs, at: int, axis: int, port: int = 0) -> Growth | Asked | None:
    """How axis ``axis`` of input ``at`` grows into output ``port``; None where no output axis follows it.

    A reshape that states the sizes of this very network, as a captured one does, is taken to follow where it leaves the axis
    in place.

    >>> from convlens.ir.op import lookup
    >>> from convlens.ir.spec import TensorSpec
    >>> pool = lookup("max_pool")(kernel=(3, 3), stride=2, padding=1)
    >>> growth(pool, (TensorSpec((1, 8, 56, 56)),), 0, 2)
    Growth(step=2, gain=1, lengths=(0, 1), skews=(Fraction(1, 1), Fraction(0, 1)), least=1)
    """
    read = reads_of(op, xs)[port][at][axis]
    if not isinstance(read, Along) or read.axis is None or read.map.finite or read.map.advance < 1:
        return None
    probe, size = Probe(op, xs, at, axis, port, read.axis), xs[at].dims[axis]
    length = op.outputs(xs)[port].dims[read.axis]
    if min(length, size) < 1:
        return Asked(probe)
    if length == size and line_of(read.map) == STRAIGHT:
        return _in_place(probe, size)
    found = _periodic(probe, size, read.map.stride) or _periodic(probe, size, Fraction(size, length)) or _constant(probe, size)
    return Asked(probe) if found is None else _shared(_with_least(found, probe, size))


def _in_place(probe: "Probe", size: int) -> Growth:
    """A layer that leaves all pixels in their places does so at every size, unless the size is stated."""
    if probe.length(1) == 1 < size:
        return KEEP
    if probe.length(size + 1) == size:
        return _shared(Growth(1, 0, (size,), (Fraction(0),)))
    return _shared(_with_least(KEEP, probe, size)) if probe.length(size + 1) else KEEP


def _with_least(found: Growth, probe: "Probe", size: int) -> Growth:
    """An operator may refuse small sizes for reasons of its own, as padding by reflection does."""
    high = next(n for n in range(1, size + 1) if found.length(n) > 0)
    if probe.length(high) == found.length(high):
        return found
    low, high = high, size
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if probe.length(middle) == found.length(middle) else (middle, high)
    return found._replace(least=high)


class Probe(NamedTuple):
    """Asks an operator for another size of one axis, and of the same axis of the other inputs that it reads alike."""

    op: Op
    xs: Inputs
    at: int
    axis: int
    port: int
    out_axis: int

    def length(self, size: int) -> int:
        """The length of the output; 0 where the operator refuses the size."""
        try:
            return self.op.infer(self._resized(size))[self.port].dims[self.out_axis]
        except ShapeError:
            return 0

    def ask(self, size: int) -> tuple[int, Fraction | None] | None:
        """The length of the output and its skew; None where the operator refuses the size."""
        length = self.length(size)
        if length < 1:
            return None
        return length, _skew(self.op.reads(self._resized(size))[self.port][self.at], self.axis, size, length)

    def _resized(self, size: int) -> Inputs:
        now = self.xs[self.at].dims[self.axis]
        reads = reads_of(self.op, self.xs)[self.port]
        return tuple(
            x.with_dims(tuple(size if n == now and _leads_to(read, a, self.out_axis) else n for a, n in enumerate(x.dims)))
            for x, read in zip(self.xs, reads, strict=True)
        )


def _leads_to(read: Read, axis: int, out_axis: int) -> bool:
    along = read[axis]
    return isinstance(along, Along) and along.axis == out_axis


def _skew(read: Read, axis: int, size: int, length: int) -> Fraction | None:
    along = read[axis]
    line = line_of(along.map) if isinstance(along, Along) else None
    return None if line is None else size - 1 - line.at(0) - line.at(length - 1)


def _periodic(probe: Probe, size: int, stride: Fraction) -> Growth | None:
    step, gain = stride.numerator, stride.denominator
    if step > MAX_STEP:
        return None
    first, last = probe.ask(size), probe.ask(size + step)
    if first is None or last is None or last != (first[0] + gain, first[1]):
        return None
    asked = {n: probe.ask(n) for n in range(size, size + step)}
    known = {n % step: (answer[0] - n // step * gain, answer[1]) for n, answer in asked.items() if answer}
    if len(known) < step:
        return None
    lengths, skews = zip(*(known[r] for r in range(step)), strict=True)
    return Growth(step, gain, lengths, skews)


def _constant(probe: Probe, size: int) -> Growth | None:
    """The length is stated, as that of adaptive pooling."""
    first = probe.ask(size)
    alike = first is not None and all(probe.ask(n) == first for n in (size + 1, size + 2))
    return Growth(1, 0, (first[0],), (first[1],)) if first is not None and alike else None


@lru_cache(maxsize=1024)
def _shared(found: Growth) -> Growth:
    """One object for equal growths."""
    return KEEP if found == KEEP else found
