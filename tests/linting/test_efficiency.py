"""E01 to E06, G16 and the devices: published figures, real PyTorch, and counting by hand."""

from math import prod

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st

from convlens import networks
from convlens.ir.errors import UsageError
from convlens.ir.graph import Graph
from convlens.ir.text import parse
from convlens.linting.channels import up
from convlens.linting.devices import DEVICES, device_named
from convlens.linting.finding import Finding
from convlens.linting.lint import lint_graph
from convlens.linting.network import Network
from convlens.linting.options import Options
from convlens.linting.repair import repair
from convlens.linting.settings import Settings
from convlens.linting.table import lookup
from convlens.passes.facts import facts
from convlens.passes.liveness import activations, live, peak
from tests.strategies import cases, ints


def found(code: str, graph: Graph, **options: object) -> list[Finding]:
    return list(lookup(code)().check(Network(graph, Options(**options))))


def net(*lines: str) -> Graph:
    return parse("\n".join(lines))


# Devices


@pytest.mark.parametrize(
    ("name", "ridge", "multiple"),
    [("v100", 138.9, 8), ("a100", 153.0, 8), ("a100_tf32", 76.5, 4), ("h100", 295.3, 8), ("h200", 206.1, 8), ("jetson_agx_orin", 415.0, 16),
     ("cpu_avx2", 7.5, 8), ("qualcomm_htp", None, 32)],
)  # fmt: skip
def test_ridges(name: str, ridge: float | None, multiple: int) -> None:
    device = DEVICES[name]
    assert (round(float(device.ridge), 1) if device.ridge else None, device.multiple) == (ridge, multiple)
    assert device.source


def test_every_device_is_in_this_table_and_states_its_source() -> None:
    assert len(DEVICES) == 8
    assert all(device.source.count(" ") > 3 for device in DEVICES.values())


def test_an_unknown_device_is_refused_with_the_nearest() -> None:
    with pytest.raises(UsageError, match=r"unknown device 'h10' \(did you mean 'h100'\?\)"):
        device_named("h10")


def test_an_unknown_device_gives_no_warning_and_no_error() -> None:
    assert all(f.severity == "info" for code in ("E01", "E02") for f in found(code, networks.load("lenet5"), device="abacus"))


# E02


def test_intensities_of_the_design() -> None:
    """Depthwise 3x3 4.49, pointwise 63, dense 3x3 487 FLOP a byte, for 128 channels of 56x56 in float16."""
    graph = net(
        "input x: 1x128x56x56",
        "a = conv(x, out=128, kernel=3x3, padding=1, groups=128, bias=false)",
        "b = conv(a, out=128, kernel=1x1, bias=false)",
        "c = conv(b, out=128, kernel=3x3, padding=1, bias=false)",
        "output c",
    )
    assert found("E02", graph) == []
    (finding,) = found("E02", graph, device="a100")
    assert finding.nodes == ("a", "b")
    assert (finding.evidence["operations"], finding.evidence["bytes"]) == (2 * 9 * 128 * 3136, 2 * (2 * 128 * 3136 + 9 * 128))
    assert "down to 4.49 at a" in finding.message.text()
    counts = {
        name: (2 * known.macs, 2 * (sum(s.numel for s in (*known.inputs, *known.outputs)) + known.params))
        for name, known in facts(graph).nodes.items()
    }
    assert [round(flop / size, 2) for flop, size in counts.values()] == [4.49, 62.72, 486.62]
    assert found("E02", graph, device="cpu_avx2")[0].nodes == ("a",)


def test_memory_bound_is_a_warning_only_where_a_device_is_named_and_it_matters() -> None:
    mobile, dense = networks.load("mobilenet_v2"), networks.load("unet_same")
    assert found("E02", mobile) == []
    assert [f.severity for f in found("E02", mobile, device="a100")] == ["warn"]
    assert [f.severity for f in found("E02", dense, device="a100")] == ["info"]
    assert found("E02", mobile, device="qualcomm_htp") == []


