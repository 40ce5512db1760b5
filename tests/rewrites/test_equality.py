"""Every rewrite, random settings: the graph before and after computes the same, in float64."""

from collections import Counter

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from convlens.backends.torch import Executor
from convlens.ir.errors import ConvlensError
from convlens.ir.graph import Graph
from convlens.ir.text import parse
from convlens.rewrites.place import possible
from convlens.rewrites.proof import prove, random_weights
from convlens.rewrites.table import names, rule
from tests.strategies import Draw, cases, ints

Weights = dict[tuple[str, str], torch.Tensor]


def _network(draw: Draw, *lines: str, channels: int, least: int = 5) -> Graph:
    size = f"{draw(ints(least, least + 4))}x{draw(ints(least, least + 4))}"
    return parse("\n".join([f"input x: {draw(ints(1, 2))}x{channels}x{size}", *lines, f"output {lines[-1].split(' ')[0]}"]))


def _conv(draw: Draw, *, groups: int = 1, most: int = 3, stride: int = 2, padding: bool = True) -> str:
    sides = [draw(ints(0, 2)) for _ in range(4)] if padding else [0] * 4
    return (
        f"out={2 * groups * draw(ints(1, 2))}, kernel={draw(ints(1, most))}x{draw(ints(1, most))}, stride={draw(ints(1, stride))}, "
        f"padding={sides[0]}:{sides[1]}x{sides[2]}:{sides[3]}, groups={groups}, bias={str(draw(st.booleans())).lower()}"
    )


def _fold(draw: Draw) -> Graph:
    groups = draw(ints(1, 2))
    norm = f"n = batch_norm(c, affine={str(draw(st.booleans())).lower()}, eps={draw(st.sampled_from([0.00001, 0.1]))})"
    kind = draw(st.sampled_from(["conv", "conv_transpose", "linear"]))
    if kind == "linear":
        return parse(f"input x: 3x4\nc = linear(x, out=5)\n{norm}\nr = relu(n)\noutput r")
    if kind == "conv_transpose":
        return _network(draw, f"c = conv_transpose(x, out={2 * groups}, kernel=3x2, stride=2, groups={groups})", norm, channels=4)
    return _network(draw, f"c = conv(x, {_conv(draw, groups=groups)})", norm, "r = relu(n)", channels=4)


def _composed(draw: Draw) -> Graph:
    return _network(draw, f"a = conv(x, {_conv(draw)})", f"b = conv(a, {_conv(draw, padding=False)})", channels=3, least=9)


def _separable(draw: Draw) -> Graph:
    return _network(draw, f"c = conv(x, {_conv(draw)})", channels=3)


def _transposed(draw: Draw) -> Graph:
    stride, groups = draw(ints(1, 3)), draw(ints(1, 2))
    pads = [draw(ints(0, 1)) for _ in range(4)]
    extra = draw(ints(0, min(stride - 1, 1)))
    line = (
        f"c = conv_transpose(x, out={groups * draw(ints(1, 3))}, kernel={draw(ints(1, 5))}x{draw(ints(1, 5))}, stride={stride}, "
        f"padding={pads[0]}:{pads[1]}x{pads[2]}:{pads[3]}, output_padding={extra}, groups={groups}, "
        f"bias={str(draw(st.booleans())).lower()})"
    )
    return _network(draw, line, "r = tanh(c)", channels=4)


def _subpixel(draw: Draw) -> Graph:
    factor, groups, kernel = draw(ints(1, 3)), draw(ints(1, 2)), draw(ints(1, 3))
    out = groups * factor**2 * draw(ints(1, 2))
    line = f"c = conv(x, out={out}, kernel={kernel}x{kernel}, padding={draw(ints(0, kernel - 1))}, groups={groups}, bias=false)"
    return _network(draw, line, f"p = pixel_shuffle(c, factor={factor})", channels=4)


def _to_linear(draw: Draw) -> Graph:
    kernel = draw(st.sampled_from(["1x1", "5x5"]))
    return parse(f"input x: 2x3x5x5\nc = conv(x, out={draw(ints(1, 4))}, kernel={kernel})\nr = relu(c)\noutput r")


def _to_conv(draw: Draw) -> Graph:
    middle = draw(st.sampled_from(["r = relu(a)", "r = batch_norm(a)", "r = softmax(a, axis=1)", "r = layer_norm(a, shape=[6])"]))
    flat = draw(st.sampled_from(["f = flatten(p)", "f = reshape(p, shape=[2, -1])"]))
    lines = ["input x: 2x3x5x4", "p = relu(x)", flat, "d = dropout(f)", "a = linear(d, out=6)", middle, "b = linear(r, out=2)"]
    return parse("\n".join([*lines, "output b"]))


DRAWN = {
    "fold-batch-norm": _fold, "compose": _composed, "separable": _separable, "transposed-to-subpixel": _transposed,
    "subpixel-to-transposed": _subpixel, "conv-to-linear": _to_linear, "linear-to-conv": _to_conv,
}  # fmt: skip
OPTIONS = {"separable": {"rank": 99}}
"""As many kernels as it takes to be exact."""


