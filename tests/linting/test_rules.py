"""Every rule, by its own docstring: the bad example is reported exactly on its marked lines, the good one is clean, and
what a fix makes of the bad one is clean as well.
"""

import json

import pytest

from convlens.ir.text import format, parse
from convlens.linting.finding import SEVERITIES
from convlens.linting.lint import lint_graph
from convlens.linting.rule import Rule
from convlens.linting.table import every
from tests.linting.examples import linted, repaired, reported
from tests.linting.messages import FOLDER, shown

RULES = every()
FAMILIES = {"G": "geometry", "S": "order and semantics", "E": "efficiency", "B": "budgets", "X": "shapes"}
by_code = pytest.mark.parametrize("rule", RULES, ids=[rule.code for rule in RULES])


def test_codes_and_names_are_unique_and_of_a_family() -> None:
    assert len({rule.code for rule in RULES}) == len({rule.name for rule in RULES}) == len(RULES)
    assert {rule.code[0] for rule in RULES} <= set(FAMILIES)
    assert all(rule.code[1:].isdecimal() and len(rule.code) == 3 for rule in RULES)


def test_every_rule_of_the_design_is_there() -> None:
    wanted = (
        {f"G{n:02}" for n in range(1, 22)}
        | {f"S{n:02}" for n in range(1, 10)}
        | {"S12", "S13"}
        | {f"E{n:02}" for n in range(1, 7)}
    )
    assert wanted - {rule.code for rule in RULES} == set()


@by_code
def test_the_file_is_called_as_the_rule(rule: type[Rule]) -> None:
    assert rule.__module__.rpartition(".")[2] == rule.name.replace("-", "_")


@by_code
def test_headings_are_there_and_both_examples_are_networks(rule: type[Rule]) -> None:
    docs = rule.docs()
    assert docs.title.endswith(".")
    assert all(docs.paragraphs)
    assert docs.source
    assert docs.bad.marked, "no line of the bad example is marked"
    assert not docs.good.marked
    assert rule.severity in SEVERITIES
    assert rule.status in ("preview", "stable")


@by_code
def test_the_bad_example_is_reported_exactly_on_its_marked_lines(rule: type[Rule]) -> None:
    report = linted(rule, rule.docs().bad)
    assert reported(report) == list(rule.docs().bad.marked)
    json.dumps(report.to_dict())


@by_code
def test_the_good_example_is_clean(rule: type[Rule]) -> None:
    assert linted(rule, rule.docs().good).findings == ()


@by_code
def test_a_fix_turns_bad_into_good_and_again_changes_nothing(rule: type[Rule]) -> None:
    before = linted(rule, rule.docs().bad)
    if not any(fix.apply for finding in before.findings for fix in finding.fixes):
        return
    done = repaired(rule, rule.docs().bad)
    assert done.mended
    assert done.after.findings == ()
    again = parse(format(done.graph))
    assert lint_graph(again, done.after.settings).findings == ()
    assert again == done.graph


@by_code
def test_messages_are_filled_in_both_languages(rule: type[Rule]) -> None:
    for finding in linted(rule, rule.docs().bad).findings:
        for lang in ("en", "zh"):
            words = [finding.message.text(lang), *(fix.words.text(lang) for fix in finding.fixes)]
            assert all(text and "{" not in text for text in words)


@by_code
def test_messages_are_those_that_were_read(rule: type[Rule]) -> None:
    """``python -m tests.linting.messages`` writes them anew; read what changes."""
    assert (FOLDER / f"{rule.code}.txt").read_text(encoding="utf-8") == shown(rule)


def test_an_example_that_is_marked_wrongly_is_noticed() -> None:
    """The partner: the comparison with the marked lines can fail, and so can the clean example."""
    rule = next(rule for rule in RULES if rule.code == "S01")
    bad = rule.docs().bad
    assert reported(linted(rule, bad)) != ["b"]
    assert linted(rule, bad).findings != ()


def test_a_rule_that_leaves_something_out_is_refused() -> None:
    with pytest.raises(TypeError, match="the rule Half does not state: name, severity, status"):
        type("Half", (Rule,), {"code": "G99"})


def test_a_docstring_without_its_headings_is_refused() -> None:
    stated = {"code": "G99", "name": "n", "severity": "warn", "status": "preview"}
    with pytest.raises(ValueError, match="G99: the headings are Why, Good; they must be Why, Bad, Good, Source"):
        type("Half", (Rule,), {**stated, "__doc__": "Half.\n\n## Why\nx\n\n## Good\n    y\n"}).docs()
