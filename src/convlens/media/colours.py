"""Values as colours that stay in order when they are printed in grey."""

import numpy as np

from convlens.media.sample import Array

ANCHORS = (
    (-1.0, (10, 30, 92)), (-0.5, (52, 92, 158)), (0.0, (142, 142, 142)), (0.5, (232, 176, 92)), (1.0, (255, 243, 205)),
)  # fmt: skip
"""Blue is below zero, orange above, grey is zero. A usual blue-white-red map is dark at both of its ends, so in grey print
plus and minus look alike; here the lightness only rises."""

UNKNOWN = (214, 0, 110)
"""Of what is not a finite number."""


def diverging(values: Array) -> Array:
    """Colours (..., 3) of 8 bits for values of -1 to 1.

    >>> diverging(np.array([-1.0, 0.0, 1.0])).tolist()
    [[10, 30, 92], [142, 142, 142], [255, 243, 205]]
    """
    places = [place for place, _ in ANCHORS]
    channels = [np.interp(values, places, [colour[at] for _, colour in ANCHORS]) for at in range(3)]
    return np.rint(np.stack(channels, axis=-1)).astype(np.uint8)


def grey(values: Array) -> Array:
    """Colours (..., 3) of 8 bits for values of 0 (black) to 1 (white).

    >>> grey(np.array([0.0, 0.5, 1.0]))[:, 0].tolist()
    [0, 128, 255]
    """
    return np.repeat(np.rint(np.clip(values, 0, 1) * 255).astype(np.uint8)[..., None], 3, axis=-1)


def shown(values: Array, *, signed: bool) -> Array:
    """Colours for values of any range: ``signed`` ones symmetric about zero, others from their least to their greatest."""
    finite = np.isfinite(values)
    filled = np.where(finite, values, 0).astype(np.float64)
    known = filled[finite] if finite.any() else np.zeros(1)
    low, high = float(known.min()), float(known.max())
    colours = diverging(filled / (max(-low, high) or 1.0)) if signed else grey((filled - low) / ((high - low) or 1.0))
    return np.where(finite[..., None], colours, np.array(UNKNOWN, dtype=np.uint8))
