"""Operators that only move values.

Source: ONNX Reshape-21, Flatten-21, Squeeze-21, Unsqueeze-21, Transpose-21, Expand-13, Concat-13, Split-18, Slice-13,
Gather-13, Pad-21, DepthToSpace-13, SpaceToDepth-13, Cast-21.
"""

from collections.abc import Sequence
from dataclasses import replace
from math import prod

from convlens.importers.onnx.build import Builder, broken
from convlens.importers.onnx.call import Call, NoReaderError
from convlens.importers.onnx.readers import reads
from convlens.importers.onnx.tensor import Constant, Tensor, dtype_of
from convlens.ir.errors import ShapeError
from convlens.ops._pointwise import broadcast

_MODES = {"constant": "constant", "reflect": "reflect", "edge": "replicate", "wrap": "circular"}


@reads("Reshape")
def reshape(call: Call, builder: Builder) -> Sequence[Tensor]:
    """A size 0 is that of the input, unless ``allowzero``."""
    x = call.tensor(0)
    shape = call.listed("shape", 1)
    if shape is None:
        raise NoReaderError
    if not call.attr("allowzero", 0):
        if 0 in shape[x.spec.rank :]:
            raise broken(call, f"the shape {shape} takes a size of axis {shape.index(0)}, but {x.spec} has none", "a size", [x])
        shape = [x.spec.dims[axis] if size == 0 else size for axis, size in enumerate(shape)]
    return [builder.reshape(call, x, shape)]


@reads("Flatten")
def flatten(call: Call, builder: Builder) -> Sequence[Tensor]:
    """Two axes: the product of those before ``axis``, and of the rest."""
    x = call.tensor(0)
    rank, axis = x.spec.rank, call.attr("axis", 1)
    if not -rank <= axis <= rank:
        raise broken(call, f"axis {axis} is not one of the {rank} axes of {x.spec}", f"an axis from {-rank} to {rank}", [x])
    if axis == 1 and rank > 1 and not isinstance(x, Constant):
        return builder.emit(call, "flatten", [x])
    at = axis + rank if axis < 0 else axis
    return [builder.reshape(call, x, (prod(x.spec.dims[:at]), prod(x.spec.dims[at:])))]


@reads("Squeeze")
def squeeze(call: Call, builder: Builder) -> Sequence[Tensor]:
    """An axis of another size than 1 cannot go: the reshape then has too few values."""
    x = call.tensor(0)
    axes = call.listed("axes", 1)
    gone = {axis for axis, size in enumerate(x.spec.dims) if size == 1} if axes is None else _axes(call, axes, x.spec.rank, x)
    return [builder.reshape(call, x, [size for axis, size in enumerate(x.spec.dims) if axis not in gone])]


@reads("Unsqueeze")
def unsqueeze(call: Call, builder: Builder) -> Sequence[Tensor]:
    """``axes`` count in the output."""
    x = call.tensor(0)
    axes = call.listed("axes", 1)
    if axes is None:
        raise NoReaderError
    new = _axes(call, axes, x.spec.rank + len(axes), x)
    sizes = iter(x.spec.dims)
    return [builder.reshape(call, x, [1 if axis in new else next(sizes) for axis in range(x.spec.rank + len(axes))])]


@reads("Transpose")
def transpose(call: Call, builder: Builder) -> Sequence[Tensor]:
    """The axes in reverse unless ``perm`` is given; a stored tensor stays one, its values are not looked at."""
    x = call.tensor(0)
    order = call.ints("perm") or list(range(x.spec.rank))[::-1]
    if isinstance(x, Constant) and sorted(order) == list(range(x.spec.rank)):
        dims = tuple(x.spec.dims[axis] for axis in order)
        if x.spec.rank < 2:
            return [x]
        return [replace(x, spec=x.spec.with_dims(dims), known=None, proto=None)]
    return builder.emit(call, "permute", [x], order=order)


@reads("Expand")
def expand(call: Call, builder: Builder) -> Sequence[Tensor]:
    """Broadcast both ways."""
    x, shape = call.tensor(0), call.whole(1)
    if shape is None:
        raise NoReaderError
    try:
        full = broadcast([x.spec.dims, tuple(shape)])
    except ShapeError:
        full = tuple(shape)
    if isinstance(x, Constant) and not x.origin:
        return [Constant(x.spec.with_dims(full))]
    return builder.emit(call, "expand", [x], shape=full)


@reads("Concat")
def concat(call: Call, builder: Builder) -> Sequence[Tensor]:
    return builder.emit(call, "concat", [x for x in call.inputs if x is not None], axis=call.attr("axis", 1))


