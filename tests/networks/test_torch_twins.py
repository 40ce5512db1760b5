"""Every network of the folder against the same network in PyTorch: parameters, output shapes and multiply-accumulates.

The modules live on the meta device, so nothing is allocated or computed.
"""

import re

import pytest
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from convlens.ir import text
from convlens.ir.graph import Graph
from convlens.networks import load, names
from convlens.passes.facts import Facts, facts
from tests.networks import torch_twins

PRODUCTS = (nn.Conv1d, nn.Conv2d, nn.Conv3d, nn.ConvTranspose2d, nn.Linear)
LAYERS = ("conv", "conv_transpose", "linear")


def module(name: str) -> nn.Module:
    with torch.device("meta"):
        return getattr(torch_twins, name)().eval()


def picture(graph: Graph) -> torch.Tensor:
    return torch.empty(graph.inputs[0].spec.dims, device="meta")


def params_of(graph: Graph) -> dict[str, tuple[int, ...]]:
    """By their paths; a parameter that is a node of its own has the node's name."""
    found = facts(graph).nodes
    own = {n.name for n in graph if n.op.name == "parameter"}
    shapes = {name: f.param_shapes for name, f in found.items()}
    return {n if n in own else f"{n}.{param}": tuple(shape) for n in shapes for param, shape in shapes[n].items()}


def outputs_of(graph: Graph, found: Facts) -> dict[str, tuple[int, ...]]:
    return {n.name: found.nodes[n.name].outputs[0].dims for n in graph if n.op.name in LAYERS}


def macs_of(graph: Graph, found: Facts) -> dict[str, int]:
    """Of each layer, and of the whole network under its name in `torch.utils.flop_counter`."""
    total = sum(f.macs for f in found.nodes.values())
    return {"Global": total, **{n.name: found.nodes[n.name].macs for n in graph if n.op.name in LAYERS}}


def outputs_in_torch(net: nn.Module, x: torch.Tensor) -> dict[str, tuple[int, ...]]:
    shapes: dict[str, tuple[int, ...]] = {}
    for path, part in net.named_modules():
        if isinstance(part, PRODUCTS):
            part.register_forward_hook(lambda _m, _x, y, path=path: shapes.__setitem__(path, tuple(y.shape)))
    net(x)
    return shapes


def macs_in_torch(net: nn.Module, x: torch.Tensor) -> dict[str, int]:
    with FlopCounterMode(display=False) as counter:
        net(x)
    counts = {path.partition(".")[2] or path: sum(f.values()) // 2 for path, f in counter.get_flop_counts().items()}
    layers = [path for path, part in net.named_modules() if isinstance(part, PRODUCTS)]
    return {path: counts[path] for path in ["Global", *layers]}


@pytest.mark.parametrize("name", names())
def test_parameters_have_the_names_and_shapes_of_the_module(name: str) -> None:
    expected = {path: tuple(p.shape) for path, p in module(name).named_parameters()}
    assert params_of(load(name)) == expected


@pytest.mark.parametrize("name", names())
def test_buffers_are_the_running_statistics(name: str) -> None:
    expected = sum(b.numel() for path, b in module(name).named_buffers() if not path.endswith("num_batches_tracked"))
    assert sum(f.buffers for f in facts(load(name)).nodes.values()) == expected


@pytest.mark.parametrize("name", names())
def test_layers_have_the_output_shapes_of_the_module(name: str) -> None:
    graph = load(name)
    assert outputs_of(graph, facts(graph)) == outputs_in_torch(module(name), picture(graph))


@pytest.mark.parametrize("name", names())
def test_macs_are_half_of_the_flops_that_torch_counts(name: str) -> None:
    graph = load(name)
    assert macs_of(graph, facts(graph)) == macs_in_torch(module(name), picture(graph))


def test_a_wrong_stride_is_found() -> None:
    """The partner: a network that differs in one setting differs from its twin in shapes and MACs."""
    written = text.format(load("resnet18"))
    changed = text.parse(written.replace("kernel=7x7, stride=2, padding=3", "kernel=7x7, stride=1, padding=3"))
    found = facts(changed)
    assert params_of(changed) == params_of(load("resnet18"))
    assert outputs_of(changed, found) != outputs_in_torch(module("resnet18"), picture(changed))
    assert macs_of(changed, found) != macs_in_torch(module("resnet18"), picture(changed))


def test_a_twin_that_is_missing_is_named() -> None:
    with pytest.raises(AttributeError, match=re.escape("'resnet51' is in 0 files tests/networks/twins_*.py; it must be in one")):
        torch_twins.resnet51()
