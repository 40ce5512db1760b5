"""The Free Spoken Digit Dataset: ten digits by six speakers."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor

from convlens.ir.errors import UsageError, cut, nearest, quoted
from convlens.lang.sentence import Sentence
from convlens.training.data.raw import Raw
from convlens.training.data.sources.known import Known, place_of, shown
from convlens.training.data.sources.sounds import Clip, clips_of, raw_of
from convlens.training.settings.settings import Settings

FSDD = Known(
    "fsdd",
    ("recordings", "0_jackson_0.wav"),
    "https://github.com/Jakobovski/free-spoken-digit-dataset (folder recordings)",
    "CC BY-SA 4.0",
)
OFFICIAL_TAKES = 5
"""Takes 0 to 4 of every digit by every speaker are the official test."""

UNSEEN = "theo"
"""The speaker who is kept for the test where none is named."""


def fsdd(given: str, settings: Settings) -> Raw:  # noqa: ARG001 - what every source takes
    """With its official test, whose speakers are all heard in training too: see `fsdd_unseen` for voices that are not."""
    place, clips = _clips(given)
    takes = torch.tensor([clip.take for clip in clips])
    return _made("fsdd", place, clips, takes < OFFICIAL_TAKES, "takes 0 to 4 of each digit by each speaker")


def fsdd_unseen(given: str, settings: Settings) -> Raw:  # noqa: ARG001 - what every source takes
    """Tested on one speaker who is not heard in training: ``SPEAKER``, ``SPEAKER:PATH`` or ``PATH``, theo where none is named.

    A text is a path where it has a slash or is a folder that is there. Raises `UsageError` for an unknown speaker.
    """
    speaker, path = _speaker_and_path(given)
    place, clips = _clips(path)
    known = sorted({clip.speaker for clip in clips if clip.speaker})
    if speaker not in known:
        meant = nearest(speaker, known)
        raise UsageError(
            Sentence(
                "fsdd-unseen: there is no speaker {name}{meant}\n  fix: one of {known}",
                name=quoted(speaker), meant=meant, known=cut(", ".join(known)),
            )
        )  # fmt: skip
    test = torch.tensor([clip.speaker == speaker for clip in clips])
    return _made("fsdd-unseen", place, clips, test, f"all takes by {speaker}, who is not heard in training")


def _speaker_and_path(given: str) -> tuple[str, str]:
    """
    >>> _speaker_and_path(""), _speaker_and_path("lucas"), _speaker_and_path("lucas:/data/fsdd"), _speaker_and_path("./fsdd")
    (('theo', ''), ('lucas', ''), ('lucas', '/data/fsdd'), ('theo', './fsdd'))
    """
    first, colon, rest = given.partition(":")
    if not given or "/" in first or "\\" in given or (not colon and Path(given).exists()):
        return UNSEEN, given
    return first, rest


def _clips(given: str) -> tuple[Path, list[Clip]]:
    place = place_of(FSDD, given)
    inner = place / "recordings"
    place = inner if inner.is_dir() else place
    clips = clips_of(place)
    if any(clip.take is None for clip in clips):
        raise UsageError(
            Sentence(
                "{path} is not FSDD: its files are not DIGIT_SPEAKER_TAKE.wav\n  fix: {address}",
                path=shown(place), address=FSDD.address,
            )
        )  # fmt: skip
    return place, clips


def _made(name: str, place: Path, clips: list[Clip], test: Tensor, says: str) -> Raw:
    raw = raw_of(place, clips)
    return replace(raw, name=name, official_test=test, licence=FSDD.licence, about={**raw.about, "test": says})


NAMED: Mapping[str, Callable[[str, Settings], Raw]] = {"fsdd": fsdd, "fsdd-unseen": fsdd_unseen}
