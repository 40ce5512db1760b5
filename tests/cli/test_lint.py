"""The verb lint: exit codes, what goes where, options before settings, repair, and what is wrong usage."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any, get_args
from xml.etree import ElementTree as ET

import pytest
from click.testing import CliRunner

import convlens
from convlens.cli import commands, main
from convlens.cli import lint as verb
from convlens.ir.graph import Graph
from convlens.ir.text import parse
from convlens.linting.finding import SEVERITIES, Severity
from convlens.linting.lint import lint_graph
from convlens.linting.options import LOSSES, Options
from convlens.linting.report import Report
from convlens.linting.settings import Settings

BIASED = "network biased\ninput x: 1x3x8x8\nc = conv(x, out=4, kernel=3x3)\nb = batch_norm(c)\noutput b\n"
SOUND = BIASED.replace("3x3)", "3x3, bias=false)")
WITHOUT_BIAS = "bias=False (trained weights: subtract the bias from the running mean, too)"
BROKEN = "network broken\ninput x: 1x3x8x8\nc = conv(x, out=4, kernel=9x9)\noutput c\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name, text in (("biased", BIASED), ("sound", SOUND), ("broken", BROKEN)):
        (tmp_path / f"{name}.txt").write_text(text)
    return tmp_path


def ended(capsys: pytest.CaptureFixture[str], *args: str) -> tuple[int, str, str]:
    """Exit code, output and errors of ``convlens lint``; only the rule S01 unless others are selected."""
    selected = () if "--select" in args else ("--select", "S01")
    code = 0
    try:
        main(["lint", *args, *selected])
    except SystemExit as end:
        code = int(end.code or 0)
    return code, *capsys.readouterr()


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (["sound.txt"], 0),
        (["biased.txt"], 1),
        (["biased.txt", "--fail-on", "error"], 0),
        (["biased.txt", "--fail-on", "info"], 1),
        (["biased.txt", "--ignore", "S01"], 0),
        (["biased.txt", "--ignore", "S"], 0),
        (["biased.txt", "--select", "bias-before-norm,G12"], 1),
        (["biased.txt", "--select", "G12", "--select", " X01"], 0),
        (["broken.txt", "--select", "X01"], 1),
        (["sound.txt", "biased.txt"], 1),
        (["sound.txt", "sound.txt"], 0),
        (["lenet5", "alexnet"], 0),
        (["biased.txt", "--fix"], 0),
        (["broken.txt", "--fix", "--select", "X01"], 1),
    ],
)
def test_exit_codes(capsys: pytest.CaptureFixture[str], args: list[str], code: int) -> None:
    assert ended(capsys, *args)[0] == code


def test_the_table_is_the_text_of_the_report(capsys: pytest.CaptureFixture[str]) -> None:
    report = convlens.lint("biased.txt", select=["S01"])
    assert ended(capsys, "biased.txt") == (1, report.text(80), "")
    both = ended(capsys, "biased.txt", "sound.txt")[1]
    assert both == report.text(80) + "\n" + convlens.lint("sound.txt", select=["S01"]).text(80)


def test_json_is_the_result_of_the_function(capsys: pytest.CaptureFixture[str]) -> None:
    for asked in (["--json"], ["--format", "json"]):
        assert json.loads(ended(capsys, "biased.txt", *asked)[1]) == convlens.lint("biased.txt", select=["S01"]).to_dict()
    assert json.loads(ended(capsys, "biased.txt", "sound.txt", "--json")[1])["schema"] == "convlens/lints/1"


def test_in_colour_the_words_are_the_same(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    plain, coloured = (ended(capsys, "biased.txt", "--color", how)[1] for how in ("never", "always"))
    assert "\x1b[33m" in coloured
    assert re.sub(r"\x1b\[[\d;]*m", "", coloured) == plain


def test_every_option_reaches_the_rules(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    given: list[Options] = []
    real = lint_graph

    def noted(graph: Graph, settings: Settings, **more: Any) -> Report:
        given.append(settings.options)
        return real(graph, Settings(select=("S01",)), **more)

    monkeypatch.setattr("convlens.linting.lint.lint_graph", noted)
    (folder / "convlens.toml").write_text("batch = 2\nobject-size = 3\n[budgets]\nmax-params = 7\nmin-receptive-field = 9")
    args = "sound.txt --loss bce --object-size 64 --device a100 --max-params 5M --max-macs 1.5G --max-activation-bytes 20MB"
    done = CliRunner().invoke(commands, ["lint", *args.split(), "--max-peak-bytes", "8 MiB"])
    assert done.exit_code == 0, done.output
    assert given == [Options("bce", 64, 2, "a100", 5_000_000, 1_500_000_000, 20_000_000, 8_388_608, 9)]


def test_choices_are_those_of_the_rules() -> None:
    choices = {option.name: option.type.choices for option in verb.command.params if hasattr(option.type, "choices")}
    assert tuple(choices["loss"]) == LOSSES
    assert tuple(choices["fail_on"]) == SEVERITIES == get_args(Severity)


def test_settings_of_the_project_and_their_off_switch(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    (folder / "convlens.toml").write_text('ignore = ["S01"]')
    (folder / "other.toml").write_text('severity = { S01 = "error" }')
    every = ["--select", "S"]
    assert ended(capsys, "biased.txt", *every)[0] == 1, "what is selected is not ignored"
    for args, counts in (([], 0), (["--no-config"], 1), (["--config", "other.toml"], 1)):
        done = CliRunner().invoke(commands, ["lint", "biased.txt", "--json", *args])
        found = [finding["severity"] for finding in json.loads(done.output)["findings"] if finding["code"] == "S01"]
        assert len(found) == counts
    assert found == ["error"]


def test_an_exemption_of_the_settings(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    (folder / "pyproject.toml").write_text(
        '[tool.convlens]\nselect = ["S01"]\n[[tool.convlens.exempt]]\nnode = "c"\nmodel = "biased*"\nreason = "as published"\n'
    )
    done = CliRunner().invoke(commands, ["lint", "biased.txt", "sound.txt", "--json"])
    assert done.exit_code == 0
    first, second = json.loads(done.output)["reports"]
    assert [each["reason"] for each in first["passed"]] == ["as published"]
    assert second["findings"] == []


ENDINGS = {
    ".json": lambda text: json.loads(text)["schema"] == "convlens/lint/1",
    ".sarif": lambda text: json.loads(text)["version"] == "2.1.0",
    ".xml": lambda text: ET.fromstring(text).tag == "testsuites",
    ".md": lambda text: text.startswith("**convlens lint** biased"),
    ".txt": lambda text: text.startswith("biased: x 1x3x8x8\n"),
}


def test_each_ending_chooses_its_format(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    outs = [f"a{ending}" for ending in ENDINGS]
    assert ended(capsys, "biased.txt", *(word for out in outs for word in ("-o", out))) == (1, "", "")
    for ending, check in ENDINGS.items():
        assert check((folder / f"a{ending}").read_text(encoding="utf-8"))


def test_what_the_format_names_is_printed_beside_files(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    code, out, err = ended(capsys, "biased.txt", "--format", "github", "-o", "a.sarif")
    assert (code, err) == (1, "")
    assert out.startswith("::warning file=biased.txt,line=3,title=")
    assert ended(capsys, "biased.txt", "--json", "-o", "a.json") == (1, "", "")


def test_files_are_written_all_or_none(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    (folder / "old.json").write_text("old")
    before = sorted(folder.iterdir())
    name = "x" * 250 + ".md"
    code, out, err = ended(capsys, "biased.txt", "-o", "old.json", "-o", name)
    assert (code, out) == (2, "")
    assert err.startswith(f"error: -o {name[:50]}")
    assert "File name too long" in err
    assert (folder / "old.json").read_text() == "old"
    assert sorted(folder.iterdir()) == before


def test_a_repair_goes_to_the_output_and_its_story_to_the_errors(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = ended(capsys, "biased.txt", "--fix")
    assert code == 0
    assert parse(out) == parse(SOUND)
    assert f"mended S01 bias-before-norm  c\n      {WITHOUT_BIAS}\n" in err
    assert re.search(r"^parameters +120 +116$", err, re.MULTILINE)
    assert err.endswith("0 errors, 0 warnings, 0 notes\n")


def test_a_repair_in_a_file(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    code, out, err = ended(capsys, "biased.txt", "--fix", "-o", "mended.txt")
    assert (code, err) == (0, "")
    assert parse((folder / "mended.txt").read_text()) == parse(SOUND)
    assert "mended S01" in out
    assert ended(capsys, "mended.txt", "--fix")[2].splitlines()[2] == "nothing had to be mended"


def test_the_record_of_a_repair(capsys: pytest.CaptureFixture[str]) -> None:
    record: dict[str, Any] = json.loads(ended(capsys, "biased.txt", "--fix", "--json")[1])
    assert (record["schema"], record["before"]["params"], record["after"]["params"]) == ("convlens/repair/1", 120, 116)
    assert [(done["code"], done["fix"]) for done in record["mended"]] == [("S01", " ".join(WITHOUT_BIAS.split()))]
    assert record["left"]["findings"] == []
    assert parse(record["text"]) == parse(SOUND)


def test_costs_of_a_network_that_breaks_are_not_counted(capsys: pytest.CaptureFixture[str]) -> None:
    record = json.loads(ended(capsys, "broken.txt", "--fix", "--json", "--select", "X01")[1])
    assert set(record["before"].values()) == {None}


def test_costs_are_those_of_the_summary() -> None:
    from convlens.linting.forms.mended import costs
    from convlens.linting.network import Network

    for name in ("alexnet", "resnet18", "mobilenet_v3"):
        summary = convlens.summary(name)
        totals = summary.totals._asdict()
        assert costs(Network(summary.graph)) == {key: totals[key] for key in costs(Network(summary.graph))}


def test_a_network_that_cannot_be_read_does_not_hide_the_others(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = ended(capsys, "nope.txt", "biased.txt", "nope.onnx")
    assert code == 2
    assert "warn S01" in out
    assert err.startswith("error: there is no file 'nope.txt'")
    assert "\nerror: there is no file 'nope.onnx'" in err
    chinese = ended(capsys, "nope.txt", "nope.onnx", "--lang", "zh")[2]
    assert chinese.startswith("错误：没有文件 'nope.txt'")
    assert "\n错误：没有文件 'nope.onnx'" in chinese
    assert ended(capsys, "nope.txt", "-o", "a.json")[1] == ""
    assert not Path("a.json").exists()


WRONG = {
    "": "error: Missing argument 'MODEL...'.",
    "sound.txt --select Q99": "error: there is no rule 'Q99'",
    "sound.txt --select dead-tap": "error: there is no rule 'dead-tap' (did you mean 'dead-taps'?)",
    "sound.txt --ignore Q": "error: there is no rule 'Q'",
    "sound.txt --max-params 5X": "error: Invalid value for '--max-params': '5X' is not a whole number such as 600000, 600k, 5M or 1.5G",
    "sound.txt --max-params -5": "error: Invalid value for '--max-params': '-5' is not a whole number such as",
    "sound.txt --max-peak-bytes 5%": "error: Invalid value for '--max-peak-bytes': '5%' is not a number of bytes such as 4096, ",
    "sound.txt --max-macs "
    + "9" * 5000: "error: Invalid value for '--max-macs': '9999999999999999999999999999999999999999' is not",
    "sound.txt --batch 0": "error: Invalid value for '--batch'",
    "sound.txt --batch " + "9" * 5000: "error: Invalid value for '--batch'",
    "sound.txt --loss mse": "error: Invalid value for '--loss': 'mse' is not one of 'cross_entropy', ",
    "sound.txt --fail-on never": "error: Invalid value for '--fail-on'",
    "sound.txt --format html": "error: Invalid value for '--format'",
    "sound.txt --format sarif --json": "error: --json and --format sarif are two formats\n  fix: one of them",
    "sound.txt -o a.html": "error: -o a.html: the ending '.html' says no format\n  fix: one of .json, .md, .sarif, .xml, .txt",
    "sound.txt -o no/such/a.json": "error: -o no/such/a.json: there is no folder 'no/such'",
    "sound.txt -o sound.txt": "error: -o sound.txt is sound.txt, which is read\n  fix: another name",
    "sound.txt -o a.md -o a.md": "error: -o a.md is given twice\n  fix: one -o for each file",
    "sound.txt --fix -o a.json": "error: -o a.json: the ending '.json' says no format\n  fix: one of .txt",
    "sound.txt --fix -o a.txt -o b.txt": "error: --fix mends one network at a time\n  fix: one MODEL, and one -o FILE.txt",
    "sound.txt biased.txt --fix": "error: --fix mends one network at a time\n  fix: one MODEL, and one -o FILE.txt",
    "sound.txt --fix --format sarif": "error: --fix and --format sarif: what is mended is said as table or json",
    "sound.txt --config no.toml": "error: there is no file 'no.toml'",
    "sound.txt --config a.toml --no-config": "error: --config and --no-config contradict each other\n  fix: one of them",
    "sound.txt --input 1x2": "error: input 'x' of 'biased' has 4 axes (1x3x8x8), but 1x2 has 2",
    "sound.txt --dim N=x": "error: --dim 'N=x' is not a named size",
}


@pytest.mark.parametrize(("args", "message"), WRONG.items(), ids=[args[:60] for args in WRONG])
def test_wrong_usage_is_one_message(capsys: pytest.CaptureFixture[str], args: str, message: str) -> None:
    code, out, err = ended(capsys, *args.split())
    assert (code, out) == (2, "")
    assert err.startswith(message)


def test_settings_that_cannot_be_read_are_one_message(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    (folder / "convlens.toml").write_text("batch = 0")
    assert ended(capsys, "sound.txt") == (2, "", "error: convlens.toml, batch: 0 is not a whole number of at least 1\n")
    assert ended(capsys, "sound.txt", "--no-config")[0] == 0


def test_numbers_that_are_huge_are_numbers(capsys: pytest.CaptureFixture[str]) -> None:
    huge = "9" * 40
    assert ended(capsys, "sound.txt", "--max-params", huge, "--max-macs", f"{'9' * 39}E", "--batch", "9" * 4000)[0] == 0


@pytest.mark.parametrize("args", ["biased.txt --fix", "biased.txt --format github", "biased.txt --json"])
def test_a_full_disk_is_one_message(args: str, folder: Path) -> None:
    done = subprocess.run(
        ["bash", "-c", f"{sys.executable} -m convlens lint {args} --select S01 >/dev/full"],
        capture_output=True, text=True, check=False, cwd=folder,
    )  # fmt: skip
    assert done.returncode == 2
    assert [line[:28] for line in done.stderr.splitlines()][-1] == "error: the standard output: "


def test_help_loads_no_rule(folder: Path) -> None:
    code = (
        "import sys; from convlens.cli import main\ntry: main(['lint', '--help'])\nexcept SystemExit: pass\nprint(*sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    modules = done.stdout.splitlines()[-1].split()
    assert "convlens.cli.lint" in modules
    assert not {"convlens.linting.lint", "convlens.importers.model", "rich", "torch", "numpy", "tomllib"} & set(modules)
