"""Random calls of the operators that torch.nn has no layer for, beside the torch function that does the same."""

from collections.abc import Callable, Mapping
from typing import Any

import torch
import torch.nn.functional as F
from hypothesis import strategies as st

from tests.ops import torch_indexing, torch_picking, torch_sequence, torch_structure
from tests.ops.call import Call, Shape
from tests.strategies import Draw, ints, per_axis, shapes


def _broadcastable(draw: Draw, count: int) -> tuple[Shape, ...]:
    """Shapes that broadcast, but for one draw in six."""
    full = draw(shapes(0, 4, most=3))
    found = [tuple(1 if draw(ints(0, 3)) == 0 else n for n in full)[draw(ints(0, len(full))) :] for _ in range(count)]
    if draw(ints(0, 5)) == 0:
        found[0] = draw(shapes(0, 4, most=3))
    return tuple(found)


_DTYPES = st.sampled_from(["float32", "float32", "float64", "float16", "bfloat16", "int64", "int32", "uint8", "int8", "bool"])


def _dtypes(draw: Draw, count: int) -> tuple[str, ...]:
    return tuple(draw(_DTYPES) for _ in range(count))


def _arithmetic(name: str) -> Callable[[Draw], Call]:
    def draw_call(draw: Draw) -> Call:
        return Call(name, {}, getattr(torch, name), _broadcastable(draw, 2), _dtypes(draw, 2))

    return draw_call


def _elementwise(draw: Draw) -> Call:
    function = draw(st.sampled_from(sorted(_ARITY)))
    count = _ARITY[function]
    dtypes = _dtypes(draw, count) if count < 3 or function == "clamp" else ("float32",) * 3
    if function == "where":
        dtypes = ("bool", *_dtypes(draw, 2))
    elif function == "masked_fill":
        dtypes = ("float32", "bool", "float32")
    return Call("elementwise", {"function": function}, getattr(torch, function), _broadcastable(draw, count), dtypes)


_UNARY = """abs acos asin atan ceil cos cosh erf exp expm1 floor frac isfinite isinf isnan log log10 log1p log2 logical_not neg
    reciprocal round rsqrt sign sin sinh sqrt square tan trunc nan_to_num bitwise_not acosh angle asinh atanh bernoulli conj deg2rad
    digamma erfc erfinv exp2 i0 isneginf isposinf lgamma logit rad2deg sgn signbit sinc tril triu""".split()
_BINARY = """atan2 eq fmod floor_divide ge gt le logical_and logical_or logical_xor lt maximum minimum ne pow remainder
    bitwise_and bitwise_or bitwise_xor true_divide bitwise_left_shift bitwise_right_shift complex copysign float_power gcd heaviside hypot lcm logaddexp logaddexp2
    nextafter polar xlogy""".split()
_ARITY = dict.fromkeys(_UNARY, 1) | dict.fromkeys(_BINARY, 2) | dict.fromkeys(["addcdiv", "addcmul", "clamp", "lerp", "where"], 3)


def _cast(draw: Draw) -> Call:
    dtype = draw(_DTYPES)
    return Call("cast", {"dtype": dtype}, lambda x: x.to(getattr(torch, dtype)), (draw(shapes(0, 4)),), _dtypes(draw, 1))


def _concat(draw: Draw) -> Call:
    first = draw(shapes(1, 4))
    axis = draw(ints(-len(first), len(first) - 1))
    places = range(len(first))
    xs = [
        first,
        *(tuple(draw(ints(1, 4)) if a == axis % len(first) else first[a] for a in places) for _ in range(draw(ints(0, 2)))),
    ]
    if draw(ints(0, 3)) == 0:
        xs.append(draw(shapes(0, 4)))
    axis = draw(ints(-5, 4)) if draw(ints(0, 5)) == 0 else axis
    return Call("concat", {"axis": axis}, lambda *t: torch.cat(t, axis), tuple(xs), _dtypes(draw, len(xs)))


def _expand(draw: Draw) -> Call:
    wide = draw(shapes(0, 4))
    skip = draw(ints(0, len(wide)))
    narrow = tuple(1 if draw(st.booleans()) else n for n in wide[skip:])
    shape = tuple(-1 if i >= skip and draw(ints(0, 3)) == 0 else n for i, n in enumerate(wide))
    if draw(ints(0, 3)) == 0:
        shape = tuple(draw(st.lists(ints(-1, 4), max_size=4)))
    return Call("expand", {"shape": shape}, lambda x: x.expand(shape), (narrow,))


