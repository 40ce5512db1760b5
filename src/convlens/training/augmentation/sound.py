"""Changes of sounds: spectrograms (N, 1, bands, T) or samples (N, 1, T), time last, each example by its own draw."""

import torch
from torch import Tensor

from convlens.ir.errors import UsageError
from convlens.lang.sentence import Sentence


def time_shift(x: Tensor, share: float, generator: torch.Generator) -> Tensor:
    """Moved in time by up to ``share`` of the length, both ways.

    What moves out is lost. The gap is silence: zero among samples, in a spectrogram the least value of each band.
    """
    length = x.shape[-1]
    most = int(share * length)
    shift = torch.randint(-most, most + 1, (len(x),), generator=generator, device=generator.device).to(x.device)
    source = torch.arange(length, device=x.device) - _each(shift, x)
    there = (source >= 0) & (source < length)
    moved = x.gather(-1, source.clamp(0, length - 1).expand_as(x))
    silence = x.amin(dim=-1, keepdim=True) if x.ndim == 4 else x.new_zeros(())
    return torch.where(there, moved, silence)


def time_mask(x: Tensor, share: float, generator: torch.Generator) -> Tensor:
    """A stretch of up to ``share`` of the time is blanked.

    Width and place are drawn evenly; blank is 0, which is the mean of each band. Source: Park et al., SpecAugment,
    arXiv:1904.08779, section 2.
    """
    return _masked(x, x.ndim - 1, share, generator)


def frequency_mask(x: Tensor, share: float, generator: torch.Generator) -> Tensor:
    """Neighbouring bands, up to ``share`` of them, are blanked, as in `time_mask`. Raises `UsageError` for samples."""
    if x.ndim != 4:
        raise UsageError(Sentence("frequency_mask blanks bands of a spectrogram; raw samples have none\n  fix: sound = log-mel"))
    return _masked(x, 2, share, generator)


def stretch(x: Tensor, share: float, generator: torch.Generator) -> Tensor:
    """Spoken faster or slower, and by a higher or a lower voice: two factors of 1 - share to 1 + share, by linear interpolation.

    Time is stretched about its middle, the bands of a spectrogram from the lowest one, as a shorter or longer vocal tract
    moves its resonances (Jaitly and Hinton, Vocal Tract Length Perturbation, ICML workshop 2013). Samples have time alone, so
    their pitch moves with their speed (Ko et al., Audio Augmentation for Speech Recognition, Interspeech 2015). What is
    needed from beyond an end is the value there.
    """
    drawn = torch.rand(2, len(x), generator=generator, device=generator.device).to(x.device)
    time, band = 1 + share * (2 * drawn - 1)
    faster = _scaled(x, x.ndim - 1, time, (x.shape[-1] - 1) / 2)
    return _scaled(faster, 2, band, 0.0) if x.ndim == 4 else faster


def _scaled(x: Tensor, axis: int, factor: Tensor, fixed: float) -> Tensor:
    """What stands at ``fixed + factor * (i - fixed)`` of the axis comes to ``i``, by linear interpolation."""
    last = x.shape[axis] - 1
    at = torch.arange(last + 1, device=x.device).reshape(-1, *[1] * (x.ndim - 1 - axis))
    source = (fixed + _each(factor, x) * (at - fixed)).clamp(0, last)
    below = source.floor().long()
    low, high = (x.gather(axis, place.expand_as(x)) for place in (below, (below + 1).clamp(max=last)))
    return torch.lerp(low, high, (source - below).to(x.dtype).expand_as(x))


def _masked(x: Tensor, axis: int, share: float, generator: torch.Generator) -> Tensor:
    length = x.shape[axis]
    drawn = torch.rand(2, len(x), generator=generator, device=generator.device).to(x.device)
    width = (drawn[0] * (int(share * length) + 1)).long()
    start = (drawn[1] * (length - width + 1)).long()
    at = torch.arange(length, device=x.device).reshape(-1, *[1] * (x.ndim - 1 - axis))
    blank = (at >= _each(start, x)) & (at < _each(start + width, x))
    return x.masked_fill(blank, 0.0)


def _each(values: Tensor, x: Tensor) -> Tensor:
    """One value for each example, beside all other axes."""
    return values.reshape(-1, *[1] * (x.ndim - 1))
