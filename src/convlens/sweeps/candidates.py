"""The values that are tried where none are given: those that people use. What is not legal among them is left out."""

from collections.abc import Iterable

from convlens.ir.errors import UsageError
from convlens.sweeps.settings import Setting
from convlens.sweeps.values import MAX_POINTS, Value, distinct

USUAL = ("kernel", "stride", "padding", "dilation", "groups", "in_channels", "out_channels")
"""The settings of an article on all of Conv2d's settings: swept where no setting is named."""

_FIXED: dict[str, tuple[Value, ...]] = {
    "kernel": tuple(range(1, 12)),
    "stride": tuple(range(1, 7)),
    "padding": tuple(range(7)),
    "dilation": tuple(range(1, 9)),
    "output_padding": tuple(range(4)),
    "depth_multiplier": (1, 2, 4, 8),
    "batch": (1, 2, 4, 8, 16),
    "bias": (True, False),
    "ceil_mode": (True, False),
    "padding_mode": ("zeros", "reflect", "replicate", "circular"),
}
_WORDS = ("valid", "same")


def candidates(setting: Setting, own: object, channels: int) -> tuple[Value, ...]:
    """Values in rising order, the call's ``own`` among them; `UsageError` for a setting that has no usual ones.

    >>> candidates(Setting("groups", "groups", "groups"), 1, 12)
    (1, 2, 3, 4, 6, 12)
    """
    if setting.role == "padding" and isinstance(own, str):
        words = tuple(word.upper() for word in _WORDS) if own.isupper() else _WORDS
        return distinct([*words, own], setting.name)
    found = _numbers(setting.role, own, channels)
    if found is None:
        raise UsageError(f"{setting.name} has no usual values\n  fix: give them, as in {setting.name}=1,2,4")
    extra = [own] if type(own) is int and setting.role != "bias" else []
    values = distinct([*found, *extra], setting.name)
    return tuple(sorted(values, key=_rank)) if all(type(v) is int for v in values) else values


def _rank(value: Value) -> int:
    return value if isinstance(value, int) else 0


def _numbers(role: str, own: object, channels: int) -> Iterable[Value] | None:
    if role == "groups":
        return _divisors(channels)
    if type(own) is int and own > 0 and role in ("in_channels", "out_channels"):
        powers = [2**k for k in range(3, 11) if 2**k <= 4 * own]
        return [*powers, *(n for n in (own - 1, own + 1) if n > 0)]
    if type(own) is int and role == "size":
        return [max(own * quarters // 4, 1) for quarters in (1, 2, 3, 4, 6, 8)]
    return _FIXED.get(role)


def _divisors(count: int) -> list[int]:
    """At most as many as a sweep may have points; the largest is ``count`` itself."""
    small = [n for n in range(1, min(int(count**0.5), 10**5) + 1) if count % n == 0]
    return sorted({*small, *(count // n for n in small)})[:MAX_POINTS]
