"""Products by index letters and Fourier transforms."""

import torch
from torch import Tensor

from convlens.backends.torch.call import Call
from convlens.backends.torch.lowering import lowers


@lowers("einsum")
def _einsum(call: Call) -> Tensor:
    return torch.einsum(call.op.equation, *call.xs)


@lowers("fft")
def _fft(call: Call) -> Tensor:
    transform = getattr(torch.fft, f"{call.op.function}n")
    made: Tensor = transform(call.x, s=call.op.sizes or None, dim=call.op.over)
    return made


@lowers("stft")
def _stft(call: Call) -> Tensor:
    """Without a window of its own all samples of a stretch count alike; the input is reflected at its ends."""
    op, window = call.op, _window(call, call.x.dtype)
    return torch.stft(call.x, op.length, op.hop, len(window), window, op.centred, onesided=op.onesided, return_complex=True)


@lowers("istft")
def _istft(call: Call) -> Tensor:
    op, window = call.op, _window(call, call.x.dtype.to_real())
    return torch.istft(
        call.x, op.length, op.hop, len(window), window, op.centred,
        onesided=op.onesided, length=op.samples, return_complex=op.complex,
    )  # fmt: skip


def _window(call: Call, dtype: torch.dtype) -> Tensor:
    return call.xs[1] if len(call.xs) > 1 else torch.ones(call.op.length, dtype=dtype, device=call.x.device)
