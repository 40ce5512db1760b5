"""Means, sums, extremes: over all axes or some."""

from typing import Any

import torch

from convlens.importers.torch.readers import READERS, reads
from convlens.importers.torch.readers.arithmetic import mapped
from convlens.importers.torch.readers.cast import cast
from convlens.importers.torch.trace import Trace
from convlens.ops.reduce import Reduce

_NAMES = {
    "mean": "mean", "sum": "sum", "prod": "prod", "var": "var", "std": "std", "amax": "max", "amin": "min",
    "argmax": "argmax", "argmin": "argmin", "logsumexp": "logsumexp", "norm": "norm", "all": "all", "any": "any",
    "nanmean": "mean", "nansum": "sum", "linalg_vector_norm": "norm", "count_nonzero": "count_nonzero",
}  # fmt: skip


def _reader(function: str) -> Any:
    def read(trace: Trace, x: Any, *args: Any, **kwargs: Any) -> Any:
        more = _spread_settings(args, kwargs) if function in ("var", "std") else {}
        if function == "norm":
            more = _norm_settings(args, kwargs)
            args = args[1:]
        if args and isinstance(args[0], bool):
            args = (None, *args)
        dim = kwargs.get("dim", kwargs.get("axis", args[0] if args else None))
        keep = kwargs.get("keepdim", kwargs.get("keepdims", _keep(args)))
        x = cast(trace, x, kwargs.get("dtype"))
        return reduced(trace, function, x, dim, keep, **more)[0]

    return read


def _spread_settings(args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
    """``unbiased`` (true or false; also the first argument, or the second) is a correction of 1 or 0."""
    flags = [arg for arg in args[:2] if isinstance(arg, bool)]
    correction = kwargs.get("correction", kwargs.get("unbiased", flags[0] if flags else 1))
    return {"correction": 1 if correction is None else float(correction)}


def _norm_settings(args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
    """The degree is the first argument, ``p`` or ``ord``; "fro" is 2."""
    degree = args[0] if args else kwargs.get("p", kwargs.get("ord", 2))
    return {"p": float(degree) if isinstance(degree, int | float) else 2.0}


def _keep(args: tuple[Any, ...]) -> bool:
    """``mean(dim, keepdim)`` and ``var(dim, unbiased, keepdim)`` by position."""
    flags = [arg for arg in args[1:] if isinstance(arg, bool)]
    return bool(flags and flags[-1])


@reads("max")
def _max(trace: Trace, x: Any, *args: Any, **kwargs: Any) -> Any:
    return _extreme(trace, "max", x, args, kwargs)


@reads("min")
def _min(trace: Trace, x: Any, *args: Any, **kwargs: Any) -> Any:
    return _extreme(trace, "min", x, args, kwargs)


def _extreme(trace: Trace, function: str, x: Any, args: Any, kwargs: Any) -> Any:
    """Of the whole tensor, along an axis (with indices), or of two tensors element by element."""
    other = args[0] if args else kwargs.get("other", kwargs.get("dim"))
    if other is None:
        return reduced(trace, function, x, None, keep=False)[0]
    if isinstance(other, torch.Tensor):
        return mapped(trace, f"{function}imum", (x, other), {})
    keep = bool(args[1]) if len(args) > 1 else bool(kwargs.get("keepdim", False))
    values, indices = reduced(trace, f"{function}_with_indices", x, other, keep)
    return named(function, [values, indices])


@reads("median", "nanmedian")
def _median(trace: Trace, x: Any, dim: int | None = None, keepdim: bool = False) -> Any:
    """Of the whole tensor, or along an axis with indices."""
    if dim is None:
        return reduced(trace, "median", x, None, keep=False)[0]
    return named("median", reduced(trace, "median_with_indices", x, dim, keepdim))


@reads("mode")
def _mode(trace: Trace, x: Any, dim: int = -1, keepdim: bool = False) -> Any:
    return named("mode", reduced(trace, "mode_with_indices", x, dim, keepdim))


@reads("aminmax")
def _aminmax(trace: Trace, x: Any, *, dim: int | None = None, keepdim: bool = False) -> Any:
    return named("aminmax", reduced(trace, "aminmax", x, dim, keepdim))


@reads("var_mean")
def _var_mean(trace: Trace, x: Any, *args: Any, **kwargs: Any) -> Any:
    return _spread(trace, "var_mean", x, args, kwargs)


@reads("std_mean")
def _std_mean(trace: Trace, x: Any, *args: Any, **kwargs: Any) -> Any:
    return _spread(trace, "std_mean", x, args, kwargs)


def _spread(trace: Trace, function: str, x: Any, args: Any, kwargs: Any) -> Any:
    """A first argument that is true or false is ``unbiased``, not the axes."""
    dim = kwargs.get("dim", args[0] if args and not isinstance(args[0], bool) else None)
    keep = kwargs.get("keepdim", dim is not None and _keep(args))
    return tuple(reduced(trace, function, x, dim, keep, **_spread_settings(args, kwargs)))


def named(call: str, outputs: list[Any]) -> Any:
    """The tuple with names that ``torch.call`` returns."""
    return getattr(torch.return_types, call)(tuple(outputs))


def reduced(trace: Trace, function: str, x: Any, dim: Any, keep: bool, **more: Any) -> list[Any]:
    """Emit the reduction over ``dim``: None, one axis or several."""
    over = None if dim is None else dim if isinstance(dim, tuple | list) else (dim,)
    return trace.emit(Reduce(function=function, over=tuple(over) if over else None, keep=bool(keep), **more), [x])


READERS.update({name: _reader(function) for name, function in _NAMES.items()})
