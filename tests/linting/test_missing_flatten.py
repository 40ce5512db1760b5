"""S09: by shapes in the text form, and by the error of a module of PyTorch that was captured."""

from typing import Any

import pytest
import torch
from torch import nn

from convlens.importers.model import load
from convlens.ir.graph import Graph
from convlens.linting.finding import Finding
from convlens.linting.lint import lint_graph
from convlens.linting.repair import repair
from tests.linting.ask import data, findings, graph_of, mended, module, said


def test_the_output_keeps_channels_and_rows_and_the_fix_makes_one_vector_an_image() -> None:
    graph = graph_of("input x: 2x3x12x10; c = conv(x, out=16, kernel=3x3); r = relu(c); l = linear(r, out=5)")
    (finding,) = findings("S09", graph)
    assert (finding.severity, finding.nodes) == ("error", ("l",))
    assert finding.evidence == {"axis": 3, "size": 8, "channels": 16, "layer": "c"}
    assert module(graph)(data(2, 3, 12, 10)).shape == (2, 16, 10, 5)
    assert module(mended("S09", graph).graph)(data(2, 3, 12, 10)).shape == (2, 5)
    averaged = finding.fixes[1].apply
    assert averaged is not None
    assert module(averaged(graph))(data(2, 3, 12, 10)).shape == (2, 5)


REPORTED = {
    "behind pooling": "c = conv(x, out=8, kernel=3x3); p = max_pool(c, kernel=2x2); l = linear(p, out=5)",
    "behind global pooling": "c = conv(x, out=8, kernel=3x3); p = adaptive_avg_pool(c, size=1x1); l = linear(p, out=5)",
    "behind a norm and a dropout": "c = conv(x, out=8, kernel=3x3); n = batch_norm(c); d = dropout(n); l = linear(d, out=5)",
    "behind a sum": "c = conv(x, out=3, kernel=1x1); s = add(c, x); l = linear(s, out=5)",
    "before other linear layers": "c = conv(x, out=8, kernel=3x3); l = linear(c, out=9); r = relu(l); m = linear(r, out=5); output m",
    "a permutation undone": "c = conv(x, out=8, kernel=3x3); p = permute(c, order=[0, 2, 3, 1]); n = layer_norm(p, shape=[8]); q = permute(n, order=[0, 3, 1, 2]); l = linear(q, out=5)",
}
MEANT = {
    "flattened": "c = conv(x, out=8, kernel=3x3); f = flatten(c); l = linear(f, out=5)",
    "channels last": "c = conv(x, out=8, kernel=3x3); p = permute(c, order=[0, 2, 3, 1]); l = linear(p, out=5)",
    "another order": "c = conv(x, out=8, kernel=3x3); p = permute(c, order=[0, 2, 1, 3]); l = linear(p, out=5)",
    "columns on purpose": "c = conv(x, out=8, kernel=3x3); p = permute(c, order=[0, 1, 3, 2]); l = linear(p, out=5)",
    "tokens": "c = conv(x, out=8, kernel=3x3); f = flatten(c, start=2); l = linear(f, out=5)",
    "reshaped": "c = conv(x, out=8, kernel=3x3); f = reshape(c, shape=[1, 8, -1]); l = linear(f, out=5)",
    "convolved afterwards": "c = conv(x, out=8, kernel=3x3); l = linear(c, out=30); d = conv(l, out=8, kernel=3x3)",
    "of the input": "l = linear(x, out=5)",
    "averaged": "c = conv(x, out=8, kernel=3x3); m = reduce(c, function=mean, over=[2, 3]); l = linear(m, out=5)",
}


@pytest.mark.parametrize("lines", REPORTED.values(), ids=REPORTED.keys())
def test_a_row_of_the_image_is_no_feature_vector(lines: str) -> None:
    assert said("S09", graph_of("input x: 1x3x32x32", lines)) == [("error", ("l",))]


@pytest.mark.parametrize("lines", MEANT.values(), ids=MEANT.keys())
def test_an_axis_that_was_chosen_on_purpose(lines: str) -> None:
    assert said("S09", graph_of("input x: 1x3x32x32", lines)) == []


def test_over_time_it_is_a_warning_and_without_a_batch_the_axes_are_one_less() -> None:
    assert said("S09", graph_of("input x: 1x3x32; c = conv(x, out=8, kernel=3); l = linear(c, out=5)")) == [("warn", ("l",))]
    graph = graph_of("input x: 3x32x32; c = conv(x, out=8, kernel=3x3); l = linear(c, out=5)")
    assert said("S09", graph) == [("error", ("l",))]
    assert mended("S09", graph).after.net.spec(graph.outputs[0]).dims == (5,)


def faults(graph: Graph) -> list[Finding]:
    """What all rules find, without the notes."""
    return [finding for finding in lint_graph(graph).findings if finding.severity != "info"]


def _net(head: nn.Module, *before: nn.Module) -> Any:
    return nn.Sequential(nn.Conv2d(3, 16, 3), nn.ReLU(), nn.MaxPool2d(2), *before, head)


@pytest.mark.parametrize(
    ("module_", "words", "names"),
    [
        (_net(nn.Linear(16 * 15 * 15, 10)), "the 3600 values of the whole map", ["3.flatten", "3"]),
        (_net(nn.Linear(16, 10), nn.AdaptiveAvgPool2d(1)), "the 16 values of the whole map 1x16x1x1", ["4.flatten", "4"]),
        (_net(nn.Linear(16, 10)), "the 16 channels", ["3.adaptive_avg_pool", "3.flatten", "3"]),
    ],
)
def test_a_captured_module_that_breaks_at_its_head_is_mended(module_: nn.Module, words: str, names: list[str]) -> None:
    with pytest.raises(RuntimeError):
        module_(torch.zeros(1, 3, 32, 32))
    graph = load(module_, [(1, 3, 32, 32)])
    (finding,) = faults(graph)  # and no X01
    assert (finding.code, finding.severity) == ("S09", "error")
    assert words in finding.message.text()
    done = repair(graph)
    assert [node.name for node in done.graph][-len(names) :] == names
    assert done.after.net.facts.broken is None
    assert done.after.net.spec(done.graph.outputs[0]).dims == (1, 10)
    assert done.after.net.known(done.graph.nodes[-1]).param_shapes["weight"] == tuple(module_[-1].weight.shape)


def test_a_head_for_another_input_size_is_explained_in_words() -> None:
    graph = load(_net(nn.Linear(16 * 13 * 13, 10)), [(1, 3, 32, 32)])
    (finding,) = faults(graph)
    assert finding.code == "S09"
    assert "16 channels and 169 pixels" in finding.message.text()
    assert finding.fixes[0].words.text().endswith("the flattened map of this one has 3600 values")
    assert repair(graph).mended == ()


def test_a_head_that_has_another_fault_is_left_to_the_general_rule() -> None:
    graph = load(_net(nn.Linear(77, 10)), [(1, 3, 32, 32)])
    assert [f.code for f in faults(graph)] == ["X01"]
    flattened = load(_net(nn.Linear(77, 10), nn.Flatten()), [(1, 3, 32, 32)])
    assert [f.code for f in faults(flattened)] == ["X01"]
