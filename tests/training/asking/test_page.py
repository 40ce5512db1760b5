"""The page in a browser: dropped, chosen, typed; both languages, both schemes, 390 pixels, the keyboard alone."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("uvicorn")
from convlens.training.run import Run
from convlens.training.serving.page import ROOM
from tests.training.asking.conftest import COLOURS, paint, tone
from tests.training.asking.test_serving import Served

DROP = """([name, bytes]) => {
  const moved = new DataTransfer();
  moved.items.add(new File([new Uint8Array(bytes)], name));
  for (const kind of ["dragenter", "dragover", "drop"])
    document.getElementById("drop").dispatchEvent(new DragEvent(kind, {dataTransfer: moved, bubbles: true, cancelable: true}));
}"""


@pytest.fixture
def opened(browser: Any) -> Iterator[Callable[..., Any]]:
    """Opens the page of a run; afterwards it may have asked nobody but its own server, and complained about nothing."""
    closing: list[Any] = []
    faults: list[str] = []
    asked: list[str] = []

    def open_(run: Run, *, width: int = 1000, lang: str = "en", **settings: Any) -> Any:
        served = Served(run, lang)
        context = browser.new_context(viewport={"width": width, "height": 900}, **settings)
        closing.extend((context, served))
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda message: faults.append(message.text))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(served.address)
        page.served = served
        return page

    yield open_
    for each in closing:
        each.close()
    assert [fault for fault in faults if "422" not in fault and "ERR_CONNECTION" not in fault] == []
    assert [url for url in asked if not url.startswith(("data:", "http://127.0.0.1:")) or url.endswith("favicon.ico")] == []


def answer(page: Any, begins: str) -> None:
    page.wait_for_function(
        "begins => document.getElementById('status').textContent.startsWith(begins)", arg=begins, timeout=15000
    )


def test_a_picture_is_chosen_then_another_dropped(opened: Callable[..., Any], run: Run, tmp_path: Path) -> None:
    page = opened(run)
    assert not page.is_visible("#found")
    page.set_input_files("#file", str(paint(tmp_path / "a.png", COLOURS["cat"], 1, size=40)))
    answer(page, "cat, ")
    assert page.locator("#classes tr").count() == 3
    assert page.locator("#classes th").first.text_content() == "cat"
    share = float(page.locator("#classes td.number").first.text_content().removesuffix(" %"))
    bars = page.evaluate(
        "[...document.querySelectorAll('.share')].map(bar => bar.getBoundingClientRect().width / bar.parentElement.clientWidth)"
    )
    assert bars[0] == pytest.approx(share / 100, abs=0.02)
    loaded = page.evaluate("[...document.images].map(image => image.naturalWidth)")
    assert loaded == [12] + [10] * 4 + [8] * 4
    page.evaluate(DROP, ["b.png", list(paint(tmp_path / "b.png", COLOURS["dog"], 1).read_bytes())])
    answer(page, "dog, ")
    assert "b.png" in page.text_content("#seen-text")


def test_what_is_no_picture_is_said_and_the_page_goes_on(opened: Callable[..., Any], run: Run, tmp_path: Path) -> None:
    page = opened(run)
    page.evaluate(DROP, ["<img src=x onerror=alert(1)>.png", [1, 2, 3]])
    page.wait_for_selector("#error:visible")
    assert "begins like none" in page.text_content("#error")
    assert not page.is_visible("#found")
    page.set_input_files("#file", str(paint(tmp_path / "a.png", COLOURS["fish"], 1)))
    answer(page, "fish, ")
    assert not page.is_visible("#error")


def test_a_sentence_by_the_keyboard_alone(opened: Callable[..., Any], text_run: Run) -> None:
    page = opened(text_run)
    for _ in range(5):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "text":
            break
    page.keyboard.type("a bad xyzzy")
    page.keyboard.press("Enter")
    answer(page, "blame, ")
    assert page.locator(".word").count() == 3
    assert "not known" in page.locator(".word.unknown").text_content()
    assert not page.is_visible("#s-seen")


def test_a_sound(opened: Callable[..., Any], sound_run: Run, tmp_path: Path) -> None:
    page = opened(sound_run)
    page.set_input_files("#file", str(tone(tmp_path / "a.wav", 305, 4)))
    answer(page, "low, ")
    assert page.evaluate("document.querySelector('#seen img').naturalHeight") == 40


def test_both_languages(opened: Callable[..., Any], run: Run, tmp_path: Path) -> None:
    page = opened(run, lang="zh")
    assert page.text_content("#h-ask") == "向网络提问"
    page.set_input_files("#file", str(paint(tmp_path / "a.png", COLOURS["cat"], 1)))
    answer(page, "cat，")
    page.click("#lang")
    assert page.text_content("#h-classes") == "Probabilities"
    assert page.evaluate("document.documentElement.lang") == "en"
    answer(page, "cat, ")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_narrow_screen_shows_all_and_can_be_read(scheme: str, opened: Callable[..., Any], run: Run, tmp_path: Path) -> None:
    """Nothing sticks out at 390 pixels, and axe finds no fault of contrast, names or roles."""
    from axe_core_python.sync_playwright import Axe

    page = opened(run, width=390, color_scheme=scheme, bypass_csp=True)  # for axe alone, which is a script of its own
    page.set_input_files("#file", str(paint(tmp_path / "a.png", COLOURS["cat"], 1)))
    answer(page, "cat, ")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert [(fault["id"], fault["nodes"][0]["html"]) for fault in Axe().run(page)["violations"]] == []


def test_a_server_that_has_ended_is_said(opened: Callable[..., Any], run: Run, tmp_path: Path) -> None:
    page = opened(run)
    page.served.close()
    page.set_input_files("#file", str(paint(tmp_path / "a.png", COLOURS["cat"], 1)))
    page.wait_for_selector("#error:visible")
    assert "does not answer" in page.text_content("#error")


def test_the_words_of_both_languages_are_the_same_ones() -> None:
    from convlens.pageparts.assembly import words

    found = words(ROOM, shared=False)
    assert found["en"].keys() == found["zh"].keys()
    assert all(text.encode("gbk") for text in found["zh"].values())
