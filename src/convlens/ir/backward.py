"""What a training step asks of one use of an operator, and what the operator keeps for it."""

from typing import NamedTuple


class Wanted(NamedTuple):
    """Which gradients are wanted: of which ``inputs`` (their positions), and of the operator's own ``weights``.

    ``in_place`` is True where the output takes the memory of the first input.
    """

    inputs: frozenset[int]
    weights: bool
    in_place: bool = False


class Saved(NamedTuple):
    """What stays in memory until backward: inputs and outputs by position, and the bytes of what is neither.

    ``made`` is made by every forward pass, though an evaluation frees it at once; ``drawn`` by a training step only, as the
    mask of a dropout. An input that the output takes the place of is kept as a copy.
    """

    inputs: tuple[int, ...] = ()
    outputs: tuple[int, ...] = ()
    made: int = 0
    drawn: int = 0


NOTHING = Saved()
