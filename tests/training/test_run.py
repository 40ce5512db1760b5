"""A run that is read back, whole or broken off, and the plan of one that may start."""

import json
from pathlib import Path
from typing import Any

import pytest

from convlens.ir.errors import UsageError
from convlens.training.run import Run

EPOCHS = [{"epoch": 1, "seconds": 1.5, "train_loss": 0.9}, {"epoch": 2, "seconds": 1.25, "train_loss": 0.5}]
TEST = {"accuracy": 0.875, "loss": 0.4321, "examples": 8, "confusion": [[4, 0], [1, 3]], "groups": {}}


def folder(path: Path, test: dict[str, Any] | None = None, epochs: str | None = None) -> Path:
    (path / "run.json").write_text(json.dumps({"schema": "convlens/train/1", "params": 91, "name": "猫"}), "utf-8")
    (path / "settings.toml").write_text('network = "lenet5"\nepochs = 2\n')
    lines = "".join(json.dumps(epoch) + "\n" for epoch in EPOCHS) if epochs is None else epochs
    (path / "epochs.jsonl").write_text(lines)
    if test is not None:
        (path / "test.json").write_text(json.dumps(test))
    return path


def test_a_whole_run(tmp_path: Path) -> None:
    run = Run(folder(tmp_path, TEST))
    record = run.to_dict()
    assert record["schema"] == "convlens/train/1"
    assert (record["params"], record["test_accuracy"], record["train_seconds"]) == (91, 0.875, 2.75)
    assert record["settings"] == {"network": "lenet5", "epochs": 2}
    assert record["epochs"] == EPOCHS
    assert str(run) == f"test accuracy 87.50 %, loss 0.4321\n2 epochs in 2.8 s\nrun: {tmp_path}\n"
    assert json.loads(json.dumps(record)) == record


def test_groups_are_said(tmp_path: Path) -> None:
    run = Run(folder(tmp_path, {**TEST, "groups": {"ada": 1.0, "bob": 0.5}}))
    assert "by group: ada 100.0 % and bob 50.0 %\n" in run.text() or "by group: ada 100.0 %, bob 50.0 %\n" in run.text()
    assert "ada 100.0 %" in run.text("zh")
    assert "test accuracy" not in run.text("zh")


@pytest.mark.parametrize("epochs", [None, "", json.dumps(EPOCHS[0]) + "\n" + '{"epoch": 2, "sec'])
def test_a_run_that_was_broken_off(epochs: str | None, tmp_path: Path) -> None:
    run = Run(folder(tmp_path, None, epochs))
    assert (run.test, run.test_accuracy) == (None, None)
    assert run.text().startswith({None: "2 epochs in 2.8 s", "": "0 epochs in 0.0 s"}.get(epochs, "1 epoch in 1.5 s"))
    assert run.to_dict()["test"] is None


def test_a_run_without_a_test_part(tmp_path: Path) -> None:
    run = Run(folder(tmp_path, {**TEST, "examples": 0, "accuracy": 0.0}))
    assert run.test_accuracy is None
    assert "accuracy" not in str(run)


@pytest.mark.parametrize("missing", ["run.json", "settings.toml"])
def test_a_folder_that_is_no_run(missing: str, tmp_path: Path) -> None:
    (folder(tmp_path) / missing).unlink()
    with pytest.raises(UsageError, match="holds no run"):
        Run(tmp_path)
