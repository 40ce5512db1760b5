"""A running mean of the weights."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import torch
from torch import Tensor, nn


class Ema:
    """``mean = decay * mean + (1 - decay) * weights`` after every step; the first steps forget faster.

    Tarvainen & Valpola, arXiv:1703.01780; the growing decay is that of TensorFlow's ExponentialMovingAverage. Buffers (batch
    statistics) are those of the last step.
    """

    def __init__(self, module: nn.Module, decay: float) -> None:
        self.decay = decay
        self.means = {name: value.detach().clone() for name, value in _weights(module)}

    @torch.no_grad()
    def update(self, module: nn.Module, step: int) -> None:
        """After step number ``step``, counted from 1."""
        decay = min(self.decay, (1 + step) / (10 + step))
        for name, value in _weights(module):
            self.means[name].lerp_(value, 1 - decay)

    @contextmanager
    def used(self, module: nn.Module) -> Iterator[None]:
        """The module with the means as its weights."""
        own = {name: value.detach().clone() for name, value in _weights(module)}
        self._put(module, self.means)
        try:
            yield
        finally:
            self._put(module, own)

    def state(self) -> dict[str, Tensor]:
        return dict(self.means)

    def restore(self, state: Mapping[str, Tensor]) -> None:
        for name, value in state.items():
            self.means[name].copy_(value)

    @staticmethod
    @torch.no_grad()
    def _put(module: nn.Module, values: Mapping[str, Tensor]) -> None:
        for name, value in _weights(module):
            value.copy_(values[name])


def _weights(module: nn.Module) -> Iterator[tuple[str, nn.Parameter]]:
    """Under all of their names, as in a state_dict: a weight that two layers share has two."""
    return module.named_parameters(remove_duplicate=False)
