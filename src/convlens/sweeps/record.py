"""The record of a sweep, schema ``convlens/sweep/1``: exact whole numbers, and seconds."""

from typing import TYPE_CHECKING, Any

from convlens.sweeps.departures import FACTOR, Departures, sentences
from convlens.sweeps.points import Point
from convlens.sweeps.series import Series
from convlens.sweeps.timing import LEAST_SAMPLES, TURNS
from convlens.sweeps.variation import moved_along

if TYPE_CHECKING:
    from convlens.sweeps.sweep import Sweep

LANGUAGES = ("en", "zh")


def record(sweep: "Sweep") -> dict[str, Any]:
    """``seconds`` and ``not_timed`` of a point are by what was measured; a machine that measured nothing is null."""
    return {
        "schema": "convlens/sweep/1",
        "call": sweep.call,
        "input": list(sweep.spec.dims),
        "dtype": sweep.spec.dtype,
        "series": [_series(sweep, one) for one in sweep.series],
        "machine": None if sweep.machine is None else {key: _plain(value) for key, value in sweep.machine._asdict().items()},
        "method": None if sweep.machine is None else _method(sweep),
    }


def _plain(value: object) -> object:
    """JSON has lists alone."""
    return list(value) if isinstance(value, tuple) else value


def _method(sweep: "Sweep") -> dict[str, Any]:
    return {
        "budget_seconds": sweep.budget, "most_samples": TURNS, "least_samples": LEAST_SAMPLES, "warm_up_runs": 2,
        "order": "turns", "mode": "eval", "device": "cpu", "backend": "torch", "departure_factor": FACTOR,
    }  # fmt: skip


def _series(sweep: "Sweep", one: Series) -> dict[str, Any]:
    found = sweep.departures(one)
    return {
        "setting": one.setting.name,
        "own": _plain(one.own),
        "moved_along": {lang: moved_along(sweep.signature, one.setting, lang) for lang in LANGUAGES},
        "points": [_point(point) for point in one.points],
        "departures": [_departures(each, one.setting.name) for each in found],
    }


def _point(point: Point) -> dict[str, Any]:
    known = point.figures
    return {
        "value": _plain(point.value),
        "call": point.call,
        "input": list(point.shape),
        "outputs": None if known is None else [list(dims) for dims in known.outputs],
        "params": known and known.params,
        "buffers": known and known.buffers,
        "macs": known and known.macs,
        "backward_macs": known and known.backward_macs,
        "elementwise": known and known.elementwise,
        "output_bytes": known and known.output_bytes,
        "saved_bytes": known and known.saved_bytes,
        "seconds": {what: time._asdict() for what, time in point.times},
        "not_timed": dict(point.untimed),
        "error": point.error or None,
    }


def _departures(found: Departures, name: str) -> dict[str, Any]:
    return {
        "of": found.what,
        "work": found.work,
        "reference": _plain(found.reference),
        "found": [
            {"value": _plain(d.value), "work_ratio": d.work, "time_ratio": d.time, "factor": d.factor} for d in found.found
        ],
        "undecided": [_plain(value) for value in found.undecided],
        "text": {lang: sentences(found, name, lang) for lang in LANGUAGES},
    }  # fmt: skip
