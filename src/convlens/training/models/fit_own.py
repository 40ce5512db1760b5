"""The first and the last layer of the user's own module fitted to the data."""

from torch import Tensor, nn

from convlens.lang.messages import marked
from convlens.lang.remark import Remark, remark
from convlens.training.models.called import CONVS, Called, called, replaced
from convlens.training.models.fields import Fields

COPIED = ("out_channels", "kernel_size", "stride", "padding", "dilation", "groups", "padding_mode")


def fitted_own(module: nn.Module, x: Tensor, fields: Fields) -> list[Remark]:
    """Change the module in place, so far as it can be done by one layer at each end; say what was changed."""
    remarks = _table(module, called(module, x), fields) if fields.words else _stem(module, called(module, x), fields)
    return remarks + _head(module, called(module, x), fields)


def _stem(module: nn.Module, found: Called, fields: Fields) -> list[Remark]:
    name = next((name for name in found.layers if isinstance(module.get_submodule(name), CONVS)), "")
    conv = module.get_submodule(name)
    if type(conv) not in CONVS or conv.in_channels == fields.shape[0] or conv.groups != 1:
        return []
    replaced(module, name, _conv(conv, in_channels=fields.shape[0]))
    return [remark(marked("{layer} reads {channels} instead of {own} channels, as the data have"),
                   layer=name, channels=fields.shape[0], own=conv.in_channels)]  # fmt: skip


def _table(module: nn.Module, found: Called, fields: Fields) -> list[Remark]:
    name = next((name for name in found.reads_input if type(module.get_submodule(name)) is nn.Embedding), "")
    table = module.get_submodule(name)
    if type(table) is not nn.Embedding or table.num_embeddings >= fields.words:
        return []
    replaced(module, name, nn.Embedding(fields.words, table.embedding_dim, padding_idx=table.padding_idx))
    return [remark(marked("{layer} holds {words} instead of {own} words, as the data have"),
                   layer=name, words=fields.words, own=table.num_embeddings)]  # fmt: skip


def _head(module: nn.Module, found: Called, fields: Fields) -> list[Remark]:
    """The layer that was called last, where its width is that of the output and is not that of the classes."""
    width = found.output.shape[1] if isinstance(found.output, Tensor) and found.output.ndim == 2 else fields.classes
    name = found.layers[-1] if found.layers else ""
    layer = module.get_submodule(name)
    if width == fields.classes:
        return []
    if type(layer) is nn.Linear and layer.out_features == width:
        new: nn.Module = nn.Linear(layer.in_features, fields.classes, bias=layer.bias is not None)
    elif type(layer) in CONVS and layer.out_channels == width and layer.groups == 1:
        new = _conv(layer, out_channels=fields.classes)
    else:
        return []
    replaced(module, name, new)
    return [remark(marked("{layer} gives {classes} instead of {width} values, one for each class"),
                   layer=name, classes=fields.classes, width=width)]  # fmt: skip


def _conv(conv: nn.Module, **other: int) -> nn.Module:
    settings = {name: getattr(conv, name) for name in ("in_channels", *COPIED)}
    return type(conv)(**{**settings, **other}, bias=conv.bias is not None)
