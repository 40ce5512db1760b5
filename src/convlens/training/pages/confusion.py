"""What a table of true against predicted classes says: recall, precision, the pairs that are mixed up most."""

from collections.abc import Sequence
from typing import NamedTuple

Counts = Sequence[Sequence[int]]
"""Rows are the true classes, columns the predicted ones."""


class ClassFigures(NamedTuple):
    """Of one class; a share is None where nothing is there to take a share of."""

    true: int
    predicted: int
    recall: float | None
    precision: float | None
    f1: float | None


class Pair(NamedTuple):
    """``number`` examples of ``true`` were taken for ``predicted``; ``share`` of all that are ``true``."""

    true: int
    predicted: int
    number: int
    share: float


def accuracy(counts: Counts) -> float | None:
    """Share on the diagonal.

    >>> accuracy([[3, 1], [0, 4]]), accuracy([[0, 0], [0, 0]])
    (0.875, None)
    """
    return _share(sum(row[at] for at, row in enumerate(counts)), sum(map(sum, counts)))


def class_figures(counts: Counts) -> list[ClassFigures]:
    """Recall is the share of a class that was found, precision the share of what was called so that is, F1 their harmonic mean.

    >>> class_figures([[3, 1], [0, 4]])[0]
    ClassFigures(true=4, predicted=3, recall=0.75, precision=1.0, f1=0.8571428571428571)
    """
    columns = [sum(column) for column in zip(*counts, strict=True)]
    return [_figures(row[at], sum(row), columns[at]) for at, row in enumerate(counts)]


def macro_recall(counts: Counts) -> float | None:
    """The mean recall of the classes that occur: accuracy if all were equally frequent.

    >>> macro_recall([[9, 1], [1, 1]])
    0.7
    """
    recalls = [one.recall for one in class_figures(counts) if one.recall is not None]
    return sum(recalls) / len(recalls) if recalls else None


def largest_share(counts: Counts) -> float | None:
    """The accuracy of always answering the most frequent class.

    >>> largest_share([[9, 1], [1, 1]])
    0.8333333333333334
    """
    rows = [sum(row) for row in counts]
    return _share(max(rows, default=0), sum(rows))


def worst_pairs(counts: Counts, most: int = 5) -> list[Pair]:
    """The most frequent mistakes, largest first; of equal ones the larger share first.

    >>> worst_pairs([[3, 1], [2, 4]], 1)
    [Pair(true=1, predicted=0, number=2, share=0.3333333333333333)]
    """
    totals = [sum(row) for row in counts]
    pairs = [
        Pair(true, predicted, count, count / totals[true])
        for true, row in enumerate(counts)
        for predicted, count in enumerate(row)
        if count and true != predicted
    ]
    return sorted(pairs, key=lambda pair: (-pair.number, -pair.share, pair.true, pair.predicted))[:most]


def _figures(right: int, true: int, predicted: int) -> ClassFigures:
    return ClassFigures(true, predicted, _share(right, true), _share(right, predicted), _share(2 * right, true + predicted))


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
