"""Lines of at most so many terminal cells. A Chinese character takes two, and a line may end after almost any of them."""

import re
from collections.abc import Iterator, Sequence

from rich.cells import cell_len

GAP = 2
_NOT_FIRST = "，。；：、？！）》”’"
_NOT_LAST = "（《“‘"
_PIECE = re.compile(rf"[{_NOT_LAST}]*(?:[\u3000-\u9fff\uff00-\uffef]|[^\s\u3000-\u9fff\uff00-\uffef]+)[{_NOT_FIRST}]*\s*")


def wrapped(text: str, width: int) -> list[str]:
    """The text on lines of at most ``width`` cells; a longer word keeps a line to itself.

    >>> wrapped("stride of two", 9), wrapped("步幅为二，填充为一。", 8)
    (['stride of', 'two'], ['步幅为', '二，填充', '为一。'])
    """
    lines = [""]
    for piece in _pieces(text):
        if lines[-1] and cell_len((lines[-1] + piece).rstrip()) > width:
            lines[-1] = lines[-1].rstrip()
            lines.append("")
        lines[-1] += piece
    return [*lines[:-1], lines[-1].rstrip()]


def _pieces(text: str) -> Iterator[str]:
    """Pieces between which a line may end: a word, or one Chinese character with the punctuation that belongs to it."""
    return (match.group() for match in _PIECE.finditer(text))


def aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """A table: its columns on the same cells, numbers to the right.

    >>> print(*aligned([("步幅", "输出"), ("1", "5"), ("2", "13")]), sep="\\n")
    步幅  输出
       1     5
       2    13
    """
    columns = list(zip(*rows, strict=True))
    widths = [max(map(cell_len, column)) for column in columns]
    right = [all(_numeric(text) for text in column[1:]) for column in columns]
    return [
        (" " * GAP).join(_padded(*cell) for cell in zip(row, widths, right, strict=True)).rstrip() for row in rows
    ]  # fmt: skip


def _numeric(text: str) -> bool:
    return re.fullmatch(r"[-+]?[\d,./]+ ?%?|-", text) is not None


def _padded(text: str, width: int, right: bool) -> str:
    space = " " * (width - cell_len(text))
    return space + text if right else text + space
