"""Every picture can be read: nothing overlaps, nothing leaves its frame, no text is small."""

import re
from itertools import combinations, pairwise
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from rich.cells import cell_len

import convlens
from convlens.drawing.page import BIG, TITLE, WORD
from convlens.drawing.pictures import PARTS
from convlens.drawing.scene import Scene
from convlens.drawing.writers.style import FULL, INK, PADDING, PALE, QUIET_INK, STYLE, UNREAD
from convlens.drawing.writers.svg import LINE
from tests.drawing.layers import LAYERS, OTHERS

ALL = [*LAYERS, *OTHERS, *((picture.call, picture.shape) for part in PARTS for picture in part.pictures)]
GOLDEN = Path(__file__).parent / "golden"
Box = tuple[float, float, float, float]


def boxes(scene: Scene) -> list[tuple[str, Box]]:
    """Everything that may not overlap, with its left, upper, right and lower edge."""
    found: list[tuple[str, Box]] = []
    for grid in scene.grids:
        width = max(grid.width, WORD * len(grid.title))
        found.append((grid.key, (grid.x, grid.y - TITLE + 1, grid.x + width, grid.y + grid.height)))
    for note in scene.notes:
        width = (BIG if note.kind == "title" else WORD) * cell_len(note.text)
        found.append((note.text, (note.x - (18 if note.role else 0), note.y - 11, note.x + width, note.y + 3)))
    for line, text in enumerate(max((step.words for step in scene.steps), key=len)):
        longest = max(len(step.words[line]) for step in scene.steps if line < len(step.words))
        y = scene.words_y + LINE * line
        found.append((text, (16, y - 11, 16 + WORD * longest, y + 3)))
    return found


def apart(a: Box, b: Box) -> bool:
    return a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]


@pytest.mark.parametrize(("full", "lang"), [(False, "en"), (True, "zh")])
@pytest.mark.parametrize(("call", "shape"), ALL, ids=[f"{call} {shape}" for call, shape in ALL])
def test_nothing_overlaps_and_all_is_inside_the_frame(call: str, shape: tuple[int, ...], full: bool, lang: str) -> None:
    from convlens.drawing.layer import layer_scene

    scene = layer_scene(convlens.layer(call, shape), caption=lang, full=full)
    found = boxes(scene)
    assert [(a, b) for (a, one), (b, other) in combinations(found, 2) if not apart(one, other)] == []
    for name, (left, top, right, bottom) in found:
        assert left >= 0, name
        assert top >= 0, name
        assert right <= scene.width, name
        assert bottom <= scene.height - 4, name
    for band in scene.bands:
        assert band.x >= 0
        assert band.x + band.width <= scene.width
    for above, below in pairwise(scene.bands):
        assert above.y + above.height <= below.y


def test_an_overlap_would_be_seen() -> None:
    """The partner."""
    assert not apart((0, 0, 10, 10), (9, 9, 20, 20))
    assert apart((0, 0, 10, 10), (10, 0, 20, 10))


@pytest.mark.parametrize(("call", "shape"), ALL, ids=[f"{call} {shape}" for call, shape in ALL])
def test_numbers_fit_their_cells(call: str, shape: tuple[int, ...]) -> None:
    scene = convlens.draw(call, shape).scene
    for grid in scene.grids:
        assert all(7.83 * len(text) <= grid.cell for text in grid.texts)
        assert len(grid.texts) == grid.rows * grid.cols


def test_no_text_is_smaller_than_11_pixels() -> None:
    sizes = [int(size) for size in re.findall(r"font(?:-size)?:(?:\d+ )?(\d+)px", STYLE)]
    assert sizes
    assert min(sizes) >= 11


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_numbers_can_be_read_on_every_colour() -> None:
    assert all(contrast(INK, colour) >= 6 for colour in (*FULL.values(), *PALE.values(), PADDING, UNREAD))
    assert contrast(QUIET_INK, PADDING) >= 4.5
    assert contrast(QUIET_INK, "#eaad26") >= 4.5
    assert contrast("#ffffff", FULL["output"]) < 4.5, "why numbers on green are black"


@pytest.mark.parametrize("name", ["conv2d", "transposed", "groups"])
def test_the_files_are_those_of_before(name: str) -> None:
    call, shape = {
        "conv2d": ("Conv2d(3, 2, 3, stride=2, padding=1, dilation=2)", (1, 3, 7, 7)),
        "transposed": ("ConvTranspose2d(1, 1, 3, stride=2, padding=1)", (1, 1, 3, 3)),
        "groups": ("Conv2d(2, 4, 3, padding=2, stride=2, groups=2)", (1, 2, 7, 7)),
    }[name]
    assert convlens.draw(call, shape).svg() == (GOLDEN / f"{name}.svg").read_text(encoding="utf-8")


@pytest.mark.parametrize(("call", "shape"), ALL, ids=[f"{call} {shape}" for call, shape in ALL])
def test_the_picture_at_rest_has_every_number(call: str, shape: tuple[int, ...]) -> None:
    """What a printer or a reader that knows no animation shows: all outputs, no step hidden but those before the last."""
    drawing = convlens.draw(call, shape)
    numbers = sorted(text for grid in drawing.scene.grids for text in grid.texts if text)
    for still in (False, True):
        root = ET.fromstring(drawing.svg(still=still))
        assert sorted(shown(root)) == numbers


def shown(root: ET.Element) -> list[str]:
    """The numbers in the grids, one by one."""
    found: list[str] = []
    for text in root.iterfind(".//{*}g/{*}text"):
        spans = [span.text or "" for span in text]
        if text.get("class") == "t":
            continue
        single = " " in (text.get("x") or "")
        found += spans or (list(text.text or "") if single else [text.text or ""])
    return found
