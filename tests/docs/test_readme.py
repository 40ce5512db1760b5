"""What the README shows is what the commands print."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
SHOWN = re.findall(r"```text\n\$ convlens (.*?)\n(.*?)\n```", README, re.DOTALL)


def printed(command: str) -> str:
    env = {**os.environ, "COLUMNS": "80", "NO_COLOR": "1", "PYTHONIOENCODING": "utf-8"}
    arguments = [sys.executable, "-m", "convlens", *shlex.split(command)]
    return subprocess.run(arguments, capture_output=True, env=env, check=True).stdout.decode().rstrip()


def test_the_readme_shows_real_output():
    assert len(SHOWN) == 2


@pytest.mark.parametrize(("command", "output"), SHOWN, ids=[command for command, _ in SHOWN])
def test_the_output_is_that_of_the_command(command, output):
    assert printed(command) == output


def test_another_command_prints_something_else():
    """The partner: a difference would be seen."""
    assert printed("summary lenet5") != printed("summary lenet5 --input 2x1x32x32")
