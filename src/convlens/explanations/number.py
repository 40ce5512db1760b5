"""A value as an explanation shows it."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from convlens.arith.units import grouped

Rows = Sequence[Sequence[Any]]
"""The rows of a small table."""

DIGITS = 6
"""After the point; a fraction that needs more is written as one."""


def shown(value: Any) -> str:
    """Every number exactly: grouped digits, a decimal where it ends soon, else a fraction.

    >>> shown(5184), shown(Fraction(1, 8)), shown(Fraction(1, 3)), shown(Fraction(-6, 2)), shown("1x3")
    ('5,184', '0.125', '1/3', '-3', '1x3')
    >>> shown((3, 7))
    '3, 7'
    """
    if isinstance(value, Fraction):
        return _decimal(value)
    if isinstance(value, int):
        return grouped(value)
    if isinstance(value, tuple | list):
        return ", ".join(map(shown, value))
    return str(value)


def plain(value: Any) -> str:
    """As `shown`, but for a formula: no groups, and a negative number in brackets.

    >>> plain(12000), plain(Fraction(-1, 2))
    ('12000', '(-0.5)')
    """
    text = str(value) if isinstance(value, int) else shown(value)
    return f"({text})" if text.startswith("-") or "/" in text else text


def about(value: Fraction, digits: int = 4) -> str:
    """A long fraction rounded; for a result that is compared, not computed with.

    >>> about(Fraction(2, 3)), about(Fraction(1, 2)), about(Fraction(20000, 3))
    ('0.6667', '0.5', '6,666.6667')
    """
    scaled = round(value * 10**digits)
    return _decimal(Fraction(scaled, 10**digits))


def _decimal(value: Fraction) -> str:
    for places in range(DIGITS + 1):
        scaled = value * 10**places
        if scaled.denominator == 1:
            sign, digits = "-" if value < 0 else "", f"{abs(scaled.numerator):0{places + 1}}"
            point = f".{digits[len(digits) - places :]}" if places else ""
            return f"{sign}{grouped(int(digits[: len(digits) - places]))}{point}"
    return str(value)
