"""The numbers of a trace: exact where they are whole, floats where a file gives floats."""

from collections.abc import Sequence
from fractions import Fraction
from math import fsum, isinf, isnan

Number = int | float | Fraction


def total(numbers: Sequence[Number]) -> Number:
    """Exact for whole numbers, and rounded only once for floats.

    >>> total([1, 2]), total([0.1] * 10)
    (3, 1.0)
    """
    if any(isinstance(number, float) for number in numbers):
        try:
            return fsum(numbers)
        except (OverflowError, ValueError):  # beyond the largest float: an infinity, or nothing that can be told
            return float(sum(map(float, numbers)))
    return simplest(sum(numbers))


def divided(number: Number, by: int) -> Number:
    """
    >>> divided(6, 3), divided(25, 9), divided(1.0, 4)
    (2, Fraction(25, 9), 0.25)
    """
    return number / by if isinstance(number, float) else simplest(Fraction(number) / by)


def simplest(number: Number) -> Number:
    return number.numerator if isinstance(number, Fraction) and number.denominator == 1 else number


def shown(number: Number, digits: int = 3) -> str:
    """Whole numbers as they are, others to so many digits.

    >>> shown(-3), shown(0.123456), shown(Fraction(25, 9)), shown(2.0)
    ('-3', '0.123', '2.78', '2')
    """
    if isinstance(number, int):
        return str(number)
    return f"{float(number):.{digits}g}"


def factor(number: Number) -> str:
    """A number inside a sum or a product: a negative one stands in brackets.

    >>> factor(-3), factor(2)
    ('(-3)', '2')
    """
    text = shown(number)
    return f"({text})" if text.startswith("-") else text


def rounded(number: Number) -> bool:
    """True where `shown` leaves digits out.

    >>> rounded(0.5), rounded(1 / 3), rounded(Fraction(1, 3))
    (False, True, True)
    """
    if isinstance(number, int) or (isinstance(number, float) and (isinf(number) or isnan(number))):
        return False
    return Fraction(shown(number)) != Fraction(number)
