"""The ten chapters: none is answered when it opens, each can be, and the page sees it."""

from typing import Any

import pytest

ANSWERS: list[dict[str, str]] = [
    {"at": "y0:0:1.2"}, {"in": "2"}, {"bias": "1"}, {"stride": "2"}, {"padding": "2"}, {"dilation": "3"}, {"groups": "2"},
    {"type": "separable"}, {"padding": "1", "extra": "1"}, {"stride": "2"},
]  # fmt: skip


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_question_has_an_answer(visit: Any, lang: str) -> None:
    page = visit(f"lang={lang}").page
    page.locator("#tour").click()
    for chapter, answer in enumerate(ANSWERS, 1):
        assert page.locator("#ct").inner_text().startswith(f"{chapter}. ")
        assert page.locator("#chapter .ok").inner_text() == ""
        for field, value in answer.items():
            _set(page, field, value)
        assert page.locator("#chapter .ok").inner_text() in ("✔ Right!", "✔ 对了！"), chapter
        if chapter < 10:
            page.locator("#c-next").focus()
            page.keyboard.press(" ")
    assert page.locator("#c-next").is_disabled()
    page.locator("#c-end").click()
    assert page.locator("#chapter").is_hidden()


def _set(page: Any, field: str, value: str) -> None:
    if field == "at":
        page.locator(f"[data-key='{value}']").click()
    elif field == "bias":
        page.locator("#f-bias").check()
    elif field == "type":
        page.locator("#type").select_option(value)
    else:
        page.locator(f"#f-{field}").fill(value)


def test_a_wrong_answer_is_not_taken(visit: Any) -> None:
    page = visit("").page
    page.locator("#tour").click()
    page.locator("[data-key='y0:0:2.1']").click()
    assert page.locator("#chapter .ok").inner_text() == ""


def test_another_way_round_the_question_is_not_taken(visit: Any) -> None:
    """Chapter 4 asks for a stride: a larger kernel makes 3x3 as well."""
    page = visit("chapter=4&in=1&out=1&size=7&kernel=3&stride=1&padding=0&dilation=1").page
    page.locator("#f-kernel").fill("5")
    assert "3 × 3" in page.locator("#facts").inner_text()
    assert page.locator("#chapter .ok").inner_text() == ""
