"""One case on both sides."""

from typing import NamedTuple

import numpy as np

import convlens
from convlens.ir.errors import ConvlensError
from tests.frameworks.draw import Case
from tests.frameworks.values import array


class Verdict(NamedTuple):
    """``fault`` is empty where both sides agree; ``difference`` is the largest one, relative to the largest value.

    An output without values, which TensorFlow makes where a kernel does not fit, is what convlens refuses.
    """

    fault: str
    difference: float = 0.0
    refused: bool = False


def verdict(case: Case, theirs: np.ndarray | str) -> Verdict:
    try:
        ours = _ours(case)
    except ConvlensError as error:
        return Verdict("" if isinstance(theirs, str) or not theirs.size else f"refused: {error}", refused=True)
    if isinstance(theirs, str):
        return Verdict(f"the framework refuses it: {theirs}")
    if (ours.shape, ours.dtype) != (theirs.shape, theirs.dtype):
        return Verdict(f"{ours.shape} {ours.dtype}, but the framework makes {theirs.shape} {theirs.dtype}")
    difference = relative(ours, theirs)
    return Verdict("" if difference < 1e-5 else f"the values differ by {difference:.1e}", difference)


def relative(ours: np.ndarray, theirs: np.ndarray) -> float:
    """The largest difference, measured by the largest value (or a millionth, where all are nothing); endless where there is a NaN."""
    if not theirs.size:
        return 0.0
    difference = float(np.abs(ours - theirs).max() / max(float(np.abs(theirs).max()), 1e-6))
    return difference if np.isfinite(difference) else np.inf


def _ours(case: Case) -> np.ndarray:
    call, shape, weights = case
    if call.startswith("tf."):
        given = [array(call, f"w{at}", size) for at, size in enumerate(weights)]
    else:
        given = [array(call, f"w{at}", size) for at, size in enumerate(_shapes(call, shape))]
    made: np.ndarray = convlens.run(call, array(call, "x", shape), given)
    return made


def _shapes(call: str, shape: tuple[int, ...]) -> list[tuple[int, ...]]:
    from convlens.backends.plan import checked
    from convlens.importers.calls import read
    from convlens.importers.calls.weights import held

    graph = read(call, [shape])
    checked(graph)
    return [weight.shape for weight in held(graph)]
