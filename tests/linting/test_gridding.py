"""G11: what a dilated stack reads, against sets counted by hand and real gradients; the cases where the HDC inequality errs."""

from itertools import combinations_with_replacement, product
from math import gcd

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st

from convlens import networks
from convlens.ir.graph import Graph
from convlens.ir.text import parse
from convlens.linting.dilations import with_dilation, without_holes
from convlens.linting.finding import Finding
from convlens.linting.network import Network
from convlens.linting.places import Places, spread
from convlens.linting.repair import repair
from convlens.linting.rules.gridding import Gridding
from convlens.linting.settings import Settings
from convlens.linting.stacks import Stack, stacks
from tests.strategies import Draw, cases, ints

Rates = tuple[int, ...]


def dense(kernel: int, rates: Rates) -> bool:
    mask = 1
    for rate in rates:
        mask = spread(mask, rate, kernel)
    return mask.bit_count() == mask.bit_length()


def counted(kernel: int, rates: Rates) -> set[int]:
    """The places that a chain reads, one tap after the other."""
    found = {0}
    for rate in rates:
        found = {place + rate * tap for place in found for tap in range(kernel)}
    return found


def hdc(rates: Rates) -> int:
    """M_2 of hybrid dilated convolution, arXiv:1702.08502, section 3.2; at most the kernel where it accepts the rates."""
    found = rates[-1]
    for rate in reversed(rates[1:-1]):
        found = max(found - 2 * rate, found - 2 * (found - rate), rate)
    return found


def chain(rates: Rates, kernel: int = 3, size: int = 101, between: str = "relu") -> Graph:
    lines, at = [f"input x: 1x4x{size}"], "x"
    for i, rate in enumerate(rates):
        lines.append(f"c{i} = conv({at}, out=4, kernel=[{kernel}], padding={rate * (kernel - 1) // 2}, dilation={rate})")
        lines.append(f"r{i} = {between}(c{i})")
        at = f"r{i}"
    return parse("\n".join([*lines, f"output {at}"]))


def found(graph: Graph) -> list[Finding]:
    return list(Gridding().check(Network(graph)))


def read(stack: Stack, axis: int = 0) -> set[int]:
    places = stack.axes[axis]
    return {places.low + i for i in range(places.hull) if places.mask >> i & 1}


def test_the_footprint_decides_not_the_inequality() -> None:
    """The table of counter-examples: (2, 3, 5) passes and has holes; sorted with 1 first, both agree on 1000 stacks."""
    assert hdc((2, 3, 5)) <= 3
    assert (len(counted(3, (2, 3, 5))), max(counted(3, (2, 3, 5))) + 1) == (19, 21)
    assert hdc((1, 3, 1)) > 3
    assert dense(3, (1, 3, 1))
    first_is_one = [(1, *rest) for n in (1, 2, 3, 4) for rest in combinations_with_replacement(range(1, 11), n)]
    assert len(first_is_one) == 1000
    assert all(dense(3, rates) == (hdc(rates) <= 3) for rates in first_is_one)


def test_triples_that_the_inequality_passes_with_holes() -> None:
    triples = combinations_with_replacement(range(1, 11), 3)
    passing = [rates for rates in triples if hdc(rates) <= 3 and gcd(*rates) == 1]
    assert (len(passing), sum(not dense(3, rates) for rates in passing)) == (32, 14)


def test_stacks_that_the_inequality_refuses_without_holes() -> None:
    any_order = [(1, *rest) for n in (2, 3) for rest in product(range(1, 9), repeat=n)]
    assert (len(any_order), sum(dense(3, rates) and hdc(rates) > 3 for rates in any_order)) == (576, 247)
    triples = [(1, *rest) for rest in combinations_with_replacement(range(1, 13), 2)]
    for kernel, refused in ((5, 6), (7, 4)):
        assert sum(dense(kernel, rates) and hdc(rates) > kernel for rates in triples) == refused
    assert len(triples) == 78


