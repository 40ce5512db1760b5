"""The sum of one output value in figures, which read the same in every language."""

from typing import TYPE_CHECKING

from convlens.ir.spec import Shape
from convlens.tracing.number import factor, shown, total
from convlens.tracing.term import Channel, Traced, View

if TYPE_CHECKING:
    from convlens.drawing.reader import Reader

MOST_TERMS = 9
"""So many products of one channel are written out; more are one number for each channel."""

MOST_LINES = 4
"""Channels whose products have a line each; with more of them each channel is one number."""


def sum_words(reader: "Reader", index: Shape, traced: Traced, view: View) -> tuple[str, ...]:
    """The last line is ``y[0,1,2] = 4 + (-3) + 7 + 1 = 9``; before it a line of products for each of a few channels."""
    left = f"{reader.names[1]}[{reader.place(index)}] = "
    right = _made(reader, index, traced)
    terms = [term for channel in view.channels for term in channel.terms]
    if traced.kind == "max":
        return (f"{left}max({', '.join(shown(term.x) for term in terms)}){right}",)
    if traced.kind == "mean":
        return (f"{left}({' + '.join(factor(term.x) for term in terms)}) / {traced.divisor}{right}",)
    bias = [] if traced.bias is None else [factor(traced.bias)]
    short = all(len(channel.terms) <= MOST_TERMS for channel in view.channels)
    if short and len(view.channels) == 1:
        return (f"{left}{_plus([*_products(view.channels[0]), *bias])}{right}",)
    sums = [factor(channel.sum) for channel in view.channels]
    if len(sums) > MOST_TERMS:
        sums = [*sums[: MOST_TERMS - 1], factor(total([channel.sum for channel in view.channels[MOST_TERMS - 1 :]]))]
    lines = [_line(reader, channel) for channel in view.channels] if short and len(view.channels) <= MOST_LINES else []
    return (*lines, f"{left}{_plus([*sums, *bias])}{right}")


def _made(reader: "Reader", index: Shape, traced: Traced) -> str:
    """The value, and what the activation makes of it: `` = -2, relu(-2) = 0``."""
    value = shown(traced.value)
    if reader.after is None:
        return f" = {value}"
    return f" = {value}; {reader.after.op.name}({value}) = {shown(reader.made_at(index))}"


def _line(reader: "Reader", channel: Channel) -> str:
    name = reader.titled(reader.names[0], channel.number, 0) if not reader.slices else f"{reader.names[0]}[{channel.number}]"
    return f"{name}: {_plus(_products(channel))} = {shown(channel.sum)}"


def _products(channel: Channel) -> list[str]:
    return [f"{factor(term.x)}·{factor(term.weight or 0)}" for term in channel.terms]


def _plus(parts: list[str]) -> str:
    return " + ".join(parts) or "0"
