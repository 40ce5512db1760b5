"""Operators that keep every value and change the shape.

Source: ONNX Reshape-21, Flatten-21, Squeeze-21, Unsqueeze-21, Transpose-21, Expand-13, Tile-13, Concat-13, DepthToSpace-13,
SpaceToDepth-13, Cast-21, Identity-21.
"""

from collections.abc import Sequence
from dataclasses import replace
from math import prod

from convlens.importers.onnx.build import Builder, broken
from convlens.importers.onnx.call import Call, NoReaderError
from convlens.importers.onnx.quote import quoted
from convlens.importers.onnx.readers import reads
from convlens.importers.onnx.tensor import Constant, Tensor, dtype_of
from convlens.ir.errors import ShapeError
from convlens.ops._pointwise import broadcast


@reads("Reshape")
def reshape(call: Call, builder: Builder) -> Sequence[Tensor]:
    """A size 0 is that of the input, unless ``allowzero``."""
    x = call.tensor(0)
    shape = call.listed("shape", 1)
    if shape is None:
        raise NoReaderError
    if not call.attr("allowzero", 0):
        if 0 in shape[x.spec.rank :]:
            raise broken(
                call, f"the shape {quoted(shape)} takes a size of axis {shape.index(0)}, but {x.spec} has none", "a size", [x]
            )
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
    if not isinstance(x, Constant) and all(x.spec.dims[axis] == 1 for axis in gone):
        return builder.emit(call, "squeeze", [x], over=sorted(gone))
    return [builder.reshape(call, x, [size for axis, size in enumerate(x.spec.dims) if axis not in gone])]


@reads("Unsqueeze")
def unsqueeze(call: Call, builder: Builder) -> Sequence[Tensor]:
    """``axes`` count in the output."""
    x = call.tensor(0)
    axes = call.listed("axes", 1)
    if axes is None:
        raise NoReaderError
    new = _axes(call, axes, x.spec.rank + len(axes), x)
    if not isinstance(x, Constant):
        return builder.emit(call, "unsqueeze", [x], at=sorted(new))
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


@reads("Tile")
def tile(call: Call, builder: Builder) -> Sequence[Tensor]:
    """One number for each axis since operator set 6; before, one axis and its number."""
    x, repeats = call.tensor(0), call.whole(1)
    if repeats is None or call.opset < 6 or min(repeats, default=1) < 1:
        raise NoReaderError
    if len(repeats) != x.spec.rank:
        raise broken(call, f"{len(repeats)} repeats for the {x.spec.rank} axes of {x.spec}", "one for each axis", [x])
    return builder.emit(call, "tile", [x], repeats=repeats)


@reads("Concat")
def concat(call: Call, builder: Builder) -> Sequence[Tensor]:
    return builder.emit(call, "concat", [x for x in call.inputs if x is not None], axis=call.attr("axis", 1))


@reads("DepthToSpace")
def depth_to_space(call: Call, builder: Builder) -> Sequence[Tensor]:
    """CRD is pixel_shuffle; in DCR, the default, the block is the slowest part of the channels."""
    x, block = call.tensor(0), _block(call)
    if call.attr("mode", "DCR") == "CRD":
        return builder.emit(call, "pixel_shuffle", [x], factor=block)
    n, channels, height, width = _image(x)
    if channels % block**2:
        raise broken(call, f"{channels} channels are not a multiple of {block}**2", f"a multiple of {block**2} channels", [x])
    inner = channels // block**2
    split_ = builder.one(call, "reshape", [x], part="blocks", shape=(n, block, block, inner, height, width))
    moved = builder.one(call, "permute", [split_], part="moved", order=(0, 3, 4, 1, 5, 2))
    return builder.emit(call, "reshape", [moved], shape=(n, inner, height * block, width * block))


@reads("SpaceToDepth")
def space_to_depth(call: Call, builder: Builder) -> Sequence[Tensor]:
    """The block becomes the slowest part of the channels."""
    x, block = call.tensor(0), _block(call)
    n, channels, height, width = _image(x)
    if height % block or width % block:
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
        raise broken(call, f"the axes {quoted(axes)} name one axis twice", "each axis once", [x])
    return found


def _block(call: Call) -> int:
    block: int = call.attr("blocksize", 1)
    if block < 1:
        raise broken(call, f"blocksize is {block}; it must be at least 1", "blocksize=1", [call.tensor(0)])
    return block


def _image(x: Tensor) -> tuple[int, int, int, int]:
    if x.spec.rank != 4:
        raise NoReaderError
    n, channels, height, width = x.spec.dims
    return n, channels, height, width
