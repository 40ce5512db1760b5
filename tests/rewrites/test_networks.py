"""Whole networks, rewritten and run."""

import json
from pathlib import Path

import pytest
import torch
from click.testing import CliRunner

import convlens
from convlens.backends.torch import Executor, weights_of
from convlens.cli import commands
from convlens.ir.text import parse
from convlens.networks import load
from convlens.passes.facts import facts
from convlens.rewrites.proof import random_weights
from convlens.rewrites.table import rule
from tests.backends.torch.test_networks import small
from tests.backends.values import shaken
from tests.networks import torch_twins


def test_every_batch_norm_of_resnet18_folds_into_its_convolution() -> None:
    """The twin's own weights; what the folded network gives is what the module gives."""
    module = shaken(torch_twins.resnet18().double()).eval()
    graph = small(load("resnet18"))
    folded, weights = rule("fold-batch-norm").rewrite(graph, weights_of(module, graph))
    assert not [node for node in folded if node.op.name == "batch_norm"]
    assert len(graph.nodes) - len(folded.nodes) == 20
    x = torch.randn(graph.inputs[0].spec.dims, dtype=torch.float64)
    with torch.no_grad():
        (found,) = Executor(folded)({folded.inputs[0].name: x}, weights).values()
        torch.testing.assert_close(found, module(x), rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("name", ["alexnet", "vgg11"])
def test_a_classifier_becomes_fully_convolutional(name: str) -> None:
    """Narrow layers in place of the 4096 wide ones: the same structure, run on the original size and a larger one."""
    from convlens.ir import text

    written = text.format(load(name)).replace("out=4096", "out=24").replace("out=512", "out=16").replace("out=384", "out=12")
    graph = parse(written.replace("out=256", "out=8"))
    weights = random_weights(graph)
    after, new = rule("linear-to-conv").rewrite(graph, weights)
    assert not [node for node in after if node.op.name in ("linear", "flatten", "adaptive_avg_pool")]
    own = graph.inputs[0].spec.dims
    large = torch.randn(1, own[1], own[2] + 64, own[3] + 32, dtype=torch.float64)
    with torch.no_grad():
        (whole,) = Executor(after)({graph.inputs[0].name: large}, new).values()
        (first,) = Executor(graph)({graph.inputs[0].name: large[:, :, : own[2], : own[3]].contiguous()}, weights).values()
        (same,) = Executor(after)({graph.inputs[0].name: large[:, :, : own[2], : own[3]].contiguous()}, new).values()
    torch.testing.assert_close(same.flatten(1), first, rtol=1e-10, atol=1e-12)
    assert whole.shape == (1, first.shape[1], 3, 2)


def test_the_weights_of_a_live_module_are_taken() -> None:
    module = shaken(torch.nn.Sequential(torch.nn.Conv2d(3, 4, 3), torch.nn.BatchNorm2d(4), torch.nn.ReLU())).eval()
    done = convlens.rewrite(module, (1, 3, 6, 6), name="fold-batch-norm")
    x = torch.randn(1, 3, 6, 6)
    with torch.no_grad():
        (found,) = Executor(done.after)({done.after.inputs[0].name: x.double()}, done.weights).values()
        torch.testing.assert_close(found.float(), module(x))


def test_the_costs_are_those_of_both_networks() -> None:
    done = convlens.rewrite("Conv2d(8, 16, 3, padding=1, bias=False)", (1, 8, 10, 10), name="separable")
    record = done.to_dict()
    assert record["schema"] == "convlens/rewrite/1"
    for key, graph in (("before", done.before), ("after", done.after)):
        known = facts(graph).nodes.values()
        assert record[key]["macs"] == sum(f.macs for f in known)
        assert record[key]["params"] == sum(f.params for f in known)
    assert record["after"]["macs"] / record["before"]["macs"] == 1 / 16 + 1 / 9
    assert record["differing"] > 0
    assert parse(record["text"]) == done.after
    assert json.dumps(record)


def test_the_command(tmp_path: Path) -> None:
    run = CliRunner().invoke
    listed = run(commands, ["rewrite"]).output
    assert "fold-batch-norm" in listed
    assert "possible at 20 of 20 places" in run(commands, ["rewrite", "resnet18"]).output
    out = tmp_path / "new.txt"
    call = ["rewrite", "ConvTranspose2d(2, 3, 4, stride=2)", "--input", "1x2x5x5", "--as", "transposed-to-subpixel"]
    assert run(commands, [*call, "-o", str(out)]).exit_code == 0
    assert parse(out.read_text()).nodes[-1].op.name == "pixel_shuffle"
    assert "最大" in run(commands, [*call, "--lang", "zh"]).output
    assert json.loads(run(commands, [*call, "--json"]).output)["margin"] == 0
    assert "exact" in run(commands, [*call, "-o", str(tmp_path / "a.json")]).output + (tmp_path / "a.json").read_text()
