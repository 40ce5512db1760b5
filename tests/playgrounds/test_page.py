"""What the page keeps wherever it is opened: it asks for nothing, stays readable, and shows what is wrong instead of freezing."""

import functools
import html
import re
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from convlens.playgrounds.page import page
from convlens.playgrounds.play import playground_page
from tests.playgrounds.conftest import Opened

KINDS = {
    "conv": "",
    "conv1": "axes=1&in=2&out=2&size=12",
    "conv3": "axes=3&in=2&out=1&size=5&dilation=1",
    "grouped": "in=4&out=4&groups=2&size=5&dilation=1",
    "reflect": "mode=reflect&dilation=1",
    "replicate": "mode=replicate&dilation=1",
    "circular": "mode=circular&dilation=1",
    "same": "rule=same&kernel=4&stride=1&dilation=1&size=6",
    "causal": "axes=1&rule=causal&stride=1&size=10",
    "flipped": "flip=1",
    "depthwise": "type=depthwise&dilation=1",
    "separable": "type=separable&dilation=1",
    "transposed": "type=transposed&dilation=1&size=3",
    "transposed3": "type=transposed&axes=3&in=1&out=1&size=2&dilation=1",
    "max": "type=max&dilation=1",
    "average": "type=avg&counted=&dilation=1",
    "large": "in=3&out=64&size=224&kernel=7&padding=3&dilation=1",
    "wide": "in=512&out=512&size=14&groups=32&dilation=1&stride=1",
    "uneven": "size=7x9&kernel=3x2&stride=2x1&padding=1%2B2x0&dilation=1x2",
    "columns": "im2col=1&in=4&out=4&groups=2&size=5&dilation=1",
    "own": "in=1&out=1&size=3&padding=0&stride=1&dilation=1&values=own&x=1_2_3_4_5_6_7_8_-9.5",
    "edited": "edit=x.0.1.1%3D50_w0.0.0.1.1%3D-3.5",
}


def test_the_file_is_small_and_ends_no_script_early() -> None:
    assert len(playground_page().encode()) < 60_000
    start = {"edit": "</script><script>alert(1)</script>", "at": "<!--"}
    text = page(start)
    assert text.count("</script>") == playground_page().count("</script>")
    assert "alert(1)</script>" not in text


def test_readable_and_packed_hold_the_same_code() -> None:
    plain = page({}, packed=False)
    assert "function made(name, low, count, index)" in plain
    assert len(page({})) < len(plain) * 0.6


def test_nothing_in_the_file_points_elsewhere() -> None:
    found = set(re.findall(r"https?://[^\s\"'<>`)]+", page({}, packed=False)))
    assert found <= {"http://www.w3.org/2000/svg"}


@pytest.mark.parametrize("settings", KINDS.values(), ids=KINDS)
def test_every_kind_opens_in_both_languages(visit: Any, settings: str) -> None:
    """No complaint, no request (`visit`), cells within the cap, nothing wider than the window or upon another, no empty word."""
    page = visit(settings).page
    for lang in ("en", "zh-CN"):
        assert page.locator("html").get_attribute("lang") == lang
        assert page.locator("#form .bad").count() == 0
        assert 0 < page.locator("#picture td").count() <= 2000
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        text = page.locator("body").inner_text()
        assert "undefined" not in text
        assert "NaN" not in text
        _no_overlap(page)
        page.locator("#lang").click()


def _no_overlap(page: Any) -> None:
    boxes = page.evaluate(
        "[...document.querySelectorAll('#picture table')].map(e => { const b = e.getBoundingClientRect(); return [b.left, b.top, b.right, b.bottom] })"
    )
    for at, one in enumerate(boxes):
        for other in boxes[at + 1 :]:
            assert one[2] <= other[0] + 1 or other[2] <= one[0] + 1 or one[3] <= other[1] + 1 or other[3] <= one[1] + 1


@pytest.mark.parametrize("settings", KINDS.values(), ids=KINDS)
def test_a_phone_scrolls_in_one_direction(visit: Any, settings: str) -> None:
    page = visit(settings, viewport={"width": 390, "height": 844}).page
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert not page.locator("#drawer").evaluate("e => e.open")
    page.locator("#drawer summary").click()
    assert page.locator("#f-kernel").is_visible()


