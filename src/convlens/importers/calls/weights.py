"""The weights of a call as its framework holds them: their order, their names, and how their axes stand."""

from collections.abc import Mapping
from typing import NamedTuple

from convlens.importers.calls import torch
from convlens.importers.calls.syntax import parse
from convlens.ir.graph import Graph, Node
from convlens.ir.op import Shapes
from convlens.ir.spec import Shape
from convlens.passes.facts import facts


class Held(NamedTuple):
    """One weight. An array of ``shape``, its axes put into ``order`` and then read as ``ours``, is the graph's own.

    ``node`` and ``param`` say whose it is in the graph, ``name`` what the framework calls it.
    """

    node: str
    param: str
    name: str
    shape: Shape
    order: tuple[int, ...]
    ours: Shape

    def place(self, index: Shape) -> Shape:
        """An index of the graph's own weight as one of the framework's array.

        >>> Held("conv", "weight", "kernel", (5, 5, 3, 8), (3, 2, 0, 1), (8, 3, 5, 5)).place((7, 2, 0, 4))
        (0, 4, 2, 7)
        >>> Held("depthwise", "weight", "kernel", (3, 3, 3, 2), (2, 3, 0, 1), (6, 1, 3, 3)).place((5, 0, 1, 2))
        (1, 2, 2, 1)
        """
        flat = 0
        for at, size in zip(index, self.ours, strict=True):
            flat = flat * size + at
        found = [0] * len(self.shape)
        for axis in reversed(self.order):
            flat, found[axis] = divmod(flat, self.shape[axis])
        return tuple(found)


def held(graph: Graph) -> list[Held]:
    """The weights of a graph that `convlens.importers.calls.read` made, in the order in which the call names them.

    PyTorch holds them as the graph does. Keras and TensorFlow put space first, then channels in, then channels out (of a
    transposed convolution out, then in); a depthwise filter ends with the channels and the multiplier.

    >>> from convlens.importers.calls import read
    >>> layer = read("SeparableConv2D(20, 2, depth_multiplier=5)", [(10, 9, 9, 3)])
    >>> [(w.name, w.shape, w.ours) for w in held(layer)]  # doctest: +NORMALIZE_WHITESPACE
    [('depthwise_kernel', (2, 2, 3, 5), (15, 1, 2, 2)), ('pointwise_kernel', (1, 1, 15, 20), (20, 15, 1, 1)),
     ('bias', (20,), (20,))]
    """
    known = facts(graph).nodes
    found = []
    for node in graph:
        kept = {**known[node.name].param_shapes, **known[node.name].buffer_shapes}
        for param in _in_order(graph, node, kept):
            shape, order = _theirs(graph.dialect, node, kept[param])
            found.append(Held(node.name, param, _name(graph, node, param), shape, order, kept[param]))
    return found


def _in_order(graph: Graph, node: Node, kept: Shapes) -> list[str]:
    """As PyTorch's function names them, where it does; else parameters first, then buffers."""
    entry = torch.entry_of(parse(node.source)) if graph.dialect == "torch.nn" else None
    named = [arg.ours for arg in entry.spelling.roles("weight")] if entry is not None else []
    return sorted(kept, key=lambda param: named.index(param) if param in named else len(named))


def _theirs(dialect: str, node: Node, ours: Shape) -> tuple[Shape, tuple[int, ...]]:
    """Their shape, and the order of their axes that gives ours."""
    rank = len(ours)
    if dialect == "torch.nn" or rank < 2 or node.op.name not in _TURNED:
        return ours, tuple(range(rank))
    if node.op.name == "linear":
        return (ours[1], ours[0]), (1, 0)
    space = tuple(range(rank - 2))
    if node.name == "depthwise":
        groups = getattr(node.op, "groups", 1)
        return (*ours[2:], groups, ours[0] // groups), (rank - 2, rank - 1, *space)
    return (*ours[2:], ours[1], ours[0]), (rank - 1, rank - 2, *space)


_TURNED = ("conv", "conv_transpose", "linear")

_KERAS: Mapping[str, Mapping[str, str]] = {
    "conv": {"weight": "kernel"},
    "conv_transpose": {"weight": "kernel"},
    "linear": {"weight": "kernel"},
    "embedding": {"weight": "embeddings"},
    "rms_norm": {"weight": "scale"},
    "batch_norm": {
        "weight": "gamma", "bias": "beta", "running_mean": "moving_mean", "running_var": "moving_variance",
    },
    "layer_norm": {"weight": "gamma", "bias": "beta"},
    "group_norm": {"weight": "gamma", "bias": "beta"},
}  # fmt: skip
"""What Keras calls a weight; one that is not here has our name."""


def _name(graph: Graph, node: Node, param: str) -> str:
    stages = {other.name for other in graph} & {"depthwise", "pointwise"}
    stage = f"{node.name}_" if len(stages) == 2 else ""
    if graph.dialect == "keras":
        name = _KERAS.get(node.op.name, {}).get(param, param)
        return f"{stage}{name}" if name == "kernel" else name
    if graph.dialect == "tf.nn":
        return f"{stage}filter" if stage or node.name == "depthwise" else "filters"
    return param
