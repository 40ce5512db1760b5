"""A curve without its noise, and without a lag."""

import math
from collections.abc import Sequence


def smoothed(values: Sequence[float], width: float, *, ends: bool = False) -> list[float]:
    """Means with the weights of a bell of this standard deviation, in places; at the ends over what there is.

    With ``ends`` the bell is narrower there, as wide on both sides, so that the first and the last value stay.

    >>> smoothed([1.0, 1.0, 4.0, 1.0, 1.0], 0.1)
    [1.0, 1.0, 4.0, 1.0, 1.0]
    >>> smoothed([1.0, 3.0, 5.0], 1.0, ends=True)[::2]
    [1.0, 5.0]
    """
    reach = max(1, round(3 * width))
    bell = [math.exp(-0.5 * (at / width) ** 2) for at in range(-reach, reach + 1)]
    found = []
    for at in range(len(values)):
        side = min(reach, at, len(values) - 1 - at) if ends else reach
        near = range(max(0, at - side), min(len(values), at + side + 1))
        pairs = [(bell[other - at + reach], values[other]) for other in near]
        found.append(sum(weight * value for weight, value in pairs) / sum(weight for weight, _ in pairs))
    return found
