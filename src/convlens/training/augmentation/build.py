"""The changes that the settings ask for, in one order."""

from collections.abc import Callable

import torch
from torch import Tensor

from convlens.ir.errors import UsageError
from convlens.ir.spec import Shape, show_shape
from convlens.lang.sentence import Sentence
from convlens.training.augmentation import image, mix
from convlens.training.augmentation.remarks import remarks_of
from convlens.training.settings.settings import Settings, table

__all__ = ["FITTING", "Augmenter", "augmenter_of", "remarks_of"]

Change = Callable[[Tensor, torch.Generator], Tensor]

PICTURES = ("shift", "crop", "flip", "rotate", "noise", "erase", "mixup", "cutmix")
FITTING = {
    "image": PICTURES,
    "volume": PICTURES,
    "sound": ("stretch", "time_shift", "time_mask", "frequency_mask", "noise", "mixup"),
    "text": ("word_dropout",),
}
"""Which settings suit which kind of data."""


class Augmenter:
    """Changes a batch as the network takes it: first where things lie, then what is seen of them, then mixtures.

    With both mixup and cutmix one of them is drawn for each batch. Everything is a function of the generator's state; an
    input keeps its shape, its dtype, its device and its memory order. Mixtures make targets float (N, classes).
    """

    def __init__(self, changes: list[Change], settings: Settings, classes: int) -> None:
        self.changes = changes
        self.mixup = settings.mixup
        self.cutmix = settings.cutmix
        self.classes = classes

    def __call__(self, x: Tensor, targets: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        made = x
        if len(x):
            for change in self.changes:
                made = change(made, generator)
        if self.mixup or self.cutmix:
            made, targets = self._mixed(made, mix.as_mixtures(targets, self.classes), generator)
        return _ordered_as(made, x), targets

    def _mixed(self, x: Tensor, targets: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        share = float(torch.rand((), generator=generator))
        if self.cutmix and (not self.mixup or share < 0.5):
            return mix.cutmix(x, targets, self.cutmix, generator)
        return mix.mixup(x, targets, self.mixup, generator)


def augmenter_of(settings: Settings, kind: str, shape: Shape, classes: int) -> Augmenter | None:
    """None where nothing is changed. ``shape`` is that of one example. Raises `UsageError` where a setting does not fit it.

    >>> augmenter_of(Settings(flip=True), "text", (50,), 6)
    Traceback (most recent call last):
    ...
    convlens.ir.errors.UsageError: flip does not fit data of the kind text; for this kind there is word_dropout
      fix: --no-flip, or a recipe without it
    """
    asked = [about.name for about in table() if about.group == "augmentation" and getattr(settings, about.name)]
    for name in asked:
        _check(name, settings, kind, shape)
    if not asked:
        return None
    known = _KINDS[kind](settings)
    return Augmenter([known[name] for name in known if name in asked], settings, classes)


def _check(name: str, settings: Settings, kind: str, shape: Shape) -> None:
    if name not in FITTING[kind]:
        option = "--no-flip" if name == "flip" else f"--{name.replace('_', '-')} 0"
        raise UsageError(
            Sentence(
                "{name} does not fit data of the kind {kind}; for this kind there is {fitting}\n"
                "  fix: {option}, or a recipe without it",
                name=name, kind=kind, fitting=", ".join(FITTING[kind]), option=option,
            )
        )  # fmt: skip
    if name == "shift" and settings.shift >= min(shape[1:]):
        raise UsageError(
            Sentence(
                "shift={shift} moves an input of {shape} out of sight\n  fix: shift of at most {most}",
                shift=settings.shift, shape=show_shape(shape[1:]), most=max(1, min(shape[1:]) // 4),
            )
        )  # fmt: skip
    if name == "frequency_mask" and len(shape) < 3:
        raise UsageError(
            Sentence(
                "frequency_mask needs a spectrogram, but the input is {shape}, raw samples\n  fix: --sound log-mel",
                shape=show_shape(shape),
            )
        )


def _pictures(s: Settings) -> dict[str, Change]:
    return {
        "crop": lambda x, g: image.crop(x, s.crop, g),
        "rotate": lambda x, g: image.rotate(x, s.rotate, g),
        "flip": image.flip,
        "shift": lambda x, g: image.shift(x, s.shift, g),
        "noise": lambda x, g: image.noise(x, s.noise, g),
        "erase": lambda x, g: image.erase(x, s.erase, g),
    }


def _sounds(s: Settings) -> dict[str, Change]:
    from convlens.training.augmentation import sound  # noqa: PLC0415 - only sounds need it

    return {
        "stretch": lambda x, g: sound.stretch(x, s.stretch, g),
        "time_shift": lambda x, g: sound.time_shift(x, s.time_shift, g),
        "noise": lambda x, g: image.noise(x, s.noise, g),
        "time_mask": lambda x, g: sound.time_mask(x, s.time_mask, g),
        "frequency_mask": lambda x, g: sound.frequency_mask(x, s.frequency_mask, g),
    }


def _texts(s: Settings) -> dict[str, Change]:
    from convlens.training.augmentation import text  # noqa: PLC0415 - only texts need it

    return {"word_dropout": lambda x, g: text.word_dropout(x, s.word_dropout, g)}


_KINDS = {"image": _pictures, "volume": _pictures, "sound": _sounds, "text": _texts}


def _ordered_as(made: Tensor, x: Tensor) -> Tensor:
    """The values in the memory order of x."""
    if x.ndim == 4 and x.is_contiguous(memory_format=torch.channels_last):
        return made.contiguous(memory_format=torch.channels_last)
    if x.ndim == 5 and x.is_contiguous(memory_format=torch.channels_last_3d):
        return made.contiguous(memory_format=torch.channels_last_3d)
    return made.contiguous()
