"""Overlap patterns: the composition table, and what PyTorch makes of an image of ones."""

from collections import Counter
from fractions import Fraction
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from convlens.arith.pattern import EVEN, ratio, taps
from convlens.ir.errors import ConvlensError
from convlens.ir.graph import Graph, Input, Node, Ref
from convlens.ir.op import lookup
from convlens.ir.spec import TensorSpec
from convlens.ir.text import parse
from convlens.linting.network import Network
from tests.linting.ones import contrast, response, shows, whole
from tests.strategies import Draw, cases, ints

T, C, N = "conv_transpose", "conv", "interpolate"
T3, T4, T5 = (T, 3), (T, 4), (T, 5)
NEAREST = (N, 2)

TABLE: list[tuple[list[tuple[str, int]], Fraction, str]] = [
    ([T3], Fraction(2), "2"),
    ([T3] * 2, Fraction(3), "3"),
    ([T3] * 3, Fraction(5), "5"),
    ([T5] * 4, Fraction(51, 29), "1.759"),
    ([T4] * 3, Fraction(1), "1"),
    ([T3, (C, 3)], Fraction(5, 4), "1.25"),
    ([T3, (C, 5)], Fraction(8, 7), "1.143"),
    ([T3, (C, 7)], Fraction(11, 10), "1.10"),
    ([T3, (C, 2)], Fraction(1), "1"),
    ([T3, (C, 4)], Fraction(1), "1"),
    ([T3, T3, (C, 7)], Fraction(17, 15), "1.133"),
    ([T3, T4], Fraction(1), "1"),
    ([T4, T3], Fraction(2), "2"),
    ([NEAREST, (C, 3)], Fraction(1), "1"),
]
by_row = pytest.mark.parametrize(
    ("steps", "wanted", "shown"), TABLE, ids=["+".join(f"{op[0]}{k}" for op, k in s) for s, _, _ in TABLE]
)


def chain(steps: list[tuple[str, int]], axes: int, size: int) -> Graph:
    """Layers of stride 2 (enlarging) or 1 (convolutions) behind each other."""
    lines, last = [f"input x: 1x1{f'x{size}' * axes}"], "x"
    for at, (op, k) in enumerate(steps):
        kernel = "x".join([str(k)] * axes)
        settings = {
            T: f"out=1, kernel={kernel}, stride=2, bias=false",
            C: f"out=1, kernel={kernel}, bias=false",
            N: f"scale=[{', '.join([str(k)] * axes)}]",
        }
        lines.append(f"n{at} = {op}({last}, {settings[op]})")
        last = f"n{at}"
    return parse("\n".join([*lines, f"output {last}"]) + "\n")


def patterns(graph: Graph) -> dict[int, tuple[int, ...]]:
    """The pattern along each axis of the output."""
    found = Network(graph).imprints.of.get(graph.outputs[0])
    return dict(found.axes) if found else {}


@by_row
@pytest.mark.parametrize("axes", [1, 2])
def test_the_composition_table(steps: list[tuple[str, int]], wanted: Fraction, shown: str, axes: int) -> None:
    found = patterns(chain(steps, axes, 40))
    ratios = [ratio(found.get(2 + axis, EVEN)) for axis in range(axes)]
    assert ratios == [wanted] * axes
    digits = len(shown.partition(".")[2])
    assert round(float(wanted), digits) == float(shown)


@by_row
def test_the_composition_table_is_what_pytorch_makes_of_ones(steps: list[tuple[str, int]], wanted: Fraction, shown: str) -> None:
    """Along an axis exactly, with the pattern in its place; over two axes squared."""
    graph = chain(steps, 1, 80)
    line = response(graph)[graph.outputs[0].node][0, 0]
    assert shows(line, patterns(graph).get(2, EVEN), 32)
    real = whole(line, 32)
    assert Fraction(max(real), min(real)) == wanted
    square = chain(steps, 2, 20)
    assert contrast(response(square)[square.outputs[0].node]) == wanted**2


