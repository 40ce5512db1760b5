"""A graph as a module: what is trained, what is shared, what is stored, and how it is used."""

import pytest
import torch
from torch import nn

from convlens.backends.torch import Executor, as_module, initial_weights, weights_of
from convlens.importers.torch import capture
from convlens.ir import text
from convlens.ir.errors import ShapeError, UsageError
from convlens.ir.graph import Ref
from tests.backends.values import close, shaken, values

TWO = """
input x: 2x3x8x8
c = conv(x, out=4, kernel=3x3, padding=1)
b = batch_norm(c)
r = relu(b)
s = add(r, c)
output s
output r
"""


class Shared(nn.Module):
    """One layer used twice, one frozen, functional calls with weights of other names, a stored table."""

    def __init__(self) -> None:
        super().__init__()
        self.twice = nn.Linear(4, 4)
        self.fixed = nn.Linear(4, 4).requires_grad_(False)
        self.kernel = nn.Parameter(torch.randn(4, 4))
        self.offset = nn.Parameter(torch.randn(4))
        self.register_buffer("table", torch.arange(4.0))
        self.unused = nn.Linear(2, 2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.fixed(self.twice(self.twice(x)))
        x = nn.functional.linear(x, self.kernel, self.offset) + self.table
        return x + torch.ones(4, dtype=x.dtype) * torch.zeros_like(x).add(3.0)


def test_a_module_with_ties_buffers_and_functional_calls_is_the_same_as_a_graph() -> None:
    module = shaken(Shared().double())
    x = values((3, 4), "float64")
    graph = capture(module, [x])
    ours = as_module(graph, weights_of(module, graph))
    close([ours(x)], [module(x)])
    trained = {name for name, p in ours.named_parameters() if p.requires_grad}
    assert trained == {"twice.weight", "twice.bias", "kernel", "offset"}
    assert {name for name, p in ours.named_parameters() if not p.requires_grad} == {"fixed.weight", "fixed.bias"}
    assert set(ours.state_dict()) == {name for name in module.state_dict() if not name.startswith("unused")}
    ours.load_state_dict({name: 2 * t for name, t in module.state_dict().items() if not name.startswith("unused")})
    with pytest.raises(AssertionError):
        close([ours(x)], [module(x)])


def test_what_is_shared_gets_the_gradients_of_both_uses() -> None:
    module = shaken(Shared().double())
    x = values((3, 4), "float64")
    graph = capture(module, [x])
    ours = as_module(graph, weights_of(module, graph))
    for net in (ours, module):
        net(x).square().sum().backward()
    close([ours.twice.weight.grad], [module.twice.weight.grad])
    assert ours.fixed.weight.grad is None


def test_the_weights_are_copies() -> None:
    graph = text.parse("input x: 1x2\nl = linear(x, out=2)\noutput l")
    weights = initial_weights(graph)
    module = as_module(graph, weights)
    module.l.weight.data.zero_()
    assert weights["l", "weight"].any()


def test_several_outputs_and_all_tensors() -> None:
    graph = text.parse(TWO)
    x, weights = values((2, 3, 8, 8), "float32"), initial_weights(graph)
    s, r = as_module(graph, weights).eval()(x)
    found = Executor(graph)({"x": x}, weights, keep_all=True)
    assert set(found) == {Ref(name) for name in ("x", "c", "b", "r", "s")}
    close([s, r], [found[Ref("s")], found[Ref("r")]])
    assert list(Executor(graph)({"x": x}, weights)) == [Ref("s"), Ref("r")]


def test_another_size_runs_and_a_wrong_one_says_why() -> None:
    graph = text.parse(TWO)
    module = as_module(graph).eval()
    assert module(torch.zeros(1, 3, 5, 9))[0].shape == (1, 4, 5, 9)
    with pytest.raises(UsageError, match=r"^conv 'c': its weight is 4x3x3x3, but its input needs 4x2x3x3$"):
        module(torch.zeros(1, 2, 8, 8))
    with pytest.raises(ShapeError, match="conv 'c': kernel has 2 spatial axes"):
        module(torch.zeros(3, 8))


def test_a_missing_tensor_is_named() -> None:
    graph = text.parse(TWO)
    x, weights = torch.zeros(2, 3, 8, 8), initial_weights(graph)
    with pytest.raises(UsageError, match=r"^the network's input 'x' is not given; its inputs are: x$"):
        Executor(graph)({}, weights)
    with pytest.raises(UsageError, match=r"^the network has no input 'y'; it has: x$"):
        Executor(graph)({"x": x, "y": x}, weights)
    with pytest.raises(UsageError, match=r"^conv 'c' needs its weight, a tensor of 4x3x3x3, under the key \('c', 'weight'\)$"):
        Executor(graph)({"x": x}, {})
    with pytest.raises(UsageError, match=r"^the network has 1 inputs, but 2 are given: x$"):
        as_module(graph)(x, x)
    with pytest.raises(UsageError, match=r"^conv 'c' needs its weight, but the module has no 'c.weight'"):
        weights_of(nn.Linear(2, 2), graph)


def test_what_pytorch_refuses_names_the_node() -> None:
    graph = text.parse("input x: 1x3\nf = elementwise(x, function=bitwise_not)\noutput f")
    with pytest.raises(ShapeError, match=r"elementwise 'f': PyTorch refuses it: .*\n  input: 1x3 float32 from 'x'"):
        Executor(graph)({"x": torch.zeros(1, 3)}, {})


def test_a_constant_without_values_is_asked_for() -> None:
    graph = text.parse("input x: 1x3\nk = constant(shape=[1, 3], stored=true)\ns = add(x, k)\noutput s")
    with pytest.raises(
        UsageError, match=r"^constant 'k' has no values in the graph; give a tensor of 1x3 under the key \('k', 'value'\)$"
    ):
        initial_weights(graph)
    (y,) = Executor(graph)({"x": torch.ones(1, 3)}, {("k", "value"): torch.ones(1, 3)}).values()
    close([y], [torch.full((1, 3), 2.0)])


def test_names_that_modules_have_themselves() -> None:
    graph = text.parse("input x: 1x2\ntrain = linear(x, out=2)\nforward.type = linear(train, out=2)\noutput forward.type")
    module = as_module(graph)
    assert set(module.state_dict()) == {"train_.weight", "train_.bias", "forward_.type_.weight", "forward_.type_.bias"}
    assert module(torch.zeros(1, 2)).shape == (1, 2)
