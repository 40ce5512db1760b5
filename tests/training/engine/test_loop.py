"""The loop: a run that was broken off and goes on equals one that was not, whatever is drawn at random."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from convlens.ir.errors import UsageError
from convlens.lang.remark import Remark
from convlens.training.engine.diverged import DivergedError
from convlens.training.engine.watch import Watch
from convlens.training.record.checkpoint import load_checkpoint
from convlens.training.train import StoppedError, train

NET = """
network small
input x: 1x1x8x8
c = conv(x, out=4, kernel=3x3, bias=false)
b = batch_norm(c)
r = relu(b)
p = adaptive_avg_pool(r, size=1x1)
f = flatten(p)
d = dropout(f, p=0.2)
y = linear(d, out=3)
output y
"""


@pytest.fixture
def blobs(tmp_path: Path) -> Path:
    """90 pictures of 3 classes: a bright square in one of three places."""
    draw = np.random.default_rng(0)
    images = draw.integers(0, 60, (90, 8, 8), dtype=np.uint8)
    labels = np.arange(90) % 3
    for image, label in zip(images, labels, strict=True):
        image[2 * label : 2 * label + 3, 2 * label : 2 * label + 3] += 180
    path = tmp_path / "blobs.npz"
    np.savez(path, images=images, labels=labels)
    (tmp_path / "small.txt").write_text(NET)
    return path


class StopAfter(Watch):
    """Asks for an end after some steps, as Ctrl-C does."""

    def __init__(self, step: int) -> None:
        self.step = step

    def stepped(self, step: int, loss: float, rate: float) -> None:
        if step == self.step:
            import os
            import signal

            os.kill(os.getpid(), signal.SIGINT)


SETTINGS = {
    "dropout, augmentation, means, balanced": (2, {"shift": 1, "noise": 0.1, "ema": 0.9, "sampler": "balanced"}),
    "accumulated, patient": (4, {"accumulate": 2, "batch": 8, "patience": 2}),
    "plateau": (8, {"schedule": "reduce-on-plateau", "optimizer": "sgd", "plateau": 1, "learning_rate": 0.1}),
    "lbfgs": (3, {"optimizer": "lbfgs", "schedule": "fixed", "learning_rate": 0.1, "batch": "full", "epochs": 4}),
    "mixed": (5, {"mixup": 0.2, "clip": 0.5, "l1": 1e-4, "optimizer": "rmsprop"}),
}
"""After how many steps it is broken off, in the middle of an epoch or at its end, and with which settings."""


def options(**more: object) -> dict[str, object]:
    return {"epochs": 3, "batch": 16, "seed": 3, "precision": "float32", "layout": "channels-first", **more}


def losses(folder: Path) -> list[float]:
    return [json.loads(line)["loss"] for line in (folder / "steps.jsonl").read_text().splitlines()]


@pytest.mark.parametrize("name", SETTINGS)
def test_a_run_that_goes_on_equals_one_that_was_not_broken_off(name: str, blobs: Path, tmp_path: Path) -> None:
    stop, more = SETTINGS[name]
    network, chosen = str(tmp_path / "small.txt"), options(**more)
    whole = train(network, str(blobs), out=tmp_path / "whole", **chosen)
    assert len(losses(whole.path)) > stop
    with pytest.raises(StoppedError, match="--resume"):
        train(network, str(blobs), out=tmp_path / "broken", watch=StopAfter(stop), **chosen)
    assert len(losses(tmp_path / "broken")) == stop
    went_on = train(resume=tmp_path / "broken")
    assert losses(went_on.path) == losses(whole.path)
    kept = [load_checkpoint(run.folder.best).model for run in (whole, went_on)]
    assert all(torch.equal(kept[0][key], kept[1][key]) for key in kept[0])
    assert [figures(epoch) for epoch in whole.epochs] == [figures(epoch) for epoch in went_on.epochs]


def figures(epoch: dict[str, object]) -> dict[str, object]:
    """All that is not time and memory of this machine."""
    return {name: value for name, value in epoch.items() if "second" not in name and name != "peak_bytes"}


def test_another_seed_gives_another_run(blobs: Path, tmp_path: Path) -> None:
    runs = [train(str(tmp_path / "small.txt"), str(blobs), out=tmp_path / str(s), **options(seed=s)) for s in (1, 2)]
    assert losses(runs[0].path) != losses(runs[1].path)


def test_the_settings_of_a_run_train_the_same_again(blobs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also from another folder, with the network's file gone, and whatever a trial of the machine would say today."""
    first = train(str(tmp_path / "small.txt"), str(blobs), out=tmp_path / "first", epochs=2, batch=16, seed=3)
    (tmp_path / "small.txt").unlink()
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    again = train(str(first.folder.settings), out=tmp_path / "again")
    assert losses(again.path) == losses(first.path)
    assert again.record["measured"] == first.record["measured"]


class Heard(Watch):
    """Keeps what is said."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def said(self, remark: Remark) -> None:
        self.texts.append(remark.text())


def test_the_batch_of_other_data_is_fitted_and_that_of_the_user_kept(blobs: Path, tmp_path: Path) -> None:
    heard = Heard()
    run = train(str(tmp_path / "small.txt"), str(blobs), out=tmp_path / "open", epochs=1, watch=heard)
    assert run.record["measured"]["batch"] == 8
    assert any(text.startswith("batch 8 instead of 256, so that 63 examples make at least 8 steps") for text in heard.texts)
    assert any("8 steps are few" in text for text in heard.texts)
    kept = train(str(tmp_path / "small.txt"), str(blobs), out=tmp_path / "kept", epochs=1, batch=32)
    assert kept.record["measured"]["batch"] == 32


def test_weights_that_the_last_step_spoilt_are_told(blobs: Path, tmp_path: Path) -> None:
    """No loss comes after them that would tell."""
    chosen = options(epochs=1, batch="full", optimizer="sgd", schedule="fixed", learning_rate=1e38, momentum=0, nesterov=False)
    with pytest.raises(DivergedError, match=r"is nan after step 1|is not finite after step 1|became"):
        train(str(tmp_path / "small.txt"), str(blobs), out=tmp_path / "run", **chosen)
    assert not (tmp_path / "run" / "test.json").exists()


def test_a_setting_of_another_kind_is_refused_before_anything_is_tried(blobs: Path, tmp_path: Path) -> None:
    heard = Heard()
    with pytest.raises(UsageError, match=r"--time-shift 0"):
        train(str(tmp_path / "small.txt"), str(blobs), out=tmp_path / "run", watch=heard, time_shift=0.1)
    assert not heard.texts
