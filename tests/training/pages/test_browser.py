"""The page of a run in a browser: by keyboard alone, in both languages, on a telephone, in the dark, on paper."""

import re
from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import Any

import pytest

from convlens.training.pages.amounts import percent
from convlens.training.pages.page import run_page
from convlens.training.pages.readings import read_run
from tests.chromium import axe, missing
from tests.training.pages.folders import CLASSES, cut_off, write_hostile, write_run

pytestmark = pytest.mark.skipif(bool(missing()), reason=f"BROWSER TESTS DID NOT RUN: {missing()}")
Open = Callable[..., Any]
NARROW = 390


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("pages")
    write_run(place / "whole", groups=True)
    write_hostile(place / "hostile")
    cut_off(write_run(place / "cut"))
    seeds = [write_run(place / f"seed{seed}", seed=seed, epochs=2) for seed in (0, 1)]
    faster = write_run(place / "faster", learning_rate=0.02, epochs=2)
    for name in ("whole", "hostile", "cut"):
        (place / f"{name}.html").write_text(run_page([place / name]), encoding="utf-8")
    (place / "compared.html").write_text(run_page([*seeds, faster]), encoding="utf-8")
    (place / "mixed.html").write_text(run_page([place / "hostile", place / "whole", place / "cut"]), encoding="utf-8")
    return place


@pytest.fixture
def show(folder: Path, opened: Open) -> Open:
    return lambda name, **settings: opened(f"{folder}/{name}.html", **settings)


def test_a_cell_is_said_and_its_mistakes_are_marked(show: Open, folder: Path) -> None:
    page, run = show("whole"), read_run(folder / "whole")
    page.locator(".matrix td[tabindex='0']").focus()
    counts = run.test.confusion
    wanted = f"{counts[0][0]} of {CLASSES[0]} were recognised ({percent(counts[0][0] / sum(counts[0]))} % of them)."
    assert page.locator("#cell").inner_text() == wanted
    pair = (int(run.mistakes.labels[0]), int(run.mistakes.predicted[0]))
    for key, times in (("ArrowDown", pair[0]), ("ArrowRight", pair[1])):
        for _ in range(times):
            page.keyboard.press(key)
    assert (
        page.locator("#cell")
        .inner_text()
        .startswith(f"{counts[pair[0]][pair[1]]} of {CLASSES[pair[0]]} were taken for {CLASSES[pair[1]]}")
    )
    same = [at for at in range(24) if (run.mistakes.labels[at], run.mistakes.predicted[at]) == pair]
    assert page.locator(".faults .same").count() == len(same)
    page.keyboard.press("End")
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.cellIndex") == len(CLASSES)
    assert page.locator(".matrix td[tabindex='0']").count() == 1


def test_the_slider_reads_the_numbers_of_the_run(show: Open, folder: Path) -> None:
    page, run = show("whole"), read_run(folder / "whole")
    slider = page.locator("#chart input[type=range]")
    slider.focus()
    page.keyboard.press("Home")
    text = slider.get_attribute("aria-valuetext")
    assert text.startswith("step 1: training, each step " + f"{run.steps['loss'][0]:.4g}")
    page.keyboard.press("End")
    assert f"validation {100 * run.epochs['validation_accuracy'][-1]:.1f} %" in slider.get_attribute("aria-valuetext")
    page.keyboard.press("ArrowLeft")
    assert slider.get_attribute("aria-valuetext").startswith("step 89: ")


def test_the_mouse_reads_off_too(show: Open) -> None:
    page = show("whole")
    box = page.locator("#chart svg.curves").first.bounding_box()
    page.mouse.move(box["x"] + 54 + (box["width"] - 80) / 2, box["y"] + 40)
    assert page.locator("#chart output").inner_text() == "step 45"


def test_a_curve_is_hidden_by_its_name_and_a_panel_becomes_logarithmic(show: Open) -> None:
    page = show("whole")
    lines = page.locator("#chart figure").first.locator("svg.curves path.line")
    assert lines.count() == 3
    page.locator("#chart .key", has_text="validation").first.press("Enter")
    assert lines.count() == 2
    assert page.evaluate("document.activeElement.getAttribute('aria-pressed')") == "false"
    before = lines.first.get_attribute("d")
    page.locator("#chart [data-log='0']").press("Enter")
    assert page.evaluate("document.activeElement.dataset.log") == "0"
    assert lines.first.get_attribute("d") != before
    assert "NaN" not in page.locator("#chart").inner_html()


