"""Lines of a text in the colours of their kinds."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from convlens.report.terminal import Screen


def coloured(lines: Iterable[tuple[str, str]], styles: Mapping[str, str], screen: "Screen") -> str:
    """Each line with its kind, as ``styles`` shows that; control characters, and what the screen cannot show, as escapes."""
    from rich.console import Console  # noqa: PLC0415 - only colours need Rich
    from rich.text import Text  # noqa: PLC0415 - only a text for people needs it

    console = Console(width=screen.width, force_terminal=True, color_system="standard", legacy_windows=False, highlight=False)
    with console.capture() as captured:
        for kind, line in lines:
            console.print(Text(screen.clean(line), style=styles.get(kind, "")), soft_wrap=True)
    return captured.get()
