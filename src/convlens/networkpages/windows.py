"""The numbers of a layer's windows, for the small drawing on its card."""

from typing import Any

from convlens.ir.graph import Node
from convlens.passes.facts import NodeFacts
from convlens.report.window import AxisWindow, axis_windows


def window_record(node: Node, known: NodeFacts) -> list[Any] | None:
    """Whether it is transposed, then for each axis size, output, kernel, stride, dilation, padding before and behind.

    None where a layer has no windows, crops its input, or has windows of several lengths (an adaptive one).

    >>> from convlens.report.summary import summary
    >>> report = summary("resnet18")
    >>> window_record(report.graph["conv1"], report.facts.nodes["conv1"])
    [0, [224, 112, 7, 2, 1, 3, 3], [224, 112, 7, 2, 1, 3, 3]]
    """
    axes = [_axis(window) for window in axis_windows(node.op, known.inputs)]
    if not axes or len(axes) > 3 or any(axis is None or min(axis) < 0 for axis in axes):
        return None
    return [int(node.op.name == "conv_transpose"), *axes]


def _axis(window: AxisWindow) -> list[int] | None:
    if window.kind != "adaptive":
        return [window.size, window.out, window.kernel, window.stride, window.dilation, *window.padding]
    if not window.out or window.size % window.out:
        return None
    each = window.size // window.out
    return [window.size, window.out, each, each, 1, 0, 0]
