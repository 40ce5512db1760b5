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
        axes = [axis for axis in range(input.dim()) if axis != 1]
        x = input.detach().float()
        values = torch.full((1,), self.share * x.numel() / x.shape[1], device=x.device)
        total = _summed(torch.cat([self.share * x.sum(axes), values]))
        count, mean = total[-1], total[:-1] / total[-1]
        var = _summed(self.share * (x - _by_channel(mean, x)).square().sum(axes)) / count
        _remember(running_mean, mean, momentum)
        _remember(running_var, var * (count / (count - 1).clamp(min=1)), momentum)
        weight = torch.ones_like(mean) if weight is None else weight
        bias = torch.zeros_like(mean) if bias is None else bias
        y: Tensor = _Normalised.apply(input, weight, bias, mean, (var + eps).rsqrt(), self.share / count)
        return y


class _Normalised(torch.autograd.Function):
    """(x - mean) * scale * weight + bias, with the gradient that mean and scale pass on to the inputs of all processes.

    ``part`` is the share of one value of this process in mean and variance. Only x is kept for the way back. Source: Ioffe &
    Szegedy 2015, section 3.
    """

    @staticmethod
    def forward(context: Any, x: Tensor, weight: Tensor, bias: Tensor, mean: Tensor, scale: Tensor, part: Tensor) -> Tensor:
        context.save_for_backward(x, weight, mean, scale, part)
        return (_standard(x, mean, scale) * _by_channel(weight, x) + _by_channel(bias, x)).to(x.dtype)

    @staticmethod
    def backward(context: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        x, weight, mean, scale, part = context.saved_tensors
        y, gradient = _standard(x, mean, scale), gradient.float()
        axes = [axis for axis in range(x.dim()) if axis != 1]
        of_bias, of_weight = gradient.sum(axes), (gradient * y).sum(axes)
        level, slope = (_by_channel(part * each, x) for each in _summed(torch.stack([of_bias, of_weight])))
        of_x = (gradient - level - y * slope) * _by_channel(scale * weight, x)
        return of_x.to(x.dtype), of_weight, of_bias, None, None, None


def _standard(x: Tensor, mean: Tensor, scale: Tensor) -> Tensor:
    return (x.float() - _by_channel(mean, x)) * _by_channel(scale, x)


def _summed(values: Tensor) -> Tensor:
    """Over all processes."""
    held = values.detach().clone(memory_format=torch.contiguous_format)
    dist.all_reduce(held)
    return held


def _by_channel(values: Tensor, x: Tensor) -> Tensor:
    return values.view(1, -1, *[1] * (x.dim() - 2))


@torch.no_grad()
def _remember(running: Tensor | None, values: Tensor, momentum: float) -> None:
    if running is not None:
        running.lerp_(values.to(running.dtype), momentum)
