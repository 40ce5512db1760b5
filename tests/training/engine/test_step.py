"""One step: pieces that batch norm can take, files that are read ahead once, and a search on the loss that has the gradient."""

from collections import Counter
from pathlib import Path
from threading import current_thread, main_thread

import numpy as np
import pytest
import torch

from convlens.ir.errors import UsageError
from convlens.training.data.ondemand import OnDemand
from convlens.training.engine.feed import Batch
from convlens.training.engine.step import Stepper
from convlens.training.record.checkpoint import load_checkpoint
from convlens.training.run import Run
from convlens.training.train import train
from tests.training.small import network, options

POINTS = """
input x: 1x1x8x8
f = flatten(x)
h = linear(f, out=4)
b = batch_norm(h)
y = linear(b, out=3)
output y
"""
"""Batch norm over one value of each channel, which one example alone cannot have."""

LINEAR = "input x: 1x1x8x8\nf = flatten(x)\ny = linear(f, out=3)\noutput y\n"


pytestmark = pytest.mark.usefixtures("here")


def trained(**more: object) -> Run:
    return train("small.txt", "blobs.npz", **{"out": "run", **options(**more)})


def test_no_piece_is_of_one_example() -> None:
    """Four pieces of six; 74 examples leave two, which four pieces cannot share by two."""
    network(Path("small.txt"), POINTS)
    run = trained(batch=6, accumulate=4)
    assert run.record["parts"]["train"] % 24 == 2
    assert len(run.epochs) == 3


def test_pieces_are_of_one_example_where_the_settings_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []
    forward = Stepper._forward

    def counted(stepper: Stepper, batch: Batch) -> torch.Tensor:
        sizes.append(len(batch.x))
        return forward(stepper, batch)

    monkeypatch.setattr(Stepper, "_forward", counted)
    trained(batch=1, accumulate=8, epochs=1)
    assert set(sizes) == {1}


def test_pieces_give_the_step_of_the_whole_batch() -> None:
    runs = [trained(out=f"run{count}", batch=16 // count, accumulate=count, optimizer="sgd") for count in (1, 2, 4)]
    kept = [load_checkpoint(run.folder.best).model for run in runs]
    for key, value in kept[0].items():
        for other in kept[1:]:
            torch.testing.assert_close(other[key], value, rtol=1e-5, atol=1e-6)


def test_pieces_are_read_ahead_as_whole_batches_are(monkeypatch: pytest.MonkeyPatch) -> None:
    """All but the first of each epoch, by another thread, and none a second time."""
    read: Counter[bool] = Counter()
    take = OnDemand.take

    def counted(rows: OnDemand, places: torch.Tensor) -> torch.Tensor:
        read[current_thread() is main_thread()] += len(places)
        return take(rows, places)

    monkeypatch.setattr(OnDemand, "take", counted)
    runs = []
    for accumulate in (1, 3):
        run = trained(out=f"run{accumulate}", batch=18 // accumulate, accumulate=accumulate, epochs=2, preload="no")
        runs.append((read[True], read[False]))
        read.clear()
    assert runs[0][1] == 2 * (run.record["parts"]["train"] - 18)
    assert runs[1][1] == 2 * (run.record["parts"]["train"] - 6)
    assert sum(runs[0]) == sum(runs[1])


@pytest.mark.parametrize("l1", [0.0, 0.1])
def test_lbfgs_ends_where_adam_ends(l1: float) -> None:
    """On the loss with its penalty: a search that looks at the loss alone ends far above it."""
    network(Path("small.txt"), LINEAR)
    common = {"batch": "full", "l1": l1, "schedule": "fixed", "weight_decay": 0.0, "validation": 0}
    ends = []
    for optimizer, rate, epochs in (("lbfgs", 1.0, 30), ("adam", 0.01, 400)):
        run = trained(out=optimizer, optimizer=optimizer, learning_rate=rate, epochs=epochs, **common)
        weights = load_checkpoint(run.folder.best).model
        ends.append(run.epochs[-1]["train_loss"] + l1 * float(weights["y.weight"].abs().sum()))
    assert ends[0] < ends[1] * 1.1 + 1e-3


def test_lbfgs_refuses_shortened_gradients() -> None:
    with pytest.raises(UsageError, match="clip=0.1 with lbfgs: its line search needs the gradient as it is"):
        trained(optimizer="lbfgs", batch="full", clip=0.1)


def test_rprop_has_its_own_lengths_under_every_schedule() -> None:
    kept = []
    for schedule in ("fixed", "one-cycle"):
        run = trained(out=schedule, optimizer="rprop", batch="full", schedule=schedule, learning_rate=0.01)
        kept.append(load_checkpoint(run.folder.best).model["y.weight"])
        assert {epoch["learning_rate"] for epoch in run.epochs} == {0.01}
    assert torch.equal(*kept)
    assert not np.isclose(float(kept[0].abs().sum()), 0)
