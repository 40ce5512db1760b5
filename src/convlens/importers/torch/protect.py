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
    state = _State(children)
    values = values or any(isinstance(child, torch.jit.ScriptModule) for child in children)
    buffers = [(b, b.detach().clone()) for b in module.buffers()] if values else []
    with _global_state():
        try:
            yield
        finally:
            state.restore()
            with torch.no_grad():
                for buffer, copy in buffers:
                    buffer.copy_(copy)


class _State:
    """The attributes of some modules, and what the lists, dicts and sets among them hold."""

    def __init__(self, modules: list[torch.nn.Module]) -> None:
        attributes = [vars(module) for module in modules]
        self.attributes = [(now, now.copy()) for now in attributes]
        containers = [value for now in attributes for value in now.values() if type(value) in _REFILL]
        self.filled = [(container, container.copy()) for container in containers if container]
        self.empty = [container for container in containers if not container]

    def restore(self) -> None:
        """The very same objects in the same order. None of them is compared by value, which tensors do not allow.

        Where the names are the same, what stood there is put back at once: to ask first which is another takes longer.
        """
        if any(self.empty):
            for container in self.empty:
                container.clear()
        for container, before in self.filled:
            if len(container) != len(before) or not all(map(is_, container, before)):
                container.clear()
                _REFILL[type(container)](container, before)
            elif isinstance(before, dict):
                container.update(before)
        for now, before in self.attributes:
            if list(now) != list(before):
                now.clear()
            now.update(before)


_REFILL: dict[type, Any] = {list: list.extend, dict: dict.update, OrderedDict: OrderedDict.update, set: set.update}


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
