"""A network of the user's own code."""

from collections.abc import Iterator

import torch
from torch import Tensor, nn
from torch.nn.modules.dropout import _DropoutNd

from convlens.importers.factory import made
from convlens.ir.errors import UsageError, cut, quoted
from convlens.ir.spec import show_shape
from convlens.lang.remark import Remark
from convlens.lang.sentence import Sentence
from convlens.training.models.called import called
from convlens.training.models.fields import Fields
from convlens.training.models.fit_own import fitted_own
from convlens.training.settings.settings import Settings


def own_module(model: str, fields: Fields, settings: Settings) -> tuple[nn.Module, list[Remark]]:
    """What the user's factory makes, its first and last layer changed where they do not fit the data.

    Weights that the factory draws, also those of layers made lazily, come from the seed. Raises `UsageError` where it is no
    module, has nothing to train, or still does not fit.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(settings.seed)
        module = made(model)
        if not isinstance(module, nn.Module):
            raise UsageError(
                Sentence(
                    "{network} is a {type}, but training takes a torch.nn.Module",
                    network=quoted(model), type=type(module).__name__,
                )
            )  # fmt: skip
        x = example(fields)
        remarks = fitted_own(module, x, fields)
        for training in (False, True):
            _check(module, x, fields, model, training=training)
    if not any(weight.requires_grad for weight in module.parameters()):
        raise UsageError(
            Sentence(
                "{network} has no weights that are trained\n  fix: a layer whose parameters require gradients",
                network=quoted(model),
            )
        )
    if settings.dropout is not None:
        _drop(module, settings.dropout, model)
    return module, remarks


def example(fields: Fields) -> Tensor:
    """Two inputs: zeros, or of texts the last word of the vocabulary, which a table of word vectors must hold."""
    return torch.full((2, *fields.shape), max(fields.words - 1, 0), dtype=getattr(torch, fields.dtype))


def _drop(module: nn.Module, share: float, model: str) -> None:
    found = list(_dropouts(module))
    if share and not found:
        raise UsageError(
            Sentence(
                "{network} has no dropout layer\n  fix: leave dropout out, or use torch.nn.Dropout in it",
                network=quoted(model),
            )
        )
    for layer in found:
        layer.p = share


def _dropouts(module: nn.Module) -> Iterator[_DropoutNd]:
    return (layer for layer in module.modules() if isinstance(layer, _DropoutNd))


def _check(module: nn.Module, x: Tensor, fields: Fields, model: str, *, training: bool) -> None:
    found = called(module, x, training=training)
    if found.error is not None:
        reason = cut(f"{type(found.error).__name__}: {found.error}")
        raise UsageError(
            Sentence(
                "{network} cannot take {shape}: {reason}",
                network=quoted(model), shape=show_shape(tuple(x.shape)), reason=reason,
            )
        )  # fmt: skip
    output = found.output
    if not isinstance(output, Tensor) or tuple(output.shape) != (2, fields.classes):
        other = Sentence("a {type}", type=type(output).__name__)
        shown = show_shape(tuple(output.shape)) if isinstance(output, Tensor) else other
        when = Sentence(" in training mode") if training else ""
        raise UsageError(
            Sentence(
                "{network} gives {shown} for {count} examples{when}; classification takes {wanted}, one value for each class",
                network=quoted(model), shown=shown, count=len(x), when=when, wanted=show_shape((len(x), fields.classes)),
            )
        )  # fmt: skip
    if not output.is_floating_point():
        raise UsageError(
            Sentence(
                "{network} gives {dtype} values; the loss takes floating ones",
                network=quoted(model), dtype=str(output.dtype).removeprefix("torch."),
            )
        )  # fmt: skip
