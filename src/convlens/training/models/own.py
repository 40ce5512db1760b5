"""A network of the user's own code."""

import inspect
from collections.abc import Iterator

import torch
from torch import nn
from torch.nn.modules.dropout import _DropoutNd

from convlens.importers.factory import made
from convlens.ir.errors import UsageError, cut, quoted
from convlens.ir.spec import show_shape
from convlens.lang.messages import marked
from convlens.lang.remark import Remark, remark
from convlens.training.models.fields import Fields
from convlens.training.settings.settings import Settings


def own_module(model: str, fields: Fields, settings: Settings) -> tuple[nn.Module, list[Remark]]:
    """What the user's factory makes, its first and last layer changed where they do not fit the data.

    Weights that the factory draws come from the seed. Raises `UsageError` where it is no module, or still does not fit.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(settings.seed)
        module = made(model)
        if not isinstance(module, nn.Module):
            raise UsageError(f"{quoted(model)} is a {type(module).__name__}, but training takes a torch.nn.Module")
        remarks = [*_fit_stem(module, fields), *_fit_head(module, fields)]
    if settings.dropout is not None:
        for layer in _dropouts(module):
            layer.p = settings.dropout
    _check(module, fields, model)
    return module, remarks


def _fit_stem(module: nn.Module, fields: Fields) -> list[Remark]:
    if fields.kind == "text":
        return []
    name, conv = _first(module)
    if conv is None or conv.in_channels == fields.shape[0] or conv.groups != 1:
        return []
    own = conv.in_channels
    _replace(module, name, _same(conv, in_channels=fields.shape[0]))
    return [remark(marked("{layer} reads {channels} instead of {own} channels, as the data have"),
                   layer=name, channels=fields.shape[0], own=own)]  # fmt: skip


def _fit_head(module: nn.Module, fields: Fields) -> list[Remark]:
    lasts = [(name, layer) for name, layer in module.named_modules() if isinstance(layer, nn.Linear)]
    if not lasts or lasts[-1][1].out_features == fields.classes:
        return []
    name, layer = lasts[-1]
    width = layer.out_features
    _replace(module, name, nn.Linear(layer.in_features, fields.classes, bias=layer.bias is not None))
    return [remark(marked("{layer} gives {classes} instead of {width} values, one for each class"),
                   layer=name, classes=fields.classes, width=width)]  # fmt: skip


def _first(module: nn.Module) -> tuple[str, nn.Conv1d | nn.Conv2d | nn.Conv3d | None]:
    for name, layer in module.named_modules():
        if isinstance(layer, nn.Conv1d | nn.Conv2d | nn.Conv3d):
            return name, layer
    return "", None


def _same(conv: nn.Conv1d | nn.Conv2d | nn.Conv3d, in_channels: int) -> nn.Module:
    wanted = set(inspect.signature(type(conv)).parameters) - {"in_channels", "bias", "device", "dtype"}
    settings = {name: getattr(conv, name) for name in wanted if hasattr(conv, name)}
    return type(conv)(in_channels=in_channels, bias=conv.bias is not None, **settings)


def _replace(module: nn.Module, path: str, layer: nn.Module) -> None:
    holder, _, name = path.rpartition(".")
    setattr(module.get_submodule(holder), name, layer)


def _dropouts(module: nn.Module) -> Iterator[_DropoutNd]:
    return (layer for layer in module.modules() if isinstance(layer, _DropoutNd))


def _check(module: nn.Module, fields: Fields, model: str) -> None:
    dtype = getattr(torch, fields.dtype)
    training = module.training
    try:
        with torch.no_grad():
            found = module.eval()(torch.zeros((2, *fields.shape), dtype=dtype))
    except Exception as error:  # noqa: BLE001 - the user's own code may raise anything, and it is shown
        raise UsageError(f"{quoted(model)} cannot take {show_shape((2, *fields.shape))}: {cut(str(error))}") from None
    finally:
        module.train(training)
    shape = tuple(found.shape) if isinstance(found, torch.Tensor) else type(found).__name__
    if shape != (2, fields.classes):
        shown = show_shape(shape) if isinstance(shape, tuple) else f"a {shape}"
        raise UsageError(
            f"{quoted(model)} gives {shown} for 2 examples; classification takes {show_shape((2, fields.classes))}, "
            "one value for each class"
        )