def test_the_batch_that_a_linear_layer_needs() -> None:
    graph = net("input x: 1x4096", "l = linear(x, out=4096, bias=false)", "output l")
    (finding,) = found("E02", graph, device="a100")
    batch = int(finding.fixes[-1].words.text().split()[-1])
    assert found("E02", net(f"input x: {batch}x4096", "l = linear(x, out=4096, bias=false)", "output l"), device="a100") == []
    assert found("E02", net(f"input x: {batch - 1}x4096", "l = linear(x, out=4096, bias=false)", "output l"), device="a100")


# E03


@pytest.mark.parametrize(
    ("name", "params", "total", "share"),
    [("alexnet_torchvision", 58_631_144, 61_100_840, "96.0"), ("vgg16", 123_642_856, 138_357_544, "89.4")],
)
def test_the_share_of_the_head(name: str, params: int, total: int, share: str) -> None:
    (finding,) = found("E03", networks.load(name))
    assert finding.evidence == {"params": params, "total_params": total}
    assert f"({share} %)" in finding.message.text()
    assert len(finding.nodes) == 3


def test_what_a_mean_would_save() -> None:
    """VGG-16: the first linear layer reads 7x7 places of 512 channels; a mean leaves 512 values."""
    (finding,) = found("E03", networks.load("vgg16"))
    assert f"{48 * 512 * 4096:,} parameters fewer" in finding.fixes[0].words.text()


@pytest.mark.parametrize("name", ["vit_b_16", "resnet50", "convnext_tiny", "mobilenet_v3"])
def test_linear_layers_that_are_no_head_do_not_count(name: str) -> None:
    assert found("E03", networks.load(name)) == []


def test_a_network_without_convolutions_has_no_head() -> None:
    assert found("E03", net("input x: 1x100", "a = linear(x, out=10)", "output a")) == []


# E01


@pytest.mark.parametrize(("device", "clean"), [("v100", 16), ("a100_tf32", 12), ("jetson_agx_orin", 48), ("qualcomm_htp", 64)])
def test_the_multiple_is_that_of_the_device(device: str, clean: int) -> None:
    def of(channels: int) -> list[str]:
        body = (f"a = conv(x, out={channels}, kernel=3x3)", "b = conv(a, out=64, kernel=3x3)", "output b")
        return [f.severity for f in found("E01", net("input x: 1x64x32x32", *body), device=device)]

    assert of(clean) == []
    assert of(clean + 1) == ["warn"]


def test_padded_arithmetic_is_that_of_the_padded_network() -> None:
    odd = net(
        "input x: 1x8x16x16",
        "a = conv(x, out=30, kernel=3x3, padding=1)",
        "b = conv(a, out=13, kernel=3x3, padding=1)",
        "c = conv(b, out=16, kernel=1x1)",
        "output c",
    )
    (finding,) = found("E01", odd)
    even = repair(odd, Settings(select=("E01",))).graph
    macs = [sum(known.macs for known in facts(graph).nodes.values()) for graph in (odd, even)]
    assert finding.evidence["macs"] == macs[0]
    assert finding.evidence["more_macs"] == macs[1] - macs[0]
    assert found("E01", even) == []


def test_little_padding_is_not_told() -> None:
    def of(channels: int) -> list[Finding]:
        body = (f"a = conv(x, out={channels}, kernel=1x1)", "b = conv(a, out=512, kernel=3x3)")
        return found("E01", net("input x: 1x8x32x32", *body, "output b"))

    assert [f.evidence["more_macs"] * 100 >= f.evidence["macs"] for f in of(100)] == [True]
    assert of(1999) == []


