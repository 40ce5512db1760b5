"""G14 and G15: layers that come after everything was seen, and outputs that see too little."""

import pytest
from hypothesis import given

from convlens import networks
from convlens.ir.graph import Graph
from convlens.ir.spec import TensorSpec
from convlens.ir.text import parse
from convlens.linting.finding import Finding
from convlens.linting.last_maps import last_maps
from convlens.linting.network import Network
from convlens.linting.options import Options
from convlens.linting.repair import repair
from convlens.linting.rules.small_receptive_field import SmallReceptiveField
from convlens.linting.rules.unproductive_layers import UnproductiveLayers
from convlens.linting.settings import Settings
from tests.passes.small_networks import gradients
from tests.strategies import cases, ints


def late(graph: Graph) -> list[Finding]:
    return list(UnproductiveLayers().check(Network(graph)))


def blind(graph: Graph, size: int) -> list[Finding]:
    return list(SmallReceptiveField().check(Network(graph, Options(object_size=size))))


def at(name: str, size: int) -> Graph:
    graph = networks.load(name)
    return graph.with_inputs(tuple(TensorSpec((*item.spec.dims[:2], size, size)) for item in graph.inputs))


def test_mobilenet_has_one_late_layer_and_it_is_a_note() -> None:
    """Its last separable layer, 9 % of the MACs: every one of its inputs sees 251 of 224 pixels."""
    (finding,) = late(networks.load("mobilenet_v1"))
    assert finding.severity == "info"
    assert finding.nodes == ("Conv2d_13_depthwise.conv", "Conv2d_13_pointwise.conv")
    assert finding.evidence["feasible"] == [252, 315]
    assert "9.1 % of the MACs" in finding.message.text()


def test_only_mobilenet_of_all_networks_has_late_layers() -> None:
    assert [name for name in networks.names() if late(networks.load(name))] == ["mobilenet_v1"]


def vgg16(size: int) -> Graph:
    """The convolutions of VGG-16 at an input that its head does not take."""
    lines, at, i = [f"input x: 1x3x{size}x{size}"], "x", 0
    for stage, (channels, count) in enumerate([(64, 2), (128, 2), (256, 3), (512, 3), (512, 3)]):
        for _ in range(count):
            lines.append(f"c{i} = conv({at}, out={channels}, kernel=3x3, padding=1)")
            at, i = f"c{i}", i + 1
        lines.append(f"p{stage} = max_pool({at}, kernel=2x2)")
        at = f"p{stage}"
    return parse("\n".join([*lines, "g = adaptive_avg_pool(p4, size=[1, 1])\nf = flatten(g)\nl = linear(f, out=10)\noutput l"]))


def test_vgg_at_32_pixels_has_layers_that_come_late() -> None:
    """Receptive fields of VGG-16 (RECEPTIVE_FIELD_TABLE.md): conv3_2 32, pool3 44, conv4_1 60. So conv3_3 is the border layer."""
    (finding,) = late(vgg16(32))
    assert finding.severity == "warn"
    assert finding.nodes == tuple(f"c{i}" for i in range(6, 13))
    assert finding.evidence["feasible"] == [165, 196]


@pytest.mark.parametrize("size", [164, 165])
def test_the_feasible_sizes_are_exact(size: int) -> None:
    """The last layer reads maps that see 164 pixels: from 165 on it counts."""
    assert [finding.nodes for finding in late(vgg16(size))] == ([("c12",)] if size == 164 else [])


def test_a_shortcut_keeps_the_layer_behind_it_in_use() -> None:
    """ResNet-18 at 32 pixels: its maps see 11 on the shortest path; only inside a block of the last stages is all seen."""
    (finding,) = late(at("resnet18", 32))
    assert finding.nodes == ("layer3.1.conv2", "layer4.0.conv2", "layer4.1.conv2")
    assert late(at("resnet18", 80)) == []


def test_all_axes_must_be_seen() -> None:
    body = "\n".join(
        f"c{i} = conv({f'c{i - 1}' if i else 'x'}, out=2, kernel=3x3, stride={'2' if i == 0 else '1'}, padding=1)"
        for i in range(6)
    )
    assert late(parse(f"input x: 1x3x8x200\n{body}\noutput c5")) == []
    assert late(parse(f"input x: 1x3x8x8\n{body}\noutput c5"))[0].nodes == ("c3", "c4", "c5")


def test_of_two_inputs_both_must_be_seen() -> None:
    layers = "a = conv(x, out=2, kernel=7x7, padding=3)\ns = add(a, y)\nb = conv(s, out=2, kernel=3x3, padding=1)\noutput b"
    assert late(parse(f"input x: 1x2x7x7\ninput y: 1x2x7x7\n{layers}")) == []
    assert late(
        parse("input x: 1x2x7x7\na = conv(x, out=2, kernel=7x7, padding=3)\nb = conv(a, out=2, kernel=3x3, padding=1)\noutput b")
    )


