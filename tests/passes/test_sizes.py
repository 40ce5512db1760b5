"""Sizes that fit against a walk of the network at every size, and the published ones."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convlens.arith.congruence import Congruence
from convlens.ir.graph import Graph
from convlens.ir.text import format, parse
from convlens.linting.grid import grids
from convlens.linting.network import Network
from convlens.linting.sizes import running_sizes
from convlens.networks import load
from convlens.passes.facts import facts
from convlens.passes.program import programs
from convlens.passes.sizes import fitting
from tests.strategies import Draw, cases, ints


def at(graph: Graph, size: int) -> Graph:
    """The network on an input that is so large along its last axis."""
    spec = graph.inputs[0].spec
    return graph.with_inputs((spec.with_dims((*spec.dims[:-1], size)),))


def solved(graph: Graph, *, centred: bool = False) -> Congruence | None:
    net = Network(graph)
    key = ("x", graph.inputs[0].spec.rank - 1)
    made = programs(graph, net.facts, [key])
    if not centred:
        return fitting(made.of[key])
    grid = grids(net)[key]
    found = made.map_of(grid.ref, grid.axis)
    assert found is not None
    return fitting(made.of[key], found[1])


# The published classes of sizes: rules.md, G07 and section 4.1.
CENTRED = [
    ("resnet50", Congruence(32, (1,), 1)), ("resnet18", Congruence(32, (1,), 1)), ("mobilenet_v2", Congruence(32, (1,), 1)),
    ("inception_v3", Congruence(32, (11,), 75)), ("vgg16", Congruence(32, (0,), 32)),
]  # fmt: skip
RUNNING = [
    ("resnet50", Congruence(1, (0,), 1)), ("inception_v3", Congruence(1, (0,), 75)), ("unet", Congruence(16, (12,), 188)),
    ("unet_same", Congruence(16, (0,), 16)),
]  # fmt: skip


@pytest.mark.parametrize(("name", "sizes"), CENTRED)
def test_published_sizes_at_which_the_grid_is_centred(name: str, sizes: Congruence) -> None:
    assert solved(load(name), centred=True) == sizes


@pytest.mark.parametrize(("name", "sizes"), RUNNING)
def test_published_sizes_at_which_a_network_runs(name: str, sizes: Congruence) -> None:
    assert solved(load(name)) == sizes


@pytest.mark.parametrize("depth", range(1, 6))
def test_a_pooled_u_net_needs_multiples_of_its_stride(depth: int) -> None:
    size = 1 << (depth + 1)
    down = [f"d{i} = max_pool({f'd{i - 1}' if i else 'x'}, kernel=2)" for i in range(depth)]
    up = [
        line
        for i in reversed(range(depth))
        for line in (
            f"u{i} = conv_transpose({f'm{i + 1}' if i < depth - 1 else f'd{depth - 1}'}, out=1, kernel=2, stride=2)",
            f"m{i} = concat({f'd{i - 1}' if i else 'x'}, u{i})",
        )
    ]
    graph = parse("\n".join([f"input x: 1x1x{size}", *down, *up, "output m0"]))
    assert solved(graph) == Congruence(1 << depth, (0,), 1 << depth)


def test_where_a_u_net_breaks_its_sizes_are_found_all_the_same() -> None:
    for size in (570, 571, 573, 400):
        found = running_sizes(at(load("unet"), size), [("x", 3)])
        assert found == {("x", 3): Congruence(16, (12,), 188)}
    for size in (255, 100, 33):
        assert running_sizes(at(load("unet_same"), size), [("x", 3)]) == {("x", 3): Congruence(16, (0,), 16)}


@pytest.mark.parametrize("size", range(170, 240))
def test_the_original_u_net_at_every_size(size: int) -> None:
    runs = facts(at(load("unet"), size)).broken is None
    assert runs == (size >= 188 and size % 16 == 12)


def _layer(draw: Draw, x: str) -> str:
    kernel, stride, left, right = draw(ints(1, 4)), draw(ints(1, 3)), draw(ints(0, 2)), draw(ints(0, 2))
    return draw(
        st.sampled_from(
            [
                f"conv({x}, out=1, kernel={kernel}, stride={stride}, padding=[[{left}, {right}]])",
                f"conv({x}, out=1, kernel={kernel}, stride={stride}, padding=same)",
                f"max_pool({x}, kernel={max(kernel, 2)}, stride={stride}, padding={left}, ceil_mode=true)",
                f"conv_transpose({x}, out=1, kernel={kernel}, stride={stride})",
                f"interpolate({x}, scale=[{stride}])",
                f"slice({x}, on=[2], starts=[{left}], stops=[-1])",
                f"pad({x}, before=[{left}], after=[{-right}])",
            ]
        )
    )


@st.composite
def networks(draw: Draw) -> Graph:
    """A chain, with a shortcut somewhere that may or may not fit."""
    count = draw(ints(1, 5))
    lines = [f"n{i} = {_layer(draw, f'n{i - 1}' if i else 'x')}" for i in range(count)]
    lines += [f"s = {_layer(draw, 'x')}"] * draw(st.booleans())
    ends = [f"n{count - 1}", draw(st.sampled_from(["x", f"n{draw(ints(0, count - 1))}", *(["s"] if len(lines) > count else [])]))]
    return parse("\n".join(["input x: 1x1x40", *lines, f"m = concat({ends[0]}, {ends[1]})", "output m"]))


@cases(150)
@given(networks())
def test_random_networks_at_every_size(graph: Graph) -> None:
    runs = [n for n in range(1, 120) if facts(at(graph, n)).broken is None]
    if not runs:
        return
    sizes = solved(at(graph, runs[-1]))
    regular = [n for n in runs if sizes is not None and n >= sizes.minimum]
    if sizes is not None:
        assert [n for n in range(sizes.minimum, 120) if n in sizes] == regular, (sizes, format(graph))


@cases(150)
@given(networks())
def test_random_networks_are_centred_where_it_is_said(graph: Graph) -> None:
    graph = at(graph, 60)
    if facts(graph).broken is not None or ("x", 2) not in grids(Network(graph)):
        return
    sizes, ref = solved(graph, centred=True), grids(Network(graph))["x", 2].ref
    for n in range(40, 80):
        there = Network(at(graph, n))
        grid = grids(there).get(("x", 2)) if there.facts.broken is None else None
        if grid is not None and grid.ref == ref:
            assert (grid.asymmetry == 0) == (sizes is not None and n in sizes), (n, sizes, format(graph))


def test_the_walk_can_tell_a_wrong_class() -> None:
    """The partner of the tests above."""
    graph = parse(
        "input x: 1x1x40\nc = conv(x, out=1, kernel=3, stride=2)\nu = interpolate(c, scale=[2])\ns = slice(x, on=[2], starts=[1], stops=[-1])\nm = concat(u, s)\noutput m"
    )
    assert solved(graph) == Congruence(2, (0,), 4)
    assert [facts(at(graph, n)).broken is None for n in (2, 3, 4, 5, 6)] == [False, False, True, False, True]
