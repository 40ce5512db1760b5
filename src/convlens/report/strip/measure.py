"""How wide a text is, before it is drawn: an upper bound for the usual fonts of a screen."""

import re

from rich.cells import cell_len

from convlens.lang.printable import printable
from convlens.report.columns import shortened

NAME, SMALL = 12, 11
"""Sizes of type in pixels; none is smaller."""

_NARROW, _BROAD = frozenset("iljtfrI.,:;'|!()[] -/"), frozenset("mwMW@%")


def text_width(text: str, size: int) -> int:
    """Pixels, rounded up. A Chinese character is as wide as its type is high.

    >>> text_width("conv1", 12), text_width("层", 12)
    (39, 12)
    """
    return -(-sum(_hundredths(character) for character in text) * size // 100)


def _hundredths(character: str) -> int:
    if character in _NARROW:
        return 43
    if character in _BROAD:
        return 99
    if character.isascii():
        return 74 if character.isupper() else 65
    return 100 if cell_len(character) == 2 else 80


def fitted(text: str, size: int, width: int) -> str:
    """The text in at most so many pixels, its middle left out; control characters as escapes."""
    shown = printable(text[:400] + text[-400:] if len(text) > 800 else text)
    cells = cell_len(shown)
    if cells > width:
        shown, cells = shortened(shown, width, "…"), width
    while text_width(shown, size) > width and cells > 1:
        cells = min(cells, cell_len(shown)) - 1
        shown = shortened(shown, cells, "…")
    return shown


def fitted_name(name: str, size: int, width: int) -> str:
    """The last parts of a module's path, in at most so many pixels: they are what tells it from its neighbours.

    >>> fitted_name("features.denseblock4.denselayer16.conv2", 12, 160)
    '…denselayer16.conv2'
    """
    shown = printable(name[-400:])
    starts = [match.end() for match in re.finditer(r"(?<!\.)\.(?!\.)|/+", shown)]
    fitting = (shown[at:] for at in starts if text_width("…" + shown[at:], size) <= width)
    if len(name) <= 400 and text_width(shown, size) <= width:
        return shown
    end = next((text for text in fitting if text), "")
    return "…" + end if end else fitted(shown[starts[-1] :] if starts and shown[starts[-1] :] else shown, size, width)
