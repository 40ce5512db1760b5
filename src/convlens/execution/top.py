"""The greatest values of what looks like scores of classes."""

from typing import Any

import numpy as np

from convlens.media.sample import Array

COUNT = 5
LEAST_CLASSES = 2


def top(values: Array) -> list[dict[str, Any]] | None:
    """Index, value and softmax of the greatest scores, or None for what is no single row of scores.

    Values that are shares already (none negative, their sum 1) are not put through the softmax again.

    >>> [item["index"] for item in top(np.array([[0.1, 3.0, 2.0]]))], top(np.zeros((1, 3, 8, 8)))
    ([1, 2, 0], None)
    """
    scores = values.reshape(-1).astype(np.float64)
    if values.ndim < 2 or values.shape[0] != 1 or values.shape[1] != scores.size or scores.size < LEAST_CLASSES:
        return None
    if not np.isfinite(scores).all():
        return None
    order = np.argsort(-scores, kind="stable")[:COUNT]
    shares = _shares(scores)
    return [{"index": int(at), "value": float(scores[at]), "softmax": float(shares[at])} for at in order]


def _shares(scores: Array) -> Array:
    if scores.min() >= 0 and abs(scores.sum() - 1) < 1e-3:
        return scores
    raised = np.exp(scores - scores.max())
    total: Array = raised / raised.sum()
    return total
