"""Constant folding of small tensors: the chains of Shape, Gather, Concat and arithmetic by which exporters compute shapes.

Plain whole numbers, row-major lists of at most `MAX_VALUES`; floats are rounded to their dtype after every step, as a
runtime does, so ``Floor(size * scale)`` comes out as it would there.
"""

import math
import struct
from collections.abc import Callable, Sequence
from itertools import product
from math import prod

from convlens.importers.onnx.call import Call, NoReaderError
from convlens.importers.onnx.tensor import MAX_VALUES, Constant, Number, Values, computed, dtype_of, stored
from convlens.ir.errors import ShapeError
from convlens.ir.spec import Shape, TensorSpec
from convlens.ops._pointwise import broadcast

Folder = Callable[[Call, list[Values]], Values]

_WIDEST = 1 << 63


def folded(call: Call) -> Constant | None:
    """The constant that a node makes, or None where it depends on an input or is no small computation."""
    if call.node.domain not in ("", "ai.onnx") or call.used > 1:
        return None
    whole = _WHOLE.get(call.op_type)
    try:
        if whole is not None:
            return whole(call)
        return _from_values(call)
    except (NoReaderError, ShapeError, ArithmeticError, IndexError, ValueError):
        return None


def _from_values(call: Call) -> Constant | None:
    fold = _FOLDERS.get(call.op_type)
    inputs = [x for x in call.inputs if x is not None]
    if fold is None or not inputs or not _is_bookkeeping(inputs):
        return None
    values = [x.values for x in inputs if isinstance(x, Constant)]
    known = [v for v in values if v is not None]
    if len(known) < len(inputs):
        return None
    return computed(_checked(fold(call, known)))


def _is_bookkeeping(inputs: Sequence[object]) -> bool:
    """Computations on trained values stay in the graph; those on shapes, and on constants alone, are folded."""
    constants = [x for x in inputs if isinstance(x, Constant)]
    if len(constants) < len(inputs):
        return False
    return any(not x.origin for x in constants) or not any(x.trained for x in constants)


def _checked(values: Values) -> Values:
    if len(values.items) > MAX_VALUES or any(isinstance(v, int) and abs(v) > _WIDEST for v in values.items):
        raise NoReaderError
    return values._replace(items=tuple(_rounded(v, values.dtype) for v in values.items))


def _rounded(value: Number, dtype: str) -> Number:
    if dtype == "bool":
        return bool(value)
    if dtype.startswith(("int", "uint")):
        return math.trunc(value)
    if dtype == "float32" and math.isfinite(value):
        return float(struct.unpack("<f", struct.pack("<f", value))[0])
    return value


def _shape(call: Call) -> Constant:
    dims = call.tensor(0).spec.dims
    part = dims[call.attr("start", 0) : call.attr("end", len(dims))]
    return computed(Values((len(part),), part))


def _size(call: Call) -> Constant:
    return computed(Values((), (call.tensor(0).spec.numel,)))


def _constant(call: Call) -> Constant:
    attributes = call.attributes
    if "value" in attributes:
        return stored(attributes["value"], call.node.output[0], trained=False, where=call.source)
    for name, dtype in (("value_int", "int64"), ("value_float", "float32"), ("value_ints", "int64"), ("value_floats", "float32")):
        if name in attributes:
            value = attributes[name]
            items = tuple(value) if isinstance(value, list) else (value,)
            values = Values((len(items),) if isinstance(value, list) else (), items, dtype)
            return Constant(values.spec, call.node.output[0], known=values)
    raise NoReaderError


