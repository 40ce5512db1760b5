"""Receptive fields that others have published, reproduced figure by figure."""

from fractions import Fraction

import pytest

from convlens.ir.graph import Graph
from convlens.ir.text import parse
from convlens.networks import load
from convlens.passes.facts import facts
from convlens.passes.receptive_field import AxisField, receptive_fields
from tests.passes import slim_networks as slim

Figures = dict[str, tuple[int, int, int]]

# google-research/receptive_field, RECEPTIVE_FIELD_TABLE.md; size, stride, left padding.
ALEXNET_V2: Figures = {
    "conv1": (11, 4, 0),
    "pool1": (19, 8, 0),
    "conv2": (51, 8, 16),
    "conv3": (99, 16, 32),
    "conv4": (131, 16, 48),
    "conv5": (163, 16, 64),
    "pool5": (195, 32, 64),
}
VGG_16: Figures = {
    "conv1_1": (3, 1, 1),
    "pool1": (6, 2, 2),
    "conv2_1": (10, 2, 4),
    "pool2": (16, 4, 6),
    "conv3_1": (24, 4, 10),
    "conv3_2": (32, 4, 14),
    "pool3": (44, 8, 18),
    "conv4_1": (60, 8, 26),
    "conv4_2": (76, 8, 34),
    "pool4": (100, 16, 42),
    "conv5_1": (132, 16, 58),
    "conv5_2": (164, 16, 74),
    "pool5": (212, 32, 90),
}

# The same table; size, stride, left padding at 224, left padding at 321.
INCEPTION_V2 = {
    "Conv2d_1a_7x7": (7, 2, 2, 3),
    "MaxPool_2a_3x3": (11, 4, 2, 5),
    "Conv2d_2b_1x1": (11, 4, 2, 5),
    "Conv2d_2c_3x3": (19, 4, 6, 9),
    "MaxPool_3a_3x3": (27, 8, 6, 13),
    "Mixed_3b": (59, 8, 22, 29),
    "Mixed_3c": (91, 8, 38, 45),
    "Mixed_4a": (123, 16, 46, 61),
    "Mixed_4b": (187, 16, 78, 93),
    "Mixed_4c": (251, 16, 110, 125),
    "Mixed_4d": (315, 16, 142, 157),
    "Mixed_4e": (379, 16, 174, 189),
    "Mixed_5a": (443, 32, 190, 221),
    "Mixed_5b": (571, 32, 254, 285),
    "Mixed_5c": (699, 32, 318, 349),
}
RESNET_V1_50 = {
    "block1": (35, 8, 15, 17),
    "block2": (99, 16, 47, 49),
    "block3": (291, 32, 143, 145),
    "block4": (483, 32, 239, 241),
}


def axes(graph: Graph, node: str = "") -> tuple[AxisField, ...]:
    """The receptive field of a node, or of the network's output, which must be legal for its input."""
    found = facts(graph)
    assert found.error is None, found.error
    field = receptive_fields(graph, found)[node or graph.outputs[0].node]
    assert field is not None
    return field.axes


def square(graph: Graph, node: str = "") -> AxisField:
    """The receptive field along either axis, which must be the same."""
    height, width = axes(graph, node)
    assert height == width
    return height


def figures(graph: Graph, nodes: list[str]) -> dict[str, tuple[int, Fraction | None, int | None]]:
    """Size, stride and padding of nodes; one footprint shape for all positions, and no operator that sees the whole input."""
    found = facts(graph)
    fields = receptive_fields(graph, found)
    result = {}
    for node in nodes:
        field = fields[node]
        assert field is not None
        height, width = field.axes
        assert height == width
        assert height.size == height.size_min
        assert not height.whole
        result[node] = (height.size, height.stride, height.padding)
    return result


def at_resolution(table: dict[str, tuple[int, int, int, int]], size: int) -> Figures:
    return {node: (rf, stride, pads[size == 321]) for node, (rf, stride, *pads) in table.items()}


def centre(field: AxisField) -> Fraction:
    """Where the receptive field of output 0 has its centre, in input pixels."""
    assert field.padding is not None
    return Fraction(field.size - 1, 2) - field.padding


