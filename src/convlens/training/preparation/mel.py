"""Log-mel spectrograms: how much energy is in each of 40 bands, hundred times a second."""

from dataclasses import dataclass
from functools import lru_cache
from math import log10

import torch
from torch import Tensor

BANDS = 40
WINDOW_SECONDS = 0.032
FRAMES_A_SECOND = 100
FLOOR_DB = 80.0
"""What is more than this below the loudest place of a sound counts as silence."""

LEAST_POWER = 1e-10


@dataclass(frozen=True)
class Mel:
    """What a spectrogram of sounds at this rate is made with: samples of the window, and from one frame to the next."""

    rate: int
    window: int
    hop: int

    def frames(self, samples: int) -> int:
        return samples // self.hop + 1

    def __call__(self, sounds: Tensor) -> Tensor:
        """Decibels (N, 40, T) below the loudest place of each sound (N, samples), from -80 to 0.

        Power of a Hann-windowed Fourier transform with frames centred on multiples of the hop (zeros beyond the ends), summed
        in triangular bands, in decibels. As the loudest place is 0, how near the microphone was does not matter.
        """
        window = torch.hann_window(self.window, device=sounds.device)
        made = torch.stft(sounds, self.window, self.hop, window=window, center=True, pad_mode="constant", return_complex=True)
        power = bands(self.rate, self.window).to(sounds.device) @ made.abs().square()
        level = 10 * power.clamp(min=LEAST_POWER).log10()
        return (level - level.amax(dim=(1, 2), keepdim=True)).clamp(min=-FLOOR_DB)


def mel_of(rate: int) -> Mel:
    """Windows of the power of two nearest above 32 ms, a frame each 10 ms.

    >>> mel_of(8000), mel_of(16000)
    (Mel(rate=8000, window=256, hop=80), Mel(rate=16000, window=512, hop=160))
    """
    window = 64
    while window < WINDOW_SECONDS * rate:
        window *= 2
    return Mel(rate, window, max(1, rate // FRAMES_A_SECOND))


def mel(hertz: float) -> float:
    """The mel scale in its HTK form, by which 1000 Hz are 1000 mel. Source: O'Shaughnessy 1987; The HTK Book, section 5.4.

    >>> round(mel(1000), 2), round(mel(4000), 2)
    (999.99, 2146.06)
    """
    return 2595 * log10(1 + hertz / 700)


def edges(rate: int) -> Tensor:
    """Hertz of the 42 edges of the 40 bands, evenly spaced in mel from 0 to the Nyquist frequency."""
    steps = torch.linspace(0, mel(rate / 2), BANDS + 2, dtype=torch.float64)
    return 700 * (10 ** (steps / 2595) - 1)


@lru_cache(maxsize=8)
def bands(rate: int, window: int) -> Tensor:
    """Weights (40, window / 2 + 1) of each frequency in each band: triangles of height 1 from edge to edge.

    A band narrower than the spacing of frequencies takes the nearest one.
    """
    at = torch.arange(window // 2 + 1, dtype=torch.float64) * rate / window
    low, middle, high = (edges(rate)[start : start + BANDS, None] for start in range(3))
    made = torch.minimum((at - low) / (middle - low), (high - at) / (high - middle)).clamp(min=0)
    nearest = (at - middle).abs().argmin(dim=1)
    empty = made.sum(dim=1) == 0
    made[empty, nearest[empty]] = 1
    return made.float()
