"""The pages of docs/reference are those that the code writes now; links in the documentation lead somewhere."""

import re
from pathlib import Path

import pytest

from docs import generate

ROOT = Path(generate.__file__).parent.parent
PAGES = [ROOT / "README.md", ROOT / "README.zh-CN.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]


@pytest.fixture(scope="module")
def pages():
    return generate.pages()


def test_generated_pages_are_up_to_date(pages):
    stale = [name for name, text in pages.items() if _written(name) != text]
    assert not stale, f"run `make docs`: {stale}"


def test_a_stale_page_is_noticed(pages):
    """The partner: one changed number is a difference."""
    assert _written("networks.md").replace("46,764,746", "46,764,747") != pages["networks.md"]


def test_the_commands_page_has_every_option(pages):
    """It is written from the parameters, so no version of click can change its lines."""
    for option in ("--input", "--json", "--markdown", "--depth", "--fold", "--lang", "-o", "--real", "--color", "--dim"):
        assert f"| `{option}`" in pages["commands.md"]
    assert "Usage:" not in pages["commands.md"]


def test_a_table_that_does_not_line_up_is_refused():
    rule = "=====  ====  ====="
    assert len(list(generate._table([rule, "shape  n     pixel", rule]))) == 3
    with pytest.raises(ValueError, match="does not line up"):
        list(generate._table([rule, "shape  n   pixels", rule]))


def _written(name: str) -> str:
    return (generate.REFERENCE / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("page", PAGES, ids=[str(page.relative_to(ROOT)) for page in PAGES])
def test_links_lead_somewhere(page):
    links = re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_files_named_in_the_tour_exist():
    tour = (ROOT / "docs" / "tour.md").read_text(encoding="utf-8")
    named = re.findall(r"\*\*`((?:src|tests)/[^`]+)`\*\*", tour)
    assert len(named) >= 5
    assert [name for name in named if not (ROOT / name).exists()] == []
