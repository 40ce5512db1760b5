"""Losses that are computed inside a forward."""

from typing import Any

from convlens.importers.torch.readers import reads
from convlens.importers.torch.readers.arithmetic import mapped
from convlens.importers.torch.readers.made import made
from convlens.importers.torch.readers.reduction import reduced
from convlens.importers.torch.readers.shape import reshaped, unsqueezed
from convlens.importers.torch.shadow import DTYPES, Shadow
from convlens.importers.torch.trace import Trace
from convlens.ops.gather import Gather
from convlens.ops.index_select import IndexSelect
from convlens.ops.mul import Mul
from convlens.ops.sub import Sub

_REDUCTIONS: dict[Any, str] = {0: "none", 1: "mean", 2: "sum"}
"""The words of torch.nn.functional by the numbers of its kernels."""


@reads("mse_loss")
def _mse_loss(trace: Trace, x: Shadow, target: Any, reduction: Any = None, *_: Any, weight: Any = None, **kwargs: Any) -> Any:
    """The kernel and ``F.mse_loss``, whose third argument is an older way to say the reduction."""
    (apart,) = trace.emit(Sub(), [x, target])
    square = mapped(trace, "square", (apart,), {})
    if weight is not None:
        (square,) = trace.emit(Mul(), [square, weight])
    return _reduced(trace, square, kwargs.get("reduction", reduction))


@reads("nll_loss_nd")
def _nll_loss(trace: Trace, x: Shadow, target: Any, weight: Any = None, reduction: Any = None, *_: Any) -> Any:
    """The value of each one's own class, which axis 1 counts (axis 0 without a batch), weighted where weights are given."""
    axis = min(x.spec.rank - 1, 1)
    (own,) = trace.emit(Gather(axis=axis), [x, unsqueezed(trace, target, axis)])
    chosen = mapped(trace, "neg", (reshaped(trace, own, target.spec.dims),), {})
    if weight is not None:
        (weights,) = trace.emit(IndexSelect(axis=0), [weight, target])
        (chosen,) = trace.emit(Mul(), [chosen, weights])
    return _reduced(trace, chosen, reduction)


@reads("nll_loss_forward", "nll_loss2d_forward")
def _nll_loss_forward(trace: Trace, *args: Any) -> Any:
    """The kernel also returns the sum of the weights."""
    loss = _nll_loss(trace, *args)
    return loss, made(trace, (), DTYPES[loss.spec.dtype])


def _reduced(trace: Trace, x: Shadow, reduction: Any) -> Any:
    """The mean where nothing is said."""
    said = reduction is not None and not isinstance(reduction, bool)
    word = _REDUCTIONS.get(reduction, str(reduction)) if said else "mean"
    return x if word == "none" else reduced(trace, word, x, None, keep=False)[0]
