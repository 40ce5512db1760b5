"""The shapes of the weights that a function is given, with one setting changed."""

from typing import Any

from convlens.ir.errors import UsageError
from convlens.sweeps.call_text import written
from convlens.sweeps.filters import filters_of
from convlens.sweeps.settings import Setting, Signature
from convlens.sweeps.values import Value


def changed_weights(signature: Signature, setting: Setting, value: Value) -> dict[str, list[int]]:
    """Those that the setting changes, by their names in the call."""
    filters = filters_of(signature.spelling)
    if setting.role not in (*filters.roles, "groups") or not filters.weights:
        return {}
    given, sizes = held_sizes(signature)
    groups = _groups(signature)
    new = value if isinstance(value, tuple) else (value,)
    if not all(type(n) is int for n in new):
        raise UsageError(f"{setting.name}: {value!r} is not a whole number")
    whole = tuple(int(n) for n in new)
    if setting.role == "groups":
        groups = whole[0]
    else:
        sizes = {**sizes, setting.role: whole}
    shapes = {name: filters.written(name, sizes, signature.axes, max(groups, 1)) for name in given}
    return {name: entries for name, entries in shapes.items() if entries != given[name]}


def held_sizes(signature: Signature) -> tuple[dict[str, list[int]], dict[str, tuple[int, ...]]]:
    """The shapes that are written in the call, and from them the size of each role."""
    filters = filters_of(signature.spelling)
    given = {}
    for name in filters.weights:
        entries = written(signature, name)
        if entries is None:
            continue
        if not isinstance(entries, list | tuple):
            raise UsageError(
                f"{signature.call.last}: {name} is not written out, so it cannot vary\n  fix: its shape, {name}=[3, 3, 64, 64]"
            )
        given[name] = [*entries]
    return given, dict(filters.read(given, signature.axes, _groups(signature)))


def _groups(signature: Signature) -> int:
    groups: Any = written(signature, "groups") if any(arg.theirs == "groups" for arg in signature.arguments) else 1
    return groups if type(groups) is int and groups > 0 else 1
