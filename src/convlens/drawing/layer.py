"""The scene of one layer as its framework writes it."""

import shlex
from typing import Any

from convlens.drawing.caption import captions
from convlens.drawing.compose import composed
from convlens.drawing.limits import check_size, drawable
from convlens.drawing.naming import file_name
from convlens.drawing.reader import Reader
from convlens.drawing.scene import Scene
from convlens.drawing.stage import Stage, stage
from convlens.drawing.unfold import unfold_scene
from convlens.ir.graph import Node
from convlens.ir.spec import show_shape
from convlens.report.layer import LayerReport
from convlens.tracing.trace import Trace

VIEWS = {"conv_transpose": ("stretched", "scattering")}
"""Operators that are drawn in two ways, one below the other."""

BETWEEN = "xuvst"
"""Letters of the input and of what lies between the stages."""


def layer_scene(
    report: LayerReport,
    *,
    values: Any = None,
    weights: Any = None,
    flip: bool = False,
    caption: str | None = None,
    full: bool = False,
) -> Scene:
    """Every number of a layer: input, kernel, output, and a step for each output value.

    ``values`` and ``weights`` are those of `LayerReport.trace`; without them small whole numbers stand there. ``caption`` is the
    language in which the signs of the picture are explained below it; without one it has no words. With
    ``full`` every product of every step is written out, else only as far as the picture stays small. Raises `UsageError` for a
    layer that is no window over an image, and for one that is too large to be read.
    """
    if [node.op.name for node in report.graph] == ["unfold"]:
        return unfold_scene(report, values=values, weights=weights, flip=flip, caption=caption, full=full)
    nodes = drawable(report)
    check_size(report, [node for node, _ in nodes])
    rank = len(report.shapes()[1][0])
    trace = report.trace((0,) * rank, values=values, weights=weights, flip=flip)
    readers = [reader for at in range(len(nodes)) for reader in _readers(trace, nodes, at)]
    stages = _together([stage(reader) for reader in readers], len(nodes))
    told = captions(caption, readers, report) if caption else ()
    return composed(file_name(report), titles(report), described(trace), stages, told, full=full)


def titles(report: LayerReport) -> tuple[str, str]:
    """The call, and what it does to the shape."""
    given, made = report.shapes()
    return report.call, f"{show_shape(given[0])} -> {show_shape(made[0])}"


def _readers(trace: Trace, nodes: list[tuple[Node, Node | None]], at: int) -> list[Reader]:
    """Each view of one node, all from the same walk."""
    node, after = nodes[at]
    walk = trace.walk()
    names = (BETWEEN[at] if at else "x", "y" if at == len(nodes) - 1 else BETWEEN[at + 1])
    views = VIEWS.get(node.op.name, ("window",))
    return [Reader(trace, walk, node, view, f"{at}{view[:2]}", names, after) for view in views]


def _together(stages: list[Stage], nodes: int) -> list[Stage]:
    """Two views of one node step together: the cells of both light up for the same output, which is drawn once."""
    if len(stages) != 2 or nodes != 1:
        return stages
    first, second = stages
    steps = tuple(a._replace(lit=(*b.lit[:-1], *a.lit)) for a, b in zip(first.steps, second.steps, strict=True))
    lanes = tuple(
        lane._replace(rows=tuple(row._replace(output=(), bias=()) for row in lane.rows)) for lane in second.lanes
    )  # fmt: skip
    return [first._replace(steps=steps), second._replace(lanes=lanes, steps=(), heads=second.heads[:1])]


def described(trace: Trace) -> str:
    """What draws the picture again."""
    given = "".join(
        f" --{option}"
        for option, value in (("values", trace.given["input"]), ("weights", trace.given["weights"]), ("flip", trace.flip or None))
        if value is not None
    )
    return f"convlens draw {shlex.quote(trace.call)} --input {show_shape(trace.input)}{given}"
