"""G06 and G08: the pixels that they call unread get no gradient in PyTorch, and all others do."""

from collections import Counter
from fractions import Fraction
from math import prod
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from convlens.backends.torch import as_module, initial_weights
from convlens.ir.graph import Graph, Input, Node, Ref
from convlens.ir.op import lookup
from convlens.ir.spec import TensorSpec
from convlens.ir.text import format
from convlens.linting.network import Network
from convlens.networks import load
from tests.linting.look import found, graph_of, mended, one
from tests.strategies import Draw, cases, ints, per_axis

CONVS = (nn.Conv1d, nn.Conv2d, nn.Conv3d)
POOLS = (nn.AvgPool1d, nn.AvgPool2d, nn.AvgPool3d)


class Branch:
    """A layer of torch.nn that reads the input, all its weights positive, and the same for convlens."""

    def __init__(self, axes: int, op: str, **settings: Any) -> None:
        self.op = lookup(op)(**settings)
        if op == "conv":
            self.layer: nn.Module = CONVS[axes - 1](
                1,
                1,
                settings["kernel"],
                settings["stride"],
                settings["padding"],
                settings["dilation"],
                bias=False,
                dtype=torch.float64,
            )
            nn.init.uniform_(self.layer.weight, 0.5, 1)
        else:
            self.layer = POOLS[axes - 1](settings["kernel"], settings["stride"], ceil_mode=settings["ceil_mode"])


@st.composite
def branches(draw: Draw, axes: int) -> Branch:
    if draw(ints(0, 2)):
        least = {"padding": 0, "kernel": 1, "stride": 1, "dilation": 1}
        most = {"padding": 2, "kernel": 4, "stride": 4, "dilation": 3}
        return Branch(axes, "conv", out=1, bias=False, **{name: per_axis(draw, axes, least[name], most[name]) for name in least})
    kernel, stride = per_axis(draw, axes, 1, 4), per_axis(draw, axes, 1, 4)
    return Branch(axes, "avg_pool", kernel=kernel, stride=stride, ceil_mode=draw(st.booleans()))


def of_branches(sizes: tuple[int, ...], made: list[Branch]) -> Graph:
    nodes = tuple(Node(f"n{i}", branch.op, (Ref("x"),)) for i, branch in enumerate(made))
    return Graph("n", (Input("x", TensorSpec((1, 1, *sizes))),), nodes, tuple(Ref(node.name) for node in nodes))


def without_gradient(sizes: tuple[int, ...], made: list[Branch]) -> torch.Tensor:
    """The pixels of the input on which no output of any layer depends."""
    x = torch.rand(1, 1, *sizes, dtype=torch.float64).add(0.5).requires_grad_()
    torch.stack([branch.layer(x).sum() for branch in made]).sum().backward()
    return x.grad[0, 0] == 0


@pytest.mark.parametrize("axes", [1, 2, 3])
def test_pixels_that_nothing_reads_get_no_gradient_and_all_others_do(axes: int) -> None:
    """What lies behind the last window is told from what lies between windows by putting zeros behind the picture."""
    tally: Counter[str] = Counter()

    @cases(300)
    @given(st.lists(branches(axes), min_size=1, max_size=2), st.tuples(*(ints(1, 14 if axes < 3 else 7),) * axes))
    def check(made: list[Branch], sizes: tuple[int, ...]) -> None:
        net = Network(of_branches(sizes, made))
        too_small = (size < kernel for branch in made for size, kernel in zip(sizes, branch.op.kernel, strict=True))
        if net.facts.broken is not None or any(too_small):  # PyTorch refuses kernels larger than a volume
            return
        unread = without_gradient(sizes, made)
        between = endless(sizes, made)
        rows = [int(all_along(unread, axis).sum() - all_along(between, axis).sum()) for axis in range(axes)]
        passed = net.passed_over
        tally.update(between=int(between.any()), behind=int(any(rows)), none=int(not unread.any()))
        if not passed:
            assert not unread.any()
            return
        (only,) = passed
        assert only.unread == int(between.sum()), (sizes, [b.op for b in made])
        assert list(only.ends) == rows, (sizes, [b.op for b in made])
        if len(made) == 1 and not only.unread and not any(only.ends):  # two may leave a corner together
            assert not unread.any()

    check()
    assert min(tally.values()) > 5, tally


def endless(sizes: tuple[int, ...], made: list[Branch]) -> torch.Tensor:
    """The pixels without a gradient where the picture is followed by so much more that the windows end behind it."""
    unread = without_gradient(tuple(size + 40 for size in sizes), made)
    return unread[tuple(slice(size) for size in sizes)]


def all_along(unread: torch.Tensor, axis: int) -> torch.Tensor:
    """The rows of which no pixel is read."""
    return unread.transpose(0, axis).flatten(1).all(1) if unread.dim() > 1 else unread


