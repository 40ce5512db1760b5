"""The weights of a call that a trace reads: the names that a file may give them, and how their axes stand there."""

from typing import NamedTuple

from convlens.backends.plan import Key
from convlens.importers.calls import weights as theirs
from convlens.ir.graph import Graph
from convlens.ir.spec import Shape


class Held(NamedTuple):
    """One weight. ``names`` are those that a file may give it, ``array`` says how its framework's array stands."""

    key: Key
    names: tuple[str, ...]
    array: theirs.Held

    @property
    def shape(self) -> Shape:
        """The shape inside convlens."""
        return self.array.ours

    @property
    def own_shape(self) -> Shape:
        """The shape of the framework's array."""
        return self.array.shape

    def place(self, index: Shape) -> Shape:
        """An index of convlens as one of the framework's array."""
        return self.array.place(index)


def weights_held(graph: Graph) -> list[Held]:
    """Every weight of the call, in the order in which its framework names them, a bias last."""
    found = [Held((one.node, one.param), _names(graph, one), one) for one in theirs.held(graph)]
    return sorted(found, key=lambda held: held.key[1] == "bias")


def _names(graph: Graph, weight: theirs.Held) -> tuple[str, ...]:
    if graph.dialect == "torch.nn" or weight.param == "bias":
        return (weight.param,)
    stage = (f"{weight.node}_kernel", f"{weight.node}_filter") if weight.node in ("depthwise", "pointwise") else ()
    return (*stage, *_KERNEL)


_KERNEL = ("kernel", "filters", "filter", "weight")
