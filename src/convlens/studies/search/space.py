"""Within which bounds settings are searched: ``learning_rate=1e-4..1e-1:log``, ``batch=64|128|256``, ``epochs=2..10:2``."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from convlens.ir.errors import UsageError
from convlens.lang.sentence import Sentence
from convlens.studies.vary import NETWORK, value_of
from convlens.training.settings.settings import table


@dataclass(frozen=True)
class Choice:
    """One of several values."""

    name: str
    values: tuple[Any, ...]


@dataclass(frozen=True)
class Range:
    """From ``low`` to ``high``; ``whole`` numbers only; ``log`` where a factor counts rather than a difference."""

    name: str
    low: float
    high: float
    whole: bool
    log: bool = False
    step: float | None = None


Space = tuple[Choice | Range, ...]


def space_of(texts: Sequence[str], written: Mapping[str, str]) -> Space:
    """From the command line, or else from the recipe's file. Raises `UsageError` where it is empty or not understood.

    >>> space_of(["learning_rate=1e-4..1e-1:log,optimizer=adamw|sgd"], {})[1]
    Choice(name='optimizer', values=('adamw', 'sgd'))
    """
    parts = [part for text in texts for part in text.split(",") if part.strip()] or [f"{n}={v}" for n, v in written.items()]
    if not parts:
        raise UsageError(Sentence("nothing is searched\n  fix: --space learning_rate=1e-4..1e-1:log,batch=64|128|256"))
    found = tuple(_dimension(part.strip()) for part in parts)
    names = [each.name for each in found]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise UsageError(Sentence("{name} comes twice in the space that is searched", name=twice))
    return found


def suggested(space: Space, trial: Any) -> dict[str, Any]:
    """The values that a trial of Optuna takes."""
    return {each.name: _suggested(each, trial) for each in space}


def _suggested(each: Choice | Range, trial: Any) -> Any:
    if isinstance(each, Choice):  # a database keeps plain values only
        return each.values[trial.suggest_categorical(each.name, list(range(len(each.values))))] if _odd(each) else (
            trial.suggest_categorical(each.name, list(each.values)))  # fmt: skip
    if each.whole:
        step = 1 if each.step is None else int(each.step)
        return trial.suggest_int(each.name, int(each.low), int(each.high), log=each.log, step=step)
    return trial.suggest_float(each.name, each.low, each.high, log=each.log, step=each.step)


def _odd(each: Choice) -> bool:
    return any(isinstance(value, tuple) for value in each.values)


def _dimension(text: str) -> Choice | Range:
    name, equals, values = text.partition("=")
    name = name.strip().replace("-", "_")
    if not equals or not values:
        raise UsageError(
            Sentence("--space {text} names no values\n  fix: learning_rate=1e-4..1e-1:log, or batch=64|128|256", text=text)
        )
    if ".." not in values or name == NETWORK:
        return Choice(name, tuple(value_of(name, value.strip()) for value in values.split("|")))
    bounds, _, form = values.partition(":")
    low, _, high = bounds.partition("..")
    ends = [value_of(name, end) for end in (low, high)]
    if not all(isinstance(end, int | float) and not isinstance(end, bool) for end in ends):
        raise UsageError(Sentence("--space {text}: {name} is no number\n  fix: {name}=ONE|ANOTHER", text=text, name=name))
    return _range(name, text, float(ends[0]), float(ends[1]), form)


def _range(name: str, text: str, low: float, high: float, form: str) -> Range:
    about = next(each for each in table() if each.name == name)
    step = None if form in ("", "log") else _step(form)
    if high <= low or (form == "log" and low <= 0) or step == 0:
        raise UsageError(
            Sentence("--space {text} has no values\n  fix: from the smaller to the larger number; :log only above 0", text=text)
        )
    return Range(name, low, high, int in about.kinds and float not in about.kinds, form == "log", step)


def _step(form: str) -> float:
    try:
        return max(float(form), 0.0)
    except ValueError:
        return 0.0
