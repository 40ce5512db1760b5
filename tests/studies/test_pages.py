"""The pages of studies and searches: what is in them, and in a browser that nothing is asked for and nothing is wrong."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import optuna
import pytest

from convlens.studies.search.search import search
from convlens.studies.study import study
from tests.chromium import axe, missing, pages
from tests.studies.conftest import QUICK, small_in

in_browser = pytest.mark.skipif(bool(missing()), reason=f"BROWSER TESTS DID NOT RUN: {missing()}")
NAMES = ("single", "grid", "about", "search")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("studies")
    network, data = small_in(place)
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    study(network, data, vary=["dropout=0,0.5", "learning_rate=1e-4"], seeds=2, out=str(place / "single"), **QUICK)
    study(network, data, vary=["dropout=0,0.2", "batch=8,16"], grid=True, seeds=2, out=str(place / "grid"), **QUICK)
    large = place / "large"
    large.mkdir()
    study(
        about="one-by-one-for-linear", data=small_in(large, side=28)[1], small=True, out=str(place / "about"), epochs=1, limit=60
    )
    search(network, data, space=["learning_rate=1e-4..1e-1:log,batch=8|16,optimizer=adamw|sgd"], trials=6,
           out=str(place / "search"), **QUICK)  # fmt: skip
    return place


@pytest.fixture
def opened(browser: Any) -> Iterator[Callable[..., Any]]:
    yield from pages(browser)


def record(folder: Path, name: str) -> dict[str, Any]:
    text = (folder / name / "report.html").read_text(encoding="utf-8")
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', text, re.DOTALL)
    assert found is not None
    return json.loads(found[1])


def test_the_page_has_what_the_record_has(folder: Path) -> None:
    page, result = record(folder, "single"), json.loads((folder / "single" / "result.json").read_text())
    accuracy = next(each for each in page["measures"] if each["key"] == "accuracy")
    for at, variant in enumerate(result["variants"]):
        assert page["variants"][at]["en"] == variant["label"]
        known = [value for value in accuracy["values"][at] if value is not None]
        assert sum(known) / len(known) == pytest.approx(100 * variant["figures"]["accuracy"]["mean"], rel=1e-4)
    panels = page["curves"]["panels"]
    assert [len(panel["series"]) for panel in panels] == [4, 4, 4]
    assert all("low" in series for panel in panels for series in panel["series"])


def test_a_grid_has_every_pair(folder: Path) -> None:
    page = record(folder, "grid")
    assert sorted(at for row in page["grid"]["cells"] for at in row) == [1, 2, 3, 4]
    labels = [[page["variants"][at]["en"] for at in row] for row in page["grid"]["cells"]]
    assert labels[0] == ["dropout=0 batch=8", "dropout=0 batch=16"]


@in_browser
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("width", [1240, 390])
def test_everything_is_drawn_and_nothing_overflows(name: str, width: int, folder: Path, opened: Callable[..., Any]) -> None:
    page = opened(f"{folder}/{name}/report.html", width=width)
    for _ in range(2):
        assert page.locator("#chart svg.curves").count() >= 1
        assert page.locator("#table tbody tr").count() >= 2
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        assert "undefined" not in page.locator("body").inner_text()
        assert "NaN" not in page.locator("body").inner_html()
        page.locator("#lang").click()
    seen = {"single": "#s-effects", "grid": "#s-grid .cells", "about": "#claim .verdict", "search": "#s-parallel svg"}
    assert page.locator(seen[name]).first.is_visible()


@in_browser
def test_a_measure_is_chosen_by_keyboard(folder: Path, opened: Callable[..., Any]) -> None:
    page = opened(f"{folder}/single/report.html")
    before = page.locator("#effects svg").get_attribute("aria-label")
    page.locator("#measure").focus()
    page.keyboard.press("ArrowDown")
    assert page.locator("#effects svg").get_attribute("aria-label") != before
    assert page.evaluate("document.activeElement.id") == "measure"


@in_browser
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_fault_of_accessibility(name: str, scheme: str, folder: Path, opened: Callable[..., Any]) -> None:
    if not axe():
        pytest.skip("ACCESSIBILITY TESTS DID NOT RUN: npm cannot fetch axe-core")
    page = opened(f"{folder}/{name}/report.html", color_scheme=scheme)
    page.evaluate(axe())
    found = page.evaluate("axe.run()")["violations"]
    assert [(each["id"], [node["html"][:120] for node in each["nodes"][:2]]) for each in found] == []
