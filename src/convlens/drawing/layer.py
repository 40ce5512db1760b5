"""The scene of one layer as its framework writes it."""

from math import prod
from typing import Any

from convlens.drawing.layout import laid_out
from convlens.drawing.naming import file_name
from convlens.drawing.scene import Scene
from convlens.drawing.stage import MOST_CELLS, Reader
from convlens.ir.errors import UsageError
from convlens.ir.graph import Node
from convlens.ir.spec import show_shape
from convlens.report.layer import LayerReport
from convlens.tracing.trace import Trace

VIEWS = {"conv_transpose": ("stretched", "scattering")}
"""Operators that are drawn in two ways, one below the other."""

DRAWN = ("conv", "conv_transpose", "max_pool", "avg_pool", "adaptive_max_pool", "adaptive_avg_pool")
BETWEEN = "xuvt"
"""Letters of the input and of what lies between the stages."""


def layer_scene(report: LayerReport, *, values: Any = None, weights: Any = None, flip: bool = False) -> Scene:
    """Every number of a layer: input, kernel, output, and a step for each output value.

    ``values`` and ``weights`` are those of `LayerReport.trace`; without them small whole numbers stand there. Raises
    `UsageError` for a layer that is no window over an image, and for one of more than `MOST_CELLS` numbers a map.
    """
    rank = len(report.shapes()[1][0])
    nodes = _drawable(report)
    for node in nodes:
        _check_size(report, node)
    trace = report.trace((0,) * rank, values=values, weights=weights, flip=flip)
    walk = trace.walk()
    stages = []
    for at, node in enumerate(nodes):
        names = (BETWEEN[at] if at else "x", "y" if node is nodes[-1] else BETWEEN[at + 1])
        for view in VIEWS.get(node.op.name, ("window",)):
            stages.append(Reader(trace, walk, node, view, f"{at}{view[0]}", names).stage())
    given, made = report.shapes()
    title = f"{report.call}  {show_shape(given[0])} -> {show_shape(made[0])}"
    return laid_out(file_name(report), title, _described(trace), _together(stages, nodes))


def _together(stages: list[Any], nodes: list[Node]) -> list[Any]:
    """Two views of one node step together: the cells of both light up for the same output."""
    if len(stages) != 2 or len(nodes) != 1:
        return stages
    first, second = stages
    steps = [a._replace(lit=(*a.lit, *b.lit), words=(*a.words, *b.words)) for a, b in zip(first.steps, second.steps, strict=True)]
    return [first._replace(steps=steps), second._replace(steps=[])]


def _drawable(report: LayerReport) -> list[Node]:
    nodes = [node for node in report.graph if node.op.name in DRAWN]
    if not nodes:
        raise UsageError(
            f"{report.call}: there is no window to draw\n  fix: a convolution, a transposed convolution or a pooling layer"
        )
    return nodes


def _check_size(report: LayerReport, node: Node) -> None:
    known = report.facts.nodes[node.name]
    for spec in (known.inputs[0], known.outputs[0]):
        cells = prod(spec.dims[2:])
        if cells > MOST_CELLS:
            raise UsageError(
                f"{report.call} on {spec} has {cells:,} numbers in a map; at most {MOST_CELLS:,} are drawn\n"
                "  fix: a smaller input: the arithmetic is the same"
            )


def _described(trace: Trace) -> str:
    return f"{trace.call} --input {show_shape(trace.input)}"
