"""A run whose network is code of the user's own goes on only with the code that the user names."""

import json
import os
import signal
from pathlib import Path

import pytest
import torch

from convlens.cli import main
from convlens.ir.errors import UsageError
from convlens.training.engine.watch import Watch
from convlens.training.record.checkpoint import load_checkpoint
from convlens.training.restored import restored
from convlens.training.run import Run
from convlens.training.train import StoppedError, train
from tests.training.small import options

MINE = """
import pathlib, torch
pathlib.Path("ran").touch()
def net():
    return torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(64, 3))
"""
ASKED = "code of your own, which is run only where you name it\n  fix: convlens train --resume {run} --network {network}"
TOLD = "running {network}, which is your own code"


@pytest.fixture(autouse=True)
def mine(here: Path) -> None:
    (here / "mine.py").write_text(MINE)


class Breaking(Watch):
    """Asks for an end after the second epoch, as Ctrl-C does."""

    def judged(self, record: object) -> None:
        if record["epoch"] == 2:  # type: ignore[index]
            os.kill(os.getpid(), signal.SIGINT)


def broken_off(recipe: str = "mine.py:net", command: str = "") -> str:
    """What is said of a training that was stopped; what its code left behind is taken away."""
    with pytest.raises(StoppedError) as stopped:
        train(recipe, "blobs.npz", out="run", watch=Breaking(), command=command, **options())
    Path("ran").unlink(missing_ok=True)
    return str(stopped.value)


def resumed(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    """Exit code and errors of ``convlens train --resume``."""
    capsys.readouterr()
    code = 0
    try:
        main(["train", "--resume", *words, "--lang", "en"])
    except SystemExit as end:
        code = int(end.code or 0)
    return code, capsys.readouterr().err


def stranger() -> Path:
    """A folder that claims to be a run, with code beside it."""
    folder = Path("stranger")
    folder.mkdir()
    (folder / "evil.py").write_text(MINE)
    (folder / "settings.toml").write_text('network = "evil.py:net"\ndata = "blobs.npz"\n')
    measured = {"precision": "float32", "layout": "channels-first", "batch": 16}
    (folder / "run.json").write_text(json.dumps({"measured": measured, "fingerprint": "any", "classes": ["a", "b"]}))
    return folder


def test_the_code_of_a_folder_that_somebody_sent_is_not_run_before_it_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    folder = stranger()
    code, errors = resumed(capsys, str(folder))
    assert code == 2
    assert ASKED.format(run="stranger", network="stranger/evil.py:net") in errors
    assert "running" not in errors
    with pytest.raises(UsageError, match="only where you name it"):
        train(resume=folder)
    assert not Path("ran").exists()
    code, errors = resumed(capsys, str(folder), "--network", "stranger/evil.py:net")
    assert code == 2
    assert errors.startswith(TOLD.format(network="stranger/evil.py:net"))
    assert "its fingerprint has changed" in errors
    assert Path("ran").exists()


def test_a_run_of_ones_own_code_says_how_it_goes_on_and_does(capsys: pytest.CaptureFixture[str]) -> None:
    whole = train("mine.py:net", "blobs.npz", out="whole", **options())
    said = broken_off()
    assert said.endswith("\n  to go on: convlens train --resume run --network mine.py:net")
    with pytest.raises(UsageError, match=r"broken off\n  fix: convlens train --resume run --network /.*/mine.py:net$"):
        restored("run", "mine.py:net")
    assert resumed(capsys, "run")[0] == 2
    assert not Path("ran").exists()
    code, errors = resumed(capsys, "run", "--network", "mine.py:net")
    assert (code, errors.count(TOLD.format(network="mine.py:net"))) == (0, 1)
    weights = [load_checkpoint(run.folder.best).model for run in (whole, Run("run"))]
    assert all(torch.equal(value, weights[1][name]) for name, value in weights[0].items())


def test_a_run_that_is_done_runs_nothing_and_asks_for_nothing() -> None:
    train("mine.py:net", "blobs.npz", out="run", **options())
    Path("ran").unlink()
    assert train(resume="run").test
    assert not Path("ran").exists()


def test_torchrun_goes_on_by_itself_with_the_code_of_its_command(monkeypatch: pytest.MonkeyPatch) -> None:
    broken_off(command="the same")
    monkeypatch.setenv("TORCHELASTIC_RESTART_COUNT", "1")
    settings = Path("run/settings.toml")
    Path("other.py").write_text("raise SystemExit('run by the folder')")
    settings.write_text(settings.read_text().replace("mine.py", "other.py"))
    run = train("mine.py:net", "blobs.npz", out="run", command="the same", **options())
    assert [epoch["epoch"] for epoch in run.epochs] == [1, 2, 3]


def test_what_the_option_cannot_mean(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(UsageError, match=r"names the code of a run that goes on\n  fix: mine.py:net as RECIPE, or --resume RUN"):
        train("small.txt", "blobs.npz", network="mine.py:net")
    broken_off()
    with pytest.raises(UsageError, match=r"--network lenet5 is not package.module:factory or file.py:factory"):
        train(resume="run", network="lenet5")
    assert "there is no file 'gone.py'" in resumed(capsys, "run", "--network", "gone.py:net")[1]
    Path("run").rename("code")
    broken_off("small.txt")
    with pytest.raises(
        UsageError, match=r"is run/small.txt, which is no code of your own\n  fix: leave --network mine.py:net out"
    ):
        train(resume="run", network="mine.py:net")
    assert not Path("ran").exists()