def _constant_of_shape(call: Call) -> Constant:
    """A stored shape stands for a stored tensor: models without their weights are written so."""
    shape = call.tensor(0)
    dims = tuple(call.whole(0) or ())
    if any(size < 0 for size in dims):
        raise NoReaderError
    fill = call.attr("value")
    dtype, item = "float32", 0.0
    if fill is not None:
        filler = stored(fill, "", trained=False, where=call.source)
        dtype, item = filler.spec.dtype, filler.values.items[0] if filler.values else 0.0
    spec = TensorSpec(dims, dtype)
    known = Values(dims, (item,) * spec.numel, dtype) if spec.numel <= MAX_VALUES else None
    is_weight = isinstance(shape, Constant) and shape.proto is not None and bool(shape.origin) and spec.floating
    return Constant(spec, call.node.output[0] if is_weight else "", is_weight, known)


def _range(call: Call) -> Constant:
    start, limit, delta = (call.scalar(i) for i in range(3))
    if start is None or limit is None or not delta:
        raise NoReaderError
    dtype = call.tensor(0).spec.dtype
    count = max(math.ceil((limit - start) / delta), 0)
    if count > MAX_VALUES:
        return Constant(TensorSpec((count,), dtype))
    return computed(_checked(Values((count,), tuple(start + i * delta for i in range(count)), dtype)))


def _cast(call: Call, xs: list[Values]) -> Values:
    return xs[0]._replace(dtype=dtype_of(call.attr("to", 1), call.source))


def _gather(call: Call, xs: list[Values]) -> Values:
    data, index = xs
    axis = _axis(call.attr("axis", 0), len(data.dims))
    before, size, after = prod(data.dims[:axis]), data.dims[axis], prod(data.dims[axis + 1 :])
    if not index.dtype.startswith("int"):
        raise NoReaderError
    places = [_axis(int(i), size) for i in index.items]
    _check_count(before * len(places) * after)
    items = tuple(data.items[(b * size + i) * after + a] for b in range(before) for i in places for a in range(after))
    return Values((*data.dims[:axis], *index.dims, *data.dims[axis + 1 :]), items, data.dtype)


def _slice(call: Call, xs: list[Values]) -> Values:
    data = xs[0]
    starts, ends = call.listed("starts", 1) or [], call.listed("ends", 2) or []
    axes = call.listed("axes", 3) or list(range(len(starts)))
    steps = call.whole(4) or [1] * len(starts)
    if len({_axis(axis, len(data.dims)) for axis in axes}) < len(axes):
        raise NoReaderError
    taken = [range(size) for size in data.dims]
    for axis, start, end, step in zip(axes, starts, ends, steps, strict=True):
        at = _axis(axis, len(taken))
        taken[at] = range(*slice(start, end, step).indices(data.dims[at]))
    return Values(tuple(map(len, taken)), tuple(data.items[_flat(place, data.dims)] for place in product(*taken)), data.dtype)


def _concat(call: Call, xs: list[Values]) -> Values:
    axis = _axis(call.attr("axis", 1), len(xs[0].dims))
    rows = prod(xs[0].dims[:axis])
    widths = [prod(x.dims[axis:]) for x in xs]
    items = tuple(v for row in range(rows) for x, w in zip(xs, widths, strict=True) for v in x.items[row * w : (row + 1) * w])
    dims = (*xs[0].dims[:axis], sum(x.dims[axis] for x in xs), *xs[0].dims[axis + 1 :])
    _check_count(len(items), prod(dims))
    return Values(dims, items, xs[0].dtype)


def _expand(_call: Call, xs: list[Values]) -> Values:
    data, shape = xs
    return _spread(data, broadcast([data.dims, tuple(int(n) for n in shape.items)]))


def _where(_call: Call, xs: list[Values]) -> Values:
    dims = broadcast([x.dims for x in xs])
    condition, yes, no = (_spread(x, dims).items for x in xs)
    return Values(dims, tuple(y if c else n for c, y, n in zip(condition, yes, no, strict=True)), xs[1].dtype)


def _unary(function: Callable[[Number], Number]) -> Folder:
    return lambda _call, xs: xs[0]._replace(items=tuple(function(v) for v in xs[0].items))


