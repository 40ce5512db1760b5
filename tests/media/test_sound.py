"""Sounds against soundfile's and the standard library's readers; what a header claims is held against the file."""

import struct
import wave
from pathlib import Path

import numpy as np
import pytest
import soundfile

from convlens.ir.errors import UsageError
from convlens.media.read import read

SIGNAL = np.stack([np.sin(np.arange(500) / 7), np.cos(np.arange(500) / 11)], axis=1) * 0.9


def wav(folder: Path, bits: int, channels: int) -> str:
    path = folder / f"{bits}.wav"
    values = np.rint(SIGNAL[:, :channels] * (2 ** (bits - 1) - 1)).astype("<i4")
    if bits == 8:
        data = (values + 128).astype(np.uint8).tobytes()
    else:
        data = b"".join(int(v).to_bytes(bits // 8, "little", signed=True) for v in values.reshape(-1))
    with wave.open(str(path), "wb") as file:
        file.setparams((channels, bits // 8, 8000, 0, "NONE", ""))
        file.writeframes(data)
    return str(path)


@pytest.mark.parametrize("bits", [8, 16, 24, 32])
@pytest.mark.parametrize("channels", [1, 2])
def test_pcm_of_the_standard_library(tmp_path: Path, bits: int, channels: int) -> None:
    found = read(wav(tmp_path, bits, channels))
    expected = np.rint(SIGNAL[:, :channels].T * (2 ** (bits - 1) - 1)) / 2 ** (bits - 1)
    np.testing.assert_allclose(found.values, expected, atol=1e-7)
    assert (found.about["rate"], found.about["bits"], found.about["frames"]) == (8000, bits, 500)


@pytest.mark.parametrize("kind", ["FLOAT", "DOUBLE", "ULAW", "PCM_24", "IMA_ADPCM"])
def test_other_codings(tmp_path: Path, kind: str) -> None:
    path = str(tmp_path / "a.wav")
    soundfile.write(path, SIGNAL, 16000, subtype=kind)
    expected, rate = soundfile.read(path, always_2d=True)
    found = read(path)
    np.testing.assert_allclose(found.values, expected.T, atol=1e-6)
    assert found.about["rate"] == rate == 16000


def test_the_extensible_form(tmp_path: Path) -> None:
    path = str(tmp_path / "a.wav")
    soundfile.write(path, SIGNAL, 16000, format="WAVEX", subtype="PCM_16")
    np.testing.assert_allclose(read(path).values, soundfile.read(path)[0].T, atol=1e-6)


def riff(fmt: bytes, data: bytes, claimed: int | None = None, before: bytes = b"") -> bytes:
    body = b"WAVE" + before + b"fmt " + struct.pack("<I", len(fmt)) + fmt
    body += b"data" + struct.pack("<I", len(data) if claimed is None else claimed) + data
    return b"RIFF" + struct.pack("<I", len(body)) + body


def layout(coding: int = 1, channels: int = 1, rate: int = 8000, block: int = 2, bits: int = 16) -> bytes:
    return struct.pack("<HHIIHH", coding, channels, rate, rate * block, block, bits)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (riff(layout(), bytes(20), claimed=2000), "its header claims 2000 bytes of sound, but 20 follow"),
        (riff(layout(), bytes(20), claimed=0xFFFFFFFF), "its header claims 4294967295 bytes of sound, but 20 follow"),
        (riff(layout(channels=0), bytes(20)), "0 channels at 8000 Hz"),
        (riff(layout(channels=60000, block=2), bytes(20)), "60000 channels at 8000 Hz"),
        (riff(layout(rate=0), bytes(20)), "1 channels at 0 Hz"),
        (riff(layout(bits=32), bytes(20)), "1 channels of 32 bits do not take 2 bytes a frame"),
        (riff(layout(block=0), bytes(20)), "do not take 0 bytes a frame"),
        (riff(layout(coding=77), bytes(20)), "is not a sound that can be read"),
        (riff(layout()[:9], bytes(20)), "its format takes 9 bytes"),
        (riff(layout(), b""), "holds no sound"),
        (riff(layout(), bytes(20), before=b"junk\0\0\0\0" * 2000), "more than 1000 chunks"),
        (b"RIFF\x04\0\0\0WAVE", "it has no data"),
        (b"RIFF\x04\0\0\0WAVEdata\x02\0\0\0ab", "its data come before their format"),
        (b"", "does not begin with RIFF ... WAVE"),
        (b"fLaC" + bytes(40), "does not begin with RIFF ... WAVE"),
    ],
)
def test_a_broken_file_is_one_message(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "a.wav").write_bytes(content)
    with pytest.raises(UsageError, match=message):
        read(str(tmp_path / "a.wav"))


def test_the_bytes_written_here_are_a_sound(tmp_path: Path) -> None:
    """The partner of the broken ones."""
    (tmp_path / "a.wav").write_bytes(riff(layout(), struct.pack("<3h", 0, 16384, -32768)))
    np.testing.assert_array_equal(read(str(tmp_path / "a.wav")).values, [[0, 0.5, -1]])
