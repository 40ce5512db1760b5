"""Which layers of torch.nn have a forward that depends on nothing but their settings and the shapes of their tensors."""

from collections.abc import Callable, Mapping
from functools import cache
from operator import itemgetter
from pathlib import Path
from types import BuiltinFunctionType, FunctionType
from typing import Any

import torch
from torch import nn

Kind = type[nn.Module]


def _read_by_forward() -> dict[Kind, tuple[str, ...]]:
    convolution = "stride padding dilation groups padding_mode"
    average = "kernel_size stride padding ceil_mode count_include_pad"
    groups = {
        "Conv1d Conv2d Conv3d": convolution,
        "ConvTranspose1d ConvTranspose2d ConvTranspose3d": f"{convolution} output_padding kernel_size",
        "Linear PReLU Sigmoid Tanh": "",
        "BatchNorm1d BatchNorm2d BatchNorm3d": "training track_running_stats momentum eps",
        "GroupNorm": "num_groups eps",
        "LayerNorm": "normalized_shape eps",
        "ReLU SELU SiLU Mish Hardswish Hardsigmoid": "inplace",
        "ReLU6 Hardtanh": "min_val max_val inplace",
        "LeakyReLU": "negative_slope inplace",
        "ELU": "alpha inplace",
        "GELU": "approximate",
        "Softplus": "beta threshold",
        "MaxPool1d MaxPool2d MaxPool3d": "kernel_size stride padding dilation ceil_mode return_indices",
        "AvgPool1d": average,
        "AvgPool2d AvgPool3d": f"{average} divisor_override",
        "AdaptiveAvgPool1d AdaptiveAvgPool2d AdaptiveAvgPool3d": "output_size",
        "Dropout": "p training inplace",
    }
    return {getattr(nn, name): tuple(read.split()) for names, read in groups.items() for name in names.split()}


READ_BY_FORWARD = _read_by_forward()
"""The attributes that the forward of each layer reads, beside its tensors. A forward that may warn does not stand here:
its warning would come once.
"""


@cache
def reader(kind: Any) -> Callable[[Mapping[str, Any]], Any]:
    """Reads the settings of a layer of this type from its attributes."""
    names = READ_BY_FORWARD[kind]
    return itemgetter(*names) if names else lambda _: ()


def is_as_written(kind: Any) -> bool:
    """Is all that the forward names PyTorch's own? Tools that count or change calls put functions of theirs there."""
    return all(getattr(holder, name, None) is part for holder, name, part in _parts(kind))


@cache
def _parts(kind: Any) -> list[tuple[Any, str, Any]]:
    """Where a call of the layer looks for functions, and what stood there when it was first asked for.

    What was not PyTorch's even then is None, which never stands there.
    """
    found: dict[tuple[Any, str], Any] = {(kind, name): getattr(kind, name) for name in ("__call__", "_call_impl", "forward")}
    ahead = [kind.forward]
    while ahead:
        for name in ahead.pop().__code__.co_names:
            helper = getattr(kind, name, None) if name.startswith("_") else None
            if isinstance(helper, FunctionType) and (kind, name) not in found:
                found[kind, name] = helper
                ahead.append(helper)
            for holder in (nn.functional, torch):
                if isinstance(getattr(holder, name, None), FunctionType | BuiltinFunctionType):
                    found[holder, name] = getattr(holder, name)
    return [(holder, name, part if _is_of_torch(part) else None) for (holder, name), part in found.items()]


def _is_of_torch(function: Any) -> bool:
    code = getattr(function, "__code__", None)
    return code.co_filename.startswith(_TORCH) if code is not None else isinstance(function, BuiltinFunctionType)


_TORCH = str(Path(torch.__file__).parent)
