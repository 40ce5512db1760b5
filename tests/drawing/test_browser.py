"""The pages in a real browser: by keyboard, without a network, in both languages, still where stillness is asked for."""

import re
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

import convlens
from convlens.drawing.gallery import gallery

ARTICLE = ("Conv2d(3, 2, 3, stride=2, padding=1, dilation=2)", (1, 3, 7, 7))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("pages")
    drawing = convlens.draw(*ARTICLE)
    drawing.save(made / "layer.html")
    drawing.save(made / "layer.svg")
    gallery(made / "gallery")
    return made


class Opened:
    """A page, what it asked for, and what went wrong in it."""

    def __init__(self, browser: Any, path: Path, **settings: Any) -> None:
        self.page = browser.new_page(**settings)
        self.asked: list[str] = []
        self.faults: list[str] = []
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("console", lambda message: self.faults.append(message.text))
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.goto(path.as_uri())

    def sum(self) -> str:
        return str(self.page.locator("#sum").text_content())

    def seen(self) -> list[str]:
        """The sums that can be seen in the picture: one."""
        return self.page.evaluate(
            "[...document.querySelectorAll('text.s')].filter(t => getComputedStyle(t).opacity === '1').map(t => t.textContent)"
        )


def test_every_step_by_keyboard(browser: Any, folder: Path) -> None:
    opened = Opened(browser, folder / "layer.html")
    opened.page.keyboard.press("Home")
    found = []
    for _ in range(18):
        (seen,) = opened.seen()
        found.append(seen)
        opened.page.keyboard.press("]")
    report = convlens.layer(*ARTICLE)
    for text in found:
        index = tuple(map(int, text.partition("y[")[2].partition("]")[0].split(",")))
        assert text.endswith(f" = {report.trace(index).value}")
    assert len(set(found)) == 18
    opened.page.keyboard.press("[")
    assert found[-2].replace(" ", "") in opened.sum().replace(" ", "")
    opened.page.keyboard.press("Home")
    assert opened.sum().endswith("1/18  y[0,0,0] = (-14) + (-5) + 11 + 0 = -8")
    assert opened.faults == []
    assert [url for url in opened.asked if not url.startswith(("file:", "data:"))] == []


def test_lit_cells_are_where_the_step_has_them(browser: Any, folder: Path) -> None:
    """The marks as the browser places them, against the scene."""
    scene = convlens.draw(*ARTICLE).scene
    opened = Opened(browser, folder / "layer.html", viewport={"width": 1200, "height": 900})
    opened.page.keyboard.press("Home")
    for step in scene.steps:
        boxes = opened.page.evaluate(
            """[...document.querySelectorAll('svg .O.a')].filter(m => getComputedStyle(m).opacity === '1').map(m => {
              const box = m.getBoundingClientRect(), svg = document.querySelector('svg').getBoundingClientRect();
              return [box.x - svg.x, box.y - svg.y, box.width]; })"""
        )
        key, ((row, col),) = step.lit[-1]
        grid = next(grid for grid in scene.grids if grid.key == key)
        ((x, y, width),) = boxes
        assert (round(x), round(y), round(width)) == (grid.x + col * grid.cell, grid.y + row * grid.cell, grid.cell)
        opened.page.keyboard.press("]")


def test_numbers_of_the_output_come_one_by_one(browser: Any, folder: Path) -> None:
    opened = Opened(browser, folder / "layer.html")
    opened.page.keyboard.press("Home")
    hidden = "[...document.querySelectorAll('svg g text.a')].filter(t => getComputedStyle(t).opacity === '0').length"
    assert opened.page.evaluate(hidden) == 17
    opened.page.keyboard.press("End")
    assert opened.page.evaluate(hidden) == 0


def test_it_plays_and_pauses(browser: Any, folder: Path) -> None:
    opened = Opened(browser, folder / "layer.html")
    play = opened.page.locator("#play")
    assert play.text_content() == "Pause"
    opened.page.keyboard.press("Space")
    assert play.text_content() == "Play"
    opened.page.select_option("#speed", "4")
    opened.page.locator("body").press("Home")
    opened.page.keyboard.press("Space")
    opened.page.wait_for_function("+document.getElementById('at').value >= 2", timeout=3000)


def test_both_languages(browser: Any, folder: Path) -> None:
    opened = Opened(browser, folder / "layer.html")
    opened.page.keyboard.press("l")
    assert opened.page.evaluate("document.documentElement.lang") == "zh"
    assert opened.page.locator("#play").text_content() == "暂停"
    assert opened.page.locator("ul.signs:visible").get_attribute("lang") == "zh"
    opened.page.keyboard.press("l")
    assert opened.page.locator("#play").text_content() == "Pause"


def test_both_languages_have_the_same_words() -> None:
    script = files("convlens.drawing.writers").joinpath("player.js").read_text("utf-8")
    english, chinese = (re.findall(r"(\w+): \"", script.partition(f"{lang}: {{")[2].partition("}")[0]) for lang in ("en", "zh"))
    assert english == chinese
    assert len(english) == 9


