"""What augmentation of sounds and texts may change, and what it may not."""

import pytest
import torch

from convlens.ir.errors import UsageError
from convlens.training.augmentation.sound import frequency_mask, stretch, time_mask, time_shift
from convlens.training.augmentation.text import word_dropout
from convlens.training.preparation.words import PADDING, UNKNOWN

ALL = [
    (time_shift, (6, 1, 40, 30)), (time_shift, (6, 1, 500)), (time_mask, (6, 1, 40, 30)), (time_mask, (6, 1, 500)),
    (frequency_mask, (6, 1, 40, 30)), (stretch, (6, 1, 40, 30)), (stretch, (6, 1, 500)),
]  # fmt: skip


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize(("change", "shape"), ALL)
def test_the_generator_decides_and_the_input_stays(change, shape) -> None:
    x = torch.randn((1, *shape[1:]), generator=generator(1)).repeat(shape[0], *[1] * (len(shape) - 1))
    before = x.clone()
    first, again, other = (change(x, 0.5, generator(seed)) for seed in (3, 3, 4))
    assert torch.equal(x, before)
    assert torch.equal(first, again)
    assert not torch.equal(first, other)
    assert first.shape == x.shape
    assert len(first.flatten(1).unique(dim=0)) > 1, "each example by its own draw"
    assert torch.allclose(change(x, 0.0, generator()), x, atol=1e-4)


def test_a_shift_moves_and_fills_with_silence() -> None:
    x = torch.arange(1.0, 11).repeat(200, 1, 1)
    seen = set()
    for row in time_shift(x, 0.3, generator()):
        values = row[0].tolist()
        kept = [value for value in values if value]
        by = values.index(kept[0]) + 1 - kept[0]
        assert [value + by - 1 if value else 0 for value in values] == [at if value else 0 for at, value in enumerate(values)]
        seen.add(by)
    assert seen == {-3, -2, -1, 0, 1, 2, 3}


def test_the_silence_of_a_spectrogram_is_the_least_of_each_band() -> None:
    x = torch.randn(20, 1, 4, 10, generator=generator(1))
    moved = time_shift(x, 0.5, generator())
    assert torch.equal(moved.amin(-1), x.amin(-1)) or (moved.amin(-1) >= x.amin(-1)).all()
    changed = (moved.unsqueeze(-1) == x.unsqueeze(-2)).any(-1)
    assert changed.all(), "every value is one of the same band"


@pytest.mark.parametrize(("change", "axis"), [(time_mask, 3), (frequency_mask, 2)])
def test_a_mask_is_one_stretch_of_at_most_the_share(change, axis) -> None:
    x = torch.ones(500, 1, 40, 20)
    blank = (change(x, 0.25, generator()) == 0).flatten(1, 1)
    other = 5 - axis
    assert torch.equal(blank.any(other), blank.all(other)), "a mask reaches over the whole of the other axis"
    lines = blank.any(other)[:, 0]
    widths = lines.sum(1)
    assert set(widths.tolist()) == set(range(x.shape[axis] // 4 + 1))
    edges = (lines[:, 1:] != lines[:, :-1]).sum(1)
    assert (edges <= 2).all()
    assert lines.float().mean(0).min() > 0, "every place is blanked at times"


def test_a_stretch_keeps_the_middle_of_time_and_the_lowest_band() -> None:
    """A ramp in both directions stays a ramp, with slopes between 1 - share and 1 + share."""
    band, time = torch.meshgrid(torch.arange(20.0), torch.arange(31.0) - 15, indexing="ij")
    for ramp, axis, fixed in ((time, 3, 15), (band, 2, 0)):
        made = stretch(ramp.expand(50, 1, 20, 31), 0.2, generator())
        assert made.select(axis, fixed).abs().max() < 1e-4
        slopes = made.diff(dim=axis).select(axis, fixed)[:, 0, 0]
        assert 0.8 <= slopes.min() < 0.9
        assert 1.1 < slopes.max() <= 1.2
    faster = stretch(torch.arange(31.0).sub(15).expand(50, 1, 31), 0.2, generator()).diff(dim=-1)[:, 0, 15]
    assert 0.8 <= faster.min() < faster.max() <= 1.2


def test_samples_have_no_bands() -> None:
    with pytest.raises(UsageError, match="raw samples have none"):
        frequency_mask(torch.ones(2, 1, 50), 0.1, generator())


def test_words_become_unknown_and_padding_stays() -> None:
    x = torch.tensor([[5, 6, 7, PADDING, PADDING]]).repeat(2000, 1)
    made = word_dropout(x, 0.3, generator())
    assert (made[:, 3:] == PADDING).all()
    assert ((made == x) | (made == UNKNOWN)).all()
    assert (made[:, :3] == UNKNOWN).float().mean().item() == pytest.approx(0.3, abs=0.02)
    assert torch.equal(word_dropout(x, 0.0, generator()), x)
