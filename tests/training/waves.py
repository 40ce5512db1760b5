"""Small WAV files made by hand, so that their headers may lie."""

import struct
from pathlib import Path

import numpy as np


def wav(samples, rate: int = 8000, *, claims: int | None = None, channels: int = 1) -> bytes:
    """16-bit PCM; ``claims`` is the number of data bytes that the header states."""
    data = np.asarray(samples, dtype="<i2").tobytes()
    length = len(data) if claims is None else claims
    head = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, channels, rate, rate * 2 * channels, 2 * channels, 16)
    body = b"WAVE" + head + struct.pack("<4sI", b"data", length) + data
    return b"RIFF" + struct.pack("<I", len(body)) + body


def tone(hertz: float, seconds: float = 0.5, rate: int = 8000, height: float = 10_000.0) -> np.ndarray:
    return (height * np.sin(2 * np.pi * hertz * np.arange(int(seconds * rate)) / rate)).round().astype(np.int16)


def write(path: Path, samples, rate: int = 8000, **claims) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(wav(samples, rate, **claims))
    return path
