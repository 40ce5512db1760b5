"""Everything by keyboard, and what lights up for what is chosen."""

from typing import Any

import pytest

SMALL = "in=1&out=1&size=5&stride=1&dilation=1"


def chosen(page: Any) -> str:
    found: str = page.evaluate("document.activeElement.dataset.key")
    return found


def tab_to(page: Any, tensor: str) -> None:
    """Press Tab until a cell of this tensor has the focus, as a person would."""
    for _ in range(80):
        page.keyboard.press("Tab")
        if (chosen(page) or "").startswith(tensor + ":"):
            return
    raise AssertionError(f"no tab stop in {tensor}")


def test_each_tensor_is_one_tab_stop(visit: Any) -> None:
    page = visit("").page
    stops = page.locator("#picture td[tabindex='0']").evaluate_all("all => all.map(e => e.dataset.key.split(':')[0])")
    assert stops == ["x0", "w0", "y0"]
    assert page.locator("table[role=grid]").count() == 3 + 6 + 2


def test_arrows_move_the_output_and_stop_at_its_border(visit: Any) -> None:
    page = visit("out=2").page
    tab_to(page, "y0")
    assert chosen(page) == "y0:0:1.1"
    for key, where in [
        ("ArrowRight", "1.2"),
        ("ArrowRight", "1.2"),
        ("ArrowUp", "0.2"),
        ("ArrowUp", "0.2"),
        ("Home", "0.0"),
        ("End", "0.2"),
    ]:
        page.keyboard.press(key)
        assert chosen(page) == f"y0:0:{where}"
    page.keyboard.press("PageDown")
    assert chosen(page) == "y0:1:0.2"
    page.keyboard.press("PageDown")
    assert chosen(page) == "y0:1:0.2"
    page.keyboard.press("PageUp")
    assert chosen(page) == "y0:0:0.2"
    assert page.locator("#sums h3").inner_text() == "y[0, 0, 2] is a sum of 27 products"


def test_depth_has_its_own_keys(visit: Any) -> None:
    page = visit("axes=3&in=1&out=1&size=5&stride=1&padding=0&dilation=1").page
    tab_to(page, "y0")
    page.keyboard.press("Shift+ArrowDown")
    assert chosen(page) == "y0:0:2.1.1"
    page.keyboard.press("Shift+ArrowUp")
    page.keyboard.press("Shift+ArrowUp")
    assert chosen(page) == "y0:0:0.1.1"


def test_one_axis_moves_and_changes_channel(visit: Any) -> None:
    page = visit("axes=1&in=2&out=2&size=9&dilation=1&stride=1").page
    tab_to(page, "y0")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    assert chosen(page) == "y0:1:5"


def test_a_windowed_picture_follows_the_cursor(visit: Any) -> None:
    page = visit("in=1&out=1&size=30&stride=1&padding=0&dilation=1&at=y0:0:0.0").page
    tab_to(page, "y0")
    for _ in range(12):
        page.keyboard.press("ArrowRight")
    assert chosen(page) == "y0:0:0.12"
    assert page.locator("[data-key='y0:0:0.12']").is_visible()
    assert page.locator("[data-key='y0:0:0.0']").count() == 0


def test_steps_and_playing(visit: Any) -> None:
    page = visit(SMALL).page
    page.locator("h1").click()
    first = page.locator("#count").inner_text()
    assert first == "13 / 25"
    page.keyboard.press("]")
    assert page.locator("#count").inner_text() == "14 / 25"
    page.keyboard.press("[")
    page.keyboard.press("[")
    assert page.locator("#count").inner_text() == "12 / 25"
    page.locator("#pace").select_option("3")
    page.locator("h1").click()
    page.keyboard.press(" ")
    page.wait_for_function("document.getElementById('count').textContent === '14 / 25'")
    page.keyboard.press(" ")
    stopped = page.locator("#count").inner_text()
    page.wait_for_timeout(600)
    assert page.locator("#count").inner_text() == stopped


def test_play_visits_positions_first_and_channels_last(visit: Any) -> None:
    page = visit("in=1&out=2&size=3&padding=0&kernel=2&stride=1&dilation=1").page
    page.locator("#p-first").click()
    seen = []
    for _ in range(8):
        seen.append(page.locator("td.y.lit").get_attribute("data-key"))
        page.locator("#p-on").click()
    assert seen == [f"y0:{o}:{h}.{w}" for o in (0, 1) for h in (0, 1) for w in (0, 1)]


def test_help_escape_and_focus_ring(visit: Any) -> None:
    page = visit("").page
    tab_to(page, "y0")
    ring = page.evaluate(
        "(() => { const s = getComputedStyle(document.activeElement); return [s.outlineWidth, s.outlineStyle] })()"
    )
    assert ring == ["3px", "solid"]
    page.keyboard.press("?")
    assert page.locator("#dialog").is_visible()
    assert "PageDown" in page.locator("#dtext").inner_text()
    page.keyboard.press("Escape")
    assert page.locator("#dialog").is_hidden()


