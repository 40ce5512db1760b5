"""The page in a browser: one selection everywhere, by keyboard alone, in every place where it may be opened."""

import functools
import http.server
import json
import re
import threading
from collections.abc import Callable, Iterator
from html import escape
from pathlib import Path
from typing import Any

import pytest

import convlens
from convlens.ir.text import parse
from convlens.networkpages.page import network_page
from convlens.report.strip.fold import MOST
from convlens.report.summary import Summary
from tests.chromium import axe, missing
from tests.networkpages.nets import HOSTILE, hostile, long

pytestmark = pytest.mark.skipif(bool(missing()), reason=f"BROWSER TESTS DID NOT RUN: {missing()}")
Open = Callable[..., Any]
NARROW = 390


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pages of several networks."""
    place = tmp_path_factory.mktemp("pages")
    for name in ("resnet50", "unet", "lenet5", "m5", "c3d", "textcnn", "vit_b_16"):
        write(place, name, Summary(convlens.summary(name).graph))
    write(place, "hostile", Summary(hostile()), compare=Summary(hostile()), command='draw "</script>"')
    write(place, "compared", convlens.summary("resnet18"), compare=convlens.summary("resnet34"))
    write(
        place,
        "broken",
        Summary(parse("input x: 1x3x8x8\na = conv(x, out=4, kernel=3x3)\nb = conv(a, out=4, kernel=9x9)\noutput b")),
    )
    write(
        place, "huge", Summary(parse("input x: 1x3x1000000000x1000000000\nc = conv(x, out=7, kernel=3x3, padding=1)\noutput c"))
    )
    write(place, "keras", Summary(parse("layout channels_last\ninput x: 1x3x24x30\nc = conv(x, out=4, kernel=3x5)\noutput c")))
    return place


def write(place: Path, name: str, report: Summary, **settings: Any) -> None:
    (place / f"{name}.html").write_text(network_page(report, **settings), encoding="utf-8")


@pytest.fixture
def show(folder: Path, opened: Open) -> Open:
    """Opens the page of a network, at a layer."""
    return lambda name, at="", **settings: opened(f"{folder}/{name}.html{at}", **settings)


def count(page: Any, what: str, wanted: int) -> None:
    """Waits until there are so many; the page's own rules forbid scripts that are handed in to wait."""
    from playwright.sync_api import expect

    expect(page.locator(what)).to_have_count(wanted)


def selected(page: Any) -> dict[str, str]:
    """What strip, table, card and field say is selected."""
    return page.evaluate("""() => ({
      row: document.querySelector('#table tr[aria-selected="true"] .c-name')?.textContent,
      block: document.querySelector('#strip .block[aria-pressed="true"] .name')?.textContent,
      card: document.querySelector('#h-card')?.textContent,
      field: document.querySelector('#field b')?.textContent })""")


def test_one_selection_in_strip_table_card_and_field(show: Open) -> None:
    page = show("resnet50")
    page.locator("#table tbody tr", has_text="layer3.2.conv2").click()
    assert selected(page) == {
        "row": "layer3.2.conv2",
        "block": "layer3.1..5",
        "card": "Layer layer3.2.conv2",
        "field": "layer3.2.conv2",
    }
    page.locator("#strip .block", has_text="maxpool").click()
    assert selected(page) == {"row": "maxpool", "block": "maxpool", "card": "Layer maxpool", "field": "maxpool"}
    page.locator("#card .link", has_text="layer1.0.conv1").click()
    assert selected(page)["row"] == selected(page)["field"] == "layer1.0.conv1"
    assert page.url.endswith("#layer=layer1.0.conv1")


def test_a_network_of_175_layers_is_shown_in_few_blocks(show: Open) -> None:
    page = show("resnet50")
    assert page.locator("#strip .block").count() == 15
    assert page.locator("#table tbody tr").count() == 175


