"""Another number of samples a second for a sound."""

from functools import lru_cache
from math import ceil, gcd

import torch
from torch import Tensor

ZEROS = 16
"""Zero crossings of the sinc on each side: the pass band ends 6 % below the lower Nyquist frequency."""

ROLLOFF = 0.945
"""Share of the lower Nyquist frequency at which the response is halved."""

MAX_TABLE = 1 << 22
"""Values of one table of weights; beyond it they are computed piece by piece."""


def resampled(samples: Tensor, rate: int, to: int) -> Tensor:
    """float32 samples (T,) at ``rate`` as ``ceil(T * to / rate)`` samples at ``to``: sinc interpolation with a Hann window.

    Sample ``m`` of the result is at ``m * rate / to`` of the old ones, so that both begin at the same moment. Frequencies
    above the new Nyquist frequency are filtered away. Source: J. O. Smith, Digital Audio Resampling Home Page, 2002.

    >>> resampled(torch.ones(6), 2, 1).shape, resampled(torch.ones(5), 3, 3).tolist()
    (torch.Size([3]), [1.0, 1.0, 1.0, 1.0, 1.0])
    """
    divisor = gcd(rate, to)
    rate, to = rate // divisor, to // divisor
    if rate == to or not len(samples):
        return samples.float()
    half = ceil(ZEROS * max(1.0, rate / to) / ROLLOFF)
    padded = torch.nn.functional.pad(samples.float(), (half, half + 1))
    places = torch.arange(ceil(len(samples) * to / rate), dtype=torch.int64) * rate
    piece = max(1, MAX_TABLE // (2 * half + 1))
    return torch.cat([_piece(padded, part, rate, to, half) for part in torch.split(places, piece)])


def _piece(padded: Tensor, places: Tensor, rate: int, to: int, half: int) -> Tensor:
    """The samples at ``places / to``."""
    start, phase = places // to, places % to
    taps = padded.unfold(0, 2 * half + 1, 1)[start]
    if to * (2 * half + 1) <= MAX_TABLE:
        return torch.einsum("mt,mt->m", taps, _weights(rate, to, half)[phase])
    return torch.einsum("mt,mt->m", taps, _sinc(phase, rate, to, half))


@lru_cache(maxsize=8)
def _weights(rate: int, to: int, half: int) -> Tensor:
    return _sinc(torch.arange(to), rate, to, half)


def _sinc(phase: Tensor, rate: int, to: int, half: int) -> Tensor:
    """Weights (phases, taps): those of one phase sum to 1, so that a constant stays what it is."""
    cutoff = ROLLOFF * min(1.0, to / rate)
    distance = torch.arange(-half, half + 1)[None, :] - phase[:, None].double() / to
    window = torch.cos(torch.pi / 2 * (distance * cutoff / ZEROS).clamp(-1, 1)) ** 2
    weights = cutoff * torch.sinc(distance * cutoff) * window
    return (weights / weights.sum(dim=1, keepdim=True)).float()