def aligned(graph: Graph, first: str, second: str) -> bool:
    """Distill 2019: branches are aligned where stride and centre agree along every axis."""
    pairs = zip(axes(graph, first), axes(graph, second), strict=True)
    return all((a.stride, centre(a)) == (b.stride, centre(b)) for a, b in pairs)


@pytest.mark.parametrize("size", [224, 321])
def test_tf_slim_alexnet_v2(size: int) -> None:
    assert figures(slim.alexnet_v2(size), list(ALEXNET_V2)) == ALEXNET_V2


@pytest.mark.parametrize("size", [224, 321])
def test_tf_slim_vgg_16(size: int) -> None:
    assert figures(slim.vgg_16(size), list(VGG_16)) == VGG_16


@pytest.mark.parametrize("size", [224, 321])
def test_tf_slim_inception_v2(size: int) -> None:
    assert figures(slim.inception_v2(size), list(INCEPTION_V2)) == at_resolution(INCEPTION_V2, size)


@pytest.mark.parametrize("size", [224, 321])
def test_tf_slim_resnet_v1_50(size: int) -> None:
    assert figures(slim.resnet_v1_50(size), list(RESNET_V1_50)) == at_resolution(RESNET_V1_50, size)


def test_the_padding_of_same_depends_on_the_size() -> None:
    """The partner: the figures of one resolution are not those of the other."""
    assert figures(slim.inception_v2(224), list(INCEPTION_V2)) != at_resolution(INCEPTION_V2, 321)
    assert figures(slim.resnet_v1_50(224), list(RESNET_V1_50)) != at_resolution(RESNET_V1_50, 321)


def test_torchvision_resnet50_differs_from_tf_slim() -> None:
    found = figures(slim.torchvision_resnet50(224), ["layer1", "layer2", "layer3", "layer4"])
    assert [size for size, _, _ in found.values()] == [35, 91, 267, 427]
    assert found["layer3"][1:] == (16, 133)
    assert found["layer4"][1:] == (32, 213)


def test_resnet50_of_the_folder_has_the_same_receptive_field() -> None:
    nodes = ["layer1.2.add", "layer2.3.add", "layer3.5.add", "layer4.2.add"]
    drafted = figures(slim.torchvision_resnet50(224), ["layer1", "layer2", "layer3", "layer4"])
    assert list(figures(load("resnet50"), nodes).values()) == list(drafted.values())


def test_fully_convolutional_networks() -> None:
    """Long, Shelhamer, Darrell, arXiv:1411.4038, table 1."""
    assert square(slim.alexnet_v2(500, fully_convolutional=True)).size == 355
    assert square(slim.vgg_16(500, fully_convolutional=True)).size == 404


def test_region_proposal_networks() -> None:
    """Ren, He, Girshick, Sun, arXiv:1506.01497, section 3.1."""
    assert square(slim.zf_proposals(600)).size == 171
    assert square(slim.vgg_16(600, proposals=True)).size == 228


@pytest.mark.parametrize(("layers", "size"), [(1, 16), (2, 34), (3, 70), (4, 142), (5, 286), (6, 574)])
def test_patchgan(layers: int, size: int) -> None:
    """Isola et al., arXiv:1611.07004, section 6.1.2, where the network of 286 is called 574 by mistake."""
    assert square(slim.patchgan(1024, layers)).size == size


@pytest.mark.parametrize(("size", "with_3x3"), [(9, (1, 1, 0, 0)), (17, (1, 1, 1, 0)), (33, (1, 1, 1, 1))])
def test_bagnet_unites_branches_that_are_not_aligned(size: int, with_3x3: tuple[int, int, int, int]) -> None:
    """Brendel, Bethge, arXiv:1904.00760: named after their receptive fields."""
    graph = slim.bagnet(224, with_3x3)
    field = square(graph, "layer4")
    assert (field.size, field.size_min, field.stride, field.padding) == (size, size, 8, 0)
    assert not aligned(graph, "layer1.0/conv3", "layer1.0/crop")