@pytest.mark.parametrize(("axes", "share"), [(1, "1/2"), (2, "3/4"), (3, "7/8")])
def test_a_kernel_of_1_with_stride_2_skips_what_the_paper_says(axes: int, share: str) -> None:
    """He et al., Bag of Tricks: three quarters of a map; seven eighths of a volume."""
    space = "x".join(["8"] * axes)
    kernel = "x".join(["1"] * axes)
    finding = one(f"input x: 1x4x{space}\nc = conv(x, out=4, kernel={kernel}, stride=2)\noutput c", "G06")
    assert (finding.severity, finding.evidence["share"], finding.evidence["layers"]) == ("warn", share, {"c": share})
    layer = CONVS[axes - 1](4, 4, 1, 2)
    x = torch.rand(1, 4, *[8] * axes, requires_grad=True)
    layer(x).sum().backward()
    skipped = (x.grad == 0).all(dim=1)
    assert Fraction(int(skipped.sum()), skipped.numel()) == Fraction(share)


BLOCK = """input x: 1x8x{n}x{n}
a = conv(x, out=8, kernel=1x1, stride={first})
r = relu(a)
b = conv(r, out=8, kernel=3x3, stride={second}, padding=1)
d = conv(x, out=8, kernel=1x1, stride=2)
s = add(b, d)
output s
"""


def test_a_shortcut_is_a_note_where_the_other_branch_reads_what_it_skips() -> None:
    """ResNet v1.5 has its stride in the 3x3 kernel; the first ResNet had it in the 1x1 kernel before, and lost 3 of 4 pixels."""
    assert [(f.severity, f.nodes) for f in found(BLOCK.format(n=8, first=1, second=2), "G06")] == [("info", ("d",))]
    worse = one(BLOCK.format(n=8, first=2, second=1), "G06")
    assert (worse.severity, worse.nodes, worse.evidence["share"]) == ("warn", ("a", "d"), "3/4")


def test_the_shortcuts_of_a_resnet_are_one_note() -> None:
    finding = one(load("resnet50"), "G06")
    assert (finding.severity, len(finding.nodes)) == ("info", 3)
    assert set(finding.evidence["layers"].values()) == {"3/4"}


def test_what_is_left_out_on_purpose_or_read_elsewhere_is_not_reported() -> None:
    cut = "input x: 1x4x9x9\ns = slice(x, on=[2, 3], starts=[0, 0], stops=[9, 9], steps=[2, 2])\noutput s"
    crop = "input x: 1x4x9x9\np = pad(x, before=[-2, 0], after=[0, -1])\noutput p"
    cropping = "input x: 1x4x9x9\nc = conv(x, out=4, kernel=3x3, padding=0:-2x0:0)\noutput c"
    border = "input x: 1x4x8x8\nc = conv(x, out=4, kernel=3x3, stride=2)\ny = relu(x)\noutput c, y"
    repeated = "input x: 1x4x8x8\nc = conv(x, out=4, kernel=3x3, stride=3, padding=1, padding_mode=circular)\noutput c"
    given_out = "input x: 1x4x8x8\ny = relu(x)\nc = conv(y, out=4, kernel=3x3, stride=2)\noutput c, y"
    for text in (cut, crop, cropping, border, repeated, given_out):
        assert not found(text, "G06", "G08"), text


@pytest.mark.parametrize(
    ("size", "kernel", "stride", "padding", "dropped"),
    [(224, 11, 4, 0, 1), (227, 11, 4, 0, 0), (224, 11, 4, 1, 2), (224, 11, 4, 2, 0), (26, 3, 2, 0, 1), (56, 1, 2, 0, 0), (9, 3, 4, 0, 1)],
)  # fmt: skip
def test_dropped_rows_are_those_of_the_published_figures(size: int, kernel: int, stride: int, padding: int, dropped: int) -> None:
    """AlexNet's first layer on 224 and on 227 pixels; a stride of holes is another rule's, but what lies behind it is not."""
    text = (
        f"input x: 1x3x{size}x{size}\nc = conv(x, out=4, kernel={kernel}x{kernel}, stride={stride}, padding={padding})\noutput c"
    )
    findings = found(text, "G08")
    assert [finding.evidence["unread"] for finding in findings] == ([[dropped, dropped]] if dropped else [])
    x = torch.rand(1, 3, size, size, requires_grad=True)
    nn.Conv2d(3, 4, kernel, stride, padding)(x).sum().backward()
    rows = (x.grad == 0).all(dim=3).all(dim=1)[0]
    if kernel >= stride:
        assert int(rows.sum()) == dropped
        assert bool(rows[size - dropped :].all())


