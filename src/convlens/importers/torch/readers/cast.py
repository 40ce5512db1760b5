"""Other dtypes and devices, copies, detached tensors."""

from typing import Any

import torch

from convlens.importers.torch.readers import READERS, reads
from convlens.importers.torch.readers.shape import alias
from convlens.importers.torch.shadow import DTYPE_NAMES, Shadow
from convlens.importers.torch.trace import Trace
from convlens.ops.cast import Cast

_DTYPES = {
    "float": torch.float32, "double": torch.float64, "half": torch.float16, "bfloat16": torch.bfloat16,
    "int": torch.int32, "long": torch.int64, "short": torch.int16, "char": torch.int8, "byte": torch.uint8,
    "bool": torch.bool,
}  # fmt: skip


def cast(trace: Trace, x: Shadow, dtype: torch.dtype | None) -> Shadow:
    """The tensor in another dtype; itself where that is what it has."""
    if dtype is None or DTYPE_NAMES[dtype] == x.spec.dtype:
        return alias(trace, x)
    return trace.emit(Cast(dtype=DTYPE_NAMES[dtype]), [x])[0]


def in_dtype(trace: Trace, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """``softmax(x, 1, dtype=torch.float32)`` converts first."""
    dtype = kwargs.get("dtype")
    if not isinstance(dtype, torch.dtype) or not args:
        return args, kwargs
    rest = {key: value for key, value in kwargs.items() if key != "dtype"}
    return (cast(trace, trace.shadow_of(args[0]), dtype), *args[1:]), rest


@reads("to", "type", "_to_copy", "as_tensor", "asarray")
def _to(trace: Trace, x: Shadow, *args: Any, **kwargs: Any) -> Any:
    wanted = [a for a in (*args, *kwargs.values()) if isinstance(a, torch.dtype | torch.Tensor)]
    named = [getattr(torch, a.rpartition(".")[2].removesuffix("Tensor").lower(), None) for a in args if isinstance(a, str)]
    dtypes = [
        a if isinstance(a, torch.dtype) else a.dtype for a in (*wanted, *named) if isinstance(a, torch.dtype | torch.Tensor)
    ]
    return cast(trace, x, dtypes[0] if dtypes else None)


@reads("type_as")
def _type_as(trace: Trace, x: Shadow, other: torch.Tensor) -> Any:
    return cast(trace, x, other.dtype)


@reads("clone")
def _clone(trace: Trace, x: Shadow, **_: Any) -> Any:
    return trace.shadow(x.spec, x.ref)


@reads(
    "contiguous", "detach", "detach_", "cpu", "cuda", "alias", "positive", "data", "requires_grad_", "pin_memory", "resolve_conj",
    "resolve_neg", "__pos__",
)  # fmt: skip
def _same(trace: Trace, x: Shadow, *_: Any, **__: Any) -> Any:
    return alias(trace, x)


READERS.update({name: (lambda trace, x, *_, _d=dtype, **__: cast(trace, x, _d)) for name, dtype in _DTYPES.items()})
