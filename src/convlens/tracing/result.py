"""How the parts of a trace make its value: one equation."""

from typing import TYPE_CHECKING

from convlens.lang.messages import said, say
from convlens.tracing.channels import LINES, WIDTH
from convlens.tracing.number import Number, factor, rounded, shown, total
from convlens.tracing.sums import entries, summed_text
from convlens.tracing.term import Stage, Traced, View
from convlens.tracing.windows import cells

if TYPE_CHECKING:
    from convlens.tracing.trace import Trace


def result_lines(trace: "Trace", stage: Stage, traced: Traced, lang: str, name: str, *, short: bool = False) -> list[str]:
    """The equation of a value, called ``name``; for a transposed convolution that of each view."""
    left = f"{name}{entries(trace.own(traced.index))}"
    if short:
        return [f"{left} = {exact(traced.value)}"]
    if traced.kind == "function":
        return [f"{left} = {_applied(trace, stage, traced)}"]
    if traced.kind == "max":
        return [_largest(trace, traced, left, lang)]
    if traced.kind == "mean":
        return [f"{left} = {shown(total(_values(traced)))} / {traced.divisor} = {exact(traced.value)}"]
    if len(traced.views) == 1:
        return [_summed(traced, traced.views[0], left, lang)]
    names = say(lang, "scattering"), say(lang, "stretched input")
    return [said(lang, name, _summed(traced, view, left, lang)) for name, view in zip(names, traced.views, strict=True)]


def exact(number: Number) -> str:
    """In full where it is short, a fraction with its decimals.

    >>> from fractions import Fraction
    >>> exact(7), exact(0.1 + 0.2), exact(Fraction(25, 9)), exact(Fraction(1, 2))
    ('7', '0.30000000000000004', '25/9, about 2.77778', '0.5')
    """
    if isinstance(number, int | float):
        return str(number)
    return f"{number}, about {shown(number, 6)}" if rounded(number) else shown(number)


def _values(traced: Traced) -> list[Number]:
    return [term.x for channel in traced.views[0].channels for term in channel.terms]


def _applied(trace: "Trace", stage: Stage, traced: Traced) -> str:
    (term,) = traced.views[0].channels[0].terms
    if stage.node.op.name == "flatten":
        return f"z{entries(trace.own(term.place))} = {exact(traced.value)}"
    return f"{stage.node.op.name}({shown(term.x)}) = {exact(traced.value)}"


def _largest(trace: "Trace", traced: Traced, left: str, lang: str) -> str:
    best = next((term for term in traced.views[0].channels[0].terms if term.x == traced.value), None)
    if best is None or best.at is None:
        return say(lang, "{left} = {value}: the window reads padding only", left=left, value=traced.value)
    return say(
        lang, "{left} = {value}, the largest, at x{at}", left=left, value=exact(traced.value), at=entries(trace.own(best.at))
    )


def _summed(traced: Traced, view: View, left: str, lang: str) -> str:
    sums = [channel.sum for channel in view.channels]
    parts = sums if len(sums) <= LINES else [*sums[:LINES], total(sums[LINES:])]
    bias = "" if traced.bias is None else say(lang, " + {bias} (bias)", bias=factor(traced.bias))
    value = total([view.sum, traced.bias or 0])
    whole = f"{left} = {summed_text(parts)}{bias} = {exact(value)}"
    if len(parts) == 1 and not bias:
        return f"{left} = {exact(value)}"
    return whole if cells(whole) <= WIDTH else f"{left} = {summed_text([view.sum])}{bias} = {exact(value)}"
