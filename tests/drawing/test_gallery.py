"""The standard pictures and their page."""

import re
from html import escape
from pathlib import Path

import pytest

import convlens
from convlens.drawing.draw import draw
from convlens.drawing.gallery import gallery
from convlens.drawing.pictures import PARTS
from convlens.ir.errors import UsageError

PICTURES = [picture for part in PARTS for picture in part.pictures]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("gallery") / "new"
    gallery(made)
    return made


def test_there_are_thirty_of_different_names_and_layers() -> None:
    assert len(PICTURES) == len({picture.name for picture in PICTURES}) == 30
    assert len({(picture.call, picture.shape) for picture in PICTURES}) == 30


def test_each_has_three_files_and_its_place_on_the_page(folder: Path) -> None:
    page = (folder / "index.html").read_text(encoding="utf-8")
    names = {path.name for path in folder.iterdir()}
    assert names == {"index.html"} | {f"{p.name}{end}" for p in PICTURES for end in (".svg", "-still.svg", ".html")}
    for picture in PICTURES:
        assert f'<figure id="{picture.name}">' in page
        assert escape(f"![{picture.call}]({picture.name}.svg)") in page
    assert set(re.findall(r'(?:src|srcset|href)="([^"#:]+)"', page)) <= names


def test_the_page_asks_nobody_and_speaks_both_languages(folder: Path) -> None:
    page = (folder / "index.html").read_text(encoding="utf-8")
    assert not re.findall(r"https?://", page)
    assert page.count('<span lang="en">') == page.count('<span lang="zh">') > 60
    assert "Licence of all pictures: Apache-2.0" in page


def test_what_the_words_say_is_so() -> None:
    def sizes(name: str) -> list[tuple[int, ...]]:
        picture = next(picture for picture in PICTURES if picture.name == name)
        given, made = convlens.layer(picture.call, picture.shape).shapes()
        return [given[0][2:], made[0][2:]]

    assert sizes("no-padding") == [(4, 4), (2, 2)]
    assert sizes("same-padding") == [(5, 5), (5, 5)]
    assert sizes("full-padding") == [(5, 5), (7, 7)]
    assert sizes("padding-strides")[1] == sizes("padding-strides-odd")[1]
    assert sizes("transposed-padding-strides-odd") == [(3, 3), (6, 6)]
    assert sizes("transposed-padding-strides") == [(3, 3), (5, 5)]


def test_a_file_in_the_way_is_said(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    with pytest.raises(UsageError, match="File exists"):
        gallery(tmp_path / "taken")


def test_saving_says_what_it_wrote(tmp_path: Path) -> None:
    drawing = draw("Conv2d(1, 1, 3)", (1, 1, 4, 4))
    assert drawing.save(tmp_path / "a.svg") == [tmp_path / "a.svg", tmp_path / "a-still.svg"]
    assert drawing.save(tmp_path / "b.svg", still=True) == [tmp_path / "b.svg"]
    for path, still in ((tmp_path / "a.pdf", False), (tmp_path / "a.gif", True), (tmp_path / "no" / "a.svg", False)):
        with pytest.raises(UsageError):
            drawing.save(path, still=still)
