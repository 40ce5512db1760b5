"""What `draw` does with a network."""

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from convlens.cli._network_picture import Wanted, draw_network
from convlens.ir.errors import ShapeError, UsageError
from convlens.networkpages.naming import file_name


def test_a_picture_and_a_page_are_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    draw_network("lenet5", Wanted(), "en")
    draw_network("lenet5", Wanted(report=True, compare="alexnet"), "zh")
    draw_network("lenet5", Wanted(inputs=("2x1x32x32",), out="mine.html"), "en")
    assert capsys.readouterr().out.split() == ["lenet5.svg", "lenet5.html", "mine.html"]
    assert ET.fromstring((tmp_path / "lenet5.svg").read_text(encoding="utf-8")).tag.endswith("svg")
    assert '<html lang="zh">' in (tmp_path / "lenet5.html").read_text(encoding="utf-8")
    assert "2x6x28x28" in (tmp_path / "mine.html").read_text(encoding="utf-8")


def test_the_ending_chooses_the_form(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    draw_network("lenet5", Wanted(report=True, out="report.md"), "zh")
    draw_network("lenet5", Wanted(compare="alexnet", out="report.json"), "en")
    assert "| 1 | c1 | 卷积 |" in (tmp_path / "report.md").read_text(encoding="utf-8")
    assert json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))["compare"]["schema"] == "convlens/diff/1"


@pytest.mark.parametrize(("wanted", "says"), [
    (Wanted(report=True, out="a.svg"), "--report belongs to the report\n  fix: -o with the ending .html, .md or .json, or no -o"),
    (Wanted(compare="alexnet", out="a.svg"), "--compare belongs to the report"),
    (Wanted(picture="a.png", out="a.md"), "--picture belongs to the report as a page\n  fix: -o with the ending .html, or no -o"),
    (Wanted(out="a.gif"), "-o a.gif: the ending '.gif' says no format\n  fix: one of .svg, .html, .md, .json"),
    (Wanted(out="nowhere/a.svg"), "-o nowhere/a.svg: there is no folder 'nowhere'"),
    (Wanted(picture="missing.png"), "missing.png cannot be read: No such file or directory"),
])  # fmt: skip
def test_what_cannot_be_is_said(wanted: Wanted, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError) as caught:
        draw_network("lenet5", wanted, "en")
    assert str(caught.value).startswith(says)
    assert list(tmp_path.iterdir()) == []


def test_a_network_that_breaks_is_drawn_and_then_told(tmp_path: Path) -> None:
    (tmp_path / "b.txt").write_text("input x: 1x3x8x8\na = conv(x, out=4, kernel=3x3)\nb = conv(a, out=4, kernel=9x9)\noutput b")
    with pytest.raises(ShapeError):
        draw_network(str(tmp_path / "b.txt"), Wanted(out=str(tmp_path / "b.svg")), "en")
    assert "the shapes break at b" in (tmp_path / "b.svg").read_text(encoding="utf-8")


def test_a_network_is_not_written_over_its_own_file(tmp_path: Path) -> None:
    (tmp_path / "b.svg").write_text("input x: 1x3x8x8\nr = relu(x)\noutput r")
    with pytest.raises(UsageError, match="which is read"):
        draw_network(str(tmp_path / "b.svg"), Wanted(out=str(tmp_path / "b.svg")), "en")


def test_names_are_accepted_everywhere() -> None:
    assert file_name("con:/\\*?<>|" + "x" * 300, ".svg") == "con_" + "x" * 56 + ".svg"
    assert file_name("层", ".html") == "network.html"
