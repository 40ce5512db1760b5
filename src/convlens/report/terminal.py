"""What the place where a text is printed can show: how wide, in colour or not, in which characters.

It is asked once, before the first line, so a table is never half written when a character cannot be encoded.
"""

import os
import sys
from collections.abc import Mapping
from typing import NamedTuple, TextIO

from convlens.lang.printable import printable

FALLBACK_WIDTH = 80
LEAST_WIDTH = 20


class Glyphs(NamedTuple):
    """The characters beyond letters and digits that a table uses."""

    tee: str
    corner: str
    bar: str
    dots: str
    times: str
    line: str


DRAWN = Glyphs("├ ", "└ ", "│ ", "…", "×", "─")
"""All of them are in GBK as well, the code page of a Chinese Windows console."""

ASCII = Glyphs("|-", "`-", "| ", "...", "x", "-")


class Screen(NamedTuple):
    """Where a text goes."""

    width: int = FALLBACK_WIDTH
    color: bool = False
    glyphs: Glyphs = DRAWN
    encoding: str = "utf-8"

    def clean(self, text: str) -> str:
        """A name that is safe to print: control characters, and what the stream cannot encode, as escapes.

        >>> Screen(encoding="ascii").clean("层\\x1b[1m")
        '\\\\u5c42\\\\x1b[1m'
        """
        return printable(text).encode(self.encoding, "backslashreplace").decode(self.encoding)


FILE = Screen(width=120)
"""A text file: wide enough for every column of most networks."""


def screen_of(stream: TextIO, color: str = "auto", environ: Mapping[str, str] | None = None) -> Screen:
    """What ``stream`` can show; ``color`` is "auto", "always" or "never"."""
    variables = os.environ if environ is None else environ
    encoding = stream.encoding or "utf-8"
    glyphs = DRAWN if _can_encode("".join(DRAWN), encoding) else ASCII
    return Screen(_width(stream, variables), _wants_color(stream, color, variables), glyphs, encoding)


def standard_output() -> Screen:
    """The standard output, without colour: for ``print(summary)``."""
    return screen_of(sys.stdout, "never")


def _can_encode(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def _width(stream: TextIO, variables: Mapping[str, str]) -> int:
    columns = variables.get("COLUMNS", "")
    if columns.isdecimal() and 0 < int(columns) < 100_000:
        return max(int(columns), LEAST_WIDTH)
    try:
        return max(os.get_terminal_size(stream.fileno()).columns or FALLBACK_WIDTH, LEAST_WIDTH)
    except (OSError, ValueError):
        return FALLBACK_WIDTH


def _wants_color(stream: TextIO, color: str, variables: Mapping[str, str]) -> bool:
    if variables.get("NO_COLOR"):
        return False
    if color != "auto":
        return color == "always"
    if variables.get("FORCE_COLOR"):
        return True
    return stream.isatty() and variables.get("TERM") != "dumb"
