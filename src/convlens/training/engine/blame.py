"""Where a loss stopped being a number: the first layer whose output is not finite."""

from copy import deepcopy
from typing import Any

import torch
from torch import Tensor, nn

from convlens.backends.torch.module import GraphModule


@torch.no_grad()
def first_broken(module: nn.Module, x: Tensor) -> str:
    """The name of the first layer that gives a value that is not finite for this batch; empty where none does."""
    if isinstance(module, GraphModule):
        values = module.executor({module.graph.inputs[0].name: x}, module.weights(), training=True, keep_all=True)
        return next((ref.node for ref, value in values.items() if not _finite(value)), "")
    return _by_hooks(module, x)


def _by_hooks(module: nn.Module, x: Tensor) -> str:
    broken: list[str] = []

    def hook(name: str) -> Any:
        def see(_module: nn.Module, _inputs: Any, output: Any) -> None:
            if isinstance(output, Tensor) and not _finite(output):
                broken.append(name)

        return see

    leaves = [(name, layer) for name, layer in module.named_modules() if not list(layer.children())]
    handles = [layer.register_forward_hook(hook(name)) for name, layer in leaves]
    try:
        module(x)
    finally:
        for handle in handles:
            handle.remove()
    return broken[0] if broken else ""


@torch.no_grad()
def broken_gradients(module: nn.Module) -> bool:
    """Is any number of the gradients infinite or none at all? They are the same in all processes."""
    found = [weight.grad for weight in module.parameters() if weight.grad is not None]
    if not found or bool(torch.stack([gradient.sum() for gradient in found]).sum().isfinite()):
        return False  # what is not finite leaves no sum finite
    return not all(_finite(gradient) for gradient in found)


def has_unused(module: nn.Module, x: Tensor) -> bool:
    """Has a weight no part in the output? Asked of a copy, in evaluation mode, which takes batches of any size."""
    copy = deepcopy(module).eval()
    copy(x).float().sum().backward()
    return any(weight.requires_grad and weight.grad is None for weight in copy.parameters())


def first_gradient(module: nn.Module) -> str:
    """The name of the weight nearest to the loss whose gradient is not finite; empty where there is none."""
    found = [name for name, weight in module.named_parameters() if weight.grad is not None and not _finite(weight.grad)]
    return found[-1] if found else ""


def _finite(value: Tensor) -> bool:
    return not value.is_floating_point() or bool(torch.isfinite(value).all())
