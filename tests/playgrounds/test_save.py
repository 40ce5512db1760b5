"""What leaves the page: its address, the code, the picture, the record."""

import json
import re
import shlex
from pathlib import Path
from random import Random
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from PIL import Image

import convlens
from convlens.playgrounds.page import page as page_of
from tests.playgrounds.answers import answer
from tests.playgrounds.conftest import Opened
from tests.playgrounds.random_layers import layers


def test_the_address_holds_everything(visit: Any) -> None:
    page = visit("").page
    page.locator("#type").select_option("transposed")
    page.locator("#f-dilation").fill("1")
    page.locator("#f-size").fill("3x4")
    page.locator("[data-key='x0:1:2.3']").click()
    page.locator("#edit").fill("2.5")
    page.keyboard.press("Enter")
    page.locator("#lang").click()
    shown = [page.locator(part).inner_text() for part in ("#code", "#facts", "#sums", "#picture")]
    again = visit(page.url.split("#")[1]).page
    assert [again.locator(part).inner_text() for part in ("#code", "#facts", "#sums", "#picture")] == shown
    assert "2.5" in shown[3]


def test_only_what_was_changed_stands_in_the_address(visit: Any) -> None:
    assert visit("").page.url.split("#")[1] == "at=y0%3A0%3A1.1"


def test_the_code_is_copied_or_shown(visit: Any) -> None:
    page = visit("").page
    page.evaluate(
        "Object.defineProperty(navigator, 'clipboard', {value: {writeText: text => { window.copied = text; return Promise.resolve() }}})"
    )
    page.locator("#copy").click()
    assert page.evaluate("window.copied") == "nn.Conv2d(3, 2, 3, stride=2, padding=1, dilation=2)"
    page.locator("#link").click()
    assert page.evaluate("window.copied").startswith("file:///")
    page.evaluate("navigator.clipboard.writeText = () => Promise.reject(new Error('no')); document.execCommand = () => false")
    page.locator("#copy").click()
    assert "nn.Conv2d" in page.locator("#dtext").inner_text()


def test_the_picture_is_svg_inside_its_frame(visit: Any, tmp_path: Path) -> None:
    for settings, name in [("", "conv2d_k3s2p1d2_3x7x7-2x3x3.svg"), ("type=transposed&size=2x3&dilation=1", "transposed2d_k3s2p1d1_3x2x3-2x3x5.svg"),
                           ("type=separable&dilation=1", "separable2d_k3s2p1d1_3x7x7-2x4x4.svg")]:  # fmt: skip
        page = visit(settings).page
        with page.expect_download() as saved:
            page.locator("#svg").click()
        assert saved.value.suggested_filename == name
        saved.value.save_as(tmp_path / name)
        text = (tmp_path / name).read_text(encoding="utf-8")
        svg = ET.fromstring(text)
        _, _, width, height = map(float, svg.attrib["viewBox"].split())
        boxes = [
            {k: float(e.attrib[k]) for k in ("x", "y", "width", "height")}
            for e in svg.iter()
            if e.tag.endswith("rect") and "x" in e.attrib
        ]
        assert all(b["x"] >= 0 and b["x"] + b["width"] <= width and b["y"] >= 0 and b["y"] + b["height"] <= height for b in boxes)
        assert min(map(int, re.findall(r"(\d+)px", text))) >= 11
        assert len(boxes) >= page.locator("#picture td[data-cell]").count()


def test_the_record_says_what_python_says(visit: Any, tmp_path: Path) -> None:
    page = visit("").page
    with page.expect_download() as saved:
        page.locator("#json").click()
    saved.value.save_as(tmp_path / "a.json")
    record = json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))
    report = convlens.layer(record["code"].removeprefix("nn."), (1, *record["input"]))
    assert record["schema"] == "convlens/play/1"
    assert [1, *record["output"]] == report.to_dict()["outputs"][0]
    assert int(record["params"]) == report.to_dict()["params"]
    assert record["value"] == report.trace((0, 1, 1)).value


def test_the_curves_are_exact_and_say_what_is_flat(visit: Any) -> None:
    page = visit("").page
    page.locator("#against").select_option("padding")
    assert "padding does not change parameters" in page.locator("#cost").inner_text()
    assert page.locator("#exact").inner_text() == "padding 1 (this layer): parameters 56, MACs 486, output W 3"
    page.locator("#at").focus()
    page.keyboard.press("ArrowRight")
    report = convlens.layer("Conv2d(3, 2, 3, stride=2, padding=2, dilation=2)", (1, 3, 7, 7)).to_dict()
    assert (
        page.locator("#exact").inner_text()
        == f"padding 2: parameters {report['params']}, MACs {report['macs']}, output W {report['outputs'][0][-1]}"
    )
    page.locator("#pick").click()
    assert "padding=2" in page.locator("#code").inner_text()
    rows = page.locator("#cost tbody tr").count()
    assert rows == 7


@pytest.mark.parametrize(("framework", "code"), [
    ("torch", "nn.Conv2d(4, 4, 3, groups=2)"), ("keras", "Conv2D(4, 3, groups=2)"),
    ("onnx", "Conv(kernel_shape=[3, 3], strides=[1, 1], pads=[0, 0, 0, 0], dilations=[1, 1], group=2)"),
])  # fmt: skip
def test_three_spellings(visit: Any, framework: str, code: str) -> None:
    page = visit("in=4&out=4&groups=2&stride=1&padding=0&dilation=1").page
    page.locator("#fw").select_option(framework)
    assert page.locator("#code").inner_text() == code


