"""Where a loss stopped being a number: the first layer whose output is not finite."""

from typing import Any

import torch
from torch import Tensor, nn

from convlens.backends.torch.module import GraphModule
from convlens.ir.errors import ConvlensError


class DivergedError(ConvlensError):
    """The loss is no finite number any more."""


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


def _finite(value: Tensor) -> bool:
    return not value.is_floating_point() or bool(torch.isfinite(value).all())


def diverged(step: int, loss: float, layer: str, rate: float, kept: str) -> DivergedError:
    """What is said; ``kept`` names the checkpoint that is whole."""
    where = f"; the first layer whose output is not finite is {layer!r}" if layer else "; every layer's output is still finite"
    saved = f"\n  kept: {kept}" if kept else ""
    return DivergedError(
        f"the loss became {loss} in step {step} (learning rate {rate:.3g}){where}{saved}\n"
        f"  fix: --learning-rate {rate / 10:.2g}, --clip 1, or --find-lr to find a rate that this network bears"
    )