def test_everything_by_keyboard_alone(show: Open) -> None:
    page = show("resnet50")
    while page.evaluate("document.activeElement.className") != "block":
        page.keyboard.press("Tab")
    page.keyboard.press("Home")
    assert selected(page)["row"] == "conv1"
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    assert selected(page)["block"] == "layer1.0"
    page.keyboard.press("Enter")
    assert page.locator("#strip .block").count() == 15 + 10
    assert selected(page)["block"] == "layer1.0.conv1"
    page.keyboard.press("Escape")
    assert (page.locator("#strip .block").count(), selected(page)["block"]) == (15, "layer1.0")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "card"
    page.keyboard.press("Escape")
    assert page.locator("#card").is_hidden()
    assert page.evaluate("document.activeElement.className") == "block"
    page.keyboard.press("/")
    page.keyboard.type("downsample.0")
    count(page, "#table tbody tr", 4)
    while page.evaluate("document.activeElement.tagName") != "TR":
        page.keyboard.press("Tab")
    page.keyboard.press("End")
    assert selected(page)["row"] == "layer4.0.downsample.0"
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    assert selected(page)["card"] == "Layer layer3.0.downsample.0"
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.tagName") == "TR"


def test_the_strip_is_one_stop_of_the_tab_key(show: Open) -> None:
    page = show("resnet50")
    assert page.locator("#strip .block[tabindex='0']").count() == 1
    assert page.locator("#table tbody tr[tabindex='0']").count() == 1


def test_focus_is_always_seen(show: Open) -> None:
    page = show("lenet5")
    for _ in range(30):
        page.keyboard.press("Tab")
        width = page.evaluate(
            "document.activeElement === document.body ? '3px' : getComputedStyle(document.activeElement).outlineWidth"
        )
        assert width == "3px"


def test_escape_takes_the_filter_away(show: Open) -> None:
    page = show("lenet5")
    page.keyboard.press("/")
    page.keyboard.type("tanh")
    count(page, "#table tbody tr", 4)
    assert page.locator("#status").text_content() == "4 of 12 rows"
    page.keyboard.press("Escape")
    assert page.locator("#table tbody tr").count() == 12


def column(page: Any, key: str) -> list[str]:
    return page.locator(f"#table tbody .c-{key}").all_text_contents()


def test_the_table_is_sorted_by_a_click_and_put_back(show: Open) -> None:
    page = show("lenet5")
    before = column(page, "name")
    page.locator(".c-macs button").click()
    macs = [
        int(text.split()[0].replace(",", ""))
        for text in page.locator("#table tbody .c-macs .full, #table tbody .c-macs:not(:has(.full))").all_text_contents()
    ]
    assert macs == sorted(macs, reverse=True)
    assert page.locator("th.c-macs").get_attribute("aria-sort") == "descending"
    page.locator(".c-macs button").click()
    assert page.locator("th.c-macs").get_attribute("aria-sort") == "ascending"
    page.locator(".c-macs button").click()
    assert column(page, "name") == before


def test_a_row_for_each_block_has_the_sums(show: Open) -> None:
    page = show("resnet50", width=1800)
    page.locator("#blocks").check()
    assert len(column(page, "name")) == 15
    params = page.evaluate(
        "[...document.querySelectorAll('#table tbody .c-params')].map((cell) => Number((cell.querySelector('.full') || cell).textContent.split(' ')[0].replaceAll(',', '')))"
    )
    assert sum(params) == 25_557_032
    page.locator("#table tbody tr", has_text="layer2.1..3").click()
    assert selected(page)["block"] == "layer2.1..3"


def test_the_box_is_what_the_words_say_and_what_the_summary_says(show: Open) -> None:
    page = show("unet")
    report = convlens.summary("unet")
    for name in ("down1.conv1", "down3.pool", "bottom.conv2", "up4.upconv", "up1.conv2"):
        page.locator(f"#table tbody tr[data-at='{list(report.facts.nodes).index(name)}']").click()
        field = report.receptive_fields[name]
        assert field is not None
        words = page.locator("#field").inner_text()
        top, bottom = map(int, re.search(r"rows (-?\d+) to (-?\d+)", words).groups())
        assert field.axes[0].size_min <= bottom - top + 1 <= field.axes[0].size
        hole = page.locator("#field .seen").get_attribute("d")
        assert re.fullmatch(rf"M-?\d+ {top}h\d+v{bottom - top + 1}h-\d+Z", hole)


