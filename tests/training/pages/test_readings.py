"""A run's folder is read whatever it holds: whole, cut off at any byte, or made to do harm."""

import json
import os
import random
import re
import shutil
from math import isnan
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from convlens.ir.errors import UsageError
from convlens.training.pages import files, tensors
from convlens.training.pages.page import page_of, run_page
from convlens.training.pages.readings import read_run
from tests.training.pages.folders import CLASSES, HOSTILE, cut_off, write_hostile, write_run


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_run(tmp_path_factory.mktemp("runs") / "whole", groups=True)


@pytest.fixture
def copy(whole: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(whole, tmp_path / "copy"))


def told(folder: Path) -> str:
    return "\n".join(one.text("en") for one in read_run(folder).remarks)


def test_a_finished_run_is_read_as_it_was_written(whole: Path) -> None:
    run, test = read_run(whole), json.loads((whole / "test.json").read_text())
    assert (run.network, run.data, run.classes, run.params, run.macs) == ("small", "blobs", CLASSES, 641, 10_080)
    assert (run.epochs_done, run.epochs_wanted, len(run.steps["loss"])) == (3, 3, 90)
    assert run.test.accuracy == test["accuracy"]
    assert [list(row) for row in run.test.confusion] == test["confusion"]
    assert run.predictions.probabilities.shape == (300, 5)
    assert run.kernels.name == "c1"
    assert run.kernels.weights.shape == (6, 1, 5, 5)
    assert len(run.mistakes.rows) == 24
    assert {one.setting.name for one in run.settings if one.changed} == {"epochs", "batch"}
    assert (run.remarks, run.cut_off) == ((), False)


def test_a_run_that_was_killed_is_read_to_its_last_whole_line(copy: Path) -> None:
    run = read_run(cut_off(copy))
    assert (run.cut_off, run.epochs_done, len(run.steps["loss"])) == (True, 2, 89)
    assert [one.text("en") for one in run.remarks] == ["test.json is not there: the run was cut off before it was written."]
    assert "--resume" in run.summary_text()


def test_a_broken_line_in_the_middle_is_told(copy: Path) -> None:
    path = copy / "steps.jsonl"
    path.write_bytes(path.read_bytes().replace(b'{"step": 40', b'{"step": 4x', 1))
    assert len(read_run(copy).steps["loss"]) == 89
    assert "steps.jsonl was read in part" in told(copy)


def test_every_file_may_be_cut_at_any_byte(whole: Path, tmp_path: Path) -> None:
    generator = random.Random(0)
    for name in sorted(str(path.relative_to(whole)) for path in whole.rglob("*") if path.is_file()):
        for _ in range(3):
            folder = Path(shutil.copytree(whole, tmp_path / "cut"))
            content = (folder / name).read_bytes()
            (folder / name).write_bytes(content[: generator.randrange(len(content))])
            page_of([read_run(folder)])
            shutil.rmtree(folder)


def test_every_byte_may_be_wrong(whole: Path, tmp_path: Path) -> None:
    generator = random.Random(1)
    for name in ("run.json", "settings.toml", "steps.jsonl", "test.json", "mistakes.safetensors", "checkpoints/best.safetensors"):
        for _ in range(4):
            folder = Path(shutil.copytree(whole, tmp_path / "wrong"))
            content = bytearray((folder / name).read_bytes())
            for _ in range(5):
                content[generator.randrange(min(len(content), 600))] = generator.randrange(256)
            (folder / name).write_bytes(content)
            page_of([read_run(folder)])
            shutil.rmtree(folder)


def test_hostile_values_are_left_out_and_told(tmp_path: Path) -> None:
    run = read_run(write_hostile(tmp_path / "hostile"))
    assert run.name == HOSTILE
    assert len(run.network) <= 200
    assert (run.params, run.macs, run.input) == (None, None, ())
    assert run.classes[2] == "\\u202eevil"
    assert "\x1b" not in run.command
    assert run.epochs_wanted == 10  # the default stands for what is illegal
    assert isnan(run.steps["learning_rate"][1])
    assert (run.predictions, run.kernels, run.preparation) == (None, None, {})
    text = "\n".join(one.text("en") for one in run.remarks)
    for name in (
        "settings.toml has values",
        "steps.jsonl was read in part",
        "preparation.json cannot be read: nested",
        "predictions.safetensors cannot",
        "checkpoints cannot",
    ):
        assert name in text
    assert "\x1b" not in run.summary_text() + run.summary_text("zh")