def test_the_horizontal_axis_is_chosen(show: Open) -> None:
    page = show("whole")
    page.locator("#chart select").select_option("1")
    assert page.locator("#chart output").inner_text() == "epoch 3"
    page.locator("#chart select").select_option("2")
    assert page.locator("#chart output").inner_text() == "seconds 0.9"


def test_the_language_is_switched_with_its_texts(show: Open) -> None:
    for name in ("whole", "compared", "cut"):
        page = show(name)
        english = page.locator("body").inner_text()
        page.locator("#lang").click()
        assert page.evaluate("document.documentElement.lang") == "zh-CN"
        text = page.locator("body").inner_text()
        assert "学习率" in text
        assert not re.search(r"undefined|NaN|\{\w+\}", text + english)
        page.locator("#lang").click()
        assert page.locator("body").inner_text() == english


def test_the_settings_are_told_with_their_reasons(show: Open) -> None:
    text = show("whole").locator("#settings").inner_text()
    assert "On a processor 256 small images stay in its cache" in text
    assert "Settings that are not the defaults: 2." in text


def test_a_cut_run_says_so_first(show: Open) -> None:
    page = show("cut")
    assert "2 of 3 epochs are done" in page.locator(".cut").inner_text()
    assert "--resume" in page.locator(".cut").inner_text()
    for part in ("confusion", "mistakes", "calibration", "groups"):
        assert page.locator(f"#s-{part}").is_hidden()


def test_runs_are_compared_and_one_is_chosen(show: Open, folder: Path) -> None:
    page = show("compared")
    assert page.locator("#groups").inner_text().count("±") >= 3
    assert "learning_rate" in page.locator("#differing").inner_text()
    page.locator("#groups .link", has_text="faster").click()
    assert page.locator("#run").input_value() == "2"
    accuracy = read_run(folder / "faster").test.accuracy
    assert f"{100 * accuracy:.1f} %" in page.locator("#verdict").inner_text()
    page.locator("#mean").click()
    assert page.locator("#chart path.band").count() >= 3
    assert "seed alone" in page.locator("#thinned").inner_text()


@pytest.mark.parametrize("name", ["hostile", "mixed"])
@pytest.mark.parametrize("width", [NARROW, 1240])
def test_hostile_names_are_texts(show: Open, name: str, width: int) -> None:
    page = show(name, width=width)
    page.locator("#lang").click()
    assert page.evaluate("window.hacked") is None
    assert page.locator("img[src=x], main script").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert page.evaluate("document.documentElement.scrollHeight") < 20_000
    assert "NaN" not in page.locator("#chart").inner_html()


@pytest.mark.parametrize("name", ["whole", "compared", "cut"])
def test_no_page_scrolls_sideways(show: Open, name: str) -> None:
    page = show(name)
    page.locator("details").evaluate_all("all => all.forEach((one) => { one.open = true; })")
    for _ in range(2):
        for width in (320, NARROW, 600, 601, 900, 1240, 1800):
            page.set_viewport_size({"width": width, "height": 900})
            page.wait_for_function("width => document.documentElement.scrollWidth <= width", arg=width)  # it lays out anew
        page.locator("#lang").click()


SMALLEST = """() => Math.min(...[...document.querySelectorAll('body *')].filter((one) => one.checkVisibility() && [...one.childNodes].some((child) => child.nodeType === 3 && child.textContent.trim()))
  .map((one) => parseFloat(getComputedStyle(one).fontSize)))"""
TOUCHING = """() => [...document.querySelectorAll('svg.curves, svg.reliability')].flatMap((picture) => {
  const frame = picture.getBoundingClientRect(), boxes = [...picture.querySelectorAll('text')].map((one) => one.getBoundingClientRect());
  const meet = (a, b) => a.left < b.right - 0.5 && b.left < a.right - 0.5 && a.top < b.bottom - 3 && b.top < a.bottom - 3;
  return boxes.filter((a, at) => a.left < frame.left - 1 || a.right > frame.right + 1 || a.bottom > frame.bottom + 1 || boxes.some((b, other) => other > at && meet(a, b))).map((box) => [box.left, box.top]); })"""


@pytest.mark.parametrize("width", [NARROW, 1240])
@pytest.mark.parametrize("name", ["whole", "compared", "hostile"])
def test_no_text_is_small_and_none_touches_another(show: Open, name: str, width: int) -> None:
    page = show(name, width=width)
    for log in page.locator("[data-log]").all():
        assert page.evaluate(TOUCHING) == []
        log.click()
    assert page.evaluate(TOUCHING) == []
    assert page.evaluate(SMALLEST) >= 11


