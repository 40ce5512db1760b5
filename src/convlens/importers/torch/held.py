"""What a module holds: the modules below it with their paths, and their tensors with their names."""

from collections.abc import Mapping
from typing import NamedTuple

import torch
from torch.nn.parameter import is_lazy

from convlens.ir.errors import UsageError


class Held(NamedTuple):
    """A tensor that the module holds: its first name, and whether it is a parameter, and one that is not trained."""

    name: str
    tensor: torch.Tensor
    parameter: bool
    frozen: bool


class Holdings:
    """A module and all below it, each once, and their tensors; a tensor of several has the name of the first.

    Their order and paths are those of ``named_modules()`` and ``named_parameters()``, which walk all of it again and again.
    """

    __slots__ = ("modules", "paths", "tensors")

    def __init__(self, module: torch.nn.Module) -> None:
        self.modules: list[torch.nn.Module] = []
        self.paths: dict[int, str] = {}
        self.tensors: dict[int, Held] = {}
        self._add(module, "", "")

    def _add(self, module: torch.nn.Module, path: str, prefix: str) -> None:
        """``prefix`` is what stands before the name of all that the module holds."""
        paths = self.paths
        self.modules.append(module)
        paths[id(module)] = path
        if module._parameters:  # noqa: SLF001 - what named_parameters() reads
            self._keep(prefix, module._parameters)  # noqa: SLF001
        if module._buffers:  # noqa: SLF001 - what named_buffers() reads
            self._keep(prefix, module._buffers)  # noqa: SLF001
        if module._modules:  # noqa: SLF001 - what named_modules() reads
            for name, child in module._modules.items():  # noqa: SLF001
                if child is not None and id(child) not in paths:
                    self._add(child, prefix + name, f"{prefix}{name}.")

    def _keep(self, prefix: str, tensors: Mapping[str, torch.Tensor | None]) -> None:
        """The usual two types are asked first, because `isinstance` with a parameter's class takes long."""
        kept = self.tensors
        for name, tensor in tensors.items():
            if tensor is None:
                continue
            key = id(tensor)
            if key in kept:
                continue
            kind = type(tensor)
            if kind is _PARAMETER:
                kept[key] = _held(Held, (prefix + name, tensor, True, not tensor.requires_grad))
            elif kind is _TENSOR:
                kept[key] = _held(Held, (prefix + name, tensor, False, False))
            else:
                kept[key] = _held_of_another_type(prefix + name, tensor)


_PARAMETER, _TENSOR = torch.nn.Parameter, torch.Tensor

_held = tuple.__new__
"""What the constructor of a `NamedTuple` calls, without its own time, which counts at thousands of tensors."""


def _held_of_another_type(name: str, tensor: torch.Tensor) -> Held:
    if is_lazy(tensor):
        raise UsageError(
            f"{name!r} has no shape yet: a lazy layer gets its weights at its first call\n"
            "  fix: run the module once on a real input, or give the layer its input size"
        )
    parameter = isinstance(tensor, torch.nn.Parameter)
    return Held(name, tensor, parameter, parameter and not tensor.requires_grad)
