"""Kernels under another name than the function that users call: what arrives from scripted code and from C++."""

from typing import Any

from convlens.importers.torch.readers import reads
from convlens.importers.torch.shadow import Shadow
from convlens.importers.torch.table import from_table
from convlens.importers.torch.trace import Trace


@reads("convolution", "_convolution", "convolution_overrideable", weights=True)
def _convolution(trace: Trace, x: Shadow, weight: Any, bias: Any, stride: Any, padding: Any, dilation: Any, transposed: bool,
                 output_padding: Any, groups: int, *_: Any) -> Any:  # fmt: skip
    axes = len(weight.shape) - 2
    if transposed:
        args = (x, weight, bias, stride, padding, output_padding, groups, dilation)
        return from_table(trace, f"conv_transpose{axes}d", args, {})
    return from_table(trace, f"conv{axes}d", (x, weight, bias, stride, padding, dilation, groups), {})


@reads("native_batch_norm", "_native_batch_norm_legit_no_training", weights=True)
def _batch_norm(trace: Trace, x: Shadow, weight: Any, bias: Any, mean: Any, var: Any, *rest: Any) -> Any:
    eps, momentum = rest[-1], rest[-2]
    return from_table(trace, "batch_norm", (x, mean, var, weight, bias, False, momentum, eps), {}), None, None


@reads("native_layer_norm", weights=True)
def _layer_norm(trace: Trace, x: Shadow, shape: Any, weight: Any, bias: Any, eps: float) -> Any:
    return from_table(trace, "layer_norm", (x, shape, weight, bias, eps), {}), None, None


@reads("_softmax")
def _softmax(trace: Trace, x: Shadow, dim: int, *_: Any) -> Any:
    return from_table(trace, "softmax", (x, dim), {})


@reads("_log_softmax")
def _log_softmax(trace: Trace, x: Shadow, dim: int, *_: Any) -> Any:
    return from_table(trace, "log_softmax", (x, dim), {})
