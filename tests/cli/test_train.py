"""The verb train: exit codes, what goes where, every setting an option, Chinese, and nothing heavy for --help."""

import io
import json
import re
import subprocess
import sys
from pathlib import Path

import click
import numpy as np
import pytest
from click.testing import CliRunner
from rich.console import Console

from convlens.cli import commands, main
from convlens.cli._progress import TerminalWatch, epoch_line
from convlens.cli._training_options import given, setting_options
from convlens.lang.messages import marked
from convlens.lang.remark import remark
from convlens.training.recipe import recipe_names
from convlens.training.settings.settings import Settings, table

NET = """network small
input x: 1x1x8x8
c = conv(x, out=4, kernel=3x3)
r = relu(c)
p = adaptive_avg_pool(r, size=2x2)
f = flatten(p)
y = linear(f, out=10)
output y
"""
MINE = """import torch

class Net(torch.nn.Sequential):
    def __init__(self):
        super().__init__(torch.nn.Flatten(), torch.nn.Linear(64, 3))
"""
QUICK = ("--epochs", "2", "--batch", "16", "--precision", "float32", "--layout", "channels-first", "--threads", "1")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """90 pictures of three classes, a network and code of one's own in the current folder."""
    monkeypatch.chdir(tmp_path)
    draw = np.random.default_rng(0)
    labels = np.arange(90) % 3
    images = draw.integers(0, 60, (90, 8, 8), dtype=np.uint8)
    for image, label in zip(images, labels, strict=True):
        image[2 * label : 2 * label + 3, 2 * label : 2 * label + 3] += 180
    np.savez(tmp_path / "blobs.npz", images=images, labels=labels)
    (tmp_path / "small.txt").write_text(NET)
    (tmp_path / "mine.py").write_text(MINE)
    return tmp_path


def ended(capsys: pytest.CaptureFixture[str], *args: str) -> tuple[int, str, str]:
    """Exit code, output and errors of ``convlens train``."""
    code = 0
    try:
        main(["train", *args])
    except SystemExit as end:
        code = int(end.code or 0)
    seen = capsys.readouterr()
    return code, seen.out, seen.err


def test_help_lists_every_setting_and_its_meaning() -> None:
    for lang in ("en", "zh"):
        found = CliRunner().invoke(commands, ["train", "--lang", lang, "--help"])
        assert found.exit_code == 0
        words = re.sub(r"\s+", "", found.output)
        for about in table():
            assert about.option in found.output
            assert lang == "zh" or re.sub(r"\s+", "", about.meaning) in words, about.name


