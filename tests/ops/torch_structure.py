"""Random calls of activations, poolings, rearrangements, orderings and distances, for the conformance tests."""

from collections.abc import Callable, Mapping
from typing import Any

import torch
import torch.nn.functional as F
from hypothesis import strategies as st

from tests.ops.call import Call, Shape
from tests.strategies import Draw, batched, ints, per_axis, shapes, written

Arguments = tuple[dict[str, Any], Shape]

_NUMBERS = st.sampled_from([0.0, 0.1, 0.5, 1.0, 3.0, -0.5])


def _plain(draw: Draw, _axes: int) -> Arguments:
    return {}, draw(shapes(0, 4))


def _shrink(draw: Draw, _axes: int) -> Arguments:
    return {"lambd": draw(_NUMBERS)}, draw(shapes(0, 4))


def _threshold(draw: Draw, _axes: int) -> Arguments:
    return {"threshold": draw(_NUMBERS), "value": draw(_NUMBERS), "inplace": draw(st.booleans())}, draw(shapes(0, 4))


def _along_an_axis(draw: Draw, _axes: int) -> Arguments:
    shape = draw(shapes(1, 4))
    return {"dim": draw(ints(-len(shape), len(shape) - 1))}, shape


def _glu(draw: Draw, _axes: int) -> Arguments:
    kwargs, shape = _along_an_axis(draw, 0)
    axis = kwargs["dim"] % len(shape)
    return kwargs, (*shape[:axis], 2 * shape[axis], *shape[axis + 1 :])


def _image(draw: Draw, _axes: int) -> Arguments:
    return {}, draw(shapes(3, 4)) if draw(ints(0, 4)) else draw(shapes(1, 5, most=3))


def _alpha_dropout(draw: Draw, _axes: int) -> Arguments:
    return {"p": draw(st.sampled_from([0.0, 0.5, 1.0, 1.5, -0.5]))}, draw(shapes(1, 4))


def _lp_pool(draw: Draw, axes: int) -> Arguments:
    kernel = per_axis(draw, axes, 1, 4)
    stride = None if draw(ints(0, 3)) == 0 else written(draw, per_axis(draw, axes, 1, 4))
    kwargs = {
        "norm_type": draw(st.sampled_from([1, 2, 3.5])), "kernel_size": written(draw, kernel) if axes > 1 else kernel[0],
        "stride": stride if axes > 1 or stride is None else draw(ints(1, 4)),
        "ceil_mode": draw(st.booleans()),
    }  # fmt: skip
    return kwargs, batched(draw, (draw(ints(1, 3)), *(k + draw(ints(0, 5)) for k in kernel)))


def _fractional(draw: Draw, axes: int) -> Arguments:
    kernel = per_axis(draw, axes, 1, 3)
    space = tuple(k + draw(ints(2, 7)) for k in kernel)
    kwargs = {"kernel_size": written(draw, kernel), "return_indices": draw(st.booleans())}
    if draw(st.booleans()):
        most = [n - k + (axes == 2) for n, k in zip(space, kernel, strict=True)]
        kwargs["output_size"] = written(draw, tuple(draw(ints(1, n)) for n in most))
    else:
        kwargs["output_ratio"] = tuple(draw(st.sampled_from([0.3, 0.5, 0.7])) for _ in range(axes))
    return kwargs, batched(draw, (draw(ints(1, 3)), *space))


def _max_unpool(draw: Draw, axes: int) -> Arguments:
    kernel, padding = per_axis(draw, axes, 1, 3), per_axis(draw, axes, 0, 1)
    stride = None if draw(ints(0, 3)) == 0 else written(draw, per_axis(draw, axes, 1, 3))
    kwargs = {"kernel_size": written(draw, kernel), "stride": stride, "padding": written(draw, padding)}
    return kwargs, batched(draw, (draw(ints(1, 3)), *per_axis(draw, axes, 1, 4)))


def _rms_norm(draw: Draw, _axes: int) -> Arguments:
    shape = draw(shapes(1, 4))
    last = shape[-draw(ints(1, len(shape))) :]
    kwargs = {"normalized_shape": written(draw, last) if len(last) == 1 else last}
    return kwargs | {"elementwise_affine": draw(st.booleans())}, shape


def _channel_shuffle(draw: Draw, _axes: int) -> Arguments:
    groups = draw(ints(1, 4))
    return {"groups": groups}, (draw(ints(1, 2)), groups * draw(ints(1, 3)), *draw(shapes(1, 3)))


