"""G20: the layer at which a network ends, and the smallest input that reaches its end, against PyTorch."""

from itertools import pairwise

import pytest
import torch
from torch import nn

from convlens.backends.torch import as_module
from convlens.ir.graph import Graph
from convlens.ir.spec import TensorSpec
from convlens.linting.lint import lint_graph
from convlens.networks import load
from convlens.passes.facts import facts
from tests.linting.look import found, graph_of, mended, one


def at(name: str, *dims: int) -> Graph:
    return load(name).with_inputs((TensorSpec(dims),))


@pytest.mark.parametrize(
    ("name", "dims", "node", "least"),
    [
        ("inception_v3", (1, 3, 64, 64), "Mixed_7a.branch3x3_2.conv", 75),  # the minimum that Keras documents
        ("vgg16", (1, 3, 16, 16), "features.30", 32),
        ("unet", (1, 1, 64, 64), "down4.conv2", 188),
        ("alexnet_torchvision", (1, 3, 32, 32), "features.12", 63),
    ],
)
def test_the_smallest_inputs_of_well_known_networks(name: str, dims: tuple[int, ...], node: str, least: int) -> None:
    finding = one(at(name, *dims), "G20")
    assert (finding.severity, finding.nodes, finding.evidence["smallest_input"]) == ("error", (node,), [least, least])
    runs = [facts(at(name, *dims[:2], size, size)).broken is None for size in range(dims[2], least + 1)]
    assert runs == [False] * (least - dims[2]) + [True]


def plain(depth: int) -> tuple[Graph, nn.Module]:
    """Convolutions without padding and poolings, in turn."""
    lines, layers, before = ["input x: 1x3x20x24"], [], "x"
    for i, (channels, out) in enumerate(pairwise([3, *[4] * depth])):
        lines += [f"c{i} = conv({before}, out={out}, kernel=3x3)", f"p{i} = max_pool(c{i}, kernel=2x2)"]
        layers += [nn.Conv2d(channels, out, 3), nn.MaxPool2d(2)]
        before = f"p{i}"
    return graph_of("\n".join([*lines, f"output {before}"])), nn.Sequential(*layers)


@pytest.mark.parametrize("depth", [3, 4, 5])
def test_the_smallest_input_is_that_of_pytorch(depth: int) -> None:
    graph, module = plain(depth)
    finding = one(graph, "G20")
    least = finding.evidence["smallest_input"]

    def runs(rows: int, columns: int) -> bool:
        try:
            module(torch.zeros(1, 3, rows, columns))
        except RuntimeError:
            return False
        return True

    assert not runs(20, 24)
    assert runs(*least)
    assert not runs(least[0] - 1, least[0] - 1)


def test_it_speaks_instead_of_the_general_rule() -> None:
    graph, _ = plain(4)
    assert [f.code for f in lint_graph(graph).findings if f.severity == "error"] == ["G20"]


def test_the_network_carried_on_runs_in_pytorch() -> None:
    for depth in (3, 4, 5):
        graph, _ = plain(depth)
        done = mended(graph, "G20", "G12", "X01")
        assert not done.after.findings, done.after.text()
        assert as_module(done.graph)(torch.rand(1, 3, 20, 24)).shape == done.after.net.spec(done.graph.outputs[0]).dims


def test_what_breaks_for_another_reason_is_left_to_others() -> None:
    joined = "input x: 1x3x8x8\na = max_pool(x, kernel=2x2)\nb = concat(x, a, axis=1)\noutput b"
    groups = "input x: 1x3x8x8\na = max_pool(x, kernel=2x2)\nb = conv(a, out=4, kernel=3x3, groups=2)\noutput b"
    axes = "input x: 1x3x8x8\na = max_pool(x, kernel=2x2)\nb = conv(a, out=4, kernel=3)\noutput b"
    for text in (joined, groups, axes):
        assert {finding.code for finding in found(text, "G20", "G12")} < {"X01", "G17"}


def test_a_network_that_no_size_mends_gets_no_size() -> None:
    """Its second map never grows: the word about a larger input would be wrong."""
    text = "input x: 1x3x8x8\na = adaptive_avg_pool(x, size=2x2)\nb = conv(a, out=4, kernel=3x3)\noutput b"
    finding = one(text, "G20")
    assert finding.evidence["smallest_input"] is None
    assert [fix.words.text() for fix in finding.fixes] == ["kernels as large as their maps in b"]


def test_pooling_of_a_single_pixel_is_a_warning_and_the_fix_changes_no_value() -> None:
    text = "input x: 1x3x4x4\na = adaptive_avg_pool(x, size=1x1)\nb = max_pool(a, kernel=3x3, stride=1, padding=1)\nc = conv(b, out=4, kernel=1x1)\noutput c"
    finding = one(text, "G20")
    assert (finding.severity, finding.nodes) == ("warn", ("b",))
    done = mended(text, "G20")
    assert [node.name for node in done.graph] == ["a", "c"]
    x = torch.rand(1, 3, 4, 4)
    weights = as_module(graph_of(text), seed=1).weights()
    assert torch.equal(as_module(graph_of(text), weights)(x), as_module(done.graph, weights)(x))


def test_a_network_made_for_single_pixels_has_not_collapsed() -> None:
    assert not found("input x: 1x3x1x1\nb = max_pool(x, kernel=3x3, stride=1, padding=1)\noutput b", "G20")


def test_what_lay_behind_the_end_of_the_network_is_no_fault_of_the_fix() -> None:
    """VGG-16 at 16 pixels ends at its last pooling; behind it an adaptive pooling copies, which could not be seen before."""
    done = mended(at("vgg16", 1, 3, 16, 16), "G12", "G19", "G20")
    assert [each.finding.code for each in done.mended] == ["G20", "G12", "G19"]
    assert not done.after.findings
    assert done.after.net.spec(done.graph.outputs[0]).dims == (1, 1000)


REDUCED = """input x: {size}
a = conv(x, out=8, kernel=3x3, stride=2, padding=1)
b = conv(a, out=8, kernel=3x3, stride=2, padding=1)
c = conv(b, out=8, kernel=9x9{padding})
output c"""
ENLARGED = """input x: 1x3x8x8
u = conv_transpose(x, out=8, kernel=4x4, stride=2, padding=1)
p = avg_pool(u, kernel=2x2)
c = conv(p, out=8, kernel=9x9)
output c"""


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (REDUCED.format(size="1x3x32x32", padding=""), "G20"),
        (REDUCED.format(size="3x32x32", padding=""), "G20"),
        (REDUCED.format(size="1x3x28x28", padding=", padding=0"), "G20"),
        (ENLARGED, "G20"),
        ("input x: 1x192\nr = reshape(x, shape=[1, 3, 8, 8])\np = max_pool(r, kernel=2x2)\nc = conv(p, out=1, kernel=5x5)\noutput c", "G20"),
        ("input x: 1x3x8x8\na = relu(x)\nc = conv(a, out=8, kernel=9x9)\noutput c", "G12"),
    ],
)  # fmt: skip
def test_who_speaks_of_a_kernel_that_is_larger_than_its_map(text: str, code: str) -> None:
    """A map that was made smaller has collapsed; one that never was larger has a kernel that fits nowhere."""
    for settings in (("G20", "G12"), ()):
        errors = [finding.code for finding in found(text, *settings) if finding.severity == "error"]
        assert errors == [code]
