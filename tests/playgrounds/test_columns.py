"""The view as a product of matrices: its columns are PyTorch's `unfold`, its product is the layer."""

import re
from random import Random
from typing import Any

import pytest
import torch
from torch.nn import functional

from tests.playgrounds.answers import answer
from tests.playgrounds.random_layers import layers

MATRICES = """settings => {
  const {s, nodes} = convlens.read(settings), values = convlens.numbers(s, nodes)
  return nodes.flatMap((node, n) => Array.from({length: node.groups}, (_, g) => {
    const m = convlens.unfolded({nodes, values}, n, g), all = k => Array.from({length: k}, (_, i) => i)
    return {x: all(m.rows).map(r => all(m.columns).map(j => m.entry(r, j))), w: all(m.filters).map(i => all(m.rows).map(r => m.weight(i, r))),
      y: all(m.filters).map(i => all(m.columns).map(j => values.value(n, m.first + i, m.place(j)))), b: all(m.filters).map(i => values.bias(n, m.first + i)),
      input: all(node.cin).map(c => n || node.size.length !== 2 ? [] : all(node.size[0]).map(h => all(node.size[1]).map(w => values.x(c, [h, w])))),
      stage: n, group: g, kernel: node.kernel, stride: node.stride, dilation: node.dilation, pads: node.pads, groups: node.groups, mode: node.mode}
  }))
}"""


@pytest.fixture(scope="module")
def matrices(browser: Any, file: Any) -> list[dict[str, Any]]:
    draw = Random(5)
    legal = [one for call, shape in layers(120, seed=8) if (one := answer(call, shape, draw))["legal"]]
    asked = [one["settings"] for one in legal if one["settings"]["type"] in ("conv", "separable")]
    page = browser.new_page()
    page.goto(file.as_uri())
    page.wait_for_function("window.convlens")
    found = [made for settings in asked for made in page.evaluate(MATRICES, settings)]
    page.close()
    return found


def test_kernel_times_columns_is_the_output(matrices: list[dict[str, Any]]) -> None:
    for m in matrices:
        x, w, y, b = (torch.tensor(m[name], dtype=torch.float64) for name in "xwyb")
        assert torch.allclose(w @ x + b[:, None], y, rtol=1e-12)
    assert len(matrices) > 60


def test_the_columns_are_those_of_pytorch(matrices: list[dict[str, Any]]) -> None:
    met = 0
    for m in matrices:
        if m["stage"] or not m["input"][0] or m["mode"] not in ("zeros", "circular", "reflect", "replicate"):
            continue
        x = torch.tensor(m["input"], dtype=torch.float64)[None]
        (top, bottom), (left, right) = m["pads"]
        mode = "constant" if m["mode"] == "zeros" else m["mode"]
        x = functional.pad(x, (left, right, top, bottom), mode=mode)
        wanted = functional.unfold(x, m["kernel"], dilation=m["dilation"], stride=m["stride"])[0].chunk(m["groups"])
        assert torch.equal(torch.tensor(m["x"], dtype=torch.float64), wanted[m["group"]])
        met += 1
    assert met > 20


def test_row_and_column_of_the_chosen_output(visit: Any) -> None:
    page = visit("im2col=1").page
    text = page.locator("#columns").inner_text()
    assert "3·3·3 = 27 rows" in text
    assert "kernel matrix 2 × 27 times this 27 × 9 matrix" in text
    assert "243 numbers, 972 bytes as float32; the input has 588 bytes: 1.65 times" in text
    assert "Row 0 · column 4 at (1, 1), a sum of 27 products: −2 + bias 0 = −2" in text
    column = page.locator("#columns td.x.lit").all_inner_texts()
    row = page.locator("#columns td.w.lit").all_inner_texts()
    assert len(column) == len(row) == 27
    number = [[int(v.replace("−", "-")) for v in values] for values in (column, row)]
    assert sum(a * b for a, b in zip(*number, strict=True)) == -2
    assert page.locator("#columns td.y.lit").all_inner_texts() == ["−2"]


def test_a_pixel_stands_in_as_many_columns_as_it_reaches_outputs(visit: Any) -> None:
    page = visit("im2col=1&in=1&out=1&size=5&kernel=3&stride=1&padding=0&dilation=1&at=x0:0:2.2").page
    assert page.locator("#columns td.x.lit").count() == page.locator("#columns td.y.lit").count() == 9
    page.locator("#columns td.x.lit").first.click()
    page.locator("#columns td.w").nth(4).click()
    assert page.locator("#columns td.x.lit").count() == 9
    assert len({page.locator("#columns td.x.lit").nth(i).evaluate("e => e.parentNode.rowIndex") for i in range(9)}) == 1
    page.locator("#columns td.y").nth(3).click()
    assert page.locator("#count").inner_text() == "4 / 9"


def test_groups_are_products_of_their_own(visit: Any) -> None:
    page = visit("im2col=1&in=4&out=4&groups=2&size=5&dilation=1&at=y0:3:1.1").page
    text = page.locator("#columns").inner_text()
    assert "2·3·3 = 18 rows" in text
    assert "group B of 2" in text
    assert page.locator("#columns td.w.lit").count() == 18


def test_both_stages_of_a_separable_layer(visit: Any) -> None:
    page = visit("im2col=1&type=separable&dilation=1&at=y1:0:1.1").page
    assert "3·1·1 = 3 rows" in page.locator("#columns").inner_text()
    page.locator("#picture [data-key='y0:1:2.2']").click()
    assert "1·3·3 = 9 rows" in page.locator("#columns").inner_text()


@pytest.mark.parametrize(("settings", "words"), [
    ("type=transposed&dilation=1&in=1&out=1&size=3&padding=0", "kernel matrix 9 × 1 times the input as 1 × 9 makes 9 × 9 numbers, 324 bytes"),
    ("type=max", "becomes 9 rows (the kernel) and 9 columns (the outputs)"),
    ("in=64&out=64&size=14&stride=1&dilation=1", "576 rows"),
    ("in=512&out=512&size=14&stride=1&dilation=1", "4608 rows"),
])  # fmt: skip
def test_others_are_said_or_cut(visit: Any, settings: str, words: str) -> None:
    page = visit(f"im2col=1&{settings}").page
    assert words in page.locator("#columns").inner_text()
    assert page.locator("#columns td").count() < 700
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_it_opens_and_closes_and_the_address_keeps_it(visit: Any) -> None:
    page = visit("").page
    assert page.locator("#columns").inner_text() == ""
    page.locator("#im2col summary").click()
    page.wait_for_function("location.hash.includes('im2col=1')")
    assert page.locator("#columns td.y.lit").count() == 1
    page.locator("#im2col summary").click()
    page.wait_for_function("!location.hash.includes('im2col')")


def test_its_columns_stand_over_one_another(visit: Any) -> None:
    page = visit("im2col=1").page
    left = "all => all.slice(0, 9).map(e => e.getBoundingClientRect().left)"
    assert page.locator("#columns td.x").evaluate_all(left) == pytest.approx(
        page.locator("#columns td.y").evaluate_all(left), abs=3
    )
    assert re.fullmatch(r"\d+px", page.locator(".mat").evaluate("e => e.style.getPropertyValue('--cell')"))