def test_another_pattern_is_not_what_pytorch_makes() -> None:
    """The partner: the comparison can fail, by its numbers and by their place."""
    line = response(chain([T3, T3], 1, 80))["n1"][0, 0]
    assert shows(line, (3, 2, 3, 1), 32)
    assert not any(shows(line, other, 32) for other in [EVEN, (2, 1), (3, 2, 3, 2), (2, 3, 1, 3), (3, 1, 3, 2)])


@cases(200)
@given(ints(1, 20), ints(1, 9), ints(1, 7), ints(0, 5))
def test_taps_are_those_that_are_counted(kernel: int, stride: int, dilation: int, padding: int) -> None:
    counts = [0] * stride
    for j in range(kernel):
        counts[(dilation * j - padding) % stride] += 1
    assert taps(kernel, stride, dilation, padding) == tuple(counts)


@pytest.mark.parametrize("kernel", range(1, 20))
def test_even_means_a_multiple_without_a_common_factor(kernel: int) -> None:
    """The closed form of rules.md, checked over all strides below 10 and dilations below 8."""
    from math import gcd

    for stride in range(1, 10):
        for dilation in range(1, 8):
            counts = taps(kernel, stride, dilation)
            assert (len(set(counts)) == 1) == (gcd(dilation, stride) == 1 and kernel % stride == 0)
            assert (0 in counts) == (kernel < stride or gcd(dilation, stride) > 1)


class Sketch:
    """A network along one axis that grows as long as PyTorch and the oracle can follow it."""

    def __init__(self, size: int) -> None:
        self.nodes: list[Node] = []
        self.sizes = {"x": size}
        self.size = size

    def add(self, name: str, settings: dict[str, Any], *inputs: str) -> str:
        op = lookup(name)(**settings)
        try:
            (out,) = op.infer(tuple(TensorSpec((1, 1, self.sizes[i])) for i in inputs))
        except ConvlensError:
            return inputs[0]
        if not 700 <= out.dims[2] <= 20000:
            return inputs[0]
        node = Node(f"{name}{len(self.nodes)}", op, tuple(map(Ref, inputs)))
        self.nodes.append(node)
        self.sizes[node.name] = out.dims[2]
        return node.name

    def graph(self, output: str) -> Graph:
        spec = TensorSpec((1, 1, self.size))
        return Graph("random", (Input("x", spec),), tuple(self.nodes), (Ref(output),))


def _step(draw: Draw, sketch: Sketch, at: str) -> str:
    kind = draw(st.sampled_from([T, T, C, "avg_pool", N, "slice", "pad", "flip", "relu"]))
    pads = ((draw(ints(0, 2)), draw(ints(0, 2))),)
    if kind == T:
        settings = {"out": 1, "kernel": (draw(ints(1, 7)),), "stride": (draw(ints(1, 3)),), "padding": pads, "bias": False}
        return sketch.add(kind, settings | {"dilation": (draw(st.sampled_from([1, 1, 1, 2, 3])),)}, at)
    if kind == C:
        settings = {"out": 1, "kernel": (draw(ints(1, 5)),), "stride": (draw(st.sampled_from([1, 1, 1, 2])),), "padding": pads}
        return sketch.add(kind, settings | {"bias": False, "dilation": (draw(ints(1, 2)),)}, at)
    if kind == "avg_pool":
        return sketch.add(kind, {"kernel": (draw(ints(1, 4)),), "stride": (draw(ints(1, 2)),)}, at)
    if kind == N:
        mode = draw(st.sampled_from(["nearest", "linear"]))
        return sketch.add(kind, {"scale": (draw(st.sampled_from([2.0, 0.5, 1.5])),), "mode": mode}, at)
    settings = {
        "slice": {"on": (2,), "starts": (draw(ints(0, 5)),), "stops": (10**6,), "steps": (draw(ints(1, 2)),)},
        "pad": {"before": (draw(ints(-3, 3)),), "after": (draw(ints(-3, 3)),)},
        "flip": {"over": (2,)},
        "relu": {},
    }
    return sketch.add(kind, settings[kind], at)


