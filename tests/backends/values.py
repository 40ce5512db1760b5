"""Random values for the inputs of a drawn layer or function, and graphs of one operator."""

from collections.abc import Sequence

import torch
from torch import Tensor

from convlens.ir.graph import Graph, Input, Node, Ref
from convlens.ir.op import Op
from convlens.ir.spec import TensorSpec
from convlens.ir.verify import verify


def values(shape: tuple[int, ...], dtype: str, seed: int = 0, below: int = 4) -> Tensor:
    """Normal values, whole numbers from 0 to ``below`` - 1, or truth values; the same for the same seed."""
    source = torch.Generator().manual_seed(seed)
    kind = getattr(torch, dtype)
    if kind.is_floating_point or kind.is_complex:
        return torch.randn(shape, generator=source, dtype=torch.float64).to(kind)
    return torch.randint(0, 2 if dtype == "bool" else below, shape, generator=source).to(kind)


def alone(op: Op, specs: Sequence[TensorSpec], outputs: int | None = None) -> Graph:
    """A graph of this operator: its inputs are ``x0``, ``x1``, ...; its node is ``op``."""
    inputs = tuple(Input(f"x{at}", spec) for at, spec in enumerate(specs))
    count = len(op.infer(tuple(specs))) if outputs is None else outputs
    node = Node("op", op, tuple(Ref(item.name) for item in inputs))
    return verify(Graph(op.name, inputs, (node,), tuple(Ref("op", port) for port in range(count))))


def spec_of(x: Tensor) -> TensorSpec:
    return TensorSpec(tuple(x.shape), str(x.dtype).removeprefix("torch."))


def shaken(module: torch.nn.Module, seed: int = 99) -> torch.nn.Module:
    """The module with random parameters, and running statistics that are not 0 and 1."""
    source = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for p in module.parameters():
            if p.numel():
                p.copy_(torch.randn(p.shape, generator=source) / max(p[0].numel(), 1) ** 0.5 if p.dim() else p)
        for name, b in module.named_buffers():
            if name.endswith("running_mean"):
                b.copy_(torch.randn(b.shape, generator=source))
            elif name.endswith("running_var"):
                b.copy_(torch.rand(b.shape, generator=source) + 0.5)
    return module


def close(ours: Sequence[Tensor], theirs: Sequence[Tensor], rtol: float = 1e-12) -> None:
    """Same number, shapes, dtypes and values; not a number where the other is not one."""
    assert len(ours) == len(theirs)
    for a, b in zip(ours, theirs, strict=True):
        torch.testing.assert_close(a, b, rtol=rtol, atol=rtol, equal_nan=True)