def test_every_rewrite_is_drawn() -> None:
    assert set(DRAWN) == set(names())


@pytest.mark.parametrize("name", DRAWN)
def test_both_compute_the_same(name: str) -> None:
    tally: Counter[str] = Counter()

    @cases(40)
    @given(st.composite(DRAWN[name])())
    def check(graph: Graph) -> None:
        try:
            possible_ = possible(rule(name).applies(graph))
        except ConvlensError:
            tally["refused"] += 1
            return
        if possible_:
            weights = random_weights(graph)
            after, new = rule(name).rewrite(graph, weights, **OPTIONS.get(name, {}))
            assert after != graph
            found = prove(graph, weights, after, new, seed=1)
            assert found.equal, found
            assert found.largest <= 1e-12 * found.scale
            tally["compared"] += 1

    check()
    assert tally["compared"] > 5, tally


@pytest.mark.parametrize("name", DRAWN)
def test_a_wrong_weight_is_noticed(name: str) -> None:
    """The partner: one value of the new weights off by a thousandth."""
    seen: list[Graph] = []

    @cases(20)
    @given(st.composite(DRAWN[name])())
    def draw(graph: Graph) -> None:
        seen.append(graph)

    draw()
    graph = next(g for g in reversed(seen) if _possible(name, g))
    weights = random_weights(graph)
    after, new = rule(name).rewrite(graph, weights, **OPTIONS.get(name, {}))
    key = next(key for key in new if key not in weights or new[key].shape != weights[key].shape or key[1] == "weight")
    wrong = {**new, key: new[key] + 1e-3}
    assert prove(graph, weights, after, new).equal
    assert not prove(graph, weights, after, wrong).equal


def _possible(name: str, graph: Graph) -> bool:
    try:
        return bool(possible(rule(name).applies(graph)))
    except ConvlensError:
        return False


def test_the_way_back() -> None:
    """A transposed convolution as a sub-pixel one and back has its own weights again."""
    graph = parse("input x: 1x4x5x6\nup = conv_transpose(x, out=2, kernel=6x4, stride=2)\noutput up")
    weights = random_weights(graph)
    there, new = rule("transposed-to-subpixel").rewrite(graph, weights)
    back, again = rule("subpixel-to-transposed").rewrite(there, new)
    (node,) = back.nodes
    assert torch.equal(again[node.name, "weight"], weights["up", "weight"])
    assert torch.equal(again[node.name, "bias"], weights["up", "bias"])
    x = torch.randn(1, 4, 5, 6, dtype=torch.float64)
    torch.testing.assert_close([*Executor(back)({"x": x}, again).values()], [*Executor(graph)({"x": x}, weights).values()])


def test_two_kernels_of_three_are_one_of_five_but_for_the_border() -> None:
    """By PyTorch alone: the composed kernel is the convolution of the two kernels."""
    graph = parse("input x: 1x1x9x9\na = conv(x, out=1, kernel=3x3, padding=1, bias=false)\n"
                  "b = conv(a, out=1, kernel=3x3, padding=1, bias=false)\noutput b")  # fmt: skip
    weights = random_weights(graph)
    after, new = rule("compose").rewrite(graph, weights)
    a, b = weights["a", "weight"], weights["b", "weight"]
    expected = torch.nn.functional.conv2d(a, b.flip(2, 3), padding=2)
    torch.testing.assert_close(new["b", "weight"], expected, rtol=1e-13, atol=1e-13)
    found = prove(graph, weights, after, new)
    assert (found.differing, found.margin) == (9 * 9 - 7 * 7, 1)


def test_the_best_separable_kernels() -> None:
    """A kernel that is a sum of two outer products is exact with two kernels a channel, and the error with one is as said."""
    graph = parse("input x: 1x2x6x6\nc = conv(x, out=4, kernel=3x3, bias=false)\noutput c")
    rows, columns = torch.randn(4, 2, 2, dtype=torch.float64), torch.randn(2, 2, 3, 3, dtype=torch.float64)
    weight = torch.einsum("ocj,cjyx->ocyx", rows, columns)
    weights = {("c", "weight"): weight}
    separable = rule("separable")
    assert prove(graph, weights, *separable.rewrite(graph, weights, rank=2)).equal
    one, new = separable.rewrite(graph, weights, rank=1)
    assert not prove(graph, weights, one, new).equal
    deep, across = new["c.depthwise", "weight"], new["c", "weight"]
    lost = weight - torch.einsum("oc,cyx->ocyx", across[:, :, 0, 0], deep[:, 0])
    part = f"{100 * float(lost.norm() / weight.norm()):.3g} %"
    assert separable.notes(graph, weights, rank=1)[0].text() == (
        f"c: exact with 2 kernels for each input channel; with 1 the weights are off by {part}"
    )
    for _ in range(20):  # no other pair of factors nearby is better
        other = across[:, :, 0, 0] + 1e-3 * torch.randn(4, 2, dtype=torch.float64)
        assert (weight - torch.einsum("oc,cyx->ocyx", other, deep[:, 0])).norm() >= lost.norm()
