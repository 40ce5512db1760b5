"""The settings of a run as they were written down, each checked by the table of settings."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from convlens.ir.errors import UsageError
from convlens.training.settings.setting import Setting
from convlens.training.settings.settings import table


class Chosen(NamedTuple):
    """A setting and the value that a run has of it."""

    setting: Setting
    value: Any

    @property
    def changed(self) -> bool:
        return bool(self.value != self.setting.default)


def chosen(written: Mapping[str, Any]) -> tuple[Chosen, ...]:
    """Every setting in the order of the table; one that is not written, or not legal, has its default.

    >>> [one.setting.name for one in chosen({"epochs": 3, "batch": -1}) if one.changed]
    ['epochs']
    """
    return tuple(Chosen(about, _value(about, written)) for about in table())


def illegal(written: Mapping[str, Any]) -> list[str]:
    """The names whose values are none that the setting may have."""
    return [about.name for about in table() if about.name in written and not _legal(about, written[about.name])]


def shown(value: Any) -> str:
    """A value as the command line takes it; "-" for none.

    >>> shown(1e-05), shown(True), shown((28, 28)), shown(None), shown(())
    ('1e-05', 'true', '28,28', '-', '-')
    """
    if value is None or value == ():
        return "-"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return ",".join(map(str, value))
    return f"{value:.10g}" if isinstance(value, float) else str(value)


def _value(about: Setting, written: Mapping[str, Any]) -> Any:
    value = written.get(about.name)
    return about.read(value) if value is not None and _legal(about, value) else about.default


def _legal(about: Setting, value: Any) -> bool:
    try:
        about.read(value)
    except UsageError:
        return False
    return True