def test_a_click_on_the_picture_chooses_the_cell_that_sees_it(show: Open) -> None:
    page = show("resnet50", at="#layer=layer2.0.conv2")
    page.locator("#field svg.input").scroll_into_view_if_needed()
    box = page.locator("#field svg.input .border").bounding_box()
    page.mouse.click(box["x"] + box["width"] * 0.25, box["y"] + box["height"] * 0.75)
    rows, columns = (
        tuple(map(int, pair)) for pair in re.findall(r"(?:rows|columns) (-?\d+) to (-?\d+)", page.locator("#field").inner_text())
    )
    assert abs(sum(rows) / 2 - 224 * 0.75) <= 8
    assert abs(sum(columns) / 2 - 224 * 0.25) <= 8


def test_a_slider_moves_the_box_by_the_stride(show: Open) -> None:
    page = show("resnet50", at="#layer=maxpool")
    first = page.locator("#field .seen").get_attribute("d")
    page.locator("#field input[type=range]").first.focus()
    page.keyboard.press("ArrowRight")
    number = re.compile(r"M(-?\d+) (-?\d+)")
    (x, y), (x2, y2) = (
        map(int, number.match(path).groups()) for path in (first, page.locator("#field .seen").get_attribute("d"))
    )
    assert (x2 - x, y2 - y) == (0, 4)


@pytest.mark.parametrize(("name", "layer", "words"), [
    ("m5", "conv2", "positions"), ("c3d", "conv2", "slices"), ("textcnn", "pool3", "whole input"), ("vit_b_16", "class_token", "sees no picture"),
    ("keras", "c", "rows 10 to 12"),
])  # fmt: skip
def test_fields_of_other_inputs_are_told(show: Open, name: str, layer: str, words: str) -> None:
    page = show(name, at=f"#layer={layer}")
    assert words in page.locator("#field").inner_text()


def test_an_own_picture_is_shown_and_stays_in_the_page(show: Open, tmp_path: Path) -> None:
    from tests.networkpages.test_record import PNG

    (tmp_path / "a.png").write_bytes(PNG)
    page = show("lenet5")
    page.locator("#field input[type=file]").set_input_files(tmp_path / "a.png")
    page.wait_for_selector("#field image")
    assert page.locator("#field image").get_attribute("href").startswith("data:image/png;base64,")
    page.locator("#field button", has_text="Test picture").click()
    assert page.locator("#field image").count() == 0


def test_the_link_carries_the_selection(show: Open) -> None:
    page = show("resnet50", at="#layer=layer4.1.conv3")
    assert selected(page) == {
        "row": "layer4.1.conv3",
        "block": "layer4.1..2",
        "card": "Layer layer4.1.conv3",
        "field": "layer4.1.conv3",
    }


def test_the_language_is_switched_with_its_texts(show: Open) -> None:
    page = show("resnet50", at="#layer=conv1")
    english = page.locator("body").inner_text()
    page.locator("#lang").click()
    assert page.evaluate("document.documentElement.lang") == "zh-CN"
    text = page.locator("body").inner_text()
    assert "感受野" in text
    assert "In words" not in text
    assert "undefined" not in text + english
    assert not re.search(r"\{\w+\}", text + english)
    page.locator("#lang").click()
    assert page.locator("body").inner_text() == english


def test_the_comparison_marks_and_tells(show: Open) -> None:
    page = show("compared")
    assert page.locator("#strip2 .added").count() > 0
    assert page.locator("#strip .changed").count() > 0
    assert "21,797,672" in page.locator("#difference").inner_text()
    page.locator("#strip2 .block", has_text="maxpool").click()
    assert selected(page)["row"] == "maxpool"


def test_a_broken_network_shows_where_and_why(show: Open) -> None:
    page = show("broken", at="#layer=b")
    assert "a kernel of 9 covers 9" in page.locator("#error").inner_text()
    assert "The shapes break here." in page.locator("#card").inner_text()


