"""An error names a line that the user wrote, never one of Python's own library."""

from pathlib import Path

import pytest
import torch
from torch import nn

import convlens
from convlens.cli import main
from convlens.importers.torch.frames import user_line


def test_a_decorator_of_the_standard_library_is_not_the_users_line() -> None:
    module = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU())
    error = convlens.summary(module, (8, 1, 64, 64)).facts.error
    assert "contextlib" not in str(error)
    assert "test_user_line.py" in str(error)


class Written(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.conv(x)


def test_the_line_of_a_forward_goes_before_that_of_the_caller() -> None:
    """The partner: where the user has a frame inside, it is that one."""
    assert "in forward: return self.conv(x)" in str(convlens.summary(Written(), (8, 1, 64, 64)).facts.error)
    assert "test_user_line.py" in user_line()


LOOKING = """
from torch import nn

class Net(nn.Module):
    def forward(self, x):
        if x.mean() > 0:
            x = x * 2
        return x
"""


@pytest.mark.parametrize("verb", ["lint", "summary"])
def test_code_that_looks_at_values_is_told_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], verb: str
) -> None:
    """On the command line, too, where an error of a module gets what its forward takes."""
    (tmp_path / "looking_net.py").write_text(LOOKING)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as end:
        main([verb, "looking_net.py:Net", "--input", "1x3x8x8"])
    assert end.value.code == 2
    assert capsys.readouterr().err.split("\nerror: ")[-1].removeprefix("error: ") == (
        "torch.Tensor.__bool__ looks at the values of a tensor, and a capture has only shapes\n"
        "  at: looking_net.py:6 in forward: if x.mean() > 0:\n"
        "  fix: real=True (command line: --real) runs the module on zeros and records what it does\n"
    )


class Biased(Written):
    def __init__(self) -> None:
        super().__init__()
        self.norm = nn.BatchNorm2d(4)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.norm(self.conv(x))


def test_a_finding_in_a_live_module_has_the_users_line() -> None:
    (finding,) = convlens.lint(Biased(), (1, 3, 8, 8), select=["S01"]).to_dict()["findings"]
    line = Biased.forward.__code__.co_firstlineno + 1
    assert finding["source"] == f"test_user_line.py:{line} in forward: return self.norm(self.conv(x))"


def test_nobody_else_pays_for_lines_and_who_asks_is_no_line() -> None:
    assert {node.source for node in convlens.summary(Biased(), (1, 3, 8, 8)).graph} == {""}
    plain = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4))
    (finding,) = convlens.lint(plain, (1, 3, 8, 8), select=["S01"]).to_dict()["findings"]
    assert finding["source"] == ""


def test_the_command_line_gives_the_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = "from torch import nn\nclass Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
    text += "        self.c, self.b = nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4)\n    def forward(self, x):\n"
    (tmp_path / "biased_net.py").write_text(text + "        return self.b(self.c(x))\n")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit):
        main(["lint", "biased_net.py:Net", "--input", "1x3x8x8", "--select", "S01", "--json"])
    assert '"line": 7' in capsys.readouterr().out
