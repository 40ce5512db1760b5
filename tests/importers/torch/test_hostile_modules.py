"""Modules and arguments that once broke the capture, changed the caller's world, or took too long."""

import gc
import pickle
import resource
from typing import Any, ClassVar

import numpy.random
import pytest
import torch
from torch import nn

import convlens
from convlens.importers.torch import capture
from convlens.ir.errors import UsageError
from convlens.ir.spec import TensorSpec
from convlens.passes.facts import facts


class Exits(nn.Module):
    def forward(self, x):
        raise SystemExit(0)


class Unspeakable(Exception):
    def __str__(self):
        raise ValueError("no words")


class RaisesUnspeakable(nn.Module):
    def forward(self, x):
        raise Unspeakable


class NoInit(nn.Module):
    def __init__(self):
        pass

    def forward(self, x):
        return x


class Secretive:
    def __init__(self, y):
        self.y = y

    def __getattribute__(self, name):
        raise ValueError("nothing to see")


class SecretiveOutput(nn.Module):
    def forward(self, x):
        return Secretive(x * 2)


class ChangesTheWorld(nn.Module):
    def forward(self, x):
        torch.set_grad_enabled(False)
        torch.set_default_dtype(torch.float64)
        torch.manual_seed(7)
        return x * 2


class WritesIntoItsInput(nn.Module):
    def forward(self, x):
        return x.add_(1) * 2


class BigPlainTensors(nn.Module):
    """Held in a list, so that PyTorch does not know them."""

    def __init__(self):
        super().__init__()
        self.held = [torch.zeros(20_000)]

    def forward(self, x):
        return x + torch.outer(self.held[0], self.held[0]).sum()


class ManyCalls(nn.Module):
    def __init__(self, count):
        super().__init__()
        self.count = count

    def forward(self, x):
        for _ in range(self.count):
            x = torch.relu(x)
        return x


@pytest.mark.parametrize(
    ("module", "argument", "message"),
    [
        (Exits(), (1, 3), "the forward of Exits raised:"),
        (RaisesUnspeakable(), (1, 3), "its text raises ValueError"),
        (NoInit(), (1, 3), "its __init__ does not call super"),
        (nn.Conv2d(1, 1, 1), (1, 1, 10**10, 10**10), "2\\^63 values"),
        (nn.ReLU(), torch.nested.nested_tensor([torch.zeros(2), torch.zeros(3)], layout=torch.jagged), "a nested tensor"),
    ],
    ids=["exits", "unspeakable", "no init", "too large", "nested"],
)
def test_one_clear_message(module, argument, message):
    with pytest.raises(UsageError, match=message):
        capture(module, (argument,))


def test_a_list_that_holds_itself_is_refused():
    loop: list = []
    loop.append(loop)
    with pytest.raises(UsageError, match="nested deeper than 32"):
        capture(nn.Identity(), (loop,))


def test_an_output_that_hides_its_attributes_is_looked_into():
    graph = capture(SecretiveOutput(), ((1, 3),))
    assert [ref.node for ref in graph.outputs] == ["mul"]


def test_the_world_is_left_as_it_was():
    capture(ChangesTheWorld(), ((1, 3),))
    assert torch.is_grad_enabled()
    assert torch.get_default_dtype() is torch.float32


class KeepsItsInput(nn.Module):
    kept: ClassVar[list[torch.Tensor]] = []

    def forward(self, x):
        self.kept.append(x)
        return x * 2


def test_a_tensor_that_outlives_its_capture_is_of_no_use():
    capture(KeepsItsInput(), ((1, 3),))
    with pytest.raises(
        UsageError, match=r"^aten.neg.default is called on a tensor of a capture that is over: it has a shape, and no values$"
    ):
        -KeepsItsInput.kept.pop()


def test_a_capture_leaves_nothing_to_the_garbage_collector():
    module = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.Flatten())
    capture(module, ((1, 3, 8, 8),))
    gc.collect()
    gc.disable()
    try:
        capture(module, ((1, 3, 8, 8),))
        assert gc.collect() == 0
    finally:
        gc.enable()


class DrawsFromNumpy(nn.Module):
    def __init__(self, how):
        super().__init__()
        self.how = how

    def forward(self, x):
        self.how()
        return x * 2


LEGACY: Any = numpy.random
"""Its global state is what a forward may change."""


@pytest.mark.parametrize("before", [lambda: None, LEGACY.randn])
@pytest.mark.parametrize(
    "how",
    [
        lambda: None,
        LEGACY.rand,
        LEGACY.randn,
        lambda: LEGACY.seed(5),
        lambda: LEGACY.set_bit_generator(LEGACY.PCG64(1)),
    ],
)
def test_the_random_numbers_of_numpy_are_left_as_they_were(before, how):
    """A normal number comes with a second one, which waits for the next call."""
    LEGACY.seed(0)
    before()
    generator, state = LEGACY.get_bit_generator(), pickle.dumps(LEGACY.get_state(legacy=False))
    capture(DrawsFromNumpy(how), ((1, 3),))
    assert LEGACY.get_bit_generator() is generator
    assert pickle.dumps(LEGACY.get_state(legacy=False)) == state


@pytest.mark.parametrize("real", [True, False])
def test_the_callers_tensor_is_left_as_it_was(real):
    x = torch.ones(1, 3)
    capture(WritesIntoItsInput(), (x,), real=real)
    assert torch.equal(x, torch.ones(1, 3))


def test_large_plain_tensors_are_not_computed_with():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    graph = capture(BigPlainTensors(), ((1, 3),))
    assert facts(graph).error is None
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 500_000, "the outer product alone is 1.6 GB"


def test_names_stay_unique_and_quick_to_find():
    graph = capture(ManyCalls(20_000), ((1, 3),))
    assert len({node.name for node in graph}) == 20_000
    assert graph.nodes[-1].name == "relu_19999"


def test_a_shape_with_a_dtype_may_stand_for_any_input():
    report = convlens.summary(nn.Embedding(10, 8), TensorSpec((2, 7), "int64"))
    assert report.to_dict()["inputs"][0]["dtype"] == "int64"
