"""Why a layer cannot take its inputs, when its weights belong to it."""

from copy import copy

from convlens.ir.errors import ShapeError
from convlens.ir.op import Inputs, Op, Shapes
from convlens.passes.facts import check_weights, op_facts


def refusal(op: Op, weights: Shapes, xs: Inputs) -> ShapeError | None:
    """The error of the operator, or of weights that were made for another input; None where all fits.

    It may be kept, so it is one that was never raised: a traceback holds the tensors of everything that ran.
    """
    try:
        op_facts(op, xs)
        check_weights(op, weights, xs)
    except ShapeError as error:
        return copy(error)
    return None
