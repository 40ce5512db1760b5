"""The smallest window through which a node sees the input, against every path written out and the closed form of a chain."""

from math import prod

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convlens import networks
from convlens.ir.graph import Graph
from convlens.ir.text import parse
from convlens.passes.facts import facts
from convlens.passes.receptive_field import receptive_fields
from convlens.passes.shortest_paths import shortest_paths
from tests.passes.small_networks import networks as random_networks
from tests.strategies import Draw, cases, ints

Step = tuple[int, int, int]
"""Kernel, stride and dilation."""


def sizes(graph: Graph, node: str) -> tuple[int, ...]:
    return tuple(reach.size for reach in shortest_paths(graph, facts(graph))["x"][node])


def along(path: list[Step]) -> int:
    """Araujo, Norris, Sim 2019: the receptive field of one path."""
    return 1 + sum((k - 1) * d * prod(s for _, s, _ in path[:i]) for i, (k, _, d) in enumerate(path))


@st.composite
def branching(draw: Draw) -> tuple[Graph, dict[str, list[list[Step]]]]:
    """A random network of one axis, and all paths from the input to each node."""
    lines, paths, strides = ["input x: 1x2x4000"], {"x": [[]]}, {"x": 1}
    names = ["x"]
    for i in range(draw(ints(2, 9))):
        source = draw(st.sampled_from(names[-3:]))
        kernel, stride, dilation = draw(ints(1, 5)), draw(st.sampled_from([1, 1, 2])), draw(ints(1, 3))
        span = (kernel - 1) * dilation
        op = draw(st.sampled_from(["conv", "max_pool", "relu"]))
        if op == "relu":
            kernel, stride, dilation = 1, 1, 1
            lines.append(f"n{i} = relu({source})")
        else:
            out = "out=2, " if op == "conv" else ""
            window = f"kernel=[{kernel}], stride={stride}, dilation={dilation}"
            lines += [f"p{i} = pad({source}, before=[{span // 2}], after=[{span - span // 2}])"]
            lines.append(f"n{i} = {op}(p{i}, {out}{window})")
        paths[f"n{i}"] = [[*path, (kernel, stride, dilation)] for path in paths[source]]
        strides[f"n{i}"] = strides[source] * stride
        partners = [name for name in names if strides[name] == strides[f"n{i}"]]
        if partners and draw(st.booleans()):
            other = draw(st.sampled_from(partners))
            lines.append(f"m{i} = {draw(st.sampled_from(['add', 'concat', 'mul']))}(n{i}, {other})")
            if lines[-1].startswith(f"m{i} = concat"):
                lines.append(f"c{i} = conv(m{i}, out=2, kernel=[1])")
            end = f"c{i}" if lines[-1].startswith("c") else f"m{i}"
            paths[end], strides[end] = paths[f"n{i}"] + paths[other], strides[f"n{i}"]
            names.append(end)
        else:
            names.append(f"n{i}")
    return parse("\n".join([*lines, f"output {names[-1]}"])), paths


@cases(300)
@given(branching())
def test_against_every_path(drawn: tuple[Graph, dict[str, list[list[Step]]]]) -> None:
    graph, paths = drawn
    assert facts(graph).broken is None
    for node in graph:
        if node.name in paths:
            assert sizes(graph, node.name) == (min(map(along, paths[node.name])),), node.name


def test_the_longest_path_would_be_noticed() -> None:
    """The partner: branches of one network differ often, so that the comparison above can fail."""
    different = []

    @cases(100)
    @given(branching())
    def count(drawn: tuple[Graph, dict[str, list[list[Step]]]]) -> None:
        graph, paths = drawn
        end = graph.outputs[0].node
        different.append(sizes(graph, end) != (max(map(along, paths[end])),))

    count()
    assert sum(different) > 20


@pytest.mark.parametrize("name", ["alexnet", "vgg16", "mobilenet_v1", "zfnet", "c3d", "m5", "patchgan"])
def test_without_branches_it_is_the_receptive_field(name: str) -> None:
    graph = networks.load(name)
    known = facts(graph)
    (item,) = graph.inputs
    shortest = shortest_paths(graph, known)[item.name]
    fields = receptive_fields(graph, known)
    seen = [
        node.name
        for node in graph
        if (f := fields[node.name]) and not any(axis.whole for axis in f.axes) and node.name in shortest
    ]
    assert len(seen) > 8
    for node in seen:
        assert [reach.size for reach in shortest[node]] == [axis.size for axis in fields[node].axes], node


def test_a_shortcut_passes_its_block_by() -> None:
    """ResNet-18: the stem, the pooling, and the three 1x1 shortcuts that stride; each block's sum sees no more than its input."""
    graph = networks.load("resnet18")
    assert sizes(graph, "maxpool") == (11, 11)
    for block in ("layer1.1.add", "layer2.1.add", "layer4.1.add"):
        assert sizes(graph, block) == (11, 11)
    assert sizes(graph, "layer4.1.conv2") == (11 + 64 + 64,) * 2


def test_a_gate_does_not_count_and_a_mean_sees_all() -> None:
    graph = parse(
        "input x: 1x2x20x30\nc = conv(x, out=2, kernel=3x3, padding=1)\np = adaptive_avg_pool(c, size=[1, 1])\n"
        "s = sigmoid(p)\nm = mul(c, s)\nd = conv(p, out=2, kernel=3x3, padding=1)\noutput m, d"
    )
    assert sizes(graph, "p") == sizes(graph, "d") == (20, 30)
    assert sizes(graph, "m") == (3, 3)


def test_an_enlargement_halves_the_step() -> None:
    graph = parse(
        "input x: 1x2x20\na = conv(x, out=2, kernel=[3], padding=1)\nu = interpolate(a, scale=[2.0])\n"
        "c = conv(u, out=2, kernel=[3], padding=1)\noutput c"
    )
    assert sizes(graph, "c") == (4,)


@pytest.mark.parametrize("axes", [1, 2])
@cases(300)
@given(st.data())
def test_random_networks_and_their_chains(axes: int, data: st.DataObject) -> None:
    """Nothing raises, and a chain without a fraction as its step has one path."""
    graph = data.draw(random_networks(axes))
    known = facts(graph)
    fields = receptive_fields(graph, known)
    chain = {n.op.name for n in graph} <= {"conv", "max_pool", "avg_pool", "pad", "slice"}
    for node, reaches in shortest_paths(graph, known)["x"].items():
        field = fields[node]
        assert all(reach.size >= 1 for reach in reaches)
        if chain and field:
            assert [reach.size for reach in reaches] == [axis.size for axis in field.axes], node
