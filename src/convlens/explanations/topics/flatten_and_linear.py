"""The number that a dense layer behind a map asks for, and why the input size is then fixed."""

from typing import Any

from convlens import networks
from convlens.explanations.example import run
from convlens.ir.errors import ConvlensError
from convlens.ir.graph import Graph
from convlens.ir.spec import TensorSpec
from convlens.passes.facts import facts

FORMULA = "params = c*h*w*units + units"
CALLS = (("Linear(6400, 4096)", "1x6400"), ("Linear(12000, 12)", "1x12000"))
SOURCE = "Zhang et al., Dive into Deep Learning, section 8.1 (AlexNet); Lin, Chen, Yan, arXiv:1312.4400"
SEE = ("parameters", "one-by-one", "pooling")

SHOWN = ("conv", "max_pool", "flatten", "linear")
LARGER = 256


def _flat(graph: Graph) -> int:
    """How many values the network lays out in one row."""
    found = facts(graph)
    return next(found.nodes[node.name].outputs[0].dims[1] for node in graph if node.op.name == "flatten")


def _refused(call: str, shape: str) -> str:
    try:
        run(call, shape)
    except ConvlensError as error:
        return str(error).split("\n", 1)[0].partition(": ")[2]
    raise AssertionError(call)


def values() -> dict[str, Any]:
    graph = networks.load("alexnet")
    found = facts(graph)
    shapes = [(node.name, node.op.name, found.nodes[node.name].outputs[0]) for node in graph if node.op.name in SHOWN]
    _, c, h, w = next(found.nodes[node.name].inputs[0].dims for node in graph if node.op.name == "flatten")
    other = _flat(graph.with_inputs((TensorSpec((1, 1, LARGER, LARGER)),)))
    return {
        "c": c, "h": h, "w": w, "units": 4096, "params": run(*CALLS[0]).params, "flat": c * h * w,
        "rows": [(name, op, "x".join(map(str, spec.dims))) for name, op, spec in shapes],
        "maps": 30, "each": 400, "long": 30 * 400, "classes": 12, "small": run(*CALLS[1]).params,
        "larger": LARGER, "other": other, "error": _refused(CALLS[0][0], f"1x{other}"),
    }  # fmt: skip
