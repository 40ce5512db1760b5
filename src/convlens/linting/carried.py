"""How one layer carries the patterns of its inputs on to an output."""

from collections.abc import Mapping
from fractions import Fraction
from typing import NamedTuple

from convlens.arith.axis import IDENTITY, AxisMap, TooIrregularError
from convlens.arith.blend import Weights, cubic_weights, linear_weights
from convlens.arith.pattern import EVEN, Pattern, averaged, divided, mixed, multiplied, ratio, summed, weighed
from convlens.ir.op import WHOLE, Along, AxisRead, Op, Read
from convlens.ir.spec import TensorSpec
from convlens.passes.facts import NodeFacts

FAINT = Fraction(1, 2**23)
"""What differs by less than float32 can tell is even."""

_BLENDS = {"linear": linear_weights, "bilinear": linear_weights, "trilinear": linear_weights, "bicubic": cubic_weights}


class Imprint(NamedTuple):
    """The pattern on each axis of a value that has one, the ``layers`` that made it, in the order of the network.

    ``loose`` are patterns that are still there, but along no axis any more: after a flatten. ``stacked`` says that one of the
    layers met a map that was uneven already, ``joined`` that branches met since.
    """

    axes: Mapping[int, Pattern]
    layers: tuple[str, ...]
    loose: tuple[Pattern, ...] = ()
    stacked: bool = False
    joined: bool = False

    @property
    def patterns(self) -> tuple[Pattern, ...]:
        return (*self.axes.values(), *self.loose)

    @property
    def worst(self) -> Pattern:
        """The pattern whose numbers differ most."""
        return max(self.patterns, key=ratio)


class Parts:
    """What reaches each axis of an output, one pattern for each input that is read along it."""

    def __init__(self, op: Op, known: NodeFacts, out: TensorSpec) -> None:
        self.op = op
        self.out = out
        self.sums = bool(known.macs)
        self.axes: dict[int, list[Pattern]] = {}
        self.loose: list[Pattern] = []

    def add(self, read: Read, x: TensorSpec, imprint: Imprint | None) -> None:
        for axis, (along, size) in enumerate(zip(read, x.dims, strict=False)):
            if size > 1:
                self._add_axis(axis, along, imprint.axes.get(axis, EVEN) if imprint else EVEN, x)
        if imprint and not self.sums:
            self.loose += imprint.loose

    def _add_axis(self, axis: int, read: AxisRead, numbers: Pattern, x: TensorSpec) -> None:
        if isinstance(read, Along):
            if read.axis is not None:
                self._add_along(read.axis, read.map, numbers)
        elif numbers == EVEN:
            return
        elif read is not WHOLE:
            self.loose.append(numbers)
        elif not self.sums and x.dims == self.out.dims:  # a normalisation: every value stays in its place
            self.axes.setdefault(axis, []).append(numbers)

    def _add_along(self, axis: int, through: AxisMap, numbers: Pattern) -> None:
        try:
            made = numbers if through == IDENTITY or self._is_flat(numbers) else self._image(numbers, through)
        except TooIrregularError:
            self.loose += [numbers] * (numbers != EVEN)
        else:
            self.axes.setdefault(axis, []).append(made)

    def _is_flat(self, numbers: Pattern) -> bool:
        """Means of one number are that number."""
        return numbers == EVEN and not self.sums

    def _image(self, numbers: Pattern, through: AxisMap) -> Pattern:
        if self.sums:
            return summed(numbers, through)
        weights = _resizing(self.op, through)
        return weighed(numbers, through, weights) if weights else averaged(numbers, through)

    def met(self, own: Mapping[int, Pattern]) -> tuple[dict[int, Pattern], bool]:
        """One pattern for each axis that is uneven, and whether different ones were mixed."""
        axes: dict[int, Pattern] = dict(own) if self.op.name == "fold" else {}
        joined = False
        for axis, patterns in self.axes.items():
            try:
                made = _together(self.op, patterns, self.sums)
            except TooIrregularError:
                self.loose += [numbers for numbers in patterns if numbers != EVEN]
                continue
            joined = joined or (not self.sums and len(set(patterns)) > 1)
            if _is_uneven(made):
                axes[axis] = made
        return axes, joined


def _together(op: Op, patterns: list[Pattern], sums: bool) -> Pattern:
    if len(patterns) == 1:
        return patterns[0]
    if op.name == "div":
        return divided(*patterns)
    return multiplied(patterns) if sums or op.name == "mul" else mixed(patterns)


def _is_uneven(numbers: Pattern) -> bool:
    return 0 in numbers or ratio(numbers) > 1 + FAINT


def _resizing(op: Op, through: AxisMap) -> tuple[Weights, ...]:
    """How linear and cubic resizing weigh the pixels of each output; empty for all others, which weigh them alike."""
    given = op.settings() if op.name == "interpolate" else {}
    weights = _BLENDS.get(given.get("mode", ""))
    return weights(through, align_corners=given["align_corners"]) if weights else ()