@reads("Split", outputs=None)
def split(call: Call, builder: Builder) -> Sequence[Tensor]:
    """Sizes as an attribute, then (operator set 13) as an input, or ``num_outputs`` nearly equal parts."""
    x = call.tensor(0)
    axis, sizes = call.attr("axis", 0), call.listed("split", 1)
    if not -x.spec.rank <= axis < x.spec.rank:
        raise broken(call, f"axis {axis} is not one of the {x.spec.rank} axes of {x.spec}", "another axis", [x])
    if sizes is None:
        sizes = _parts(x.spec.dims[axis], call.attr("num_outputs", len(call.node.output)))
    if len(sizes) != len(call.node.output):
        raise broken(call, f"{len(sizes)} sizes for {len(call.node.output)} outputs", "one size for each output", [x])
    return builder.emit(call, "split", [x], axis=axis, sizes=sizes)


@reads("Slice")
def slice_(call: Call, builder: Builder) -> Sequence[Tensor]:
    """Attributes before operator set 10, then inputs."""
    x = call.tensor(0)
    starts, ends = call.listed("starts", 1), call.listed("ends", 2)
    if starts is None or ends is None:
        raise NoReaderError
    axes = call.listed("axes", 3) or list(range(len(starts)))
    return builder.emit(call, "slice", [x], on=axes, starts=starts, stops=ends, steps=call.whole(4) or [1] * len(starts))


@reads("Gather")
def gather(call: Call, builder: Builder) -> Sequence[Tensor]:
    """One fixed index takes a slice and drops the axis; several, or computed ones, have no operator of ours."""
    x, index = call.tensor(0), call.values(1)
    axis = call.attr("axis", 0)
    if index is None or index.dims or not -x.spec.rank <= axis < x.spec.rank:
        raise NoReaderError
    at = int(index.items[0])
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


@reads("DepthToSpace")
def depth_to_space(call: Call, builder: Builder) -> Sequence[Tensor]:
    """CRD is pixel_shuffle; in DCR, the default, the block is the slowest part of the channels."""
    x, block = call.tensor(0), call.attr("blocksize", 1)
    if call.attr("mode", "DCR") == "CRD":
        return builder.emit(call, "pixel_shuffle", [x], factor=block)
    n, channels, height, width = _image(x)
    if block < 1 or channels % block**2:
        raise broken(call, f"{channels} channels are not a multiple of {block}**2", f"a multiple of {block**2} channels", [x])
    inner = channels // block**2
    split_ = builder.one(call, "reshape", [x], part="blocks", shape=(n, block, block, inner, height, width))
    moved = builder.one(call, "permute", [split_], part="moved", order=(0, 3, 4, 1, 5, 2))
    return builder.emit(call, "reshape", [moved], shape=(n, inner, height * block, width * block))


@reads("SpaceToDepth")
def space_to_depth(call: Call, builder: Builder) -> Sequence[Tensor]:
    """The block becomes the slowest part of the channels."""
    x, block = call.tensor(0), call.attr("blocksize", 1)
    n, channels, height, width = _image(x)
    if block < 1 or height % block or width % block:
        raise broken(call, f"{height}x{width} pixels are not a multiple of {block}", f"sizes that {block} divides", [x])
    rows, columns = height // block, width // block
    split_ = builder.one(call, "reshape", [x], part="blocks", shape=(n, channels, rows, block, columns, block))
    moved = builder.one(call, "permute", [split_], part="moved", order=(0, 3, 5, 1, 2, 4))
    return builder.emit(call, "reshape", [moved], shape=(n, channels * block**2, rows, columns))


@reads("Cast")
def cast(call: Call, builder: Builder) -> Sequence[Tensor]:
    """A stored tensor stays one in another dtype."""
    x, dtype = call.tensor(0), dtype_of(call.attr("to", 1), call.source)
    if isinstance(x, Constant):
        return [replace(x, spec=x.spec._replace(dtype=dtype), known=None, proto=None)]
    return builder.emit(call, "cast", [x], dtype=dtype)


@reads("Identity")
def identity(call: Call, builder: Builder) -> Sequence[Tensor]:
    """A stored tensor under another name is the same tensor."""
    x = call.tensor(0)
    return [x] if isinstance(x, Constant) else builder.emit(call, "identity", [x])


def _axes(call: Call, axes: list[int], rank: int, x: Tensor) -> set[int]:
    for axis in axes:
        if not -rank <= axis < rank:
            raise broken(call, f"axis {axis} is not one of {rank} axes", f"an axis from {-rank} to {rank - 1}", [x])
    found = {axis % rank for axis in axes}
    if len(found) < len(axes):
        raise broken(call, f"the axes {axes} name one axis twice", "each axis once", [x])
    return found


def _parts(size: int, count: int) -> list[int]:
    """``count`` equal parts, the last one smaller where it does not come out even."""
    if count < 1:
        raise NoReaderError
    part = -(-size // count)
    return [*(part,) * (count - 1), size - part * (count - 1)]


def _image(x: Tensor) -> tuple[int, int, int, int]:
    if x.spec.rank != 4:
        raise NoReaderError
    n, channels, height, width = x.spec.dims
    return n, channels, height, width