def test_the_clean_sizes_that_it_names_are_clean() -> None:
    for size in range(20, 60):
        text = "input x: 1x3x{0}\nc = conv(x, out=4, kernel=6, stride=5, padding=1)\noutput c"
        for finding in found(text.format(size), "G08"):
            words = dict(finding.fixes[-1].words.values)
            near = [int(words["smaller"]), int(words["larger"])]
            assert all(not found(text.format(other), "G08") for other in near)
            assert all(found(text.format(other), "G08") for other in range(near[0] + 1, near[1]))


FIXED = {
    "a 1x1 kernel": "input x: 1x4x9x8\nc = conv(x, out=6, kernel=1x1, stride=2)\noutput c",
    "on one axis": "input x: 1x4x9x8\nc = conv(x, out=6, kernel=3x1, stride=1x3, padding=1x0)\noutput c",
    "pooling": "input x: 1x4x11x12\nc = max_pool(x, kernel=2x2, stride=3)\noutput c",
    "dilation that shares a factor": "input x: 1x4x12x12\nc = conv(x, out=6, kernel=3x3, stride=2, dilation=2, padding=2)\noutput c",
    "a larger stride": "input x: 1x4x31\nc = conv(x, out=6, kernel=3, stride=5)\noutput c",
    "the first ResNet": BLOCK.format(n=9, first=2, second=1),
    "AlexNet": "input x: 1x3x224x224\nc = conv(x, out=8, kernel=11x11, stride=4)\noutput c",
    "pooling of an even map": "input x: 1x3x26x26\nc = max_pool(x, kernel=3x3, stride=2)\noutput c",
    "dilation": "input x: 1x3x31x31\nc = conv(x, out=8, kernel=3x3, stride=3, dilation=2)\noutput c",
    "a volume": "input x: 1x4x6x7x8\nc = conv(x, out=6, kernel=1x1x1, stride=2)\noutput c",
    "no batch": "input x: 4x9x9\nc = conv(x, out=6, kernel=1x1, stride=2)\noutput c",
}


@pytest.mark.parametrize("text", FIXED.values(), ids=FIXED)
def test_a_fix_keeps_the_shape_and_every_pixel_gets_a_gradient(text: str) -> None:
    graph = graph_of(text)
    assert any(finding.severity == "warn" for finding in found(graph, "G06", "G08"))
    done = mended(graph, "G06", "G08")
    assert not done.after.findings, done.after.text(everything=True)
    dims = graph.inputs[0].spec.dims
    module = as_module(done.graph).double()
    for weight in module.parameters():
        nn.init.uniform_(weight, 0.5, 1)
    x = torch.rand(dims, dtype=torch.float64, requires_grad=True)
    grads = torch.zeros(dims, dtype=torch.float64)
    for _ in range(1 if "max_pool" not in text else 200):
        x = torch.rand(dims, dtype=torch.float64, requires_grad=True)
        module(x).sum().backward()
        grads += x.grad
    assert bool((grads != 0).all()), format(done.graph)
    assert module(x).shape == as_module(graph).double()(x).shape


def test_a_stride_moved_back_leaves_every_value_as_it_was() -> None:
    """The layer before computes only what was used: the same function for a quarter of the work."""
    text = "input x: 1x3x{}x15\na = conv(x, out=5, kernel=3x3, padding=1)\nb = batch_norm(a)\nr = relu(b)\nc = conv(r, out=7, kernel=1x1, stride=2)\noutput c"
    for size in (15, 16):
        graph = graph_of(text.format(size))
        done = mended(graph, "G06")
        assert [node.op.settings().get("stride") for node in done.graph if node.op.name == "conv"] == [(2, 2), (1, 1)]
        weights = {key: value.double() for key, value in initial_weights(graph, 3).items()}
        x = torch.rand(graph.inputs[0].spec.dims, dtype=torch.float64)
        before, after = (as_module(g, weights).double().eval()(x) for g in (graph, done.graph))
        assert torch.allclose(before, after, rtol=0, atol=1e-12)


def test_the_shares_are_those_of_the_whole_map() -> None:
    finding = one("input x: 1x4x7x10\nc = max_pool(x, kernel=2x1, stride=3x2)\noutput c", "G06")
    assert finding.evidence["unread"] == 7 * 10 - (2 * 2 + 1) * 5
    assert finding.evidence["pixels"] == prod((7, 10))


def test_the_words_name_the_window_that_the_fix_gives() -> None:
    text = "input x: 1x3x32x32\nc = conv(x, out=4, kernel=3x3, stride=5, padding=1)\noutput c"
    fix = one(text, "G06").fixes[0]
    assert fix.words.text() == "kernel 5x5, dilation 1x1, padding 2x2: reads every pixel and gives as many outputs"
    assert fix.apply is not None
    assert str(fix.apply(graph_of(text))["c"].op.settings()["padding"]) == "((2, 2), (2, 2))"
