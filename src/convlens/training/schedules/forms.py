"""The closed forms: what the learning rate is multiplied by, as a function of how far the training is.

``at`` is a step from 0, ``steps`` the number of all steps; the first step has factor 1 where nothing else is said. They are
Keras's (``keras.optimizers.schedules``), and PyTorch's (``torch.optim.lr_scheduler``) where it has the same one.
"""

from collections.abc import Sequence
from math import cos, pi

ONE_CYCLE_START = 25.0
"""The first rate of one-cycle is the peak divided by this; PyTorch's ``div_factor``."""
ONE_CYCLE_END = 1e4
"""Its last rate is the first one divided by this; PyTorch's ``final_div_factor``."""
ONE_CYCLE_RISE = 0.3
"""The share of the steps before the peak; PyTorch's ``pct_start``."""


def stepped(at: int, milestones: Sequence[int], decay: float) -> float:
    """``decay`` once more from each milestone on.

    >>> [stepped(at, [2, 3], 0.1) for at in range(3)]
    [1.0, 1.0, 0.1]
    """
    return float(decay ** sum(at >= milestone for milestone in milestones))


def exponential(at: int, steps: int, decay: float) -> float:
    """``decay ^ (at / steps)``.

    >>> exponential(5, 10, 0.01)
    0.1
    """
    return float(decay ** (at / steps))


def polynomial(at: int, steps: int, power: float, final: float) -> float:
    """``(1 - final) * (1 - at / steps) ^ power + final``.

    >>> polynomial(5, 10, 2.0, 0.0)
    0.25
    """
    return float((1 - final) * (1 - at / steps) ** power + final)


def cosine(at: int, steps: int, final: float) -> float:
    """``(1 - final) * (1 + cos(pi * at / steps)) / 2 + final``. Source: Loshchilov & Hutter, arXiv:1608.03983v5, formula 5.

    >>> round(cosine(5, 10, 0.0), 6)
    0.5
    """
    return (1 - final) * (1 + cos(pi * at / steps)) / 2 + final


def one_cycle(at: int, steps: int, rise: float) -> float:
    """Up along a half cosine from 1/25 to 1 in the share ``rise`` of the steps, then down to 1/250000 at the last step.

    Momentum stays as it is: PyTorch's ``OneCycleLR`` turns it round with the rate unless ``cycle_momentum=False``. A
    training of one step takes it at the peak. Source: Smith & Topin, arXiv:1708.07120v3; torch.optim.lr_scheduler.OneCycleLR.

    >>> [round(one_cycle(at, 10, 0.3), 4) for at in (0, 2, 9)]
    [0.04, 1.0, 0.0]
    """
    top, last = rise * steps - 1, steps - 1
    low = 1 / ONE_CYCLE_START
    if at < top:
        return _between(low, 1.0, at / top)
    return _between(1.0, low / ONE_CYCLE_END, (at - top) / (last - top)) if at > top and last else 1.0


def warm(at: int, steps: int) -> float:
    """The factor of a linear rise: ``1 / (steps + 1)`` in the first of its steps, 1 in the step that follows the last.

    >>> [warm(at, 3) for at in range(4)]
    [0.25, 0.5, 0.75, 1.0]
    """
    return min(1.0, (at + 1) / (steps + 1))


def _between(start: float, end: float, share: float) -> float:
    return end + (start - end) / 2 * (1 + cos(pi * share))