def _matmul(draw: Draw) -> Call:
    inner, rows, columns = per_axis(draw, 3, 1, 3)
    lead = _broadcastable(draw, 2)
    left = (inner,) if draw(ints(0, 3)) == 0 else (*lead[0], rows, inner)
    right = (inner,) if draw(ints(0, 3)) == 0 else (*lead[1], inner, columns)
    if draw(ints(0, 4)) == 0:
        right = draw(shapes(0, 3, most=3))
    return Call("matmul", {}, torch.matmul, (left, right))


def _permute(draw: Draw) -> Call:
    shape = draw(shapes(0, 4))
    order = tuple(a - len(shape) * draw(ints(0, 1)) for a in draw(st.permutations(range(len(shape)))))
    if draw(ints(0, 2)) == 0:
        order = tuple(draw(st.lists(ints(-3, 3), max_size=4)))
    return Call("permute", {"order": order}, lambda x: x.permute(order), (shape,))


def _pad(draw: Draw) -> Call:
    shape = draw(shapes(1, 5, most=3))
    mode = draw(st.sampled_from(["constant", "constant", "reflect", "replicate", "circular"]))
    most = len(shape) if mode == "constant" else max(len(shape) - 2, 1)
    count = draw(ints(1, min(most, 3)))
    low = -3 if mode == "constant" and draw(ints(0, 2)) == 0 else -1 if mode == "constant" else 0
    before, after = per_axis(draw, count, low, 2), per_axis(draw, count, low, 2)
    flat = [n for pair in reversed(list(zip(before, after, strict=True))) for n in pair]
    settings = {"before": before, "after": after, "mode": mode}
    return Call("pad", settings, lambda x: F.pad(x, flat, mode=mode), (shape,))


def _reduce(draw: Draw) -> Call:
    shape = draw(shapes(0, 4))
    rank = max(len(shape), 1)
    function = draw(st.sampled_from(sorted(_REDUCTIONS)))
    single = function in ("argmax", "argmin", "prod", "aminmax") or function.endswith("_with_indices")
    dims = draw(st.lists(ints(0, rank - 1), min_size=1, max_size=1 if single else rank, unique=True))
    over: Any = tuple(d - rank * draw(ints(0, 1)) for d in dims)
    if draw(ints(0, 4)) == 0:
        over = tuple(draw(st.lists(ints(-4, 4), min_size=1, max_size=1 if single else 3)))
    elif draw(ints(0, 4)) == 0 and "_with_" not in function and function != "prod":
        over = None
    keep = over is not None and function != "count_nonzero" and draw(st.booleans())
    floating = function in ("mean", "var", "std", "logsumexp", "norm", "var_mean", "std_mean")
    dtype = "float32" if floating else draw(st.sampled_from(["float32", "float16", "int64", "int32", "uint8", "bool"]))
    run = _REDUCTIONS[function]
    return Call("reduce", {"function": function, "over": over, "keep": keep}, lambda x: run(x, over, keep), (shape,), (dtype,))


