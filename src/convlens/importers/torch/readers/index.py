"""``x[...]`` and ``x[...] = value``."""

from typing import Any

import torch

from convlens.importers.torch.opaque import opaque, undetermined
from convlens.importers.torch.readers import reads
from convlens.importers.torch.readers.items import Pick, Split, is_mask, split_index
from convlens.importers.torch.readers.made import made
from convlens.importers.torch.readers.parts import sliced
from convlens.importers.torch.readers.shape import alias, reshaped, unsqueezed
from convlens.importers.torch.shadow import DTYPES, Shadow
from convlens.importers.torch.trace import Trace
from convlens.ir.op import Op
from convlens.ops.elementwise import Elementwise
from convlens.ops.index import Index
from convlens.ops.index_put import IndexPut
from convlens.ops.index_select import IndexSelect
from convlens.ops.masked_scatter import MaskedScatter
from convlens.ops.update import Update


@reads("__getitem__", weights=True)
def _getitem(trace: Trace, x: torch.Tensor, index: Any) -> Any:
    """Numbers, slices and new axes take a view of ``x``; then tensors, lists and masks pick from it."""
    whole = trace.shadow_of(x)
    found = split_index(whole, index)
    if found is None:
        return opaque(trace, torch.Tensor.__getitem__, (x, index), {})
    if any(is_mask(pick.index) for pick in found.picks):
        if trace.real:
            return opaque(trace, torch.Tensor.__getitem__, (x, index), {})
        undetermined(trace, "torch.Tensor.__getitem__ with a mask", (x, [pick.index for pick in found.picks]))
    part = _view(trace, whole, found)
    return _picked(trace, part, found.picks) if found.picks else part


@reads("index", weights=True)
def _index(trace: Trace, x: torch.Tensor, indices: Any) -> Any:
    """The kernel behind ``x[...]``: an index, or None, for each axis."""
    return _getitem(trace, x, _items(indices))


@reads("__setitem__", weights=True)
def _setitem(trace: Trace, x: torch.Tensor, index: Any, value: Any) -> Shadow:
    return _put(trace, trace.shadow_of(x), index, value, "replace")


@reads("index_put", "_index_put_impl", "_unsafe_index_put", weights=True)
def _index_put(trace: Trace, x: torch.Tensor, indices: Any, values: Any, accumulate: bool = False, *_: Any) -> Any:
    return _put(trace, trace.shadow_of(x), _items(indices), values, "add" if accumulate else "replace")


def _items(indices: Any) -> tuple[Any, ...]:
    return tuple(slice(None) if index is None else index for index in indices)


def _view(trace: Trace, x: Shadow, found: Split) -> Shadow:
    part = sliced(trace, x, found.settings) if found.settings["on"] else alias(trace, x)
    return unsqueezed(trace, part, found.new_axes) if found.new_axes else part


def _picked(trace: Trace, x: Shadow, picks: list[Pick]) -> Shadow:
    """One value or slice for each index. A scalar drops its axis before the others are combined, as in PyTorch."""
    for pick in reversed([pick for pick in picks if not pick.index.dim()]):
        (x,) = trace.emit(IndexSelect(axis=pick.axis), [x, pick.index])
        picks = [Pick(p.axis - (p.axis > pick.axis), p.index) for p in picks if p is not pick]
    if not picks:
        return x
    op: Op = Index(on=tuple(p.axis for p in picks)) if len(picks) > 1 else IndexSelect(axis=picks[0].axis)
    return trace.emit(op, [x, *(p.index for p in picks)])[0]


def _put(trace: Trace, x: Shadow, index: Any, value: Any, function: str) -> Shadow:
    """What ``x`` is afterwards. A number that is written is a constant without axes."""
    found = split_index(x, index)
    values = [value if isinstance(value, torch.Tensor) else made(trace, (), DTYPES[x.spec.dtype], value)]
    if found is None:
        operands = [item for item in (index if isinstance(index, tuple) else (index,)) if isinstance(item, torch.Tensor)]
        return _unknown(trace, x, [*operands, *values])
    if not found.picks:
        return trace.emit(Update(**found.settings), [x, *values])[0]
    part = _view(trace, x, found)
    new = _overwritten(trace, part, found.picks, values, function)
    while part is not x and part.base is not None and part.write_back is not None:
        new = trace.shadow(part.base.spec, part.write_back(new))
        part = part.base
    return new


def _overwritten(trace: Trace, x: Shadow, picks: list[Pick], values: list[Any], function: str) -> Shadow:
    """All of ``x``, with new values at the places that the indices, or one mask, name."""
    tensors = [pick.index for pick in picks]
    if not any(map(is_mask, tensors)):
        return trace.emit(IndexPut(on=tuple(pick.axis for pick in picks), function=function), [x, *tensors, *values])[0]
    if len(picks) > 1 or function != "replace":
        return _unknown(trace, x, [*tensors, *values])
    mask = trace.shadow_of(tensors[0])
    mask = reshaped(trace, mask, (*mask.spec.dims, *(1,) * (x.spec.rank - picks[0].axis - mask.spec.rank)))
    if values[0].numel() > 1:
        return trace.emit(MaskedScatter(), [x, mask, *values])[0]
    return trace.emit(Elementwise(function="masked_fill"), [x, mask, *values])[0]


def _unknown(trace: Trace, x: Shadow, operands: list[Any]) -> Shadow:
    changed: Shadow = opaque(trace, torch.Tensor.__setitem__, (x, *operands), {}, like=x)
    return changed
