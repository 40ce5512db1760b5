"""A capture leaves no trace: the module's attributes, random states and hooks are put back, whatever happened."""

import ctypes
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
    of_numpy = _OfNumpy()
    cuda_states = torch.cuda.get_rng_state_all() if torch.cuda.is_initialized() else []  # type: ignore[no-untyped-call]  # PyTorch says no type
    try:
        yield
    finally:
        torch.set_grad_enabled(gradients)
        torch.set_default_dtype(dtype)
        random.setstate(python_state)
        torch.set_rng_state(torch_state)
        of_numpy.restore()
        if cuda_states:
            torch.cuda.set_rng_state_all(cuda_states)


class _OfNumpy:
    """NumPy's random state, where it has one. To ask for it, or to set it, takes as long as ten layers."""

    def __init__(self) -> None:
        self.random: Any = sys.modules.get("numpy.random")
        if self.random is not None:
            self.state = self.random.get_state(legacy=False)
            self.generator = self.random.get_bit_generator()
            self.words = self._words()

    def restore(self) -> None:
        if self.random is None or (self._has_its_generator() and self.words and self.words == self._words()):
            return
        if not self._has_its_generator():
            self.random.set_bit_generator(self.generator)
        if pickle.dumps(self.random.get_state(legacy=False)) != pickle.dumps(self.state):
            self.random.set_state(self.state)

    def _has_its_generator(self) -> bool:
        return self.random.get_bit_generator() is self.generator

    def _words(self) -> bytes:
        """The memory of the generator; nothing where it is not the usual one, or half of a pair of normal numbers is left."""
        if self.state["bit_generator"] != "MT19937" or self.state["has_gauss"]:
            return b""
        return ctypes.string_at(self.generator.ctypes.state_address, _MT19937_BYTES)


_MT19937_BYTES = 4 * 624 + 4
"""624 words, and the place of the next one."""
