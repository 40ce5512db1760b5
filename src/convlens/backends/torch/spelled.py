"""Operators whose spelling names the very function that does it: the table read in the writing direction."""

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from convlens.backends.torch.call import Call, Lowering, Result
from convlens.ir.op import Inputs, Op
from convlens.ir.spelling import PLAIN, Arg, Spelling


def spelled(op: Op, xs: Inputs) -> Lowering | None:
    """The call of a torch function with this operator's settings; None where no spelling states all of them."""
    least = xs[: op.arity[0]]
    implied = op.from_params({**op.params(least), **op.buffers(least)}, op.settings())
    for spelling in op.spellings:
        if spelling.framework == "torch" and _states(spelling, op, frozenset(implied)):
            function = _function(spelling.title(op.axes))
            if function is not None:
                return _call(function, spelling, op)
    return None


def _function(name: str) -> Any:
    return getattr(F, name, None) or getattr(torch, name, None)


def _call(function: Any, spelling: Spelling, op: Op) -> Lowering:
    settings = {arg.theirs: _written(arg, op) for arg in spelling.roles("setting")}
    named = [(arg.theirs, arg.ours) for arg in spelling.roles("weight")]
    data = [arg.theirs for arg in spelling.roles("data")]

    def run(call: Call) -> Result:
        weights = {theirs: call.weights.get(ours) for theirs, ours in named}
        made: Tensor | tuple[Tensor, ...] = function(**dict(zip(data, call.xs, strict=False)), **weights, **settings)
        return made

    return run


def _states(spelling: Spelling, op: Op, implied: frozenset[str]) -> bool:
    """Does this call say all that the operator says? What neither it nor the weights say must have its default."""
    if "{n}" in spelling.call and op.axes not in spelling.axes:
        return False
    if any(getattr(op, arg.ours) != _read(arg, op) for arg in spelling.roles("const")):
        return False
    stated = implied.union(arg.ours for arg in spelling.args)
    return all(f in stated or _is_default(op, f) for f in op.fields) and all(_fits(arg, op) for arg in spelling.roles("setting"))


def _read(arg: Arg, op: Op) -> Any:
    return op.fields[arg.ours].read(arg.default, op.axes or None)


def _is_default(op: Op, field: str) -> bool:
    return field in op.defaults and getattr(op, field) == op.implied(field)


def _fits(arg: Arg, op: Op) -> bool:
    """PyTorch's functions pad both sides alike, and know no 'same' where they pool."""
    value = getattr(op, arg.ours)
    return not (arg.ours == "padding" and (isinstance(value, str) or any(low != high for low, high in value)))


def _written(arg: Arg, op: Op) -> Any:
    """The long form: one entry for each axis, a bare number where there is one axis."""
    value = getattr(op, arg.ours)
    if arg.codec is not PLAIN:
        return arg.codec.write(value, op.axes)
    if arg.ours == "padding":
        value = tuple(low for low, _ in value)
    return value[0] if op.axes == 1 and isinstance(value, tuple) and len(value) == 1 else value
