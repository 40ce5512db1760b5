"""What data ask of a network."""

from typing import NamedTuple

from convlens.ir.spec import Shape


def open_channels(dims: Shape) -> Shape:
    """An example's shape as a network states it, its channels 0, which leaves them to the data.

    >>> open_channels((3, 32, 32)), open_channels((50,))
    ((0, 32, 32), (50,))
    """
    return dims if len(dims) == 1 else (0, *dims[1:])


class Fields(NamedTuple):
    """``shape`` is one example as the network takes it, without the batch; ``words`` the size of a text's vocabulary, else 0."""

    kind: str
    shape: Shape
    dtype: str
    classes: int
    words: int = 0
