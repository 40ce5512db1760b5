"""Calibration against a count by hand and a loop over examples, as the paper writes it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from convlens.training.pages.calibration import BINS, calibration


def by_the_paper(probabilities: np.ndarray, labels: np.ndarray, bins: int) -> float:
    """Equation 3 of Guo et al. 2017, example by example; B_m holds confidences in ((m-1)/M, m/M]."""
    error = 0.0
    for m in range(1, bins + 1):
        inside = [at for at, row in enumerate(probabilities) if (m - 1) / bins < max(row.tolist()) <= m / bins]
        if inside:
            accuracy = sum(int(np.argmax(probabilities[at])) == labels[at] for at in inside) / len(inside)
            confidence = sum(max(probabilities[at].tolist()) for at in inside) / len(inside)
            error += len(inside) / len(labels) * abs(accuracy - confidence)
    return error


def random(seed: int, count: int, classes: int) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(seed)
    return generator.dirichlet(np.full(classes, 0.5), count).astype(np.float32), generator.integers(0, classes, count)


@given(st.integers(0, 10_000), st.integers(1, 80), st.integers(2, 6))
def test_it_is_the_error_of_the_paper(seed: int, count: int, classes: int) -> None:
    probabilities, labels = random(seed, count, classes)
    found = calibration(probabilities, labels)
    assert found.expected == pytest.approx(by_the_paper(probabilities.astype(float), labels, BINS), abs=1e-9)
    assert sum(one.examples for one in found.bins) == count
    assert abs(found.confidence - found.accuracy) - 1e-9 <= found.expected <= found.largest + 1e-9 <= 1 + 1e-6


def test_by_hand() -> None:
    """Ten examples at 0.8, of which six are right; ten at 0.6, of which six are right: 10/20 * 0.2 + 0."""
    probabilities = np.array([[0.8, 0.2]] * 10 + [[0.6, 0.4]] * 10)
    labels = np.array(([0] * 6 + [1] * 4) * 2)
    found = calibration(probabilities, labels, 10)
    assert found.expected == pytest.approx(0.1)
    assert found.largest == pytest.approx(0.2)


def test_the_edge_of_a_bin_belongs_to_the_lower_one() -> None:
    found = calibration(np.array([[0.8, 0.2], [1.0, 0.0]]), np.array([0, 0]), 5)
    assert [one.examples for one in found.bins] == [0, 0, 0, 1, 1]


def test_a_network_that_is_as_sure_as_it_is_right_has_no_error() -> None:
    probabilities, labels = np.array([[0.75, 0.25]] * 4), np.array([0, 0, 0, 1])
    assert calibration(probabilities, labels).expected == pytest.approx(0)


def test_no_examples_and_no_numbers() -> None:
    assert calibration(np.zeros((0, 3)), np.zeros(0, int)) is None
    assert calibration(np.full((2, 3), np.nan), np.zeros(2, int)) is None
    assert calibration(np.array([[np.nan, 1], [0.9, 0.1]]), np.array([0, 0])).accuracy == 1
