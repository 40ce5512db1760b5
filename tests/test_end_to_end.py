"""One network by three ways: its text form, the PyTorch module it describes, and what the command line prints."""

import json

import pytest
import torch
from click.testing import CliRunner

import convlens
from convlens import networks
from convlens.cli import commands
from convlens.ir.graph import Graph
from convlens.passes.facts import facts
from convlens.passes.receptive_field import receptive_fields
from tests.networks import torch_twins


def captured(name: str) -> Graph:
    with torch.device("meta"):
        module = getattr(torch_twins, name)().eval()
    return convlens.summary(module, networks.load(name).inputs[0].spec.dims).graph


def table(graph: Graph) -> dict[str, tuple[object, ...]]:
    """Output shape, parameters, MACs of every layer that has some, by name."""
    found = facts(graph).nodes
    return {name: (f.outputs[0].dims, f.params, f.macs) for name, f in found.items() if f.macs or f.params}


@pytest.mark.parametrize("name", networks.names())
def test_the_captured_module_is_the_network_of_the_text(name):
    assert table(captured(name)) == table(networks.load(name))


@pytest.mark.parametrize("name", ["alexnet", "vgg16", "resnet18", "resnet50", "dcgan_generator", "unet"])
def test_both_see_the_same_pixels(name):
    text, module = networks.load(name), captured(name)
    of_text, of_module = receptive_fields(text, facts(text)), receptive_fields(module, facts(module))
    layers = table(text)
    assert {n: f.axes for n, f in of_text.items() if f and n in layers and not f.axes[0].whole} == {
        n: f.axes for n, f in of_module.items() if f and n in layers and not f.axes[0].whole
    }


def test_a_network_with_one_other_kernel_is_another_network():
    """The partner: a difference is a difference."""
    with torch.device("meta"):
        module = torch_twins.alexnet()
        module.features[0] = torch.nn.Conv2d(1, 96, 11, stride=4, padding=2)
    assert table(convlens.summary(module, (1, 1, 224, 224)).graph) != table(networks.load("alexnet"))


def test_alexnet_of_the_tutorial_exactly():
    result = CliRunner().invoke(commands, ["summary", "alexnet", "--json"])
    record = json.loads(result.stdout)
    shapes = [
        tuple(layer["outputs"][0][1:]) for layer in record["layers"] if layer["op"] in ("conv", "max_pool", "flatten", "linear")
    ]
    assert shapes == [
        (96, 54, 54), (96, 26, 26), (256, 26, 26), (256, 12, 12), (384, 12, 12), (384, 12, 12), (256, 12, 12), (256, 5, 5),
        (6400,), (4096,), (4096,), (10,),
    ]  # fmt: skip
    assert record["totals"]["params"] == 46_764_746
    assert (record["layers"][0]["params"], record["layers"][0]["macs"]) == (11_712, 33_872_256)
    assert record["layers"][0]["label"] == "Conv2d(1, 96, 11, stride=4, padding=1)"


def test_resnet50_is_exact_from_the_live_module():
    totals = convlens.summary(torch_twins.resnet50().eval(), (1, 3, 224, 224)).to_dict()["totals"]
    assert (totals["params"], totals["macs"]) == (25_557_032, 4_089_184_256)
