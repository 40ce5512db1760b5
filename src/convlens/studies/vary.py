"""What is varied: ``dropout=0,0.2,0.5``, ``batch=32..1024`` (doubling), ``learning_rate=1e-4..1e-1*10``, ``network=a,b``."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from convlens.importers.model import runs_user_code
from convlens.ir.errors import UsageError, nearest, quoted
from convlens.lang.sentence import Sentence
from convlens.training.settings.setting import Setting
from convlens.training.settings.settings import table

NETWORK = "network"
MOST = 64
"""Values of one setting."""

FIXED = ("seed", "device", "threads", "preload")
"""They change no training, or say which of several equal ones it is."""


@dataclass(frozen=True)
class Varied:
    """One setting and the values that it takes in turn."""

    name: str
    values: tuple[Any, ...]


def varied(text: str) -> Varied:
    """Read ``NAME=VALUES``. Raises `UsageError` for a setting that is unknown, and for a value that it may not have.

    >>> varied("batch=32..256").values, varied("learning-rate=1e-4..1e-2*10").values, varied("epochs=2..10:4").values
    ((32, 64, 128, 256), (0.0001, 0.001, 0.01), (2, 6, 10))
    >>> varied("dropout=none,0.2").values, varied("size=28|20,28").values
    ((None, 0.2), ((28,), (20, 28)))
    """
    name, equals, values = text.partition("=")
    name = name.strip().replace("-", "_")
    if not equals or not values.strip():
        raise UsageError(
            Sentence("--vary {text} names no values\n  fix: --vary dropout=0,0.2,0.5, or --vary batch=32..1024", text=text)
        )
    read = _reader(name)
    parts = [part.strip() for part in values.split("|" if "|" in values or _whole_tuples(name) else ",")]
    found: list[Any] = []
    for part in parts:
        for value in _expanded(part, name):
            made = read(value)
            if made not in found:
                found.append(made)
    if len(found) > MOST:
        raise UsageError(Sentence("--vary {name} has {count} values; at most {most}", name=name, count=len(found), most=MOST))
    return Varied(name, tuple(found))


def varied_all(texts: tuple[str, ...] | list[str]) -> tuple[Varied, ...]:
    """Each of them. Raises `UsageError` where a setting comes twice."""
    found = tuple(varied(text) for text in texts)
    names = [each.name for each in found]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise UsageError(Sentence("--vary {name} comes twice\n  fix: all its values in one: --vary {name}=A,B,C", name=twice))
    return found


def value_of(name: str, value: Any) -> Any:
    """One value of a setting, or of the network, as its own type."""
    return _reader(name)(value)


def _reader(name: str) -> Any:
    if name == NETWORK:
        return _network
    known = {about.name: about for about in table()}
    if name not in known:
        raise UsageError(
            Sentence(
                "there is no setting {name}{meant}\n  fix: one of {known}",
                name=quoted(name), meant=nearest(name, [NETWORK, *known]), known=", ".join([NETWORK, *known]),
            )
        )  # fmt: skip
    if name in FIXED:
        raise UsageError(
            Sentence(
                "{name} cannot be varied: it says nothing about what is learned\n  fix: --seeds N for several seeds",
                name=name,
            )
        )
    return lambda value: _own(known[name], value)


def _own(about: Setting, value: Any) -> Any:
    if about.default is None and "none" not in about.words and isinstance(value, str) and value.lower() == "none":
        return None
    return about.read(value)


def _network(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise UsageError(Sentence("network is {value}\n  fix: a network's name, or the file of a text form", value=repr(value)))
    if not runs_user_code(value):
        from convlens.training.models.network import wanted_shape  # noqa: PLC0415 - it imports PyTorch

        wanted_shape(value)
    return value


def _whole_tuples(name: str) -> bool:
    return any(about.name == name and tuple in about.kinds for about in table())


def _expanded(part: str, name: str) -> Iterator[Any]:
    """The values of a range, or the value itself."""
    first, dots, rest = part.partition("..")
    if not dots or name == NETWORK:
        yield part
        return
    star, colon = rest.partition("*"), rest.partition(":")
    last, step, times = (colon[0], colon[2], False) if colon[1] else (star[0], star[2] or "2", True)
    numbers = [_number(text) for text in (first, last, step)]
    if any(number is None for number in numbers):
        raise UsageError(
            Sentence(
                "--vary {name}={part} is no range\n  fix: {name}=32..1024 doubles, 1..100*10 takes tenfold, 1..9:2 adds",
                name=name, part=part,
            )
        )  # fmt: skip
    begin, end, by = (float(number or 0) for number in numbers)
    if end < begin or (times and (begin <= 0 or by <= 1)) or (not times and by <= 0):
        raise UsageError(
            Sentence(
                "--vary {name}={part} has no values\n  fix: from the smaller to the larger number, by more than nothing",
                name=name, part=part,
            )
        )  # fmt: skip
    yield from _steps(begin, end, by, times=times)


def _steps(begin: float, end: float, by: float, *, times: bool) -> Iterator[float]:
    """Both ends are in, where the steps hit the last one."""
    for at in range(MOST + 1):
        value = begin * by**at if times else begin + at * by
        if value > end * (1 + 1e-9) + 1e-300:
            return
        yield float(f"{value:.12g}")


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if abs(value) < 1e15 else None


def said_value(value: Any) -> str:
    """As the command line takes it.

    >>> said_value(0.001), said_value(None), said_value((28, 28)), said_value(True), said_value("nets/deep.txt")
    ('0.001', 'none', '28,28', 'true', 'deep')
    """
    if value is None:
        return "none"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | tuple):
        return ",".join(map(str, value))
    if isinstance(value, str):
        return value.replace("\\", "/").rpartition("/")[2].removesuffix(".txt")
    return f"{value:.6g}"


def said_values(values: Mapping[str, Any]) -> str:
    """``dropout=0.5 batch=64``."""
    return " ".join(f"{name}={said_value(value)}" for name, value in values.items())