def test_who_wants_less_motion_gets_none(browser: Any, folder: Path) -> None:
    opened = Opened(browser, folder / "layer.html", reduced_motion="reduce")
    assert opened.page.locator("#play").text_content() == "Play"
    opened.page.wait_for_timeout(1200)
    assert opened.page.locator("#at").input_value() == "0"
    picture = Opened(browser, folder / "layer.svg", reduced_motion="reduce")
    assert len(picture.seen()) == 1
    assert picture.page.evaluate("document.getAnimations().length") == 0
    moving = Opened(browser, folder / "layer.svg")
    assert moving.page.evaluate("document.getAnimations().length") > 20


def test_without_javascript_the_answer_is_complete(browser: Any, folder: Path) -> None:
    opened = Opened(browser, folder / "layer.html", java_script_enabled=False)
    shown = opened.page.locator("svg g text.a").all()
    assert len(shown) == 18
    assert all(text.evaluate("t => getComputedStyle(t).opacity") == "1" for text in shown)
    assert not opened.page.locator(".controls").is_visible()
    assert len(opened.seen()) == 1


def test_on_paper_every_sum_is_written(browser: Any, folder: Path) -> None:
    opened = Opened(browser, folder / "layer.html")
    opened.page.keyboard.press("Home")
    opened.page.keyboard.press("Space")
    opened.page.emulate_media(media="print")
    opened.page.wait_for_timeout(1200)
    hidden = "[...document.querySelectorAll('svg g text.a')].filter(t => getComputedStyle(t).opacity === '0').length"
    assert opened.page.evaluate(hidden) == 0
    assert opened.page.locator(".sums li").count() == 18
    assert opened.page.locator(".sums li").first.is_visible()
    assert len(opened.seen()) == 1
    assert "18/18" in opened.seen()[0]
    assert not opened.page.locator(".controls").is_visible()
    opened.page.emulate_media(media="screen")
    opened.page.keyboard.press("Home")
    assert opened.page.evaluate(hidden) == 17
    assert opened.faults == []


def test_forced_colours_keep_numbers_and_borders(browser: Any, folder: Path) -> None:
    """Every number is of the text's colour on the canvas's, what is lit has a border of its own colour."""
    page = Opened(browser, folder / "layer.svg", forced_colors="active").page
    colours = "(what, name) => [...new Set([...document.querySelectorAll(what)].map(e => getComputedStyle(e)[name]))]"
    found = {
        what: page.evaluate(f"([what, name]) => ({colours})(what, name)", [what, "fill"])
        for what in ("g text", ".i, .o, .q", "#n rect")
    }
    assert found["g text"] != found[".i, .o, .q"] == found["#n rect"]
    assert all(len(colour) == 1 for colour in found.values())
    assert page.evaluate(f"({colours})('.I, .O', 'stroke')") != page.evaluate(f"({colours})('.l', 'stroke')")


@pytest.mark.parametrize("name", ["layer.html", "gallery/index.html"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_scrolls_the_picture_and_not_the_page(browser: Any, folder: Path, name: str, scheme: str) -> None:
    opened = Opened(browser, folder / name, viewport={"width": 390, "height": 800}, color_scheme=scheme)
    assert opened.page.evaluate("document.documentElement.scrollWidth") <= 390
    assert opened.faults == []


def test_it_runs_inside_a_frame_that_allows_scripts_only(browser: Any, folder: Path) -> None:
    page = browser.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.set_content('<iframe sandbox="allow-scripts" width="1000" height="900"></iframe>')
    page.locator("iframe").evaluate(
        "(frame, html) => { frame.srcdoc = html }", (folder / "layer.html").read_text(encoding="utf-8")
    )
    inside = page.frame_locator("iframe")
    inside.locator("#on").click()
    assert str(inside.locator("#sum").text_content())
    assert faults == []


def test_the_gallery_shows_all_its_pictures(browser: Any, folder: Path) -> None:
    opened = Opened(browser, folder / "gallery" / "index.html")
    opened.page.evaluate("document.querySelectorAll('img').forEach(i => i.loading = 'eager')")
    opened.page.wait_for_function("[...document.querySelectorAll('img')].every(i => i.complete && i.naturalWidth)")
    assert opened.page.locator("img").count() == 30
    small = opened.page.evaluate(
        "[...document.querySelectorAll('img')].filter(i => i.width < .915 * i.naturalWidth).map(i => i.src)"
    )
    assert small == []
    opened.page.locator("#lang").click()
    assert opened.page.evaluate("document.documentElement.lang") == "zh"
    assert [url for url in opened.asked if not url.startswith("file:")] == []
    assert opened.faults == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["layer.html", "gallery/index.html"])
def test_axe_finds_no_fault(browser: Any, folder: Path, name: str, scheme: str) -> None:
    opened = Opened(browser, folder / name, color_scheme=scheme)
    opened.page.keyboard.press("Home")
    opened.page.evaluate(files("axe_core_python").joinpath("axe.min.js").read_text("utf-8"))
    found = opened.page.evaluate("axe.run()")
    assert [(fault["id"], fault["nodes"][0]["html"]) for fault in found["violations"]] == []
    assert len(found["passes"]) > 10
