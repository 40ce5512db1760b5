"""G10: what it says of branches is where their real gradients lie; what is meant, or comes from the design, is no warning."""

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given

from convlens.ir.edit import with_settings
from convlens.ir.graph import Graph, Ref
from convlens.ir.text import format, parse
from convlens.linting.edits import with_ops
from convlens.linting.finding import Finding
from convlens.linting.lint import lint_graph
from convlens.linting.repair import repair
from convlens.linting.settings import Settings
from convlens.networks import load
from tests.passes.centres import centre, gradient_rows
from tests.strategies import cases, ints

ONLY = Settings(select=("G10",))


def said(graph: Graph | str) -> list[Finding]:
    return list(lint_graph(parse(graph) if isinstance(graph, str) else graph, ONLY).findings)


def severities(graph: Graph | str) -> list[str]:
    return [finding.severity for finding in said(graph)]


def real_offset(graph: Graph, branches: list[str]) -> float:
    """How far the second branch's centre of mass lies behind the first one's, in the middle of the map."""

    def place(name: str) -> float:
        alone = replace(graph, outputs=(Ref(name),))
        size = lint_graph(alone).net.spec(Ref(name)).dims[2]
        ys = range(size // 2, size // 2 + 1)
        return centre(gradient_rows(alone, ys), Fraction(1), ys)

    return place(branches[1]) - place(branches[0])


def branches(size: int, first: tuple[int, int, int], second: tuple[int, int, int], stride: int) -> str:
    """Two unpadded kernels with a crop before each: (kernel, crop left, crop right)."""
    lines = [f"input x: 1x1x{size}"]
    for name, (kernel, left, right) in (("a", first), ("b", second)):
        lines.append(f"{name}p = pad(x, before=[{-left}], after=[{-right}])")
        lines.append(f"{name} = conv({name}p, out=1, kernel={kernel}, stride={stride})")
    return "\n".join([*lines, "m = add(a, b)", "output m"])


@cases(150)
@given(ints(1, 5), ints(0, 4), ints(0, 4), ints(1, 5), ints(0, 4), ints(0, 4), ints(1, 3))
def test_the_offset_is_that_of_real_gradients(k1: int, l1: int, r1: int, k2: int, l2: int, r2: int, stride: int) -> None:
    graph = parse(branches(80, (k1, l1, r1), (k2, l2, r2), stride))
    if lint_graph(graph).net.facts.broken is not None:
        return
    real, found = real_offset(graph, ["a", "b"]), said(graph)
    ends_alike = l1 + k1 == l2 + k2  # along one axis this is causal
    gathers = k1 == k2 == 1
    assert bool(found) == (abs(real) > 1e-9 and not ends_alike and not gathers), format(graph)
    if found:
        meeting = found[0].evidence["meetings"]["m"]
        assert abs(float(Fraction(meeting["offsets"][1][0])) - real) < 1e-9
        whole = abs(real - round(real)) < 1e-9
        assert found[0].severity == ("warn" if whole or abs(real) >= stride else "info")
        done = repair(graph, ONLY)
        assert bool(done.mended) == whole
        assert not whole or abs(real_offset(done.graph, ["a", "b"])) < 1e-9


ALIGNED = """
input x: 1x1x32x32
a = conv(x, out=1, kernel=1x1, stride=4)
p = pad(x, before=[1, 1], after=[0, 0])
b = conv(p, out=1, kernel=3x3, stride=2)
c = conv(b, out=1, kernel=1x1, stride=2)
m = add(a, c)
output m
"""
DRIFTING = """
input x: 1x1x8x8
p = pad(x, before=[2, 2], after=[1, 1])
a = conv(p, out=1, kernel=5x5, stride=2)
b = conv(x, out=1, kernel=3x3)
c = conv(b, out=1, kernel=3x3)
m = add(a, c)
output m
"""
SAME = """
input x: 1x1x{size}x{size}
a = conv(x, out=1, kernel=1x1, stride=4)
b = conv(x, out=1, kernel=3x3, stride=2, padding=same)
c = conv(b, out=1, kernel=1x1, stride=2)
m = add(a, c)
output m
"""


def test_the_toy_networks_of_the_receptive_field_library() -> None:
    assert severities(ALIGNED) == []
    (finding,) = said(DRIFTING)
    assert (finding.severity, finding.evidence["meetings"]["m"]["slopes"]) == ("warn", [[2, 1], [2, 1]])
    assert severities(SAME.format(size=9)) == []
    (finding,) = said(SAME.format(size=8))
    assert (finding.severity, finding.evidence["meetings"]["m"]["offsets"]) == ("warn", [[0, 0], [1, 1]])


def test_bagnet_crops_one_side_of_its_shortcuts() -> None:
    (finding,) = said(load("bagnet17"))
    assert (finding.severity, finding.nodes) == ("warn", ("layer1.0.add", "layer2.0.add", "layer3.0.add"))
    assert [each["offsets"][1] for each in finding.evidence["meetings"].values()] == [[-1, -1], [-2, -2], [-4, -4]]
    done = repair(load("bagnet17"), ONLY)
    assert done.after.findings == ()
    assert len(done.mended) == 1


@pytest.mark.parametrize("by", [-2, -1, 1])
def test_a_crop_that_is_not_in_the_middle_is_moved_there(by: int) -> None:
    graph, crop = load("unet"), load("unet")["up2.crop"].op
    settings = crop.settings()
    moved = with_settings(crop, starts=[n + by for n in settings["starts"]], stops=[n + by for n in settings["stops"]])
    done = repair(with_ops(graph, {"up2.crop": moved}), ONLY)
    assert done.before.findings[0].severity == "warn"
    assert done.after.findings == ()
    assert done.graph["up2.crop"].op == crop


@pytest.mark.parametrize(
    ("node", "padding"), [("layer2.0.conv1", (0, 2)), ("layer1.0.conv2", (2, 0)), ("layer4.0.conv1", (0, 1))]
)
def test_padding_on_the_wrong_side_of_a_resnet(node: str, padding: tuple[int, int]) -> None:
    graph = load("resnet18")
    wrong = with_ops(graph, {node: with_settings(graph[node].op, padding=(padding, padding))})
    done = repair(wrong, ONLY)
    assert [finding.severity for finding in done.before.findings] == ["warn"]
    assert done.after.findings == ()
    assert [mended.finding.code for mended in done.mended] == ["G10"]


BY_DESIGN = {
    "the shortcut of ResNet-D": "a = conv(x, out=8, kernel=3x3, stride=2, padding=1)\nb = avg_pool(x, kernel=2x2)\nm = add(a, b)",
    "a feature pyramid": "a = conv(x, out=8, kernel=3x3, stride=2, padding=1)\nb = conv(a, out=8, kernel=3x3, stride=2, padding=1)\n"
    "u = interpolate(b, scale=[2, 2])\nm = add(a, u)",
    "pooled down, up by an odd kernel": "p = max_pool(x, kernel=2x2)\n"
    "u = conv_transpose(p, out=8, kernel=3x3, stride=2, padding=1, output_padding=1)\nm = concat(x, u)",
}
MEANT = {
    "space to depth": "a = slice(x, on=[2, 3], starts=[0, 0], stops=[64, 64], steps=[2, 2])\n"
    "b = slice(x, on=[2, 3], starts=[1, 1], stops=[64, 64], steps=[2, 2])\nm = concat(a, b)\nc = conv(m, out=8, kernel=3x3)\n",
    "a factorised reduction": "a = conv(x, out=8, kernel=1x1, stride=2)\ny = pad(x, before=[-1, -1], after=[1, 1])\n"
    "b = conv(y, out=8, kernel=1x1, stride=2)\nm = concat(a, b)",
    "differences of neighbours": "c = conv(x, out=8, kernel=3x3, padding=1)\na = slice(c, on=[3], starts=[1], stops=[64])\n"
    "b = slice(c, on=[3], starts=[0], stops=[63])\nm = sub(a, b)",
    "mirrored": "c = conv(x, out=8, kernel=3x3, padding=1)\nf = flip(c, over=[3])\nm = concat(c, f)",
    "a gate": "g = adaptive_avg_pool(x, size=[1, 1])\nc = conv(g, out=8, kernel=1x1)\nm = mul(x, c)",
    "pooling of pyramids": "c = conv(x, out=8, kernel=3x3, padding=1)\np = adaptive_avg_pool(c, size=[6, 6])\n"
    "u = interpolate(p, size=[64, 64], mode=bilinear)\nm = concat(c, u)",
    "gates of one map's channels": "c = conv(x, out=8, kernel=3x3, padding=1)\ns = split(c, axis=1, sizes=[4, 4])\nm = mul(s, s[1])",
    "aligned corners at a size that suits them": "q = pad(x, before=[0, 0], after=[1, 1])\nc = conv(q, out=8, kernel=3x3, stride=2, padding=1)\n"
    "u = interpolate(c, size=[65, 65], mode=bilinear, align_corners=true)\nm = concat(q, u)",
    "an uneven resize, which is told by itself": "p = max_pool(x, kernel=2x2)\n"
    "u = interpolate(p, scale=[2, 2], mode=bilinear, align_corners=true)\nm = concat(x, u)",
}


@pytest.mark.parametrize("name", BY_DESIGN)
def test_half_a_pixel_that_comes_from_the_design_is_info(name: str) -> None:
    assert severities(f"input x: 1x8x64x64\n{BY_DESIGN[name]}\noutput m") == ["info"]


@pytest.mark.parametrize("name", MEANT)
def test_what_is_meant_is_not_told(name: str) -> None:
    assert severities(f"input x: 1x8x64x64\n{MEANT[name]}\noutput m") == []


def test_causal_branches_are_meant_along_one_axis() -> None:
    lines = "p = pad(x, before=[4], after=[0])\na = conv(p, out=8, kernel=3, dilation=2)\nr = relu(a)\nm = add(r, x)\n"
    lines += "q = conv(m, out=8, kernel=2, padding=4, dilation=4)\nc = slice(q, on=[2], starts=[0], stops=[-4])\nn = add(c, m)\nk = add(a, c)"
    assert severities(f"input x: 1x8x100\n{lines}\noutput n, k") == []
    assert severities("input x: 1x8x100\na = conv(x, out=8, kernel=3, padding=[[0, 2]])\nm = add(a, x)\noutput m") == ["warn"]


def test_axes_are_named_one_by_one() -> None:
    (finding,) = said("input x: 1x8x20x20\na = conv(x, out=8, kernel=3x3, padding=[[1, 1], [0, 2]])\nm = add(x, a)\noutput m")
    assert finding.evidence["meetings"]["m"] == {"axes": [3], "branches": ["x", "a"], "slopes": [[1, 1]], "offsets": [[0], [1]]}


CLEAN = """
resnet50 vgg16 mobilenet_v3 efficientnet_b0 densenet121 inception_v3 googlenet shufflenet_v2 xception unet unet_same vit_b_16
convnext_tiny deeplabv3 fcn32s
"""


@pytest.mark.parametrize("name", CLEAN.split())
def test_known_networks_are_aligned(name: str) -> None:
    assert said(load(name)) == []
