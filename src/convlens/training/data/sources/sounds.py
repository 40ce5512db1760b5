"""Folders of wav files with their labels in the names of the files, or of the folders."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch

from convlens.importers.files import need_file
from convlens.ir.errors import UsageError
from convlens.lang.sentence import Sentence
from convlens.media.sound import read_sound
from convlens.training.data.raw import Raw, Wave
from convlens.training.data.sources.beneath import files_beneath
from convlens.training.data.sources.known import checked_classes, shown
from convlens.training.data.sources.partfolders import folders_in, parts_in
from convlens.training.settings.settings import Settings

MAX_CLIP = 1 << 26
"""Bytes of one file: a training example of half an hour is a mistake."""

MAX_TOTAL = 1 << 33
"""Bytes of all files together, as they are held in memory."""

MIN_RATE, MAX_RATE = 100, 768_000
"""Samples a second."""

FIX = Sentence("folders of .wav files, one for each class; or files LABEL_SPEAKER_NUMBER.wav in one folder")

FILE_RULE = re.compile(r"(?P<label>[^_]+)_(?P<speaker>.+)_(?P<index>[0-9]+)", re.DOTALL)
SPEAKER_RULE = re.compile(r"(?P<speaker>.+)_nohash_[0-9]+", re.DOTALL)
"""Of Speech Commands: what stands before ``_nohash_`` is the speaker."""


class Clip(NamedTuple):
    """A file and what its place says of it; ``take`` is None where nothing numbers it, ``part`` is 0 (train), 1 or 2 (test)."""

    path: Path
    label: str
    speaker: str | None
    take: int | None = None
    part: int = 0


def holds_sounds(path: Path) -> bool:
    """Whether this folder has wav files, itself or in its folders: of parts, classes and speakers."""
    return path.is_dir() and next(_wavs(path, depth=3), None) is not None


def sounds_from(path: Path, settings: Settings) -> Raw:  # noqa: ARG001 - what every source takes
    """Every wav file of a folder as one channel of int16 samples, channels averaged, each at its own rate.

    Files in the folder itself are ``{label}_{speaker}_{number}.wav``. Else each of its folders is a class; the group of a file
    is its speaker's folder (``yes/anna/1.wav``) or what its name has before ``_nohash_``, and there are groups where every
    file has one. Folders train/, val/ and test/ of either kind are an official split. Folders that begin with ``_`` or ``.``
    (Speech Commands' ``_background_noise_``) are no classes. Raises `UsageError` naming the file, or where a file or a class
    would be left out.
    """
    return raw_of(path, clips_of(path))


def clips_of(path: Path) -> list[Clip]:
    """The files of the folder, in an order that does not depend on the file system."""
    if not path.is_dir():
        raise UsageError(Sentence("{path} is not a folder\n  fix: {fix}", path=shown(path), fix=FIX))
    places = [(0, path)] if next(_wavs(path, depth=0), None) else parts_in(path)
    clips = [clip for part, place in places for clip in _clips(place, part)]
    if not clips:
        raise UsageError(Sentence("{path} holds no .wav files\n  fix: {fix}", path=shown(path), fix=FIX))
    return clips


def raw_of(path: Path, clips: list[Clip]) -> Raw:
    """These files, read."""
    classes = checked_classes(shown(path), [clip.label for clip in clips], FIX)
    number = {name: place for place, name in enumerate(classes)}
    _check_sizes(path, clips)
    items = [wave_of(clip.path) for clip in clips]
    speakers = tuple(sorted({clip.speaker for clip in clips if clip.speaker is not None}))
    unknown = [clip for clip in clips if clip.speaker is None]
    grouped = len(speakers) > 1 and not unknown
    part = torch.tensor([clip.part for clip in clips])
    return Raw(
        name=path.name,
        kind="sound",
        items=items,
        labels=torch.tensor([number[clip.label] for clip in clips]),
        classes=classes,
        names=[shown(clip.path.relative_to(path)) for clip in clips],
        groups=torch.tensor([speakers.index(clip.speaker or "") for clip in clips]) if grouped else None,
        group_names=speakers if grouped else (),
        ungrouped=_ungrouped(path, unknown, len(clips)) if speakers and unknown else "",
        official_validation=part == 1 if (part == 1).any() else None,
        official_test=part == 2 if (part == 2).any() else None,
        source=shown(path),
        about={
            "rates": dict(Counter(item.rate for item in items)),
            "seconds": round(sum(len(i.samples) / i.rate for i in items), 3),
        },
    )


def wave_of(path: Path, content: bytes | None = None) -> Wave:
    """One file as int16 samples of one channel: the mean of its channels, rounded, 1 being 32768.

    ``content`` stands for that of the file, which is not opened then.
    """
    sample = read_sound(need_file(str(path), (".wav",)) if content is None else path, content)
    rate = int(sample.about["rate"])
    if not MIN_RATE <= rate <= MAX_RATE:
        raise UsageError(
            Sentence(
                "{path}: {rate} samples a second; {least} to {most} are read\n  fix: save it again",
                path=shown(path), rate=rate, least=MIN_RATE, most=MAX_RATE,
            )
        )  # fmt: skip
    mean = sample.values.mean(axis=0, dtype=np.float64)
    if not np.isfinite(mean).all():
        raise UsageError(
            Sentence("{path}: samples that are not numbers (nan or infinity)\n  fix: save it again", path=shown(path))
        )
    whole = np.rint(mean * 32768).clip(-32768, 32767).astype(np.int16)
    return Wave(torch.from_numpy(whole), rate)


def _check_sizes(path: Path, clips: list[Clip]) -> None:
    total = 0
    for clip in clips:
        size = need_file(str(clip.path), (".wav",)).stat().st_size
        if size > MAX_CLIP:
            raise UsageError(
                Sentence(
                    "{path}: {size} bytes; a training example has at most {most}\n  fix: cut it into pieces",
                    path=shown(clip.path), size=size, most=MAX_CLIP,
                )
            )  # fmt: skip
        total += size
    if total > MAX_TOTAL:
        raise UsageError(
            Sentence(
                "{path}: {total} bytes of sound; at most {most} are held in memory\n  fix: fewer files",
                path=shown(path), total=total, most=MAX_TOTAL,
            )
        )  # fmt: skip


def _ungrouped(path: Path, unknown: list[Clip], count: int) -> str:
    return Sentence(
        "no speaker is known of {count} of {all} sounds, such as {first}: "
        "speakers are not kept apart, and may be heard in training and again in validation and test",
        count=len(unknown), all=count, first=shown(unknown[0].path.relative_to(path)),
    )  # fmt: skip


def _clips(place: Path, part: int) -> list[Clip]:
    """The files of one part: in the folder itself, else in its class folders."""
    flat = sorted(_wavs(place, depth=0))
    if not flat:
        return [clip for folder in folders_in(place) for clip in _of_class(folder, part)]
    inner = next((file for folder in folders_in(place) for file in _wavs(folder, depth=1)), None)
    if inner is not None:
        raise UsageError(
            Sentence(
                "{path} has .wav files of its own ({own}) and in its folders ({inner})\n  fix: {fix}",
                path=shown(place), own=shown(Path(flat[0].name)), inner=shown(inner.relative_to(place)), fix=FIX,
            )
        )  # fmt: skip
    return [_by_name(file)._replace(part=part) for file in flat]


def _by_name(file: Path) -> Clip:
    found = FILE_RULE.fullmatch(file.stem)
    if found is None:
        raise UsageError(Sentence("{path}: its name is not LABEL_SPEAKER_NUMBER.wav\n  fix: {fix}", path=shown(file), fix=FIX))
    return Clip(file, shown(Path(found["label"])), shown(Path(found["speaker"])), int(found["index"][:18]))


def _of_class(folder: Path, part: int) -> Iterator[Clip]:
    files = sorted(_wavs(folder, depth=1))
    _check_class(folder, files, part)
    for file in files:
        said = SPEAKER_RULE.fullmatch(file.stem)
        inner = file.parent.name if file.parent != folder else None
        speaker = inner or (said["speaker"] if said else None)
        yield Clip(file, shown(Path(folder.name)), shown(Path(speaker)) if speaker else None, part=part)


def _check_class(folder: Path, files: list[Path], part: int) -> None:
    """No file is left out, and no class; but a class may be missing from validation and test."""
    left = sorted(set(files_beneath(folder, (".wav",))) - set(files))
    if left:
        raise UsageError(
            Sentence(
                "{path} lies too deep in the class {name} (.wav files that do: {count})\n"
                "  fix: {name}/1.wav, or {name}/SPEAKER/1.wav",
                path=shown(left[0]), name=shown(Path(folder.name)), count=len(left),
            )
        )  # fmt: skip
    if not (files or part):
        raise UsageError(
            Sentence("{path} is a class without .wav files\n  fix: take it away or put .wav files in it", path=shown(folder))
        )


def _wavs(folder: Path, depth: int) -> Iterator[Path]:
    """Wav files of the folder and, to this depth, of its folders; never deeper, so that no circle of links is followed."""
    for entry in folder.iterdir():
        if entry.name[0] in "._":
            continue
        if entry.is_dir():
            if depth:
                yield from _wavs(entry, depth - 1)
        elif entry.suffix.lower() == ".wav":
            yield entry
