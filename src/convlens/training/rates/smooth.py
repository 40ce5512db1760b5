"""A curve without its noise, and without a lag."""

import math
from collections.abc import Sequence


def smoothed(values: Sequence[float], width: float) -> list[float]:
    """Means with the weights of a bell of this standard deviation, in places; at the ends over what there is.

    >>> smoothed([1.0, 1.0, 4.0, 1.0, 1.0], 0.1)
    [1.0, 1.0, 4.0, 1.0, 1.0]
    """
    reach = max(1, round(3 * width))
    bell = [math.exp(-0.5 * (at / width) ** 2) for at in range(-reach, reach + 1)]
    found = []
    for at in range(len(values)):
        pairs = [
            (bell[other - at + reach], values[other]) for other in range(max(0, at - reach), min(len(values), at + reach + 1))
        ]
        found.append(sum(weight * value for weight, value in pairs) / sum(weight for weight, _ in pairs))
    return found
