"""What a forward writes with numbers among its operands, captured and run: the graph must say all of it."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from convlens.backends.reference import run
from convlens.backends.torch import Executor
from convlens.importers.torch import capture
from convlens.ir.errors import UsageError
from convlens.ir.text import format as written
from convlens.ir.text import parse
from tests.backends.values import close, values


def _written(x: Tensor, y: Tensor) -> Tensor:
    z = x.clone()
    z[:, 1:3] = y[:, :2]
    return z


FORWARDS: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "number first, minus": lambda x, y: 2 - x,
    "number second, minus": lambda x, y: x - 2,
    "rsub of tensors": torch.rsub,
    "rsub of a number": lambda x, y: torch.rsub(x, 3),
    "number first, divided": lambda x, y: 1 / x,
    "number second, divided": lambda x, y: x / 3,
    "rounded division": lambda x, y: torch.div(x, y, rounding_mode="floor"),
    "alpha": lambda x, y: torch.add(x, y, alpha=3),
    "alpha, minus": lambda x, y: torch.sub(x, y, alpha=0.5),
    "alpha of a number": lambda x, y: x.add(2, alpha=3),
    "power": lambda x, y: x**3,
    "power of a number": lambda x, y: 2**x,
    "power of a number by its function": lambda x, y: torch.pow(2.0, x),
    "remainder of a number": lambda x, y: 5 % x,
    "floor division": lambda x, y: 5 // x,
    "clamp": lambda x, y: x.clamp(-0.5, 0.7),
    "clamp from below": lambda x, y: x.clamp(min=0.1),
    "clamp from above": lambda x, y: torch.clamp(x, max=0.1),
    "clamp_min": lambda x, y: x.clamp_min(0.2),
    "clamp by tensors": lambda x, y: torch.clamp(x, y - 1, y + 1),
    "maximum": torch.maximum,
    "comparison with a number": lambda x, y: (x > 0.3).double(),
    "masked_fill": lambda x, y: x.masked_fill(y > 0, -7.0),
    "where": lambda x, y: torch.where(y > 0, x, 2.0),
    "lerp": lambda x, y: torch.lerp(x, y, 0.3),
    "addcmul": lambda x, y: torch.addcmul(x, y, y, value=0.3),
    "addcdiv": lambda x, y: torch.addcdiv(x, y, y + 9, value=0.3),
    "biased variance": lambda x, y: x.var(1, unbiased=False),
    "variance by position": lambda x, y: x.var(1, False, True),
    "biased variance of all": lambda x, y: x.var(False),
    "correction": lambda x, y: x.std(dim=0, correction=0, keepdim=True),
    "var_mean": lambda x, y: sum(torch.var_mean(x, 1, unbiased=False)),
    "norm 1": lambda x, y: x.norm(1, dim=1),
    "norm by its name": lambda x, y: torch.linalg.vector_norm(x, ord=3, dim=1),
    "made in the forward": lambda x, y: x + torch.full_like(x, 4) * torch.arange(5, dtype=x.dtype) - x.new_ones(5),
    "written into": _written,
    "picked": lambda x, y: torch.gather(x, 1, torch.tensor([[4, 0], [1, 1], [2, 3]])),
}  # fmt: skip


class Forward(nn.Module):
    def __init__(self, run: Callable[[Tensor, Tensor], Tensor]) -> None:
        super().__init__()
        self.run = run

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        return self.run(x, y)


@pytest.mark.parametrize("name", FORWARDS)
def test_a_captured_forward_computes_the_same(name: str) -> None:
    x, y = values((3, 5), "float64"), values((3, 5), "float64", 1)
    module = Forward(FORWARDS[name])
    graph = capture(module, [x, y])
    assert parse(written(graph)) == graph
    given = {item.name: {"x": x, "y": y}[item.name] for item in graph.inputs}
    expected = module(x, y)
    close(list(Executor(graph)(given, {}).values()), [expected])
    (slow,) = run(graph, given, {}).values()
    np.testing.assert_allclose(slow, expected.numpy(), rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize(
    ("forward", "why"),
    [
        (lambda x, y: torch.where(y > 0, 2.0, x), "where takes 3 operands; the graph has 2 tensors and the numbers []"),
    ],
)  # fmt: skip
def test_what_a_graph_does_not_hold_is_refused(forward: Callable[[Tensor, Tensor], Tensor], why: str) -> None:
    """The partner: nothing is run that would come out wrong."""
    graph = capture(Forward(forward), [values((3, 5), "float64"), values((3, 5), "float64")])
    with pytest.raises(UsageError) as caught:
        Executor(graph)
    assert why in str(caught.value)