@pytest.mark.parametrize("width", [390, 1200])
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_no_text_is_smaller_than_eleven_pixels(visit: Any, width: int, lang: str) -> None:
    page = visit(f"lang={lang}&chapter=1", viewport={"width": width, "height": 900}).page
    small = page.evaluate("""() => [...document.querySelectorAll('body *')].filter(e => [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim()) &&
        e.getClientRects().length && !e.closest('mfrac') && parseFloat(getComputedStyle(e).fontSize) < 11).map(e => e.outerHTML.slice(0, 80))""")
    assert small == []


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def served(tmp_path: Path) -> Iterator[str]:
    """A folder with the page, and one that holds it in a sandboxed frame."""
    text = playground_page("Conv2d(1, 1, 3)", (1, 1, 5, 5))
    (tmp_path / "index.html").write_text(text, encoding="utf-8")
    frame = f'<!doctype html><title>t</title><link rel="icon" href="data:,"><iframe sandbox="allow-scripts allow-downloads" style="width:100%;height:900px" srcdoc="{html.escape(text)}"></iframe>'
    (tmp_path / "frame.html").write_text(frame, encoding="utf-8")
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(tmp_path)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()


def test_it_works_from_a_server(browser: Any, served: str) -> None:
    opened = Opened(browser, f"{served}/index.html")
    assert opened.page.locator("#code").inner_text() == "nn.Conv2d(1, 1, 3)"
    assert opened.complaints == []
    assert {url for url in opened.requests if not url.startswith("data:")} == {f"{served}/index.html"}
    opened.context.close()


def test_it_works_in_a_sandboxed_frame(browser: Any, served: str) -> None:
    """There `history.replaceState` throws, and nothing may be stored."""
    context = browser.new_context(viewport={"width": 1200, "height": 900})
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda m: complaints.append(m.text) if m.type in ("error", "warning") else None)
    page.on("pageerror", lambda e: complaints.append(str(e)))
    page.goto(f"{served}/frame.html")
    frame = page.frame_locator("iframe")
    frame.locator("[data-key='y0:0:2.2']").click()
    assert "y[0, 2, 2]" in frame.locator("#sums").inner_text()
    frame.locator("#f-kernel").fill("2")
    assert frame.locator("#code").inner_text() == "nn.Conv2d(1, 1, 2)"
    with page.expect_download() as saved:
        frame.locator("#svg").click()
    assert saved.value.suggested_filename == "conv2d_k2s1p0d1_1x5x5-1x4x4.svg"
    for button, ending in (("#png", ".png"), ("#html", ".html")):
        with page.expect_download() as saved:
            frame.locator(button).click()
        assert saved.value.suggested_filename.endswith(ending)
        assert saved.value.path().stat().st_size > 4000
    assert [c for c in complaints if "allow-scripts" not in c] == []
    context.close()


HOSTILE = [
    "size=<img src=x onerror=window.bad=1>", "kernel=__proto__", "type=constructor", "lang=__proto__", "edit=x.0.1.1=<b>_w0.9.9=1e999_x=_=",
    "at=y9:99:1.1", "at=y0:0:-5.99", "at=x0:0", "at=<script>", "chapter=99", "chapter=<b>", "in=9999&out=9999&kernel=99&size=9999",
    "values=toString", "padding=1+2+3", "size=1e9", "groups=0", "seed=-1&values=random", "axes=9", "unknown=1", "%00=%00", "batch=<b>",
]  # fmt: skip


@pytest.mark.parametrize("settings", HOSTILE)
def test_a_hostile_address_is_only_text(visit: Any, settings: str) -> None:
    page = visit(quote(settings, safe="=&:")).page
    assert page.evaluate("window.bad") is None
    assert page.locator("#picture td").count() > 0
    assert page.locator("#picture img, #form img, #picture script").count() == 0


INVALID = {
    "kernel": ("dilation=9", "kernel 3 with dilation 9 covers 19, the padded input is 9", ["kernel 1", "padding 6", "dilation 4", "input size 17"]),
    "groups": ("groups=2", "2 groups do not divide the 3 channels (channels in)", ["groups 1", "channels in 2"]),
    "stride": ("stride=0", "whole numbers from 1 to 99", ["stride 1"]),
    "mode": ("mode=reflect&padding=9&dilation=1", "reflect can pad at most 6 of 7 pixels, not 9", ["padding 6"]),
    "padding": ("type=max&kernel=2&padding=2&dilation=1", "at most half the kernel: 1", ["padding 1", "kernel 4"]),
    "extra": ("type=transposed&extra=3&dilation=1", "output padding 3 must be below stride 2", ["output padding 1"]),
    "size": ("size=abc", "whole numbers from 1 to 9999", ["input size 7"]),
    "rule": ("rule=causal", "causal needs one axis", []),
}  # fmt: skip


@pytest.mark.parametrize(("field", "case"), INVALID.items(), ids=INVALID)
def test_an_impossible_setting_says_why_and_what_would_do(visit: Any, field: str, case: tuple[str, str, list[str]]) -> None:
    settings, why, offers = case
    page = visit(settings).page
    wrong = page.locator(f"#e-{field}")
    assert why in wrong.inner_text()
    assert set(offers) <= set(wrong.locator("button").all_inner_texts())
    assert page.locator("#stale").is_visible()
    assert "old" in (page.locator("#picture").get_attribute("class") or "")
    assert page.locator("#picture td").count() > 0
    for at in range(wrong.locator("button").count()):
        again = visit(settings).page
        again.locator(f"#e-{field} button").nth(at).click()
        assert again.locator("#form .bad").count() == 0
        assert again.locator("#stale").is_hidden()