def test_a_number_that_javascript_cannot_hold_is_exact(show: Open) -> None:
    page = show("huge", width=1240)
    assert "189,000,000,000,000,000,000" in page.locator("#table").inner_text()
    assert "100.0 %" in page.locator("#table").inner_text()


def copied(page: Any, form: str) -> str:
    """Where the clipboard may not be written, the text stands in an area, selected."""
    page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error('no')); }")
    page.locator(f"[data-copy={form}]").click()
    page.wait_for_selector("#copied:not([hidden])")
    return str(page.locator("#copied").input_value())


def test_rows_are_copied_as_a_table_for_other_programs(show: Open) -> None:
    page = show("lenet5")
    rows = json.loads(copied(page, "json"))
    assert [row["params"] for row in rows] == [known.params for known in convlens.summary("lenet5").facts.nodes.values()]
    csv = copied(page, "csv").splitlines()
    assert csv[0] == "#,name,kind,layer,input,output,parameters,MACs,memory,field,notes"
    assert csv[1].startswith('1,c1,convolution,"Conv2d(1, 6, 5)",1x1x32x32,1x6x28x28,156,117600,18816,5,')
    markdown = copied(page, "md").splitlines()
    assert {line.count("|") - line.count("\\|") for line in markdown} == {12}


def test_a_copied_name_is_no_formula(show: Open) -> None:
    csv = copied(show("hostile"), "csv")
    assert "'=cmd|A1" in csv
    assert not re.search(r"(^|,)=", csv)


@pytest.mark.parametrize("width", [NARROW, 1240])
def test_hostile_names_are_texts(show: Open, width: int) -> None:
    page = show("hostile", width=width)
    for at in range(len(HOSTILE)):
        page.locator("#table tbody tr").nth(at).click()
    page.locator("#lang").click()
    assert page.evaluate("window.hacked") is None
    assert page.locator("main img, main script").count() == 0
    assert page.locator("#table tbody .c-name").first.text_content() == HOSTILE[0]
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert page.evaluate("document.documentElement.scrollHeight") < 20_000


WIDTHS = (320, NARROW, 600, 601, 900, 1000, 1240, 1379, 1380, 1500, 1700, 1701)


@pytest.mark.parametrize("name", ["resnet50", "unet", "c3d", "vit_b_16", "compared"])
def test_no_page_scrolls_sideways(show: Open, name: str) -> None:
    page = show(name, at="#layer=conv1")
    for _ in range(2):
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            page.wait_for_function("width => document.documentElement.scrollWidth <= width", arg=width)  # it lays out anew
        page.locator("#lang").click()


SMALLEST = """() => Math.min(...[...document.querySelectorAll('body *')].filter((one) => one.checkVisibility() && [...one.childNodes].some((child) => child.nodeType === 3 && child.textContent.trim()))
  .map((one) => parseFloat(getComputedStyle(one).fontSize)))"""
OVERLAPS = """() => {
  const boxes = [...document.querySelectorAll('#strip .block')].map((block) => block.getBoundingClientRect());
  const within = [...document.querySelectorAll('#strip .block')].flatMap((block) => [...block.querySelectorAll('.name bdi, .small bdi, .box')].filter((one) => one.getBoundingClientRect().width > block.getBoundingClientRect().width));
  const meet = (a, b) => a.left < b.right - 0.5 && b.left < a.right - 0.5 && a.top < b.bottom - 0.5 && b.top < a.bottom - 0.5;
  return boxes.filter((a, at) => boxes.some((b, other) => other > at && meet(a, b))).length + within.length; }"""


@pytest.mark.parametrize("width", [NARROW, 1240])
@pytest.mark.parametrize("name", ["resnet50", "unet", "vit_b_16", "hostile"])
def test_no_text_is_small_and_nothing_overlaps(show: Open, name: str, width: int) -> None:
    page = show(name, width=width)
    assert page.evaluate(SMALLEST) >= 11
    assert page.evaluate(OVERLAPS) == 0


def test_the_check_would_see_an_overlap(show: Open) -> None:
    page = show("lenet5")
    page.add_style_tag(content="#strip .block{margin-right:-40px}")
    assert page.evaluate(OVERLAPS) > 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["unet", "compared", "hostile"])
