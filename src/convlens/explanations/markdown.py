"""An explanation as Markdown."""

from collections.abc import Iterable

from convlens.explanations.block import Block


def markdown(found: Iterable[Block]) -> str:
    """Formulas and calls as code, tables as tables.

    >>> print(markdown([Block("title", ("Stride",)), Block("table", rows=(("a", "b"), ("1", "2")))]), end="")
    # Stride
    <BLANKLINE>
    | a | b |
    |---|---|
    | 1 | 2 |
    """
    return "\n\n".join(_part(block) for block in found) + "\n"


_SIGNS = {"title": "# ", "heading": "## ", "quote": "> "}


def _part(block: Block) -> str:
    if block.kind in ("formula", "example"):
        return "\n".join(["```text", *block.lines, "```"])
    if block.kind == "table":
        head, *rows = block.rows
        return "\n".join([_row(head), f"|{'---|' * len(head)}", *map(_row, rows)])
    return _SIGNS.get(block.kind, "") + block.lines[0]


def _row(cells: tuple[str, ...]) -> str:
    return f"| {' | '.join(cells)} |"
