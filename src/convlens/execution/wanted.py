"""What an input of a network is like, and how a file's values are to be brought there."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from convlens.ir.spec import Shape

Open = tuple[int | None, ...]
"""A shape with open sizes."""

Accepts = Callable[[Shape], bool]
"""Does the network take an input of this shape, in its own order of axes, with the weights that it has?"""


class Wanted(NamedTuple):
    """One input: its name, its shape as far as the network states it (None: not even the number of axes), its dtype.

    ``dims`` are in the network's own order of axes; ``channels_last`` says that this is N, space, C.
    """

    name: str
    dims: Open | None
    dtype: str = "float32"
    channels_last: bool = False

    def shown(self) -> str:
        """
        >>> Wanted("x", (None, 3, 8, 8)).shown(), Wanted("x", None).shown()
        ('?x3x8x8', 'any shape')
        """
        return "any shape" if self.dims is None else "x".join("?" if size is None else str(size) for size in self.dims)

    @property
    def numpy_dtype(self) -> str:
        """The dtype as NumPy knows it, which has no bfloat16; PyTorch makes it of float32. "" where none is stated."""
        return {"bfloat16": "float32"}.get(self.dtype, self.dtype)

    def channels_first(self) -> Open | None:
        """The dims as N, C, space."""
        if self.dims is None or not self.channels_last:
            return self.dims
        return (self.dims[0], self.dims[-1], *self.dims[1:-1])

    def ordered(self, dims: Shape) -> Shape:
        """N, C, space in the network's own order.

        >>> Wanted("x", None, channels_last=True).ordered((1, 3, 8, 9))
        (1, 8, 9, 3)
        """
        return (dims[0], *dims[2:], dims[1]) if self.channels_last else dims


def shown_inputs(wanted: Iterable[Wanted]) -> str:
    """The inputs of a network as a message lists them.

    >>> shown_inputs([Wanted("x", (None, 3, 8, 8)), Wanted("mask", None)]), shown_inputs([])
    ('x (?x3x8x8), mask (any shape)', 'none')
    """
    return ", ".join(f"{item.name} ({item.shown()})" for item in wanted) or "none"


class How(NamedTuple):
    """What was asked for: ``resize`` None (only where it must be), () (to the size that the network states) or a size.

    ``mean`` is subtracted and the rest divided by ``std``, one value or one for each channel.
    """

    resize: tuple[int, ...] | None = None
    mean: tuple[float, ...] = ()
    std: tuple[float, ...] = ()
