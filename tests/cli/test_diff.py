"""``convlens diff`` as a program: formats, exit codes, files."""

import json
import subprocess
import sys

import pytest

NET = "network n\ninput x: 1x3x8x8\nc = conv(x, out=4, kernel=3x3)\noutput c\n"


def run(*args: str, cwd=None):
    return subprocess.run([sys.executable, "-m", "convlens", *args], capture_output=True, text=True, cwd=cwd, check=False)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "a.txt").write_text(NET)
    (tmp_path / "b.txt").write_text(NET.replace("kernel=3x3", "kernel=5x5"))
    (tmp_path / "broken.txt").write_text(NET.replace("kernel=3x3", "kernel=9x9"))
    return tmp_path


def test_the_table_and_the_record(folder):
    done = run("diff", "a.txt", "b.txt", cwd=folder)
    assert done.returncode == 0
    assert "~ c  Conv2d(3, 4, 3)\n    -> Conv2d(3, 4, 5)" in done.stdout
    record = json.loads(run("diff", "a.txt", "b.txt", "--json", cwd=folder).stdout)
    assert record["totals"]["params"] == [112, 304]


def test_files_of_each_format(folder):
    for ending in (".json", ".md", ".txt"):
        assert run("diff", "a.txt", "b.txt", "-o", f"out{ending}", cwd=folder).returncode == 0
        assert (folder / f"out{ending}").stat().st_size > 100
    done = run("diff", "a.txt", "b.txt", "-o", "out.png", cwd=folder)
    assert done.returncode == 2
    assert done.stderr == "error: -o out.png: the ending '.png' says no format\n  fix: one of .json, .md, .txt\n"


def test_a_network_that_breaks_is_exit_code_1(folder):
    done = run("diff", "a.txt", "broken.txt", cwd=folder)
    assert done.returncode == 1
    assert done.stderr.count("conv 'c'") == 1
    assert "conv 'c'" not in done.stdout
    assert "parameters" in done.stdout


def test_a_missing_file_is_one_message(folder):
    done = run("diff", "a.txt", "nothing.txt", cwd=folder)
    assert done.returncode == 2
    assert done.stderr.startswith("error: ")
    assert "nothing.txt" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_input_of_both(folder):
    record = json.loads(run("diff", "a.txt", "b.txt", "--input", "2x3x16x16", "--json", cwd=folder).stdout)
    assert record["changed"][0]["figures"]["outputs"] == [[[2, 4, 14, 14]], [[2, 4, 12, 12]]]


def test_a_new_finding_may_fail(folder):
    """The other way round the finding is gone, and of one network with itself none is new."""
    (folder / "biased.txt").write_text(NET.replace("output c", "n = batch_norm(c)\noutput n"))
    for old, new, fail_on, code in (
        ("a.txt", "biased.txt", ["warn"], 1),
        ("a.txt", "biased.txt", ["error"], 0),
        ("a.txt", "biased.txt", [], 0),
        ("biased.txt", "a.txt", ["warn"], 0),
        ("biased.txt", "biased.txt", ["warn"], 0),
    ):
        done = run("diff", old, new, *(f"--fail-on={severity}" for severity in fail_on), cwd=folder)
        assert (done.returncode, done.stderr) == (code, ""), (old, new, fail_on)
