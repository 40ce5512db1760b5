"""A trace as a record for machines: every term, indices in the layout of the call."""

from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any

from convlens.tracing.number import Number
from convlens.tracing.term import Channel, Stage, Term, Traced, View

if TYPE_CHECKING:
    from convlens.tracing.trace import Trace


def trace_record(trace: "Trace") -> dict[str, Any]:
    """Schema ``convlens/trace/1``. A value that is no finite number is null, one that is a fraction has it as ``exact``."""
    return {
        "schema": "convlens/trace/1",
        "call": trace.call,
        "input": list(trace.input),
        "output": list(trace.output),
        "index": list(trace.index),
        **_value(trace.value),
        "flip": trace.flip,
        "numbers": {name: _origin(value) for name, value in trace.given.items()},
        "checked": _checked(trace),
        "stages": [_stage(trace, stage) for stage in trace.stages],
    }


def _origin(given: Any) -> str:
    """Where numbers come from: made here, a path, or an array."""
    if given is None:
        return "made"
    return str(given) if isinstance(given, str | Path) else "array"


def _checked(trace: "Trace") -> dict[str, Any]:
    found = trace.checked
    if found.framework:
        theirs = None if found.value is None else _value(found.value)["value"]
        return {"framework": found.framework, "value": theirs, "agrees": found.agrees}
    return {"framework": None, "reason": found.reason.format(**found.facts)}


def _stage(trace: "Trace", stage: Stage) -> dict[str, Any]:
    return {"name": stage.node.name, "op": stage.node.op.name, "values": [_traced(trace, value) for value in stage.values]}


def _traced(trace: "Trace", value: Traced) -> dict[str, Any]:
    return {
        "index": list(trace.own(value.index)),
        "kind": value.kind,
        **_value(value.value),
        "bias": None if value.bias is None else _plain(value.bias),
        "divisor": value.divisor if value.kind == "mean" else None,
        "views": [_view(trace, view) for view in value.views],
    }


def _view(trace: "Trace", view: View) -> dict[str, Any]:
    return {"name": view.name, "sum": _plain(view.sum), "channels": [_channel(trace, channel) for channel in view.channels]}


def _channel(trace: "Trace", channel: Channel) -> dict[str, Any]:
    return {"channel": channel.number, "sum": _plain(channel.sum), "terms": [_term(trace, term) for term in channel.terms]}


def _term(trace: "Trace", term: Term) -> dict[str, Any]:
    return {
        "at": None if term.at is None else list(trace.own(term.at)),
        "place": list(term.place),
        "tap": list(term.tap),
        "x": _plain(term.x),
        "weight": None if term.weight is None else _plain(term.weight),
    }


def _plain(number: Number) -> int | float | None:
    plain: int | float | None = _value(number)["value"]
    return plain


def _value(number: Number) -> dict[str, Any]:
    """
    >>> from fractions import Fraction
    >>> _value(Fraction(1, 4)), _value(3), _value(float("-inf"))
    ({'value': 0.25, 'exact': '1/4'}, {'value': 3}, {'value': None, 'exact': '-inf'})
    """
    if isinstance(number, int):
        return {"value": number}
    if not isfinite(number):
        return {"value": None, "exact": str(number)}
    return {"value": number} if isinstance(number, float) else {"value": float(number), "exact": str(number)}
