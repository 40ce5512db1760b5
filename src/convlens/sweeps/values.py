"""The values of a setting as a person writes them: ``1..11``, ``1..11:2``, ``8..1024*2``, ``1,2,4``, ``3x3,5x1``, ``same``."""

import re
from collections.abc import Iterable
from typing import SupportsIndex

from convlens.ir.errors import UsageError, quoted

Value = int | bool | str | tuple[int, ...]

MAX_POINTS = 1000
"""Of all settings together."""

_RANGE = re.compile(r"(\d+)\.\.(\d+)(?:([:*])(\d+))?")
_FLAGS = {"true": True, "false": False}
MAX_DIGITS = 12
HOW = "fix: as in kernel=1..11, kernel=1..11:2 (every second), groups=1,2,4, size=32..512*2 (doubling), padding=same,valid"


def parse_over(text: str) -> tuple[str, tuple[Value, ...] | None]:
    """The setting and its values; None where no values are written. Raises `UsageError` for what is neither.

    >>> parse_over("kernel=1..7:2,9"), parse_over("size=8..40*2"), parse_over("groups")
    (('kernel', (1, 3, 5, 7, 9)), ('size', (8, 16, 32)), ('groups', None))
    """
    name, equals, values = (part.strip() for part in text.partition("="))
    if not name.isidentifier():
        raise UsageError(f"--over {quoted(text)} names no setting\n  {HOW}")
    return name, parse_values(values, name) if equals else None


def parse_values(text: str, name: str) -> tuple[Value, ...]:
    """
    >>> parse_values("3,5x1,same,true", "kernel")
    (3, (5, 1), 'same', True)
    """
    return distinct((value for item in text.split(",") for value in _item(item.strip(), name)), name)


def distinct(values: Iterable[object], name: str) -> tuple[Value, ...]:
    """The values without repetitions, in their order; `UsageError` where there are none, too many, or one of another kind."""
    found: dict[tuple[type, object], Value] = {}
    for given in values:
        value = _value(given, name)
        found.setdefault((type(value), value), value)
        if len(found) > MAX_POINTS:
            raise UsageError(
                f"{name} has more than {MAX_POINTS} values\n  fix: a shorter range, or a step: 1..9999:10, 1..9999*2"
            )
    if not found:
        raise UsageError(f"{name} has no values\n  {HOW}")
    return tuple(found.values())


def _value(given: object, name: str) -> Value:
    """Whole numbers of any kind, such as NumPy's, become Python's own."""
    if isinstance(given, bool | str):
        return given
    if isinstance(given, list | tuple) and given:
        entries = [_value(entry, name) for entry in given]
        if all(type(entry) is int for entry in entries):
            return tuple(int(entry) for entry in entries if isinstance(entry, int))
    if isinstance(given, SupportsIndex):
        return given.__index__()
    raise UsageError(f"{name}: {quoted(given)} is not a whole number, a word or a tuple of whole numbers")


def _item(item: str, name: str) -> Iterable[Value]:
    if match := _RANGE.fullmatch(item):
        return _range(name, item, *match.groups())
    if re.fullmatch(r"\d+(x\d+)+", item):
        return (tuple(_whole(part, name) for part in item.split("x")),)
    if item.isdecimal():
        return (_whole(item, name),)
    if re.fullmatch(r"[A-Za-z_]+", item):
        return (_FLAGS.get(item.lower(), item),)
    raise UsageError(f"{name}: {quoted(item)} is neither a number, a range nor a word\n  {HOW}")


def _range(name: str, item: str, first: str, last: str, sign: str | None, step: str | None) -> Iterable[int]:
    low, high, by = (_whole(part, name) for part in (first, last, step or "1"))
    if high < low:
        raise UsageError(f"{name}: the range {item} is empty\n  fix: {name}={high}..{low}")
    if sign == "*":
        if by < 2 or low < 1:
            raise UsageError(
                f"{name}: {item} would never end; it multiplies\n  fix: a start of at least 1 and a factor of at least 2"
            )
        return _powers(low, high, by)
    if by < 1:
        raise UsageError(f"{name}: the step of {item} is 0\n  fix: a step of at least 1")
    return range(low, high + 1, by)


def _powers(low: int, high: int, factor: int) -> Iterable[int]:
    while low <= high:
        yield low
        low *= factor


def _whole(text: str, name: str) -> int:
    if len(text) > MAX_DIGITS:
        raise UsageError(f"{name}: {quoted(text)} has more than {MAX_DIGITS} digits")
    return int(text)
