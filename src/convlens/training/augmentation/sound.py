"""Changes of sounds: spectrograms (N, 1, bands, T) or samples (N, 1, T), time last, each example by its own draw."""

import torch
from torch import Tensor

from convlens.ir.errors import UsageError


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
        raise UsageError("frequency_mask blanks bands of a spectrogram; raw samples have none\n  fix: sound = log-mel")
    return _masked(x, 2, share, generator)


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
