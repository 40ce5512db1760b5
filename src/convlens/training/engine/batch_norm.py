"""Batch normalization whose statistics are those of all processes' examples together."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor
from torch.nn.functional import batch_norm
from torch.overrides import TorchFunctionMode


class OverProcesses(TorchFunctionMode):
    """While it is entered, batch normalization in training takes mean and variance over all processes, and so do gradients.

    Every module and every graph normalises by the function of `torch.nn.functional` that it replaces. All processes must
    call that as often and in the same order. ``share`` is 0 where the batch of this process only fills in, and counts for
    nothing. The gradient of a sum over processes is the sum of their gradients, so the loss of each must be its share of
    the whole one.
    """

    def __init__(self) -> None:
        super().__init__()
        self.share = 1.0

    def __torch_function__(
        self, func: Callable[..., Any], types: Any, args: Sequence[Any] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        given = dict(kwargs or {})
        return self._batch_norm(*args, **given) if func is batch_norm else func(*args, **given)

    def _batch_norm(
        self, input: Tensor, running_mean: Tensor | None, running_var: Tensor | None, weight: Tensor | None = None,  # noqa: A002 - PyTorch's names
        bias: Tensor | None = None, training: bool = False, momentum: float = 0.1, eps: float = 1e-5,
    ) -> Tensor:  # fmt: skip
        if not training:
            return batch_norm(input, running_mean, running_var, weight, bias, False, momentum, eps)
        x = input.float()
        axes = [axis for axis in range(x.dim()) if axis != 1]
        values = torch.full((1,), self.share * x.numel() / x.shape[1], device=x.device)
        total = _summed(torch.cat([self.share * x.sum(axes), values]))
        count = total[-1].detach()
        mean = _by_channel(total[:-1] / count, x)
        var = _summed(self.share * (x - mean).square().sum(axes)) / count
        _remember(running_mean, mean.flatten(), momentum)
        _remember(running_var, var * (count / (count - 1)), momentum)
        y = (x - mean) * _by_channel((var + eps).rsqrt() * (1 if weight is None else weight), x)
        return (y if bias is None else y + _by_channel(bias, x)).to(input.dtype)


class _Summed(torch.autograd.Function):
    """The sum over all processes."""

    @staticmethod
    def forward(_context: Any, values: Tensor) -> Tensor:
        return _exchanged(values)

    @staticmethod
    def backward(_context: Any, gradient: Tensor) -> Tensor:
        return _exchanged(gradient)


def _exchanged(values: Tensor) -> Tensor:
    held = values.detach().clone(memory_format=torch.contiguous_format)
    dist.all_reduce(held)
    return held


def _summed(values: Tensor) -> Tensor:
    made: Tensor = _Summed.apply(values)
    return made


def _by_channel(values: Tensor, x: Tensor) -> Tensor:
    return values.view(1, -1, *[1] * (x.dim() - 2))


@torch.no_grad()
def _remember(running: Tensor | None, values: Tensor, momentum: float) -> None:
    if running is not None:
        running.lerp_(values.to(running.dtype), momentum)
