"""How a framework writes an operator: a table ``framework argument <- our setting``, read in both directions.

Importers read it from left to right, labels and exporters from right to left, so an operator's file needs no
framework and an importer no line for each operator.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

REQUIRED: Any = type("Required", (), {"__repr__": lambda _: "REQUIRED"})()


class Codec(NamedTuple):
    """How a value changes between a framework's form and ours; ``axes`` is the number of spatial axes."""

    read: Callable[[Any, int], Any]
    write: Callable[[Any, int], Any]


def _read_same(value: Any, _axes: int) -> Any:
    return value


def _write_short(value: Any, _axes: int) -> Any:
    """``((1, 1), (1, 1))`` -> 1: the shortest form that means the same."""
    if isinstance(value, tuple) and value:
        pairs = all(isinstance(v, tuple) and len(v) == 2 and v[0] == v[1] for v in value)
        entries = tuple(v[0] for v in value) if pairs else value
        return entries[0] if all(e == entries[0] for e in entries) and not isinstance(entries[0], tuple) else entries
    return value


PLAIN = Codec(_read_same, _write_short)
EXACT = Codec(_read_same, _read_same)
NEGATED = Codec(lambda value, axes: not value, lambda value, axes: not value)


class Arg(NamedTuple):
    """One argument of a framework's call.

    ``role`` is "data" (an input tensor), "weight" (a parameter or buffer tensor called ``ours``), "setting" (our field
    ``ours``), "several" (our fields ``ours``, parted by spaces, whose values are one argument), "size" (the length of
    axis ``ours`` of the first input, stated again by the framework), "const" (no argument: the call's name sets ``ours``),
    or "ignored" (changes no fact).
    """

    theirs: str
    role: str
    ours: str = ""
    default: Any = REQUIRED
    codec: Codec = PLAIN


class Spelling(NamedTuple):
    """One call of one framework. ``{n}`` in the name stands for the number of spatial axes."""

    framework: str
    call: str
    args: tuple[Arg, ...]
    limits: Callable[..., None] | None = None
    """Raises `ShapeError` for what this framework refuses beyond the operator's own rule; called with op, inputs and the
    number of spatial axes that the call's name says (or 0)."""
    axes: tuple[int, ...] = (1, 2, 3)
    """The numbers that ``{n}`` may stand for."""

    def title(self, axes: int) -> str:
        """
        >>> Spelling("torch.nn", "Conv{n}d", ()).title(2)
        'Conv2d'
        """
        return self.call.replace("{n}", str(axes))

    def roles(self, role: str) -> list[Arg]:
        return [arg for arg in self.args if arg.role == role]


def spell(
    framework: str, call: str, *args: Arg, limits: Callable[..., None] | None = None, axes: tuple[int, ...] = (1, 2, 3)
) -> Spelling:
    return Spelling(framework, call, args, limits, axes)


def data(theirs: str, default: Any = REQUIRED) -> Arg:
    return Arg(theirs, "data", "", default)


def weight(theirs: str, ours: str, default: Any = REQUIRED, codec: Codec = EXACT) -> Arg:
    return Arg(theirs, "weight", ours, default, codec)


def setting(theirs: str, ours: str = "", default: Any = REQUIRED, codec: Codec = PLAIN) -> Arg:
    return Arg(theirs, "setting", ours or theirs, default, codec)


def several(theirs: str, ours: tuple[str, ...], codec: Codec, default: Any = REQUIRED) -> Arg:
    """One argument that states several of our fields: ``codec.read`` gives their values in order, ``codec.write`` takes them."""
    return Arg(theirs, "several", " ".join(ours), default, codec)


def size(theirs: str, axis: int) -> Arg:
    return Arg(theirs, "size", str(axis))


def const(ours: str, value: Any) -> Arg:
    """Not an argument: the call by its name alone sets our field ``ours``."""
    return Arg("", "const", ours, value)


def ignored(theirs: str, default: Any = None) -> Arg:
    return Arg(theirs, "ignored", "", default)
