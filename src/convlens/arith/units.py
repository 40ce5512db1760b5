"""Numbers for people: the only place that rounds."""

from fractions import Fraction
from math import floor, log10

_STEPS = ((10**18, "E"), (10**15, "P"), (10**12, "T"), (10**9, "G"), (10**6, "M"), (10**3, "k"))
_BINARY = ((2**40, "TiB"), (2**30, "GiB"), (2**20, "MiB"), (2**10, "KiB"))


def grouped(count: int) -> str:
    """Every digit, in groups of three.

    >>> grouped(46764746)
    '46,764,746'
    """
    return f"{count:,}"


def short(count: int) -> str:
    """About three digits and a decimal prefix.

    >>> short(118013952), short(999), short(0)
    ('118 M', '999', '0')
    """
    return _scaled(count, _STEPS, "")


def memory(size: int) -> str:
    """Bytes with a binary prefix.

    >>> memory(602112), memory(12)
    ('588 KiB', '12 B')
    """
    return _scaled(size, _BINARY, "B")


def times(ratio: Fraction) -> str:
    """A ratio of at least 1, with three digits of what it is more than 1.

    >>> times(Fraction(2)), times(Fraction(17, 15)), times(Fraction(51, 29)), times(Fraction(10**6 + 1, 10**6))
    ('2', '1.133', '1.759', '1.00000100')
    """
    if ratio.denominator == 1:
        return str(ratio)
    digits = max(2 - floor(log10(ratio - 1)), 1)
    return f"{float(ratio):.{digits}f}"


def percent(share: Fraction) -> str:
    """A share of one in hundredths, with one digit behind the point, or with two digits that are not 0.

    >>> percent(Fraction(3, 4)), percent(Fraction(1, 4096)), percent(Fraction(0))
    ('75.0', '0.024', '0.0')
    """
    return f"{float(100 * share):.1f}" if not 0 < share < Fraction(1, 1000) else f"{float(100 * share):.2g}"


def _scaled(count: int, steps: tuple[tuple[int, str], ...], unit: str) -> str:
    ratio = steps[-1][0]
    for step, prefix in steps:
        if 2 * ratio * count >= (2 * ratio - 1) * step:
            return f"{_three_digits(count, step)} {prefix}"
    return f"{count} {unit}".rstrip()


def _three_digits(count: int, step: int) -> str:
    hundredths, tenths, whole = ((2 * n * count + step) // (2 * step) for n in (100, 10, 1))
    if hundredths < 1000:
        return f"{hundredths // 100}.{hundredths % 100:02}"
    return f"{tenths // 10}.{tenths % 10}" if tenths < 1000 else f"{whole}"
