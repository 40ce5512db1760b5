"""A layer at a size at which a person can follow every number, for the playground inside the page."""

from dataclasses import replace
from typing import Any

from convlens.ir.errors import ConvlensError
from convlens.ir.graph import Graph, Input, Node, Ref
from convlens.ir.spec import TensorSpec, show_shape
from convlens.ops._window import channel_axis
from convlens.passes.facts import facts
from convlens.playgrounds.settings import settings_of
from convlens.report.window import AxisWindow, axis_windows

CHANNELS = 3
FILTERS = 2
PIXELS = {1: 24, 2: 9, 3: 6}
"""Along each axis of an input of one, two, three axes, unless a window needs more."""


def trial(graph: Graph, node: Node, given: TensorSpec) -> dict[str, Any] | None:
    """``settings`` of the playground, and the ``shapes`` that it opens with where they are not the layer's own.

    Kernel, stride, padding, dilation stay; the input is as much smaller as leaves the same pixels over behind the last
    window. None for a layer that the playground does not know.

    >>> from convlens.report.summary import summary
    >>> report = summary("resnet18")
    >>> trial(report.graph, report.graph["conv1"], report.facts.nodes["conv1"].inputs[0])["shapes"]
    '1x3x8x8 → 1x2x4x4'
    """
    try:
        op, spec = _small(node.op, given)
        layer = replace(node, op=op, inputs=(Ref("x"),), ties=(), frozen=(), name="layer", module="")
        alone = Graph("layer", (Input("x", spec),), (layer,), (Ref("layer"),), graph.layout, graph.dialect)
        found = facts(alone)
        if found.error is not None:
            return None
        settings = settings_of("layer", alone)
    except ConvlensError:
        return None
    made = found.nodes["layer"].outputs[0].dims
    same = (op, spec) == (node.op, given)
    return {"settings": settings, "shapes": "" if same else f"{show_shape(spec.dims)} → {show_shape(made)}"}


def _small(op: Any, given: TensorSpec) -> tuple[Any, TensorSpec]:
    windows = axis_windows(op, (given,))
    if not windows or any(window.kind == "adaptive" for window in windows):
        return op, given
    at, dims = channel_axis(op, given), list(given.dims)
    dims[at] = _channels(op, dims[at])
    zeros = getattr(op, "padding_mode", "zeros") == "zeros"
    dims[at + 1 :] = [_length(window, PIXELS[len(windows)], zeros) for window in windows]
    if at:
        dims[0] = 1
    return _narrow(op, given.dims[at]), TensorSpec(tuple(dims), given.dtype)


def _channels(op: Any, count: int) -> int:
    groups = getattr(op, "groups", count)
    each = count // groups
    return min(groups, CHANNELS if each == 1 else FILTERS) * min(each, FILTERS) if groups > 1 else min(count, CHANNELS)


def _narrow(op: Any, count: int) -> Any:
    """Fewer filters, and fewer groups of them."""
    if "out" not in op.fields:
        return op
    each, groups = count // op.groups, op.groups
    fewer = min(groups, CHANNELS if each == 1 else FILTERS) if groups > 1 else 1
    kept = {field: getattr(op, field) for field in op.fields}
    return type(op)(**{**kept, "out": fewer * min(op.out // groups, FILTERS), "groups": fewer})


def _length(window: AxisWindow, most: int, zeros: bool) -> int:
    """At most ``most`` pixels where that leaves two windows, with the same rest in the division by the stride."""
    if window.kind == "transposed":
        return min(window.size, max(2, most // 3))
    read_twice = 1 if zeros else max(window.padding) + 1  # padding that repeats pixels needs as many of them
    least = max(window.reach + window.stride - sum(window.padding), read_twice)
    wanted = max(least, most)
    if wanted >= window.size:
        return window.size
    length = wanted - (wanted - window.size) % window.stride
    return length if length >= least else length + window.stride
