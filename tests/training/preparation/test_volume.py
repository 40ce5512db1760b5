"""Volumes: NumPy as the oracle of mean, spread and averages, padding with the mean, and round trips."""

import json

import numpy as np
import pytest
import torch

from convlens.ir.errors import UsageError
from convlens.training.data.raw import Raw
from convlens.training.preparation.kinds import from_dict
from convlens.training.preparation.volume import fitted, scaled
from convlens.training.settings.settings import Settings

ITEMS = torch.from_numpy(np.random.default_rng(0).normal(5, 3, (70, 2, 6, 8, 10)).astype(np.float32))


def raw(items=ITEMS) -> Raw:
    return Raw("x", "volume", items, torch.arange(len(items)) % 2, ("a", "b"), [str(at) for at in range(len(items))])


def test_mean_and_spread_are_those_of_the_training_part():
    made = fitted(raw(), torch.arange(66), Settings(), None)
    oracle = ITEMS[:66].numpy().astype(np.float64)
    assert made.mean == pytest.approx(oracle.mean((0, 2, 3, 4)))
    assert made.std == pytest.approx(oracle.std((0, 2, 3, 4)))
    x = made.batch(made.store(ITEMS[:66]))
    assert x.mean((0, 2, 3, 4)).tolist() == pytest.approx([0, 0], abs=1e-5)
    assert x.std((0, 2, 3, 4)).tolist() == pytest.approx([1, 1], abs=1e-3)


def test_shrinking_averages_what_each_new_value_covers():
    oracle = ITEMS.numpy().reshape(70, 2, 3, 2, 4, 2, 5, 2).mean((3, 5, 7))
    assert np.allclose(scaled(ITEMS, (3, 4, 5)).numpy(), oracle, atol=1e-5)


def test_growing_keeps_a_ramp():
    ramp = torch.arange(8.0)[None, None, None, None].expand(1, 1, 4, 4, 8)
    assert torch.allclose(scaled(ramp, (4, 4, 16))[0, 0, 0, 0, 1:-1], torch.linspace(0.25, 6.75, 14))


def test_a_little_too_small_is_padded_with_the_mean():
    made = fitted(raw(), torch.arange(70), Settings(), (2, 8, 8, 12))
    x = made.batch(made.store(ITEMS))
    assert made.inner == (6, 8, 10)
    assert x.shape == (70, 2, 8, 8, 12)
    assert x[:, :, 0].abs().max() < 1e-5
    assert torch.allclose(made.store(ITEMS)[:, :, 1:7, :, 1:11], ITEMS, atol=1e-5)


def test_one_channel_is_repeated_and_others_are_refused():
    made = fitted(raw(ITEMS[:, :1]), torch.arange(70), Settings(), (3, 0, 0, 0))
    assert made.store(ITEMS[:, :1]).shape == (70, 3, 6, 8, 10)
    with pytest.raises(UsageError) as error:
        fitted(raw(), torch.arange(70), Settings(), (3, 6, 8, 10))
    assert str(error.value) == "the network takes 3 channels, the volumes have 2"


def test_volumes_too_large_to_hold_are_refused_before_they_are_made():
    with pytest.raises(UsageError) as error:
        fitted(raw(), torch.arange(70), Settings().with_values({"size": "8192"}), None)
    assert str(error.value) == (
        "examples of 2x8192x8192x8192 have 1099511627776 values each; at most 134217728 are made\n  fix: size 406 or less"
    )


def test_a_new_file(tmp_path):
    made = fitted(raw(), torch.arange(70), Settings().with_values({"size": "5"}), None)
    np.save(tmp_path / "x.npy", ITEMS[3].numpy())
    assert torch.equal(made.read(tmp_path / "x.npy"), made.store(ITEMS[3:4])[0])
    np.save(tmp_path / "x.npy", np.zeros((3, 4), dtype=np.float32))
    with pytest.raises(UsageError, match="is 3x4; a volume for this network is 2xDxHxW of finite numbers"):
        made.read(tmp_path / "x.npy")
    np.save(tmp_path / "x.npy", np.full((2, 3, 4, 4), np.nan, dtype=np.float32))
    with pytest.raises(UsageError, match="of finite numbers"):
        made.read(tmp_path / "x.npy")


def test_it_is_written_down_and_made_again():
    made = fitted(raw(), torch.arange(70), Settings(), None)
    assert from_dict(json.loads(json.dumps(made.to_dict()))) == made
    for change in (
        {"size": [1, 2]},
        {"size": [600, 600, 600]},
        {"inner": [1 << 20, 1, 1]},
        {"std": [0, 1]},
        {"mean": [1.0]},
        {"mean": [float("nan"), 1]},
    ):
        with pytest.raises(UsageError, match="the preparation of kind volume cannot be read"):
            from_dict({**made.to_dict(), **change})


def test_a_constant_channel_does_not_divide_by_zero():
    made = fitted(raw(torch.full((3, 1, 2, 2, 2), 7.0)), torch.arange(3), Settings(), None)
    assert made.batch(made.store(torch.full((3, 1, 2, 2, 2), 7.0))).abs().max() == 0
