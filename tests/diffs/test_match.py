"""Layers are found again by what they are: networks are edited at random, and the edits must come back exactly."""

from dataclasses import replace
from random import Random

import pytest

from convlens import networks
from convlens.diffs import align
from convlens.diffs.match import matched
from convlens.ir.edit import Change, changed, with_settings
from convlens.ir.graph import Graph, Node, Ref
from convlens.ir.op import lookup
from convlens.ir.text import parse
from convlens.ir.verify import verify

NAMES = ("resnet18", "vgg16", "densenet121", "googlenet", "mobilenet_v2", "unet", "vit_b_16")


def renamed(graph: Graph, prefix: str = "net.") -> Graph:
    """Every node called otherwise."""
    known = {node.name for node in graph}

    def ref(old: Ref) -> Ref:
        return Ref(prefix + old.node, old.port) if old.node in known else old

    nodes = (replace(node, name=prefix + node.name, inputs=tuple(map(ref, node.inputs)), module="", ties=()) for node in graph)
    return verify(replace(graph, nodes=tuple(nodes), outputs=tuple(map(ref, graph.outputs))))


def with_inserted(graph: Graph, names: list[str]) -> Graph:
    """A new operator, which the networks do not use, behind each of these nodes."""
    op = lookup("tanhshrink")()
    changes = {name: Change((graph[name], Node(f"{name}.new", op, (Ref(name),))), Ref(f"{name}.new")) for name in names}
    return changed(graph, changes)


def places(graph: Graph, count: int, seed: int) -> list[str]:
    single = [
        node.name
        for node in graph
        if not node.ties and not any(ref.port for user in graph.users(node.name) for ref in user.inputs)
    ]
    return Random(seed).sample(single, count)


@pytest.mark.parametrize("name", NAMES)
def test_a_network_is_itself(name: str) -> None:
    graph = networks.load(name)
    assert matched(graph, graph) == {node.name: node.name for node in graph}


@pytest.mark.parametrize("name", NAMES)
def test_renaming_everything_changes_nothing(name: str) -> None:
    graph = networks.load(name)
    assert matched(graph, renamed(graph)) == {node.name: f"net.{node.name}" for node in graph}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("seed", range(3))
def test_inserted_layers_are_found_and_shift_nothing(name: str, seed: int) -> None:
    graph = networks.load(name)
    new = renamed(with_inserted(graph, places(graph, 5, seed)))
    assert matched(graph, new) == {node.name: f"net.{node.name}" for node in graph}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("seed", range(3))
def test_removed_layers_are_found(name: str, seed: int) -> None:
    graph = networks.load(name)
    old = with_inserted(graph, places(graph, 5, seed))
    assert matched(old, renamed(graph)) == {node.name: f"net.{node.name}" for node in graph}


def test_numbers_of_a_sequence_that_move_do_not_mislead() -> None:
    """torch's Sequential numbers its layers, so one more moves the names of all behind it."""
    old = parse(
        "input x: 1x3x8x8\n0 = relu(x)".replace("0", "f.0") + "\nf.1 = tanh(f.0)\nf.2 = relu(f.1)\nf.3 = tanh(f.2)\noutput f.3"
    )
    new = parse(
        "input x: 1x3x8x8\nf.0 = sigmoid(x)\nf.1 = relu(f.0)\nf.2 = tanh(f.1)\nf.3 = relu(f.2)\nf.4 = tanh(f.3)\noutput f.4"
    )
    assert matched(old, new) == {"f.0": "f.1", "f.1": "f.2", "f.2": "f.3", "f.3": "f.4"}


def test_branches_in_another_order() -> None:
    head = "input x: 1x4x8x8\n"
    first, second = (
        "a = conv(x, out=4, kernel=3x3, padding=1)\nar = relu(a)\n",
        "b = max_pool(x, kernel=3x3, stride=1, padding=1)\n",
    )
    tail = "s = add(ar, b)\noutput s"
    old, new = parse(head + first + second + tail), renamed(parse(head + second + first + tail))
    assert matched(old, new) == {name: f"net.{name}" for name in ("a", "ar", "b", "s")}


def test_one_operator_in_the_place_of_another() -> None:
    old = parse("input x: 1x4x8x8\nc = conv(x, out=4, kernel=3x3)\nact = relu(c)\nd = conv(act, out=4, kernel=3x3)\noutput d")
    new = parse("input x: 1x4x8x8\nc = conv(x, out=4, kernel=3x3)\ng = gelu(c)\nd = conv(g, out=4, kernel=3x3)\noutput d")
    assert matched(old, new) == {"c": "c", "act": "g", "d": "d"}


def test_edited_settings_are_the_same_layer() -> None:
    graph = networks.load("resnet18")
    node = graph["layer2.0.conv1"]
    new = replace(graph, nodes=tuple(replace(n, op=with_settings(n.op, groups=2)) if n is node else n for n in graph))
    assert matched(graph, renamed(new)) == {n.name: f"net.{n.name}" for n in graph}


def test_a_layer_that_is_nothing_like_it_is_not_taken_for_it() -> None:
    """The partner: not everything is matched."""
    old = parse("input x: 1x4x8x8\na = relu(x)\nb = tanh(a)\noutput b")
    new = parse("input x: 1x4x8x8\nb2 = tanh(x)\nc = conv(b2, out=4, kernel=3x3)\noutput c")
    assert matched(old, new) == {"b": "b2"}


def test_a_long_network_is_cut_at_equal_nodes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(align, "MAX_CELLS", 100)
    graph = networks.load("resnet18")
    chosen = places(graph, 6, 1)
    assert matched(graph, with_inserted(graph, chosen)) == {node.name: node.name for node in graph}
    assert matched(graph, renamed(graph)) == {node.name: f"net.{node.name}" for node in graph}
