"""Small runs of each kind of data, trained once: coloured pictures in class folders, sentences, tones."""

import wave
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from convlens.training.run import Run
from convlens.training.train import train

COLOURS = {"cat": (220, 60, 50), "dog": (50, 200, 70), "fish": (60, 70, 220)}
PICTURES = """network pets
input x: 1x3x12x12
c = conv(x, out=4, kernel=3x3)
r = relu(c)
d = conv(r, out=4, kernel=3x3)
p = adaptive_avg_pool(d, size=1x1)
f = flatten(p)
y = linear(f, out=3)
output y
"""
TEXTS = """network words
input x: 1x9:int64
e = embedding(x, count=10, width=6)
t = permute(e, order=[0, 2, 1])
c = conv(t, out=6, kernel=2)
r = relu(c)
p = adaptive_max_pool(r, size=1)
f = flatten(p)
y = linear(f, out=2)
output y
"""
SOUNDS = """network tones
input x: 1x1x40x10
c = conv(x, out=3, kernel=3x3)
r = relu(c)
p = adaptive_avg_pool(r, size=8x1)
f = flatten(p)
y = linear(f, out=2)
output y
"""
CHOSEN = {"precision": "float32", "layout": "channels-first", "seed": 1, "threads": 1}


def paint(path: Path, colour: tuple[int, int, int], seed: int, size: int = 12) -> Path:
    """A picture of nearly one colour."""
    noise = np.random.default_rng(seed).integers(-30, 30, (size, size, 3))
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray((np.array(colour) + noise).clip(0, 255).astype(np.uint8)).save(path)
    return path


def tone(path: Path, hertz: float, seed: int, rate: int = 8000) -> Path:
    samples = np.sin(np.arange(rate // 5) * 2 * np.pi * hertz / rate) + np.random.default_rng(seed).normal(0, 0.1, rate // 5)
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes((samples * 9000).astype("<i2").tobytes())
    return path


def make_pets(folder: Path) -> Path:
    for name, colour in COLOURS.items():
        for at in range(10):
            paint(folder / name / f"{at}.png", colour, at)
    return folder


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("asking")


@pytest.fixture(scope="session")
def pets(home: Path) -> Path:
    return make_pets(home / "pets")


@pytest.fixture(scope="session")
def run(home: Path, pets: Path) -> Run:
    """Of pictures; it knows all of them."""
    (home / "net.txt").write_text(PICTURES)
    return train(str(home / "net.txt"), str(pets), out=home / "run", epochs=8, batch=5, learning_rate=0.05, **CHOSEN)


@pytest.fixture(scope="session")
def text_run(home: Path) -> Run:
    good, bad = ["a good film", "good fun it is", "very good indeed"], ["a bad film", "bad and dull", "very bad indeed"]
    lines = [f"{label}\t{text}" for label, texts in (("praise", good), ("blame", bad)) for text in texts * 5]
    (home / "lines.tsv").write_text("\n".join(lines) + "\n")
    (home / "words.txt").write_text(TEXTS)
    return train(
        str(home / "words.txt"), str(home / "lines.tsv"), out=home / "text", epochs=20, batch=5, learning_rate=0.05, **CHOSEN
    )


@pytest.fixture(scope="session")
def sound_run(home: Path) -> Run:
    for at in range(8):
        tone(home / "tones" / "low" / f"{at}.wav", 300 + at, at)
        tone(home / "tones" / "high" / f"{at}.wav", 2500 + at, at)
    (home / "tones.txt").write_text(SOUNDS)
    return train(
        str(home / "tones.txt"), str(home / "tones"), out=home / "sound", epochs=8, batch=4, learning_rate=0.05, **CHOSEN
    )
