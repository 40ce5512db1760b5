"""Streams that are closed or full, and what may reach a terminal."""

import io
import json
import subprocess
import sys
from pathlib import Path

import click
import pytest
from rich.console import Console
from rich.progress import Progress

from convlens.cli import MAX_LINE, commands, main
from convlens.cli._output import remark

CONVLENS = f"{sys.executable} -m convlens"
ESCAPES = 'network "n\\u001b]0;pwn\\u0007"\ninput "a\\u009b2J": 1x3x8x8\n"\\u202er" = relu("a\\u009b2J")\noutput "\\u202er"\n'
CONTROLS = {*map(chr, range(32)), *map(chr, range(127, 160)), "\u202e"} - {"\n"}


def shell(command: str, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-c", command],
        capture_output=True,
        encoding="utf-8",
        errors="surrogateescape",
        check=False,
        cwd=folder,
        timeout=60,
    )


ARGS = ["summary lenet5", "summary lenet5 --json", "layer 'ReLU()' --input 1x3", "--help", "--version", "summary --help"]
ARGS += ["lint lenet5", "lint lenet5 --format sarif", "lint lenet5 --format junit", "lint lenet5 --fix"]


@pytest.mark.parametrize("args", ARGS)
@pytest.mark.parametrize("redirected", [">/dev/full", ">&-"])
def test_a_result_that_cannot_be_written_is_one_message(args: str, redirected: str) -> None:
    done = shell(f"{CONVLENS} {args} {redirected}")
    assert done.returncode == 2
    assert done.stderr.startswith("error: the standard output: ")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("redirected", ["2>/dev/full", "2>&-", "2>&- >&-", "2>/dev/full >/dev/full"])
def test_the_exit_code_does_not_need_the_standard_error(redirected: str) -> None:
    assert shell(f"{CONVLENS} summary nope {redirected}").returncode == 2


def test_a_file_does_not_need_the_standard_output(tmp_path: Path) -> None:
    assert shell(f"{CONVLENS} summary lenet5 -o a.json >&- 2>&-", tmp_path).returncode == 0
    assert json.loads((tmp_path / "a.json").read_text())["model"] == "lenet5"


def test_a_closed_standard_input_is_one_message() -> None:
    done = shell(f"{CONVLENS} summary - <&-")
    assert (done.returncode, done.stderr.splitlines()[0][:34]) == (2, "error: the standard input is close")


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ("--input x=1x1x32x32 --input x=1x1x28x28", "error: --input 'x' is given 2 times"),
        ("--input 1x1x32x32 --input x=1x1x28x28", "error: the inputs of 'lenet5' are given by name or by position"),
        ("-o ''", "error: -o : no ending says no format"),
        ("--dim N=1 --dim N=2", "error: --dim 'N' is given 2 times"),
    ],
)
def test_what_is_said_twice_or_not_at_all_is_refused(args: str, message: str) -> None:
    done = shell(f"{CONVLENS} summary lenet5 {args}")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(message)


def test_a_layer_has_no_file_without_a_name() -> None:
    assert shell(f"{CONVLENS} layer 'ReLU()' --input 1x3 -o ''").returncode == 2


@pytest.mark.parametrize(
    "options", ["", "--color always", "--markdown", "--json", "-o a.md", "-o a.html", "-o a.txt", "-o a.json"]
)
def test_no_control_character_is_printed(tmp_path: Path, options: str) -> None:
    (tmp_path / "esc.txt").write_text(ESCAPES)
    done = shell(f"{CONVLENS} summary esc.txt {options}", tmp_path)
    written = "".join(path.read_text(encoding="utf-8") for path in tmp_path.glob("a.*"))
    assert (done.returncode, done.stderr) == (0, "")
    assert "pwn" in done.stdout + written
    assert "\x1b]" not in done.stdout
    if options != "--color always":
        assert not CONTROLS & set(done.stdout + written)
    if "json" in options:
        assert json.loads(done.stdout or written)["inputs"][0]["name"] == "a\x9b2J"


def test_messages_quote_without_control_characters(tmp_path: Path) -> None:
    (tmp_path / "bad.txt").write_text("input x: 1x3\ny = \x1b[31mrelu(x)\x07\noutput y")
    for args in ("bad.txt", "$'\\e[31mred\\a.txt'", "$'\\e[31mred:f'", "$'\\xff.txt'"):
        done = shell(f"{CONVLENS} summary {args}", tmp_path)
        assert done.returncode == 2
        assert not CONTROLS & set(done.stderr)


def test_a_long_message_is_shortened(tmp_path: Path) -> None:
    sizes = ", ".join(["1"] * 50_000)
    (tmp_path / "long.txt").write_text(f"input x: 1x3\ny = split(x, axis=1, sizes=[{sizes}])\noutput y")
    done = shell(f"{CONVLENS} summary long.txt", tmp_path)
    assert done.returncode == 1
    assert max(map(len, done.stderr.splitlines())) in (MAX_LINE - 1, MAX_LINE)
    assert "make 50000, but axis 1 of 1x3 is 3 long" in done.stderr


@pytest.mark.parametrize(
    ("raised", "seen"),
    [(EOFError("marshal data too short"), EOFError), (KeyboardInterrupt(), SystemExit), (click.Abort(), SystemExit)],
)
def test_only_an_interruption_ends_in_silence(
    monkeypatch: pytest.MonkeyPatch, raised: BaseException, seen: type[BaseException]
) -> None:
    """The end of a file somewhere in the work is a fault with its traceback, though click takes it for Ctrl-D."""

    def invoked(context: click.Context) -> None:
        raise raised

    monkeypatch.setattr(commands, "invoke", invoked)
    with pytest.raises(seen) as caught:
        main(["summary", "lenet5"])
    assert seen is EOFError or caught.value.code == 130


def test_a_line_comes_above_a_bar() -> None:
    """rich takes the standard error while it draws; what goes round it would leave a copy of the bar with each line."""
    console = Console(file=io.StringIO(), force_terminal=True)
    with Progress(console=console) as bar:
        bar.add_task("", total=2)
        remark("epoch 1")
    assert "epoch 1" in console.file.getvalue()
