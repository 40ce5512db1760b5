"""What speaks whatever is selected: budgets that are given, and the reason why a network cannot run."""

import pytest

import convlens
from convlens.ir.text import parse
from convlens.linting.lint import lint_graph
from convlens.linting.options import Options
from convlens.linting.repair import repair
from convlens.linting.settings import Settings

NET = "input x: 1x3x8x8\nc = conv(x, out=4, kernel=3x3)\nb = batch_norm(c)\noutput b"
UNFIT = "input x: 1x3x8x8\nc = conv(x, out=4, kernel=3x3, groups=2)\noutput c"
LARGE = "input x: 1x3x8x8\nc = conv(x, out=4, kernel=9x9)\noutput c"
SHRUNK = "input x: 1x3x8x8\np = max_pool(x, kernel=2x2)\nc = conv(p, out=4, kernel=5x5)\noutput c"


def codes(text: str, **settings) -> list[str]:
    return [finding.code for finding in lint_graph(parse(text), Settings(**settings)).findings]


@pytest.mark.parametrize(
    ("option", "code"),
    [
        ({"max_params": 1}, "B01"),
        ({"max_macs": 1}, "B02"),
        ({"max_activation_bytes": 1}, "B03"),
        ({"max_peak_bytes": 1}, "B04"),
        ({"min_receptive_field": 9}, "B05"),
        ({"max_params": 0}, "B01"),
    ],
)
def test_a_budget_is_checked_whatever_is_selected(option, code):
    options = Options(**option)
    assert codes(NET, select=("G12",), options=options) == [code]
    assert codes(NET, select=("G12",), ignore=(code,), options=options) == []
    assert codes(NET, select=("G12",), ignore=("B",), options=options) == []
    assert codes(NET, select=("G12",)) == []


def test_a_budget_beside_a_selection_fails_the_report():
    assert convlens.lint("resnet18", select=["G12"], max_params="1k").failed
    assert not convlens.lint("resnet18", select=["G12"], max_params="1G").failed


def test_what_the_project_ignores_stays_ignored_beside_a_selection():
    project = Settings(ignore=("B01", "S01"), options=Options(max_params=1))
    assert convlens.lint(parse(NET), settings=project, select=["S01"]).counts == {"error": 0, "warn": 1, "info": 0}


@pytest.mark.parametrize(("text", "code"), [(UNFIT, "X01"), (LARGE, "G12"), (SHRUNK, "G20")])
def test_a_network_that_cannot_run_is_no_clean_one(text, code):
    report = lint_graph(parse(text), Settings(select=("S01",)))
    assert [(finding.code, finding.severity, finding.nodes) for finding in report.findings] == [(code, "error", ("c",))]
    assert code in [ran for ran, _ in report.rules]
    assert codes(text, select=("S01",), ignore=("X01",)) == []
    assert ("X01" in codes(text, ignore=(code,))) == (code != "X01")


def test_only_the_end_of_the_network_speaks_beside_what_is_selected():
    """The partner: a finding of such a rule at a node that works is not asked for."""
    faulty = "input x: 1x3x8x8\nd = conv(x, out=4, kernel=3x3, padding=18, dilation=18)\ne = conv(d, out=4, kernel=1x1, groups=3)\noutput e"
    assert {"G12", "X01"} <= set(codes(faulty))
    assert codes(faulty, select=("S01",)) == ["X01"]


def test_a_repair_mends_only_what_is_selected():
    assert not repair(parse(SHRUNK), Settings(select=("S01",))).mended
    assert repair(parse(SHRUNK)).mended
