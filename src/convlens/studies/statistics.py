"""Is one variant better than another, or is it the seeds? Comparisons that are paired by seed, over all of a study at once.

A seed fixes first weights, order, augmentation and dropout, so two variants with one seed share much of their luck: the
differences by seed are compared with 0 in Student's t-test. Where too few seeds finished in both, the two means are compared
by Welch's test. Of several comparisons of a study the p-values are put right by Holm, "A simple sequentially rejective
multiple test procedure", Scand. J. Statist. 6 (1979), so that all its verdicts together are wrong in at most 5 of 100 studies.
"""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import stats

Array: TypeAlias = "NDArray[np.float64]"
Steps: TypeAlias = "float | NDArray[np.float64]"

ALPHA = 0.05


@dataclass(frozen=True)
class Comparison:
    """Arrays of one shape (..., V). ``better`` is 1 where the variant is higher beyond chance, -1 where lower, else 0.

    ``difference`` is variant less reference; ``low`` to ``high`` its interval at the confidence at which Holm tested it, so
    that it leaves out 0 exactly where there is a verdict. ``p`` is Holm's. ``error`` is the difference's standard error.
    ``pairs`` are the seeds of both; ``known`` is False where nothing can be told: then interval and p are NaN.
    """

    difference: Array
    low: Array
    high: Array
    p: Array
    error: Array
    pairs: Array
    better: NDArray[np.int64]

    @property
    def known(self) -> NDArray[np.bool_]:
        return np.isfinite(self.p)


def compare(variants: Array, references: Array, *, resolution: Steps = 0.0, alpha: float = ALPHA) -> Comparison:
    """Compare ``variants`` (..., V, S) with ``references`` (..., S) or (..., V, S), one figure for each of S seeds.

    NaN stands for a training that has no figure. ``resolution`` is the step in which the figures come (an accuracy on N
    examples: 1/N), one for all or one for each variant: a spread below what rounding alone makes is not believed. Equal
    figures of all seeds give p = 1.

    >>> found = compare(np.array([[0.90, 0.92, 0.91], [0.80, 0.83, 0.81]]), np.array([0.80, 0.82, 0.81]))
    >>> found.better.tolist(), found.pairs.tolist()
    ([1, 0], [3.0, 3.0])
    """
    others = references[..., None, :] if references.ndim < variants.ndim else references
    differences = variants - others
    pairs = np.isfinite(differences).sum(axis=-1)
    paired = _paired(differences, resolution)
    welch = _welch(variants, np.broadcast_to(others, variants.shape), resolution)
    difference, error, freedom = (np.where(pairs >= 2, one, other) for one, other in zip(paired, welch, strict=True))
    raw = _p(difference, error, freedom)
    p, confidence = holm(raw, alpha)
    with np.errstate(invalid="ignore"):
        half = stats.t.ppf(1 - confidence / 2, freedom) * error
        better = np.where(p <= alpha, np.sign(difference), 0).astype(np.int64)
    return Comparison(difference, difference - half, difference + half, p, error, pairs.astype(np.float64), better)


def _paired(differences: Array, resolution: Steps) -> tuple[Array, Array, Array]:
    """Mean of the differences, its standard error, and degrees of freedom."""
    count, mean, deviation = _moments(differences)
    spread = np.maximum(deviation, resolution / np.sqrt(6))  # a difference of two rounded figures: 2 * step² / 12
    with np.errstate(divide="ignore", invalid="ignore"):
        return mean, spread / np.sqrt(count), np.maximum(count - 1, 1)


def _welch(variants: Array, references: Array, resolution: Steps) -> tuple[Array, Array, Array]:
    """Source: Welch, "The generalization of 'Student's' problem", Biometrika 34 (1947)."""
    n, mean, deviation = _moments(variants)
    m, other, second = _moments(references)
    least = resolution / np.sqrt(12)
    with np.errstate(divide="ignore", invalid="ignore"):
        a, b = np.maximum(deviation, least) ** 2 / n, np.maximum(second, least) ** 2 / m
        freedom = (a + b) ** 2 / (a**2 / (n - 1) + b**2 / (m - 1))
        enough = (n >= 2) & (m >= 2)
        return mean - other, np.where(enough, np.sqrt(a + b), np.nan), np.where(np.isfinite(freedom), freedom, 1.0)


def _moments(values: Array) -> tuple[Array, Array, Array]:
    """Count, mean, and deviation of a sample of the finite values along the last axis."""
    known = np.isfinite(values)
    count = known.sum(axis=-1).astype(np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = np.where(known, values, 0).sum(axis=-1) / count
        away = np.where(known, values - mean[..., None], 0)
        return count, mean, np.sqrt((away**2).sum(axis=-1) / (count - 1))


def _p(difference: Array, error: Array, freedom: Array) -> Array:
    """Of Student's t; 1 where nothing differs and nothing spreads, and where no spread is seen at all: it cannot be judged."""
    with np.errstate(divide="ignore", invalid="ignore"):
        found = 2 * stats.t.sf(np.abs(difference) / error, freedom)
    return np.where(error == 0, 1.0, found)


def holm(p: Array, alpha: float = ALPHA) -> tuple[Array, Array]:
    """Holm's p-values (..., V), and the level at which each of them is tested; NaN is left out of the count.

    >>> adjusted, level = holm(np.array([0.01, 0.04, 0.03]))
    >>> adjusted.round(3).tolist(), level.round(4).tolist()
    ([0.03, 0.06, 0.06], [0.0167, 0.025, 0.025])
    """
    order = np.argsort(p, axis=-1)  # NaN comes last
    ascending = np.take_along_axis(p, order, axis=-1)
    count = np.isfinite(p).sum(axis=-1, keepdims=True)
    left = np.maximum(count - np.arange(p.shape[-1]), 1)
    stepped = np.minimum(np.maximum.accumulate(np.where(np.isfinite(ascending), ascending * left, 0), axis=-1), 1)
    rejected = np.cumprod(stepped <= alpha, axis=-1).astype(bool) & np.isfinite(ascending)
    at_stop = np.maximum(count - rejected.sum(axis=-1, keepdims=True), 1)
    levels = alpha / np.where(rejected, left, at_stop)
    adjusted = np.where(np.isfinite(ascending), stepped, np.nan)
    back = np.argsort(order, axis=-1)
    return np.take_along_axis(adjusted, back, axis=-1), np.take_along_axis(levels, back, axis=-1)


def power(effect: float, noise: float, seeds: int, level: float = ALPHA) -> float:
    """How often a true difference is seen: of ``seeds`` differences that spread by ``noise``, tested at ``level``.

    >>> round(power(0.01, 0.005, 3), 3), round(power(0.01, 0.005, 10), 3)
    (0.471, 1.0)
    """
    freedom, away = seeds - 1, effect / (noise / np.sqrt(seeds))
    edge = stats.t.ppf(1 - level / 2, freedom)
    other_side = np.nan_to_num(stats.nct.cdf(-edge, freedom, away))  # SciPy gives NaN where it is next to nothing
    return float(stats.nct.sf(edge, freedom, away) + other_side)


def seeds_for(effect: float, noise: float, level: float = ALPHA, wanted: float = 0.8, most: int = 1000) -> int | None:
    """The fewest seeds that see this difference in ``wanted`` of all studies; None where ``most`` do not.

    >>> seeds_for(0.01, 0.005), seeds_for(0.01733, 0.00535, level=0.0125)
    (5, 5)
    """
    return next((seeds for seeds in range(2, most + 1) if power(effect, noise, seeds, level) >= wanted), None)
