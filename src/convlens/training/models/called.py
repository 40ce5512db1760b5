"""Which layers of the user's own module are really called, and in which order."""

import contextlib
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn

CONVS = (nn.Conv1d, nn.Conv2d, nn.Conv3d)
FITTED = (*CONVS, nn.Linear, nn.Embedding)
"""What may have to be fitted to the data. A class derived from them may do more than they do, and stays as it is."""


@dataclass
class Called:
    """``layers`` by their path, in the order of their calls; ``reads_input`` are those of them that take the input itself."""

    layers: list[str] = field(default_factory=list)
    reads_input: list[str] = field(default_factory=list)
    output: Any = None
    error: Exception | None = None


def called(module: nn.Module, x: Tensor, *, training: bool = False) -> Called:
    """One forward pass without gradients; mode and buffers stay as they were.

    Layers that are made lazily are made by it. ``error`` is what the pass raised. What the code prints goes to the standard
    error.
    """
    found = Called()
    handles = [
        layer.register_forward_pre_hook(_noting(found, name, x))
        for name, layer in module.named_modules()
        if name and isinstance(layer, FITTED)
    ]
    kept = {name: value.clone() for name, value in module.named_buffers()} if training else {}
    try:
        with torch.no_grad(), evaluating(module), contextlib.redirect_stdout(sys.stderr):
            found.output = module.train(training)(x)
    except Exception as error:  # noqa: BLE001 - the user's own code may raise anything
        found.error = error
    finally:
        for handle in handles:
            handle.remove()
        for name, value in kept.items():
            module.get_buffer(name).copy_(value)
    return found


@contextlib.contextmanager
def evaluating(module: nn.Module) -> Iterator[None]:
    """In evaluation mode; then every part has the mode again that it had."""
    modes = {each: each.training for each in module.modules()}
    try:
        module.eval()
        yield
    finally:
        for each, mode in modes.items():
            each.training = mode


def _noting(found: Called, name: str, x: Tensor) -> Any:
    def note(_layer: nn.Module, inputs: tuple[Any, ...]) -> None:
        found.layers.append(name)
        if inputs and inputs[0] is x:
            found.reads_input.append(name)

    return note


def replaced(module: nn.Module, path: str, layer: nn.Module) -> None:
    """Put a layer in the place of another, wherever the module holds it."""
    old = module.get_submodule(path)
    for name in [name for name, each in module.named_modules(remove_duplicate=False) if each is old]:
        holder, _, last = name.rpartition(".")
        setattr(module.get_submodule(holder), last, layer)
