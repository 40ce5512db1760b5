"""The labelled examples on which a trained network is tested: its own test part, or new data."""

from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor

from convlens.ir.errors import UsageError, cut, nearest
from convlens.lang.messages import marked
from convlens.lang.remark import Remark, as_remark, remark
from convlens.lang.sentence import Sentence
from convlens.training.data.examples import Examples, Held
from convlens.training.data.fingerprint import fingerprint_of
from convlens.training.data.ondemand import OnDemand
from convlens.training.data.parts import Parts
from convlens.training.data.raw import Raw
from convlens.training.data.sources.find import found
from convlens.training.data.split import split_of
from convlens.training.restored import Restored


def own_test(network: Restored, *, download: bool) -> Parts:
    """The test part of the run, split off as it was then."""
    recipe = network.recipe
    raw = found(recipe.data, recipe.settings, download=download)
    _check_kind(network, raw)
    split = split_of(raw, recipe.settings)
    if fingerprint_of(raw, split) != network.run.record.get("fingerprint"):
        raise UsageError(
            Sentence(
                "{data} is not what {run} was trained on: its fingerprint has changed\n  fix: --data {data}",
                data=cut(recipe.data), run=str(network.run.path),
            )
        )  # fmt: skip
    return _parts(network, raw, split.test)


def labelled(network: Restored, data: str, *, download: bool) -> tuple[Parts, tuple[Remark, ...]]:
    """All examples of the data, or their own test part; remarks where it is the latter, or the network was trained on them.

    Remarks on how they were read stand before those.
    """
    raw = found(data, network.recipe.settings, download=download)
    _check_kind(network, raw)
    read = tuple(map(as_remark, raw.about.get("remarks", ())))
    seen = _seen(network, data, raw) if raw.official_test is None else ()
    raw = replace(raw, labels=_matched(network, raw)[raw.labels], classes=network.classes)
    if raw.official_test is None:
        return _parts(network, raw, torch.arange(len(raw))), (*read, *seen)
    places = raw.official_test.nonzero()[:, 0]
    said_ = remark(marked("{data} has a test part of its own: it alone is taken"), data=raw.name)
    return _parts(network, raw, places), (*read, said_)


def _seen(network: Restored, data: str, raw: Raw) -> tuple[Remark, ...]:
    """How many of all examples the network was trained on, where these are the data of its training."""
    try:
        split = split_of(raw, network.recipe.settings)
    except UsageError:  # too few to be split: other data
        return ()
    if fingerprint_of(raw, split) == network.run.record.get("fingerprint"):
        return (
            remark(
                marked(
                    "the network was trained on {count} of these {all} examples, so the figures are better than of new ones; "
                    "without --data its test part alone is taken"
                ),
                count=len(split.train), all=len(raw),
            ),
        )  # fmt: skip
    if _place(data) == _place(network.recipe.data):
        return (remark(marked("the network was trained on data of this place, and may know some of these examples")),)
    return ()


def _place(data: str) -> str:
    return str(Path(data).resolve()) if Path(data).exists() else data


def _matched(network: Restored, raw: Raw) -> Tensor:
    """The place of each class of the data among those of the network."""
    places = {name: at for at, name in enumerate(network.classes)}
    unknown = [name for name in raw.classes if name not in places]
    if unknown:
        raise UsageError(
            Sentence(
                "the network does not know the class {name}{meant} of {data}\n  fix: its classes are {classes}",
                name=repr(cut(unknown[0], 60)), meant=nearest(unknown[0], list(network.classes)), data=raw.source or raw.name,
                classes=cut(", ".join(network.classes)),
            )
        )  # fmt: skip
    return torch.tensor([places[name] for name in raw.classes])


def _check_kind(network: Restored, raw: Raw) -> None:
    """Another kind of data, or channels that nothing can be made of."""
    kind, shape = network.preparation.kind, network.input
    if raw.kind != kind:
        raise UsageError(
            Sentence("the network is for {kind} data, {data} has {other} data", kind=kind, data=raw.name, other=raw.kind)
        )
    own = raw.items.shape[1] if isinstance(raw.items, Tensor) else shape[0]
    fitting = (1, 3, shape[0]) if kind == "image" else (1, shape[0])
    if isinstance(raw.items, Tensor) and own not in fitting:
        raise UsageError(Sentence("the network takes {want} channels, {data} has {have}", want=shape[0], data=raw.name, have=own))


def _parts(network: Restored, raw: Raw, places: Tensor) -> Parts:
    names = [raw.names[at] for at in places.tolist()]
    test = Examples(OnDemand(raw.items, places, network.preparation), raw.labels[places], places, names)
    none = Examples(Held(torch.zeros(0)), raw.labels[:0], places[:0], [])
    groups = raw.groups[places] if raw.groups is not None else None
    return Parts(raw.name, none, none, test, network.classes, network.preparation, "", {}, groups, raw.group_names)
