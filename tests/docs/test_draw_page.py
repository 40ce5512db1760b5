"""What docs/draw.md shows is what the commands do."""

import doctest
import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

import convlens
from convlens.cli import commands
from convlens.drawing.draw import ENDINGS

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "draw.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^convlens (draw .*)$", PAGE, re.MULTILINE)
PICTURES = re.findall(r"!\[(.*) on \S+\]\(pictures/(\S+)\.svg\)", PAGE)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_runs(command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(commands, shlex.split(command))
    assert result.exit_code == 0, result.output
    assert list(tmp_path.iterdir())


@pytest.mark.parametrize(("call", "name"), PICTURES)
def test_every_picture_is_what_is_drawn_now(call: str, name: str) -> None:
    drawing = convlens.draw(call, f"1x{name.rpartition('_')[2].partition('-')[0]}")
    assert drawing.name == name
    assert (DOCS / "pictures" / f"{name}.svg").read_text(encoding="utf-8") == drawing.svg()
    assert (DOCS / "pictures" / f"{name}-still.svg").read_text(encoding="utf-8") == drawing.svg(still=True)


def test_there_are_commands_and_pictures() -> None:
    assert len(COMMANDS) == 5
    assert len(PICTURES) == 4


def test_every_form_is_in_the_table() -> None:
    assert set(re.findall(r"^\| `layer(?:-still)?(\.\w+)`", PAGE, re.MULTILINE)) == set(ENDINGS)


def test_the_python_is_so() -> None:
    found = doctest.DocTestParser().get_doctest(PAGE, {}, "draw.md", "docs/draw.md", 0)
    assert doctest.DocTestRunner().run(found).failed == 0
    assert len(found.examples) == 4
