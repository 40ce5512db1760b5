"""Which kind of data a network is for, and what to take where that is not the kind at hand."""

from convlens.ir.errors import UsageError
from convlens.ir.spec import Shape, show_shape
from convlens.lang.sentence import Sentence


def wrong_kind(network: Shape, kind: str, own: Shape) -> UsageError:
    """The network takes examples of ``network`` (0 for what it leaves to the data), the data are of ``kind``, ``own`` each.

    >>> print(wrong_kind((0, 28, 28), "text", (14,)))
    the network is for pictures or spectrograms, but the data are texts (14)
      fix: a network for texts, such as textcnn-trec
    """
    return UsageError(
        Sentence(
            "the network is for {wanted}, but the data are {kind} ({shape})\n  fix: {fix}",
            wanted=_wanted(network), kind=_data(kind, own), shape=show_shape(own), fix=_fix(kind, own, len(network)),
        )
    )  # fmt: skip


def _wanted(network: Shape) -> str:
    """By the number of axes, as a network's input says no more."""
    found = {
        1: Sentence("texts"),
        2: Sentence("raw sounds or other sequences"),
        3: Sentence("pictures or spectrograms"),
        4: Sentence("volumes"),
    }
    return found.get(len(network)) or Sentence("examples of {count} axes", count=len(network))


def _data(kind: str, own: Shape) -> str:
    if kind == "sound":
        return Sentence("raw sounds") if len(own) == 2 else Sentence("spectrograms of sounds")
    return {"image": Sentence("pictures"), "text": Sentence("texts"), "volume": Sentence("volumes")}[kind]


def _fix(kind: str, own: Shape, axes: int) -> str:
    if kind == "sound" and len(own) == 2:
        found = Sentence("a network for raw sounds, such as m5-fsdd")
        return Sentence("--sound log-mel, or {other}", other=found) if axes == 3 else found
    if kind == "sound":
        found = Sentence("a network for spectrograms, such as keyword-fsdd")
        return Sentence("--sound raw, or {other}", other=found) if axes == 2 else found
    return {
        "image": Sentence("a network for pictures, such as small-cnn"),
        "text": Sentence("a network for texts, such as textcnn-trec"),
        "volume": Sentence("a network for volumes, such as conv3d"),
    }[kind]


def data_for(network: Shape) -> str:
    """Data for a network that takes such examples.

    >>> print(data_for((0, 16, 16, 16)))
    --data volumes.npz, with volumes x and their classes y
    """
    return {
        1: Sentence("--data trec, or a file with a label and a text on each line"),
        2: Sentence("--data fsdd, or a folder of class folders of .wav files"),
        4: Sentence("--data volumes.npz, with volumes x and their classes y"),
    }.get(len(network)) or Sentence("--data fashion-mnist, or a folder of class folders")
