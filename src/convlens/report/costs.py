"""The parameter and MAC formulas of a layer with its numbers filled in, read off the shapes of its parameters."""

from math import prod

from convlens.arith.units import grouped
from convlens.ir.spec import Shape
from convlens.lang.messages import say
from convlens.passes.facts import NodeFacts


def params_formula(facts: NodeFacts) -> str:
    """
    >>> weights = {"weight": (64, 3, 7, 7), "bias": (64,)}
    >>> params_formula(NodeFacts((), (), weights, {}, 0, 0))
    '64*3*7*7 + 64 = 9,472'
    """
    return _sum(list(facts.param_shapes.values()))


def buffers_formula(facts: NodeFacts) -> str:
    return _sum(list(facts.buffer_shapes.values()))


def macs_formula(facts: NodeFacts, lang: str) -> str:
    """Values times what each costs: the values of the output, or of the input for a transposed convolution.

    Where neither product is the number that the operator states, the number stands alone.
    """
    if facts.macs is None:
        return say(lang, "unknown")
    kernel = _weight(facts)[1:]
    for specs in (facts.outputs, facts.inputs):
        if facts.macs and kernel and specs and specs[0].numel * prod(kernel) == facts.macs:
            return f"{_product(specs[0].dims)} * {_product(kernel)} = {grouped(facts.macs)}"
    return grouped(facts.macs)


def elementwise_formula(facts: NodeFacts, kernel: Shape, lang: str) -> str:
    """Operations as values times what each costs, where that is a whole number or a window of ``kernel`` pixels.

    >>> from convlens.ir.spec import TensorSpec
    >>> x, y = TensorSpec((1, 3, 8, 8)), TensorSpec((1, 3, 4, 4))
    >>> elementwise_formula(NodeFacts((x,), (y,), {}, {}, 0, 192), (2, 2), "en")
    '1*3*4*4 * 2*2 = 192'
    """
    count = facts.elementwise
    if count is None:
        return say(lang, "unknown")
    for specs in (facts.outputs, facts.inputs):
        values = specs[0].numel if specs else 0
        if count and values and kernel and count == values * prod(kernel):
            return f"{_product(specs[0].dims)} * {_product(kernel)} = {grouped(count)}"
        if count and values and count % values == 0 and count // values <= MOST_EACH:
            each = f" * {count // values}" if count > values else ""
            return f"{_product(specs[0].dims)}{each} = {grouped(count)}"
    return grouped(count)


MOST_EACH = 16
"""More operations for each value than this are no simple formula."""


def _weight(facts: NodeFacts) -> Shape:
    if "weight" in facts.param_shapes:
        return facts.param_shapes["weight"]
    return facts.inputs[1].dims if len(facts.inputs) > 1 else ()


def _sum(shapes: list[Shape]) -> str:
    total = grouped(sum(map(prod, shapes)))
    if not shapes or (len(shapes) == 1 and len(shapes[0]) < 2):
        return total
    return f"{' + '.join(map(_product, shapes))} = {total}"


def _product(sizes: Shape) -> str:
    return "*".join(map(str, sizes)) or "1"
