"""A formula in symbols, and the same with its numbers filled in."""

import re
from collections.abc import Mapping
from typing import Any

from convlens.explanations.number import plain, shown

_NAME = re.compile(r"[A-Za-z_]\w*(?!\w*\()")


def filled(formula: str, values: Mapping[str, Any]) -> list[str]:
    """Each line ``name = expression`` in symbols, and below it with the values.

    >>> print(*filled("out = floor((n - k) / s) + 1", {"out": 2, "n": 7, "k": 3, "s": 3}), sep="\\n")
    out = floor((n - k) / s) + 1
        = floor((7 - 3) / 3) + 1 = 2
    """
    lines = []
    for line in formula.strip().splitlines():
        name, _, expression = line.partition(" = ")
        numbers = _NAME.sub(lambda found: plain(values[found.group()]), expression)
        lines += [line, f"{' ' * len(name)} = {numbers} = {shown(values[name])}"]
    return lines
