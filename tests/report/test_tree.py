"""Layers grouped by module: order kept, lone members joined, deep and repeated modules folded."""

from convlens.ir.text import parse
from convlens.report.summary import Summary
from convlens.report.terminal import Screen
from convlens.report.tree import Group, Leaf, Line, grouped, lines


def _nodes(*names: str, module: str = "") -> tuple[object, ...]:
    body = "\n".join(f'"{name}" = relu(x)' + (f" in {module}" if module else "") for name in names)
    return parse(f'input x: 1x3x8x8\n{body}\noutput "{names[-1]}"').nodes


def _shape(child: Leaf | Group) -> object:
    return child.name if isinstance(child, Leaf) else {child.name: [_shape(inner) for inner in child.children]}


def _tree(*names: str, module: str = "") -> list[object]:
    return [_shape(child) for child in grouped(_nodes(*names, module=module)).children]


def _names(found: list[Line]) -> list[tuple[int, str, int]]:
    return [(len(line.last), line.name, line.times) for line in found]


def test_modules_are_groups() -> None:
    assert _tree("a.x", "a.y", "b") == [{"a": [".x", ".y"]}, "b"]
    assert _tree("/a/x", "/a/y", "/b") == [{"/a": ["/x", "/y"]}, "/b"]


def test_a_lone_member_is_no_group() -> None:
    assert _tree("layer1.conv", "b") == ["layer1.conv", "b"]
    assert _tree("a.b.c", "d") == ["a.b.c", "d"]


def test_a_module_that_is_entered_again_keeps_the_order() -> None:
    assert _tree("a.x", "a.y", "b", "a.z", "a.w") == [{"a": [".x", ".y"]}, "b", {"a": [".z", ".w"]}]


def test_the_module_of_a_call_is_its_group() -> None:
    assert _tree("m.add", "relu", module="m") == [{"m": [".add", "relu"]}]
    assert _tree("m", module="m") == ["m"]


def test_every_node_is_shown_once_at_any_depth() -> None:
    nodes = _nodes("a.b.x", "a.b.y", "a.c", "d", "e.f.g.h.i", "e.f.g.h.j", "e.k")
    for depth in (None, 1, 2, 3):
        assert [node for line in lines(nodes, depth) for node in line.nodes] == list(nodes)
    assert _names(lines(nodes, 1)) == [(1, "a", 1), (1, "d", 1), (1, "e", 1)]


def test_repeated_blocks_multiply() -> None:
    names = [f"{outer}.{inner}.{leaf}" for outer in "ab" for inner in "01" for leaf in "xy"]
    found = lines(_nodes(*names), same=lambda node: node.op)
    assert _names(found)[:2] == [(1, "a..b", 2), (2, "0..1", 2)]
    assert [line.repeats for line in found] == [2, 4, 8]


def test_a_name_of_ten_thousand_dots() -> None:
    name = ".".join(["m"] * 10_000)
    assert len(lines(_nodes(name + ".x", name + ".y"))) < 100


def test_a_network_without_layers() -> None:
    text = Summary(parse("network empty\ninput x: 1x3x8x8\noutput x")).to_text(Screen(60))
    assert text.startswith("empty: x 1x3x8x8\n\nparameters    0, all trainable\n")
    assert text.endswith("output        x 1x3x8x8\n")