def _by_one(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda x, over, keep: function(x, dim=None if over is None else over[0], keepdim=keep)


def _by_some(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda x, over, keep: function(x, dim=tuple(range(x.dim())) if over is None else over, keepdim=keep)


_REDUCTIONS = {
    "mean": _by_some(torch.mean), "sum": _by_some(torch.sum), "max": _by_some(torch.amax), "min": _by_some(torch.amin),
    "var": _by_some(torch.var), "std": _by_some(torch.std), "logsumexp": _by_some(torch.logsumexp),
    "norm": _by_some(torch.linalg.vector_norm), "all": _by_some(torch.all), "any": _by_some(torch.any),
    "prod": _by_one(torch.prod), "argmax": _by_one(torch.argmax), "argmin": _by_one(torch.argmin),
    "max_with_indices": _by_one(torch.max), "min_with_indices": _by_one(torch.min),
    "median_with_indices": _by_one(torch.median), "mode_with_indices": _by_one(torch.mode), "aminmax": _by_one(torch.aminmax),
    "var_mean": _by_some(torch.var_mean), "std_mean": _by_some(torch.std_mean),
    "count_nonzero": lambda x, over, keep: torch.count_nonzero(x, over),
}  # fmt: skip


def _reshape(draw: Draw) -> Call:
    shape = draw(shapes(0, 4))
    wanted = tuple(draw(st.permutations(shape)))
    if len(wanted) > 1 and draw(st.booleans()):
        wanted = (wanted[0] * wanted[1], *wanted[2:])
    if wanted and draw(st.booleans()):
        place = draw(ints(0, len(wanted) - 1))
        wanted = (*wanted[:place], -1, *wanted[place + 1 :])
    if draw(ints(0, 3)) == 0:
        wanted = tuple(draw(st.lists(ints(-1, 4), max_size=4)))
    return Call("reshape", {"shape": wanted}, lambda x: x.reshape(wanted), (shape,))


def _slice(draw: Draw) -> Call:
    shape = draw(shapes(1, 4, most=6))
    on = tuple(draw(st.lists(ints(0, len(shape) - 1), max_size=3, unique=True)))
    starts, stops = per_axis(draw, len(on), -7, 7), per_axis(draw, len(on), -7, 7)
    steps = tuple(draw(ints(1, 3) | ints(0, 3)) for _ in on)
    parts = [slice(None)] * len(shape)
    for axis, start, stop, step in zip(on, starts, stops, steps, strict=True):
        parts[axis] = slice(start, stop, step)
    settings = {"on": on, "starts": starts, "stops": stops, "steps": steps}
    return Call("slice", settings, lambda x: x[tuple(parts)], (shape,))


def _update(draw: Draw) -> Call:
    part = _slice(draw)
    shape, wanted = part.shapes[0], part.run
    try:
        inside = tuple(wanted(torch.zeros(shape)).shape)
    except (RuntimeError, ValueError):
        inside = shape
    value = tuple(1 if draw(ints(0, 3)) == 0 else n for n in inside)[draw(ints(0, len(inside))) :]
    if draw(ints(0, 4)) == 0:
        value = draw(shapes(0, len(shape)))

    def run(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        wanted(x).copy_(y)
        return x

    return Call("update", part.settings, run, (shape, tuple(n or 1 for n in value)))


def _chosen(draw: Draw) -> Call:
    """``x[:, 2]``: one index, whose axis disappears."""
    shape = draw(shapes(1, 4))
    axis = draw(ints(0, len(shape) - 1))
    index = draw(ints(-shape[axis], shape[axis] - 1))
    settings = {"on": (axis,), "starts": (index,), "stops": (index + 1 or shape[axis],), "drop": (axis,)}
    return Call("slice", settings, lambda x: x.select(axis, index), (shape,))


def _split(draw: Draw) -> Call:
    shape = draw(shapes(1, 4, most=6))
    axis = draw(ints(-len(shape), len(shape) - 1))
    first = draw(ints(0, shape[axis]))
    sizes: tuple[int, ...] = (first, shape[axis] - first)
    if draw(ints(0, 3)) == 0:
        axis, sizes = draw(ints(-5, 4)), per_axis(draw, draw(ints(1, 3)), 0, 4)
    return Call("split", {"axis": axis, "sizes": sizes}, lambda x: torch.split(x, list(sizes), axis), (shape,))


def _interpolate(draw: Draw) -> Call:
    axes = draw(ints(1, 3))
    shape = draw(shapes(axes + 2, axes + 2))
    fitting = {1: ["nearest", "linear", "area"], 2: ["nearest", "bilinear", "bicubic"], 3: ["nearest", "trilinear"]}[axes]
    mode = draw(st.sampled_from([*fitting, *fitting, *fitting, "nearest-exact", "linear", "bilinear", "area"]))
    corners = mode not in ("nearest", "nearest-exact", "area") and draw(st.booleans())
    settings: dict[str, Any] = {"mode": mode, "align_corners": corners}
    if draw(st.booleans()):
        settings["size"] = per_axis(draw, axes, 1, 7)
    else:
        settings["scale"] = tuple(draw(st.sampled_from([0.25, 0.5, 1.0, 1.5, 2.0, 3.0, 0.3, 1.7])) for _ in range(axes))
    if draw(ints(0, 5)) == 0:
        settings["size"] = per_axis(draw, draw(ints(1, 3)), 0, 4)
    settings["antialias"] = mode in ("bilinear", "bicubic") and draw(st.booleans())
    options = {"mode": mode, "align_corners": corners if mode.endswith(("linear", "bicubic")) else None}
    return Call(
        "interpolate", settings,
        lambda x: F.interpolate(x, settings.get("size"), settings.get("scale"), antialias=settings["antialias"], **options),
        (shape,),
    )  # fmt: skip


FUNCTIONS: Mapping[str, Callable[[Draw], Call]] = {
    **torch_indexing.FUNCTIONS, **torch_picking.FUNCTIONS, **torch_sequence.FUNCTIONS, **torch_structure.FUNCTIONS,
    **{name: _arithmetic(name) for name in ("add", "sub", "mul", "div")},
    "elementwise": _elementwise, "cast": _cast, "concat": _concat, "expand": _expand, "matmul": _matmul, "permute": _permute,
    "pad": _pad, "reduce": _reduce, "reshape": _reshape, "update": _update, "slice": _slice, "slice, one index": _chosen,
    "split": _split,
    "interpolate": _interpolate,
}  # fmt: skip


@st.composite
def calls(draw: Draw, names: list[str] | None = None) -> Call:
    """A random call of a random function."""
    return FUNCTIONS[draw(st.sampled_from(names or sorted(FUNCTIONS)))](draw)
