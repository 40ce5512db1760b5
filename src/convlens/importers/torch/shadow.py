"""A tensor with a shape and no values: what the user's forward is run on."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any, Protocol, Self

import torch

from convlens.ir.errors import UsageError
from convlens.ir.graph import Ref
from convlens.ir.op import Op
from convlens.ir.spec import ITEM_BYTES, Shape, TensorSpec

DTYPE_NAMES = {dtype: str(dtype).removeprefix("torch.") for dtype in vars(torch).values() if isinstance(dtype, torch.dtype)}
DTYPES = {name: dtype for dtype, name in DTYPE_NAMES.items()}

MAX_VALUES = 2**63
"""PyTorch counts the values of a tensor in 63 bits."""

WriteBack = Callable[["Shadow"], Ref]


class Recorder(Protocol):
    """What a shadow belongs to: ``on_dispatch`` gives what takes its calls from C++, None once the capture is over; ``held`` is
    told which was the ``last`` node when nobody holds the shadow any more: until then the program held the tensor.
    """

    on_dispatch: Callable[[], Callable[..., Any] | None]
    held: dict[Ref, str]
    last: str


class Shadow(torch.Tensor):
    """A real `torch.Tensor` object without storage, which stands for tensor ``ref`` of the graph.

    ``base`` and ``write_back`` are set on a view: writing into the view changes the base, and ``write_back`` gives the
    base's new ref; ``undo`` is the operator that does so where it takes one that reads nothing else. ``value`` is the real
    tensor where values are computed too. The ``recorder`` is told when the program holds the tensor no longer, which CPython
    knows at once.
    """

    __slots__ = ("recorder", "ref", "spec")

    ref: Ref
    spec: TensorSpec
    recorder: Recorder
    base: "Shadow | None" = None
    write_back: WriteBack | None = None
    undo: Op | None = None
    value: torch.Tensor | None = None

    @classmethod
    def of(cls, spec: TensorSpec, ref: Ref, device: torch.device, recorder: Recorder) -> Self:
        dims, dtype = _layout(spec)
        if dtype is _default_dtype():  # to say it takes a fifth of the time
            made: Self = _make(cls, dims, device=device)
        else:
            made = _make(cls, dims, dtype=dtype, device=device)
        made.ref = ref
        made.spec = spec
        made.recorder = recorder
        return made

    def __del__(self) -> None:
        recorder = self.recorder
        if recorder.last:
            recorder.held[self.ref] = recorder.last

    # Calls are caught by the mode that is active while a module is captured, not by the class.
    __torch_function__ = torch._C._disabled_torch_function_impl  # type: ignore[assignment]  # noqa: SLF001 - no public name

    @classmethod
    def __torch_dispatch__(cls, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:  # type: ignore[override]  # as loose as PyTorch's own
        """A call that reached the kernels without passing the mode: from a scripted function, from C++."""
        first = shadows_in((args, kwargs or {}))[0]
        record = first.recorder.on_dispatch()
        if record is None:
            raise UsageError(f"{func} is called on a tensor of a capture that is over: it has a shape, and no values")
        return record(func, args, kwargs or {})

    def __repr__(self, **_: Any) -> str:  # type: ignore[override]  # as loose as PyTorch's own
        return f"Shadow({self.spec} {self.spec.dtype} of {str(self.ref)!r})"


_make = torch.Tensor._make_wrapper_subclass  # noqa: SLF001 - no public name
_default_dtype = torch.get_default_dtype


@lru_cache(maxsize=8192)
def _layout(spec: TensorSpec) -> tuple[Shape, torch.dtype]:
    """How PyTorch is told what a shadow looks like."""
    if spec.numel >= MAX_VALUES:
        raise UsageError(f"a tensor of {spec} has 2^63 values or more; PyTorch cannot count them")
    return spec.dims, DTYPES[spec.dtype]


def shadows_in(tree: Any) -> "list[Shadow]":
    """All shadows inside nested tuples, lists and dicts, in order."""
    if isinstance(tree, Shadow):
        return [tree]
    if isinstance(tree, tuple | list):
        return [found for item in tree for found in shadows_in(item)]
    if isinstance(tree, dict):
        return [found for item in tree.values() for found in shadows_in(item)]
    return []


def spec_of(tensor: torch.Tensor) -> TensorSpec:
    """Shape and dtype of any tensor."""
    if isinstance(tensor, Shadow):
        return tensor.spec
    if tensor.is_nested:
        raise UsageError("a nested tensor cannot be described by one shape and a known dtype")
    return _spec(tensor.shape, tensor.dtype)


@lru_cache(maxsize=8192)
def _spec(dims: torch.Size, dtype: torch.dtype) -> TensorSpec:
    if DTYPE_NAMES[dtype] not in ITEM_BYTES:
        raise UsageError(f"a tensor of dtype {DTYPE_NAMES[dtype]} cannot be described by one shape and a known dtype")
    return TensorSpec(tuple(dims), DTYPE_NAMES[dtype])
