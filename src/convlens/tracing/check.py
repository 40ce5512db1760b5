"""The traced value beside PyTorch's own, computed by running the whole layer in float64."""

from collections.abc import Mapping
from importlib.util import find_spec
from itertools import product
from typing import Any, NamedTuple

from convlens.backends.plan import Key
from convlens.ir.errors import ShapeError, UsageError
from convlens.ir.graph import Graph
from convlens.ir.spec import Shape
from convlens.lang.messages import marked
from convlens.passes.facts import Facts
from convlens.tracing.number import Number
from convlens.tracing.source import Source
from convlens.tracing.term import Traced

MOST_VALUES = 500_000
"""Of input and weights together: more are not built only to check one value."""

MOST_MACS = 1_000_000_000

TOLERANCE = 1e-9
"""Relative to the sizes of the terms added up, since another order of adding rounds otherwise."""


class Checked(NamedTuple):
    """``framework`` computed ``value``; where nothing did, ``reason`` says why, its places filled from ``facts``."""

    framework: str = ""
    value: float | None = None
    agrees: bool | None = None
    reason: str = ""
    facts: Mapping[str, str] = {}


_LARGE = marked(
    "its input and weights are {values} values, {macs} MACs; at most {most_values} and {most_macs} are run for a check"
)
_MISSING = marked("PyTorch is not installed")
_ROUNDED = marked("the check computes in float64, and the input is {dtype}")
_REFUSED = marked("it cannot be run: {error}")


def checked(graph: Graph, known: Facts, x: Source, weights: Mapping[Key, Source], ours: Traced) -> Checked:
    """Run the layer on these numbers and compare its output at the index of ``ours``."""
    values = graph.inputs[0].spec.numel + sum(found.params for found in known.nodes.values())
    macs = sum((found.macs or 0) + (found.elementwise or 0) for found in known.nodes.values())
    if values > MOST_VALUES or macs > MOST_MACS:
        facts = {"values": values, "macs": macs, "most_values": MOST_VALUES, "most_macs": MOST_MACS}
        return Checked(reason=_LARGE, facts={name: f"{number:,}" for name, number in facts.items()})
    if find_spec("torch") is None:
        return Checked(reason=_MISSING)
    if graph.inputs[0].spec.dtype not in ("float32", "float64"):
        return Checked(reason=_ROUNDED, facts={"dtype": graph.inputs[0].spec.dtype})
    import torch  # noqa: PLC0415 - a trace needs no framework; its check does

    try:
        theirs = _run(graph, known, x, weights, ours.index)
    except (ShapeError, UsageError) as error:
        return Checked(reason=_REFUSED, facts={"error": str(error).splitlines()[0]})
    return Checked(f"PyTorch {torch.__version__}", theirs, agree(ours, theirs))


def agree(ours: Traced, theirs: float) -> bool:
    """Equal up to rounding; for an infinity, or where nothing can be told (a mean of no values), exactly."""
    value = float(ours.value)
    if value - value != 0:
        return str(value) == str(theirs)
    size = max([1.0, *(abs(float(term.product)) for channel in ours.views[0].channels for term in channel.terms)])
    return abs(value - theirs) <= TOLERANCE * size * max(ours.views[0].terms, 1)


def _run(graph: Graph, known: Facts, x: Source, weights: Mapping[Key, Source], index: Shape) -> float:
    from convlens.backends.torch import Executor  # noqa: PLC0415 - it needs PyTorch

    item = graph.inputs[0]
    tensors = {key: _tensor(weights[key], known.nodes[key[0]].param_shapes[key[1]]) for key in weights}
    (made,) = Executor(graph)({item.name: _tensor(x, item.spec.dims)}, tensors).values()
    return float(made[index])


def _tensor(source: Source, shape: Shape) -> Any:
    """All values of a source, in float64."""
    import torch  # noqa: PLC0415 - only a check needs it

    values: list[Number] = [source.read(index) for index in product(*map(range, shape))]
    return torch.tensor(values, dtype=torch.float64).reshape(shape)
