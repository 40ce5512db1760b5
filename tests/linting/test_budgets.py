"""B01 to B05: on both sides of the budget, by the figures of the summary, and every rule of reach on odd networks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convlens import networks
from convlens.ir.graph import Graph
from convlens.ir.text import parse
from convlens.linting.finding import Finding
from convlens.linting.lint import lint_graph
from convlens.linting.network import Network
from convlens.linting.options import Options
from convlens.linting.settings import Settings
from convlens.linting.table import lookup
from convlens.report.summary import summary
from tests.passes.small_networks import networks as random_networks
from tests.strategies import cases

FIGURES = {
    "B01": ("max_params", "params"),
    "B02": ("max_macs", "macs"),
    "B03": ("max_activation_bytes", "activation_bytes"),
    "B04": ("max_peak_bytes", "peak_activation_bytes"),
}
SAMPLE = ["alexnet", "resnet18", "mobilenet_v2", "densenet121", "unet", "vit_b_16", "textcnn", "r3d_18"]


def found(code: str, graph: Graph, option: str, budget: int) -> list[Finding]:
    return list(lookup(code)().check(Network(graph, Options(**{option: budget}))))


@pytest.mark.parametrize("code", FIGURES)
@pytest.mark.parametrize("name", SAMPLE)
def test_the_budget_is_kept_at_the_figure_and_broken_one_below(code: str, name: str) -> None:
    option, key = FIGURES[code]
    graph = networks.load(name)
    figure = summary(graph).to_dict()["totals"][key]
    assert found(code, graph, option, figure) == []
    (finding,) = found(code, graph, option, figure - 1)
    assert finding.severity == "error"
    assert {**finding.evidence, "largest": 0} == {"figure": figure, "budget": figure - 1, "over": 1, "largest": 0}
    assert f"{figure:,}" in finding.message.text()
    assert f"{figure - 1:,}" in finding.message.text()
    assert finding.node in {node.name for node in graph}


@pytest.mark.parametrize(("name", "field"), [("patchgan", 70), ("bagnet17", 17), ("resnet50", 427), ("alexnet_torchvision", 195)])
def test_the_published_receptive_field_is_the_boundary(name: str, field: int) -> None:
    graph = networks.load(name)
    assert found("B05", graph, "min_receptive_field", field) == []
    (finding,) = found("B05", graph, "min_receptive_field", field + 1)
    assert finding.evidence["figure"] == field
    assert finding.evidence["under"] == 1


def test_without_a_budget_nothing_is_said() -> None:
    for name in SAMPLE:
        assert lint_graph(networks.load(name), Settings(select=("B",))).findings == ()


def test_an_unused_parameter_counts() -> None:
    graph = parse("input x: 1x1x8x8\nunused param spare: 1000\na = conv(x, out=1, kernel=3x3)\noutput a")
    assert found("B01", graph, "max_params", 1010) == []
    assert found("B01", graph, "max_params", 1009)[0].evidence == {"figure": 1010, "budget": 1009, "over": 1, "largest": 10}


def test_a_budget_of_zero_and_a_network_without_nodes() -> None:
    graph = parse("input x: 1x1x8x8\noutput x")
    for option, code in [(option, code) for code, (option, _) in FIGURES.items()] + [("min_receptive_field", "B05")]:
        for finding in found(code, graph, option, 0):
            assert finding.nodes == ()
            assert finding.message.text()


EVERY = Options("", 10, 2, "h100", 1, 1, 1, 1, 1000)
CODES = ("G11", "G14", "G15", "G16", "E", "B")


@pytest.mark.parametrize("axes", [1, 2])
@cases(150)
@given(st.data())
def test_no_rule_raises_on_random_networks(axes: int, data: st.DataObject) -> None:
    graph = data.draw(random_networks(axes))
    for options in (Options(), EVERY):
        report = lint_graph(graph, Settings(select=CODES, options=options))
        assert report.to_json()
        assert "{" not in report.text(everything=True)


ODD = {
    "no node": "input x: 1x3x8x8\noutput x",
    "a row of values": "input x: 5\nr = relu(x)\noutput r",
    "a scalar": "c = constant(shape=[])\noutput c",
    "no batch": "input x: 3x9x9\na = conv(x, out=4, kernel=3x3, stride=2)\nb = batch_norm(a)\noutput b",
    "no batch, 1-D": "input x: 3x9\na = conv(x, out=4, kernel=[3], stride=2, dilation=2)\nb = conv(a, out=4, kernel=[2], dilation=2)\noutput b",
    "two inputs": "input x: 1x3x9x9\ninput y: 1x3x9x9\ns = add(x, y)\na = conv(s, out=4, kernel=9x9, padding=4)\nb = conv(a, out=4, kernel=9x9, padding=4)\noutput a, b",
    "weights from outside": "input x: 1x3x9x9\ninput w: 4x3x3x3\na = conv(x, w, out=4, kernel=3x3, stride=2, bias=false)\noutput a",
    "broken": "input x: 1x3x9x9\na = conv(x, out=4, kernel=3x3, dilation=2)\nb = conv(a, out=4, kernel=9x9)\noutput b",
    "huge": "input x: 1x3x100000x100000\na = conv(x, out=4, kernel=3x3, padding=9000, dilation=9000)\nb = conv(a, out=4, kernel=3x3, padding=9000, dilation=9000)\noutput b",
    "empty batch of work": "input x: 1x1x1x1\na = conv(x, out=1, kernel=1x1, bias=false)\nl = linear(a, out=1, bias=false)\noutput l",
    "whole numbers": "input x: 2x7: int64\ne = embedding(x, count=10, width=4)\np = permute(e, order=[0, 2, 1])\na = conv(p, out=4, kernel=[3])\noutput a",
}  # fmt: skip


@pytest.mark.parametrize("name", ODD)
def test_no_rule_raises_on_odd_networks(name: str) -> None:
    graph = parse(ODD[name])
    for options in (Options(), EVERY):
        report = lint_graph(graph, Settings(select=CODES, options=options))
        assert report.to_json()
        assert report.text(everything=True)
