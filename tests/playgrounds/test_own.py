"""Pasted numbers: what is taken, what is refused and how it is said, where they are kept."""

from typing import Any

import pytest

SMALL = "in=1&out=1&size=3&kernel=2&stride=1&padding=0&dilation=1&bias="


def paste(page: Any, text: str, into: str = "x") -> None:
    page.locator("#paste").click()
    page.locator("#own-for").select_option(into)
    page.locator("#own-text").fill(text)
    page.locator("#own-use").click()


def numbers(page: Any, role: str) -> list[str]:
    found: list[str] = page.locator(f"#picture td.{role}").all_inner_texts()
    return found


@pytest.mark.parametrize("text", [
    "1,2,3\n4,5,6\n7,8,9", "1 2 3\n\n4\t5 6\r\n7; 8; 9\n", "1 2 3 4 5 6 7 8 9", "\n".join("123456789"), "1.0, 2e0, 3\n4,5,6\n+7,8,9,\n",
])  # fmt: skip
def test_numbers_in_lines(visit: Any, text: str) -> None:
    page = visit(SMALL).page
    paste(page, text)
    assert numbers(page, "x") == list("123456789")
    assert page.locator("#f-values").input_value() == "own"
    assert page.evaluate("document.activeElement.id") == "paste"


@pytest.mark.parametrize(("text", "said"), [
    ("1 2 3\n4 x 6\n7 8 9", "Line 2: “x” is not a number. Expected: 3 lines of 3 numbers."),
    ("1 2 3\n\n4 5\n7 8 9", "Line 3 has 2 numbers. Expected: 3 lines of 3 numbers (1 × 3 × 3)."),
    ("1 2 3\n4 5 6", "2 lines of numbers, the last is line 2. Expected: 3 lines of 3 numbers (1 × 3 × 3)."),
    ("", "0 lines of numbers, the last is line 0. Expected: 3 lines of 3 numbers (1 × 3 × 3)."),
    ("1 2 1e999\n4 5 6\n7 8 9", "Line 1: “1e999” is not a number. Expected: 3 lines of 3 numbers."),
    ("<img src=x onerror=window.bad=1>", "Line 1: “<img” is not a number. Expected: 3 lines of 3 numbers."),
    ("1 2 3\n" * 2_000, "2000 lines of numbers"),
])  # fmt: skip
def test_what_is_wrong_is_said_with_its_line(visit: Any, text: str, said: str) -> None:
    page = visit(SMALL).page
    before = numbers(page, "x")
    paste(page, text)
    assert page.locator("#own-wrong").inner_text().startswith(said[:20])
    if len(text) < 1000:
        assert page.locator("#own-wrong").inner_text() == said
    assert page.locator("#dialog").is_visible()
    page.keyboard.press("Escape")
    assert numbers(page, "x") == before
    assert page.evaluate("window.bad") is None


def test_the_numbers_of_now_stand_there_to_begin_with(visit: Any) -> None:
    page = visit("in=2&out=1&size=3&kernel=2&stride=1&padding=0&dilation=1&edit=x.0.0.0%3D-50").page
    page.locator("#paste").click()
    lines = page.locator("#own-text").input_value().split("\n")
    assert [len(line.split(", ")) for line in lines] == [3, 3, 3, 1, 3, 3, 3]
    assert lines[0].startswith("-50, ")
    before = page.locator("#picture").inner_text()
    page.locator("#own-use").click()
    assert page.locator("#picture").inner_text() == before
    assert "edit" not in page.url


def test_a_kernel_is_stored_as_it_is_pasted_and_turned_when_asked(visit: Any) -> None:
    page = visit(SMALL).page
    paste(page, "1 2\n3 4", "w0")
    assert numbers(page, "w") == list("1234")
    page.locator("#f-flip").check()
    assert numbers(page, "w") == list("4321")
    page.locator("#paste").click()
    page.locator("#own-for").select_option("w0")
    assert page.locator("#own-text").input_value() == "1, 2\n3, 4"


def test_each_stage_has_its_kernel(visit: Any) -> None:
    """A 1x1 kernel is a line for each filter, not one for each number."""
    page = visit("type=separable&in=2&out=3&size=3&kernel=2&stride=1&padding=0&dilation=1").page
    paste(page, "1 2\n3 4\n5 6", "w1")
    assert numbers(page, "w")[-6:] == list("123456")
    paste(page, "1 1\n1 1\n2 2\n2 2", "w0")
    assert numbers(page, "w")[:8] == list("11112222")
    assert numbers(page, "w")[-6:] == list("123456")


def test_the_address_keeps_them_if_they_are_few(visit: Any) -> None:
    page = visit(SMALL).page
    paste(page, "1 2 3\n4 5 6\n7 8 -9.5")
    assert "x=1_2_3_4_5_6_7_8_-9.5" in page.url
    again = visit(page.url.split("#")[1]).page
    assert numbers(again, "x") == [*"12345678", "−9.5"]


def test_many_are_kept_by_the_page_alone_which_it_says(visit: Any) -> None:
    page = visit("in=1&out=1&size=30&kernel=3&stride=1&padding=0&dilation=1").page
    paste(page, " ".join(["3.25"] * 900))
    assert set(numbers(page, "x")) == {"3.25"}
    assert "This page (HTML)” below keeps them" in page.locator("#long").inner_text()
    assert "3.25" not in page.url
    assert "values=own" not in page.url


def test_too_many_are_refused(visit: Any) -> None:
    page = visit("in=3&out=1&size=64&kernel=3&stride=1&padding=0&dilation=1").page
    paste(page, "1 2 3")
    assert page.locator("#own-wrong").inner_text() == "3 × 64 × 64 are 12,288 numbers; at most 4,096 can be pasted."


def test_another_shape_says_what_is_missing(visit: Any) -> None:
    page = visit(SMALL).page
    paste(page, "1 2 3\n4 5 6\n7 8 9")
    page.locator("#f-size").fill("4")
    wrong = page.locator("#e-values")
    assert "there are 9 own numbers, 1 × 4 × 4 needs 16" in wrong.inner_text()
    wrong.locator("button").first.click()
    assert page.locator("#f-values").input_value() == "digits"
    assert page.locator("#stale").is_hidden()


def test_asking_for_own_numbers_without_any_asks_for_them(visit: Any) -> None:
    page = visit(SMALL).page
    page.locator("#f-weights").select_option("own")
    assert page.locator("#own-for").input_value() == "w0"
    page.keyboard.press("Escape")
    assert page.locator("#f-weights").input_value() == "digits"


@pytest.mark.parametrize(
    "settings",
    ["values=own&x=1_b_3", "values=own&x=1_2", "values=own", "weights=own&w0=1_2_3_4_Infinity", "x=__proto__&w0=%3Cb%3E"],
)
def test_a_hostile_address_freezes_nothing(visit: Any, settings: str) -> None:
    page = visit(f"{SMALL}&{settings}").page
    assert page.locator("#picture td").count() > 0
    assert "NaN" not in page.locator("#picture").inner_text()
