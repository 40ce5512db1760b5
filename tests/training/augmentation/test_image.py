"""Changes of pictures and volumes against loops over single examples; everywhere a GPU is, on it too."""

import math

import pytest
import torch

from convlens.training.augmentation import image, mix
from convlens.training.augmentation.build import augmenter_of
from convlens.training.settings.settings import Settings

DEVICES = ["cpu", *(["cuda"] if torch.cuda.is_available() else [])]
SHAPES = [(6, 3, 9, 7), (5, 1, 4, 6, 8)]


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


def batch(shape, device="cpu"):
    return (torch.rand(shape, generator=generator(9)) + 0.5).to(device)


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("shape", SHAPES)
def test_shift_is_a_shift_of_each_with_zeros_behind(shape, device):
    x, space = batch(shape, device), shape[2:]
    moved = image.shift(x, 2, generator())
    places = torch.randint(5, (len(space), shape[0]), generator=generator())
    for at in range(shape[0]):
        expected = torch.zeros_like(x[at])
        by = [int(places[axis, at]) - 2 for axis in range(len(space))]  # what is read at 0
        into = [slice(max(0, -b), min(n, n - b)) for b, n in zip(by, space, strict=True)]
        out_of = [slice(max(0, b), min(n, n + b)) for b, n in zip(by, space, strict=True)]
        expected[:, *into] = x[at][:, *out_of]
        assert torch.equal(moved[at], expected)


def test_shift_reaches_every_place_and_none_else():
    x = torch.zeros(2000, 1, 7, 7)
    x[:, :, 3, 3] = 1
    moved = image.shift(x, 2, generator())
    rows, columns = torch.nonzero(moved[:, 0])[:, 1:].T
    assert torch.equal(torch.bincount(rows) > 0, torch.tensor([False, True, True, True, True, True]))
    assert (torch.bincount(rows * 7 + columns, minlength=49) > 0).sum() == 25
    assert len(rows) == 2000


@pytest.mark.parametrize("shape", SHAPES)
def test_flip_mirrors_about_half_and_leaves_the_rest(shape):
    x = batch((400, *shape[1:]))
    made = image.flip(x, generator())
    mirrored = (made == x.flip(-1)).flatten(1).all(1)
    same = (made == x).flatten(1).all(1)
    assert torch.equal(mirrored, ~same)
    assert 160 < mirrored.sum() < 240


@pytest.mark.parametrize("change", [lambda x: image.rotate(x, 0.0, generator()), lambda x: image.crop(x, 0.0, generator())])
@pytest.mark.parametrize("shape", SHAPES)
def test_nothing_asked_is_nothing_done(shape, change):
    x = batch(shape)
    torch.testing.assert_close(change(x), x, rtol=0, atol=2e-5)


def angle(x, degrees):
    """Turned by exactly so many degrees: the one number that is drawn is replaced."""
    original = image.uniform
    image.uniform = lambda x, low, high, generator, axes=1: torch.full((len(x), axes), high)
    try:
        return image.rotate(x, degrees, generator())
    finally:
        image.uniform = original


@pytest.mark.parametrize("shape", [(2, 3, 8, 8), (2, 1, 3, 8, 8)])
def test_rotate_by_90_is_a_quarter_turn_and_by_180_a_half(shape):
    x = batch(shape)
    assert torch.allclose(angle(x, 90.0), torch.rot90(x, 1, (-2, -1)), atol=1e-4)
    assert torch.allclose(angle(x, 180.0), torch.rot90(x, 2, (-2, -1)), atol=1e-4)


def test_rotate_of_a_long_picture_keeps_distances():
    """A dot 4 pixels right of the middle comes 4 pixels above it, though the picture is wider than high."""
    x = torch.zeros(1, 1, 11, 31)
    x[0, 0, 5, 19] = 1
    turned = angle(x, 90.0)
    assert turned[0, 0, 1, 15].item() == pytest.approx(1, abs=1e-4)
    assert turned.sum().item() == pytest.approx(1, abs=1e-3)


def test_rotate_is_by_angles_of_both_ways_up_to_the_one_asked():
    x = torch.zeros(500, 1, 41, 41)
    x[:, :, 20, 36] = 1
    heights = (image.rotate(x, 30.0, generator())[:, 0].sum(2) * torch.arange(41)).sum(1) / image.rotate(
        x, 30.0, generator()
    ).sum((1, 2, 3)).clamp(min=1e-6)
    found = heights[heights > 0] - 20
    assert found.min() < -6
    assert found.max() > 6
    assert found.abs().max() < 16 * math.sin(math.radians(30)) + 1


@pytest.mark.parametrize("axes", [2, 3])
def test_crop_cuts_away_at_most_the_share_and_stays_inside(axes):
    """On a ramp along the last axis the side of what is left is its slope, and what is seen lies in the ramp."""
    x = torch.linspace(-1, 1, 16).expand(300, 1, *[16] * axes).clone()
    made = image.crop(x, 0.6, generator())
    row = made[(slice(None), 0, *[8] * (axes - 1))]
    sides = (row[:, 12] - row[:, 3]) / (x[0].flatten()[12] - x[0].flatten()[3])
    areas = sides**axes
    assert areas.min() >= 0.4 - 1e-3
    assert areas.min() < 0.45
    assert 0.95 < areas.max() <= 1 + 1e-3
    assert made.abs().max() <= 1 + 1e-5


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("shape", SHAPES)
def test_erase_blanks_one_box_in_the_share_of_examples(shape, device):
    x = batch((600, 2, 20, 20) if len(shape) == 4 else (300, 2, 12, 12, 12), device)
    made = image.erase(x, 0.25, generator())
    blank = made == 0
    assert torch.equal(made[~blank], x[~blank])
    hit = blank.flatten(1).any(1)
    assert 0.17 < hit.float().mean() < 0.33
    shares = blank[hit].flatten(1).float().mean(1)
    assert shares.max() < 0.4
    for one in blank[hit]:
        where = torch.nonzero(one[0])
        extent = where.amax(0) - where.amin(0) + 1
        assert len(where) == extent.prod(), "a full box"
        assert torch.equal(one[0], one[1]), "in all channels"