def _unflatten(draw: Draw, _axes: int) -> Arguments:
    sizes = draw(shapes(1, 3, most=3))
    product = int(torch.tensor(sizes).prod())
    place = draw(ints(0, len(sizes)))
    before, after = draw(shapes(0, 2)), draw(shapes(0, 2))
    asked = tuple(-1 if i == place else n for i, n in enumerate(sizes))
    axis = len(before) - (len(before) + 1 + len(after)) * draw(ints(0, 1))
    return {"dim": axis, "unflattened_size": asked}, (*before, product, *after)


def _padding(draw: Draw, axes: int, low: int) -> Arguments:
    flat = per_axis(draw, 2 * axes, low, 2)
    return {"padding": written(draw, flat)}, batched(draw, (draw(ints(1, 3)), *per_axis(draw, axes, 2, 5)))


def _pad(draw: Draw, axes: int) -> Arguments:
    """What every layer of the pad family takes; `LAYER_ARGUMENTS` adds what only some of them take."""
    return _padding(draw, axes, 0)


def _upsample(draw: Draw, _axes: int) -> Arguments:
    axes = draw(ints(1, 3))
    mode = draw(st.sampled_from([*[{1: "linear", 2: "bilinear", 3: "trilinear"}[axes], "nearest"] * 3, "bicubic", "area"]))
    return {"mode": mode, **_how_large(draw, axes), **_corners(draw, mode)}, draw(shapes(axes + 2, axes + 2))


def _upsample_image(draw: Draw, _axes: int) -> Arguments:
    return _how_large(draw, 2), draw(shapes(4, 4))


def _corners(draw: Draw, mode: str) -> dict[str, Any]:
    return {"align_corners": draw(st.booleans())} if mode.endswith(("linear", "cubic")) else {}


def _how_large(draw: Draw, axes: int) -> dict[str, Any]:
    if draw(st.booleans()):
        return {"size": written(draw, per_axis(draw, axes, 1, 7))}
    scales = tuple(draw(st.sampled_from([1, 2, 3, 0.5, 1.5])) for _ in range(axes))
    return {"scale_factor": scales[0] if draw(st.booleans()) else scales}


def _interpolated(draw: Draw, axes: int) -> Arguments:
    return _upsample(draw, axes)


def _distance(draw: Draw, _axes: int) -> Arguments:
    return {"keepdim": draw(st.booleans()), "p": draw(st.sampled_from([1.0, 2.0, 3.0]))}, draw(shapes(1, 4))


def _cosine(draw: Draw, _axes: int) -> Arguments:
    return _along_an_axis(draw, 0)


RECIPES: Mapping[str, Callable[[Draw, int], Arguments]] = {
    "hardshrink": _shrink, "softshrink": _shrink, "tanhshrink": _plain, "threshold": _threshold, "rrelu": _plain, "glu": _glu,
    "softmin": _along_an_axis, "alpha_dropout": _alpha_dropout, "lp_pool": _lp_pool, "fractional_max_pool": _fractional,
    "max_unpool": _max_unpool, "rms_norm": _rms_norm, "channel_shuffle": _channel_shuffle, "unflatten": _unflatten,
    "pad": _pad, "interpolate": _interpolated, "pairwise_distance": _distance, "cosine_similarity": _cosine,
}  # fmt: skip
"""Arguments of the layers of torch.nn, by our operator."""

SPECIAL: Mapping[str, Callable[[Draw, int], Arguments]] = {
    "Softmax2d": _image,
    "UpsamplingNearest2d": _upsample_image,
    "UpsamplingBilinear2d": _upsample_image,
    **{f"ZeroPad{n}d": lambda draw, axes: _padding(draw, axes, -1) for n in (1, 2, 3)},
    **{
        f"ConstantPad{n}d": lambda draw, axes: (
            {"value": draw(_NUMBERS), **(found := _padding(draw, axes, -1))[0]},
            found[1],
        )
        for n in (1, 2, 3)
    },
}
"""Arguments of the layers that take others than their operator's other layers."""

PAIRS = {**{f"MaxUnpool{n}d": "int64" for n in (1, 2, 3)}, "CosineSimilarity": "float32", "PairwiseDistance": "float32"}
"""Layers with a second input of the same shape, and its dtype."""


def _broadcastable(draw: Draw, least: int) -> tuple[Shape, Shape]:
    full = draw(shapes(least, 4, most=3))
    found = [tuple(1 if draw(ints(0, 3)) == 0 else n for n in full) for _ in range(2)]
    if draw(ints(0, 5)) == 0:
        found[0] = draw(shapes(1, 4, most=3))
    return found[0], found[1][draw(ints(0, 1)) if len(full) > least else 0 :]


