"""A text that comes line by line, each with its kind, in the colours of the kinds."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from convlens.report.terminal import Screen


def coloured(lines: Iterable[tuple[str, str]], styles: Mapping[str, str], screen: "Screen") -> str:
    """The text for a screen: plain where it shows no colour, else each kind in its style of ``styles``."""
    if not screen.color:
        return "".join(f"{line}\n" for _, line in lines)
    from rich.console import Console  # noqa: PLC0415 - only colours need Rich
    from rich.text import Text  # noqa: PLC0415 - only a text for people needs it

    console = Console(width=screen.width, force_terminal=True, color_system="standard", legacy_windows=False, highlight=False)
    with console.capture() as captured:
        for kind, line in lines:
            console.print(Text(line, style=styles.get(kind, "")), soft_wrap=True)
    return captured.get()