def test_the_original_u_net() -> None:
    """Ronneberger et al., arXiv:1505.04597, 572 -> 388: by its position, an output sees 188 or 204 pixels along an axis."""
    graph = load("unet")
    out, bottom = square(graph), square(graph, "bottom.conv2")
    assert (out.size_min, out.size, out.stride, out.whole) == (188, 204, 1, "")
    assert (bottom.size_min, bottom.size, bottom.stride, bottom.padding) == (140, 140, 16, 0)


def two_branches(size: int, right: str, then: str = "") -> Graph:
    """Google's toy networks: a strided 1x1 on the left, ``right`` on the right, ``then`` what follows their sum."""
    return parse(f"""
        input x: 1x1x{size}x{size}
        l1 = conv(x, out=1, kernel=1x1, stride=4)
        {right}
        l3 = conv(l2, out=1, kernel=1x1, stride=2)
        l4 = add(l1, l3)
        {then}
        output {"y" if then else "l4"}
    """)


PADDED = "pad = pad(x, before=[1, 1], after=[0, 0])\nl2 = conv(pad, out=1, kernel=3x3, stride=2)"
SAME = "l2 = conv(x, out=1, kernel=3x3, stride=2, padding=same)"


@pytest.mark.parametrize("pooled", [False, True])
def test_google_toy_aligned(pooled: bool) -> None:
    """receptive_field_computation_test.py, networks 1 and 2."""
    graph = two_branches(8, PADDED.replace("conv(pad, out=1,", "max_pool(pad,") if pooled else PADDED)
    assert square(graph)[:5] == (3, 3, 3, 4, 1)
    assert aligned(graph, "l1", "l3")


def test_google_toy_misaligned() -> None:
    """The same, network 3: branches of different stride have no stride together."""
    graph = parse("""
        input x: 1x1x7x7
        pad = pad(x, before=[2, 2], after=[1, 1])
        l1 = conv(pad, out=1, kernel=5x5, stride=2)
        l2 = conv(x, out=1, kernel=3x3)
        l3 = conv(l2, out=1, kernel=3x3)
        y = add(l1, l3)
        output y
    """)
    assert not aligned(graph, "l1", "l3")
    field = square(graph)
    assert field.stride is None
    assert (field.size_min, field.size) == (5, 7)


def test_google_toy_same_is_aligned_at_9_and_not_at_8() -> None:
    """The same, network 4."""
    assert square(two_branches(9, SAME))[:5] == (3, 3, 3, 4, 1)
    assert aligned(two_branches(9, SAME), "l1", "l3")
    assert not aligned(two_branches(8, SAME), "l1", "l3")


def test_google_toy_of_oblong_kernels() -> None:
    """The same, network 5: 5 along the width, 7 along the height."""
    graph = parse("""
        input x: 1x1x32x32
        l1 = conv(x, out=1, kernel=3x5, stride=2)
        l2 = conv(l1, out=1, kernel=3x1, stride=2)
        output l2
    """)
    height, width = axes(graph)
    assert (width.size, width.stride, width.padding) == (5, 4, 0)
    assert (height.size, height.stride, height.padding) == (7, 4, 0)


@pytest.mark.parametrize(
    ("size", "right", "then"),
    [
        (16, PADDED, "pad6 = pad(l4, before=[1, 1], after=[0, 0])\nl6 = conv(pad6, out=1, kernel=3x3, stride=2)"),
        (17, SAME, "l6 = conv(l4, out=1, kernel=3x3, stride=2, padding=same)"),
    ],
)
def test_google_toy_with_a_merge_in_the_middle(size: int, right: str, then: str) -> None:
    """The same, networks 8 and 9. Of the 11 pixels 9 are read: three windows of 3 that lie 4 apart."""
    graph = two_branches(size, right, f"{then}\nl5 = conv(l4, out=1, kernel=1x1, stride=2)\ny = add(l5, l6)")
    field = square(graph)
    assert (field.size, field.size_min, field.support, field.stride, field.padding) == (11, 11, 9, 8, 5)
    assert aligned(graph, "l5", "l6")