def _branches(draw: Draw, sketch: Sketch, at: str) -> str:
    ends = [at, at]
    for side in (0, 1):
        for _ in range(draw(ints(0, 2))):
            ends[side] = _step(draw, sketch, ends[side])
    common = min(sketch.sizes[end] for end in ends)
    cut = [sketch.add("slice", {"on": (2,), "starts": (0,), "stops": (common,)}, end) for end in ends]
    return sketch.add(draw(st.sampled_from(["add", "mul"])), {}, *cut)


@st.composite
def lines(draw: Draw) -> Graph:
    sketch, at = Sketch(1440), "x"
    for _ in range(draw(ints(2, 6))):
        at = draw(st.sampled_from([_step, _step, _step, _branches]))(draw, sketch, at)
    return sketch.graph(at)


def test_random_networks_against_pytorch() -> None:
    """Every value of the network, in its middle: 288 pixels, a multiple of nearly every period that arises."""
    tally: Counter[str] = Counter()

    @cases(150)
    @given(lines())
    def check(graph: Graph) -> None:
        real = response(graph)
        found = Network(graph).imprints.of
        for node in graph:
            imprint = found.get(Ref(node.name))
            said = imprint.axes.get(2, EVEN) if imprint else EVEN
            if (imprint and imprint.loose) or 288 % len(said) or not real[node.name].any():
                tally["not followed"] += 1
                return
            assert shows(real[node.name][0, 0], said), (node.name, said)
            tally["uneven" if said != EVEN else "even"] += 1

    check()
    assert tally["uneven"] > 100
    assert tally["even"] > 100
    assert tally["not followed"] < (tally["uneven"] + tally["even"]) / 5


@pytest.mark.parametrize("mode", ["nearest", "bilinear", "bicubic"])
@pytest.mark.parametrize("corners", [False, True])
@pytest.mark.parametrize("out", [324, 486, 81])
def test_resizing_weighs_as_pytorch_does(mode: str, corners: bool, out: int) -> None:
    if corners and mode == "nearest":
        return
    settings = f"size=[{out}, {out}], mode={mode}, align_corners={str(corners).lower()}"
    graph = parse(
        "input x: 1x1x54x54\nt = conv_transpose(x, out=1, kernel=5x5, stride=3, padding=1, bias=false)\n"
        f"r = interpolate(t, {settings})\noutput r\n"
    )
    found = Network(graph).imprints.of.get(Ref("r"))
    if found is None or found.loose:
        assert corners  # its period is that of the whole image
        return
    row = response(graph)["r"][0, 0, out // 2]
    assert shows(row, found.axes.get(3, EVEN), 36)


def test_where_branches_meet_the_pattern_is_that_of_the_image_averaged_over_its_other_axis() -> None:
    graph = parse(
        "input x: 1x1x300x300\nt = conv_transpose(x, out=1, kernel=3x3, stride=2, padding=1, bias=false)\n"
        "n = conv_transpose(x, out=1, kernel=2x2, stride=2, bias=false)\n"
        "s = slice(n, on=[2, 3], starts=[0, 0], stops=[599, 599])\nc = concat(t, s)\noutput c\n"
    )
    found = Network(graph).imprints.of[Ref("c")]
    image = response(graph)["c"][0, 0]
    start = (image.shape[1] - 288) // 2
    assert found.joined
    assert found.axes == {2: (5, 7), 3: (5, 7)}
    assert shows(image[:, start : start + 288].mean(dim=1), found.axes[2])
    assert shows(image[start : start + 288].mean(dim=0), found.axes[3])


def test_three_axes() -> None:
    graph = parse("input x: 1x1x8x8x8\nt = conv_transpose(x, out=1, kernel=3x4x5, stride=2, bias=false)\noutput t\n")
    assert patterns(graph) == {2: (2, 1), 4: (3, 2)}
    assert contrast(response(graph)["t"]) == 3
    assert isinstance(response(graph)["t"], torch.Tensor)
