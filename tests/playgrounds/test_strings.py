"""Both languages say the same things: same keys, same places to fill in, nothing left in English by mistake."""

import re
from typing import Any

import pytest


@pytest.fixture(scope="module")
def strings(browser: Any, file: Any) -> dict[str, dict[str, str]]:
    page = browser.new_page()
    page.goto(file.as_uri())
    page.wait_for_function("window.convlens")
    found: dict[str, dict[str, str]] = page.evaluate("convlens.strings")
    page.close()
    return found


def test_the_same_keys(strings: dict[str, dict[str, str]]) -> None:
    assert list(strings) == ["en", "zh"]
    assert list(strings["en"]) == list(strings["zh"])


def test_the_same_places(strings: dict[str, dict[str, str]]) -> None:
    for key, text in strings["en"].items():
        assert set(re.findall(r"\{\w+\}", text)) == set(re.findall(r"\{\w+\}", strings["zh"][key])), key


def test_chinese_is_chinese(strings: dict[str, dict[str, str]]) -> None:
    """But for names and signs that are the same in both."""
    alike = {key for key, text in strings["en"].items() if text == strings["zh"][key]}
    assert alike <= {"same", "sobel", "slice", "macs", "use"}
    chinese = [text for key, text in strings["zh"].items() if key not in alike | {"language", "colon", "comma", "and"}]
    assert all(re.search("[\u4e00-\u9fff]", text) for text in chinese)


def test_no_sentence_is_left_over(strings: dict[str, dict[str, str]]) -> None:
    """Every key is asked for by the page, by its name or as the value of a setting."""
    from importlib.resources import files

    room = files("convlens.playgrounds") / "page"
    code = "".join((room / name).read_text(encoding="utf-8") for name in (p.name for p in room.iterdir()) if name != "strings.js")
    asked = (
        set(re.findall(r"\w+", code))
        | {f"cell_{role}" for role in "xwys"}
        | {f"t{n}{part}" for n in range(1, 11) for part in ("", "a", "q")}
    )
    assert sorted(set(strings["en"]) - asked) == []
