"""Both networks run on the same random input, in float64, and what they give compared."""

from collections.abc import Mapping
from typing import NamedTuple

import torch
from torch import Tensor

from convlens.backends.plan import Key
from convlens.backends.torch import Executor, initial_weights
from convlens.ir.graph import Graph
from convlens.ir.spec import TensorSpec

ROUNDING = 1e-9
"""Values that differ by less than this part of the largest one are the same but for rounding."""


class Proof(NamedTuple):
    """``largest`` difference, the ``scale`` (the largest value), and how many of how many values are not the same.

    ``margin`` is how many pixels from the border all values are the same; None where there is no such place.
    """

    largest: float
    scale: float
    differing: int
    values: int
    margin: int | None

    @property
    def equal(self) -> bool:
        return self.differing == 0


def prove(before: Graph, weights: Mapping[Key, Tensor], after: Graph, new: Mapping[Key, Tensor], seed: int = 0) -> Proof:
    """Run both. Outputs that differ in their shape alone are compared value by value."""
    source = torch.Generator().manual_seed(seed)
    xs = {item.name: _drawn(item.spec, source) for item in before.inputs}
    with torch.no_grad():
        old, found = Executor(before)(xs, weights), Executor(after)(xs, new)
    pairs = [(old[a], found[b].reshape(old[a].shape)) for a, b in zip(before.outputs, after.outputs, strict=True)]
    scale = max(float(a.abs().max()) for a, _ in pairs)
    wrong = [(a - b).abs() > ROUNDING * scale for a, b in pairs]
    return Proof(
        max(float((a - b).abs().max()) for a, b in pairs),
        scale,
        sum(int(w.sum()) for w in wrong),
        sum(w.numel() for w in wrong),
        max((_margin(w) for w in wrong), key=lambda m: float("inf") if m is None else m),
    )


def _margin(wrong: Tensor) -> int | None:
    if not wrong.any():
        return 0
    if wrong.dim() < 3:
        return None
    field = wrong.any(1).any(0)
    for margin in range(1, (min(field.shape) + 1) // 2):
        if not field[(slice(margin, -margin),) * field.dim()].any():
            return margin
    return None


def _drawn(spec: TensorSpec, source: torch.Generator) -> Tensor:
    """Normal values; 0 or 1 where whole numbers are needed, which every table has a row for."""
    if spec.floating:
        return torch.randn(spec.dims, generator=source, dtype=torch.float64)
    return torch.randint(0, 2, spec.dims, generator=source).to(getattr(torch, spec.dtype))


def random_weights(graph: Graph, seed: int = 0) -> dict[Key, Tensor]:
    """Weights in float64 as layers start with them; normalisations have statistics, scales and shifts that are not 0 and 1."""
    found = {
        key: tensor.double() if tensor.is_floating_point() else tensor for key, tensor in initial_weights(graph, seed).items()
    }
    source = torch.Generator().manual_seed(seed)
    norms = {node.name for node in graph if "norm" in node.op.name}
    for (node, name), tensor in found.items():
        if node in norms:
            drawn = torch.rand(tensor.shape, generator=source, dtype=torch.float64)
            found[node, name] = drawn + 0.5 if name in ("weight", "running_var") else drawn - 0.5
    return found
