"""A sound becomes a row of one length: its log-mel spectrogram, or its samples."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import ceil, isfinite
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from convlens.ir.errors import UsageError
from convlens.ir.spec import Shape
from convlens.lang.sentence import Sentence
from convlens.training.data.raw import Raw, Wave
from convlens.training.data.sources.sounds import MAX_RATE, MIN_RATE, wave_of
from convlens.training.preparation.mel import BANDS, Mel, mel_of
from convlens.training.preparation.resampling import resampled
from convlens.training.settings.settings import Settings

KEPT_WHOLE = 0.98
"""Share of the training sounds that are no longer than the length: a few long ones would fill all others with silence."""

MAX_SECONDS = 60
"""Of one example, as the network takes it."""

AROUND = 0.1
"""Seconds on each side of what is kept of a long sound that are resampled too, so that its ends are as they were."""

PIECE = 256
"""Sounds whose spectrograms are made at a time."""


@dataclass(frozen=True)
class SoundPreparation:
    """``form`` is "log-mel" or "raw"; ``samples`` is the length at ``rate``; ``mean`` and ``std`` are one a band, or one.

    A stored spectrogram is finished float32 (40, T); a stored raw sound is int16 (T,), made float in the batch.
    """

    form: str
    rate: int
    samples: int
    mean: tuple[float, ...]
    std: tuple[float, ...]

    kind = "sound"
    dtype = "float32"

    @property
    def mel(self) -> Mel:
        return mel_of(self.rate)

    @property
    def shape(self) -> Shape:
        return (1, BANDS, self.mel.frames(self.samples)) if self.form == "log-mel" else (1, self.samples)

    def store(self, items: Iterable[Wave]) -> Tensor:
        """float32 (N, 40, T) or int16 (N, T)."""
        rows = _held([_at_rate(wave, self.rate, self.samples) for wave in items], self.samples)
        if self.form == "raw":
            return _loud(rows)
        if not len(rows):
            return torch.zeros(0, *self.shape[1:])
        mean, std = (torch.tensor(values)[:, None] for values in (self.mean, self.std))
        return torch.cat([(self.mel(piece.float() / 32768) - mean) / std for piece in torch.split(rows, PIECE)])

    def read(self, source: Path | str | bytes) -> Tensor:
        """The row of a wav file, or of its bytes."""
        if not isinstance(source, bytes):
            return self.store([wave_of(Path(source))])[0]
        return self.store([wave_of(Path("the sound"), source)])[0]

    def batch(self, rows: Tensor) -> Tensor:
        """float32 (N, 1, 40, T) or (N, 1, T)."""
        if self.form == "log-mel":
            return rows.unsqueeze(1)
        return (rows.float() / 32768 - self.mean[0]).div(self.std[0]).unsqueeze(1)

    def to_dict(self) -> dict[str, Any]:
        return {
            "kind": self.kind, "form": self.form, "rate": self.rate, "samples": self.samples,
            "mean": list(self.mean), "std": list(self.std),
        }  # fmt: skip


def fitted(raw: Raw, places: Tensor, settings: Settings, network_shape: Shape | None = None) -> SoundPreparation:  # noqa: ARG001
    """Length, mean and spread from the sounds at ``places``, the training part.

    The length is the size that is set, else the shortest that keeps 98 % of them whole. The network's own length is not
    taken: cutting a word to it would cost more than a few windows more or less.
    """
    waves = [raw.items[place] for place in places.tolist()]
    if not waves:
        raise UsageError(Sentence("no sound for training\n  fix: folders of .wav files, one for each class"))
    samples = settings.size[0] if settings.size else _length(waves, settings.rate)
    if samples > MAX_SECONDS * settings.rate:
        raise UsageError(
            Sentence(
                "sounds of {seconds} seconds; at most {most} are read\n"
                "  fix: shorter sounds, or a size of at most {samples} samples",
                seconds=f"{samples / settings.rate:.0f}", most=MAX_SECONDS, samples=MAX_SECONDS * settings.rate,
            )
        )  # fmt: skip
    bands = BANDS if settings.sound == "log-mel" else 1
    plain = SoundPreparation(settings.sound, settings.rate, samples, (0.0,) * bands, (1.0,) * bands)
    mean, std = _moments(plain, waves)
    return replace(plain, mean=mean, std=std)


def from_dict(values: Mapping[str, Any]) -> SoundPreparation:
    """What `SoundPreparation.to_dict` wrote. Raises `ValueError`, `KeyError` or `TypeError` for what it cannot have written."""
    form, rate, samples = str(values["form"]), int(values["rate"]), int(values["samples"])
    mean, std = (tuple(map(float, values[name])) for name in ("mean", "std"))
    if form not in ("log-mel", "raw") or not MIN_RATE <= rate <= MAX_RATE or not 1 <= samples <= MAX_SECONDS * rate:
        raise ValueError(f"{form} of {samples} samples at {rate} a second")
    bands = BANDS if form == "log-mel" else 1
    if len(mean) != bands or len(std) != bands or not all(map(isfinite, (*mean, *std))) or not all(value > 0 for value in std):
        raise ValueError(f"mean and spread of {len(mean)} and {len(std)} bands")
    return SoundPreparation(form, rate, samples, mean, std)


def _length(waves: Sequence[Wave], rate: int) -> int:
    """Samples at this rate that keep 98 % of the sounds whole, at least one."""
    lengths = sorted(ceil(len(wave.samples) * rate / wave.rate) for wave in waves)
    return max(1, lengths[ceil(len(lengths) * KEPT_WHOLE) - 1])


def _moments(plain: SoundPreparation, waves: Sequence[Wave]) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Mean and spread of each band, or of the samples, in double precision; a spread of zero counts as 1."""
    count, total, squares = 0, torch.zeros(1, dtype=torch.float64), torch.zeros(1, dtype=torch.float64)
    for start in range(0, len(waves), PIECE):
        x = plain.batch(plain.store(waves[start : start + PIECE])).double()
        over = (0, 1, 3) if plain.form == "log-mel" else (0, 1, 2)
        count += x.numel() // len(plain.mean)
        total, squares = total + x.sum(over), squares + x.square().sum(over)
    mean = total / count
    std = (squares / count - mean.square()).clamp(min=0).sqrt()
    return tuple(mean.tolist()), tuple(torch.where(std > 1e-6, std, torch.ones_like(std)).tolist())


