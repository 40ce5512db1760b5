"""The sum of one output value in figures, which read the same in every language."""

from typing import TYPE_CHECKING

from convlens.ir.spec import Shape
from convlens.tracing.number import factor, shown, total
from convlens.tracing.term import Traced, View

if TYPE_CHECKING:
    from convlens.drawing.stage import Reader

MOST_TERMS = 9
"""So many products of one channel are written out; more are one number for each channel."""


def sum_words(reader: "Reader", index: Shape, traced: Traced, view: View) -> tuple[str, ...]:
    """One line: ``y[0,1,2] = 4 - 3 + 7 + 1 = 9``, or all products where there are few."""
    left = f"{reader.names[1]}[{','.join(map(str, index[reader.where :]))}]"
    value = shown(traced.value)
    terms = [term for channel in view.channels for term in channel.terms]
    if traced.kind == "max":
        return (f"{left} = max({', '.join(shown(term.x) for term in terms)}) = {value}",)
    if traced.kind == "mean":
        return (f"{left} = ({' + '.join(factor(term.x) for term in terms)}) / {traced.divisor} = {value}",)
    bias = [] if traced.bias is None else [factor(traced.bias)]
    if len(view.channels) == 1 and len(terms) <= MOST_TERMS:
        products = [f"{factor(term.x)}·{factor(term.weight or 0)}" for term in terms]
        return (f"{left} = {' + '.join([*products, *bias]) or '0'} = {value}",)
    sums = [factor(channel.sum) for channel in view.channels]
    if len(sums) > MOST_TERMS:
        sums = [*sums[: MOST_TERMS - 1], factor(total([channel.sum for channel in view.channels[MOST_TERMS - 1 :]]))]
    return (f"{left} = {' + '.join([*sums, *bias])} = {value}",)