@pytest.mark.parametrize(
    ("rates", "density", "spacing"),
    [((2, 2), "5/9", 2), ((2, 2, 2), "7/13", 2), ((2, 3, 5), "19/21", 1), ((2, 4, 8), "15/29", 2), ((1, 2, 9), "21/25", 1),
     ((3, 2, 2), "13/15", 1), ((6, 12, 18), "13/73", 6)],
)  # fmt: skip
def test_the_evidence_is_that_of_a_real_gradient(rates: Rates, density: str, spacing: int) -> None:
    (finding,) = found(chain(rates))
    x = torch.zeros(1, 1, 301, requires_grad=True)
    y = x
    for rate in rates:
        y = F.conv1d(y, torch.ones(1, 1, 3), padding=rate, dilation=rate)
    y[0, 0, 150].backward(retain_graph=True)
    seen = x.grad[0, 0].nonzero().flatten()
    window = int(seen.max() - seen.min()) + 1
    assert finding.evidence["density"] == density == f"{len(seen)}/{window}"
    assert finding.evidence["holes"] == window - len(seen)
    drawn = "".join(".X"[int(value != 0)] for value in x.grad[0, 0, seen.min() : seen.max() + 1])
    assert finding.evidence["map"] == drawn
    assert finding.evidence["spacing"] == spacing
    x.grad = None
    y[0, 0, 151].backward()
    shared = set(seen.tolist()) & set(x.grad[0, 0].nonzero().flatten().tolist())
    assert (not shared) == (spacing > 1)


def test_a_gradient_of_other_rates_would_be_noticed() -> None:
    """The partner: the comparison above can fail."""
    (finding,) = found(chain((2, 2, 2)))
    assert finding.evidence["density"] != f"{len(counted(3, (2, 2, 3)))}/{max(counted(3, (2, 2, 3))) + 1}"


@pytest.mark.parametrize(
    "rates", [(1, 3, 1), (1, 2, 5), (1, 2, 4, 8), (1, 2, 2), (2, 1, 2), (18,), (1, 1, 18), (1, 2, 3, 1, 2, 3)]
)
def test_stacks_without_holes_and_single_layers_are_clean(rates: Rates) -> None:
    assert found(chain(rates)) == []


def test_causal_kernels_of_two_that_double_are_clean() -> None:
    """WaveNet's stack: kernels of 2 taps, rates 1, 2, 4, ... read each place once."""
    assert found(chain((1, 2, 4, 8, 16), kernel=2)) == []
    assert found(chain((2, 4, 8, 16), kernel=2))[0].evidence["density"] == "16/31"


def test_all_published_networks_are_clean() -> None:
    assert [(name, finding) for name in networks.names() for finding in found(networks.load(name))] == []


def test_deeplab_is_looked_at_and_dense() -> None:
    """Its backbone and its parallel branches are one stack: a branch by itself would have holes."""
    (stack,) = stacks(Network(networks.load("deeplabv3")))
    assert len(stack.layers) == 11
    assert {(places.read, places.hull) for places in stack.axes} == {(123, 123)}


def branching(body: str) -> Graph:
    return parse(f"input x: 1x4x40x40\n{body}")


