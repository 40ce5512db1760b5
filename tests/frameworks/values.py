"""The arrays of a case: the same on both sides, made from the text of the call alone."""

import zlib
from collections.abc import Sequence

import numpy as np


def array(call: str, place: str, shape: Sequence[int]) -> np.ndarray:
    """Numbers between -1 and 1, between 0.5 and 1.5 for the weights of a normalisation, whose variance is positive.

    They are float64, but for pooling in 3 dimensions, which TensorFlow has in float32 only.
    """
    values = np.random.default_rng(zlib.crc32(f"{call} {place}".encode())).uniform(-1, 1, tuple(shape))
    if "Normalization" in call and place != "x":
        values = values / 2 + 1
    return values.astype("float32") if "_pool3d" in call else values
