"""The grid on which a network samples its input: where the outer pixels of its coarsest map lie."""

from fractions import Fraction
from typing import Any, NamedTuple

from convlens.ir.graph import Ref
from convlens.linting.network import Network
from convlens.passes.program import Axis
from convlens.passes.sampling import Place


class Grid(NamedTuple):
    """Axis ``axis`` of a tensor samples an input axis of ``size`` pixels from place ``first`` to place ``last``."""

    ref: Ref
    axis: int
    size: int
    first: Fraction
    last: Fraction

    @property
    def asymmetry(self) -> Fraction:
        """By how many input pixels the grid ends farther from the right border than it starts from the left one.

        >>> Grid(Ref("layer4"), 2, 224, Fraction(0), Fraction(192)).asymmetry
        Fraction(31, 1)
        """
        return self.size - 1 - self.first - self.last


def grids(net: Network) -> dict[Axis, Grid]:
    """The grid of the coarsest map along each input axis of space: the last one whose pixels lie farthest apart."""
    last = {id(places): Ref(node, port) for node, ports in net.sampling.places.items() for port, places in enumerate(ports)}
    coarsest: dict[Axis, tuple[Ref, int, Place]] = {}
    for ref in last.values():
        for axis, place in enumerate(net.sampling.of(ref)):
            if place is not None and place[:2] in net.space and net.spec(ref).dims[axis] > 1:
                known = coarsest.get(place[:2])
                if known is None or abs(place.line.slope) >= abs(known[2].line.slope):
                    coarsest[place[:2]] = ref, axis, place
    return {key: _grid(net, *found) for key, found in coarsest.items()}


def _grid(net: Network, ref: Ref, axis: int, place: Place) -> Grid:
    size = net.spec(Ref(place.input)).dims[place.axis]
    return Grid(ref, axis, size, place.line.at(0), place.line.at(net.spec(ref).dims[axis] - 1))


def number(value: Fraction) -> Any:
    """A fraction as evidence holds it: a whole number, or text.

    >>> number(Fraction(31)), number(Fraction(1, 2))
    (31, '1/2')
    """
    return int(value) if value.denominator == 1 else str(value)