def test_a_pointwise_layer_before_the_border_counts() -> None:
    text = "input x: 1x2x7x7\na = conv(x, out=2, kernel=9x9, padding=4)\nb = conv(a, out=4, kernel=1x1)\nc = conv(b, out=4, kernel=1x1)\noutput c"
    assert late(parse(text)) == []


BASE = "input x: 1x1x40x40\na = conv(x, out=2, kernel=3x3, stride=2, padding=1)\nb = conv(a, out=2, kernel=3x3, padding=1)\n"
ENDS = {
    "the map itself": ("output b", True),
    "a global mean": ("p = adaptive_avg_pool(b, size=[1, 1])\nf = flatten(p)\nl = linear(f, out=3)\noutput l", True),
    "a mean as a reduction": ("p = reduce(b, function=mean, over=[2, 3])\nl = linear(p, out=3)\noutput l", True),
    "a weight for each place": ("f = flatten(b)\nl = linear(f, out=3)\noutput l", False),
    "a gate beside": ("p = adaptive_avg_pool(b, size=[1, 1])\nm = mul(b, p)\noutput m", True),
    "attention": (
        "f = flatten(b, start=2)\nt = permute(f, order=[0, 2, 1])\nm = scaled_dot_product_attention(t, t, t)\nr = reduce(m, function=mean, over=[1])\noutput r",
        False,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", ENDS)
def test_what_reads_the_last_map_decides(name: str) -> None:
    end, reported = ENDS[name]
    graph = parse(BASE + end)
    assert Network(graph).facts.broken is None
    assert bool(blind(graph, 8)) == reported
    assert blind(graph, 7) == []


def test_without_the_size_of_an_object_nothing_is_said() -> None:
    assert list(SmallReceptiveField().check(Network(networks.load("bagnet17")))) == []


@pytest.mark.parametrize(
    ("name", "field"), [("bagnet17", 17), ("patchgan", 70), ("resnet18", 435), ("resnet50", 427), ("googlenet", 907)]
)
def test_published_fields_are_the_boundary(name: str, field: int) -> None:
    """One pixel more than the published receptive field is reported, where the input is as large."""
    graph = networks.load(name)
    (last,) = last_maps(Network(graph))
    if name != "googlenet":
        assert last.sizes == (field, field)
    size = graph.inputs[0].spec.dims[-1]
    assert blind(graph, min(last.sizes)) == []
    assert bool(blind(graph, min(last.sizes) + 1)) == (min(last.sizes) < size)


def test_no_object_is_larger_than_the_input() -> None:
    text = "input x: 1x1x5x40\na = conv(x, out=1, kernel=5x5, padding=2)\noutput a"
    assert blind(parse(text), 9)[0].evidence["missing"] == [0, 4]


@cases(60)
@given(ints(10, 60), ints(1, 3))
def test_a_fix_lets_the_middle_see_as_much_as_it_says(size: int, strides: int) -> None:
    lines, at = ["input x: 1x1x64"], "x"
    for i in range(strides):
        lines.append(f"s{i} = conv({at}, out=1, kernel=[3], stride=2, padding=1)")
        at = f"s{i}"
    for i in range(3):
        lines.append(f"c{i} = conv({at}, out=1, kernel=[3], padding=1)")
        at = f"c{i}"
    graph = parse("\n".join([*lines, f"output {at}"]))
    for finding in blind(graph, size):
        for fix in finding.fixes:
            if fix.apply is None:
                continue
            mended = fix.apply(graph)
            read = gradients(mended)
            middle = read[read.shape[0] // 2].nonzero().flatten()
            said = int(fix.words.text().split(": ")[1].split()[0])
            assert said >= size
            assert len(middle) == min(said, int(middle.max() - middle.min()) + 1)
            assert not blind(mended, size)


def test_a_fix_is_applied_and_checked() -> None:
    done = repair(parse(SmallReceptiveField.docs().bad.text), Settings(select=("G15",), options=Options(object_size=32)))
    assert [mended.fix.words.text() for mended in done.mended] == [
        "dilation 3 in d, with padding to match: 39x39 pixels are seen"
    ]


def test_several_outputs_are_judged_by_the_one_that_sees_most() -> None:
    text = BASE + "c = conv(b, out=2, kernel=5x5, padding=2)\noutput b, c"
    assert blind(parse(text), 15) == []
    assert blind(parse(text), 16)[0].node == "c"
