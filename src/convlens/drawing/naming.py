"""File names that every system accepts, and from which the layer can be read."""

import re
from typing import Any

from convlens.report.layer import LayerReport


def file_name(report: LayerReport) -> str:
    """
    >>> from convlens.report.layer import layer
    >>> file_name(layer("Conv2d(3, 2, 3, stride=2, padding=1, dilation=2)", (1, 3, 7, 7)))
    'conv2d_k3s2p1d2_3x7x7-2x3x3'
    """
    kind = re.sub(r"[^A-Za-z0-9]", "", report.call.split("(")[0].rpartition(".")[2]).lower() or "layer"
    op: Any = next((node.op for node in report.graph if node.op.axes), None)
    given, made = report.shapes()
    shapes = "-".join("x".join(map(str, dims[1:])) for dims in (given[0], made[0]))
    return "_".join(part for part in (kind, _settings(op) if op is not None else "", shapes) if part)


def _settings(op: Any) -> str:
    parts = []
    for letter, field, usual in (("k", "kernel", None), ("s", "stride", 1), ("p", "padding", 0), ("d", "dilation", 1)):
        value = getattr(op, field, None)
        if value is not None and (text := _short(value)) != str(usual):
            parts.append(letter + text)
    groups = getattr(op, "groups", 1)
    return "".join(parts) + (f"g{groups}" if groups > 1 else "")


def _short(value: Any) -> str:
    """One number where all axes are alike, ``3x5`` where not; ``1l2`` for uneven sides."""
    if isinstance(value, str):
        return value.replace("_", "")
    each = [_axis(one) for one in value]
    return each[0] if len(set(each)) == 1 else "x".join(each)


def _axis(one: Any) -> str:
    if not isinstance(one, tuple):
        return str(one)
    return str(one[0]) if one[0] == one[1] else f"{one[0]}l{one[1]}"
