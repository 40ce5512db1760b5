"""Times, shares and losses as a person reads them."""

from decimal import ROUND_HALF_UP, Decimal
from math import isfinite, sqrt

from convlens.lang.messages import say


def percent(share: float | None, digits: int = 1) -> str:
    """Of one, in hundredths; a half goes up, as in the JavaScript of the page.

    >>> percent(0.91234), percent(0.8125), percent(None), percent(float("nan"))
    ('91.2', '81.3', '?', '?')
    """
    if share is None or not isfinite(share):
        return "?"
    return str(Decimal(100 * share).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP))


def digits(value: float | None) -> str:
    """Four of them.

    >>> digits(0.255149), digits(float("nan"))
    ('0.2551', '?')
    """
    return f"{value:.4g}" if value is not None and isfinite(value) else "?"


def duration(lang: str, seconds: float) -> str:
    """
    >>> [duration("en", seconds) for seconds in (0.034, 4.21, 92, 7384)]
    ['0.03 s', '4.2 s', '1 min 32 s', '2 h 3 min']
    """
    if not isfinite(seconds):
        return "?"
    if seconds < 59.95:
        return say(lang, "{seconds} s", seconds=f"{seconds:.{1 if seconds >= 1 else 2}f}")
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return say(lang, "{minutes} min {seconds} s", minutes=minutes, seconds=rest)
    return say(lang, "{hours} h {minutes} min", hours=minutes // 60, minutes=minutes % 60)


def interval(share: float, count: int, z: float = 1.96) -> tuple[float, float]:
    """Wilson's interval: where the true share lies, for 95 of 100 samples of ``count`` that show ``share``.

    Source: Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22 (1927).

    >>> [round(end, 4) for end in interval(0.9, 100)]
    [0.8256, 0.9448]
    """
    middle = (share + z * z / (2 * count)) / (1 + z * z / count)
    half = z / (1 + z * z / count) * sqrt(share * (1 - share) / count + z * z / (4 * count * count))
    return middle - half, middle + half
