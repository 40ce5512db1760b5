"""The page on other tools' failures holds convlens's own figures as they are today."""

from pathlib import Path

import convlens
from tests.importers.torch.known_failures import FAILURES

PAGE = (Path(__file__).parents[2] / "docs" / "known-failures.md").read_text(encoding="utf-8")


def rows() -> dict[str, tuple[int, int]]:
    """Parameters and MACs that the page states, by module."""
    table = PAGE.partition("| module |")[2].partition("\n\n")[0]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()[2:]]
    return {title: (int(params.replace(",", "")), int(macs.replace(",", ""))) for title, params, macs, *_ in cells}


def test_the_page_states_what_convlens_reports():
    found = {}
    for case in FAILURES.values():
        totals = convlens.summary(case.build(), *case.args, **case.kwargs).totals
        found[case.title] = (totals.params, totals.macs)
    assert rows() == found


def test_the_page_is_read():
    """The partner: the figures really come from the page."""
    assert len(rows()) == len(FAILURES) > 0
    assert rows()["a transposed convolution"] == (16 * 8 * 4, 8 * 8 * 16 * 8 * 4)