def test_noise_has_the_spread_that_was_asked():
    added = image.noise(torch.zeros(100, 1, 20, 20), 0.3, generator())
    assert added.std().item() == pytest.approx(0.3, rel=0.02)
    assert abs(added.mean().item()) < 0.01


@pytest.mark.parametrize("device", DEVICES)
def test_mixup_mixes_pictures_and_targets_by_the_same_share(device):
    """Each picture is its class's one-hot vector, so the mixture is the target."""
    targets = torch.arange(8, device=device) % 5
    one_hot = mix.as_mixtures(targets, 5)
    made, mixed = mix.mixup(one_hot.view(8, 5, 1, 1), one_hot, 0.4, generator())
    torch.testing.assert_close(made.view(8, 5), mixed)
    torch.testing.assert_close(mixed.sum(1), torch.ones(8, device=device))
    assert ((mixed > 0.01) & (mixed < 0.99)).any()


def test_the_shares_of_mixup_are_beta():
    x = torch.ones(20_000, 1)
    shares = mix.beta(x, 0.4, generator())
    assert shares.mean().item() == pytest.approx(0.5, abs=0.01)
    assert shares.var().item() == pytest.approx(1 / (4 * (2 * 0.4 + 1)), rel=0.03)


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("space", [(12, 10), (6, 8, 10)])
def test_cutmix_mixes_targets_by_the_area_that_was_pasted(space, device):
    targets = torch.arange(40, device=device) % 5
    one_hot = mix.as_mixtures(targets, 5)
    x = one_hot.view(40, 5, *(1 for _ in space)).expand(40, 5, *space)
    made, mixed = mix.cutmix(x, one_hot, 1.0, generator())
    torch.testing.assert_close(made.flatten(2).mean(2), mixed, rtol=1e-5, atol=1e-6)
    assert set(made.unique().tolist()) <= {0.0, 1.0}, "pasted, not blended"
    assert ((mixed > 0.01) & (mixed < 0.99)).any()


CHANGES = [
    {"flip": True, "shift": 2}, {"crop": 0.3}, {"rotate": 20.0}, {"noise": 0.2}, {"erase": 0.5}, {"mixup": 0.3}, {"cutmix": 1.0},
    {"mixup": 0.3, "cutmix": 1.0, "flip": True},
]  # fmt: skip


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("settings", CHANGES)
@pytest.mark.parametrize(("kind", "shape"), [("image", (6, 3, 9, 7)), ("volume", (5, 1, 4, 6, 8))])
def test_a_batch_keeps_its_form_and_is_a_function_of_the_generator(kind, shape, settings, device):
    change = augmenter_of(Settings(**settings), kind, shape[1:], 4)
    order = torch.channels_last if kind == "image" else torch.channels_last_3d
    targets = torch.arange(shape[0], device=device) % 4
    for x in (batch(shape, device), batch(shape, device).contiguous(memory_format=order)):
        before = x.clone()
        made, mixed = change(x, targets, generator(3))
        again, _ = change(x, targets, generator(3))
        other, _ = change(x, targets, generator(4))
        assert (made.shape, made.dtype, made.device, made.stride()) == (x.shape, x.dtype, x.device, x.stride())
        assert torch.equal(made, again)
        assert not torch.equal(made, other)
        assert torch.equal(x, before), "what was given stays as it is"
        assert mixed.shape == ((len(x), 4) if "mixup" in settings or "cutmix" in settings else (len(x),))


@pytest.mark.parametrize("settings", CHANGES)
def test_an_empty_slice_of_a_batch_stays_empty(settings):
    change = augmenter_of(Settings(**settings), "image", (3, 9, 7), 4)
    made, _ = change(torch.zeros(0, 3, 9, 7), torch.zeros(0, dtype=torch.int64), generator())
    assert made.shape == (0, 3, 9, 7)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU here")
@pytest.mark.parametrize("settings", CHANGES)
def test_a_gpu_makes_the_same_changes(settings):
    change = augmenter_of(Settings(**settings), "image", (3, 9, 7), 4)
    targets = torch.arange(6) % 4
    here, mixed = change(batch((6, 3, 9, 7)), targets, generator(3))
    there, mixed_there = change(batch((6, 3, 9, 7), "cuda"), targets.cuda(), generator(3))
    torch.testing.assert_close(there.cpu(), here, rtol=1e-4, atol=1e-4)
    torch.testing.assert_close(mixed_there.cpu(), mixed)


def test_flip_and_shift_of_256_small_images_take_about_a_millisecond():
    import time

    change = augmenter_of(Settings(flip=True, shift=2), "image", (1, 28, 28), 10)
    x, targets = torch.rand(256, 1, 28, 28), torch.zeros(256, dtype=torch.int64)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        taken = []
        for seed in range(30):
            start = time.process_time()
            change(x, targets, generator(seed))
            taken.append(time.process_time() - start)
    finally:
        torch.set_num_threads(threads)
    assert min(taken) < 3e-3, "0.7 ms where it was measured"
