"""The loop: a run that was broken off and goes on equals one that was not, whatever is drawn at random."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from convlens.training.engine.stop import Stop
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
    "plain": {},
    "dropout, augmentation, means": {"shift": 1, "noise": 0.1, "ema": 0.9, "sampler": "balanced"},
    "accumulated": {"accumulate": 2, "batch": 8},
    "plateau": {"schedule": "reduce-on-plateau", "optimizer": "sgd", "plateau": 1, "learning_rate": 0.1},
    "patient": {"patience": 2},
    "lbfgs": {"optimizer": "lbfgs", "schedule": "fixed", "learning_rate": 0.1, "batch": "full", "epochs": 4},
    "mixed": {"mixup": 0.2, "clip": 0.5, "l1": 1e-4, "optimizer": "rmsprop"},
}


def options(**more: object) -> dict[str, object]:
    return {"epochs": 3, "batch": 16, "seed": 3, "precision": "float32", "layout": "channels-first", **more}


def losses(folder: Path) -> list[float]:
    return [json.loads(line)["loss"] for line in (folder / "steps.jsonl").read_text().splitlines()]


@pytest.mark.parametrize("name", SETTINGS)
@pytest.mark.parametrize("stop", [2, 4])
def test_a_run_that_goes_on_equals_one_that_was_not_broken_off(name: str, stop: int, blobs: Path, tmp_path: Path) -> None:
    network, chosen = str(tmp_path / "small.txt"), options(**SETTINGS[name])
    whole = train(network, str(blobs), out=tmp_path / "whole", **chosen)
    if stop >= len(losses(whole.path)):
        stop = len(losses(whole.path)) - 1
    with pytest.raises(StoppedError, match="--resume"):
        train(network, str(blobs), out=tmp_path / "broken", watch=StopAfter(stop), **chosen)
    assert len(losses(tmp_path / "broken")) == stop
    went_on = train(resume=tmp_path / "broken")
    assert losses(went_on.path) == losses(whole.path)
    kept = [load_checkpoint(run.folder.best).model for run in (whole, went_on)]
    assert all(torch.equal(kept[0][key], kept[1][key]) for key in kept[0])
    figures = [
        [
            {k: v for k, v in epoch.items() if "seconds" not in k and "second" not in k and k != "peak_bytes"}
            for epoch in run.epochs
        ]
        for run in (whole, went_on)
    ]
    assert figures[0] == figures[1]


def test_another_seed_gives_another_run(blobs: Path, tmp_path: Path) -> None:
    runs = [train(str(tmp_path / "small.txt"), str(blobs), out=tmp_path / str(s), **options(seed=s)) for s in (1, 2)]
    assert losses(runs[0].path) != losses(runs[1].path)
