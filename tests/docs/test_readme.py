"""What the README shows, in both languages, is what the commands print."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = {name: (ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "README.zh-CN.md")}
SHOWN = {name: re.findall(r"```text\n\$ convlens (.*?)\n(.*?)\n```", page, re.DOTALL) for name, page in PAGES.items()}
EACH = [(command, output) for shown in SHOWN.values() for command, output in shown]


def printed(command: str, folder: Path = ROOT) -> str:
    """The standard output; `lint` may have found something (exit code 1)."""
    env = {**os.environ, "COLUMNS": "80", "NO_COLOR": "1", "PYTHONIOENCODING": "utf-8"}
    arguments = [sys.executable, "-m", "convlens", *shlex.split(command)]
    done = subprocess.run(arguments, capture_output=True, env=env, cwd=folder, check=False)
    assert done.returncode == 0 or (command.startswith("lint ") and done.returncode == 1 and not done.stderr)
    return done.stdout.decode().rstrip()


def test_the_readme_shows_real_output():
    assert [len(shown) for shown in SHOWN.values()] == [9, 9]


def test_both_pages_show_the_same_commands_and_code():
    english, chinese = ([command for command, _ in shown] for shown in SHOWN.values())
    assert [f"{command} --lang zh" for command in english] == chinese
    shell, paths = (
        [re.findall(pattern, page, re.DOTALL) for page in PAGES.values()]
        for pattern in (r"```sh\n(convlens.*?)```", r"\]\((?!README)([^)]+)\)")
    )
    assert shell[0] == shell[1]
    assert paths[0] == [path.replace(".zh-CN.md", ".md") for path in paths[1]]
    assert all((ROOT / path.partition("#")[0]).exists() for path in paths[1] if "://" not in path)


@pytest.mark.parametrize(("command", "output"), EACH, ids=[command for command, _ in EACH])
def test_the_output_is_that_of_the_command(command, output):
    assert printed(command) == output


def test_another_command_prints_something_else():
    """The partner: a difference would be seen."""
    assert printed("summary lenet5") != printed("summary lenet5 --input 2x1x32x32")
