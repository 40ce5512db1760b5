"""What leaves the page: its address, the code, the picture, the record."""

import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

import convlens


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
