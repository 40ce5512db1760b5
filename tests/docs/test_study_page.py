"""The studies that the pages show can be begun: each of their variants can be built."""

import re
import shlex
from pathlib import Path
from typing import Any

import pytest

from convlens.cli.study import command
from convlens.ir.errors import UsageError
from convlens.studies.estimate import estimate
from convlens.studies.study import _begun
from convlens.studies.watch import StudyWatch
from tests.training.data.fashion import fashion_folder

ROOT = Path(__file__).parents[2]
PAGES = ("README.md", "README.zh-CN.md", "docs/study.md")
LINES = sorted(
    {
        line
        for page in PAGES
        for line in re.findall(r"^convlens (study \S+ --vary [^#\n]+)", (ROOT / page).read_text(encoding="utf-8"), re.MULTILINE)
    }
)


def begin(line: str) -> int:
    """The trainings that it would do."""
    fashion_folder()
    given: dict[str, Any] = command.make_context("study", shlex.split(line)[1:]).params
    settings = {"limit": 100, "batch": 10} | {
        name: value for name, value in given.items() if name in ("epochs", "dropout") and value
    }
    made = _begun(
        given["recipe"], given["data"], given["vary"], "", settings, line, StudyWatch(), grid=given["grid"],
        seeds=given["seeds"], small=False, stop=False,
    )  # fmt: skip
    return estimate(made.plan, len(made.plan.trials)).trainings


@pytest.mark.parametrize("line", LINES)
def test_it_can_be_begun(line: str) -> None:
    assert begin(line) > 3


def test_one_that_cannot_is_seen() -> None:
    with pytest.raises(UsageError, match="no dropout layer"):
        begin("study lenet5 --vary dropout=0,0.2")


def test_the_pages_show_some() -> None:
    assert len(LINES) >= 2
