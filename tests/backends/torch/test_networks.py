"""Every network of the folder against its twin in PyTorch, with the same weights, in float64, at a small input size."""

import pytest
import torch
from torch import nn

from convlens.backends.plan import checked
from convlens.backends.torch import Executor, as_module, initial_weights, weights_of
from convlens.ir import text
from convlens.ir.errors import ShapeError
from convlens.ir.graph import Graph
from convlens.ir.spec import TensorSpec
from convlens.networks import load, names
from tests.backends.values import close, shaken, values
from tests.networks import torch_twins

SIZES = (16, 32, 48, 64, 75, 96, 128, 188)
NUMBERS = {"fcn32s": {"519": "83", "500x500": "64x64"}, "deeplabv3": {"520": "64", "65, 65": "8, 8"}}
LEAST = {"mobilenet_v1": 64}
"""The twin pads as for sizes that the strides divide."""


def weights_needed(graph: Graph) -> list[object]:
    return [dict(found.param_shapes) for found in checked(graph).nodes.values()]


def small(graph: Graph) -> Graph:
    """The same network on the smallest input that its layers take and its weights fit.

    FCN cuts its output to the size of the input, and DeepLab resizes it to that, which are numbers in the text.
    """
    for old, new in NUMBERS.get(graph.name, {}).items():
        graph = text.parse(text.format(graph).replace(old, new))
    if graph.name in NUMBERS:
        return graph
    spec, needed = graph.inputs[0].spec, weights_needed(graph)
    for size in SIZES:
        if size < LEAST.get(graph.name, 0):
            continue
        tried = graph.with_inputs((TensorSpec((*spec.dims[:2], *(min(n, size) for n in spec.dims[2:]))),))
        try:
            if weights_needed(tried) == needed:
                return tried
        except ShapeError:
            continue
    return graph


def twin(name: str) -> nn.Module:
    return shaken(getattr(torch_twins, name)().to(torch.float64)).eval()


def run(module: nn.Module, x: torch.Tensor) -> list[torch.Tensor]:
    with torch.no_grad():
        result = module(x)
    return list(result) if isinstance(result, tuple) else [result]


@pytest.mark.parametrize("name", names())
def test_a_network_computes_what_its_twin_does(name: str) -> None:
    graph, module = small(load(name)), twin(name)
    x = values(graph.inputs[0].spec.dims, "float64")
    expected = run(module, x)
    assert all(y.isfinite().all() and y.std() > 0 for y in expected), "values that a comparison says something about"
    with torch.no_grad():
        found = Executor(graph)({graph.inputs[0].name: x}, weights_of(module, graph))
    close(list(found.values()), expected)


def test_a_changed_layer_is_noticed() -> None:
    """The partner: one setting of one layer that changes no shape."""
    graph, module = small(load("densenet121")), twin("densenet121")
    written = text.format(graph)
    assert "avg_pool(" in written
    changed = text.parse(written.replace("= avg_pool(", "= max_pool(", 1))
    x = values(graph.inputs[0].spec.dims, "float64")
    with torch.no_grad():
        found = Executor(changed)({graph.inputs[0].name: x}, weights_of(module, graph))
    with pytest.raises(AssertionError):
        close(list(found.values()), run(module, x))


@pytest.mark.parametrize("name", ["lenet5", "resnet18", "vit_b_16", "shufflenet_v2"])
def test_the_module_has_the_state_of_the_twin(name: str) -> None:
    """A checkpoint of the one is a checkpoint of the other, but for the counters that PyTorch's batch norm keeps."""
    theirs = {key: tuple(t.shape) for key, t in twin(name).state_dict().items() if not key.endswith("num_batches_tracked")}
    module = as_module(load(name))
    assert {key: tuple(t.shape) for key, t in module.state_dict().items()} == theirs


def test_first_weights_are_drawn_as_by_the_layers() -> None:
    """Same seed, same weights; and of a network of plain layers exactly those that PyTorch draws."""
    graph = load("lenet5")
    first, again, other = initial_weights(graph, 3), initial_weights(graph, 3), initial_weights(graph, 4)
    assert all(torch.equal(first[key], again[key]) for key in first)
    assert any(not torch.equal(first[key], other[key]) for key in first)
    torch.manual_seed(3)
    drawn = torch_twins.lenet5().state_dict()
    assert {f"{node}.{name}" for node, name in first} == set(drawn)
    assert all(torch.equal(tensor, drawn[f"{node}.{name}"]) for (node, name), tensor in first.items())


@pytest.mark.parametrize("name", ["resnet18", "vit_b_16", "convnext_tiny"])
def test_first_weights_let_a_network_run(name: str) -> None:
    graph = small(load(name))
    with torch.no_grad():
        (y,) = Executor(graph)(
            {graph.inputs[0].name: values(graph.inputs[0].spec.dims, "float32")}, initial_weights(graph)
        ).values()
    assert y.isfinite().all()
    assert y.std() > 0
