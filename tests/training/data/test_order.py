"""Every example once, every class alike, the same global batches for any number of processes."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from convlens.training.data.order import Order, batches
from convlens.training.settings.settings import Settings

BALANCED = Settings(sampler="balanced")
labels_of = st.lists(st.integers(0, 5), min_size=1, max_size=60).map(torch.tensor)


@given(labels_of, st.integers(0, 4))
def test_shuffled_is_every_place_once(labels, epoch):
    assert sorted(Order(labels, Settings(), 7).epoch(epoch).tolist()) == list(range(len(labels)))


def test_another_epoch_or_seed_is_another_order_and_the_same_is_the_same():
    labels = torch.zeros(100, dtype=torch.int64)
    first = Order(labels, Settings(), 7)
    assert torch.equal(first.epoch(3), Order(labels, Settings(), 7).epoch(3)), "an epoch needs none before it"
    assert not torch.equal(first.epoch(3), first.epoch(4))
    assert not torch.equal(first.epoch(3), Order(labels, Settings(), 8).epoch(3))


def test_a_full_batch_keeps_the_order_of_the_data():
    assert Order(torch.zeros(5, dtype=torch.int64), Settings(batch="full"), 0).epoch(2).tolist() == [0, 1, 2, 3, 4]


@given(labels_of, st.integers(0, 9))
def test_balanced_draws_each_class_equally_often_up_to_one(labels, epoch):
    places = Order(labels, BALANCED, 7).epoch(epoch)
    counts = torch.bincount(labels[places], minlength=6)[torch.bincount(labels, minlength=6) > 0]
    assert len(places) == len(labels)
    assert counts.max() - counts.min() <= 1


@given(labels_of, st.integers(1, 6))
def test_balanced_uses_up_a_class_before_it_draws_an_example_again(labels, epochs):
    order = Order(labels, BALANCED, 7)
    drawn = torch.cat([order.epoch(epoch) for epoch in range(epochs)])
    times = torch.bincount(drawn, minlength=len(labels))
    for label in labels.unique():
        of_class = times[labels == label]
        assert of_class.max() - of_class.min() <= 1, "through all epochs together"
    classes = torch.bincount(labels[drawn])[labels.unique()]
    assert classes.max() - classes.min() <= 1


def test_shuffled_does_not_pass_the_test_of_balanced():
    labels = torch.tensor([0] * 50 + [1] * 3)
    counts = torch.bincount(labels[Order(labels, Settings(), 7).epoch(0)])
    assert counts.max() - counts.min() > 1


@given(st.integers(0, 50), st.integers(1, 20), st.integers(1, 9))
def test_slices_make_up_the_batches_of_one_process(count, batch, world):
    places = torch.randperm(count)
    together = [whole for _, whole in batches(places, batch)]
    ranks = [list(batches(places, batch, rank, world)) for rank in range(world)]
    assert torch.equal(torch.cat([*together, places[:0]]), places)
    for at, whole in enumerate(together):
        mine = [slices[at][0] for slices in ranks]
        assert torch.equal(torch.cat(mine), whole)
        sizes = [len(each) for each in mine if len(each)]
        assert max(sizes) - min(sizes) <= 1
        least = min(2, max(1, batch // world))
        assert min(sizes) >= min(least, len(whole)), "one example has no batch statistics"
        assert len(sizes) == max(1, min(world, len(whole) // least))
        assert all(torch.equal(slices[at][1], whole) for slices in ranks)
    assert all(len(slices) == len(together) for slices in ranks), "each process takes the same number of steps"


PROGRAM = """
import json, os
import torch
import torch.distributed as dist
from convlens.training.data.order import Order, batches
from convlens.training.settings.settings import Settings

dist.init_process_group("gloo")
rank, world = dist.get_rank(), dist.get_world_size()
labels = torch.tensor([0] * 180 + [1] * 15 + [2] * 5)
order = Order(labels, Settings(sampler="balanced"), 3)
counts, steps = torch.zeros(3, dtype=torch.int64), 0
for epoch in range(2):
    for mine, whole in batches(order.epoch(epoch), 32, rank, world):
        counts += torch.bincount(labels[mine], minlength=3)
        steps += 1
own = counts.clone()
dist.all_reduce(counts)
if rank == 0:
    print(json.dumps({"world": world, "counts": counts.tolist(), "own": own.tolist(), "steps": steps}))
dist.destroy_process_group()
"""


def test_two_processes_of_ddp_draw_the_class_shares_that_balanced_promises(tmp_path):
    program = tmp_path / "program.py"
    program.write_text(PROGRAM)
    source = Path(__file__).parents[3] / "src"
    ran = subprocess.run(
        [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2", str(program)],
        env={**os.environ, "PYTHONPATH": str(source), "OMP_NUM_THREADS": "1", "GLOO_SOCKET_IFNAME": "lo"},
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr[-2000:]
    said = json.loads(ran.stdout.strip().splitlines()[-1])
    assert said["world"] == 2, "a launcher that runs one process would pass everything else"
    assert sum(said["counts"]) == 400
    assert max(said["counts"]) - min(said["counts"]) <= 1
    assert min(said["own"]) > 40, "each process sees every class"
    assert said["steps"] == 14


def test_an_order_of_nothing_is_empty():
    assert len(Order(torch.zeros(0, dtype=torch.int64), BALANCED, 0).epoch(0)) == 0
    assert list(batches(torch.zeros(0, dtype=torch.int64), 4)) == []


@pytest.mark.parametrize("sampler", ["shuffled", "balanced"])
def test_an_epoch_of_60000_takes_milliseconds(sampler):
    import time

    order = Order(torch.randint(10, (60_000,)), Settings(sampler=sampler), 0)
    start = time.process_time()
    order.epoch(1)
    assert time.process_time() - start < 0.2
