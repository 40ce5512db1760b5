"""A data set and a network so small that a training takes a fraction of a second."""

from pathlib import Path

import numpy as np
import pytest

NET = """
network small
input x: 1x1x8x8
c = conv(x, out=4, kernel=3x3)
r = relu(c)
p = adaptive_avg_pool(r, size=2x2)
f = flatten(p)
d = dropout(f, p=0.2)
y = linear(d, out=3)
output y
"""


@pytest.fixture
def small(tmp_path: Path) -> tuple[str, str]:
    """A network and data: 90 pictures of 3 classes, a bright square in one of three places."""
    return small_in(tmp_path)


def small_in(place: Path, side: int = 8, count: int = 90) -> tuple[str, str]:
    draw = np.random.default_rng(0)
    images = draw.integers(0, 120, (count, side, side), dtype=np.uint8)
    labels = np.arange(count) % 3
    step = side // 4
    for image, label in zip(images, labels, strict=True):
        image[step * label : step * label + step + 1, step * label : step * label + step + 1] += 100
    np.savez(place / "squares.npz", images=images, labels=labels)
    (place / "small.txt").write_text(NET)
    return str(place / "small.txt"), str(place / "squares.npz")


QUICK = {"epochs": 2, "batch": 16, "precision": "float32", "layout": "channels-first", "threads": 1}
