"""Run a Graph slowly and obviously, in float64 with NumPy: an oracle for everything that is fast.

Windowed operators are loops over output positions, everything else is its textbook formula. It shares no code with
`convlens.ops` beyond reading settings, and knows evaluation only: dropout does nothing, statistics are the stored ones.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from convlens.ir.errors import UsageError

try:
    import numpy as np
except ImportError:
    raise UsageError('this needs NumPy: pip install "convlens[torch]"') from None

from convlens.backends.plan import Key, check_weights, checked, constants_of, given_weights, resized, steps_of, walk
from convlens.backends.reference.formulas import FORMULAS, Array
from convlens.ir.graph import Graph, Node, Ref
from convlens.ir.spec import TensorSpec

__all__ = ["NOT_COVERED", "run"]

NOT_COVERED = {
    "opaque": "only the output shapes of such a call are known",
    "fractional_max_pool": "where its windows lie is drawn at random",
}
"""The operators that have no formula here, and why."""


def run(graph: Graph, inputs: Mapping[str, Any], weights: Mapping[Key, Any], *, keep_all: bool = False) -> dict[Ref, Array]:
    """The network's outputs, or with ``keep_all`` every tensor of it. Real values are computed in float64.

    Raises `UsageError` for an operator of `NOT_COVERED`, and for a missing tensor or one of a wrong shape.

    >>> from convlens.ir.text import parse
    >>> graph = parse("input x: 1x1x4\\nc = conv(x, out=1, kernel=2, bias=false)\\noutput c")
    >>> run(graph, {"x": np.arange(4.0).reshape(1, 1, 4)}, {("c", "weight"): np.ones((1, 1, 2))})[Ref("c")].tolist()
    [[[1.0, 3.0, 5.0]]]
    """
    xs = {name: widened(x) for name, x in inputs.items()}
    ws = {key: widened(w) for key, w in {**constants_of(graph), **weights}.items()}
    for node in graph:
        if reason := _reason(node):
            raise UsageError(f"{node.op.name} {node.name!r} cannot be run: {reason}")
    steps = steps_of(graph)
    check_weights(steps, checked(resized(graph, {name: x.shape for name, x in xs.items()})), {k: w.shape for k, w in ws.items()})
    return walk(steps, graph.outputs, xs, ws, _apply, keep_all=keep_all)


def _reason(node: Node) -> str:
    """Why this node cannot be run, or nothing where it can."""
    settings = node.op.settings()
    if settings.get("function") == "bernoulli":
        return "its values are drawn at random"
    if node.op.name in ("quantize", "dequantize") and settings["scale"] is None:
        return "the graph does not hold its scale and zero point"
    if node.op.name == "quantize" and settings["dtype"].startswith("float8"):
        return f"its values are {settings['dtype']}, which NumPy does not have"
    return NOT_COVERED.get(node.op.name, "")


def widened(x: Any) -> Array:
    """Real values as float64, complex ones as complex128, whole numbers and truth values as they are."""
    array = np.asarray(x)
    return array.astype({"f": np.float64, "c": np.complex128}.get(array.dtype.kind, array.dtype))


def _apply(node: Node, xs: Sequence[Array], own: Mapping[str, Array]) -> Sequence[Array]:
    names = given_weights(node.op, tuple(TensorSpec(x.shape, str(x.dtype)) for x in xs))
    data = len(xs) - len(names)
    with np.errstate(all="ignore"):
        made = FORMULAS[node.op.name](node.op, xs[:data], {**own, **dict(zip(names, xs[data:], strict=True))})
    return tuple(map(widened, made)) if isinstance(made, tuple) else (widened(made),)