TWO = """a = conv({x}, out=4, kernel=3x3, padding=2, dilation=2)
b = conv(a, out=4, kernel=3x3, padding=2, dilation=2)
"""
ENDS = {
    "a shortcut adds nothing new": ("s = add(x, b)\noutput s", True),
    "a shortcut with a kernel fills the holes": ("c = conv(x, out=4, kernel=9x9, padding=4)\ns = add(c, b)\noutput s", False),
    "a kernel behind fills them": ("c = conv(b, out=4, kernel=3x3, padding=1)\noutput c", False),
    "a kernel behind, on another branch, does not": ("c = conv(b, out=4, kernel=3x3, padding=1)\noutput b, c", True),
    "a norm over space changes nothing": ("g = group_norm(b, groups=2)\noutput g", True),
    "a gate changes nothing": ("p = adaptive_avg_pool(b, size=[1, 1])\ns = sigmoid(p)\nm = mul(b, s)\noutput m", True),
    "a pooling that ends the stack fills them": ("p = max_pool(b, kernel=2x2)\noutput p", False),
    "one that skips places does not": ("p = conv(b, out=4, kernel=1x1, stride=2)\noutput p", True),
    "an enlargement does not": ("u = interpolate(b, scale=[2.0, 2.0])\nc = conv(u, out=4, kernel=3x3, padding=1)\noutput c", True),
    "a concatenation with the input does not": ("k = concat(x, b)\noutput k", True),
    "a flatten ends the stack": ("f = flatten(b)\nl = linear(f, out=3)\noutput l", True),
    "a shuffle of channels changes nothing": (
        "v = reshape(b, shape=[1, 2, 2, 40, 40])\nw = permute(v, order=[0, 2, 1, 3, 4])\ny = reshape(w, shape=[1, 4, 40, 40])\noutput y", True,
    ),
    "a pyramid pooling beside changes nothing": (
        "p = adaptive_avg_pool(b, size=[1, 1])\nu = interpolate(p, size=[40, 40])\nk = concat(u, b)\noutput k", True,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", ENDS)
def test_what_stands_behind_a_dilated_stack(name: str) -> None:
    end, reported = ENDS[name]
    findings = found(branching(TWO.format(x="x") + end))
    assert [finding.nodes for finding in findings] == ([("a", "b")] if reported else [])


def test_asymmetric_dilation_is_looked_at_on_each_axis() -> None:
    graph = branching(
        "a = conv(x, out=4, kernel=3x3, padding=1x2, dilation=1x2)\nb = conv(a, out=4, kernel=3x3, padding=1x2, dilation=1x2)\noutput b"
    )
    (finding,) = found(graph)
    assert (finding.evidence["read"], finding.evidence["window"]) == ([5, 5], [5, 9])
    assert found(repair(graph, Settings(select=("G11",))).graph) == []


def test_two_stacks_are_two_findings() -> None:
    two = (
        "a = conv(x, out=4, kernel=3x3, padding=2, dilation=2)\nb = conv(a, out=4, kernel=3x3, padding=2, dilation=2)\n"
        "p = conv(b, out=4, kernel=1x1, stride=2)\n"
        "d = conv(p, out=4, kernel=3x3, padding=3, dilation=3)\ne = conv(d, out=4, kernel=3x3, padding=3, dilation=3)\noutput e"
    )
    assert [finding.nodes for finding in found(branching(two))] == [("a", "b"), ("d", "e")]


@st.composite
def stacked(draw: Draw) -> tuple[Graph, set[int]]:
    """A random stack of one axis with branches, and the places that its last output reads, as a set."""
    lines, places = ["input x: 1x2x80"], {"x": {0}}
    at = "x"
    for i in range(draw(ints(2, 6))):
        kernel, rate = draw(ints(1, 4)), draw(ints(1, 5))
        left = draw(ints(0, (kernel - 1) * rate))
        right = (kernel - 1) * rate - left
        name = f"c{i}"
        lines.append(f"{name} = conv({at}, out=2, kernel=[{kernel}], padding={left}:{right}, dilation={rate})")
        places[name] = {place + rate * tap - left for place in places[at] for tap in range(kernel)}
        other = draw(st.sampled_from([None, *places]))
        at = name
        if other is not None and other != name:
            lines.append(f"s{i} = {draw(st.sampled_from(['add', 'mul']))}({name}, {other})")
            at, places[f"s{i}"] = f"s{i}", places[name] | places[other]
    return parse("\n".join([*lines, f"output {at}"])), places[at]


@cases(300)
@given(stacked())
def test_against_sets_of_places(drawn: tuple[Graph, set[int]]) -> None:
    graph, places = drawn
    ends = [stack for stack in stacks(Network(graph)) if stack.node == graph.outputs[0].node]
    for stack in ends:
        assert read(stack) == places


def test_the_random_stacks_have_holes_often_enough() -> None:
    """The partner: the comparison above looks at stacks, with and without holes."""
    tally = {True: 0, False: 0}

    @cases(300)
    @given(stacked())
    def count(drawn: tuple[Graph, set[int]]) -> None:
        for stack in stacks(Network(drawn[0])):
            tally[stack.sparsest.density < 1] += 1

    count()
    assert min(tally.values()) > 30, tally


@cases(150)
@given(st.lists(st.tuples(st.sampled_from([2, 3, 5]), ints(1, 12)), min_size=2, max_size=6))
def test_the_rates_of_a_fix_leave_no_holes(layers: list[tuple[int, int]]) -> None:
    lines, at = ["input x: 1x1x400"], "x"
    for i, (kernel, rate) in enumerate(layers):
        span = rate * (kernel - 1)
        lines.append(f"c{i} = conv({at}, out=1, kernel=[{kernel}], padding={span // 2}:{span - span // 2}, dilation={rate})")
        at = f"c{i}"
    graph = parse("\n".join([*lines, f"output {at}"]))
    for finding in found(graph):
        done = repair(graph, Settings(select=("G11",)))
        assert done.mended
        assert done.after.findings == ()
        assert done.after.net.spec(done.graph.outputs[0]).dims == (1, 1, 400)
        words = done.mended[0].fix.words.text()
        x = torch.zeros(1, 1, 2001, requires_grad=True)
        y = x
        for node in done.graph:
            (kernel,), (rate,) = node.op.kernel, node.op.dilation
            y = F.conv1d(y, torch.ones(1, 1, kernel), dilation=rate)
        y[0, 0, y.shape[-1] // 2].backward()
        seen = x.grad[0, 0].nonzero().flatten()
        assert len(seen) == int(seen.max() - seen.min()) + 1
        assert f"all {len(seen)} places" in words, (finding, words)


def test_a_sawtooth_sees_as_far() -> None:
    layers = [net_slides for net_slides in (Network(chain((2, 2, 2))).slides(node) for node in chain((2, 2, 2))) if net_slides]
    assert without_holes(layers, 13) == [(1, 2, 3), (1, 2, 2)]


def test_padding_of_one_side_stays_on_that_side() -> None:
    graph = parse("input x: 1x1x30\na = conv(x, out=1, kernel=[3], padding=4:0, dilation=2)\noutput a")
    node = graph["a"]
    assert with_dilation(node.op, Network(graph).slides(node), 3).settings()["padding"] == ((6, 0),)


def test_padding_by_a_rule_stays() -> None:
    graph = parse("input x: 1x1x30\na = conv(x, out=1, kernel=[3], padding=same, dilation=2)\noutput a")
    node = graph["a"]
    assert with_dilation(node.op, Network(graph).slides(node), 3).settings()["padding"] == "same"


@pytest.mark.parametrize(
    "text",
    [
        "input x: 1x2x4096x4096\na = conv(x, out=2, kernel=3x3, padding=100000, dilation=100000)\nb = conv(a, out=2, kernel=3x3, padding=200000, dilation=200000)\noutput b",
        "input x: 2x9x9\na = conv(x, out=2, kernel=3x3, padding=2, dilation=2)\nb = conv(a, out=2, kernel=3x3, padding=2, dilation=2)\noutput b",
        "input x: 1x2x9x9x9\na = conv(x, out=2, kernel=3x3x3, padding=2, dilation=2)\nb = conv(a, out=2, kernel=3x3x3, padding=2, dilation=2)\noutput b",
    ],
    ids=["huge", "unbatched", "3-D"],
)
def test_odd_sizes_and_ranks(text: str) -> None:
    for finding in found(parse(text)):
        assert finding.nodes == ("a", "b")


def test_a_hole_between_places_is_seen() -> None:
    assert Places(0, 0, 0b1011).density < 1
