"""The oracle of places: the centre of mass of real gradients, of layers whose weights are all one."""

from fractions import Fraction

import torch

from convlens.backends.torch import as_module, initial_weights
from convlens.ir.graph import Graph


def gradient_rows(graph: Graph, ys: range, axis: int = 2) -> torch.Tensor:
    """For each output ``y`` of ``ys`` along one axis: its derivative by every input pixel along it, summed over all other axes."""
    weights = {
        key: torch.zeros_like(w) if key[1] == "bias" else torch.ones_like(w) for key, w in initial_weights(graph, 0).items()
    }
    module = as_module(graph, {key: w.double() for key, w in weights.items()}).eval()
    x = torch.ones([*graph.inputs[0].spec.dims], dtype=torch.float64, requires_grad=True)
    out = module(x)
    assert isinstance(out, torch.Tensor)
    line = out.sum([a for a in range(out.dim()) if a != axis])[ys.start : ys.stop]
    (rows,) = torch.autograd.grad(line, x, torch.eye(len(line), dtype=torch.float64), is_grads_batched=True)
    return rows.sum([a + 1 for a in range(x.dim()) if a != axis])


def centre(rows: torch.Tensor, slope: Fraction, ys: range) -> float:
    """The mean of ``i - slope*y`` over all pairs of an output of ``ys`` and an input pixel, by their derivative: the intercept."""
    places = torch.arange(rows.shape[1], dtype=torch.float64)
    shifted = places - float(slope) * torch.tensor(list(ys), dtype=torch.float64)[:, None]
    return float((rows * shifted).sum() / rows.sum())
