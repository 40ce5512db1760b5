"""Networks that only these tests need."""

from convlens.ir.graph import Graph, Input, Node, Ref
from convlens.ir.op import lookup
from convlens.ir.spec import TensorSpec
from convlens.ir.text import parse

HOSTILE = (
    "<script>window.hacked=1</script>", '"><img src=x onerror="window.hacked=1">', "a'b\"c&amp;<b>", "x" * 10_000, "שלום.עולם",
    "new\nline\r\nand\ttab", "\u202egnp.exe", "</script><svg onload=window.hacked=1>", "=cmd|A1", "层.卷积." + "深" * 300,
)  # fmt: skip
"""Names that try to be markup, are too long, run from right to left, or hold what no name should."""


def hostile() -> Graph:
    conv = parse("input x: 1x3x16x16\nc = conv(x, out=4, kernel=3x3)\noutput c").nodes[0].op
    nodes, before = [], "in<put>"
    for at, name in enumerate(HOSTILE):
        nodes.append(Node(name, lookup("relu")() if at else conv, (Ref(before),)))
        before = name
    return Graph("<b>net</b>" + "y" * 9000, (Input("in<put>", TensorSpec((1, 3, 16, 16))),), tuple(nodes), (Ref(before),))


def long(layers: int) -> Graph:
    """Blocks of three layers in stages, of widths that change, so that not all of it folds."""
    lines, before = [], "x"
    for at in range(layers // 3):
        name = f"stage{at // 40}.block{at}"
        lines.append(f"{name}.conv = conv({before}, out={16 + at % 7 * 4 + at // 50}, kernel=3x3, padding=1)")
        lines.append(f"{name}.bn = batch_norm({name}.conv)")
        lines.append(f"{name}.relu = relu({name}.bn)")
        before = f"{name}.relu"
    return parse("network long\ninput x: 1x3x64x64\n" + "\n".join(lines) + f"\noutput {before}")
