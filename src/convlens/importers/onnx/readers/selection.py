"""Operators that take a part of their input, or put a border around it. Source: ONNX Split-18, Slice-13, Gather-13, Pad-21."""

from collections.abc import Sequence

from convlens.importers.onnx.build import Builder, broken
from convlens.importers.onnx.call import Call, NoReaderError
from convlens.importers.onnx.quote import quoted
from convlens.importers.onnx.readers import reads
from convlens.importers.onnx.tensor import Constant, Made, Tensor

_MODES = {"constant": "constant", "reflect": "reflect", "edge": "replicate", "wrap": "circular"}


@reads("Split", outputs=None)
def split(call: Call, builder: Builder) -> Sequence[Tensor]:
    """Sizes as an attribute, then (operator set 13) as an input, or ``num_outputs`` nearly equal parts."""
    x = call.tensor(0)
    axis, sizes = call.attr("axis", 0), call.listed("split", 1)
    if not -x.spec.rank <= axis < x.spec.rank:
        raise broken(call, f"axis {axis} is not one of the {x.spec.rank} axes of {x.spec}", "another axis", [x])
    count = call.attr("num_outputs", len(call.node.output)) if sizes is None else len(sizes)
    if count != len(call.node.output) or not count:
        raise broken(call, f"{count} parts for {len(call.node.output)} outputs", "one part for each output", [x])
    sizes = sizes or _parts(x.spec.dims[axis], count)
    return builder.emit(call, "split", [x], axis=axis, sizes=sizes)


@reads("Slice")
def slice_(call: Call, builder: Builder) -> Sequence[Tensor]:
    """Attributes before operator set 10, then inputs."""
    x = call.tensor(0)
    starts, ends = call.listed("starts", 1), call.listed("ends", 2)
    if starts is None or ends is None:
        raise NoReaderError
    axes = call.listed("axes", 3) or list(range(len(starts)))
    if len({axis % max(x.spec.rank, 1) for axis in axes}) < len(axes):
        raise broken(call, f"the axes {quoted(axes)} of {x.spec} name one axis twice", "each axis once", [x])
    return builder.emit(call, "slice", [x], on=axes, starts=starts, stops=ends, steps=call.whole(4) or [1] * len(starts))


@reads("Gather")
def gather(call: Call, builder: Builder) -> Sequence[Tensor]:
    """Rows of a stored matrix are an embedding, one fixed index takes a slice and drops the axis, others pick slices."""
    x, index = call.tensor(0), call.tensor(1)
    axis = call.attr("axis", 0)
    if not -x.spec.rank <= axis < x.spec.rank:
        raise broken(call, f"axis {axis} is not one of the {x.spec.rank} axes of {x.spec}", "another axis", [x])
    if isinstance(x, Constant) and x.trained and x.spec.rank == 2 and axis % 2 == 0 and isinstance(index, Made):
        count, width = x.spec.dims
        weights = {"weight": x}
        return [builder.layer(call, "embedding", index, weights, {"weight": x.spec.dims}, count=count, width=width,
                              dtype=x.spec.dtype)]  # fmt: skip
    if not index.spec.dtype.startswith("int"):
        raise broken(call, f"the index is {index.spec} of {index.spec.dtype}; it must be whole numbers", "int64", [x, index])
    values = index.values if isinstance(index, Constant) else None
    if values is None or values.dims:
        return builder.emit(call, "index_select", [x, index], axis=axis)
    return _one_slice(call, builder, x, axis % x.spec.rank, int(values.items[0]))


def _one_slice(call: Call, builder: Builder, x: Tensor, axis: int, at: int) -> Sequence[Tensor]:
    size = x.spec.dims[axis]
    if not -size <= at < size:
        raise broken(call, f"index {at} of axis {axis}, which is {size} long", f"an index from {-size} to {size - 1}", [x])
    at %= size
    return builder.emit(call, "slice", [x], on=[axis], starts=[at], stops=[at + 1], drop=[axis])


@reads("Pad")
def pad(call: Call, builder: Builder) -> Sequence[Tensor]:
    """All beginnings, then all ends; attributes before operator set 11, ``axes`` since 18."""
    x = call.tensor(0)
    pads, axes = call.ints("paddings") or call.listed("pads", 1), call.whole(3)
    mode = _MODES.get(call.attr("mode", "constant"))
    if pads is None or mode is None or len(pads) % 2:
        raise NoReaderError
    half = len(pads) // 2
    on = [axis % max(x.spec.rank, 1) for axis in (axes if axes is not None else range(half))]
    if len(on) != half or len(set(on)) != half or (axes is None and half != x.spec.rank):
        raise broken(call, f"{len(pads)} pads for {len(axes or x.spec.dims)} axes of {x.spec}", "two pads for each axis", [x])
    before, after = [0] * x.spec.rank, [0] * x.spec.rank
    for axis, low, high in zip(on, pads[:half], pads[half:], strict=True):
        before[axis], after[axis] = low, high
    first = next((axis for axis in range(x.spec.rank) if before[axis] or after[axis]), x.spec.rank - 1)
    return builder.emit(call, "pad", [x], before=before[first:], after=after[first:], mode=mode)


def _parts(size: int, count: int) -> list[int]:
    """``count`` equal parts, the last one smaller where it does not come out even."""
    part = -(-size // count)
    return [*(part,) * (count - 1), size - part * (count - 1)]
