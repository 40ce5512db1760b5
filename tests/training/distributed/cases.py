"""What is trained by one process and by two."""

from pathlib import Path

from convlens.training.find_rate import find_rate
from convlens.training.rates.range_test import RateTest
from convlens.training.run import Run
from convlens.training.train import train
from tests.training.small import options

CASES: dict[str, dict[str, object]] = {
    "momentum": {"optimizer": "sgd", "learning_rate": 0.05},
    "accumulate": {"optimizer": "sgd", "learning_rate": 0.05, "batch": 8, "accumulate": 2},
    "clip": {"optimizer": "sgd", "learning_rate": 0.05, "clip": 0.1},
    "class weights": {"optimizer": "adamw", "class_weights": "balanced"},
    "balanced": {"optimizer": "sgd", "learning_rate": 0.05, "sampler": "balanced"},
    "empty slice": {"optimizer": "sgd", "learning_rate": 0.05, "batch": 71, "l1": 1e-3},
    "early": {"optimizer": "sgd", "learning_rate": 1e-30, "patience": 1, "epochs": 9, "schedule": "fixed"},
    "plateau": {
        "optimizer": "sgd",
        "learning_rate": 1e-6,
        "schedule": "reduce-on-plateau",
        "plateau": 1,
        "epochs": 5,
        "decay": 0.3,
    },
    "averaged": {"optimizer": "adamw", "ema": 0.9, "loss": "focal", "label_smoothing": 0.1},
    "batch norm": {"optimizer": "sgd", "learning_rate": 0.05, "sync_batch_norm": True, "batch": 30},
    "batch norm, empty slice": {"optimizer": "sgd", "learning_rate": 0.05, "sync_batch_norm": True, "batch": 71},
    "own batch norm": {"optimizer": "sgd", "learning_rate": 0.05, "sync_batch_norm": True},
    "idle weights": {"optimizer": "sgd", "learning_rate": 0.05, "epochs": 2},
    "curvature": {"optimizer": "lbfgs", "learning_rate": 0.1, "schedule": "fixed", "batch": "full", "epochs": 2},
}
"""Early: weights that do not move, so that no epoch is better. Plateau: too slow a rate to count as better."""

TOLERANCE = {"curvature": 0.1}
"""A line search of twenty steps near a loss of zero makes rounding errors large; elsewhere 1e-6."""


IDLE = """
import torch

class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.used, self.idle = torch.nn.Linear(64, 3), torch.nn.Linear(64, 3)

    def forward(self, x):
        return self.used(x.flatten(1))

def net():
    return Net()
"""
"""A user's network with weights that have no part in its output, which processes must not wait for."""


NORMED = """
input x: 1x1x8x8
c = conv(x, out=4, kernel=3x3)
n = batch_norm(c)
r = relu(n)
f = flatten(r)
y = linear(f, out=3)
output y
"""
"""The same in text form and, below, as a module of one's own."""

OWN_NORMED = """
from torch import nn

def net():
    return nn.Sequential(nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Flatten(), nn.Linear(144, 3))
"""

NETWORKS = {"idle.py": IDLE, "normed.txt": NORMED, "normed.py": OWN_NORMED}
"""Files that the cases need beside small.txt."""

_NAMES = {
    "idle weights": "idle.py:net", "batch norm": "normed.txt", "batch norm, empty slice": "normed.txt",
    "own batch norm": "normed.py:net",
}  # fmt: skip


def trained(folder: Path, name: str, under: str, **more: object) -> Run:
    network = str(folder / _NAMES.get(name, "small.txt"))
    return train(network, str(folder / "blobs.npz"), out=folder / under / name, **options(**{**CASES[name], **more}))


def rates(folder: Path) -> RateTest:
    settings = {**options(), **CASES["empty slice"]}
    return find_rate(str(folder / "small.txt"), str(folder / "blobs.npz"), steps=30, least=1e-4, most=1e6, **settings)
