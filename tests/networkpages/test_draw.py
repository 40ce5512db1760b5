"""``convlens.draw`` of a network: its files, its notebook form, and what it refuses."""

from html import unescape
from pathlib import Path

import pytest

import convlens
from convlens.drawing.draw import Drawing
from convlens.ir.errors import UsageError
from convlens.networkpages.draw import NetworkDrawing
from convlens.report.strip.picture import network_svg
from convlens.report.summary import summary


def test_a_call_is_a_layer_and_all_else_a_network() -> None:
    assert isinstance(convlens.draw("Conv2d(1, 1, 3)", (1, 1, 5, 5)), Drawing)
    assert isinstance(convlens.draw("lenet5"), NetworkDrawing)


def test_files_by_their_ending(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    drawing = convlens.draw("lenet5", (2, 1, 32, 32), compare="lenet5")
    assert [path.name for path in (*drawing.save(), *drawing.save("a.html", lang="zh"))] == ["lenet5.svg", "a.html"]
    assert (tmp_path / "lenet5.svg").read_text(encoding="utf-8") == network_svg(summary("lenet5", (2, 1, 32, 32)))
    assert '<html lang="zh">' in (tmp_path / "a.html").read_text(encoding="utf-8")


def test_what_it_refuses(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="a network is drawn as .svg, .html, .md, .json"):
        convlens.draw("lenet5").save(tmp_path / "a.png")
    with pytest.raises(UsageError, match="No such file or directory"):
        convlens.draw("lenet5").save(tmp_path / "nowhere" / "a.svg")
    with pytest.raises(UsageError, match="flip belongs to one layer"):
        convlens.draw("lenet5", flip=True)


def test_a_notebook_gets_strip_and_table_then_the_page() -> None:
    drawing = convlens.draw("lenet5")
    kept, frame = drawing._repr_html_().split("<iframe", 1)
    assert kept == drawing.report._repr_html_()
    assert "data:image/svg+xml;base64," in kept
    assert 'sandbox="allow-scripts allow-downloads"' in frame
    assert unescape(frame.split('srcdoc="')[1].split('"')[0]) == drawing.html()
