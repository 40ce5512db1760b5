"""What can be drawn, and how much of it can still be read. Everything is asked before any number is made."""

from math import prod
from typing import Any

from convlens.ir.errors import UsageError
from convlens.ir.graph import Node
from convlens.ir.spec import Shape
from convlens.ops._window import channel_axis, spatial
from convlens.report.layer import LayerReport
from convlens.tracing.operators import MOST_TERMS
from convlens.tracing.operators.pointwise import FUNCTIONS

DRAWN = ("conv", "conv_transpose", "max_pool", "avg_pool", "adaptive_max_pool", "adaptive_avg_pool")

MOST_CELLS = 1000
"""Numbered cells of one map; a browser draws more only slowly (measured: 4,096 take 158 ms to build and 25 ms a step)."""


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


def check_size(report: LayerReport, node: Node) -> None:
    """`UsageError` for a map of too many cells, its padding included, or for more products than can be made in a moment."""
    known = report.facts.nodes[node.name]
    sizes = spatial(node.op, known.inputs[0])
    check_cells(report, _plane(node.op, known.inputs[0], sizes))
    check_cells(report, spatial(node.op, known.outputs[0]))
    if (products := prod(known.outputs[0].dims) * _terms(node, sizes, report)) > MOST_TERMS:
        raise UsageError(
            f"{report.call}: the outputs are made of {products:,} products; at most {MOST_TERMS:,} are drawn\n"
            "  fix: fewer channels, or a smaller input: the arithmetic is the same"
        )


def check_cells(report: LayerReport, dims: Shape) -> None:
    """`UsageError` for a map that has too many cells to be read."""
    if prod(dims) > MOST_CELLS:
        raise UsageError(
            f"{report.call}: a map of {'x'.join(map(str, dims))} has {prod(dims):,} cells; at most {MOST_CELLS:,} are drawn\n"
            "  fix: a smaller input: the arithmetic is the same"
        )


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


def _terms(node: Node, sizes: Shape, report: LayerReport) -> int:
    """Products that make one output value."""
    op: Any = node.op
    spec = report.facts.nodes[node.name].inputs[0]
    if op.name in ("conv", "conv_transpose"):
        return int(prod(op.kernel) * spec.dims[channel_axis(op, spec)] // op.groups)
    if hasattr(op, "kernel"):
        return int(prod(op.kernel))
    outs = report.facts.nodes[node.name].outputs[0].dims[-len(sizes) :]
    return prod(-(-n // out) + 1 for n, out in zip(sizes, outs, strict=True))
