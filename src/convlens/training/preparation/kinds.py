"""The preparation of each kind of data; its module is imported when it is needed."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from torch import Tensor

from convlens.ir.errors import UsageError, quoted
from convlens.ir.spec import Shape
from convlens.lang.sentence import Sentence
from convlens.training.data.raw import Raw
from convlens.training.preparation.preparation import Preparation
from convlens.training.settings.settings import Settings

KINDS = ("image", "text", "sound", "volume")


def fitted(raw: Raw, places: Tensor, settings: Settings, network_shape: Shape | None) -> Preparation:
    """The preparation for data of this kind, fitted on the examples at ``places``, the training part."""
    made: Preparation = _module(raw.kind).fitted(raw, places, settings, network_shape)
    return made


def from_dict(values: Mapping[str, Any]) -> Preparation:
    """What `Preparation.to_dict` wrote. Raises `UsageError` where the kind is not known or a value is missing."""
    kind = values.get("kind")
    if kind not in KINDS:
        raise UsageError(
            Sentence("a preparation of kind {kind}\n  fix: one of {kinds}", kind=quoted(kind), kinds=", ".join(KINDS))
        )
    try:
        made: Preparation = _module(kind).from_dict(values)
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise UsageError(
            Sentence("the preparation of kind {kind} cannot be read: {reason}", kind=kind, reason=quoted(error))
        ) from None
    return made


def _module(kind: str) -> Any:
    return import_module(f"convlens.training.preparation.{kind}")
