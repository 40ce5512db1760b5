"""A call that no reader knows: its shapes come from PyTorch's own kernels on tensors without memory."""

from collections.abc import Callable, Mapping
from typing import Any, NoReturn

import torch

from convlens.importers.torch.frames import user_line
from convlens.importers.torch.shadow import DTYPES, Shadow, spec_of
from convlens.importers.torch.trace import Trace
from convlens.ir.errors import ShapeError, UsageError
from convlens.ops.opaque import Opaque, written


class DataDependentError(UsageError):
    """The forward looks at values, which a capture does not have."""

    @classmethod
    def of(cls, call: str) -> "DataDependentError":
        """That of a call, at the user's line that is running."""
        return cls(
            f"{call} looks at the values of a tensor, and a capture has only shapes\n"
            f"  at: {user_line() or 'unknown line'}\n"
            f"  fix: real=True (command line: --real) runs the module on zeros and records what it does"
        )


def opaque(
    trace: Trace, func: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any], *, like: Shadow | None = None
) -> Any:
    """Record an unknown call and return what it returns. ``like`` gives the output's shape where it is known."""
    tensors = tensors_in((args, dict(kwargs)))
    result = without_memory(like) if like is not None else _run_without_memory(trace, func, args, kwargs)
    if like is None and not trace.real:
        trace.meta_calls.append(call_name(func))
    specs = [spec_of(t) for t in tensors_in(result)]
    owned = {f"weight{i}": t for i, t in enumerate(t for t in tensors if trace.is_parameter(t))}
    op = Opaque(
        call=call_name(func),
        results=tuple(map(written, specs)),
        weights=tuple(f"{name}:{'x'.join(map(str, t.shape)) or 'scalar'}" for name, t in owned.items()),
    )
    inputs = [t for t in tensors if not trace.is_parameter(t)]
    shadows = trace.emit(op, inputs, owned)
    if trace.real:
        for shadow, value in zip(shadows, tensors_in(result), strict=True):
            shadow.value = value
    made = iter(shadows)
    return mapped(result, lambda _: next(made))


def undetermined(trace: Trace, call: str, args: Any) -> NoReturn:
    """End the graph with a call whose output shapes depend on values: what follows cannot be told."""
    reason = f"how large the result of {call} is depends on the values of a tensor, and a capture has only shapes"
    refusal = ShapeError(reason, "real=True (command line: --real) runs the module on zeros and records what it does")
    path, short = trace.running()[0], call.partition(" ")[0].rpartition(".")[2]
    trace.emit(Opaque(call=call, results=()), tensors_in(args), name=f"{path}.{short}".lstrip("."), refusal=refusal)
    raise refusal


def call_name(func: Callable[..., Any]) -> str:
    """``torch.sort``, as a user writes it.

    >>> call_name(torch.sort)
    'torch.sort'
    """
    if isinstance(func, torch._ops.OpOverload):  # noqa: SLF001 - the type has no public name
        return f"torch.ops.{func.namespace}.{func.overloadpacket.__name__}"
    name = getattr(func, "__name__", str(func))
    if getattr(torch, name, None) is func:
        return f"torch.{name}"
    if getattr(torch.nn.functional, name, None) is func:
        return f"torch.nn.functional.{name}"
    return f"torch.Tensor.{name}" if hasattr(torch.Tensor, name) else name


def _run_without_memory(trace: Trace, func: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
    if trace.real:
        with torch.no_grad():
            return func(*mapped(args, value_of), **mapped(dict(kwargs), value_of))
    keywords = {**kwargs, "device": "meta"} if kwargs.get("device") is not None else dict(kwargs)
    try:
        return func(*mapped(args, without_memory), **mapped(keywords, without_memory))
    except NotImplementedError:
        raise DataDependentError.of(call_name(func)) from None
    except (RuntimeError, IndexError, ValueError, TypeError) as error:
        if "meta" in str(error).lower() or "data-dependent" in str(error).lower():
            raise DataDependentError.of(call_name(func)) from None
        raise ShapeError(f"{call_name(func)} refuses its inputs: {error}\n  at: {user_line() or 'unknown line'}") from error


def without_memory(tensor: torch.Tensor) -> torch.Tensor:
    """A meta tensor of the same shape and dtype."""
    spec = spec_of(tensor)
    return torch.empty(spec.dims, dtype=DTYPES[spec.dtype], device="meta")


def value_of(tensor: torch.Tensor) -> torch.Tensor:
    """The real tensor behind a shadow; zeros where nothing was computed yet."""
    if not isinstance(tensor, Shadow):
        return tensor
    return tensor.value if tensor.value is not None else torch.zeros(tensor.spec.dims, dtype=DTYPES[tensor.spec.dtype])


def tensors_in(tree: Any) -> list[torch.Tensor]:
    """All tensors inside nested tuples, lists and dicts, in order."""
    if isinstance(tree, torch.Tensor):
        return [tree]
    if isinstance(tree, tuple | list):
        return [found for item in tree for found in tensors_in(item)]
    if isinstance(tree, dict):
        return [found for item in tree.values() for found in tensors_in(item)]
    return []


def mapped(tree: Any, change: Callable[[torch.Tensor], Any]) -> Any:
    """The same nested tuples, lists and dicts with every tensor changed."""
    if isinstance(tree, torch.Tensor):
        return change(tree)
    if isinstance(tree, tuple) and hasattr(tree, "_fields"):
        return type(tree)(*(mapped(item, change) for item in tree))
    if isinstance(tree, torch.Size):
        return tree
    if isinstance(tree, tuple | list):
        return type(tree)(mapped(item, change) for item in tree)
    if isinstance(tree, dict):
        return {key: mapped(item, change) for key, item in tree.items()}
    return tree
