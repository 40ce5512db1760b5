"""The report in other forms has the data of the page."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import convlens
from convlens.ir.text import parse
from convlens.networkpages.json_form import network_json
from convlens.networkpages.markdown_form import network_markdown
from convlens.networkpages.page import network_page
from convlens.report.summary import Summary
from tests.chromium import missing
from tests.networkpages.nets import hostile

BROKEN = "input x: 1x3x8x8\na = conv(x, out=4, kernel=3x3)\nb = conv(a, out=4, kernel=9x9)\noutput b"


def table(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.startswith("|")]


@pytest.mark.skipif(bool(missing()), reason=f"BROWSER TESTS DID NOT RUN: {missing()}")
@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("name", ["resnet50", "unet", "textcnn", "vit_b_16", "dcgan_generator", "hostile", "broken"])
def test_the_table_is_the_one_that_the_page_copies(name: str, lang: str, opened: Callable[..., Any], tmp_path: Path) -> None:
    report = {"hostile": lambda: Summary(hostile()), "broken": lambda: Summary(parse(BROKEN))}.get(
        name, lambda: convlens.summary(name)
    )()
    (tmp_path / "a.html").write_text(network_page(report, lang), encoding="utf-8")
    page = opened(tmp_path / "a.html")
    page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error('no')); }")
    page.locator("[data-copy=md]").click()
    page.wait_for_selector("#copied:not([hidden])")
    assert table(page.locator("#copied").input_value()) == table(network_markdown(report, lang).split("\n## ")[1])


def test_markdown_tells_where_it_comes_from_and_what_it_is_compared_with() -> None:
    report, other = convlens.summary("resnet18"), convlens.summary("resnet34")
    text = network_markdown(report, "en", other, "convlens draw resnet18 -o a.md", date(2026, 1, 2))
    assert text.startswith("# resnet18\n\nresnet18 turns 1x3x224x224 into 1x1000 in 69 layers")
    assert "| parameters | 11,689,512 | 21,797,672 | +10,108,160 (+86.5 %) |" in text
    assert "*made 2026-01-02 with convlens" in text
    assert text.endswith("made by: `convlens draw resnet18 -o a.md`\n")
    assert "- **note G05** gradient-checkerboard" in text


def test_markdown_of_a_network_that_breaks_says_where() -> None:
    told = network_markdown(Summary(parse(BROKEN))).split("```")[1]
    assert "a kernel of 9 covers 9" in told


def test_no_name_is_markup() -> None:
    text = network_markdown(Summary(hostile()), command="a`b")
    assert "<script>" not in text.replace("\\<script\\>", "")
    assert "made by: `a'b`" in text
    assert len({line.count("|") - line.count("\\|") for line in table(text.split("\n## ")[1])}) == 1


def test_the_record_holds_summary_lint_diff_and_cards() -> None:
    report, other = convlens.summary("lenet5"), convlens.summary("alexnet")
    found = json.loads(network_json(report, other, "convlens draw lenet5", date(2026, 1, 2)))
    assert (found["schema"], found["model"], found["depth"], found["made"]) == ("convlens/report/1", "lenet5", 5, "2026-01-02")
    assert found["summary"] == json.loads(report.to_json())
    assert [layer["name"] for layer in found["layers"]] == [layer["name"] for layer in found["summary"]["layers"]]
    assert found["layers"][0]["formulas"]["en"].endswith("MACs: 1*6*28*28 * 1*5*5 = 117,600")
    assert found["layers"][0]["memory"] == 6 * 28 * 28 * 4
    assert found["findings"] == [finding.to_dict() for finding in report.findings]
    assert found["compare"]["schema"] == "convlens/diff/1"
    assert sorted(found["words"]) == ["en", "zh"]


def test_a_network_that_breaks_has_a_record() -> None:
    found = json.loads(network_json(Summary(parse(BROKEN))))
    assert found["summary"]["error"]["node"] == "b"
    assert [layer["name"] for layer in found["layers"]] == ["a"]


def test_latex_has_as_many_columns_in_every_line(opened: Callable[..., Any], tmp_path: Path) -> None:
    if missing():
        pytest.skip(f"BROWSER TESTS DID NOT RUN: {missing()}")
    (tmp_path / "a.html").write_text(network_page(Summary(hostile())), encoding="utf-8")
    page = opened(tmp_path / "a.html")
    page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error('no')); }")
    page.locator("[data-copy=tex]").click()
    lines = page.locator("#copied").input_value().splitlines()
    assert lines[0] == "\\begin{tabular}{rlllllrrrrl}"
    rows = [line for line in lines if line.endswith("\\\\")]
    assert {line.replace("\\&", "").count("&") for line in rows} == {10}
    assert not any(character in "".join(rows).replace("\\", "\0").replace("\0#", "").replace("\0_", "") for character in "#_")
