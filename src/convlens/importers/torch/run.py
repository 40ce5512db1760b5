"""Run a module's own forward once on shadows and collect the graph."""

import threading
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import torch

from convlens.importers.torch.frames import user_traceback
from convlens.importers.torch.layers import shortened
from convlens.importers.torch.mode import Capture
from convlens.importers.torch.protect import unchanged
from convlens.importers.torch.shadow import Shadow, spec_of
from convlens.importers.torch.trace import Trace
from convlens.ir.errors import ConvlensError, UsageError
from convlens.ir.graph import Graph, Ref
from convlens.ir.spec import TensorSpec, check_sizes
from convlens.ir.verify import verify
from convlens.ops.opaque import Opaque

MAX_DEPTH = 32
MAX_OUTPUT_DEPTH = 8

_LOCK = threading.RLock()
"""What a capture restores is shared by all threads (random states, the module itself), so one capture runs at a time."""


def run(module: torch.nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any], *, real: bool, name: str = "") -> Graph:
    """The graph of ``module(*args, **kwargs)``; see `convlens.importers.torch.capture`."""
    module = getattr(module, "_orig_mod", module)
    if "_parameters" not in vars(module):
        raise UsageError(f"{type(module).__name__} is not initialised: its __init__ does not call super().__init__()")
    trace = Trace(module, real=real)
    mode = Capture(trace)
    inputs = _Inputs(trace)
    shadows = [inputs.convert(arg, label) for label, arg in zip(_argument_names(module, len(args)), args, strict=False)]
    named = {key: inputs.convert(value, key) for key, value in kwargs.items()}
    with _LOCK, unchanged(module, trace.modules, values=real), shortened(trace):
        result = _forward(trace, mode, module, shadows, named)
    outputs = _outputs(trace, result)
    return verify(
        Graph(
            name or type(module).__name__,
            tuple(trace.inputs),
            tuple(trace.nodes),
            outputs,
            extras=trace.unused() if trace.broken is None or isinstance(trace.nodes[-1].op, Opaque) else (),
            broken=trace.broken,
            held=trace.lifetimes(),
            captured=trace.captured(),
        )
    )


def _forward(trace: Trace, mode: Capture, module: torch.nn.Module, args: list[Any], kwargs: dict[str, Any]) -> Any:
    try:
        with mode:
            return module(*args, **kwargs)
    except ConvlensError:
        if trace.broken is None:
            raise
        return None
    except (Exception, SystemExit) as error:
        if trace.broken is not None:
            return None
        raise UsageError(f"the forward of {type(module).__name__} raised:\n{user_traceback(error)}") from error


class _Inputs:
    """Turns the caller's arguments into shadows: shapes, tensors, and both inside tuples, lists and dicts."""

    def __init__(self, trace: Trace) -> None:
        self.trace = trace

    def convert(self, value: Any, label: str, depth: int = 0) -> Any:
        if depth > MAX_DEPTH:
            raise UsageError(f"the argument {label.partition('.')[0]!r} is nested deeper than {MAX_DEPTH}")
        if isinstance(value, torch.Tensor):
            return self._input(label, spec_of(value), value)
        if isinstance(value, TensorSpec):
            check_sizes(value.dims)
            return self._input(label, value, None)
        if type(value) is tuple and value and all(type(n) is int for n in value):
            check_sizes(value)
            return self._input(label, TensorSpec(value, self.trace.dtype), None)
        if isinstance(value, tuple | list) and not isinstance(value, torch.Size):
            items = [self.convert(item, f"{label}.{at}", depth + 1) for at, item in enumerate(value)]
            return type(value)(*items) if hasattr(value, "_fields") else type(value)(items)
        if isinstance(value, dict):
            return {key: self.convert(item, f"{label}.{key}", depth + 1) for key, item in value.items()}
        return value

    def _input(self, label: str, spec: TensorSpec, value: torch.Tensor | None) -> Shadow:
        shadow = self.trace.add_input(label, spec)
        shadow.value = value.detach().clone() if self.trace.real and value is not None else None
        return shadow


def _argument_names(module: torch.nn.Module, count: int) -> list[str]:
    code = getattr(module.forward, "__code__", None)
    names = list(code.co_varnames[1 : code.co_argcount]) if code is not None else []
    return [names[at] if at < len(names) else f"input_{at}" for at in range(count)]


def _outputs(trace: Trace, result: Any) -> tuple[Ref, ...]:
    found = [trace.ref_of(tensor) for tensor in _tensors(result, MAX_OUTPUT_DEPTH)]
    if found or not trace.nodes:
        return tuple(dict.fromkeys(found))
    return (Ref(trace.nodes[-1].name),)


def _tensors(value: Any, depth: int) -> Iterator[torch.Tensor]:
    """The tensors of an output of any kind: nested containers, dataclasses, objects with attributes.

    The type alone is asked what an object is: the object itself may answer anything.
    """
    kind = type(value)
    if issubclass(kind, torch.Tensor):
        yield value
    elif depth and not issubclass(kind, str | bytes | int | float | type(None) | torch.nn.Module | type):
        for item in _items(value, kind):
            yield from _tensors(item, depth - 1)


def _items(value: Any, kind: type) -> list[Any]:
    if issubclass(kind, Mapping):
        return list(value.values())
    if issubclass(kind, tuple | list | set | frozenset):
        return list(value)
    if is_dataclass(kind):
        return [getattr(value, field.name) for field in fields(kind)]
    try:
        return list(object.__getattribute__(value, "__dict__").values())
    except AttributeError:
        return []