def test_data_and_answer_stand_in_their_own_sentences() -> None:
    graph = net("input x: 1x3x32x32", "a = conv(x, out=16, kernel=3x3)", "b = conv(a, out=21, kernel=1x1)", "output b")
    assert found("E01", graph) == []
    first, last = found("E01", graph, device="a100")
    assert (first.nodes, first.severity, first.evidence) == (("a",), "info", {"channels": 3, "padded": 8})
    assert (last.nodes, last.severity, last.evidence) == (("b",), "info", {"channels": 21, "padded": 24})


def test_a_fix_that_would_change_the_answer_is_not_made() -> None:
    """Shuffles by reshape state their sizes: rounding the channels breaks them, so the network stays."""
    done = repair(networks.load("shufflenet_v2"), Settings(select=("E01",)))
    assert done.mended == ()


def test_depthwise_layers_follow() -> None:
    graph = net(
        "input x: 1x8x16x16", "a = conv(x, out=20, kernel=1x1)", "d = conv(a, out=20, kernel=3x3, padding=1, groups=20)",
        "n = batch_norm(d)", "b = conv(n, out=16, kernel=1x1)", "output b",
    )  # fmt: skip
    done = repair(graph, Settings(select=("E01",)))
    assert [node.op.settings()["groups"] for node in done.graph if node.op.name == "conv"] == [1, 24, 1]
    assert done.after.findings == ()


@cases(100)
@given(ints(1, 10_000), ints(1, 64))
def test_up_is_the_next_multiple(count: int, multiple: int) -> None:
    assert up(count, multiple) == next(n for n in range(count, count + multiple) if n % multiple == 0)


# E04


