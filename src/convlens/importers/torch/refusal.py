"""Why a layer cannot take its inputs, when its weights belong to it."""

from convlens.ir.errors import ShapeError
from convlens.ir.op import Inputs, Op, Shapes
from convlens.passes.facts import check_weights, op_facts


def refusal(op: Op, weights: Shapes, xs: Inputs) -> ShapeError | None:
    """The error of the operator, or of weights that were made for another input; None where all fits."""
    try:
        op_facts(op, xs)
        check_weights(op, weights, xs)
    except ShapeError as error:
        return error
    return None