def _nary(function: Callable[[Number, Number], Number], dtype: str = "") -> Folder:
    def fold(_call: Call, xs: list[Values]) -> Values:
        dims = broadcast([x.dims for x in xs])
        total, *rest = (_spread(x, dims).items for x in xs)
        for items in rest:
            total = tuple(map(function, total, items))
        return Values(dims, total, dtype or xs[0].dtype)

    return fold


def _reduction(function: Callable[[Sequence[Number]], Number]) -> Folder:
    """Only over everything: what exporters do with shapes."""

    def fold(call: Call, xs: list[Values]) -> Values:
        axes = call.listed("axes", 1)
        rank = len(xs[0].dims)
        if axes is not None and len({_axis(a, rank) for a in axes}) != rank:
            raise NoReaderError
        return Values((1,) * rank if call.attr("keepdims", 1) else (), (function(xs[0].items),), xs[0].dtype)

    return fold


def _divided(a: Number, b: Number) -> Number:
    """Whole numbers divide towards zero, as in C."""
    if isinstance(a, int) and isinstance(b, int):
        return abs(a) // abs(b) * (1 if (a < 0) == (b < 0) else -1)
    return a / b


def _mod(call: Call, xs: list[Values]) -> Values:
    return _nary(math.fmod if call.attr("fmod", 0) else lambda a, b: a % b)(call, xs)


def _spread(x: Values, dims: Shape) -> Values:
    """Broadcast to ``dims``."""
    if x.dims == dims:
        return x
    _check_count(prod(dims))
    padded = (1,) * (len(dims) - len(x.dims)) + x.dims
    places = product(*(range(n) for n in dims))
    picks = (_flat([0 if n == 1 else i for i, n in zip(place, padded, strict=True)], padded) for place in places)
    return Values(dims, tuple(x.items[i] for i in picks), x.dtype)


def _flat(place: Sequence[int], dims: Shape) -> int:
    at = 0
    for i, n in zip(place, dims, strict=True):
        at = at * n + i
    return at


def _axis(axis: int, size: int) -> int:
    if not -size <= axis < size:
        raise NoReaderError
    return axis % size


def _check_count(count: int, wanted: int | None = None) -> None:
    if count > MAX_VALUES or (wanted is not None and wanted != count):
        raise NoReaderError


_WHOLE: dict[str, Callable[[Call], Constant]] = {
    "Shape": _shape, "Size": _size, "Constant": _constant, "ConstantOfShape": _constant_of_shape, "Range": _range,
}  # fmt: skip

_FOLDERS: dict[str, Folder] = {
    "Cast": _cast, "Gather": _gather, "Slice": _slice, "Concat": _concat, "Expand": _expand, "Where": _where, "Mod": _mod,
    "Add": _nary(lambda a, b: a + b), "Sub": _nary(lambda a, b: a - b), "Mul": _nary(lambda a, b: a * b), "Div": _nary(_divided),
    "Sum": _nary(lambda a, b: a + b), "Min": _nary(min), "Max": _nary(max), "Equal": _nary(lambda a, b: a == b, "bool"),
    "Less": _nary(lambda a, b: a < b, "bool"), "Greater": _nary(lambda a, b: a > b, "bool"),
    "LessOrEqual": _nary(lambda a, b: a <= b, "bool"), "GreaterOrEqual": _nary(lambda a, b: a >= b, "bool"),
    "And": _nary(lambda a, b: a and b, "bool"), "Or": _nary(lambda a, b: a or b, "bool"), "Not": _unary(lambda a: not a),
    "Neg": _unary(lambda a: -a), "Abs": _unary(abs), "Floor": _unary(math.floor), "Ceil": _unary(math.ceil),
    "Round": _unary(round), "Sqrt": _unary(math.sqrt),
    "ReduceProd": _reduction(prod), "ReduceSum": _reduction(sum), "ReduceMin": _reduction(min), "ReduceMax": _reduction(max),
}  # fmt: skip
