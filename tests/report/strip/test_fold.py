"""Which layers stand in one block: every layer exactly once, never more than 24 blocks side by side."""

from collections.abc import Iterator

import pytest

import convlens
from convlens import networks
from convlens.ir.graph import Graph
from convlens.ir.text import parse
from convlens.report.strip.blocks import likeness
from convlens.report.strip.fold import MOST, Item, forest, shown
from convlens.report.summary import Summary


def chain(count: int, name: str = "c{at}") -> Graph:
    """Convolutions that all differ."""
    lines = [
        f"{name.format(at=at)} = conv({name.format(at=at - 1) if at else 'x'}, out={at % 50 + 1 + at}, kernel=1x1)"
        for at in range(count)
    ]
    return parse("input x: 1x3x8x8\n" + "\n".join(lines) + f"\noutput {name.format(at=count - 1)}")


def walk(items: tuple[Item, ...]) -> Iterator[tuple[Item, ...]]:
    """Every list of siblings."""
    yield items
    for item in items:
        if item.children:
            yield from walk(item.children)


def check(graph: Graph) -> list[Item]:
    known = likeness(Summary(graph))
    items = forest(known)
    for siblings in walk(items):
        assert len(siblings) <= MOST
        for item in siblings:
            if item.children:
                assert [item.first, *[child.stop for child in item.children]][:-1] == [child.first for child in item.children]
                assert item.children[-1].stop == item.stop
            else:
                assert item.layers == 1
            if item.times > 1:
                part = item.layers // item.times
                parts = [known.same[at : at + part] for at in range(item.first, item.stop, part)]
                assert parts == parts[:1] * item.times
    cut = shown(items)
    assert [at for item in cut for at in range(item.first, item.stop)] == list(range(len(graph.nodes)))
    assert len(cut) <= MOST
    return cut


@pytest.mark.parametrize("name", networks.names())
def test_every_layer_stands_in_one_block_and_few_are_shown(name: str) -> None:
    check(networks.load(name))


@pytest.mark.parametrize("count", [1, 24, 25, 100, 600, 3000])
def test_a_network_without_modules_is_folded_too(count: int) -> None:
    check(chain(count))


def test_alike_blocks_look_alike() -> None:
    assert [item.name for item in check(networks.load("resnet50"))] == [
        "conv1", "bn1", "relu", "maxpool", "layer1.0", "layer1.1..2", "layer2.0", "layer2.1..3", "layer3.0", "layer3.1..5",
        "layer4.0", "layer4.1..2", "avgpool", "flatten", "fc",
    ]  # fmt: skip


def test_a_short_network_is_shown_layer_by_layer() -> None:
    assert [item.name for item in check(networks.load("lenet5"))] == [node.name for node in networks.load("lenet5")]


def test_the_layers_of_a_repeat_are_counted() -> None:
    times = {item.name: item.times for item in check(networks.load("resnet50"))}
    assert (times["layer3.1..5"], times["layer3.0"]) == (5, 1)


def test_a_period_of_several_layers_is_found() -> None:
    lines = "\n".join(
        f"c{at} = conv({f'a{at - 1}' if at else 'x'}, out=3, kernel=1x1)\na{at} = add(c{at}, c{at})" for at in range(40)
    )
    cut = check(parse(f"input x: 1x3x8x8\n{lines}\noutput a39"))
    assert max(item.times for item in cut) == 40


def test_a_network_that_breaks_is_drawn_up_to_there() -> None:
    graph = parse("input x: 1x3x8x8\na = conv(x, out=4, kernel=3x3)\nb = conv(a, out=4, kernel=9x9)\nc = relu(b)\noutput c")
    assert len(likeness(convlens.summary(graph)).nodes) == 2
