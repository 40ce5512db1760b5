"""What a person types: torchrun with two processes, which may be lost, stopped, or not be two at all."""

import json
import signal
import socket
from pathlib import Path

import pytest
import torch

from convlens.ir.errors import UsageError
from convlens.training.engine.joining import alone, joined
from convlens.training.record.checkpoint import load_checkpoint, saved
from convlens.training.resume import check_owner
from convlens.training.run import Run
from convlens.training.train import train
from tests.training.distributed.launch import ELASTIC, kill, torchrun
from tests.training.small import blobs, network, options

LONG = {"epochs": 60, "optimizer": "sgd", "learning_rate": 0.01, "batch": 8}


@pytest.fixture
def files(tmp_path: Path) -> Path:
    blobs(tmp_path / "blobs.npz")
    network(tmp_path / "small.txt")
    return tmp_path


def words(out: str, **more: object) -> list[object]:
    given = [word for name, value in options(**more).items() for word in (f"--{name.replace('_', '-')}", str(value))]
    return ["-m", "convlens", "train", "small.txt", "--data", "blobs.npz", "-o", out, *given]


def alike(one: Run, two: Run) -> None:
    kept = [load_checkpoint(run.folder.best).model for run in (one, two)]
    for key in kept[0]:
        torch.testing.assert_close(kept[0][key], kept[1][key], rtol=1e-6, atol=1e-6)
    steps = [[json.loads(line)["step"] for line in run.folder.steps.read_text().splitlines()] for run in (one, two)]
    assert steps[0] == steps[1]


def latest(files: Path) -> str:
    return max((path.name for path in saved(files / "two" / "checkpoints")), default="")


def test_a_lost_process_comes_back_from_the_last_checkpoint(files: Path) -> None:
    reference = train(str(files / "small.txt"), str(files / "blobs.npz"), out=files / "one", **options(**LONG))
    started = torchrun(*words("two", **LONG), options=ELASTIC, cwd=files)
    for victim in (1, 0):
        before = latest(files)
        started.until(lambda before=before: latest(files) > before and len(started.workers()) == 2)
        kill(started.workers()[victim])
    code, _, errors = started.ended()
    assert code == 0, errors
    assert errors.count("going on from step") == 2
    run = Run(files / "two")
    assert run.record["machine"]["processes"] == 2
    alike(reference, run)


def test_ctrl_c_saves_says_how_to_go_on_and_only_one_process_speaks(files: Path) -> None:
    started = torchrun(*words("two", **LONG), cwd=files)
    started.until(lambda: latest(files))
    started.process.send_signal(signal.SIGINT)
    code, out, errors = started.ended()
    assert code != 0
    assert errors.count("all is saved\n  to go on: convlens train --resume two\n") == 1
    assert errors.count("to judge by") == 1
    assert out == ""
    step = int(errors.partition("stopped after step ")[2].partition(" ")[0])
    assert saved(files / "two" / "checkpoints")[-1].name == f"step-{step:08d}.safetensors"
    went_on = train(resume="two")
    reference = train("small.txt", "blobs.npz", out="one", **options(**LONG))
    alike(reference, went_on)


@pytest.fixture(autouse=True)
def stay(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)


def test_one_error_is_said_once_and_the_others_end_with_its_code(files: Path) -> None:
    code, out, errors = torchrun(*words("two"), "--learning-rate", "1e30", "--optimizer", "sgd", cwd=files).ended()
    assert code != 0
    assert out == ""
    assert errors.count("\nerror: ") + errors.startswith("error: ") == 1
    assert "the first layer whose output is not finite is" in errors or "the gradient of" in errors
    assert Run(files / "two").record["machine"]["processes"] == 2


def test_a_launcher_that_starts_one_process_is_told_apart(files: Path) -> None:
    """The gate of the other tests, `processes == 2`, fails where torchrun is told to start one."""
    code, out, _ = torchrun(*words("one", epochs=1), "--json", processes=1, cwd=files).ended()
    assert code == 0
    assert json.loads(out)["machine"]["processes"] == 1


def test_two_machines_without_a_shared_disk(files: Path) -> None:
    """Each has its data; the run lies on the machine of the first process alone, and is read there to go on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    nodes = ("--nnodes", "2", "--rdzv-backend", "c10d", "--rdzv-endpoint", f"127.0.0.1:{port}", "--local-addr", "127.0.0.1")
    places = [files / "a", files / "b"]
    for place in places:
        place.mkdir()
        blobs(place / "blobs.npz")
        network(place / "small.txt")
    launched = [torchrun(*words("two"), cwd=place, processes=1, options=nodes) for place in places]
    results = [each.ended() for each in launched]
    assert [code for code, *_ in results] == [0, 0], results
    owner = [place for place in places if (place / "two").exists()]
    assert len(owner) == 1
    assert Run(owner[0] / "two").record["machine"]["processes"] == 2
    alike(train("small.txt", "blobs.npz", out="one", **options()), Run(owner[0] / "two"))
    assert sorted(out == "" for _, out, _ in results) == [False, True]


def test_a_run_on_another_machine_is_not_begun_anew() -> None:
    assert check_owner("run", ["a", ""]) == "run"
    assert check_owner(None, ["", ""]) is None
    with pytest.raises(UsageError, match="the run lies on b"):
        check_owner("run", ["", "b"])


def test_processes_that_are_not_joined_are_refused_or_said(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("RANK", "WORLD_SIZE", "SLURM_STEP_NUM_TASKS", "OMPI_COMM_WORLD_SIZE", "PMI_SIZE"):
        monkeypatch.delenv(name, raising=False)
    with joined() as world:
        assert (world.size, alone()) == (1, 0)
    monkeypatch.setenv("SLURM_STEP_NUM_TASKS", "4")
    assert alone() == 4
    monkeypatch.setenv("WORLD_SIZE", "2")
    with pytest.raises(UsageError, match="RANK is not set: each would train alone"), joined():
        pass
