"""G07, G09, G18 and G21: what they say of a network is what PyTorch does with it."""

from fractions import Fraction

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st

from convlens.ir.graph import Graph
from convlens.ir.text import format, parse
from convlens.linting.finding import Finding
from convlens.linting.lint import lint_graph
from convlens.linting.repair import repair
from convlens.linting.settings import Settings
from convlens.networks import load
from tests.passes.centres import centre, gradient_rows
from tests.strategies import cases, ints


def said(code: str, graph: Graph | str) -> list[Finding]:
    graph = parse(graph) if isinstance(graph, str) else graph
    return list(lint_graph(graph, Settings(select=(code,))).findings)


def chain(size: int, *layers: str) -> str:
    """One channel and one axis: each layer reads the one before it, ``{}``."""
    lines = [f"n{i} = {layer.format(f'n{i - 1}' if i else 'x')}" for i, layer in enumerate(layers)]
    return "\n".join([f"input x: 1x1x{size}", *lines, f"output n{len(layers) - 1}"])


@cases(150)
@given(ints(8, 60), ints(1, 5), ints(2, 4), ints(0, 3), ints(0, 3))
def test_uneven_padding_is_padding_that_gets_no_gradient(size: int, kernel: int, stride: int, left: int, right: int) -> None:
    """The oracle: the derivative by the padded input, of which the last pixels are padding."""
    padded = torch.ones(1, 1, size + left + right, requires_grad=True)
    F.conv1d(padded, torch.ones(1, 1, kernel), stride=stride).sum().backward()
    assert padded.grad is not None
    unread = next((i for i, value in enumerate(padded.grad[0, 0].flip(0).tolist()) if value), 0)
    found = said("G07", chain(size, f"conv({{}}, out=1, kernel={kernel}, stride={stride}, padding=[[{left}, {right}]])"))
    assert bool(found) == (0 < unread <= right)
    assert not found or found[0].evidence["layers"] == {"n0": unread}


def test_uneven_padding_of_a_resnet() -> None:
    (finding,) = said("G07", load("resnet50"))
    evidence = finding.evidence
    assert (finding.severity, evidence["asymmetry"], evidence["axes"]) == ("info", 31, [2, 3])
    assert evidence["layers"] == dict.fromkeys(["conv1", "maxpool", "layer2.0.conv2", "layer3.0.conv2", "layer4.0.conv2"], 1)
    assert evidence["grid"] == {"node": "layer4.2.relu3", "first": 0, "last": 192}
    assert evidence["clean"] == {"modulus": 32, "residues": [1], "minimum": 1, "below": 193, "above": 225}


@pytest.mark.parametrize("name", ["resnet18", "mobilenet_v2", "densenet121", "xception", "googlenet", "zfnet"])
def test_at_the_sizes_that_it_names_uneven_padding_is_gone(name: str) -> None:
    (finding,) = said("G07", load(name))
    for size in (finding.evidence["clean"]["below"], finding.evidence["clean"]["above"]):
        graph = load(name)
        spec = graph.inputs[0].spec
        assert said("G07", graph.with_inputs((spec.with_dims((*spec.dims[:2], size, size)),))) == []


def test_axes_of_other_sizes_are_other_findings() -> None:
    graph = parse("input x: 1x3x32x34\nc = conv(x, out=8, kernel=3x3, stride=2, padding=1)\noutput c")
    assert [finding.evidence["axes"] for finding in said("G07", graph)] == [[2], [3]]
    wide = parse("input x: 1x3x33x34\nc = conv(x, out=8, kernel=3x3, stride=2, padding=1)\noutput c")
    assert [finding.evidence["axes"] for finding in said("G07", wide)] == [[3]]


def test_a_pad_node_before_an_unpadded_layer_is_its_padding() -> None:
    (finding,) = said("G07", chain(32, "pad({}, before=[1], after=[1])", "conv({}, out=1, kernel=3, stride=2)"))
    assert finding.evidence["layers"] == {"n1": 1}
    assert finding.evidence["asymmetry"] == 1