def _at_rate(wave: Wave, rate: int, samples: int) -> Tensor:
    """int16 samples at this rate: the middle alone of a sound that is much longer than ``samples``."""
    if wave.rate == rate:
        return wave.samples
    needed = ceil(samples * wave.rate / rate) + 2 * ceil(AROUND * wave.rate)
    cut = max(0, (len(wave.samples) - needed) // 2)
    part = wave.samples[cut : cut + needed].float()
    return resampled(part, wave.rate, rate).round().clamp(-32768, 32767).to(torch.int16)


def _loud(rows: Tensor) -> Tensor:
    """Each row (int16) at the height where its greatest sample fills 16 bits: how near the microphone was does not matter."""
    most = rows.int().abs().amax(dim=1, keepdim=True).clamp(min=1)
    return (rows.float() * (32767 / most)).round().clamp(-32768, 32767).to(torch.int16)


def _held(sounds: Sequence[Tensor], samples: int) -> Tensor:
    """Rows (N, samples) with each sound in the middle: silence around a short one, the middle of a long one."""
    rows = torch.zeros(len(sounds), samples, dtype=torch.int16)
    for row, sound in zip(rows, sounds, strict=True):
        cut = max(0, (len(sound) - samples) // 2)
        kept = sound[cut : cut + samples]
        start = (samples - len(kept)) // 2
        row[start : start + len(kept)] = kept
    return rows