def test_help_and_the_list_load_no_framework() -> None:
    script = (
        "import sys\nfrom convlens.cli import main\n"
        "try: main(['train', '--help'])\nexcept SystemExit: pass\n"
        "print('HEAVY', sorted({'torch', 'numpy'} & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.rstrip().endswith("HEAVY []")


def test_the_list_says_every_recipe_in_both_languages(capsys: pytest.CaptureFixture[str]) -> None:
    for lang, end in (("en", "."), ("zh", "。")):
        code, out, _ = ended(capsys, "--list", "--lang", lang)
        lines = out.splitlines()
        assert code == 0
        assert [line.split()[0] for line in lines] == recipe_names()
        assert all(line.endswith(end) for line in lines)


def test_the_list_for_machines(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = ended(capsys, "--list", "--json")
    assert (code, err) == (0, "")
    listed = json.loads(out)
    assert listed["schema"] == "convlens/recipes/1"
    assert [each["name"] for each in listed["recipes"]] == recipe_names()
    assert all(each["about"][lang].endswith(end) for each in listed["recipes"] for lang, end in (("en", "."), ("zh", "。")))


def test_a_plan_for_machines(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    (folder / "loud.py").write_text("print('loud')\n" + MINE)
    code, out, err = ended(capsys, "loud.py:Net", "--data", "blobs.npz", "--plan", "--json", *QUICK)
    record = json.loads(out)
    assert code == 0
    assert "8 steps of 16 examples, 4 an epoch" in err
    assert record["schema"] == "convlens/train-plan/1"
    assert (record["steps"], record["per_epoch"], record["measured"]["batch"]) == (8, 4, 16)
    assert (record["params"], record["macs"], record["input"]) == (64 * 3 + 3, 64 * 3, [1, 8, 8])
    assert record["parts"] == {"train": 63, "validation": 9, "test": 18}
    assert record["settings"]["epochs"] == 2
    assert record["findings"] == []


def test_a_plan_for_machines_has_what_lint_finds(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    (folder / "flat.txt").write_text(NET.replace("r = relu(c)", "b = batch_norm(c)\nr = relu(b)"))
    code, out, err = ended(capsys, "flat.txt", "--data", "blobs.npz", "--plan", "--json", *QUICK)
    found = json.loads(out)["findings"]
    assert code == 0
    assert [(each["code"], each["node"]) for each in found] == [("S01", "c")]
    assert f"{found[0]['code']} {found[0]['name']}: {found[0]['message']}" in err


def test_a_plan_trains_and_writes_nothing(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    before = sorted(folder.iterdir())
    code, out, err = ended(capsys, "small.txt", "--data", "blobs.npz", "--plan", *QUICK)
    assert (code, err) == (0, "")
    assert "63 examples to train on, 9 to judge by, 18 to test at the end; 3 classes" in out
    assert "the last layer gives 3 instead of 10 values" in out
    params, macs = 4 * 9 + 4 + 16 * 3 + 3, 4 * 36 * 9 + 16 * 3
    assert f"{params} parameters, {macs / 1000:.2f} k multiply-accumulates for one example" in out
    assert "8 steps of 16 examples, 4 an epoch" in out
    assert sorted(folder.iterdir()) == before


def test_the_record_is_that_of_the_house(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    code, out, err = ended(capsys, "small.txt", "--data", "blobs.npz", *QUICK, "--json", "-o", "run")
    record = json.loads(out)
    assert code == 0
    assert err.count("epoch  ") == 2
    assert record["schema"] == "convlens/train/1"
    assert record["params"] == 91
    assert record["folder"] == "run"
    assert record["parts"] == {"train": 63, "validation": 9, "test": 18}
    assert len(record["epochs"]) == 2
    assert 0 <= record["test_accuracy"] <= 1
    assert record["test_accuracy"] == record["test"]["accuracy"] == np.trace(record["test"]["confusion"]) / 18
    assert record["train_seconds"] == pytest.approx(sum(epoch["seconds"] for epoch in record["epochs"]), abs=1e-3)
    assert record["settings"]["epochs"] == 2
    assert {"seed", "versions", "data", "command"} <= set(record)
    code, _, err = ended(capsys, "small.txt", "--data", "blobs.npz", *QUICK, "-o", "run")
    assert code == 2
    assert "run holds a run already\n  fix: --resume run" in err


def test_what_came_of_it_is_said_in_both_languages(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = ended(capsys, "mine.py:Net", "--data", "blobs.npz", *QUICK, "-o", "a")
    assert code == 0
    assert re.fullmatch(r"test accuracy \d+\.\d\d %, loss \d\.\d{4}\n2 epochs in \d+\.\d s\nrun: a\n", out)
    assert "running mine.py:Net, which is your own code" in err
    code, out, err = ended(capsys, "small.txt", "--data", "blobs.npz", *QUICK, "-o", "b", "--lang", "zh")
    assert code == 0
    assert not re.search(r"[a-z]{4,}", re.sub(r"small|blobs|--[a-z-]+", "", out + err)), "no English word is left"
    pages = [Path(run, "report.html").read_text(encoding="utf-8") for run in ("a", "b")]
    assert ['<html lang="zh' in page for page in pages] == [False, True]


def test_quiet_says_the_result_alone(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = ended(capsys, "small.txt", "--data", "blobs.npz", *QUICK, "--quiet", "--test", "0", "-o", "run")
    assert (code, err) == (0, "")
    assert out.startswith("2 epochs in ")


DATA = ("--data", "blobs.npz")
WRONG = {
    "a setting out of its bounds": (("small.txt", *DATA, "--epochs", "0"), "epochs is '0'\n  fix: a whole number >= 1"),
    "a setting that is no number": (("small.txt", *DATA, "--learning-rate", "--5"), "learning_rate is '--5'"),
    "a word that is none": (("small.txt", *DATA, "--optimizer", "adan"), "'adan' is not one of 'sgd'"),
    "an option that is none": (("small.txt", *DATA, "--epoch-count", "3"), "No such option"),
    "shares that leave nothing": (("small.txt", *DATA, "--test", "0.6", "--validation", "0.6"), "fix:"),
    "unknown data": (("small.txt", "--data", "nope"), "there are no data 'nope'\n  fix: one of fashion-mnist"),
    "no data": (("small.txt",), "names no data\n  fix: --data"),
    "an unknown network": (("nope", *DATA), "there is no recipe or network 'nope'"),
    "nothing": ((), "nothing to train\n  fix: a recipe"),
    "code that is not there": (("gone.py:net", *DATA), "gone.py"),
    "the standard input": (("-", *DATA), "the standard input can be read once"),
    "a network of another kind": (("c3d", *DATA), "the network is for volumes, but the data are pictures ("),
    "a network that classifies nothing": (("unet_same", *DATA, "--size", "64,64"), "classification takes 1x3"),
    "a size of other axes": (("small.txt", *DATA, "--size", "8,8,8"), "fix:"),
    "a recipe that is not there": (("gone.toml", *DATA), "gone.toml"),
    "no run": (("--resume", "gone"), "gone holds no run"),
    "a plan of a run": (("--plan", "--resume", "gone"), "--plan says what a training would do, and --resume goes on with one"),
    "code beside a recipe": (("small.txt", *DATA, "--network", "mine.py:Net"), "fix: mine.py:Net as RECIPE, or --resume RUN"),
    "code beside trials": (("small.txt", *DATA, "--find-lr", "--network", "mine.py:Net"), "fix: mine.py:Net as RECIPE"),
    "a folder that is no text": (
        ("small.txt", *DATA, "-o", "caf\udce9"),
        "-o 'caf\\udce9' is not a name in UTF-8\n  fix: another",
    ),
    "a run and a setting": (("--resume", "gone", "--epochs", "3"), "--resume goes on exactly as the run began"),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_usage_is_one_message(name: str, capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    args, said = WRONG[name]
    code, out, err = ended(capsys, *args)
    assert (code, out) == (2, "")
    assert said in err
    assert err.count("error:") == 1
    assert "Traceback" not in err
    assert not (folder / "runs").exists()


def test_the_options_are_those_of_the_table() -> None:
    @click.command()
    @setting_options
    def command(**values: object) -> None:
        nonlocal seen
        seen = given(values)

    seen: dict[str, object] = {}
    legal = {bool: None, int: "3", float: "0.25", tuple: "3,4"}
    for about in table():
        value = about.words[0] if about.words and str in about.kinds else about.least or legal[about.kinds[0]]
        args = [about.option] if value is None else [about.option, str(value)]
        assert CliRunner().invoke(command, args, catch_exceptions=False).exit_code == 0
        assert list(seen) == [about.name]
        assert getattr(Settings().with_values(seen), about.name) == about.read(True if value is None else value)
    assert CliRunner().invoke(command, ["--no-flip"]).exit_code == 0
    assert seen == {"flip": False}
    assert CliRunner().invoke(command, []).exit_code == 0
    assert seen == {}


def test_a_bar_is_drawn_on_a_terminal_alone() -> None:
    for terminal in (True, False):
        drawn = io.StringIO()
        watch = TerminalWatch("en")
        watch._console = Console(file=drawn, force_terminal=terminal, width=100)
        watch.begun(2, 4)
        watch.stepped(3, 0.5, 0.01)
        watch.ended()
        watch.ended()
        assert ("loss 0.5000, learning rate 0.01" in drawn.getvalue()) is terminal


def test_quiet_draws_and_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    watch = TerminalWatch("en", quiet=True)
    watch.said(remark(marked("nothing to train")))
    watch.begun(0, 3)
    watch.stepped(1, 0.5, 0.1)
    watch.judged({"epoch": 1, "train_loss": 0.5, "train_accuracy": 0.5, "seconds": 1.0})
    watch.ended()
    assert capsys.readouterr() == ("", "")


def test_an_epoch_on_a_line() -> None:
    record = {
        "epoch": 12,
        "train_loss": 0.25,
        "train_accuracy": 0.9,
        "seconds": 1.26,
        "validation_loss": 0.5,
        "validation_accuracy": 1,
    }
    assert epoch_line(record, "en") == (
        "epoch  12: loss 0.2500, accuracy 90.0 %; validation loss 0.5000, accuracy 100.0 %; 1.3 s"
    )
    assert re.search("轮次  12：.*90.0 %.*100.0 %.*1.3 秒", epoch_line(record, "zh"))