@cases(120)
@given(st.lists(st.tuples(ints(1, 6), ints(1, 2), st.sampled_from(["same", "same_lower", "1"])), min_size=1, max_size=4))
def test_half_pixel_shifts_add_up_to_the_shift_of_real_gradients(layers: list[tuple[int, int, str]]) -> None:
    written = [f"conv({{}}, out=1, kernel={k}, dilation={d}, padding={p})" for k, d, p in layers]
    graph = parse(chain(120, *written))
    out = lint_graph(graph).net.spec(graph.outputs[0]).dims[2]
    ys = range(out // 2, out // 2 + 1)
    middle = Fraction(119, 2) - Fraction(out - 1, 2)
    real = centre(gradient_rows(graph, ys), Fraction(1), ys) - float(middle)
    found = said("G09", graph)
    total = Fraction(found[0].evidence["total"]) if found else Fraction(0)
    causal = any(p == "same_lower" and k == 2 and d == 1 for k, d, p in layers)
    assert causal or abs(real - float(total)) < 1e-9, format(graph)


def test_a_shift_counts_the_stride_before_it() -> None:
    (finding,) = said("G09", chain(64, "conv({}, out=1, kernel=3, stride=4)", "conv({}, out=1, kernel=2, padding=same)"))
    assert finding.evidence == {"shifts": {"n1": {"2": "1/2"}}, "total": 2}
    assert finding.severity == "warn"


def test_what_moves_nothing_or_is_meant_is_no_shift() -> None:
    assert said("G09", load("patchgan")) == []
    assert said("G09", chain(64, "conv({}, out=1, kernel=4)", "conv({}, out=1, kernel=4, padding=1)")) == []
    assert said("G09", chain(64, "conv({}, out=1, kernel=4, padding=[[3, 0]])")) == []
    assert said("G09", chain(64, "pad({}, before=[6], after=[0])", "conv({}, out=1, kernel=4, dilation=2)")) == []
    assert said("G09", chain(64, "pad({}, before=[3], after=[0])", "conv({}, out=1, kernel=2, dilation=3)")) == []


def test_shifts_that_cancel_are_info() -> None:
    (finding,) = said(
        "G09", chain(64, "conv({}, out=1, kernel=4, padding=same)", "conv({}, out=1, kernel=4, padding=same_lower)")
    )
    assert (finding.severity, finding.evidence["total"]) == ("info", 0)


def test_an_odd_kernel_shifts_nothing_and_keeps_the_shape() -> None:
    graph = parse(
        "input x: 1x8x20x21\nc = conv(x, out=8, kernel=[4, 3], padding=[[2, 1], [1, 1]])\nd = max_pool(c, kernel=2x2, stride=1, padding=[[0, 1], [0, 1]])\noutput d"
    )
    done = repair(graph, Settings(select=("G09",)))
    assert [mended.finding.code for mended in done.mended] == ["G09"]
    assert done.after.findings == ()
    assert done.graph["c"].op.settings()["kernel"] == (5, 3)
    assert done.after.net.spec(done.graph.outputs[0]) == done.before.net.spec(graph.outputs[0])


@cases(100)
@given(ints(66, 100), st.sampled_from([3, 5, 7]))
def test_same_reads_other_pixels_than_symmetric_padding(size: int, kernel: int) -> None:
    """The oracle: the first pixel that a middle output reads, with either padding."""
    layer = "conv({{}}, out=1, kernel={}, stride=2, padding={})"
    same, alike = (parse(chain(size, layer.format(kernel, padding))) for padding in ("same", kernel // 2))
    y = range(size // 4, size // 4 + 1)
    first = [int(gradient_rows(graph, y)[0].nonzero()[0]) for graph in (same, alike)]
    found = said("G18", same)
    assert bool(found) == (first[0] != first[1])
    assert not found or dict(found[0].message.values)["away"] == first[0] - first[1]
    assert said("G18", alike) == []


def test_one_convention_throughout_is_info_and_two_are_a_warning() -> None:
    (finding,) = said("G18", load("mobilenet_v1"))
    assert (finding.severity, len(finding.nodes)) == ("info", 5)
    same, alike = "conv({}, out=1, kernel=3, stride=2, padding=same)", "conv({}, out=1, kernel=3, stride=2, padding=1)"
    assert [(f.severity, f.nodes) for f in said("G18", chain(64, same, alike, alike))] == [("warn", ("n0",))]
    assert [(f.severity, f.nodes) for f in said("G18", chain(64, same, alike, same))] == [("warn", ("n1",))]
    by_hand = ("pad({}, before=[0], after=[1])", "conv({}, out=1, kernel=3, stride=2)")
    done = repair(parse(chain(64, *by_hand, alike, alike)), Settings(select=("G18",)))
    assert [mended.finding.nodes for mended in done.mended] == [("n1",)]
    assert (done.graph["n0"].op.settings()["before"], done.graph["n0"].op.settings()["after"]) == ((1,), (1,))
    pool = "max_pool({}, kernel=3, stride=2, padding=same)"
    assert [f.severity for f in said("G18", chain(64, alike, pool, alike))] == ["info"]
    assert said("G18", chain(64, "conv({}, out=1, kernel=7, stride=2, padding=[[5, 0]])", alike)) == []
    assert said("G18", chain(64, "conv({}, out=1, kernel=3, stride=2, padding=[[1, 0]])", alike)) == []


@cases(100)
@given(ints(2, 40), ints(2, 80), st.booleans())
def test_the_ratio_of_a_resize_is_that_of_real_gradients(size: int, out: int, corners: bool) -> None:
    graph = parse(chain(size, f"interpolate({{}}, size=[{out}], mode=linear, align_corners={str(corners).lower()})"))
    found = said("G21", graph)
    plain, by_corners = Fraction(size, out), Fraction(size - 1, out - 1)
    ratio = by_corners if corners else plain
    assert bool(found) == (1 not in ratio.as_integer_ratio())
    if corners:
        rows = gradient_rows(graph, range(out))
        places = (rows * torch.arange(size)).sum(1)
        assert abs(float(places[-1] - places[0]) / (out - 1) - float(ratio)) < 1e-9
    assert not found or found[0].evidence["resizes"]["n0"] == [{"axis": 2, "size": size, "out": out, "ratio": str(ratio)}]


def test_align_corners_is_mended_only_where_that_helps() -> None:
    even, uneven = (parse(chain(7, f"interpolate({{}}, size=[{n}], mode=linear, align_corners=true)")) for n in (14, 60))
    done = repair(even, Settings(select=("G21",)))
    assert done.after.findings == ()
    assert done.graph["n0"].op.settings()["align_corners"] is False
    assert repair(uneven, Settings(select=("G21",))).mended == ()
    assert said("G21", chain(17, "interpolate({}, size=[33], mode=linear, align_corners=true)")) == []
    assert [
        len(f.nodes) for f in said("G21", chain(8, "interpolate({}, scale=[1.5])", "interpolate({}, scale=[1.25], mode=linear)"))
    ] == [2]
