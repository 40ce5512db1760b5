"""A sound for a network: its channels, and its length only where it is asked for or where the network takes no other."""

import numpy as np

from convlens.execution.wanted import Accepts, How, Wanted
from convlens.ir.errors import UsageError
from convlens.ir.spec import show_shape
from convlens.lang.messages import marked
from convlens.media.sample import Array, Sample, Step


def fit_sound(sample: Sample, wanted: Wanted, accepts: Accepts, how: How) -> Sample:
    """A sound (C, T) as 1, C, T in the network's order."""
    stated = wanted.channels_first() or (None,) * 3
    if len(stated) != 3 or stated[0] not in (None, 1):
        raise UsageError(
            f"{sample.path} is a sound, one of C x T, but input {wanted.name!r} takes {wanted.shown()}\n"
            "  fix: what the network was made for, such as a spectrogram, as an array (.npy)"
        )
    own, length = sample.values.shape, stated[2]
    counts = [stated[1]] if stated[1] is not None else list(dict.fromkeys((own[0], 1)))
    lengths = [_asked(how.resize, wanted)] if how.resize is not None else [own[1], *([length] if length else [])]
    plans = [(count, frames) for frames in lengths for count in counts]
    count, frames = next((plan for plan in plans if accepts(wanted.ordered((1, *plan)))), plans[-1 if length else 0])
    values, steps = _with_channels(sample, count, wanted)
    values, more = _with_length(values, frames, length)
    return sample.changed(np.moveaxis(values[None], 1, -1) if wanted.channels_last else values[None], *steps, *more)


def _asked(resize: tuple[int, ...], wanted: Wanted) -> int:
    length = (wanted.channels_first() or (None,))[-1]
    if len(resize) > 1 or (not resize and length is None):
        raise UsageError(f"--resize {show_shape(resize) if resize else ''}: a sound has a length, as in --resize 16000")
    return resize[0] if resize else length or 0


def _with_channels(sample: Sample, channels: int, wanted: Wanted) -> tuple[Array, list[Step]]:
    values = sample.values
    if values.shape[0] == channels:
        return values, []
    if channels == 1:
        step = Step("mono", marked("the mean of its {channels} channels"), {"channels": values.shape[0]})
        return values.mean(axis=0, keepdims=True), [step]
    raise UsageError(f"{sample.path} has {values.shape[0]} channels, but input {wanted.name!r} takes {channels}")


def _with_length(values: Array, frames: int, stated: int | None) -> tuple[Array, list[Step]]:
    own = values.shape[1]
    if own == frames:
        if stated in (None, own):
            return values, []
        text = marked("at its own length {own}; --resize brings it to {stated}")
        return values, [Step("own-size", text, {"own": own, "stated": stated})]
    if own > frames:
        return values[:, :frames], [Step("cut", marked("cut from {old} to its first {new} values"), {"old": own, "new": frames})]
    silence = np.zeros((values.shape[0], frames - own), dtype=values.dtype)
    step = Step("silence", marked("silence put behind its {old} values, {new} in all"), {"old": own, "new": frames})
    return np.concatenate([values, silence], axis=1), [step]