def saved(page: Any, button: str, folder: Path) -> Path:
    with page.expect_download() as got:
        page.locator(button).click()
    path = folder / got.value.suggested_filename
    got.value.save_as(path)
    return path


@pytest.mark.parametrize("settings", ["", "lang=zh&type=separable&dilation=1", "axes=1&in=2&size=400&dilation=1"])
def test_the_picture_in_pixels(visit: Any, tmp_path: Path, settings: str) -> None:
    page = visit(settings).page
    path = saved(page, "#png", tmp_path)
    image = Image.open(path)
    svg = ET.fromstring(saved(page, "#svg", tmp_path).read_text(encoding="utf-8"))
    assert image.size == (2 * int(svg.attrib["width"]), 2 * int(svg.attrib["height"]))
    colours = {colour for _, colour in image.convert("RGB").getcolors(1 << 24)}
    assert {(230, 159, 0), (86, 180, 233), (43, 191, 147)} <= colours


def test_the_picture_says_the_sum(visit: Any, tmp_path: Path) -> None:
    page = visit("at=y0:0:1.2").page
    svg = ET.fromstring(saved(page, "#svg", tmp_path).read_text(encoding="utf-8"))
    words = [e.text for e in svg.iter() if e.get("class") == "c b"]
    assert " ".join(filter(None, words)) == page.locator("#live").text_content()


@pytest.mark.parametrize(
    "settings",
    [
        "",
        "lang=zh&type=transposed&dilation=1&size=3&at=x0:0:1.1",
        "size=30&in=1&edit=x.0.1.1%3D50&im2col=1",
        "chapter=3",
        "dilation=9",
    ],
)
def test_the_page_saves_itself_as_it_is(visit: Any, browser: Any, tmp_path: Path, settings: str) -> None:
    """Opened again, the copy shows the same, and saves the same copy."""
    page = visit(settings).page
    shown = [page.locator(part).inner_text() for part in ("#code", "#picture", "#notes", "#columns", "#chapter")]
    path = saved(page, "#html", tmp_path)
    assert path.stat().st_size < 60_000
    again = Opened(browser, path.as_uri())
    assert [again.page.locator(part).inner_text() for part in ("#code", "#picture", "#notes", "#columns", "#chapter")] == shown
    (tmp_path / "second").mkdir()
    assert saved(again.page, "#html", tmp_path / "second").read_bytes() == path.read_bytes()
    assert again.complaints == []
    again.context.close()


def test_a_copy_keeps_pasted_numbers_and_stays_only_text(visit: Any, browser: Any, tmp_path: Path) -> None:
    page = visit("in=1&out=1&size=30&kernel=3&stride=1&padding=0&dilation=1").page
    page.evaluate("document.getElementById('paste').click()")
    page.locator("#own-text").fill(" ".join(["3.25"] * 900))
    page.locator("#own-use").click()
    page.locator("#f-size").fill("30x</script><script>window.bad=1</script>")
    path = saved(page, "#html", tmp_path)
    again = Opened(browser, path.as_uri())
    assert again.page.evaluate("window.bad") is None
    again.page.locator("#f-size").fill("30")
    assert set(again.page.locator("#picture td.x").all_inner_texts()) == {"3.25"}
    again.context.close()


def test_the_readable_page_saves_itself_too(browser: Any, tmp_path: Path) -> None:
    plain = tmp_path / "plain.html"
    plain.write_text(page_of({"in": "1", "out": "1"}, packed=False), encoding="utf-8")
    one = Opened(browser, plain.as_uri())
    one.page.locator("#f-kernel").fill("2")
    again = Opened(browser, saved(one.page, "#html", tmp_path).as_uri())
    assert again.page.locator("#code").inner_text() == one.page.locator("#code").inner_text()
    assert one.complaints == again.complaints == []
    one.context.close()
    again.context.close()


def test_the_command_for_a_film_draws_this_layer(browser: Any, file: Path) -> None:
    """Of random layers: the command is read as a shell does, and convlens draws it with the page's output and numbers."""
    page = browser.new_page()
    page.goto(file.as_uri())
    page.wait_for_function("window.convlens")
    draw, met = Random(2), 0
    for call, shape in layers(120, seed=4):
        record = answer(call, shape, draw)
        if not record["legal"]:
            continue
        command = page.evaluate(
            "settings => { const {s, nodes} = convlens.read(settings); return convlens.drawCommand({s, nodes}) }",
            record["settings"],
        )
        if command is None:
            continue
        words = shlex.split(command)
        assert words[:2] == ["convlens", "draw"]
        report = convlens.layer(words[2], words[4])
        own = report.to_dict()
        assert (own["params"], sorted(own["outputs"][0])) == (
            record["params"],
            sorted([*([1] if record["settings"]["batch"] else []), *record["output"]]),
        )
        met += 1
    page.close()
    assert met > 60


@pytest.mark.parametrize("settings", ["size=224&dilation=1", "in=64&out=64&size=14&stride=1&dilation=1"])
def test_a_layer_that_is_too_large_to_draw_has_no_command(visit: Any, settings: str) -> None:
    assert "too large" in visit(settings).page.locator("#gif").inner_text()


def test_a_layer_without_a_single_call_has_no_command(visit: Any) -> None:
    page = visit("kernel=2&padding=1%2B0&stride=2&dilation=1").page
    assert page.locator("#gif").inner_text() == "not of this layer: it is too large to draw, or no single call makes it"
    assert page.locator("#copyGif").is_hidden()
    page.locator("#f-padding").fill("0")
    assert page.locator("#gif").inner_text() == 'convlens draw "Conv2d(3, 2, 2, stride=2)" --input 1x3x7x7 -o layer.gif'