def test_axe_finds_no_violation(show: Open, name: str, scheme: str) -> None:
    if not axe():
        pytest.skip("ACCESSIBILITY WAS NOT CHECKED: axe-core cannot be fetched with npm")
    page = show(name, color_scheme=scheme, bypass_csp=True)
    page.locator("#table tbody tr").nth(3).click()
    page.evaluate(axe())
    found = page.evaluate("axe.run()")
    assert [(one["id"], [node["html"] for node in one["nodes"][:3]]) for one in found["violations"]] == []


def test_dark_and_light_are_two_pages(show: Open) -> None:
    paper = "getComputedStyle(document.body).backgroundColor"
    assert show("lenet5", color_scheme="dark").evaluate(paper) == "rgb(13, 17, 23)"
    assert show("lenet5", color_scheme="light").evaluate(paper) == "rgb(255, 255, 255)"


def test_nothing_moves_by_itself(show: Open) -> None:
    page = show("resnet50", reduced_motion="reduce")
    assert page.evaluate("document.getAnimations().length") == 0
    assert page.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == "auto"


def test_forced_colours_keep_the_borders(show: Open) -> None:
    page = show("resnet50", forced_colors="active")
    assert page.evaluate("getComputedStyle(document.querySelector('#strip .box')).borderTopWidth") == "2px"
    assert page.evaluate("getComputedStyle(document.querySelector('#strip .block[aria-pressed=true]')).outlineWidth") == "3px"


def test_on_paper_every_layer_has_its_card_and_no_control_is_there(show: Open) -> None:
    page = show("unet", width=690, color_scheme="dark")
    page.emulate_media(media="print")
    page.wait_for_selector("#appendix article")
    assert page.locator("#appendix article").count() == 53
    assert page.evaluate("document.documentElement.scrollWidth") <= 690
    assert page.locator(".tools:visible, input:visible").count() == 0
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    page.emulate_media(media="screen")
    count(page, "#appendix article", 0)


def test_it_prints_on_a4(show: Open) -> None:
    page = show("lenet5")
    printed = page.pdf(prefer_css_page_size=True)
    assert re.search(rb"/MediaBox \[\s*0 0 59[45][.\d]* 84[12][.\d]*\s*\]", printed)


@pytest.fixture
def server(folder: Path) -> Iterator[str]:
    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            return

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(folder))) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()


def test_it_runs_from_a_server(opened: Open, server: str) -> None:
    page = opened(f"{server}/lenet5.html#layer=c3")
    assert selected(page)["row"] == "c3"


def test_it_runs_as_a_guest_without_an_origin(opened: Open, folder: Path, tmp_path: Path) -> None:
    text = (folder / "resnet50.html").read_text(encoding="utf-8")
    frame = f'<iframe sandbox="allow-scripts allow-downloads" style="width:1100px;height:800px" srcdoc="{escape(text)}"></iframe>'
    (tmp_path / "host.html").write_text(f"<!doctype html><meta charset=utf-8><title>host</title>{frame}", encoding="utf-8")
    page = opened(tmp_path / "host.html")
    guest = page.frame_locator("iframe")
    guest.locator("#table tbody tr", has_text="layer3.2.conv2").click()
    assert guest.locator("#h-card").text_content() == "Layer layer3.2.conv2"
    guest.locator("#lang").click()
    assert "感受野" in (guest.locator("#h-field").text_content() or "")


def test_a_network_of_a_thousand_layers_answers(tmp_path: Path, opened: Open) -> None:
    """Without a clock: that it is one row a layer, and few blocks. docs/report-page.md has the times."""
    write(tmp_path, "long", Summary(long(999)))
    page = opened(tmp_path / "long.html")
    assert page.locator("#strip .block").count() <= MOST
    count(page, "#table tbody tr", 999)
    page.locator("#table tbody tr").nth(900).click()
    assert selected(page)["row"] == selected(page)["field"]
    page.locator("#strip .block").first.focus()
    for _ in range(3):
        page.keyboard.press("Enter")
    assert page.evaluate(OVERLAPS) == 0