def test_the_last_picture_stays_while_a_setting_is_impossible(visit: Any) -> None:
    page = visit("in=1&out=1").page
    before = page.locator("#picture").inner_text()
    page.locator("#f-kernel").fill("")
    assert page.locator("#picture").inner_text() == before
    page.locator("[data-key='y0:0:0.0']").click()
    assert "y[0, 0, 0]" in page.locator("#sums").inner_text()
    page.locator("#f-kernel").fill("5")
    assert page.locator("#stale").is_hidden()


def test_forced_colours_reduced_motion_and_print(visit: Any) -> None:
    page = visit("", forced_colors="active", reduced_motion="reduce").page
    lit = page.locator("td.lit").first
    assert lit.evaluate("e => getComputedStyle(e).outlineStyle") == "solid"
    assert lit.evaluate("e => getComputedStyle(e).transitionDuration") == "0s"
    before = page.locator("#count").inner_text()
    page.wait_for_timeout(1200)
    assert page.locator("#count").inner_text() == before
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    assert page.locator("#sheet svg").count() == 18
    assert "18 of 18 steps" in page.locator("#sheet").inner_text()
    for hidden in ("#drawer", ".player", ".acts", ".saves", "#pick"):
        assert page.locator(hidden).first.is_hidden()


A4 = 794 - 2 * 45
"""The width of a sheet between its margins of 12 mm, in CSS pixels."""


@pytest.mark.parametrize(
    "settings", [*KINDS.values(), "axes=1&in=1&out=1&size=24&values=random&weights=blur&stride=1&dilation=1", "im2col=1&lang=zh"]
)
def test_a_printed_page_has_no_text_below_eleven_pixels(visit: Any, settings: str) -> None:
    """Each step of the contact sheet at its own size on A4: none is shrunk, none is wider than the sheet, all text in its frame."""
    page = visit(settings, viewport={"width": A4, "height": 1000}).page
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    assert page.evaluate("document.documentElement.scrollWidth") <= A4
    pictures = page.locator("#sheet svg").evaluate_all("""all => all.slice(0, 8).map(svg => {
      const frame = svg.getBoundingClientRect(), texts = [...svg.querySelectorAll('text')], boxes = texts.map(e => e.getBoundingClientRect())
      return {scale: frame.width / svg.viewBox.baseVal.width, font: Math.min(...texts.map(e => parseFloat(getComputedStyle(e).fontSize))),
        inside: boxes.every(b => b.left >= frame.left - 1 && b.right <= frame.right + 1 && b.bottom <= frame.bottom + 1)}
    })""")
    assert pictures
    for one in pictures:
        assert one["inside"]
        assert one["font"] * one["scale"] >= 10.99
    page.evaluate("dispatchEvent(new Event('afterprint'))")


def test_many_steps_are_sampled_and_say_so(visit: Any) -> None:
    page = visit("out=4&stride=1&dilation=1").page
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator("#sheet svg").count() == 64
    assert page.locator("#sheet p").text_content() == "64 of 196 steps"


def test_colour_never_stands_alone(visit: Any) -> None:
    page = visit("in=4&out=4&groups=2&size=5&dilation=1&stride=1").page
    assert page.locator("td.lit").first.evaluate("e => [getComputedStyle(e).outlineWidth, getComputedStyle(e).fontWeight]") == [
        "2px",
        "700",
    ]
    assert "gradient" in page.locator("td.pad").first.evaluate("e => getComputedStyle(e).backgroundImage")
    lanes = page.locator(".col.x .lane").all_inner_texts()
    assert lanes == ["A", "A", "B", "B"]


def test_formulas_are_mathml_with_their_text(visit: Any) -> None:
    page = visit("").page
    texts = page.locator("math").evaluate_all("all => all.map(e => e.getAttribute('alttext'))")
    assert texts == [
        "H = W = floor((7 + 1 + 1 − 2·(3 − 1) − 1) / 2) + 1 = floor(4 / 2) + 1 = 3",
        "parameters: 2·3·3·3 + 2 = 56",
        "MACs: 2·3·3·3·3·3 = 486",
    ]
    page.locator("mn[data-sym=stride]").first.click()
    assert "sym" in (page.locator(".field[data-for=stride]").get_attribute("class") or "")
    page.locator(".symbols [data-sym=padding]").focus()
    assert page.locator("mn.sym").count() == 2
    page.locator("#f-dilation").focus()
    assert page.locator("mn.sym").text_content() == "2"
