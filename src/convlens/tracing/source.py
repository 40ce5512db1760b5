"""Where a number of a tensor comes from: made from its index, read from an array, or turned by 180 degrees."""

from collections.abc import Callable
from math import isfinite
from typing import Any, Protocol

from convlens.ir.errors import UsageError
from convlens.ir.spec import Shape
from convlens.tracing.number import Number


class Source(Protocol):
    """A tensor that is asked for one value at a time, so that nothing large is ever built."""

    def read(self, index: Shape) -> Number:
        """The value at this index, in the order of axes that convlens uses inside."""
        ...


class Made:
    """Small whole numbers from ``low`` on, ``count`` of them, mixed from the index: the same in every run.

    >>> digits = Made("input", 0, 10)
    >>> [digits.read((0, 0, 0, w)) for w in range(8)]
    [2, 2, 5, 7, 9, 6, 5, 8]
    """

    def __init__(self, name: str, low: int, count: int) -> None:
        self.seed = sum(name.encode())
        self.low = low
        self.count = count

    def read(self, index: Shape) -> int:
        mixed = self.seed
        for entry in index:
            mixed = ((mixed ^ entry) * 2654435761 + 40503) % 2**32
            mixed ^= mixed >> 15
        return self.low + mixed * 69069 % 2**32 * self.count // 2**32


class Given:
    """The values of an array; ``place`` leads from an index to that of the array. `UsageError` for one that is not finite."""

    def __init__(self, what: str, array: Any, place: Callable[[Shape], Shape]) -> None:
        self.what = what
        self.array = array
        self.place = place

    def read(self, index: Shape) -> Number:
        value = self.look(index)
        if not isfinite(value):
            at = self.place(index)
            raise UsageError(
                f"{self.what}: the value at [{', '.join(map(str, at))}] is {value}, which cannot be added up\n"
                "  fix: a finite number there"
            )
        return value

    def look(self, index: Shape) -> Number:
        """The value, whatever it is."""
        value: Number = self.array[self.place(index)].item()
        return int(value) if isinstance(value, bool) else value


class Zero:
    """Zero everywhere: a bias that a file of weights does not give."""

    def read(self, index: Shape) -> int:
        return 0


class Turned:
    """A kernel turned by 180 degrees on all its spatial axes."""

    def __init__(self, source: Source, kernel: Shape) -> None:
        self.source = source
        self.kernel = kernel

    def read(self, index: Shape) -> Number:
        lead = len(index) - len(self.kernel)
        turned = tuple(k - 1 - tap for k, tap in zip(self.kernel, index[lead:], strict=True))
        return self.source.read((*index[:lead], *turned))
