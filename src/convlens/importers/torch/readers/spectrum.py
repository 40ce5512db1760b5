"""Fourier transforms and complex values."""

from typing import Any

from convlens.importers.torch.readers import READERS, reads
from convlens.importers.torch.readers.parts import sliced
from convlens.importers.torch.readers.shape import alias
from convlens.importers.torch.shadow import Shadow
from convlens.importers.torch.trace import Trace
from convlens.ops.fft import Fft
from convlens.ops.istft import Istft
from convlens.ops.stft import Stft
from convlens.ops.view_as_complex import ViewAsComplex
from convlens.ops.view_as_real import ViewAsReal

_STFT = ("hop_length", "win_length", "window", "center", "pad_mode", "normalized", "onesided", "return_complex")
"""The arguments of torch.stft behind the second."""
_ISTFT = ("hop_length", "win_length", "window", "center", "normalized", "onesided", "length", "return_complex")


def _register() -> None:
    for function in ("fft", "ifft", "rfft", "irfft", "hfft", "ihfft"):
        READERS[f"fft_{function}"] = _one(function)
        READERS[f"fft_{function}2"] = _several(function, (-2, -1))
        READERS[f"fft_{function}n"] = _several(function, None)


def _one(function: str) -> Any:
    def read(trace: Trace, x: Any, n: int | None = None, dim: int = -1, *_: Any, **__: Any) -> Any:
        return trace.emit(Fft(function=function, over=(dim,), sizes=None if n is None else (n,)), [x])[0]

    return read


def _several(function: str, usual: tuple[int, ...] | None) -> Any:
    """Over ``dim``; over all axes, or as many of the last ones as there are sizes, where none is given."""

    def read(trace: Trace, x: Any, s: Any = None, dim: Any = usual, *_: Any, **__: Any) -> Any:
        sizes = None if s is None else tuple(s)
        over = range(-len(sizes or x.shape), 0) if dim is None else dim
        return trace.emit(Fft(function=function, over=tuple(over), sizes=sizes), [x])[0]

    return read


@reads("stft")
def _stft(trace: Trace, x: Any, n_fft: int, *args: Any, **kwargs: Any) -> Any:
    """Without ``return_complex`` real and imaginary part are a last axis."""
    given = dict(zip(_STFT, args, strict=False)) | kwargs
    onesided, window, hop = given.get("onesided"), given.get("window"), given.get("hop_length")
    whole = x.is_complex() if onesided is None else not onesided
    op = Stft(length=n_fft, hop=hop or n_fft // 4, centred=given.get("center", True), onesided=not whole)
    (spectrum,) = trace.emit(op, [x] if window is None else [x, window])
    return spectrum if given.get("return_complex") else trace.emit(ViewAsReal(), [spectrum])[0]


@reads("istft")
def _istft(trace: Trace, x: Any, n_fft: int, *args: Any, **kwargs: Any) -> Any:
    given = dict(zip(_ISTFT, args, strict=False)) | kwargs
    window, onesided, hop = given.get("window"), given.get("onesided"), given.get("hop_length")
    pairs = not x.is_complex()
    spectrum = trace.emit(ViewAsComplex(), [x])[0] if pairs else x
    whole = spectrum.spec.dims[-2] == n_fft if onesided is None else not onesided
    op = Istft(length=n_fft, hop=hop or n_fft // 4, centred=given.get("center", True), onesided=not whole,
               complex=bool(given.get("return_complex")), samples=given.get("length"))  # fmt: skip
    return trace.emit(op, [spectrum] if window is None else [spectrum, window])[0]


@reads("real")
def _real(trace: Trace, x: Shadow) -> Any:
    return _part(trace, x, 0) if x.is_complex() else alias(trace, x)


@reads("imag")
def _imag(trace: Trace, x: Shadow) -> Any:
    return _part(trace, x, 1)


def _part(trace: Trace, x: Shadow, index: int) -> Shadow:
    (pairs,) = trace.emit(ViewAsReal(), [x])
    last = pairs.spec.rank - 1
    return sliced(trace, pairs, {"on": (last,), "starts": (index,), "stops": (index + 1,), "drop": (last,)})


_register()
