"""The kinds of settings an operator may have: how each is checked and brought into its one canonical form.

A kind is written once, on the field: ``stride: PerAxis = (1,)``. It is read by the constructor (checking), by the
tests (random legal values) and by the reference page.
"""

from typing import Annotated, Any

from convlens.arith.padding import Sides
from convlens.ir.errors import SettingError, quoted

MAX_DIGITS = 40
"""Of a whole number."""


class Kind:
    """Base of the kinds. `read` brings a value into canonical form or raises `SettingError` saying what it must be.

    ``like`` names another setting, stated before, whose value stands in for None.
    """

    like = ""

    def read(self, value: Any, axes: int | None) -> Any:
        raise NotImplementedError


class Whole(Kind):
    """A whole number of at least ``least``, or None where ``optional``."""

    def __init__(self, least: int | None = 1, *, optional: bool = False) -> None:
        self.least = least
        self.optional = optional

    def read(self, value: Any, axes: int | None) -> int | None:
        if value is None and self.optional:
            return None
        return whole(value, self.least)


class EachAxis(Kind):
    """One whole number of at least ``least`` for each spatial axis; a single number stands for all axes."""

    def __init__(self, least: int = 1, *, like: str = "") -> None:
        self.least = least
        self.like = like

    def read(self, value: Any, axes: int | None) -> tuple[int, ...]:
        entries = expanded(value, axes)
        if not entries:
            raise SettingError("is empty; it must have an entry for each axis")
        return tuple(whole(v, self.least) for v in entries)


class PaddingRule(Kind):
    """Pixels (one number, one for each axis, or ``(left, right)`` for each axis), or one of the words ``rules``."""

    def __init__(self, rules: tuple[str, ...] = ("same", "same_lower", "valid")) -> None:
        self.rules = rules

    def read(self, value: Any, axes: int | None) -> str | tuple[Sides, ...]:
        if isinstance(value, str):
            if value not in self.rules:
                raise SettingError(f"is {quoted(value)}; it must be {_either((*self.rules, 'a number of pixels'))}")
            return value
        return tuple(_sides(v) for v in expanded(value, axes))


class Wholes(Kind):
    """A list of whole numbers, each at least ``least`` where given."""

    def __init__(self, least: int | None = None, *, optional: bool = False) -> None:
        self.least = least
        self.optional = optional

    def read(self, value: Any, axes: int | None) -> tuple[int, ...] | None:
        if value is None and self.optional:
            return None
        return tuple(whole(v, self.least) for v in (value if isinstance(value, list | tuple) else (value,)))


class Flag(Kind):
    """true or false."""

    def __init__(self, *, like: str = "") -> None:
        self.like = like

    def read(self, value: Any, axes: int | None) -> bool:
        if value not in (True, False):
            raise SettingError(f"is {quoted(value)}; it must be true or false")
        return bool(value)


class Real(Kind):
    """A number, or None where ``optional``."""

    def __init__(self, *, optional: bool = False) -> None:
        self.optional = optional

    def read(self, value: Any, axes: int | None) -> float | None:
        if value is None and self.optional:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise SettingError(f"is {quoted(value)}; it must be a number")
        _not_endless(value)
        return float(value)


class Reals(Kind):
    """A list of numbers, or None."""

    def read(self, value: Any, axes: int | None) -> tuple[float, ...] | None:
        if value is None:
            return None
        return tuple(Real().read(v, None) or 0.0 for v in (value if isinstance(value, list | tuple) else (value,)))


class Words(Kind):
    """A list of words."""

    def read(self, value: Any, axes: int | None) -> tuple[str, ...]:
        return tuple(Word().read(v, None) for v in (value if isinstance(value, list | tuple) else (value,)))


class Word(Kind):
    """One of the words ``among``; any word where that is empty."""

    def __init__(self, among: tuple[str, ...] = ()) -> None:
        self.among = among

    def read(self, value: Any, axes: int | None) -> str:
        if not isinstance(value, str) or (self.among and value not in self.among):
            raise SettingError(f"is {quoted(value)}; it must be {_either(self.among) or 'a word'}")
        return value


Count = Annotated[int, Whole(1)]
Index = Annotated[int, Whole(None)]
PerAxis = Annotated[tuple[int, ...], EachAxis(1)]
PerAxisOrZero = Annotated[tuple[int, ...], EachAxis(0)]
PerAxisLikeKernel = Annotated[tuple[int, ...] | None, EachAxis(1, like="kernel")]
Padding = Annotated[Any, PaddingRule()]
Pixels = Annotated[Any, PaddingRule(rules=())]
Indices = Annotated[tuple[int, ...], Wholes()]
OptionalCounts = Annotated[tuple[int, ...] | None, Wholes(1, optional=True)]
OptionalIndices = Annotated[tuple[int, ...] | None, Wholes(optional=True)]
Bool = Annotated[bool, Flag()]
BoolLikeAffine = Annotated[bool | None, Flag(like="affine")]
Number = Annotated[float, Real()]
OptionalNumber = Annotated[float | None, Real(optional=True)]
OptionalCount = Annotated[int | None, Whole(1, optional=True)]
OptionalNumbers = Annotated[tuple[float, ...] | None, Reals()]
Text = Annotated[str, Word()]
Texts = Annotated[tuple[str, ...], Words()]


def whole(value: Any, least: int | None = None) -> int:
    """The value as an int; anything that is not exactly a whole number is refused."""
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        raise SettingError(f"is {quoted(value)}; it must be a whole number")
    number = int(value.__index__())
    _not_endless(number)
    if least is not None and number < least:
        raise SettingError(f"is {number}; it must be at least {least}")
    return number


def _not_endless(number: float) -> None:
    """No size has more digits; Python refuses to write more than 4,300 of them, or to make a float of more than 308."""
    if isinstance(number, int) and abs(number) >= 10**MAX_DIGITS:
        raise SettingError(f"has more than {MAX_DIGITS} digits")


def expanded(value: Any, axes: int | None) -> tuple[Any, ...]:
    """One entry for each axis: a single value stands for all of them."""
    entries = tuple(value) if isinstance(value, list | tuple) else (value,)
    if axes is None or len(entries) == axes:
        return entries
    if len(entries) == 1:
        return entries * axes
    raise SettingError(f"has {len(entries)} entries; it must have 1 or {axes}, one for each axis")


def _sides(value: Any) -> Sides:
    if isinstance(value, list | tuple):
        if len(value) != 2:
            raise SettingError(f"has {len(value)} entries for one axis; it must be (left, right)")
        return whole(value[0]), whole(value[1])
    number = whole(value, 0)
    return number, number


def _either(words: tuple[str, ...]) -> str:
    return " or ".join(map(repr, words)).replace("'a number of pixels'", "a number of pixels")
