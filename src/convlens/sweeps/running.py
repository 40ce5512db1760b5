"""The runs that are measured: a call on PyTorch's CPU kernels, forward, and backward for its weights and its input."""

from typing import Any

import torch
from torch import Tensor

from convlens.backends.torch import Executor, initial_weights
from convlens.ir.errors import UsageError
from convlens.ir.graph import Graph
from convlens.sweeps.timing import Run


def forward(graph: Graph) -> Run:
    """The call in evaluation mode, no gradient wanted."""
    executor, weights, inputs = _ready(graph)

    def run() -> object:
        with torch.no_grad():
            return executor(inputs, weights)

    return run


def backward(graph: Graph) -> Run:
    """The gradients alone: by the weights and by the input, as of a layer in the middle of a network."""
    executor, weights, inputs = _ready(graph)
    wanted = [x.requires_grad_() for x in (*weights.values(), *inputs.values()) if x.is_floating_point()]
    made = [y for y in executor(inputs, weights).values() if y.requires_grad]
    if not made:
        raise UsageError("it has no gradient")
    ones = [torch.ones_like(y) for y in made]

    def run() -> object:
        return torch.autograd.grad(made, wanted, ones, retain_graph=True, allow_unused=True)

    return run


RUNS = {"forward": forward, "backward": backward}


def _ready(graph: Graph) -> tuple[Executor, dict[Any, Tensor], dict[str, Tensor]]:
    """Weights as PyTorch's layers start with them and random inputs, in the dtype of the input."""
    generator = torch.Generator().manual_seed(0)
    inputs = {item.name: _input(item.spec.dims, getattr(torch, item.spec.dtype), generator) for item in graph.inputs}
    dtype = next((x.dtype for x in inputs.values() if x.is_floating_point()), torch.float32)
    weights = {key: w.to(dtype) if w.is_floating_point() else w for key, w in initial_weights(graph).items()}
    return Executor(graph), weights, inputs


def _input(dims: tuple[int, ...], dtype: torch.dtype, generator: torch.Generator) -> Tensor:
    if dtype.is_floating_point:
        return torch.randn(dims, generator=generator).to(dtype)
    return torch.zeros(dims, dtype=dtype)
