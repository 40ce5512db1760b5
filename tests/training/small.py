"""A data set and a network that train in a moment, for tests of the loop."""

from pathlib import Path

import numpy as np

NET = """
network small
input x: 1x1x8x8
c = conv(x, out=4, kernel=3x3)
r = relu(c)
p = adaptive_avg_pool(r, size=2x2)
f = flatten(p)
y = linear(f, out=3)
output y
"""
"""Neither batch norm nor dropout: two processes give the weights of one."""

COUNTS = (60, 30, 15)


def blobs(path: Path, counts: tuple[int, ...] = COUNTS) -> Path:
    """Pictures of 8x8 with a bright square, whose place is the class; ``counts`` of each class."""
    draw = np.random.default_rng(0)
    labels = np.repeat(np.arange(len(counts)), counts)
    images = draw.integers(0, 60, (len(labels), 8, 8), dtype=np.uint8)
    for image, label in zip(images, labels, strict=True):
        image[2 * label : 2 * label + 3, 2 * label : 2 * label + 3] += 180
    np.savez(path, images=images, labels=labels)
    return path


def network(path: Path, text: str = NET) -> Path:
    path.write_text(text)
    return path


def options(**more: object) -> dict[str, object]:
    """Settings under which nothing is measured, so that every run takes the same steps."""
    return {"epochs": 3, "batch": 16, "seed": 3, "precision": "float32", "layout": "channels-first", "threads": 1, **more}
