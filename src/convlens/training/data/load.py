"""From a name or a path to the three parts of a training."""

from typing import Any

from torch import Tensor

from convlens.ir.errors import UsageError
from convlens.ir.spec import Shape
from convlens.lang.sentence import Sentence
from convlens.training.data.brought import remarks_of
from convlens.training.data.examples import Examples, Held, Rows
from convlens.training.data.fetch import show_bytes
from convlens.training.data.fingerprint import fingerprint_of
from convlens.training.data.memory import available_bytes, processes
from convlens.training.data.ondemand import OnDemand, row_bytes, stored
from convlens.training.data.parts import Parts
from convlens.training.data.raw import Raw
from convlens.training.data.sources.find import found
from convlens.training.data.split import Split, split_of
from convlens.training.preparation.kinds import fitted
from convlens.training.preparation.preparation import Preparation
from convlens.training.settings.settings import Settings

FEW = 20
"""From so many examples on, more than half as many classes are a mistake."""


def load(data: str, settings: Settings, network_shape: Shape | None = None, *, download: bool = False) -> Parts:
    """Read, split, fit the preparation on the training part, and prepare.

    ``data`` is a public name, ``name:PATH``, or a path. ``network_shape`` is what the network takes of one example, (C, H, W);
    a 0 in it, or None, leaves that to the data. Public data that are not there are fetched only where ``download`` says so.
    Raises `UsageError` with what is wrong and how to mend it.
    """
    return parts_of(found(data, settings, download=download), settings, network_shape)


def parts_of(raw: Raw, settings: Settings, network_shape: Shape | None = None) -> Parts:
    """`load` for examples that were read already."""
    _check(raw)
    split = split_of(raw, settings)
    preparation = fitted(raw, split.train, settings, network_shape)
    held = _held(raw, split, preparation, settings)
    train, validation, test = (_examples(raw, at, preparation, held=held) for at in (split.train, split.validation, split.test))
    return Parts(
        name=raw.name, train=train, validation=validation, test=test, classes=raw.classes, preparation=preparation,
        fingerprint=fingerprint_of(raw, split), about=_about(raw, split, preparation, held=held),
        test_groups=raw.groups[split.test] if raw.groups is not None else None, group_names=raw.group_names,
    )  # fmt: skip


def _check(raw: Raw) -> None:
    """A source that counts wrong must not train."""
    if not len(raw.items) == len(raw.labels) == len(raw.names):
        raise UsageError(
            Sentence(
                "{source}: {items} examples, {labels} labels, {names} names",
                source=raw.source, items=len(raw.items), labels=len(raw.labels), names=len(raw.names),
            )
        )  # fmt: skip
    if len(raw) >= FEW and 2 * len(raw.classes) > len(raw):
        raise UsageError(
            Sentence(
                "{source}: {classes} classes of {examples} examples; labels that nearly all differ are no classes",
                source=raw.source, classes=len(raw.classes), examples=len(raw),
            )
        )  # fmt: skip
    if len(raw.classes) < 2:
        raise UsageError(
            Sentence(
                "{source}: {count} class ({classes}); two or more are told apart",
                source=raw.source,
                count=len(raw.classes),
                classes=", ".join(raw.classes),
            )
        )


def _held(raw: Raw, split: Split, preparation: Preparation, settings: Settings) -> bool:
    """Whether all rows stay in memory."""
    if settings.preload == "no":
        return False
    need = row_bytes(raw.items, preparation) * sum(len(part) for part in (split.train, split.validation, split.test))
    free = available_bytes() // processes()
    if settings.preload == "yes" and need > free:
        raise UsageError(
            Sentence(
                "all examples need {need} of memory, {free} are free\n  fix: preload=auto, or limit",
                need=show_bytes(need),
                free=show_bytes(free),
            )
        )
    return settings.preload == "yes" or need <= free // 2


def _examples(raw: Raw, places: Tensor, preparation: Preparation, *, held: bool) -> Examples:
    rows: Rows = OnDemand(raw.items, places, preparation)
    if held:
        rows = Held(stored(raw.items, places, preparation))
    return Examples(rows, raw.labels[places], places, [raw.names[at] for at in places.tolist()])


def _about(raw: Raw, split: Split, preparation: Preparation, *, held: bool) -> dict[str, Any]:
    """Plain values; ``remarks`` are sentences for people."""
    return {
        **raw.about,
        "kind": raw.kind,
        "source": raw.source,
        "licence": raw.licence,
        "preloaded": held,
        "judged": "validation" if len(split.validation) else "last",
        "remarks": [*raw.about.get("remarks", []), *remarks_of(raw, preparation), *split.remarks],
    }