def test_equal_channels_move_the_least() -> None:
    """Ma et al. 2018: h*w*(c1 + c2) + c1*c2 of all splits of as many MACs is least at c1 = c2."""
    places, product = 56 * 56, 128 * 128
    moved = {c: places * (c + product // c) + product for c in (16, 32, 64, 128, 256, 512)}
    assert min(moved, key=moved.__getitem__) == 128
    for c, values in moved.items():
        graph = net(
            f"input x: 1x{c}x56x56",
            f"a = conv(x, out={product // c}, kernel=1x1, bias=false)",
            "b = conv(a, out=8, kernel=3x3)",
            "output b",
        )
        findings = [f for f in found("E04", graph) if f.nodes == ("a",)]
        assert [(f.evidence["values"], f.evidence["least_values"]) for f in findings] == (
            [(values, moved[128])] if 5 * values >= 6 * moved[128] else []
        )


def test_groups_move_more_for_as_many_macs() -> None:
    """Four groups and twice the channels: as many MACs, twice the values of both maps."""

    def values(channels: int, groups: int) -> tuple[int, int]:
        graph = net(
            f"input x: 1x{channels}x8x8",
            f"a = conv(x, out={channels}, kernel=3x3, padding=1, groups={groups}, bias=false)",
            "b = conv(a, out=8, kernel=3x3)",
            "output b",
        )
        known = facts(graph).nodes["a"]
        return known.macs, sum(s.numel for s in (*known.inputs, *known.outputs)) + known.params

    (macs, dense), (grouped_macs, grouped) = values(64, 1), values(128, 4)
    assert macs == grouped_macs
    graph = net(
        "input x: 1x128x8x8",
        "a = conv(x, out=128, kernel=3x3, padding=1, groups=4, bias=false)",
        "b = conv(a, out=8, kernel=3x3)",
        "output b",
    )
    (finding,) = found("E04", graph)
    assert (finding.evidence["values"], finding.evidence["least_values"]) == (grouped, dense)


def test_many_layers_that_work_value_by_value() -> None:
    lines = ["input x: 1x8x32x32", "a = conv(x, out=8, kernel=3x3, padding=1)"]
    lines += [f"r{i} = sigmoid({f'r{i - 1}' if i else 'a'})" for i in range(2)]
    (finding,) = found("E04", net(*lines, "output r1"))
    assert finding.nodes == ("r0", "r1")
    assert finding.evidence == {"values": 4 * 8 * 1024, "total_values": 6 * 8 * 1024 + 8 * 8 * 9 + 8}


# E05


def test_the_peak_of_the_notes_is_that_of_the_summary() -> None:
    for name in networks.names():
        graph = networks.load(name)
        known = facts(graph)
        most = activations(graph, known)
        assert peak(live(graph, known)) == most
        for finding in found("E05", graph):
            assert (finding.node, finding.evidence["peak_bytes"]) == (most.peak_node, most.peak_bytes)


def test_the_peak_by_hand() -> None:
    graph = net(
        "input x: 1x1x64x64",
        "a = conv(x, out=4, kernel=3x3, padding=1)",
        "p = max_pool(a, kernel=16x16)",
        *(f"c{i} = relu({f'c{i - 1}' if i else 'p'})" for i in range(4)),
        "output c3",
    )
    (finding,) = found("E05", graph)
    assert finding.node == "a"
    assert finding.evidence == {"peak_bytes": 4 * 5 * 4096, "median_bytes": 4 * 2 * 64, "output_bytes": 4 * 4 * 4096}


# E06


def folds(*lines: str) -> bool:
    return found("E06", net("input x: 1x8x16x16", *lines)) == []


@pytest.mark.parametrize(
    ("lines", "foldable"),
    [
        (("a = conv(x, out=8, kernel=3x3)", "n = batch_norm(a)", "output n"), True),
        (("a = conv_transpose(x, out=8, kernel=2x2, stride=2)", "n = batch_norm(a)", "output n"), True),
        (("a = conv(x, out=8, kernel=3x3)", "n = batch_norm(a)", "output n, a"), False),
        (("a = conv(x, out=8, kernel=3x3)", "n = batch_norm(a, tracked=false)", "output n"), False),
        (("a = relu(x)", "n = batch_norm(a)", "output n"), False),
        (("n = batch_norm(x)", "a = conv(n, out=8, kernel=3x3)", "output a"), True),
        (("n = batch_norm(x)", "a = conv(n, out=8, kernel=3x3, padding=1)", "output a"), False),
        (("n = batch_norm(x)", "r = relu(n)", "a = conv(r, out=8, kernel=1x1)", "output a"), False),
        (("n = batch_norm(x)", "a = conv_transpose(n, out=8, kernel=2x2, stride=2)", "output a"), False),
    ],
)
def test_which_normalisations_fold(lines: tuple[str, ...], foldable: bool) -> None:
    assert folds(*lines) == foldable


@pytest.mark.parametrize(("padding", "exact"), [(0, True), (1, False)])
def test_folding_forward_is_exact_without_padding_only(padding: int, exact: bool) -> None:
    """conv(scale*x + shift) against the convolution that has taken both in, with real PyTorch."""
    torch.manual_seed(0)
    x, weight = torch.randn(1, 3, 8, 8).double(), torch.randn(4, 3, 3, 3).double()
    scale, shift = torch.rand(3).double() + 0.5, torch.randn(3).double()
    want = F.conv2d(x * scale[:, None, None] + shift[:, None, None], weight, padding=padding)
    folded = F.conv2d(x, weight * scale[:, None, None], (weight.sum((2, 3)) * shift).sum(1), padding=padding)
    assert torch.allclose(want, folded) == exact


@pytest.mark.parametrize(
    ("name", "left"), [("densenet121", 62), ("resnet50", 0), ("mobilenet_v2", 0), ("vgg16", 0), ("xception", 0)]
)
def test_normalisations_left_in_known_networks(name: str, left: int) -> None:
    """DenseNet-121: one before each of 58 dense layers, 3 transitions, and the last; those behind a 1x1 convolution fold."""
    assert sum(len(finding.nodes) for finding in found("E06", networks.load(name))) == left


# G16


def rough(*lines: str) -> list[str]:
    return [node for finding in found("G16", net(*lines)) for node in finding.nodes]


@pytest.mark.parametrize(
    ("lines", "nodes"),
    [
        (("a = conv(x, out=4, kernel=3x3, stride=2)", "output a"), ["a"]),
        (("a = avg_pool(x, kernel=2x2)", "output a"), []),
        (("b = avg_pool(x, kernel=2x2, stride=1)", "a = conv(b, out=4, kernel=3x3, stride=2)", "output a"), []),
        (("b = avg_pool(x, kernel=1x1, stride=1)", "a = conv(b, out=4, kernel=3x3, stride=2)", "output a"), ["a"]),
        (("b = conv(x, out=4, kernel=3x3, groups=4, bias=false) frozen weight", "a = max_pool(b, kernel=2x2)", "output a"), []),
        (("a = conv(x, out=4, kernel=3x3, stride=2, groups=4, bias=false) frozen weight", "output a"), []),
        (("a = conv(x, out=4, kernel=3x3, stride=2, groups=4, bias=false)", "output a"), ["a"]),
        (
            (
                "k = constant(shape=[4, 1, 3, 3], stored=true)",
                "a = conv(x, k, out=4, kernel=3x3, stride=2, groups=4, bias=false)",
                "output a",
            ),
            [],
        ),
        (("a = max_pool(x, kernel=16x16)", "output a"), []),
        (
            (
                "b = avg_pool(x, kernel=2x2, stride=1)",
                "p = pad(b, before=[0, 0], after=[1, 1])",
                "a = max_pool(p, kernel=2x2)",
                "output a",
            ),
            [],
        ),
    ],
)
def test_what_is_smooth_enough(lines: tuple[str, ...], nodes: list[str]) -> None:
    assert rough("input x: 1x4x16x16", *lines) == nodes


@cases(100)
@given(st.data())
def test_a_blur_keeps_shapes_and_places(data: st.DataObject) -> None:
    """A dense pooling of which one place in several is kept is the old pooling; the average only widens what it reads."""
    axes, kernel, stride = data.draw(ints(1, 3)), data.draw(ints(1, 5)), data.draw(ints(2, 3))
    padding, size = data.draw(ints(0, kernel // 2)), data.draw(ints(8, 14))
    window = f"kernel={[kernel] * axes}, stride={[stride] * axes}, padding={[padding] * axes}"
    graph = net("input x: 1x2x" + "x".join([str(size)] * axes), f"a = max_pool(x, {window})", "output a")
    if not found("G16", graph):
        return
    done = repair(graph, Settings(select=("G16",)))
    assert done.after.findings == ()
    assert done.after.net.spec(done.graph.outputs[0]) == Network(graph).spec(graph.outputs[0])
    pool = (F.max_pool1d, F.max_pool2d, F.max_pool3d)[axes - 1]
    x = torch.randn(1, 2, *[size] * axes)
    dense = pool(x, kernel, 1, padding)[(slice(None), slice(None), *[slice(None, None, stride)] * axes)]
    assert torch.equal(dense, pool(x, kernel, stride, padding))


@pytest.mark.parametrize("name", ["resnet18", "vgg16", "mobilenet_v2", "convnext_tiny", "m5", "r3d_18"])
def test_blurs_in_known_networks_keep_their_outputs(name: str) -> None:
    graph = networks.load(name)
    done = repair(graph, Settings(select=("G16",)))
    assert len(done.mended) == 1
    assert done.after.findings == ()


# All together


CODES = ("G11", "G14", "G15", "G16", "E01", "E03", "E04", "E05", "E06")


@pytest.mark.parametrize("name", networks.names())
def test_published_networks_get_no_warning_without_options(name: str) -> None:
    report = lint_graph(networks.load(name), Settings(select=CODES))
    assert [(f.code, f.message.text()) for f in report.findings if f.severity != "info"] == []


def test_values_are_counted_as_the_facts_count_them() -> None:
    known = facts(networks.load("alexnet")).nodes["features.0"]
    assert prod(known.outputs[0].dims) == known.outputs[0].numel
