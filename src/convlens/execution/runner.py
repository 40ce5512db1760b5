"""What every way of running a network offers to the verb ``run``."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from convlens.execution.wanted import Wanted
from convlens.ir.errors import UsageError, nearest
from convlens.ir.spec import Shape, show_shape
from convlens.lang.sentence import Sentence
from convlens.media.sample import Array, Step


class Output(NamedTuple):
    """A tensor that came out, and the shape that was foretold for it (None where nothing tells it before the run)."""

    name: str
    values: Array
    foretold: Shape | None
    channels_last: bool = False

    @property
    def kept(self) -> bool:
        """False where the run contradicts what was foretold."""
        return self.foretold is None or tuple(self.values.shape) == tuple(self.foretold)

    def channels(self) -> Array:
        """The values as N, C, space."""
        rank = self.values.ndim
        return self.values.transpose(0, rank - 1, *range(1, rank - 1)) if self.channels_last and rank > 2 else self.values


class Ran(NamedTuple):
    """The outputs in order, and how long the computation itself took."""

    outputs: list[Output]
    seconds: float


class Made(NamedTuple):
    """An array or a tensor that came out, and the shape that was foretold for it, as in `Output`."""

    values: Any
    foretold: Shape | None


class Runner(Protocol):
    """A network with its weights. ``engine`` is what computes, with its version; ``weights`` says where they are from."""

    name: str
    engine: str
    weights: Step

    @property
    def wanted(self) -> tuple[Wanted, ...]:
        """The inputs in their order."""

    def accepts(self, dims: Shape) -> bool:
        """Does its only input take this shape with these weights?"""

    def run(self, inputs: Mapping[str, Array], layer: str) -> Ran:
        """All outputs, or what the ``layer`` of that name gives."""

    def call(self, args: Sequence[Any], kwargs: Mapping[str, Any], layer: str) -> list[Made]:
        """The same for the caller's own arrays or tensors, in the network's order or by name."""

    def kernels(self, layer: str) -> tuple[str, Array]:
        """The name and the weights (out, in, space) of this layer, or of the first convolution."""


def no_layer(layer: str, names: list[str]) -> UsageError:
    """
    >>> print(no_layer("con1", ["conv1", "relu"]))
    there is no layer 'con1' (did you mean 'conv1'?)
      fix: one of conv1, relu
    """
    shown = ", ".join(names[:30]) + (f" and {len(names) - 30} more" if len(names) > 30 else "")
    named = {"name": repr(layer), "meant": nearest(layer, names), "known": shown or "none"}
    return UsageError(Sentence("there is no layer {name}{meant}\n  fix: one of {known}", **named))


def one_layer(call: str) -> UsageError:
    """A layer was named where there is only one."""
    return UsageError(f"{call} is one layer, so none in it has a name\n  fix: leave --layer out, in Python layer=")


def no_kernels(name: str, layer: str, shape: Shape | None = None) -> UsageError:
    """There is nothing to draw: the layer has no weights of a convolution."""
    what = f"layer {layer!r} of {name}" if layer else name
    have = f"has weights of {show_shape(shape)}, not those of a convolution" if shape else "has no convolution with weights"
    return UsageError(f"--show-kernels: {what} {have}")