def test_the_sum_is_read_aloud(visit: Any) -> None:
    page = visit("").page
    tab_to(page, "y0")
    page.keyboard.press("ArrowRight")
    assert page.locator("#live").inner_text() == "y[0, 1, 2] is a sum of 27 products: 10 + (−7) + 5 + bias 0 = 8"
    assert page.evaluate("document.activeElement.ariaLabel") == "output, channel 0, [1, 2]: 8"


def test_enter_pins_and_escape_frees(visit: Any) -> None:
    page = visit(SMALL).page
    tab_to(page, "y0")
    page.keyboard.press("Enter")
    assert page.locator("td.y.pin").count() == 1
    page.keyboard.press("ArrowLeft")
    assert page.locator("td.y.pin").get_attribute("data-key") == "y0:0:2.2"
    assert page.locator("td.y.lit").get_attribute("data-key") == "y0:0:2.1"
    page.keyboard.press("Escape")
    assert page.locator("td.pin").count() == 0


def test_a_second_click_pins(visit: Any) -> None:
    page = visit(SMALL).page
    for _ in range(2):
        page.locator("[data-key='y0:0:0.0']").click()
    assert page.locator("td.pin").count() == 9 + 9 + 1
    page.locator("[data-key='y0:0:0.0']").click()
    assert page.locator("td.pin").count() == 0


def test_an_input_lights_what_it_reaches(visit: Any) -> None:
    page = visit(SMALL).page
    page.locator("[data-key='x0:0:0.0']").click()
    assert page.locator("td.y.lit").count() == 4
    assert page.locator("#sums h3").inner_text() == "x[0, 0, 0] reaches 4 outputs"
    page.locator("[data-key='x0:0:2.2']").click()
    assert page.locator("td.y.lit").count() == 9


def test_a_weight_lights_every_input_that_it_multiplies(visit: Any) -> None:
    page = visit(f"{SMALL}&padding=0").page
    tab_to(page, "w0")
    page.keyboard.press("ArrowRight")
    key = chosen(page)
    lit = page.locator("td.x.lit").evaluate_all("all => all.map(e => e.dataset.key)")
    row, col = map(int, key.split(":")[2].split("."))
    assert lit == [f"x0:0:{row + h}.{col + w}" for h in range(3) for w in range(3)]
    assert page.locator("td.y.lit").count() == 9


def test_numbers_are_edited_and_undone(visit: Any) -> None:
    page = visit(SMALL).page
    tab_to(page, "x0")
    page.keyboard.press("ArrowRight")
    key = chosen(page)
    page.keyboard.press("e")
    page.keyboard.type("-7")
    page.keyboard.press("Enter")
    assert page.locator(f"[data-key='{key}']").inner_text() == "−7"
    assert page.locator("#reset").inner_text() == "Undo 1 edited numbers"
    page.locator("#reset").click()
    assert page.locator(f"[data-key='{key}']").inner_text() != "−7"


def test_a_term_flashes_its_input_and_weight(visit: Any) -> None:
    page = visit(f"{SMALL}&padding=0").page
    page.locator(".terms button").first.focus()
    assert page.locator("td.flash").evaluate_all("all => all.map(e => e.dataset.key)") == ["x0:0:1.1", "w0:0.0:0.0"]
    page.keyboard.press("ArrowRight")
    assert page.locator("td.flash").evaluate_all("all => all.map(e => e.dataset.key)") == ["x0:0:1.2", "w0:0.0:0.1"]


@pytest.mark.parametrize(("at", "lit"), [("y0:0:0.0", 1), ("y0:0:2.2", 4)])
def test_both_views_of_a_transposed_convolution_move_together(visit: Any, at: str, lit: int) -> None:
    page = visit(f"type=transposed&in=1&out=1&size=3&padding=0&dilation=1&stride=2&at={at}").page
    assert page.locator("td.x.lit").count() == lit
    assert page.locator("td.w.lit").count() == lit
    assert page.locator("td.s.lit").count() == 9
    assert page.locator("td.s.lit:not(.pad):not(.gap)").count() == lit
    page.locator("td.s:not(.pad):not(.gap)").first.click()
    assert page.locator("td.y.lit").count() == 9


def test_both_stages_of_a_separable_convolution(visit: Any) -> None:
    page = visit("type=separable&in=3&out=2&size=5&stride=1&dilation=1&at=y1:0:2.2").page
    assert page.locator("td.x.lit").count() == 27
    assert page.locator("#sums h3").inner_text() == "y[0, 2, 2] is a sum of 3 products"
    page.locator("[data-key='y0:1:2.2']").click()
    assert page.locator("td.x.lit").count() == 9
    assert page.locator("#sums h3").inner_text() == "y[1, 2, 2] is a sum of 9 products"


def test_fields_step_with_the_arrows(visit: Any) -> None:
    page = visit(SMALL).page
    page.locator("#f-kernel").focus()
    page.keyboard.press("ArrowDown")
    assert page.locator("#code").inner_text() == "nn.Conv2d(1, 1, 2, padding=1)"
    assert page.evaluate("document.activeElement.id") == "f-kernel"
    page.locator("[data-to='stride'][data-by='1']").click()
    assert page.locator("#code").inner_text() == "nn.Conv2d(1, 1, 2, stride=2, padding=1)"
