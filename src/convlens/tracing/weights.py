"""The weights of a call: what its framework calls them, and in which order of axes it keeps them."""

from collections.abc import Iterator
from typing import NamedTuple

from convlens.backends.plan import Key
from convlens.ir.graph import Graph, Node
from convlens.ir.spec import Shape
from convlens.passes.facts import Facts


class Held(NamedTuple):
    """One weight. ``names`` are those that a file may give it, ``shape`` that of convlens inside.

    ``order`` is "torch", "reversed" (kernel first, then the two channel axes the other way round) or "depthwise" (kernel,
    channels, multiplier).
    """

    key: Key
    names: tuple[str, ...]
    shape: Shape
    order: str
    multiplier: int = 1

    def place(self, index: Shape) -> Shape:
        """An index of convlens as one of the framework's array.

        >>> Held(("conv", "weight"), (), (8, 3, 5, 5), "reversed").place((7, 2, 0, 4))
        (0, 4, 2, 7)
        >>> Held(("depthwise", "weight"), (), (6, 1, 3, 3), "depthwise", 2).place((5, 0, 1, 2))
        (1, 2, 2, 1)
        """
        if self.order == "torch":
            return index
        first, second, *kernel = index
        last = divmod(first, self.multiplier) if self.order == "depthwise" else (second, first)
        return (*kernel, *last)

    @property
    def own_shape(self) -> Shape:
        """The shape of the framework's array.

        >>> Held(("depthwise", "weight"), (), (6, 1, 3, 3), "depthwise", 2).own_shape
        (3, 3, 3, 2)
        """
        return tuple(last + 1 for last in self.place(tuple(size - 1 for size in self.shape)))


def weights_held(graph: Graph, known: Facts) -> list[Held]:
    """Every weight of the call, in the order in which its framework names them, a bias last."""
    found = [held for node in graph for held in _of_node(node, graph, known)]
    return sorted(found, key=lambda held: held.key[1] == "bias")


def _of_node(node: Node, graph: Graph, known: Facts) -> Iterator[Held]:
    inputs = known.nodes[node.name].inputs
    torch = graph.dialect == "torch.nn"
    for name, shape in node.op.params(inputs).items():
        if torch or name == "bias":
            yield Held((node.name, name), (name,), shape, "torch")
        elif node.name == "depthwise":
            multiplier = shape[0] // inputs[0].dims[-node.op.axes - 1]
            yield Held((node.name, name), ("depthwise_kernel", "depthwise_filter", *_KERNEL), shape, "depthwise", multiplier)
        else:
            pointwise = ("pointwise_kernel", "pointwise_filter") if node.name == "pointwise" else ()
            yield Held((node.name, name), (*pointwise, *_KERNEL), shape, "reversed")


_KERNEL = ("kernel", "filters", "filter", "weight")
