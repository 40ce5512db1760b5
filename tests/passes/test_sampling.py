"""Places against the centres of mass of real gradients, and against the published grids of whole networks."""

from fractions import Fraction

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from convlens.ir.graph import Graph, Ref
from convlens.ir.text import format, parse
from convlens.linting.grid import grids
from convlens.linting.network import Network
from convlens.networks import load, names
from convlens.passes.facts import facts
from convlens.passes.sampling import sampling
from tests.passes.centres import centre, gradient_rows
from tests.strategies import Draw, cases, ints

SIZE = 1200
PERIOD = 36
"""A multiple of every product of two enlargements by up to 3."""


def _down(draw: Draw, at: str) -> str:
    kernel, stride, left, right, dilation = (draw(ints(*limits)) for limits in ((1, 5), (1, 3), (0, 3), (0, 3), (1, 2)))
    return draw(
        st.sampled_from(
            [
                f"conv({at}, out=1, kernel={kernel}, stride={stride}, padding=[[{left}, {right}]], dilation={dilation})",
                f"conv({at}, out=1, kernel={kernel}, stride={stride}, padding=same)",
                f"avg_pool({at}, kernel={kernel}, stride={stride})",
                f"pad({at}, before=[{left}], after=[{right}])",
                f"slice({at}, on=[2], starts=[{left}], stops=[999], steps=[{stride}])",
            ]
        )
    )


def _up(draw: Draw, at: str) -> str:
    kernel, stride, padding = draw(ints(1, 5)), draw(ints(1, 3)), draw(ints(0, 2))
    return draw(
        st.sampled_from(
            [
                f"conv_transpose({at}, out=1, kernel={kernel}, stride={stride}, padding={padding})",
                f"interpolate({at}, scale=[{stride}])",
                f"interpolate({at}, scale=[{stride}], mode=linear)",
                f"interpolate({at}, scale=[{stride}], mode=nearest-exact)",
                f"conv({at}, out=1, kernel={kernel}, padding=[[{padding}, 0]])",
            ]
        )
    )


@st.composite
def chains(draw: Draw) -> Graph:
    """Some layers down, then some up. After an enlargement no stride picks some of its phases only."""
    makers = [_down] * draw(ints(0, 3)) + [_up] * draw(ints(0, 2))
    lines = [f"input x: 1x1x{SIZE}"]
    for i, make in enumerate(makers):
        lines.append(f"n{i} = {make(draw, f'n{i - 1}' if i else 'x')}")
    return parse("\n".join([*lines, f"output n{len(makers) - 1}" if makers else "output x"]))


def test_places_are_the_centres_of_mass_of_gradients() -> None:
    compared = 0

    @cases(130)
    @given(chains())
    def check(graph: Graph) -> None:
        nonlocal compared
        place = sampling(graph, facts(graph)).of(graph.outputs[0])[2]
        assert place is not None
        ys = _inner(graph)
        rows = gradient_rows(graph, range(ys.start, ys.stop + len(ys)))
        if _even(rows[: len(ys)], rows[len(ys) :]):
            compared += 1
            assert abs(centre(rows[: len(ys)], place.line.slope, ys) - float(place.line.intercept)) < 1e-9, format(graph)

    check()
    assert compared >= 100


def _inner(graph: Graph) -> range:
    """One period of outputs of the middle."""
    middle = facts(graph).nodes[graph.outputs[0].node].outputs[0].dims[2] // 2 if graph.nodes else SIZE // 2
    period = PERIOD if any(node.op.name in ("conv_transpose", "interpolate") for node in graph) else 1
    return range(max(middle - period, 0), max(middle - period, 0) + period)


def _even(rows: torch.Tensor, later: torch.Tensor) -> bool:
    """Does no border reach these outputs? Then the next period is made from as many ways, and none starts at an end."""
    return (
        len(later) == len(rows)
        and float(rows.sum()) == float(later.sum()) > 0
        and not later[:, -1].any()
        and not rows[:, 0].any()
    )


def test_a_place_half_a_pixel_off_would_be_found() -> None:
    """The partner of the test above."""
    graph = parse(f"input x: 1x1x{SIZE}\nc = conv(x, out=1, kernel=4, padding=same)\noutput c")
    real = centre(gradient_rows(graph, range(100, 101)), Fraction(1), range(100, 101))
    assert abs(real - 0.5) < 1e-9


# The grids of rules.md's G07: by how many pixels the coarsest map of a network lies off its input, at these sizes.
PUBLISHED = [
    ("resnet50", 224, 31), ("resnet50", 225, 0), ("resnet18", 224, 31), ("mobilenet_v2", 224, 31), ("vgg16", 224, 0),
    ("convnext_tiny", 224, 0), ("inception_v3", 299, 0), ("inception_v3", 224, 21), ("mobilenet_v1", 224, -31),
]  # fmt: skip


@pytest.mark.parametrize(("name", "size", "asymmetry"), PUBLISHED)
def test_published_grids(name: str, size: int, asymmetry: int) -> None:
    graph = load(name)
    found = grids(Network(graph.with_inputs((graph.inputs[0].spec.with_dims((1, 3, size, size)),))))
    assert {grid.asymmetry for grid in found.values()} == {asymmetry}
    assert len(found) == 2


def test_five_strided_kernels_of_four_are_centred() -> None:
    lines = [f"c{i} = conv({f'c{i - 1}' if i else 'x'}, out=1, kernel=4, stride=2, padding=1)" for i in range(5)]
    (grid,) = grids(Network(parse("\n".join(["input x: 1x1x224", *lines, "output c4"])))).values()
    assert (grid.asymmetry, grid.first, grid.last) == (0, Fraction(31, 2), Fraction(415, 2))


def test_the_grid_of_a_resnet() -> None:
    grid = grids(Network(load("resnet50")))["x", 2]
    assert (grid.ref.node, grid.first, grid.last, grid.size) == ("layer4.2.relu3", 0, 192, 224)


@pytest.mark.parametrize("name", names())
def test_only_bagnet_has_branches_that_lie_apart(name: str) -> None:
    graph = load(name)
    known = facts(graph)
    wide = [m.node for m in sampling(graph, known).meetings if known.nodes[m.node].outputs[m.port].dims[m.axis] > 1]
    assert sorted(set(wide)) == (["layer1.0.add", "layer2.0.add", "layer3.0.add"] if name == "bagnet17" else [])


def test_what_sees_everything_has_no_place() -> None:
    graph = parse(
        "input x: 1x8x16x16\ng = adaptive_avg_pool(x, size=[1, 1])\nc = conv(g, out=8, kernel=1x1)\nm = mul(x, c)\n"
        "u = interpolate(g, size=[16, 16], mode=bilinear)\nk = concat(u, x)\noutput m, k"
    )
    found = sampling(graph, facts(graph))
    assert found.of(Ref("u"))[2:] == (None, None)
    assert found.of(Ref("k"))[2:] == found.of(Ref("x"))[2:]
    assert found.meetings == ()


def test_ports_have_their_own_places() -> None:
    graph = parse("input x: 1x1x16\na = split(x, axis=2, sizes=[6, 10])\noutput a, a[1]")
    found = sampling(graph, facts(graph))
    assert [place.line.intercept for port in (0, 1) if (place := found.of(Ref("a", port))[2])] == [0, 6]
