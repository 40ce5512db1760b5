"""Random calls of every layer of torch.nn that an operator spells: mostly legal, some spoiled on purpose."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from hypothesis import strategies as st

from convlens.importers.spelled import calls_of
from tests.ops import torch_indexing, torch_picking, torch_sequence, torch_structure
from tests.strategies import Draw, batched, ints, per_axis, shapes, spoiled, written

Shape = tuple[int, ...]
Recipe = Callable[[Draw, int], tuple[dict[str, Any], Shape]]


class Layer(NamedTuple):
    """``torch.nn.call(**kwargs)`` on an input of this shape."""

    call: str
    kwargs: dict[str, Any]
    shape: Shape


def _conv(draw: Draw, axes: int) -> tuple[dict[str, Any], Shape]:
    groups = draw(ints(1, 3))
    channels, out = groups * draw(ints(1, 2)), groups * draw(ints(1, 2))
    kernel, stride, dilation = per_axis(draw, axes, 1, 3), per_axis(draw, axes, 1, 3), per_axis(draw, axes, 1, 2)
    mode = draw(st.sampled_from(["zeros", "zeros", "zeros", "reflect", "replicate", "circular"]))
    padding: Any = per_axis(draw, axes, 0, 2)
    reach = [d * (k - 1) + 1 for k, d in zip(kernel, dilation, strict=True)]
    least = [max(r - 2 * p, 1 + p * (mode != "zeros")) for r, p in zip(reach, padding, strict=True)]
    space = tuple(n + draw(ints(0, 3)) for n in least)
    if draw(ints(0, 4)) == 0:
        padding, space = draw(st.sampled_from(["same", "valid"])), tuple(map(max, reach, space))
        stride = (1,) * axes if padding == "same" else stride
    kwargs = {
        "in_channels": channels, "out_channels": out, "kernel_size": written(draw, kernel), "stride": written(draw, stride),
        "padding": padding if isinstance(padding, str) else written(draw, padding), "dilation": written(draw, dilation),
        "groups": groups, "bias": draw(st.booleans()), "padding_mode": mode,
    }  # fmt: skip
    return kwargs, batched(draw, (channels, *space))


def _conv_transpose(draw: Draw, axes: int) -> tuple[dict[str, Any], Shape]:
    groups = draw(ints(1, 3))
    channels, out = groups * draw(ints(1, 2)), groups * draw(ints(1, 2))
    kernel, stride, dilation = per_axis(draw, axes, 1, 3), per_axis(draw, axes, 1, 3), per_axis(draw, axes, 1, 2)
    extra = tuple(draw(ints(0, max(s, d) - 1)) for s, d in zip(stride, dilation, strict=True))
    kwargs = {
        "in_channels": channels, "out_channels": out, "kernel_size": written(draw, kernel), "stride": written(draw, stride),
        "padding": written(draw, per_axis(draw, axes, 0, 1)), "output_padding": written(draw, extra), "groups": groups,
        "bias": draw(st.booleans()), "dilation": written(draw, dilation),
    }  # fmt: skip
    return kwargs, batched(draw, (channels, *per_axis(draw, axes, 1, 4)))


def _max_pool(draw: Draw, axes: int) -> tuple[dict[str, Any], Shape]:
    kernel, dilation = per_axis(draw, axes, 1, 4), per_axis(draw, axes, 1, 2)
    kwargs, space = _pool(draw, axes, kernel, dilation)
    kwargs |= {"dilation": written(draw, dilation), "return_indices": draw(st.booleans())}
    return kwargs, batched(draw, (draw(ints(1, 3)), *space))


def _avg_pool(draw: Draw, axes: int) -> tuple[dict[str, Any], Shape]:
    kwargs, space = _pool(draw, axes, per_axis(draw, axes, 1, 4), (1,) * axes)
    kwargs["count_include_pad"] = draw(st.booleans())
    if axes > 1:
        kwargs["divisor_override"] = draw(st.none() | ints(1, 4))
    return kwargs, batched(draw, (draw(ints(1, 3)), *space))


def _pool(draw: Draw, axes: int, kernel: Shape, dilation: Shape) -> tuple[dict[str, Any], Shape]:
    padding = tuple(draw(ints(0, k // 2)) for k in kernel)
    stride = draw(st.none() | st.just(0)) if draw(ints(0, 3)) == 0 else written(draw, per_axis(draw, axes, 1, 4))
    reach = [d * (k - 1) + 1 for k, d in zip(kernel, dilation, strict=True)]
    space = tuple(max(r - 2 * p, 1) + draw(ints(0, 4)) for r, p in zip(reach, padding, strict=True))
    kwargs = {
        "kernel_size": written(draw, kernel), "stride": None if stride == 0 else stride, "padding": written(draw, padding),
        "ceil_mode": draw(st.booleans()),
    }  # fmt: skip
    return kwargs, space


def _adaptive(draw: Draw, axes: int) -> tuple[dict[str, Any], Shape]:
    size = tuple(draw(ints(1, 6) | st.none()) for _ in range(axes)) if axes > 1 else per_axis(draw, 1, 1, 6)
    return {"output_size": written(draw, size)}, batched(draw, (draw(ints(1, 3)), *per_axis(draw, axes, 1, 7)))


def _adaptive_max(draw: Draw, axes: int) -> tuple[dict[str, Any], Shape]:
    kwargs, shape = _adaptive(draw, axes)
    return {**kwargs, "return_indices": draw(st.booleans())}, shape


def _batch_norm(draw: Draw, axes: int) -> tuple[dict[str, Any], Shape]:
    channels = draw(ints(1, 4))
    kwargs = {"num_features": channels, "affine": draw(st.booleans()), "track_running_stats": draw(st.booleans())}
    space = () if axes == 1 and draw(st.booleans()) else per_axis(draw, axes, 1, 3)
    return kwargs, (draw(ints(1, 3)), channels, *space)


def _instance_norm(draw: Draw, axes: int) -> tuple[dict[str, Any], Shape]:
    channels = draw(ints(1, 4))
    kwargs = {"num_features": channels, "affine": draw(st.booleans()), "track_running_stats": draw(st.booleans())}
    return kwargs, batched(draw, (channels, *per_axis(draw, axes, 1, 3)))


def _group_norm(draw: Draw, _axes: int) -> tuple[dict[str, Any], Shape]:
    groups = draw(ints(1, 3))
    channels = groups * draw(ints(1, 3))
    kwargs = {"num_groups": groups, "num_channels": channels, "affine": draw(st.booleans())}
    return kwargs, (draw(ints(1, 3)), channels, *draw(shapes(0, 3)))


def _layer_norm(draw: Draw, _axes: int) -> tuple[dict[str, Any], Shape]:
    shape = draw(shapes(1, 4))
    last = shape[-draw(ints(1, len(shape))) :]
    kwargs = {"normalized_shape": written(draw, last) if len(last) == 1 else last}
    return kwargs | {"elementwise_affine": draw(st.booleans()), "bias": draw(st.booleans())}, shape


def _linear(draw: Draw, _axes: int) -> tuple[dict[str, Any], Shape]:
    shape = draw(shapes(1, 4))
    return {"in_features": shape[-1], "out_features": draw(ints(1, 4)), "bias": draw(st.booleans())}, shape


def _local_response_norm(draw: Draw, _axes: int) -> tuple[dict[str, Any], Shape]:
    return {"size": draw(ints(1, 5))}, draw(shapes(3, 5))


def _flatten(draw: Draw, _axes: int) -> tuple[dict[str, Any], Shape]:
    shape = draw(shapes(1, 5, most=3))
    start = draw(ints(0, len(shape) - 1))
    end = draw(ints(start, len(shape) - 1))
    return {"start_dim": start - len(shape) * draw(ints(0, 1)), "end_dim": end - len(shape) * draw(ints(0, 1))}, shape


def _softmax(draw: Draw, _axes: int) -> tuple[dict[str, Any], Shape]:
    shape = draw(shapes(0, 4))
    return {"dim": draw(ints(-max(len(shape), 1), max(len(shape), 1) - 1))}, shape


def _pixel_shuffle(draw: Draw, _axes: int) -> tuple[dict[str, Any], Shape]:
    factor = draw(ints(1, 3))
    return {"upscale_factor": factor}, (*draw(shapes(0, 2)), factor**2 * draw(ints(1, 2)), *per_axis(draw, 2, 1, 3))


def _pixel_unshuffle(draw: Draw, _axes: int) -> tuple[dict[str, Any], Shape]:
    factor = draw(ints(1, 3))
    space = (factor * n for n in per_axis(draw, 2, 1, 3))
    return {"downscale_factor": factor}, (*draw(shapes(0, 2)), draw(ints(1, 3)), *space)


def _prelu(draw: Draw, _axes: int) -> tuple[dict[str, Any], Shape]:
    shape = draw(shapes(0, 4))
    channels = shape[1] if len(shape) > 1 else 1
    return {"num_parameters": draw(st.sampled_from([1, channels]))}, shape


def _dropout_channels(draw: Draw, axes: int) -> tuple[dict[str, Any], Shape]:
    return {"p": draw(st.sampled_from([0.0, 0.5, 1.0, 1.5, -0.5]))}, batched(draw, draw(shapes(axes + 1, axes + 1)))


def _dropout(draw: Draw, _axes: int) -> tuple[dict[str, Any], Shape]:
    return {"p": draw(st.sampled_from([0.0, 0.5, 1.0, 1.5, -0.5]))}, draw(shapes(0, 4))


def _activation(draw: Draw, _axes: int) -> tuple[dict[str, Any], Shape]:
    return {}, draw(shapes(0, 4))


RECIPES: Mapping[str, Recipe] = {
    **torch_picking.RECIPES, **torch_sequence.RECIPES, **torch_structure.RECIPES,
    "embedding_bag": torch_indexing.embedding_bag,
    "conv": _conv, "conv_transpose": _conv_transpose, "max_pool": _max_pool, "avg_pool": _avg_pool,
    "adaptive_avg_pool": _adaptive, "adaptive_max_pool": _adaptive_max, "batch_norm": _batch_norm,
    "instance_norm": _instance_norm, "group_norm": _group_norm, "layer_norm": _layer_norm, "linear": _linear,
    "local_response_norm": _local_response_norm, "flatten": _flatten, "softmax": _softmax, "log_softmax": _softmax,
    "pixel_shuffle": _pixel_shuffle, "pixel_unshuffle": _pixel_unshuffle, "prelu": _prelu,
}  # fmt: skip
ACTIVATIONS = frozenset(
    ["celu", "elu", "gelu", "hardsigmoid", "hardswish", "hardtanh", "identity", "leaky_relu", "log_sigmoid", "mish", "relu",
     "relu6", "selu", "sigmoid", "silu", "softplus", "softsign", "tanh"]
)  # fmt: skip


def recipe_of(call: str) -> Recipe:
    """How to draw arguments for a layer; KeyError for an operator that nobody wrote one for."""
    entry = calls_of("torch.nn")[call]
    if call in torch_structure.SPECIAL:
        return torch_structure.SPECIAL[call]
    if entry.op.name == "dropout":
        return _dropout_channels if entry.axes else _dropout
    return _activation if entry.op.name in ACTIVATIONS else RECIPES[entry.op.name]


def _names() -> list[str]:
    """Every layer; those with many settings several times."""
    heavy = ("Conv", "MaxPool", "AvgPool")
    return [name for name in sorted(calls_of("torch.nn")) for _ in range(6 if name.startswith(heavy) else 1)]


def inputs_of(layer: Layer) -> list[tuple[Shape, str]]:
    """Shape and dtype of each input: a table takes indices, some layers two inputs."""
    first = (layer.shape, "int64" if layer.call.startswith("Embedding") else "float32")
    if layer.call == "Bilinear":
        return [first, (torch_picking.second_shape(layer.kwargs, layer.shape), "float32")]
    second = torch_structure.PAIRS.get(layer.call)
    return [first, (layer.shape, second)] if second else [first]


@st.composite
def layers(draw: Draw, names: list[str] | None = None) -> Layer:
    """A random call of a random layer; about one of three is spoiled."""
    call = draw(st.sampled_from(names or _names()))
    kwargs, shape = recipe_of(call)(draw, calls_of("torch.nn")[call].axes)
    if draw(ints(0, 2)) == 0:
        kwargs, shape = spoiled(draw, kwargs, shape)
    return Layer(call, kwargs, shape)
