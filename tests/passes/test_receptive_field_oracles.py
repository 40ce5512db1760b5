"""Receptive fields of random networks against gradients through PyTorch and against a walk over every tap.

Axis maps are not cut off at the edges of the maps in between: a position in the padding is followed as if the map went
on. So a position that never reads beyond an edge must agree exactly, and any other must see at least what is real.
"""

from collections import Counter
from math import prod

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convlens.arith.axis import window
from convlens.ir.graph import Graph
from convlens.ir.text import format, parse
from convlens.passes.facts import facts
from convlens.passes.receptive_field import View, axis_views, receptive_fields
from tests.passes.small_networks import gradients, networks, reached
from tests.strategies import cases, ints

Pixels = frozenset[int]


def views_of(graph: Graph) -> tuple[View, ...]:
    """What the output sees of each spatial axis; nothing may be unknown in these networks."""
    found = axis_views(graph, facts(graph), "x")[graph.outputs[0].node][0]
    assert not any(view.unknown for view in found[2:]), found
    return found[2:]


def said(view: View, y: int, size: int) -> Pixels:
    """The pixels of the input that position ``y`` reads, as convlens says it."""
    runs = list(view.local.map.at(y if view.local.axes else 0)) if view.local else []
    if view.whole:
        runs.append(view.reach)
    return frozenset(i for low, high in runs for i in range(max(low, 0), min(high, size - 1) + 1))


def agrees(claim: Pixels, real: Pixels, view: View, *, exact: bool) -> bool:
    """Through a global operator only the first and the last pixel are said."""
    if not exact or (view.whole and not real):
        return claim >= real
    if view.whole:
        return (min(claim), max(claim)) == (min(real), max(real)) and claim >= real
    return claim == real


@pytest.mark.parametrize("axes", [1, 2])
def test_against_a_walk_over_every_tap(axes: int) -> None:
    tally: Counter[str] = Counter()

    @cases(250)
    @given(networks(axes))
    def check(graph: Graph) -> None:
        for axis, view in enumerate(views_of(graph)):
            size = graph.inputs[0].spec.dims[2 + axis]
            for y, real in enumerate(reached(graph, axis)):
                tally["whole" if view.whole else "inside" if real.inside else "edge"] += 1
                claim = said(view, y, size)
                assert agrees(claim, real.pixels, view, exact=real.inside), (format(graph), axis, y, claim, real.pixels)

    check()
    assert min(tally["whole"], tally["inside"], tally["edge"]) > sum(tally.values()) // 20, tally


@pytest.mark.parametrize("axes", [1, 2])
@cases(80)
@given(st.data())
def test_against_gradients(axes: int, data: st.DataObject) -> None:
    graph = data.draw(networks(axes))
    if not graph.nodes:
        return
    read = gradients(graph)
    walks = [reached(graph, axis) for axis in range(axes)]
    for axis, view in enumerate(views_of(graph)):
        size = graph.inputs[0].spec.dims[2 + axis]
        others = tuple(a for a in range(2 * axes) if a not in (axis, axes + axis))
        flat = read.any(dim=others) if others else read
        clear = all(any(seen.inside for seen in walk) for walk in walks)
        for y, row in enumerate(flat):
            real = frozenset(row.nonzero().flatten().tolist())
            exact = clear and walks[axis][y].inside
            assert agrees(said(view, y, size), real, view, exact=exact), (format(graph), axis, y, real)


def test_a_wrong_stride_would_be_found() -> None:
    graph = parse("input x: 1x1x12\nc = conv(x, out=1, kernel=[3], stride=2)\noutput c")
    (view,) = views_of(graph)
    wrong = view._replace(local=view.local._replace(map=window(3, stride=1)))
    real = reached(graph, 0)
    assert all(agrees(said(view, y, 12), seen.pixels, view, exact=True) for y, seen in enumerate(real))
    assert not all(agrees(said(wrong, y, 12), seen.pixels, wrong, exact=True) for y, seen in enumerate(real))


@cases(80)
@given(st.lists(st.tuples(ints(1, 4), ints(1, 3), ints(0, 3), ints(1, 3)), min_size=1, max_size=6))
def test_a_chain_has_the_published_closed_form(layers: list[tuple[int, int, int, int]]) -> None:
    """Araujo, Norris, Sim 2019: size, effective stride and effective padding of a chain of convolutions."""
    lines = ["input x: 1x1x100000x100000"]
    for i, (kernel, stride, padding, dilation) in enumerate(layers):
        source = f"c{i - 1}" if i else "x"
        settings = f"kernel={kernel}x{kernel}, stride={stride}, padding={padding}, dilation={dilation}"
        lines.append(f"c{i} = conv({source}, out=1, {settings})")
    graph = parse("\n".join([*lines, f"output c{len(layers) - 1}"]))
    jumps = [prod(stride for _, stride, _, _ in layers[:i]) for i in range(len(layers) + 1)]
    size = 1 + sum((k - 1) * d * jump for (k, _, _, d), jump in zip(layers, jumps, strict=False))
    padding = sum(p * jump for (_, _, p, _), jump in zip(layers, jumps, strict=False))
    for field in receptive_fields(graph, facts(graph))[graph.nodes[-1].name].axes:
        assert (field.size, field.size_min, field.stride, field.padding) == (size, size, jumps[-1], padding)


@pytest.mark.parametrize("axes", [1, 2])
@cases(100)
@given(st.data())
def test_the_report_states_what_the_maps_say(axes: int, data: st.DataObject) -> None:
    graph = data.draw(networks(axes))
    if not graph.nodes:
        return
    field = receptive_fields(graph, facts(graph))[graph.outputs[0].node]
    for axis, (stated, view) in enumerate(zip(field.axes, views_of(graph), strict=True)):
        if view.local is None:
            continue
        seen = [s for s in reached(graph, axis) if s.inside and s.pixels and not view.whole]
        hulls = [max(s.pixels) - min(s.pixels) + 1 for s in seen]
        assert all(stated.size_min <= hull <= stated.size for hull in hulls)
        assert all(len(s.pixels) <= stated.support for s in seen)


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("r = opaque(x, call=f, results=['1x1x8x8:float32'])\n", "r"),
        ("r = interpolate(x, size=[4, 4], mode=bilinear, antialias=true)\n", "r"),
        ("r = interpolate(x, size=[9, 9], mode=bilinear, antialias=true, align_corners=true)\n", "r"),
    ],
)
def test_unknown_is_said_for_what_cannot_be_told(body: str, why: str) -> None:
    graph = parse("input x: 1x1x8x8\n" + body.replace("'", '"') + "output r")
    found = axis_views(graph, facts(graph), "x")["r"][0]
    assert [view.unknown for view in found[2:]] == [why, why]
    assert receptive_fields(graph, facts(graph))["r"] is None
