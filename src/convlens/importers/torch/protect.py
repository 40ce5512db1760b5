"""A capture leaves no trace: the module's attributes, random states and hooks are put back, whatever happened."""

import random
import sys
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from operator import is_
from typing import Any

import torch


@contextmanager
def unchanged(module: torch.nn.Module, children: list[torch.nn.Module], *, values: bool) -> Iterator[None]:
    """Restore everything that a forward may change in the module, its ``children`` (itself among them) and around it.

    With ``values`` also what buffers hold: a capture does not touch them, unless it computes values or the module is
    scripted, whose code runs in C++ where writing into a buffer is not seen.
    """
    states = [_State(child) for child in children]
    values = values or any(isinstance(child, torch.jit.ScriptModule) for child in children)
    buffers = [(b, b.detach().clone()) for b in module.buffers()] if values else []
    with _global_state():
        try:
            yield
        finally:
            for state in states:
                state.restore()
            with torch.no_grad():
                for buffer, copy in buffers:
                    buffer.copy_(copy)


class _State:
    """The attributes of one module, and what its lists, dicts and sets hold."""

    __slots__ = ("attributes", "before", "empty", "filled")

    def __init__(self, module: torch.nn.Module) -> None:
        self.attributes = vars(module)
        self.before = self.attributes.copy()
        self.empty: list[Any] = []
        self.filled: list[tuple[Any, Any]] = []
        for value in self.before.values():
            if type(value) not in _REFILL:
                continue
            if value:
                self.filled.append((value, value.copy()))
            else:
                self.empty.append(value)

    def restore(self) -> None:
        if any(self.empty):
            for container in self.empty:
                container.clear()
        for container, copy in self.filled:
            if not _same_entries(container, copy):
                container.clear()
                _REFILL[type(container)](container, copy)
        if list(self.attributes) != list(self.before):
            self.attributes.clear()
        self.attributes.update(self.before)  # at once, which is quicker than to ask which of them is another object


_REFILL: dict[type, Any] = {list: list.extend, dict: dict.update, OrderedDict: OrderedDict.update, set: set.update}


def _same_entries(now: Any, before: Any) -> bool:
    """The very same objects in the same order: equality would compare tensors."""
    if len(now) != len(before):
        return False
    if isinstance(now, dict):
        return all(map(is_, now, before)) and all(map(is_, now.values(), before.values()))
    return all(map(is_, now, before))


@contextmanager
def _global_state() -> Iterator[None]:
    """Random states, the gradient mode and the default dtype, whatever the forward does to them."""
    gradients, dtype = torch.is_grad_enabled(), torch.get_default_dtype()
    numpy = sys.modules.get("numpy")
    python_state, torch_state = random.getstate(), torch.get_rng_state()
    numpy_state = numpy.random.get_state() if numpy else None
    cuda_states = torch.cuda.get_rng_state_all() if torch.cuda.is_initialized() else []  # type: ignore[no-untyped-call]  # PyTorch says no type
    try:
        yield
    finally:
        torch.set_grad_enabled(gradients)
        torch.set_default_dtype(dtype)
        random.setstate(python_state)
        torch.set_rng_state(torch_state)
        if numpy:
            numpy.random.set_state(numpy_state)
        if cuda_states:
            torch.cuda.set_rng_state_all(cuda_states)
