"""Fonts for pictures of pixels. A drawing that is a file of text uses the reader's; this one must bring its own."""

from functools import cache
from typing import Any

MONO = ("DejaVuSansMono.ttf", "Menlo.ttc", "consola.ttf", "LiberationMono-Regular.ttf")
BOLD = ("DejaVuSansMono-Bold.ttf", "Menlo.ttc", "consolab.ttf", "LiberationMono-Bold.ttf")
CHINESE = (
    "NotoSansCJK-Regular.ttc", "NotoSansSC-Regular.otf", "wqy-microhei.ttc", "PingFang.ttc", "msyh.ttc", "simhei.ttf",
)  # fmt: skip


@cache
def font(size: int, *, bold: bool = False, chinese: bool = False) -> Any:
    """The first that this machine has, else the one that Pillow brings, which has no Chinese."""
    from PIL import ImageFont  # noqa: PLC0415 - only pictures of pixels need it

    found = _first(CHINESE if chinese else BOLD if bold else MONO, size)
    return found if found is not None else ImageFont.load_default(size)


def has_chinese() -> bool:
    """Can Chinese words be drawn here?"""
    return _first(CHINESE, 12) is not None


@cache
def _first(names: tuple[str, ...], size: int) -> Any:
    from PIL import ImageFont  # noqa: PLC0415 - only pictures of pixels need it

    for name in names:
        try:
            return ImageFont.truetype(name, size)
        except OSError:
            continue
    return None
