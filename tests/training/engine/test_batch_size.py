"""batch=auto: the smallest batch near the best throughput, also where memory or examples end early."""

import pytest
import torch
from torch import nn

from convlens.training.engine import batch_size as module
from convlens.training.engine.batch_size import measured_batch
from convlens.training.engine.form import Form

from .fakes import Logits, feed


def measured(monkeypatch: pytest.MonkeyPatch, speeds: dict[int, float | None], examples: int) -> tuple[int, list[int]]:
    tried: list[int] = []

    def speed(_module: nn.Module, _feed: object, _form: Form, size: int, _classes: int) -> float | None:
        tried.append(size)
        return speeds[size]

    monkeypatch.setattr(module, "_speed", speed)
    batch, found = measured_batch(Logits(), feed(torch.zeros(examples, 2), torch.zeros(examples).long()), Form(), 2)
    assert found == {size: speeds[size] for size in tried if speeds[size] is not None}
    return batch, tried


CASES = {
    "the fastest": ({16: 10, 32: 20, 64: 40, 128: 80, 256: 160, 512: 200, 1024: 300}, 200_000, 1024, 7),
    "the smallest near it": ({16: 10, 32: 20, 64: 96, 128: 100, 256: 101, 512: 100, 1024: 99}, 200_000, 64, 7),
    "clearly slower ends it": ({16: 100, 32: 120, 64: 60}, 200_000, 32, 3),
    "memory ends it": ({16: 10, 32: 20, 64: None}, 200_000, 32, 3),
    "nothing fits": ({16: None}, 200_000, 16, 1),
    "an epoch keeps 100 steps": ({16: 10, 32: 20, 64: 40}, 6_400, 64, 3),
    "few examples": ({16: 10}, 1_000, 16, 1),
    "fewer than one batch": ({16: 10}, 5, 5, 1),
}


@pytest.mark.parametrize("name", CASES)
def test_with_given_speeds(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    speeds, examples, wanted, tries = CASES[name]
    batch, tried = measured(monkeypatch, speeds, examples)
    assert batch == wanted
    assert len(tried) == tries


@pytest.mark.parametrize("examples", [1, 5, 16, 3300])
def test_a_real_trial_takes_every_number_of_examples_and_changes_nothing(examples: int) -> None:
    network = nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3))
    before = {name: value.clone() for name, value in network.state_dict().items()}
    batch, found = measured_batch(network, feed(torch.ones(examples, 2), torch.arange(examples) % 3), Form(), 3)
    assert 1 <= batch <= examples
    assert set(found) <= {16, 32}
    assert all(speed > 0 for speed in found.values())
    assert all(value.equal(before[name]) for name, value in network.state_dict().items())


@pytest.mark.parametrize("error", [MemoryError, torch.OutOfMemoryError])
def test_memory_that_does_not_suffice_ends_the_search(error: type[Exception]) -> None:
    class Hungry(Logits):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            if len(x) > 16:
                raise error("full")
            return super().forward(x)

    batch, found = measured_batch(Hungry(), feed(torch.ones(12_800, 2), torch.zeros(12_800).long()), Form(), 2)
    assert (batch, list(found)) == (16, [16])
