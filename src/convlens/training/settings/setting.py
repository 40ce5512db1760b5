"""One setting of a training."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import isfinite
from typing import Any

from convlens.ir.errors import UsageError, nearest, quoted
from convlens.lang.messages import listed, say
from convlens.lang.sentence import Sentence

MAX_WHOLE = 10**12
"""The largest whole number that a setting takes."""


@dataclass(frozen=True)
class Setting:
    """What a setting may be. ``meaning`` and ``reason`` (why this default) are marked for the catalogues.

    ``kinds`` are the Python types of its value; ``words`` the texts that it may be; ``least`` and ``most`` bound a number,
    ``above`` is a bound that it must exceed.
    """

    name: str
    group: str
    default: Any
    kinds: tuple[type, ...]
    meaning: str
    reason: str
    words: tuple[str, ...] = ()
    least: float | None = None
    most: float | None = None
    above: float | None = None

    @property
    def option(self) -> str:
        """As it is written on the command line.

        >>> Setting("weight_decay", "regularization", 0.0, (float,), "", "").option
        '--weight-decay'
        """
        return f"--{self.name.replace('_', '-')}"

    def read(self, value: Any) -> Any:
        """The value as its own type, from Python, TOML or the command line. Raises `UsageError` with what is legal.

        >>> rate = Setting("learning_rate", "optimizer", 0.1, (float,), "", "", above=0)
        >>> rate.read("1e-3"), rate.read(1)
        (0.001, 1.0)
        >>> rate.read(-1)
        Traceback (most recent call last):
        ...
        convlens.ir.errors.UsageError: learning_rate is -1
          fix: a number > 0
        """
        if value is None and self.default is None:
            return None
        made = self._typed(value)
        if made is None or not self._legal(made):
            shown = quoted(value) if isinstance(value, str) else quoted(str(value)).strip("'")
            meant = nearest(value.lower(), list(self.words)) if isinstance(value, str) and self.words else ""
            raise UsageError(
                Sentence(
                    "{name} is {value}{meant}\n  fix: {legal}",
                    name=self.name, value=shown, meant=meant, legal=_Legal(self, _endless(value)),
                )
            )  # fmt: skip
        return made

    def legal(self, lang: str = "en", *, finite: bool = False) -> str:
        """What it may be, in words; ``finite`` says of a number that infinity is none, which else goes without saying.

        >>> Setting("epochs", "length", 10, (int,), "", "", least=1, most=100).legal()
        'a whole number >= 1, <= 100'
        """
        texts = []
        if bool in self.kinds:
            texts.append(say(lang, "true or false"))
        if int in self.kinds or float in self.kinds:
            number = say(lang, "a finite number") if finite else say(lang, "a number")
            kind = number if float in self.kinds else say(lang, "a whole number")
            texts.append(f"{kind} {self._bounds(lang)}".rstrip())
        if tuple in self.kinds:
            texts.append(say(lang, "whole numbers with commas between them, each {bounds}", bounds=self._bounds(lang)))
        if self.words:
            texts.append(say(lang, "one of {words}", words=listed(lang, list(self.words))))
        elif str in self.kinds:
            texts.append(say(lang, "a text"))
        return say(lang, ", or ").join(texts)

    def _bounds(self, lang: str) -> str:
        bounds = ((">=", self.least), (">", self.above), ("<=", self.most))
        return say(lang, ", ").join(f"{sign} {bound:.12g}" for sign, bound in bounds if bound is not None)

    def _typed(self, value: Any) -> Any:
        """None where no type of the setting fits."""
        for kind in self.kinds:
            made = _AS[kind](value)
            if made is not None and (kind is not str or not self.words or made in self.words):
                return made
        return None

    def _legal(self, value: Any) -> bool:
        if isinstance(value, bool | str):
            return True
        if isinstance(value, tuple):
            return all(self._legal(item) for item in value)
        return (
            (self.least is None or value >= self.least)
            and (self.most is None or value <= self.most)
            and (self.above is None or value > self.above)
        )


@dataclass(frozen=True)
class _Legal:
    """What a setting may be, as a message holds it: it can be said in every language."""

    setting: Setting
    finite: bool

    def text(self, lang: str = "en") -> str:
        return self.setting.legal(lang, finite=self.finite)

    def __str__(self) -> str:
        return self.text()


def _endless(value: Any) -> bool:
    """A number, but infinity or none at all: inf, 1e999, nan."""
    try:
        return not isfinite(float(value))
    except (TypeError, ValueError, OverflowError):
        return False


def _as_bool(value: Any) -> bool | None:
    texts = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}
    return value if isinstance(value, bool) else texts.get(value.lower()) if isinstance(value, str) else None


def _as_int(value: Any) -> int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        digits = value.strip().replace("_", "")
        value = int(digits) if digits.removeprefix("-").isdecimal() and digits.isascii() and len(digits) <= 13 else None
    whole = value if isinstance(value, int) else int(value) if isinstance(value, float) and value.is_integer() else None
    return whole if whole is not None and abs(whole) <= MAX_WHOLE else None


def _as_float(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        made = float(value)
    except (ValueError, OverflowError):
        return None
    return made if abs(made) != float("inf") and made == made else None  # noqa: PLR0124 - only a NaN differs from itself


def _as_str(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _as_tuple(value: Any) -> tuple[int, ...] | None:
    """One number alone is a tuple of it."""
    parts = value.replace("x", ",").split(",") if isinstance(value, str) else [value] if isinstance(value, int) else value
    if not isinstance(parts, list | tuple):
        return None
    whole = [_as_int(part) for part in parts if part != ""]
    return None if any(item is None for item in whole) else tuple(item for item in whole if item is not None)


_AS: Mapping[type, Any] = {bool: _as_bool, int: _as_int, float: _as_float, str: _as_str, tuple: _as_tuple}


def setting(
    default: Any, meaning: str, reason: str, *, words: tuple[str, ...] = (), kinds: tuple[type, ...] = (),
    least: float | None = None, most: float | None = None, above: float | None = None,
) -> Any:  # fmt: skip
    """A field of `Settings`; its type is that of the default unless ``kinds`` says more."""
    about = Setting("", "", default, kinds or (type(default),), meaning, reason, words, least, most, above)
    return field(default=default, metadata={"setting": about})