def test_the_check_would_see_touching_texts(show: Open) -> None:
    page = show("whole")
    page.add_style_tag(content="svg.curves text{font-size:60px}")
    assert page.evaluate(TOUCHING) != []


@pytest.mark.parametrize(("name", "scheme"), [("whole", "light"), ("whole", "dark"), ("compared", "light"), ("hostile", "dark")])
def test_axe_finds_no_violation(show: Open, name: str, scheme: str) -> None:
    if not axe():
        pytest.skip("ACCESSIBILITY WAS NOT CHECKED: axe-core cannot be fetched with npm")
    page = show(name, color_scheme=scheme, bypass_csp=True, width=NARROW if name == "compared" else 1240)
    # One of the many rows of settings is enough.
    page.locator("details").evaluate_all(
        "all => all.forEach((one) => { one.open = true; one.querySelectorAll('tbody tr:nth-child(n+4)').forEach((row) => row.remove()); })"
    )
    page.evaluate(axe())
    found = page.evaluate("axe.run({ resultTypes: ['violations'] })")
    assert [(one["id"], [node["html"] for node in one["nodes"][:3]]) for one in found["violations"]] == []


def test_focus_is_always_seen(show: Open) -> None:
    page = show("compared")
    for _ in range(40):
        page.keyboard.press("Tab")
        assert (
            page.evaluate(
                "document.activeElement === document.body ? '3px' : getComputedStyle(document.activeElement).outlineWidth"
            )
            == "3px"
        )


def test_dark_and_light_are_two_pages(show: Open) -> None:
    paper = "getComputedStyle(document.body).backgroundColor"
    assert show("whole", color_scheme="dark").evaluate(paper) == "rgb(13, 17, 23)"
    assert show("whole", color_scheme="light").evaluate(paper) == "rgb(255, 255, 255)"


def test_nothing_moves_and_forced_colours_keep_the_borders(show: Open) -> None:
    page = show("whole", reduced_motion="reduce", forced_colors="active")
    assert page.evaluate("document.getAnimations().length") == 0
    assert page.evaluate("getComputedStyle(document.querySelector('.matrix td.right')).borderTopWidth") == "3px"


def test_on_paper_no_control_is_there_and_nothing_is_cut(show: Open) -> None:
    page = show("whole", width=690, color_scheme="dark")
    page.emulate_media(media="print")
    assert page.evaluate("document.documentElement.scrollWidth") <= 690
    assert page.locator(".tools:visible, input:visible, select:visible").count() == 0
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


def test_it_runs_as_a_guest_without_an_origin(opened: Open, folder: Path, tmp_path: Path) -> None:
    text = (folder / "whole.html").read_text(encoding="utf-8")
    frame = f'<iframe sandbox="allow-scripts allow-downloads" style="width:1100px;height:800px" srcdoc="{escape(text)}"></iframe>'
    (tmp_path / "host.html").write_text(f"<!doctype html><meta charset=utf-8><title>host</title>{frame}", encoding="utf-8")
    page = opened(tmp_path / "host.html")
    guest = page.frame_locator("iframe")
    guest.locator("#lang").click()
    assert "混淆矩阵" in (guest.locator("#h-confusion").text_content() or "")


def test_a_few_steps_have_no_halves_and_chinese_heads_stand_upright(opened: Open, folder: Path, tmp_path: Path) -> None:
    import json
    import shutil

    copy = Path(shutil.copytree(folder / "whole", tmp_path / "tiny"))
    for name in ("steps", "epochs"):
        rows = [json.loads(line) for line in (copy / f"{name}.jsonl").read_text().splitlines()][: 3 if name == "steps" else 1]
        (copy / f"{name}.jsonl").write_text("".join(json.dumps({**row, "step": at}) + "\n" for at, row in enumerate(rows, 1)))
    (tmp_path / "tiny.html").write_text(run_page([copy]), encoding="utf-8")
    page = opened(str(tmp_path / "tiny.html"))
    ticks = page.locator("#chart svg.curves").last.locator("text[text-anchor=middle]").all_text_contents()
    assert ticks[:-1] == ["0", "1", "2", "3"]
    turned = "getComputedStyle([...document.querySelectorAll('.matrix thead th>span')].pop()).transform"
    assert page.evaluate(turned) != "none"
    page.locator("#lang").click()
    assert page.evaluate(turned) == "none"
