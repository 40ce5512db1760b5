"""Normalisations. Source: ONNX BatchNormalization-15, InstanceNormalization-22, LayerNormalization-17, GroupNormalization-21,
RMSNormalization-23.
"""

from collections.abc import Sequence
from typing import Any

from convlens.importers.onnx.build import Builder, broken
from convlens.importers.onnx.call import Call, NoReaderError
from convlens.importers.onnx.readers import reads
from convlens.importers.onnx.tensor import Tensor
from convlens.ir.spec import Shape


@reads("BatchNormalization")
def batch_norm(call: Call, builder: Builder) -> Sequence[Tensor]:
    """Scale, shift, running mean and variance are all inputs; ONNX's momentum is the share that stays."""
    if not call.attr("spatial", 1):
        raise NoReaderError
    names = ("weight", "bias", "running_mean", "running_var")
    weights = {name: call.tensor(i) for i, name in enumerate(names, 1)}
    momentum = round(1 - call.attr("momentum", 0.9), 7)
    return [_channelwise(call, builder, "batch_norm", weights, tracked=True, momentum=momentum)]


@reads("InstanceNormalization")
def instance_norm(call: Call, builder: Builder) -> Sequence[Tensor]:
    weights = {"weight": call.tensor(1), "bias": call.tensor(2)}
    return [_channelwise(call, builder, "instance_norm", weights)]


@reads("GroupNormalization")
def group_norm(call: Call, builder: Builder) -> Sequence[Tensor]:
    """Before operator set 21 there is one scale and one shift a group: a multiplication and a sum of their own."""
    x, scale, shift, groups = call.tensor(0), call.tensor(1), call.tensor(2), call.attr("num_groups", 1)
    weights = {"weight": scale, "bias": shift}
    if call.opset >= 21 or x.spec.dims[1:2] == (groups,):
        return [_channelwise(call, builder, "group_norm", weights, groups=groups)]
    y = builder.one(call, "group_norm", [x], groups=groups, affine=False, eps=call.attr("epsilon", 1e-05))
    grouped = builder.one(call, "reshape", [y], part="groups", shape=(x.spec.dims[0], groups, -1))
    scaled = builder.one(call, "mul", [grouped, builder.reshape(call, scale, (groups, 1))], part="scaled")
    shifted = builder.one(call, "add", [scaled, builder.reshape(call, shift, (groups, 1))], part="shifted")
    return builder.emit(call, "reshape", [shifted], part="restored", shape=x.spec.dims)


@reads("LayerNormalization")
def layer_norm(call: Call, builder: Builder) -> Sequence[Tensor]:
    """Over the axes from ``axis`` on; a scale of another shape than theirs is broadcast, so it stays an input."""
    x, scale, bias = call.tensor(0), call.tensor(1), call.given(2)
    rank = x.spec.rank
    axis = call.attr("axis", -1)
    if not -rank <= axis < rank:
        raise broken(call, f"axis {axis} is not one of the {rank} axes of {x.spec}", f"an axis from {-rank} to {rank - 1}", [x])
    shape = x.spec.dims[axis % rank :]
    weights = {"weight": scale} | ({} if bias is None else {"bias": bias})
    needed = {"weight": shape, "bias": shape}
    eps = call.attr("epsilon", 1e-05)
    return [builder.layer(call, "layer_norm", x, weights, needed, shape=shape, bias=bias is not None, eps=eps)]


@reads("RMSNormalization")
def rms_norm(call: Call, builder: Builder) -> Sequence[Tensor]:
    """Over the axes from ``axis`` on, as LayerNormalization."""
    x, scale = call.tensor(0), call.tensor(1)
    rank, axis = x.spec.rank, call.attr("axis", -1)
    if not -rank <= axis < rank:
        raise broken(call, f"axis {axis} is not one of the {rank} axes of {x.spec}", f"an axis from {-rank} to {rank - 1}", [x])
    shape = x.spec.dims[axis % rank :]
    eps = call.attr("epsilon", 1e-05)
    return [builder.layer(call, "rms_norm", x, {"weight": scale}, {"weight": shape}, shape=shape, eps=eps)]


def _channelwise(call: Call, builder: Builder, op: str, weights: dict[str, Tensor], **settings: Any) -> Tensor:
    x = call.tensor(0)
    if x.spec.rank < 2:
        raise broken(call, f"the input {x.spec} has no channels", "an input of at least 2 axes (N, C)", [x])
    needed: Shape = (x.spec.dims[1],)
    for name, weight in weights.items():
        if weight.spec.dims != needed:
            raise broken(
                call, f"its {name} is {weight.spec}, but the input {x.spec} has {needed[0]} channels", f"{needed[0]} values", [x]
            )
    eps = call.attr("epsilon", 1e-05)
    return builder.layer(call, op, x, weights, dict.fromkeys(weights, needed), affine=True, eps=eps, **settings)
