"""What a trace is made of: terms, which make channels, which make a view, which makes one value."""

from dataclasses import dataclass
from typing import NamedTuple

from convlens.ir.graph import Node
from convlens.ir.op import Inputs
from convlens.ir.spec import Shape
from convlens.tracing.number import Number, total
from convlens.tracing.plane import Plane


class Term(NamedTuple):
    """One input value times one weight.

    ``at`` is the index of the input value (N, C, space), None for a zero of the padding or between pixels; ``place`` is
    where it lies on the plane, ``tap`` the entry of the kernel. A pooled value has no weight.
    """

    x: Number
    at: Shape | None
    place: Shape
    tap: Shape
    weight: Number | None = None

    @property
    def product(self) -> Number:
        return self.x if self.weight is None else self.x * self.weight


class Channel(NamedTuple):
    """The terms of one input channel."""

    number: int
    terms: tuple[Term, ...]

    @property
    def sum(self) -> Number:
        return total([term.product for term in self.terms])


class View(NamedTuple):
    """One way to see the sum. ``name`` is "window", "scattering" or "stretched"."""

    name: str
    plane: Plane
    channels: tuple[Channel, ...]

    @property
    def sum(self) -> Number:
        return total([term.product for channel in self.channels for term in channel.terms])

    @property
    def terms(self) -> int:
        return sum(len(channel.terms) for channel in self.channels)


@dataclass(frozen=True, slots=True)
class Traced:
    """One value of one node. ``kind`` is "sum", "mean", "max", or "function" for an activation.

    ``divisor`` is what a mean is divided by, ``bias`` None where there is none.
    """

    index: Shape
    kind: str
    views: tuple[View, ...]
    value: Number
    bias: Number | None = None
    divisor: int = 1


class Stage(NamedTuple):
    """A node, its inputs, and its values that were traced; of the last node exactly one."""

    node: Node
    inputs: Inputs
    values: tuple[Traced, ...]
