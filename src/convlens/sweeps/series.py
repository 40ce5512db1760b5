"""All calls of a sweep, computed: one series for each setting, the others as the call has them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import gcd, prod

from convlens.importers.calls import read
from convlens.ir.errors import UsageError
from convlens.ir.spec import Shape, TensorSpec
from convlens.sweeps.candidates import USUAL, candidates
from convlens.sweeps.points import Point, point
from convlens.sweeps.settings import Setting, Signature, resolve, settings_of
from convlens.sweeps.values import MAX_POINTS, Value, distinct, parse_values
from convlens.sweeps.variation import own_value, places, signature_of, varied

Over = Mapping[str, Iterable[Value] | str | None]
"""Values by setting: a list, a text such as "1..11", or None for all usual legal ones."""


@dataclass(frozen=True)
class Series:
    """``own`` is the value that the call itself has, None where it has none to compare with."""

    setting: Setting
    own: object
    points: tuple[Point, ...]


def series_of(call: str, spec: TensorSpec, over: Over) -> tuple[Signature, tuple[Series, ...]]:
    """Every series of a sweep. Raises `UsageError` for what names no setting, has no values, or has too many."""
    signature = signature_of(call)
    layout = read(call, [spec.dims]).layout
    chosen = _chosen(signature, over)
    asked = {word: _values(word, values) for word, values in chosen.items()}
    count = sum(len(values or ()) for values in asked.values())
    if count > MAX_POINTS:
        raise UsageError(
            f"the sweep has {count} points; at most {MAX_POINTS} are computed\n  fix: shorter ranges, or a step as in 1..999:10"
        )
    settings = {word: resolve(signature, word) for word in asked}
    _check_twice(settings)
    return signature, tuple(_series(signature, spec, layout, settings[word], asked[word]) for word in asked)


def _chosen(signature: Signature, over: Over) -> Over:
    """What is asked for; where nothing is, the settings of a convolution that the call has."""
    if over:
        return over
    known = {one.role: one.name for one in settings_of(signature)}
    found: dict[str, None] = {known[role]: None for role in USUAL if role in known}
    return found


def _values(word: str, values: Iterable[Value] | str | None) -> tuple[Value, ...] | None:
    if values is None:
        return None
    if isinstance(values, str):
        return parse_values(values, word)
    return distinct(values if isinstance(values, Iterable) else [values], word)


def _check_twice(settings: Mapping[str, Setting]) -> None:
    named: dict[str, str] = {}
    for word, setting in settings.items():
        other = named.setdefault(setting.name, word)
        if other != word:
            raise UsageError(
                f"{other} and {word} are both {setting.name}, which has one series\n  fix: all values behind one of them"
            )


def _series(signature: Signature, spec: TensorSpec, layout: str, setting: Setting, values: tuple[Value, ...] | None) -> Series:
    shape = spec.dims
    own = own_value(signature, shape, layout, setting)
    tried = values or candidates(setting, own, _channels(signature, shape, layout))
    points = [_point(signature, spec, layout, setting, value) for value in tried]
    if values is None:
        points = [p for p in points if p.report is not None] or points[:1]
    return Series(setting, own, tuple(points))


def _channels(signature: Signature, shape: Shape, layout: str) -> int:
    """What a number of groups must divide: the channels on both sides."""
    into = shape[places(signature, shape, layout)[1]]
    out = next((own_value(signature, shape, layout, one) for one in settings_of(signature) if one.role == "out_channels"), into)
    return gcd(into, out) if isinstance(out, int) and out > 0 else into


def _point(signature: Signature, spec: TensorSpec, layout: str, setting: Setting, value: Value) -> Point:
    call, shape = varied(signature, spec.dims, layout, setting, value)
    if min(shape) < 1 or prod(shape) > MAX_VALUES:
        raise UsageError(f"{setting.name}={value}: an input of {'x'.join(map(str, shape))} is not a shape that a tensor can have")
    return point(value, call, shape, spec.dtype)


MAX_VALUES = 2**63 - 1
"""Of a tensor."""
