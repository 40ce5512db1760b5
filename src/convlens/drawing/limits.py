"""What can be drawn, and how much of it can still be read. Everything is asked before any number is made."""

from collections.abc import Sequence
from math import prod
from typing import Any

from convlens.drawing.channels import lanes
from convlens.ir.errors import UsageError
from convlens.ir.graph import Node
from convlens.ir.spec import Shape
from convlens.ops._window import channel_axis, spatial
from convlens.passes.facts import NodeFacts
from convlens.report.layer import LayerReport
from convlens.tracing.operators import MOST_TERMS
from convlens.tracing.operators.pointwise import FUNCTIONS

DRAWN = ("conv", "conv_transpose", "max_pool", "avg_pool", "adaptive_max_pool", "adaptive_avg_pool")

MOST_CELLS = 1000
"""Numbered cells of one map; a browser draws more only slowly (measured: 4,096 take 158 ms to build and 25 ms a step)."""

MOST_COLUMNS = 100
"""Cells side by side, which is 2,400 pixels."""


def drawable(report: LayerReport) -> list[tuple[Node, Node | None]]:
    """The nodes that are drawn, each with the activation behind it; `UsageError` where there are none."""
    nodes = list(report.graph)
    found = [
        (node, behind if behind is not None and behind.op.name in FUNCTIONS else None)
        for node, behind in zip(nodes, [*nodes[1:], None], strict=True)
        if node.op.name in DRAWN
    ]
    if not found:
        raise UsageError(
            f"{report.call}: there is no window to draw\n"
            "  fix: a convolution, a transposed convolution, a pooling layer or Unfold"
        )
    return found


def check_size(report: LayerReport, nodes: Sequence[Node]) -> None:
    """`UsageError` for a map of too many cells, its padding included, or for more products than can be made in a moment."""
    products = 0
    for node in nodes:
        known = report.facts.nodes[node.name]
        sizes = spatial(node.op, known.inputs[0])
        check_cells(report, _plane(node.op, known.inputs[0], sizes))
        check_cells(report, spatial(node.op, known.outputs[0]))
        products += _outputs(node, known, last=node is nodes[-1]) * _terms(node, known, sizes)
    if products > MOST_TERMS:
        raise UsageError(
            f"{report.call}: what is drawn is made of {products:,} products; at most {MOST_TERMS:,} are\n"
            "  fix: fewer channels, or a smaller input: the arithmetic is the same"
        )


def check_cells(report: LayerReport, dims: Shape) -> None:
    """`UsageError` for a map that has too many cells to be read, or is too long."""
    shape = "x".join(map(str, dims))
    fix = "\n  fix: a smaller input: the arithmetic is the same"
    if prod(dims) > MOST_CELLS:
        raise UsageError(f"{report.call}: a map of {shape} has {prod(dims):,} cells; at most {MOST_CELLS:,} are drawn{fix}")
    if dims[-1] > MOST_COLUMNS:
        raise UsageError(f"{report.call}: a map of {shape} is {dims[-1]:,} cells wide; at most {MOST_COLUMNS} are drawn{fix}")


def _plane(op: Any, spec: Any, sizes: Shape) -> Shape:
    """How large an image is with its padding; of a transposed convolution with the zeros between its pixels."""
    if op.name == "conv_transpose":
        reach = [2 * d * (k - 1) for k, d in zip(op.kernel, op.dilation, strict=True)]
        pads = [sum(sides) for sides in op.padding]
        grown = zip(sizes, op.stride, reach, pads, op.output_padding, strict=True)
        return tuple((n - 1) * s + 1 + r - p + extra for n, s, r, p, extra in grown)
    if not hasattr(op, "pads"):
        return sizes
    return tuple(n + sum(sides) for n, sides in zip(sizes, op.pads(spec), strict=True))


def _outputs(node: Node, known: NodeFacts, *, last: bool) -> int:
    """Values that are computed: of the last node those of the channels that are drawn, before it all."""
    op: Any = node.op
    made, where = known.outputs[0].dims, channel_axis(op, known.inputs[0])
    given = known.inputs[0].dims[where]
    groups = op.groups if op.name in ("conv", "conv_transpose") else given
    channels = sum(len(outs) for _, _, outs in lanes(given, made[where], groups)) if last else made[where]
    return channels * prod(made[where + 1 :])


def _terms(node: Node, known: NodeFacts, sizes: Shape) -> int:
    """Products that make one output value."""
    op: Any = node.op
    spec = known.inputs[0]
    if op.name in ("conv", "conv_transpose"):
        return int(prod(op.kernel) * spec.dims[channel_axis(op, spec)] // op.groups)
    if hasattr(op, "kernel"):
        return int(prod(op.kernel))
    outs = known.outputs[0].dims[-len(sizes) :]
    return prod(-(-n // out) + 1 for n, out in zip(sizes, outs, strict=True))
