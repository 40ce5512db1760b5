"""Calls that an operator's spelling table describes: conv2d, relu, batch_norm, ..."""

from collections.abc import Iterable, Mapping
from copy import copy
from functools import lru_cache
from typing import Any, NamedTuple

import torch

from convlens.importers.spelled import Entry, bind, calls_of, check_limits, make
from convlens.importers.torch.refusal import refusal
from convlens.importers.torch.shadow import Shadow, spec_of
from convlens.importers.torch.trace import Trace
from convlens.ir.errors import ShapeError
from convlens.ir.op import Inputs, Op
from convlens.ir.spec import TensorSpec


def entry_of(name: str) -> Entry | None:
    """The operator that PyTorch's function ``name`` is."""
    return calls_of("torch").get(name)


class Slot(NamedTuple):
    """Stands for a tensor among the arguments of a call: where it is, and its shape and dtype."""

    at: int | str
    spec: TensorSpec


class Plan(NamedTuple):
    """What a call means, whatever tensors of these shapes it is given."""

    op: Op
    data: tuple[int | str, ...]
    weights: tuple[tuple[str, int | str], ...]
    stored: frozenset[str]
    refusal: ShapeError | None


def from_table(trace: Trace, name: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
    """Record the call by its spelling; one output is returned by itself, several as a tuple.

    Weights that the module holds belong to the node; a weight that is computed is an input like any other, and then so
    are all weights of that call.
    """
    plan = _plan(name, _keys(args), tuple(kwargs), _keys(kwargs.values()))
    data = [kwargs[at] if isinstance(at, str) else args[at] for at in plan.data]
    if not plan.weights:
        return _result(trace.emit(plan.op, data, refusal=plan.refusal))
    weights = {ours: kwargs[at] if isinstance(at, str) else args[at] for ours, at in plan.weights}
    held = all(trace.is_buffer(t) if ours in plan.stored else trace.is_parameter(t) for ours, t in weights.items())
    inputs = data if held else [*data, *weights.values()]
    return _result(trace.emit(plan.op, inputs, weights if held else None, refusal=plan.refusal))


def _result(outputs: list[Shadow]) -> Any:
    return outputs[0] if len(outputs) == 1 else tuple(outputs)


def _keys(values: Iterable[Any]) -> tuple[Any, ...]:
    """What a plan depends on: the shape and dtype of a tensor, any other value itself."""
    return tuple([v if type(v) in _PLAIN else _key(v) for v in values])


_PLAIN = frozenset({int, float, bool, str, tuple, type(None)})


def _key(value: Any) -> Any:
    if isinstance(value, torch.Tensor):
        return spec_of(value)
    return tuple(value) if isinstance(value, list) else value


@lru_cache(maxsize=8192)
def _plan(name: str, args: tuple[Any, ...], keywords: tuple[str, ...], values: tuple[Any, ...]) -> Plan:
    """Networks repeat their layers, so the arguments of each distinct call are read once."""
    entry = entry_of(name)
    assert entry is not None
    named = {key: _slot(key, value) for key, value in zip(keywords, values, strict=True) if key not in ("out", "inplace")}
    bound = bind(entry.spelling, tuple(map(_slot, range(len(args)), args)), named, entry.axes)
    shapes = {ours: slot.spec.dims for ours, slot in bound.weights.items()}
    op = make(entry, bound.settings, shapes if entry.spelling.roles("weight") else None)

    xs = tuple(slot.spec for slot in bound.data)
    stored = op.buffers(xs) if shapes else {}
    places = tuple((ours, slot.at) for ours, slot in bound.weights.items())
    return Plan(
        op,
        tuple(slot.at for slot in bound.data),
        places,
        frozenset(stored),
        refusal(op, shapes, xs) or _beyond_limits(entry, op, xs),
    )


def _slot(at: int | str, value: Any) -> Any:
    return Slot(at, value) if isinstance(value, TensorSpec) else value


def _beyond_limits(entry: Entry, op: Op, xs: Inputs) -> ShapeError | None:
    try:
        check_limits(entry, op, xs)
    except ShapeError as error:
        return copy(error)
    return None
