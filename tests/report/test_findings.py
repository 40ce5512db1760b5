"""Faults in a summary: in the record, one line each in every printed form, and no cost where only figures are asked for."""

import json
import sys

import pytest

from convlens.cli import main
from convlens.ir.text import parse
from convlens.linting.lint import lint_graph
from convlens.report.notes import MOST_FAULTS, notes
from convlens.report.summary import Summary
from convlens.report.terminal import Screen

BIASED = "input x: 1x3x8x8\nc = conv(x, out=4, kernel=3x3)\nb = batch_norm(c)\noutput b"
BROKEN = "input x: 1x3x8x8\nc = conv(x, out=4, kernel=9x9)\noutput c"
WORDS = "S01 bias-before-norm c: 4 values of bias are taken away again by the normalisation behind"


def test_the_record_has_the_findings_of_lint() -> None:
    record = Summary(parse(BIASED)).to_dict()["findings"]
    found = [finding.to_dict() for finding in lint_graph(parse(BIASED)).findings]
    assert [list(entry) for entry in record] == [["code", "name", "severity", "node", "message", "fix"]] * len(found)
    assert record == [{key: entry[key] for key in record[0]} for entry in found]
    assert {"code": "S01", "node": "c"}.items() <= next(entry for entry in record if entry["code"] == "S01").items()


def test_every_printed_form_has_a_line() -> None:
    summary = Summary(parse(BIASED))
    assert ("warn", WORDS) in notes(summary)
    assert f"warn          {WORDS}\n" in summary.to_text(Screen(width=200))
    assert f"- warn: {WORDS}\n" in summary.to_markdown()
    assert f"<th scope='row'>warn</th><td>{WORDS}</td>" in summary.to_html()
    assert "警告" in summary.to_text(Screen(width=200), lang="zh")


def test_a_sound_network_has_none() -> None:
    """The partner."""
    summary = Summary(parse(BIASED.replace("3x3)", "3x3, bias=false)")))
    assert "S01" not in summary.to_text(Screen(width=200)) + summary.to_markdown() + summary.to_html() + summary.to_json()


def test_that_the_network_breaks_is_said_once() -> None:
    summary = Summary(parse(BROKEN))
    assert summary.to_dict()["findings"]
    assert "X01" not in summary.to_text()


def test_many_faults_are_counted() -> None:
    layers = "".join(f"c{n} = conv(x, out=2, kernel=3x3, padding=99, dilation=99)\n" for n in range(2))
    summary = Summary(parse(f"input x: 1x3x8x8\n{layers}s = add(c0, c1)\noutput s"))
    finding = next(finding for finding in summary.findings if finding.severity == "warn")
    summary.__dict__["findings"] = (finding,) * (MOST_FAULTS + 3)
    assert [text for head, text in notes(summary) if head == "warn"][MOST_FAULTS:] == ["and 3 others"]


def test_totals_load_no_rule(capsys: pytest.CaptureFixture[str]) -> None:
    summary = Summary(parse(BIASED))
    assert summary.totals.params == 4 * 27 + 4 + 8
    assert "findings" not in vars(summary)
    summary.to_markdown()
    assert "findings" in vars(summary)


def test_the_exit_code_of_a_summary_is_not_a_gate(capsys: pytest.CaptureFixture[str], tmp_path) -> None:
    (tmp_path / "n.txt").write_text(BIASED)
    main(["summary", str(tmp_path / "n.txt"), "--json"])
    assert [entry["code"] for entry in json.loads(capsys.readouterr().out)["findings"] if entry["code"] == "S01"] == ["S01"]
    assert "convlens.linting.lint" in sys.modules
