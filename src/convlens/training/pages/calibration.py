"""Does a network that says 80 % be right 80 times of 100? The reliability of its probabilities.

Source: Guo, Pleiss, Sun, Weinberger, "On Calibration of Modern Neural Networks", ICML 2017, arXiv:1706.04599, section 2:
bins of equal width over the highest probability; the expected calibration error is the mean over examples of the distance
between the accuracy and the mean confidence of their bin.
"""

from typing import NamedTuple

import numpy as np

from convlens.training.pages.tensors import Array

BINS = 15
"""As in the paper."""


class Bin(NamedTuple):
    """Examples whose confidence lies in (``low``, ``high``]; of an empty one both means are None."""

    low: float
    high: float
    examples: int
    confidence: float | None
    accuracy: float | None


class Calibration(NamedTuple):
    """``expected`` is the expected calibration error (ECE), ``largest`` the largest of a bin; ``confidence`` the mean."""

    bins: tuple[Bin, ...]
    expected: float
    largest: float
    confidence: float
    accuracy: float


def calibration(probabilities: Array, labels: Array, bins: int = BINS) -> Calibration | None:
    """Of probabilities (N, K) and int labels (N,). None without examples. Rows with a number that is not finite are left out.

    >>> found = calibration(np.array([[0.9, 0.1], [0.4, 0.6]]), np.array([0, 0]), bins=2)
    >>> round(found.expected, 9), found.bins[1].examples, found.accuracy
    (0.25, 2, 0.5)
    """
    known = np.isfinite(probabilities).all(axis=1)
    confidences = probabilities[known].max(axis=1).astype(np.float64) if known.any() else np.zeros(0)
    if not len(confidences):
        return None
    right = probabilities[known].argmax(axis=1) == labels[known]
    places = np.clip(np.ceil(confidences * bins).astype(np.int64) - 1, 0, bins - 1)
    found = tuple(_bin(at, bins, confidences[places == at], right[places == at]) for at in range(bins))
    gaps = [(one.examples, abs((one.accuracy or 0) - (one.confidence or 0))) for one in found if one.examples]
    expected = sum(count * gap for count, gap in gaps) / len(right)
    return Calibration(found, expected, max(gap for _, gap in gaps), float(confidences.mean()), float(right.mean()))


def _bin(at: int, bins: int, confidences: Array, right: Array) -> Bin:
    means = (float(confidences.mean()), float(right.mean())) if len(right) else (None, None)
    return Bin(at / bins, (at + 1) / bins, len(right), *means)