def _axis(draw: Draw, rank: int) -> int:
    """One of the axes, from either end; sometimes none of them."""
    return draw(ints(-5, 4)) if draw(ints(0, 6)) == 0 else draw(ints(-rank, rank - 1))


def _squeeze(draw: Draw) -> Call:
    shape = tuple(draw(st.sampled_from([1, 1, 2, 3])) for _ in range(draw(ints(1, 4))))
    if draw(ints(0, 4)) == 0:
        return Call("squeeze", {}, torch.squeeze, (shape,))
    over = tuple({_axis(draw, len(shape)): 0 for _ in range(draw(ints(1, 2)))})
    if len({a % len(shape) for a in over}) < len(over):
        over = over[:1]
    return Call("squeeze", {"over": over}, lambda x: torch.squeeze(x, over), (shape,))


def _unsqueeze(draw: Draw) -> Call:
    shape = draw(shapes(0, 4))
    at = _axis(draw, len(shape) + 1)
    return Call("unsqueeze", {"at": at}, lambda x: torch.unsqueeze(x, at), (shape,))


def _stack(draw: Draw) -> Call:
    shape, count = draw(shapes(0, 3)), draw(ints(1, 3))
    xs = [shape] * count
    if draw(ints(0, 5)) == 0:
        xs.append(draw(shapes(0, 3)))
    axis = _axis(draw, len(shape) + 1)
    dtypes = tuple(draw(st.sampled_from(["float32", "float16", "int64", "bool"])) for _ in xs)
    return Call("stack", {"axis": axis}, lambda *t: torch.stack(t, axis), tuple(xs), dtypes)


def _tile(draw: Draw) -> Call:
    repeats = draw(shapes(0, 4, most=3))
    return Call("tile", {"repeats": repeats}, lambda x: torch.tile(x, repeats), (draw(shapes(0, 4)),))


def _repeat(draw: Draw) -> Call:
    """``Tensor.repeat`` wants a number for each axis at least."""
    shape = draw(shapes(0, 3))
    repeats = (*draw(shapes(0, 1, most=3)), *per_axis(draw, len(shape), 1, 3))
    return Call("tile", {"repeats": repeats}, lambda x: x.repeat(repeats), (shape,))


def _repeat_interleave(draw: Draw) -> Call:
    shape, times = draw(shapes(1, 4)), draw(ints(1, 4))
    axis = None if draw(ints(0, 3)) == 0 else _axis(draw, len(shape))
    return Call("repeat_interleave", {"times": times, "axis": axis}, lambda x: torch.repeat_interleave(x, times, axis), (shape,))


def _roll(draw: Draw) -> Call:
    shape = draw(shapes(1, 4))
    over = tuple(_axis(draw, len(shape)) for _ in range(draw(ints(0, 3))))
    shifts = per_axis(draw, len(over) or 1, -6, 6)
    if draw(ints(0, 5)) == 0:
        shifts = (*shifts, 1)
    return Call("roll", {"shifts": shifts, "over": over or None}, lambda x: torch.roll(x, shifts, over), (shape,))


def _flip(draw: Draw) -> Call:
    shape = draw(shapes(1, 4))
    over = tuple(_axis(draw, len(shape)) for _ in range(draw(ints(0, 3))))
    return Call("flip", {"over": over}, lambda x: torch.flip(x, over), (shape,))


def _normalize(draw: Draw) -> Call:
    shape = draw(shapes(1, 4))
    axis, p = _axis(draw, len(shape)), draw(st.sampled_from([1.0, 2.0, 3.0]))
    return Call("normalize", {"over": axis, "p": p}, lambda x: F.normalize(x, p, axis), (shape,))


def _weight_norm(draw: Draw) -> Call:
    """Only legal lengths: PyTorch's fused kernel does not look at their shape."""
    v = draw(shapes(1, 4))
    axis = draw(ints(0, len(v) - 1))
    g = tuple(n if a == axis else 1 for a, n in enumerate(v))
    if draw(ints(0, 4)) == 0:
        axis, g = -1, ()
    return Call("weight_norm", {"axis": axis}, lambda x, y: torch._weight_norm(x, y, axis), (v, g))


def _max_unpool_sized(draw: Draw) -> Call:
    """With the output's size said: legal within one stride."""
    axes = draw(ints(1, 3))
    kernel, stride = per_axis(draw, axes, 1, 3), per_axis(draw, axes, 1, 3)
    padding = per_axis(draw, axes, 0, 1)
    space = per_axis(draw, axes, 1, 4)
    size = tuple(
        max((n - 1) * s - 2 * p + k + draw(ints(-s, s)), 1) for n, k, s, p in zip(space, kernel, stride, padding, strict=True)
    )
    run = getattr(F, f"max_unpool{axes}d")
    x = batched(draw, (draw(ints(1, 2)), *space))
    settings = {"kernel": kernel, "stride": stride, "padding": padding, "size": size}
    return Call("max_unpool", settings, lambda v, i: run(v, i * 0, kernel, stride, padding, size), (x, x), ("float32", "int64"))


