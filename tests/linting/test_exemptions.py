"""What is let pass: at which layers, of which rules, in which networks; and an exemption that covers nothing."""

import pytest

import convlens
from convlens.ir.errors import UsageError
from convlens.ir.graph import Graph
from convlens.ir.text import parse
from convlens.linting.lint import lint_graph
from convlens.linting.report import Report
from convlens.linting.settings import Exemption, Settings
from convlens.linting.together import together

BIASED = "network n\ninput x: 1x3x8x8\n" + "".join(
    f"c{at} = conv({'x' if at == 0 else f'b{at - 1}'}, out=4, kernel=1x1)\nb{at} = batch_norm(c{at})\n" for at in range(3)
)
SELECTED = ("S01", "X01")


def net() -> Graph:
    return parse(BIASED + "output b2")


def found(*exemptions: Exemption, select: tuple[str, ...] = SELECTED, origin: str = "") -> Report:
    return lint_graph(net(), Settings(select=select, exemptions=exemptions), origin=origin)


def told(report: Report) -> list[tuple[str, tuple[str, ...]]]:
    return [(finding.code, finding.nodes) for finding in report.findings]


def test_a_finding_stays_at_the_layers_that_are_not_exempt() -> None:
    report = found(Exemption("c[01]", ("bias-before-norm",), "as published"))
    assert told(report) == [("S01", ("c2",))]
    assert [(passed.finding.nodes, passed.reason) for passed in report.passed] == [(("c0", "c1"), "as published")]
    assert report.to_dict()["passed"][0]["reason"] == "as published"
    assert "0 errors, 1 warning, 0 notes; 1 let pass" in report.text()


def test_an_exemption_of_all_rules_and_one_of_another_rule() -> None:
    assert told(found(Exemption("*", (), "meant"))) == []
    assert told(found(Exemption("*", ("X01",), "meant")))[1:] == [("C01", ())]


def test_an_exemption_that_covers_nothing_is_a_finding() -> None:
    report = found(Exemption("d*", ("S01",), "as published"))
    assert [finding.message.text() for finding in report.findings if finding.code == "C01"] == [
        "the exemption of S01 at 'd*' covers no finding"
    ]
    assert ("C01", "unused-exemption") in report.ran


def test_of_several_networks_one_that_uses_an_exemption_is_enough() -> None:
    other = parse("input x: 1x3x8x8\nd = conv(x, out=4, kernel=1x1)\noutput d")
    settings = Settings(select=SELECTED, exemptions=(Exemption("c?", ("S01",), "r"), Exemption("zz", ("S01",), "r")))
    for graphs in ((net(), other, other), (other, net(), other), (other, other, net())):
        alone = [lint_graph(graph, settings) for graph in graphs]
        assert sum(len(report.findings) for report in alone) == 5
        told_of = [[finding.evidence["node"] for finding in report.findings] for report in together(alone)]
        assert told_of == [[], [], ["zz"]]
    assert [len(report.findings) for report in together([lint_graph(other, settings)])] == [2]


def test_a_pattern_of_a_network_may_be_the_name_of_its_file() -> None:
    for model, told_here in (("a.txt", []), ("b.txt", [("S01", ("c0", "c1", "c2"))]), ("?.txt", [])):
        assert told(found(Exemption("c?", ("S01",), "r", model), origin="./nets/a.txt")) == told_here


@pytest.mark.parametrize("exemption", [Exemption("c0", ("G12",), "r"), Exemption("d", (), "r")])
def test_of_rules_that_did_not_run_nobody_knows(exemption: Exemption) -> None:
    assert told(found(exemption)) == [("S01", ("c0", "c1", "c2"))]


def test_an_exemption_of_another_network_is_left_alone() -> None:
    for model, told_here in (("nets/*.txt", []), ("n", []), ("other*", [("S01", ("c0", "c1", "c2"))])):
        assert told(found(Exemption("c?", ("S01",), "r", model), origin="./nets/a.txt")) == told_here


def test_a_selected_rule_is_not_ignored_by_the_settings() -> None:
    settings = Settings(ignore=("S01",))
    assert "S01" in {f.code for f in convlens.lint(net()).findings}
    assert "S01" not in {f.code for f in convlens.lint(net(), settings=settings).findings}
    assert [f.code for f in convlens.lint(net(), settings=settings, select=["S01"]).findings] == ["S01"]
    assert convlens.lint(net(), select=["S01"], ignore=["S01"]).findings == ()


def test_the_report_fails_by_fail_on() -> None:
    assert convlens.lint(net(), select=["S01"]).failed
    assert not convlens.lint(net(), select=["S01"], fail_on="error").failed
    assert lint_graph(net(), Settings(select=("S01",), severity=(("S01", "error"),), fail_on="error")).failed
    assert not lint_graph(net(), Settings(select=("S01",), severity=(("S01", "info"),))).failed


def test_what_is_asked_for_wrongly_is_named() -> None:
    for options, message in (
        (
            {"loss": "crossentropy"},
            "there is no loss 'crossentropy' (did you mean 'cross_entropy'?)\n  fix: one of cross_entropy, ",
        ),
        ({"fail_on": "eror"}, "there is no severity 'eror' (did you mean 'error'?)\n  fix: one of error, warn, info"),
        ({"max_params": "5X"}, "max-params: '5X' is not a whole number such as 600000, 600k, 5M or 1.5G"),
        ({"max_peak_bytes": 1.5}, "max-peak-bytes: 1.5 is not a whole number such as 5000000, or a text such as '5M'"),
        ({"select": ["S99"]}, "there is no rule 'S99'"),
    ):
        with pytest.raises(UsageError) as refused:
            convlens.lint(net(), **options)
        assert str(refused.value).startswith(message)
    assert convlens.lint(net(), max_params="5M", max_peak_bytes="8KiB").settings.options[4:8] == (5_000_000, None, None, 8192)


def test_facts_that_are_known_are_not_worked_out_again() -> None:
    from convlens.passes.facts import facts

    known = facts(net())
    assert lint_graph(net(), known=known).net.facts is known
