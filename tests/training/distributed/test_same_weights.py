"""Two processes give the weights of one on the same global batches."""

import json
from pathlib import Path

import pytest
import torch

from convlens.training.data.order import Order, batches
from convlens.training.record.checkpoint import load_checkpoint
from convlens.training.run import Run
from convlens.training.settings.settings import Settings
from tests.training.distributed.cases import CASES, NETWORKS, TOLERANCE, rates, trained
from tests.training.distributed.launch import torchrun
from tests.training.small import blobs, network

APART = """
import sys
from pathlib import Path
from tests.training.distributed.cases import CASES, trained
CASES["batch norm"]["sync_batch_norm"] = False
trained(Path(sys.argv[1]), "batch norm", "apart")
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("together")
    blobs(place / "blobs.npz")
    network(place / "small.txt")
    for file, code in NETWORKS.items():
        (place / file).write_text(code)
    code, _, errors = torchrun("-m", "tests.training.distributed.driver", place, cwd=place).ended()
    assert code == 0, errors
    return place


def steps(run: Run) -> list[dict[str, float]]:
    return [json.loads(line) for line in run.folder.steps.read_text().splitlines()]


def test_it_was_two_processes(folder: Path) -> None:
    assert json.loads((folder / "world.json").read_text()) == 2
    assert all(Run(folder / "two" / name).record["machine"]["processes"] == 2 for name in CASES)


@pytest.mark.parametrize("name", CASES)
def test_the_weights_are_those_of_one_process(name: str, folder: Path) -> None:
    one, two = trained(folder, name, "one"), Run(folder / "two" / name)
    assert one.record["machine"]["processes"] == 1
    near = TOLERANCE.get(name, 1e-6)
    kept = [load_checkpoint(run.folder.best).model for run in (one, two)]
    assert kept[0].keys() == kept[1].keys()
    for key in kept[0]:
        torch.testing.assert_close(kept[0][key], kept[1][key], rtol=near, atol=near)
    assert [step["loss"] for step in steps(one)] == pytest.approx([step["loss"] for step in steps(two)], abs=1e-5)
    for key in ("step", "learning_rate", "validation_accuracy", "train_accuracy"):
        assert [epoch[key] for epoch in one.epochs] == pytest.approx([epoch[key] for epoch in two.epochs])
    assert one.test is not None
    assert two.test is not None
    assert one.test["confusion"] == two.test["confusion"]


def test_every_process_finds_the_rate_that_one_finds(folder: Path) -> None:
    """Also where a process has no example in some steps, and where the loss runs away."""
    first, second = (json.loads((folder / f"rates-{rank}.json").read_text()) for rank in (0, 1))
    assert first == second
    assert first["processes"] == 2
    alone = rates(folder).to_dict()
    assert alone["diverged"]
    assert alone["suggestion"] == first["suggestion"]
    falling = [at for at, rate in enumerate(alone["rates"]) if rate < 1]
    assert [alone["losses"][at] for at in falling] == pytest.approx([first["losses"][at] for at in falling], abs=1e-6)


def test_balanced_sampling_gives_the_shares_it_promises(folder: Path) -> None:
    """Over both processes together: the slices of an epoch hold every class equally often up to one."""
    labels = torch.tensor([0] * 42 + [1] * 21 + [2] * 11)
    order = Order(labels, Settings(sampler="balanced"), seed=3)
    for epoch in range(4):
        places = order.epoch(epoch)
        seen = torch.cat([mine for rank in (0, 1) for mine, _ in batches(places, 16, rank, 2)])
        counts = torch.bincount(labels[seen])
        assert len(seen) == 74
        assert int(counts.max() - counts.min()) <= 1


def test_the_cases_are_what_they_say(folder: Path) -> None:
    """Training stops early, the rate falls, and a last batch of three examples leaves a process without any."""
    runs = {name: Run(folder / "two" / name) for name in CASES}
    assert len(runs["early"].epochs) < 9
    rates = [epoch["learning_rate"] for epoch in runs["plateau"].epochs]
    assert rates[-1] < rates[0]
    assert len(Run(folder / "pieces" / "batch norm").epochs) == 3, "statistics are exchanged as often by both in every piece"
    for name in ("empty slice", "batch norm, empty slice"):
        assert runs[name].record["parts"]["train"] % 71 == 3


def test_batch_statistics_of_each_process_give_other_weights(folder: Path) -> None:
    """The partner of the cases of batch norm: without the setting their weights are not those of one process."""
    (folder / "apart.py").write_text(APART)
    code, _, errors = torchrun(folder / "apart.py", folder, cwd=folder).ended()
    assert code == 0, errors
    together, apart = (load_checkpoint(Run(folder / under / "batch norm").folder.best).model for under in ("two", "apart"))
    assert any(not torch.allclose(together[key], apart[key], atol=1e-4) for key in together)
