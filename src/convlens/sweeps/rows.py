"""A sweep as CSV: one line for each call, exact numbers and seconds."""

import csv
import io
from typing import TYPE_CHECKING, Any

from convlens.ir.spec import show_shape
from convlens.sweeps.departures import shown
from convlens.sweeps.points import Point

if TYPE_CHECKING:
    from convlens.sweeps.sweep import Sweep

FIGURES = ("params", "buffers", "macs", "backward_macs", "elementwise", "output_bytes", "saved_bytes")
TIMES = ("median", "low", "high", "samples", "runs")


def csv_text(sweep: "Sweep") -> str:
    """The times of backward have columns only where it was measured."""
    file = io.StringIO()
    heads = ["setting", "value", "call", "input", "output", *FIGURES]
    heads += [f"{kind}_{part}" for kind in sweep.kinds for part in TIMES]
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow([*heads, "error"])
    for one in sweep.series:
        writer.writerows(_row(one.setting.name, point, sweep.kinds) for point in one.points)
    return file.getvalue()


def _row(name: str, point: Point, kinds: list[str]) -> list[Any]:
    known = point.figures
    output = " ".join(map(show_shape, known.outputs)) if known else ""
    counts = [_cell(getattr(known, field)) for field in FIGURES] if known else [""] * len(FIGURES)
    times = [cell for kind in kinds for cell in _times(point, kind)]
    error = "; ".join(filter(None, [point.error, *(f"{kind}: {reason}" for kind, reason in point.untimed)]))
    return [name, shown(point.value), point.call, show_shape(point.shape), output, *counts, *times, " ".join(error.split())]


def _times(point: Point, kind: str) -> list[Any]:
    time = point.time(kind)
    return [""] * len(TIMES) if time is None else [_cell(part) for part in time]


def _cell(value: float | None) -> str:
    """Six digits of a measurement are more than it has."""
    return "" if value is None else f"{value:.6g}" if isinstance(value, float) else str(value)
