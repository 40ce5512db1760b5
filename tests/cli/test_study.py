"""The command: its list, its usage, a whole study and a comparison by it."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from convlens.cli import commands
from convlens.ir.errors import UsageError
from tests.studies.conftest import small_in

QUICK = "--epochs 1 --batch 16 --precision float32 --layout channels-first --threads 1".split()


def said(*arguments: str) -> str:
    done = CliRunner().invoke(commands, ["study", *arguments], catch_exceptions=True)
    if done.exception is not None:
        raise done.exception
    return done.stdout


def test_the_ready_studies_are_listed_in_both_languages() -> None:
    assert "one-by-one-for-linear" in said("--list")
    assert "学习率" in said("--list", "--lang", "zh")


@pytest.mark.parametrize(("arguments", "message"), [
    ([], "nothing to study"), (["--about", "dropuot"], "there is no ready study"), (["--about", "dropout", "--vary", "batch=1,2"], "brings"),
    (["lenet5", "nin"], "one RECIPE"), (["--compare", "one"], "two runs or more"), (["--resume", "none"], "holds no study"),
    (["--search"], "nothing to search"), (["lenet5", "--search"], "nothing is searched"), (["lenet5", "--vary", "batch=1,2", "--jobs", "0"], "--jobs"),
    (["lenet5", "--search", "--space", "batch=8|16", "--storage", "mysql://x"], "no database that is supported"),
])  # fmt: skip
def test_wrong_usage_is_one_clear_message(
    arguments: list[str], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match=message):
        said(*arguments)


def test_a_study_and_a_comparison_of_its_runs(tmp_path: Path) -> None:
    network, data = small_in(tmp_path)
    out = str(tmp_path / "s")
    record = json.loads(
        said(network, "--data", data, "--vary", "dropout=0.5", "--seeds", "2", "--json", "--quiet", "-o", out, *QUICK)
    )
    assert record["schema"] == "convlens/study/1"
    page = tmp_path / "both.html"
    said("--compare", out, "-o", str(page))
    assert page.read_text().count("<script") >= 3
