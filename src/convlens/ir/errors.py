"""Every error that a person may see. Each carries one message; the command line prints it and picks the exit code."""

from convlens.lang.labels import labelled
from convlens.lang.messages import marked
from convlens.lang.sentence import Sentence, in_language


class ConvlensError(Exception):
    """Base of all errors that convlens raises on purpose: the network, or a check on it, is at fault (exit code 1)."""

    exit_code = 1
    spoken = marked("error: {text}")
    """How the command line says it."""

    def text(self, lang: str = "en") -> str:
        """The message in this language: its labels, and whatever was raised as a `Sentence`; the rest is English.

        >>> print(UsageError(Sentence("there is no topic {name}", name="'x'") + "\\n  fix: stride").text("zh"))
        there is no topic 'x'
          改法：stride
        """
        return labelled(lang, "".join(in_language(lang, part) for part in self._parts()))

    def _parts(self) -> list[str]:
        return [self.args[0]] if len(self.args) == 1 and isinstance(self.args[0], str) else [str(self)]


class UsageError(ConvlensError):
    """What was asked cannot be understood: a missing file, a bad shape, an unknown name (exit code 2)."""

    exit_code = 2


class GraphError(ConvlensError):
    """The graph is not legal: a cycle, a missing input, a name used twice."""


class SettingError(ConvlensError):
    """A setting of an operator is outside its range."""


class ShapeError(ConvlensError):
    """An operator cannot take these inputs.

    ``reason`` is the broken condition with its numbers, ``fix`` the nearest legal values, both without the node:
    an operator does not know where it stands. `at` adds that to the ``reason``; ``condition`` stays without it.
    """

    def __init__(self, reason: str, fix: str = "", *, where: str = "") -> None:
        self.reason = reason
        self.condition = reason
        self.fix = fix
        self.where = where
        super().__init__("".join(self._parts()))

    def _parts(self) -> list[str]:
        where = f"\n{self.where}" if self.where else ""
        return [self.reason, where, *(["\n  fix: ", self.fix] if self.fix else [])]

    def at(self, op: str, node: str, inputs: list[str], source: str = "") -> "ShapeError":
        """The same error, saying which node broke, what it was given and where it was written.

        >>> print(ShapeError("stride is 0", "stride=1").at("conv", "c1", ["1x3x8x8 from 'x'"], "line 3"))
        conv 'c1': stride is 0
          input: 1x3x8x8 from 'x'
          written at: line 3
          fix: stride=1
        """
        lines = [f"  input: {text}" for text in inputs]
        if source:
            lines.append(f"  written at: {source}")
        placed = Sentence("{op} {node}: {reason}", op=op, node=repr(node), reason=self.reason)
        made = ShapeError(placed, self.fix, where="\n".join(lines))
        made.condition = self.condition
        return made


def cut(text: str, most: int = 200) -> str:
    """The text in at most ``most`` characters, the middle left out.

    >>> cut("abcdefghij", 7)
    'ab...ij'
    """
    if len(text) <= most:
        return text
    end = (most - 3) // 2
    return f"{text[:end]}...{text[-end:]}"


def quoted(value: object) -> str:
    """A value of the user's own as a message shows it: its ``repr``, which Python refuses for more than 4,300 digits.

    >>> quoted("1x-3"), quoted(10**5000)
    ("'1x-3'", 'a number of more than 4300 digits')
    """
    try:
        return cut(repr(value))
    except ValueError:
        return "a number of more than 4300 digits"


def nearest(word: str, known: list[str]) -> str:
    """`` (did you mean 'conv'?)`` where a known word is close, else nothing. Case counts little.

    >>> nearest("conf", ["conv", "relu"]), nearest("nett", ["Net", "os"])
    (" (did you mean 'conv'?)", " (did you mean 'Net'?)")
    """
    import difflib  # noqa: PLC0415 - costs several milliseconds, and only an error needs it

    by_lower = {name.lower(): name for name in reversed(known)}
    close = difflib.get_close_matches(word, known, n=1) or [
        by_lower[name] for name in difflib.get_close_matches(word.lower(), list(by_lower), n=1)
    ]
    return Sentence(" (did you mean {name}?)", name=repr(close[0])) if close else ""
