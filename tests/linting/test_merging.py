"""G17: PyTorch stops where it says, runs at the sizes that it names, and runs what it mends."""

import pytest
import torch
from hypothesis import given

from convlens.backends.torch import as_module
from convlens.ir.graph import Graph
from convlens.ir.text import format, parse
from convlens.linting.lint import lint_graph
from convlens.linting.repair import repair
from convlens.linting.settings import Settings
from convlens.networks import load
from convlens.passes.facts import facts
from tests.strategies import cases, ints

ONLY = Settings(select=("G17",))


def at(graph: Graph, *sizes: int) -> Graph:
    spec = graph.inputs[0].spec
    return graph.with_inputs((spec.with_dims((*spec.dims[: -len(sizes)], *sizes)),))


def u_net(size: int, kernel: int, padding: int, up: str) -> Graph:
    """Two levels of one channel, one axis."""
    conv = f"out=1, kernel={kernel}, padding={padding}"
    lines = [
        f"a = conv(x, {conv})", "b = max_pool(a, kernel=2)", f"c = conv(b, {conv})", "d = max_pool(c, kernel=2)",
        f"e = conv(d, {conv})", f"f = {up.format('e')}", "g = concat(c, f)", f"h = conv(g, {conv})", f"i = {up.format('h')}",
        "j = concat(a, i)",
    ]  # fmt: skip
    return parse("\n".join([f"input x: 1x1x{size}", *lines, "output j"]))


UP = ["conv_transpose({}, out=1, kernel=2, stride=2)", "interpolate({}, scale=[2])"]


@pytest.mark.parametrize("up", UP)
@cases(25)
@given(ints(8, 90))
def test_pytorch_agrees_where_it_stops_and_where_it_runs(up: str, size: int) -> None:
    graph = u_net(size, 3, 1, up)
    report = lint_graph(graph, ONLY)
    assert bool(report.findings) == (size % 4 != 0)
    if not report.findings:
        return
    running = report.findings[0].evidence["input_sizes"]["x"]
    assert running["residues"] == [0]
    assert running["modulus"] == 4
    for n in (running["below"], running["above"]):
        assert as_module(at(graph, n))(torch.zeros(1, 1, n)).shape[2] == n
    done = repair(graph, ONLY)
    assert as_module(done.graph)(torch.zeros(1, 1, size)).shape[2] == size, format(done.graph)


def test_what_meets_is_said_with_its_sizes() -> None:
    (finding,) = lint_graph(at(load("unet_same"), 250, 254)).findings[:1]
    assert (finding.code, finding.node, finding.severity) == ("G17", "up1.concat", "error")
    assert finding.evidence["sizes"] == {"2": [31, 30], "3": [31, 30]}
    assert finding.evidence["input_sizes"]["x"] == {
        "axes": [3], "modulus": 16, "residues": [0], "minimum": 16, "below": 240, "above": 256,
    }  # fmt: skip
    assert [f.code for f in lint_graph(at(load("unet_same"), 250, 254)).findings if f.severity == "error"] == ["G17"]


def test_the_original_u_net_names_its_sizes_and_crops() -> None:
    graph = at(load("unet"), 570, 570)
    (finding,) = lint_graph(graph, ONLY).findings
    sizes = finding.evidence["input_sizes"]["x"]
    assert (sizes["modulus"], sizes["residues"], sizes["minimum"]) == (16, [12], 188)
    assert (sizes["below"], sizes["above"]) == (556, 572)
    assert facts(repair(graph, ONLY).graph).broken is None


def test_a_map_is_padded_where_it_lies_like_the_other() -> None:
    """Unpadded kernels take a border off, so the crop is in the middle: 2 pixels on each side here."""
    graph = parse("input x: 1x1x20x20\na = conv(x, out=1, kernel=5x5)\nm = add(x, a)\noutput m")
    done = repair(graph, ONLY)
    (crop,) = [node for node in done.graph if node.op.name == "pad"]
    assert (crop.op.settings()["before"], crop.op.settings()["after"]) == ((-2, -2), (-2, -2))
    assert lint_graph(done.graph, Settings(select=("G10",))).findings == ()


def test_a_resize_that_states_its_size_is_given_the_other_one() -> None:
    graph = at(load("deeplabv3"), 521, 521)
    done = repair(graph, ONLY)
    assert [mended.fix.words.text() for mended in done.mended] == ["a resize to the size of the map that it meets"]
    assert done.graph["classifier.0.convs.4.interpolate"].op.settings()["size"] == (66, 66)


@pytest.mark.parametrize(
    "text",
    [
        "input x: 1x3x8x8\na = conv(x, out=4, kernel=3x3)\nb = conv(x, out=5, kernel=3x3)\nm = add(a, b)\noutput m",
        "input x: 1x3x8x8\nm = conv(x, out=4, kernel=9x9)\noutput m",
        "input x: 1x3x8\ninput y: 1x3x8x8\nm = concat(x, y)\noutput m",
        "input x: 8x3\ninput y: 8x5\nm = add(x, y)\noutput m",
    ],
)
def test_what_does_not_fit_for_another_reason_is_left_to_others(text: str) -> None:
    graph = parse(text)
    assert "G17" not in [finding.code for finding in lint_graph(graph, ONLY).findings]
    assert [finding.code for finding in lint_graph(graph).findings if finding.severity == "error"] != []