def _scan(draw: Draw) -> Call:
    function = draw(st.sampled_from(["cumsum", "cumprod", "logcumsumexp", "cummax", "cummin"]))
    shape = draw(shapes(1, 4))
    axis = _axis(draw, len(shape))
    dtypes = ["float32", "float16"] if function == "logcumsumexp" else ["float32", "float16", "int32", "uint8", "bool"]
    dtype = draw(st.sampled_from(dtypes))
    return Call("scan", {"function": function, "axis": axis}, lambda x: getattr(torch, function)(x, axis), (shape,), (dtype,))


def _ordered(name: str) -> Callable[[Draw], Call]:
    def draw_call(draw: Draw) -> Call:
        shape = draw(shapes(1, 4))
        axis, down = _axis(draw, len(shape)), draw(st.booleans())
        settings = {"axis": axis, "descending": down}
        dtype = draw(st.sampled_from(["float32", "int64", "uint8"]))
        return Call(name, settings, lambda x: getattr(torch, name)(x, axis, down), (shape,), (dtype,))

    return draw_call


def _topk(draw: Draw) -> Call:
    shape = draw(shapes(1, 4, most=6))
    axis, k, largest = _axis(draw, len(shape)), draw(ints(0, 5)), draw(st.booleans())
    return Call("topk", {"k": k, "axis": axis, "largest": largest}, lambda x: torch.topk(x, k, axis, largest), (shape,))


def _kthvalue(draw: Draw) -> Call:
    shape = draw(shapes(1, 4, most=6))
    axis, k, keep = _axis(draw, len(shape)), draw(ints(0, 5)), draw(st.booleans())
    return Call("kthvalue", {"k": k, "axis": axis, "keep": keep}, lambda x: torch.kthvalue(x, k, axis, keep), (shape,))


def _cosine_similarity(draw: Draw) -> Call:
    xs = _broadcastable(draw, 1)
    axis = _axis(draw, max(map(len, xs)))
    return Call("cosine_similarity", {"axis": axis}, lambda x, y: torch.cosine_similarity(x, y, axis), xs)


def _pairwise_distance(draw: Draw) -> Call:
    xs, keep = _broadcastable(draw, 1), draw(st.booleans())
    return Call("pairwise_distance", {"keep": keep}, lambda x, y: F.pairwise_distance(x, y, keepdim=keep), xs)


def _cdist(draw: Draw) -> Call:
    lead, inner = _broadcastable(draw, 0), draw(ints(1, 3))
    xs = tuple((*shape, draw(ints(1, 3)), inner) for shape in lead)
    if draw(ints(0, 4)) == 0:
        xs = (draw(shapes(1, 4)), xs[1])
    p = draw(st.sampled_from([1.0, 2.0, 3.0]))
    return Call("cdist", {"p": p}, lambda x, y: torch.cdist(x, y, p), xs)


def _cross(draw: Draw) -> Call:
    lead = _broadcastable(draw, 0)
    axis = draw(ints(-len(lead[0]) - 1, len(lead[0])))
    at = axis % (len(lead[0]) + 1)
    xs = tuple((*shape[:at], 3, *shape[at:]) for shape in lead)
    if draw(ints(0, 4)) == 0:
        axis = draw(ints(-4, 3))
    if draw(ints(0, 4)) == 0:
        return Call("cross", {}, torch.cross, xs)
    return Call("cross", {"axis": axis}, lambda x, y: torch.linalg.cross(x, y, dim=axis), xs)


FUNCTIONS: Mapping[str, Callable[[Draw], Call]] = {
    "squeeze": _squeeze, "unsqueeze": _unsqueeze, "stack": _stack, "tile": _tile, "tile, repeat": _repeat,
    "repeat_interleave": _repeat_interleave, "roll": _roll, "flip": _flip, "normalize": _normalize,
    "weight_norm": _weight_norm, "max_unpool, size": _max_unpool_sized, "scan": _scan, "sort": _ordered("sort"),
    "argsort": _ordered("argsort"), "topk": _topk, "kthvalue": _kthvalue, "cosine_similarity": _cosine_similarity,
    "pairwise_distance": _pairwise_distance, "cdist": _cdist, "cross": _cross,
}  # fmt: skip
