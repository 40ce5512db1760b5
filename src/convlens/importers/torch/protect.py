"""A capture leaves no trace: the module's attributes, random states and hooks are put back, whatever happened."""

import pickle
import random
import sys
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
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
    """The attributes of some modules, and what the lists, dicts and sets among them hold.

    Nearly all containers of a module are empty places for hooks: of these only whether they still are is asked.
    """

    def __init__(self, modules: list[torch.nn.Module]) -> None:
        self.attributes = [(now, now.copy()) for now in map(vars, modules)]
        containers = [value for now, _ in self.attributes for value in now.values() if type(value) in _REFILL]
        self.containers = containers
        self.filled = [*filter(None, containers)]
        self.before = [container.copy() for container in self.filled]
        self.contents = _contents(self.before)

    def restore(self) -> None:
        """The very same objects in the same order. None of them is compared by value, which tensors do not allow.

        Where the names are the same, what stood there is put back at once: to ask first which is another takes longer.
        """
        if not self._holds_the_same():
            self._refill()
        for now, before in self.attributes:
            if list(now) != list(before):
                now.clear()
            now.update(before)

    def _holds_the_same(self) -> bool:
        """Asked of all containers at once: each as many as before, and all together the same."""
        filled = [*filter(None, self.containers)]
        return (
            _same(filled, self.filled)
            and [*map(len, filled)] == [*map(len, self.before)]
            and _same(_contents(filled), self.contents)
        )

    def _refill(self) -> None:
        for container in self.containers:
            container.clear()
        for container, before in zip(self.filled, self.before, strict=True):
            container.clear()  # once more, for it may be there twice
            _REFILL[type(container)](container, before)


def _contents(containers: list[Any]) -> list[Any]:
    """All keys and items, then all values of dicts."""
    return [*chain.from_iterable(containers), *chain.from_iterable([c.values() for c in containers if isinstance(c, dict)])]


def _same(now: list[Any], before: list[Any]) -> bool:
    return len(now) == len(before) and all(map(is_, now, before))


_REFILL: dict[type, Any] = {list: list.extend, dict: dict.update, OrderedDict: OrderedDict.update, set: set.update}


@contextmanager
def _global_state() -> Iterator[None]:
    """Random states, the gradient mode and the default dtype, whatever the forward does to them.

    NumPy has a random state from when ``numpy.random`` is first imported, which ``import numpy`` alone does not do.
    """
    gradients, dtype = torch.is_grad_enabled(), torch.get_default_dtype()
    python_state, torch_state = random.getstate(), torch.get_rng_state()
    of_numpy = sys.modules.get("numpy.random")
    numpy_state = of_numpy.get_state(legacy=False) if of_numpy else None
    cuda_states = torch.cuda.get_rng_state_all() if torch.cuda.is_initialized() else []  # type: ignore[no-untyped-call]  # PyTorch says no type
    try:
        yield
    finally:
        torch.set_grad_enabled(gradients)
        torch.set_default_dtype(dtype)
        random.setstate(python_state)
        torch.set_rng_state(torch_state)
        if of_numpy and pickle.dumps(of_numpy.get_state(legacy=False)) != pickle.dumps(numpy_state):  # to set it takes longer
            of_numpy.set_state(numpy_state)
        if cuda_states:
            torch.cuda.set_rng_state_all(cuda_states)
