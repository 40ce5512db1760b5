"""The docstring of an operator taken apart: paragraphs, examples, and the table of its facts."""

import inspect
import re
from collections.abc import Iterator
from typing import Any


def parts(documented: Any) -> Iterator[tuple[str, list[str]]]:
    """Its blocks, each with its kind: "table", "example" or "text"."""
    for block in str(inspect.getdoc(documented)).split("\n\n"):
        lines = block.splitlines()
        yield "example" if lines[0].startswith(">>>") else "table" if lines[0].startswith("====") else "text", lines


def table_rows(lines: list[str]) -> list[list[str]]:
    """The cells of a table between lines of ``====``; a line whose first cell is empty goes on with the line before it.

    Raises `ValueError` for a row whose columns are not those of the rule above it.

    >>> table_rows(["=====  ====", "shape  n", "       + p", "=====  ===="])
    [['shape', 'n + p']]
    """
    starts = [match.start() for match in re.finditer("=+", lines[0])]
    rows: list[list[str]] = []
    for line in lines[1:-1]:
        if any(line[start - 1 : start].strip() for start in starts[1:]):
            raise ValueError(f"this row does not line up with its table: {line}")
        cells = [line[start:stop].strip() for start, stop in zip(starts, [*starts[1:], None], strict=True)]
        if cells[0]:
            rows.append(cells)
        else:
            rows[-1] = [f"{old} {new}".strip() for old, new in zip(rows[-1], cells, strict=True)]
    return rows
