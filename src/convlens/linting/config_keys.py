"""The keys of a file of settings: what each must be, and what it sets."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeVar

from convlens.arith.amount import byte_count, count
from convlens.ir.errors import UsageError, nearest, quoted
from convlens.linting.finding import SEVERITIES, Severity
from convlens.linting.options import LOSSES, Options
from convlens.linting.settings import Exemption, Settings
from convlens.linting.table import codes

T = TypeVar("T")
Budget = int | str | None
"""A number, or how a person writes it."""

MOST_EXEMPTIONS = 10_000

BUDGETS: Mapping[str, Callable[[str], int]] = {
    "max-params": count,
    "max-macs": count,
    "max-activation-bytes": byte_count,
    "max-peak-bytes": byte_count,
    "min-receptive-field": count,
}
"""How each budget is written."""


class Key(NamedTuple):
    """A key of a file, for messages."""

    file: str
    path: tuple[str, ...] = ()

    def of(self, *names: str) -> "Key":
        return Key(self.file, (*self.path, *names))

    def wrong(self, what: str, fix: str = "") -> UsageError:
        where = f"{self.file}, {'.'.join(self.path)}" if self.path else self.file
        return UsageError(f"{where}: {what}" + (f"\n  fix: {fix}" if fix else ""))


Reader = Callable[[Any, Key], Any]


def settings_of(content: Any, key: Key) -> Settings:
    """The settings of a table. Raises `UsageError` naming the file and the key."""
    found = _table(content, key, _KEYS)
    options = {name.replace("-", "_"): found.get(name) for name in ("loss", "object-size", "batch", "device")}
    budgets = {name.replace("-", "_"): value for name, value in found.get("budgets", {}).items()}
    return Settings(
        select=found.get("select", ()),
        ignore=found.get("ignore", ()),
        severity=found.get("severity", ()),
        exemptions=found.get("exempt", ()),
        options=Options(**{name: value for name, value in options.items() if value is not None}, **budgets),
        fail_on=found.get("fail-on", Settings().fail_on),
    )


def budget(name: str, value: Budget) -> int | None:
    """A budget as a whole number or as a text. Raises `UsageError`.

    >>> budget("max-params", "5M"), budget("max-peak-bytes", "8MiB"), budget("max-macs", 10)
    (5000000, 8388608, 10)
    """
    try:
        return None if value is None else _exact(name, value)
    except ValueError as error:
        raise UsageError(f"{name}: {error}") from None


def _exact(name: str, value: Any) -> int:
    if isinstance(value, str):
        return BUDGETS[name](value)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError(f"{quoted(value)} is not a whole number such as 5000000, or a text such as '5M'")
    return value


def _table(value: Any, key: Key, readers: Mapping[str, Reader]) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise key.wrong(f"{quoted(value)} is not a table")
    for name in value:
        if name not in readers:
            raise key.of(name).wrong(f"there is no such key{nearest(name, list(readers))}", f"one of {', '.join(readers)}")
    return {name: readers[name](entry, key.of(name)) for name, entry in value.items()}


def _list(value: Any, key: Key, each: Callable[[Any, Key], T]) -> tuple[T, ...]:
    if not isinstance(value, list):
        raise key.wrong(f"{quoted(value)} is not a list")
    return tuple(each(entry, key.of(str(at))) for at, entry in enumerate(value))


def _text(value: Any, key: Key) -> str:
    if not isinstance(value, str) or not value.strip():
        raise key.wrong(f"{quoted(value)} is not a text")
    return value


def _word(*known: str) -> Reader:
    def read(value: Any, key: Key) -> str:
        if value not in known:
            hint = nearest(value, list(known)) if isinstance(value, str) else ""
            raise key.wrong(f"{quoted(value)} is none of them{hint}", f"one of {', '.join(known)}")
        return str(value)

    return read


def _rule(value: Any, key: Key) -> str:
    """A rule's code or name, or the letter of a family."""
    word = _text(value, key)
    try:
        codes((word,))
    except UsageError as error:
        raise key.wrong(str(error)) from None
    return word


def _rules(value: Any, key: Key) -> tuple[str, ...]:
    return _list(value, key, _rule)


def _severities(value: Any, key: Key) -> tuple[tuple[str, Severity], ...]:
    if not isinstance(value, dict):
        raise key.wrong(f"{quoted(value)} is not a table", '{ G08 = "error" }')
    severity = _word(*SEVERITIES)
    return tuple((_rule(word, key.of(word)), severity(entry, key.of(word))) for word, entry in value.items())


def _whole(value: Any, key: Key) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise key.wrong(f"{quoted(value)} is not a whole number of at least 1")
    return value


def _budgets(value: Any, key: Key) -> dict[str, int]:
    def read(entry: Any, at: Key) -> int:
        try:
            return _exact(at.path[-1], entry)
        except ValueError as error:
            raise at.wrong(str(error)) from None

    return _table(value, key, dict.fromkeys(BUDGETS, read))


def _exemptions(value: Any, key: Key) -> tuple[Exemption, ...]:
    if isinstance(value, list) and len(value) > MOST_EXEMPTIONS:
        raise key.wrong(f"{len(value)} exemptions; {MOST_EXEMPTIONS} are read")
    return _list(value, key, _exemption)


def _exemption(value: Any, key: Key) -> Exemption:
    found = _table(value, key, {"node": _text, "codes": _rules, "reason": _text, "model": _text})
    for name, why in (("node", "which layer? it may hold * and ?"), ("reason", "why is it let pass?")):
        if name not in found:
            raise key.of(name).wrong("it is missing", f'{name} = "...": {why}')
    return Exemption(found["node"], found.get("codes", ()), found["reason"], found.get("model", "*"))


_KEYS: Mapping[str, Reader] = {
    "select": _rules,
    "ignore": _rules,
    "severity": _severities,
    "fail-on": _word(*SEVERITIES),
    "loss": _word(*LOSSES),
    "object-size": _whole,
    "batch": _whole,
    "device": _text,
    "budgets": _budgets,
    "exempt": _exemptions,
}