def test_a_link_that_leads_away_is_not_followed(copy: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret.json"
    secret.write_text('{"accuracy": 1, "loss": 0, "confusion": []}')
    (copy / "test.json").unlink()
    (copy / "test.json").symlink_to(secret)
    assert read_run(copy).test is None


def test_a_pipe_and_a_device_are_no_files(copy: Path) -> None:
    for name in ("test.json", "steps.jsonl", "predictions.safetensors"):
        (copy / name).unlink()
    os.mkfifo(copy / "test.json")
    (copy / "steps.jsonl").symlink_to("/dev/zero")
    (copy / "predictions.safetensors").mkdir()
    run = read_run(copy)
    assert (run.test, run.predictions, len(run.steps["loss"])) == (None, None, 0)


def test_what_is_too_large_is_not_read(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MAX_TEXT", 100)
    monkeypatch.setattr(files, "MAX_LINES", 1000)
    monkeypatch.setattr(tensors, "MAX_VALUES", 100)
    run = read_run(copy)
    assert 0 < len(run.steps["loss"]) < 20
    text = told(copy)
    assert "steps.jsonl was read in part" in text
    assert "run.json cannot be read: larger than" in text
    assert "has more than 100 values" in text


def test_a_tensor_of_another_shape_is_told(copy: Path) -> None:
    save_file({"probabilities": np.zeros((3, 2), np.float32), "labels": np.zeros(4, np.int64)}, copy / "predictions.safetensors")
    assert "predictions.safetensors cannot be read: probabilities of (3, 2) with labels of (4,)" in told(copy)
    save_file({"probabilities": np.zeros((3, 2), np.float32)}, copy / "predictions.safetensors")
    assert "it has no tensor 'labels'" in told(copy)


def test_a_folder_that_is_no_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"is no folder of a training run.*\n  fix: "):
        read_run(tmp_path)
    with pytest.raises(UsageError, match="1 to 24 runs, not 0"):
        run_page([])
    with pytest.raises(UsageError, match="not 25"):
        run_page([tmp_path] * 25)


def test_the_first_kernels_are_those_of_the_first_layer(copy: Path) -> None:
    """By the network's text, not by name: c9 stands before a1 there."""
    (copy / "network.txt").write_text(
        "input x: 1x1x12x12\nc9 = conv(x, out=2, kernel=3x3)\na1 = conv(c9, out=2, kernel=3x3)\noutput a1\n"
    )
    weights = {"model.a1.weight": np.zeros((2, 2, 3, 3), np.float32), "model.c9.weight": np.zeros((2, 1, 3, 3), np.float32)}
    save_file(weights, copy / "checkpoints" / "best.safetensors")
    assert read_run(copy).kernels.name == "c9"
    (copy / "network.txt").unlink()
    assert read_run(copy).kernels.name == "a1"


def test_without_kernels_and_without_the_best_weights(copy: Path) -> None:
    best = copy / "checkpoints" / "best.safetensors"
    best.rename(copy / "checkpoints" / "step-00000090.safetensors")
    assert read_run(copy).kernels.name == "c1"
    (copy / "checkpoints" / "step-00000090.safetensors").unlink()
    save_file({"model.out.weight": np.zeros((5, 9), np.float32)}, best)
    assert read_run(copy).kernels is None


def test_the_summary_says_what_counts(whole: Path) -> None:
    text = read_run(whole).summary_text()
    accuracy = json.loads((whole / "test.json").read_text())["accuracy"]
    assert f"{100 * accuracy:.1f} % of the 300 test examples of blobs" in text
    assert "641 parameters and takes 10.1 k multiply-accumulates" in text
    assert "batch = 20" in text
    assert re.search(r"were? taken for", text)
