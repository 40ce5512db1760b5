"""An index in the layout of the call, and the same place in N, C, space."""

import re
from collections.abc import Sequence
from typing import SupportsIndex

from convlens.ir.errors import UsageError, quoted
from convlens.ir.spec import Shape, show_shape


def inward(index: Shape, layout: str) -> Shape:
    """From the layout of the call to N, C, space.

    >>> inward((0, 5, 6, 2), "N*C"), inward((0, 7), "N*C")
    ((0, 2, 5, 6), (0, 7))
    """
    return (index[0], index[-1], *index[1:-1]) if layout == "N*C" and len(index) >= 3 else index


def outward(index: Shape, layout: str) -> Shape:
    """From N, C, space to the layout of the call; shapes too.

    >>> outward((0, 2, 5, 6), "N*C")
    (0, 5, 6, 2)
    """
    return (index[0], *index[2:], index[1]) if layout == "N*C" and len(index) >= 3 else index


def read_index(given: str | int | Sequence[SupportsIndex], shape: Shape, *, batched: bool) -> Shape:
    """The index of one value of a tensor of this shape; the batch axis may be left out and is 0 then.

    Raises `UsageError` for what is no index, the wrong number of entries, or an entry that is out of range.

    >>> read_index("0, 1,2", (4, 2, 3, 3), batched=True)
    (0, 0, 1, 2)
    """
    entries = _entries(given)
    if batched and len(entries) == len(shape) - 1:
        entries = (0, *entries)
    if len(entries) != len(shape):
        without = f", or {len(shape) - 1} without the batch" if batched else ""
        raise UsageError(
            f"the index {_shown(entries)} has {len(entries)} {'entry' if len(entries) == 1 else 'entries'}, but the output "
            f"{show_shape(shape)} has {len(shape)} axes\n  fix: {len(shape)} entries{without}, {_legal(shape)}"
        )
    for axis, (entry, size) in enumerate(zip(entries, shape, strict=True)):
        if not 0 <= entry < size:
            raise UsageError(
                f"the index {_shown(entries)} is out of range: entry {entry} on axis {axis} of the output {show_shape(shape)}\n"
                f"  fix: 0 to {size - 1} there; {_legal(shape)}"
            )
    return entries


def _entries(given: str | int | Sequence[SupportsIndex]) -> Shape:
    if isinstance(given, str):
        parts = [part.strip() for part in given.strip().strip("()[]").split(",")]
        if not all(re.fullmatch(r"[+-]?\d{1,18}", part) for part in parts):
            raise UsageError(f"{quoted(given)} is not an index: whole numbers with commas between them, as in 0,1,2")
        return tuple(map(int, parts))
    whole = (given,) if isinstance(given, int) else tuple(given)
    if not all(hasattr(entry, "__index__") and not isinstance(entry, bool) for entry in whole):
        raise UsageError(f"{quoted(given)} is not an index: whole numbers, as in (0, 1, 2)")
    return tuple(entry.__index__() for entry in whole)


def _legal(shape: Shape) -> str:
    return "from " + _shown((0,) * len(shape)) + " to " + _shown(tuple(size - 1 for size in shape))


def _shown(entries: Shape) -> str:
    return ",".join(map(str, entries)) or "()"
