"""axe-core finds nothing, in both languages, light and dark. It comes from npm, not from the repository."""

from typing import Any

import pytest

from tests import chromium
from tests.playgrounds.test_page import KINDS

FOUND = """() => axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']}).then(r =>
  r.violations.map(v => `${v.id}: ${v.nodes.length}x ${v.nodes[0].html.slice(0, 160)} ${v.nodes[0].failureSummary}`))"""


@pytest.fixture(scope="module")
def axe() -> str:
    script = chromium.axe()
    if not script:
        pytest.skip("THE TESTS OF ACCESSIBILITY DID NOT RUN: axe-core could not be fetched from npm")
    return script


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    "kind", ["conv", "conv1", "conv3", "grouped", "separable", "transposed", "max", "large", "edited", "columns"]
)
def test_no_barrier(visit: Any, axe: str, kind: str, scheme: str) -> None:
    page = visit(f"{KINDS[kind]}&lang={'zh' if scheme == 'dark' else 'en'}&chapter=5", color_scheme=scheme).page
    page.evaluate(axe)
    assert page.evaluate(FOUND) == []


@pytest.mark.parametrize("settings", ["dilation=9", "groups=2"])
def test_no_barrier_while_a_setting_is_impossible(visit: Any, axe: str, settings: str) -> None:
    page = visit(settings).page
    page.evaluate(axe)
    assert page.evaluate(FOUND) == []


def test_no_barrier_while_numbers_are_pasted(visit: Any, axe: str) -> None:
    page = visit("").page
    page.locator("#paste").focus()
    page.keyboard.press("Enter")
    page.locator("#own-text").fill("1 2")
    page.locator("#own-use").click()
    page.evaluate(axe)
    assert page.evaluate(FOUND) == []
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.id") == "paste"


def test_a_barrier_would_be_found(visit: Any, axe: str) -> None:
    page = visit("").page
    page.evaluate("document.getElementById('f-kernel').labels[0].remove(); document.getElementById('f-kernel').title = ''")
    page.evaluate(axe)
    assert any(found.startswith("label") for found in page.evaluate(FOUND))
