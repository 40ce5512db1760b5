"""What data ask of a network."""

from typing import NamedTuple

from convlens.ir.spec import Shape


class Fields(NamedTuple):
    """``shape`` is one example as the network takes it, without the batch; ``words`` the size of a text's vocabulary, else 0."""

    kind: str
    shape: Shape
    dtype: str
    classes: int
    words: int = 0
