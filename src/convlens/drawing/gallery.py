"""The verb ``draw gallery``: the standard pictures as files, and a page that shows them with the lines to paste."""

from pathlib import Path

from convlens.drawing.draw import Drawing, draw
from convlens.drawing.gallery_page import gallery_page
from convlens.drawing.pictures import PARTS, Picture
from convlens.ir.errors import UsageError

PAGE = "index.html"


def gallery(folder: str | Path, lang: str = "en") -> list[Path]:
    """Write each picture as ``NAME.svg``, ``NAME-still.svg`` and ``NAME.html``, and ``index.html``, which begins in ``lang``.

    The folder is made where there is none. Returns what was written, the page last; raises `UsageError` where that cannot be.
    """
    target = Path(folder)
    try:
        target.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"-o {folder}: {error.strerror or error}") from None
    drawings = {picture.name: _drawn(picture) for part in PARTS for picture in part.pictures}
    written = []
    for name, drawing in drawings.items():
        written += [*drawing.save(target / f"{name}.svg"), *drawing.save(target / f"{name}.html", lang=lang)]
    page = target / PAGE
    page.write_text(gallery_page(drawings, lang), encoding="utf-8", newline="\n")
    return [*written, page]


def _drawn(picture: Picture) -> Drawing:
    return draw(picture.call, picture.shape)
