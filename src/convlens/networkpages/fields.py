"""Receptive fields as a page needs them: which pixels of the input one output cell reads, exactly, for any cell."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from convlens.arith.axis import AxisMap
from convlens.ir.graph import Node
from convlens.passes.receptive_field import AxisField, ReceptiveField, View, axis_views
from convlens.report.field import exact, field_words

if TYPE_CHECKING:
    from convlens.report.summary import Summary

MAX_PHASES = 256
"""A map with more distinct positions is left out of the page: it says the size, and that the place is not drawn."""


class Fields:
    """The distinct fields of a network; `number` is the place of a layer's own in ``records``."""

    def __init__(self, report: "Summary") -> None:
        self.report = report
        self.records: list[dict[str, Any]] = []
        self._numbers: dict[tuple[Any, ...], int] = {}
        self._views: dict[str, Mapping[str, Any]] = {}

    def number(self, node: Node) -> int | None:
        """None where the layer sees no image, or its field cannot be told."""
        field = self.report.receptive_fields.get(node.name)
        if field is None:
            return None
        views = self._of_input(field.input)[node.name][0][2:]
        key = (field, views)
        if key not in self._numbers:
            self._numbers[key] = len(self.records)
            self.records.append(self._record(field, views))
        return self._numbers[key]

    def _of_input(self, name: str) -> Mapping[str, Any]:
        if name not in self._views:
            self._views[name] = axis_views(self.report.graph, self.report.facts, name)
        return self._views[name]

    def _record(self, field: ReceptiveField, views: tuple[View, ...]) -> dict[str, Any]:
        inputs = [item.name for item in self.report.graph.inputs]
        return {
            "input": inputs.index(field.input),
            "axes": [_axis(axis, view) for axis, view in zip(field.axes, views, strict=True)],
            "words": {lang: field_words(field, lang, through=True) for lang in ("en", "zh")},
        }


def _axis(axis: AxisField, view: View) -> dict[str, Any]:
    return {
        "size": axis.size,
        "least": axis.size_min,
        "support": axis.support,
        "stride": exact(axis.stride),
        "padding": axis.padding,
        "whole": axis.whole,
        "map": _map(view),
    }


def _map(view: View) -> dict[str, Any] | None:
    """Output ``y`` along axis ``axis`` reads from ``hulls[y % period]``, moved by ``y // period * advance``."""
    local = view.local
    if local is None or local.length is not None or len(local.axes) > 1 or local.map.period > MAX_PHASES:
        return None
    return {"axis": local.axes[0] if local.axes else None, **_written(local.map)}


def _written(found: AxisMap) -> dict[str, Any]:
    hulls = [[footprint[0][0], footprint[-1][1]] if footprint else None for footprint in found.footprints]
    return {"period": found.period, "advance": found.advance, "hulls": hulls, "finite": found.finite}
