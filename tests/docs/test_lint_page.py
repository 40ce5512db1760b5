"""docs/lint.md: every output is the command's, every command line can be read, every setting is one; the hook names a verb."""

import re
import shlex
import tomllib
from pathlib import Path

import pytest

from convlens.cli import commands
from convlens.linting.config_keys import Key, settings_of
from convlens.linting.settings import Settings
from tests.docs.test_readme import ROOT, printed

PAGE = (ROOT / "docs" / "lint.md").read_text(encoding="utf-8")
HOOK = (ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8")
SHOWN = re.findall(r"```text\n\$ convlens (.*?)\n(.*?)\n```", PAGE, re.DOTALL)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the examples in it, where a command may write."""
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    return tmp_path


@pytest.mark.parametrize(("command", "output"), SHOWN, ids=[command for command, _ in SHOWN])
def test_the_output_is_that_of_the_command(command: str, output: str, folder: Path) -> None:
    assert printed(command, folder) == output


def test_there_are_outputs_and_another_command_prints_something_else() -> None:
    assert len(SHOWN) == 3
    assert printed("lint resnet18 --select G12") not in {output for _, output in SHOWN}


def accepted(line: str) -> None:
    """Raises where click does not know an option or a value of this command line."""
    _, name, *words = shlex.split(line, comments=True)
    command = commands.get_command(commands.make_context("convlens", []), name) if name else None
    assert command is not None
    command.make_context(name, words, resilient_parsing=False)


@pytest.mark.parametrize("page", ["docs/lint.md", "README.md", "README.zh-CN.md"])
def test_command_lines_are_such(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    lines = re.findall(r"(?:^|run: )(convlens lint .*)", text, re.MULTILINE)
    assert lines
    for line in lines:
        accepted(line)


def test_a_wrong_command_line_is_noticed() -> None:
    import click

    with pytest.raises(click.ClickException):
        accepted("convlens lint a.txt --max-param 5M")


def test_the_settings_that_are_shown_are_read() -> None:
    (text,) = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    found = settings_of(tomllib.loads(text)["tool"]["convlens"], Key("page"))
    usual = Settings()
    assert {field for field in Settings._fields if getattr(found, field) == getattr(usual, field)} == {"fail_on"}
    assert found.exemptions[0].model == "networks/alexnet*.txt"


def test_the_formats_are_those_of_the_command() -> None:
    from convlens.cli._lint_forms import ENDINGS, FORMATS

    rows = re.findall(r"^\| (table|json|markdown|github|sarif|junit) \| (?:`(\.\w+)`)? ?\|", PAGE, re.MULTILINE)
    assert tuple(form for form, _ in rows) == FORMATS
    assert {ending: form for form, ending in rows if ending} == ENDINGS


def test_the_hook_runs_the_verb_on_networks() -> None:
    assert "- id: convlens-lint\n" in HOOK
    (entry,) = re.findall(r"^  entry: (.*)$", HOOK, re.MULTILINE)
    accepted(f"{entry} a.txt b.onnx")
    (pattern,) = re.findall(r"^  files: '(.*)'$", HOOK, re.MULTILINE)
    for name, meant in {
        "model.onnx": True, "a/b.onnx": True, "networks/a.txt": True, "src/x/networks/a.txt": True,
        "requirements.txt": False, "networks/sub/a.txt": False, "mynetworks/a.txt": False, "networks/a.py": False,
    }.items():  # fmt: skip
        assert bool(re.search(pattern, name)) is meant, name


def test_the_hook_that_is_shown_is_the_one_that_is_there() -> None:
    assert "id: convlens-lint" in PAGE
    (arguments,) = re.findall(r"args: \[(.*)\]", PAGE)
    accepted("convlens lint " + arguments.replace(",", " ") + " a.txt")
