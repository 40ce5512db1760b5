"""Pictures: Pillow as the oracle of scaling, NumPy of mean and spread, the rule of padding, and round trips."""

import io
import json

import numpy as np
import pytest
import torch
from PIL import Image, ImageOps

from convlens.ir.errors import UsageError
from convlens.training.data.pictures import all_decoded, decoded, look
from convlens.training.data.raw import Raw
from convlens.training.data.sources.folder import pictures_from
from convlens.training.preparation import image as module
from convlens.training.preparation.image import fitted, scaled, with_channels
from convlens.training.preparation.kinds import from_dict
from convlens.training.settings.settings import Settings
from tests.training.data import files

RANDOM = np.random.default_rng(1)


def smooth(height, width, channels=3):
    """A picture with edges and gradients, uint8 (C, H, W)."""
    y, x = np.mgrid[0:height, 0:width]
    planes = [128 + 100 * np.sin(x / (3 + at) + y / 7) + 20 * (x > width / 2) for at in range(channels)]
    return np.stack(planes).clip(0, 255).astype(np.uint8)


def raw(items, labels=None) -> Raw:
    labels = torch.arange(len(items)) % 2 if labels is None else labels
    return Raw("x", "image", items, labels, ("a", "b"), [str(at) for at in range(len(items))])


def settings(**values) -> Settings:
    return Settings().with_values(values)


@pytest.mark.parametrize("size", [(16, 16), (7, 20), (40, 64), (33, 47)])
def test_scaling_is_pillows(size):
    """The middle of the wanted shape, cut at whole pixels, then Pillow's antialiased filter, to one level."""
    values = smooth(33, 47)
    share = min(33 / size[0], 47 / size[1])
    tall, wide = round(share * size[0]), round(share * size[1])
    top, left = (33 - tall) // 2, (47 - wide) // 2
    middle = Image.fromarray(values.transpose(1, 2, 0)).crop((left, top, left + wide, top + tall))
    oracle = np.asarray(middle.resize(size[::-1], Image.Resampling.BILINEAR))
    mine = scaled(torch.from_numpy(values)[None], size)[0].numpy().transpose(1, 2, 0)
    assert np.abs(mine.astype(int) - oracle.astype(int)).max() <= 1
    fitted_file = ImageOps.fit(Image.fromarray(values.transpose(1, 2, 0)), size[::-1], Image.Resampling.BILINEAR)
    assert np.abs(mine.astype(int) - np.asarray(fitted_file).astype(int)).mean() < 6, "files are cut at fractions of a pixel"


def test_scaling_without_a_cut_is_pillows_to_one_level():
    values = smooth(64, 48)
    for size in ((32, 24), (16, 12), (128, 96), (20, 15)):
        oracle = np.asarray(Image.fromarray(values.transpose(1, 2, 0)).resize(size[::-1], Image.Resampling.BILINEAR))
        mine = scaled(torch.from_numpy(values)[None], size)[0].numpy().transpose(1, 2, 0)
        assert np.abs(mine.astype(int) - oracle.astype(int)).max() <= 1
    nearest = np.asarray(Image.fromarray(values.transpose(1, 2, 0)).resize((12, 16), Image.Resampling.NEAREST))
    mine = scaled(torch.from_numpy(values)[None], (16, 12))[0].numpy().transpose(1, 2, 0)
    assert np.abs(mine.astype(int) - nearest.astype(int)).max() > 10, "the partner: without antialiasing it differs"


def test_grey_is_pillows_luminance():
    values = torch.from_numpy(RANDOM.integers(0, 256, (2, 3, 9, 9), dtype=np.uint8))
    oracle = np.stack([np.asarray(Image.fromarray(one.permute(1, 2, 0).numpy()).convert("L")) for one in values])
    assert np.abs(with_channels(values, 1)[:, 0].numpy().astype(int) - oracle).max() <= 1
    assert with_channels(values[:, :1], 3).shape == (2, 3, 9, 9)


def test_mean_and_spread_are_those_of_the_training_part():
    items = torch.from_numpy(RANDOM.integers(0, 200, (40, 3, 6, 5), dtype=np.uint8))
    items[30:] = 255
    made = fitted(raw(items), torch.arange(30), settings(), None)
    oracle = items[:30].numpy() / 255
    assert made.mean == pytest.approx(oracle.mean((0, 2, 3)))
    assert made.std == pytest.approx(oracle.std((0, 2, 3)))
    x = made.batch(made.store(items[:30]))
    assert x.dtype == torch.float32
    assert torch.allclose(
        x,
        torch.from_numpy((oracle - oracle.mean((0, 2, 3), keepdims=True)) / oracle.std((0, 2, 3), keepdims=True)).float(),
        atol=1e-5,
    )


def test_lenets_32_is_made_by_zeros_around_28():
    items = torch.from_numpy(RANDOM.integers(1, 256, (4, 1, 28, 28), dtype=np.uint8))
    made = fitted(raw(items), torch.arange(4), settings(), (1, 32, 32))
    rows = made.store(items)
    assert made.shape == (1, 32, 32)
    assert torch.equal(rows[:, :, 2:30, 2:30], items)
    assert int(rows.sum()) == int(items.sum())
    assert made.mean == pytest.approx((items.double().mean().item() / 255,)), "zeros around do not count"


@pytest.mark.parametrize(
    ("have", "want", "padded"),
    [((28, 28), (36, 36), True), ((28, 28), (37, 37), False), ((28, 28), (27, 32), False), ((28, 31), (32, 32), True)],
)
def test_when_it_is_padded(have, want, padded):
    made = fitted(raw(torch.ones(2, 1, *have, dtype=torch.uint8)), torch.arange(2), settings(), (1, *want))
    assert made.inner == (have if padded else want)
    assert made.store(torch.ones(2, 1, *have, dtype=torch.uint8)).shape == (2, 1, *want)


def test_whose_size_and_channels():
    grey, colours = torch.zeros(2, 1, 9, 8, dtype=torch.uint8), torch.zeros(2, 3, 9, 8, dtype=torch.uint8)
    places = torch.arange(2)
    assert fitted(raw(grey), places, settings(), None).shape == (1, 9, 8)
    assert fitted(raw(colours), places, settings(), None).shape == (3, 9, 8)
    assert fitted(raw(grey), places, settings(), (3, 64, 64)).shape == (3, 64, 64)
    assert fitted(raw(colours), places, settings(), (1, 64, 64)).shape == (1, 64, 64)
    assert fitted(raw(colours), places, settings(), (0, 0, 0)).shape == (3, 9, 8)
    assert fitted(raw(grey), places, settings(size="24"), (3, 64, 64)).shape == (3, 24, 24)
    assert fitted(raw(grey), places, settings(size="24,30"), None).shape == (1, 24, 30)

    def said(*arguments):
        with pytest.raises(UsageError) as error:
            fitted(*arguments)
        return str(error.value)

    assert said(raw(grey), places, settings(size="1,2,3"), None) == (
        "size has 3 numbers, but the data have 2 axes (9x8)\n  fix: one number, or 2"
    )
    assert said(raw(grey), places, settings(size="20,480000"), None) == (
        "pictures of 20x480000; at most 16384 pixels a side are made"
    )
    assert said(raw(grey), places, settings(), (4, 9, 8)) == (
        "the network takes 4 channels, the pictures have 1\n  fix: a network for 1 or 3"
    )
    assert said(raw(grey), places, settings(), (1, 100)) == (
        "the network is for raw sounds or other sequences, but the data are pictures (9x8)\n  fix: a network for pictures, such as small-cnn"
    )


def test_files_of_several_sizes(tmp_path):
    for at, size in enumerate([(40, 30), (50, 60), (30, 30), (300, 200)]):
        files.picture(tmp_path / "ab"[at % 2] / f"{at}.png", size)
    data = pictures_from(tmp_path)
    assert sorted(map(tuple, data.items.sizes.tolist())) == [(30, 30), (30, 40), (60, 50), (200, 300)]
    made = fitted(data, torch.arange(4), settings(), None)
    assert made.shape == (3, 30, 30)
    assert made.store(list(data.items)).shape == (4, 3, 30, 30)
    assert fitted(data, torch.arange(4), settings(), (3, 32, 32)).inner == (32, 32), "several sizes are scaled, not padded"


def test_large_files_of_one_size_become_squares(tmp_path):
    files.class_folders(tmp_path, "ab", 1, (300, 280))
    assert fitted(pictures_from(tmp_path), torch.arange(2), settings(), None).shape == (3, 128, 128)


def test_grey_files_stay_grey(tmp_path):
    for name in "ab":
        files.picture(tmp_path / name / "x.png", (9, 8), 7, "L")
    assert fitted(pictures_from(tmp_path), torch.arange(2), settings(), None).shape == (1, 8, 9)


def test_a_sample_stands_for_many_files(tmp_path, monkeypatch):
    files.class_folders(tmp_path, "ab", 40)
    data = pictures_from(tmp_path)
    exact = fitted(data, torch.arange(80), settings(), None)
    monkeypatch.setattr(module, "SAMPLE", 16)
    sampled = fitted(data, torch.arange(80), settings(), None)
    assert sampled.mean == pytest.approx(exact.mean, abs=0.1)
    assert sampled != exact


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "LA", "CMYK", "I;16"])
def test_every_mode_is_pillows(tmp_path, mode):
    whole = Image.fromarray(smooth(12, 10).transpose(1, 2, 0))
    if mode == "I;16":
        kept = Image.fromarray(smooth(12, 10, 1)[0].astype(np.uint16) * 257)
        oracle = smooth(12, 10, 1)[0]
    else:
        kept = whole.convert("L").convert(mode) if mode == "LA" else whole.convert(mode)
        oracle = np.asarray(kept.convert("L"))
    path = tmp_path / ("x.tiff" if mode == "CMYK" else "x.png")
    kept.save(path)
    mine = decoded(path, 1, (12, 10))[0].numpy()
    assert np.abs(mine.astype(int) - oracle.astype(int)).max() <= 1
    assert look(path) == (12, 10, 1 if mode in ("1", "L", "LA", "I;16") else 3)


def test_integers_of_32_bits_say_no_range_but_those_of_16_do(tmp_path):
    values = np.arange(256, dtype=np.int32).reshape(16, 16)
    for turn in (1, 6):
        image = Image.fromarray(values)
        exif = image.getexif()
        exif[0x0112] = turn
        image.save(tmp_path / "x.tiff", exif=exif)
        assert said(decoded, tmp_path / "x.tiff", 1, (16, 16)).endswith("its 32-bit values say no range")
    Image.fromarray((values * 257).astype(np.uint16)).save(tmp_path / "x.pgm")
    with Image.open(tmp_path / "x.pgm") as image:
        assert image.mode == "I", "the partner: Pillow gives these the same mode"
    assert np.array_equal(decoded(tmp_path / "x.pgm", 1, (16, 16))[0].numpy(), values)


def test_transparent_parts_are_white(tmp_path):
    Image.new("RGBA", (4, 4), (255, 0, 0, 0)).save(tmp_path / "x.png")
    assert decoded(tmp_path / "x.png", 3, (4, 4)).unique().tolist() == [255]


def test_a_picture_is_turned_upright(tmp_path):
    values = smooth(20, 30)
    turned = Image.fromarray(values.transpose(1, 2, 0))
    exif = turned.getexif()
    exif[0x0112] = 6
    turned.save(tmp_path / "x.png", exif=exif)
    assert look(tmp_path / "x.png") == (30, 20, 3)
    assert np.array_equal(decoded(tmp_path / "x.png", 3, (30, 20)).numpy(), np.rot90(values, -1, (1, 2)))


def test_a_large_jpeg_is_decoded_at_a_fraction_and_looks_the_same(tmp_path):
    Image.fromarray(smooth(1600, 1200).transpose(1, 2, 0)).save(tmp_path / "x.jpg", quality=95)
    oracle = np.asarray(Image.open(tmp_path / "x.jpg").resize((24, 32), Image.Resampling.BILINEAR)).transpose(2, 0, 1)
    assert np.abs(decoded(tmp_path / "x.jpg", 3, (32, 24)).numpy().astype(int) - oracle).mean() < 2


def test_bytes_and_a_file_are_read_alike(tmp_path):
    path = files.picture(tmp_path / "x.png", (40, 30))
    made = fitted(raw(torch.zeros(2, 3, 28, 28, dtype=torch.uint8)), torch.arange(2), settings(), (3, 32, 32))
    row = made.read(path)
    assert row.shape == (3, 32, 32)
    assert torch.equal(row, made.read(path.read_bytes()))
    assert torch.equal(row, made.read(str(path)))
    assert torch.equal(row, made.store([path])[0])


def said(call, *arguments) -> str:
    with pytest.raises(UsageError) as error:
        call(*arguments)
    return str(error.value)


def test_what_cannot_be_read(tmp_path):
    made = fitted(raw(torch.zeros(2, 1, 8, 8, dtype=torch.uint8)), torch.arange(2), settings(), None)
    assert said(made.read, b"no picture").startswith("the picture is not a picture that can be read: it begins like none of PNG")
    assert said(made.read, str(tmp_path / "x.png")).startswith("there is no file")
    assert said(made.read, tmp_path) == f"{tmp_path} is a folder, not a file"
    stream = io.BytesIO()
    Image.fromarray(np.ones((4, 4), dtype=np.float32)).save(stream, "TIFF")
    assert said(made.read, stream.getvalue()) == "the picture is not a picture that can be read: its 32-bit values say no range"


def test_a_picture_that_claims_too_many_pixels_is_not_decoded(tmp_path):
    stream = io.BytesIO()
    Image.new("1", (8000, 8000)).save(stream, "PNG")
    assert said(decoded, stream.getvalue(), 1, (8, 8)).startswith("the picture: 64000000 pixels; at most 33554432 are read")


def test_pictures_too_large_to_hold_are_refused_before_they_are_made():
    items = torch.zeros(2, 3, 8, 8, dtype=torch.uint8)
    assert said(fitted, raw(items), torch.arange(2), settings(size="16384"), None) == (
        "examples of 3x16384x16384 have 805306368 values each; at most 134217728 are made\n  fix: size 6688 or less"
    )


def test_all_broken_ones_are_counted(tmp_path):
    good = files.picture(tmp_path / "x.png")
    assert said(all_decoded, [good, b"", b"x", good], 3, (8, 8)).startswith("2 of 4 pictures cannot be used; the first: ")


def test_it_is_written_down_and_made_again():
    made = fitted(raw(torch.full((2, 3, 28, 28), 9, dtype=torch.uint8)), torch.arange(2), settings(), (3, 32, 32))
    assert from_dict(json.loads(json.dumps(made.to_dict()))) == made


@pytest.mark.parametrize(
    "change",
    [
        {"channels": 2},
        {"size": [0, 4]},
        {"size": [10**9, 4]},
        {"inner": [16384, 16384]},
        {"mean": []},
        {"std": [0.0]},
        {"std": ["x"]},
        {"inner": "ab"},
        {"inner": [5, 4]},
        {"size": None},
    ],
)
def test_what_was_not_written_by_it_is_refused(change):
    made = fitted(raw(torch.zeros(2, 1, 4, 4, dtype=torch.uint8)), torch.arange(2), settings(), None)
    with pytest.raises(UsageError, match="the preparation of kind image cannot be read"):
        from_dict({**made.to_dict(), **change})


def test_a_kind_that_is_none():
    assert (
        said(from_dict, {"kind": "../../evil"}) == "a preparation of kind '../../evil'\n  fix: one of image, text, sound, volume"
    )
    assert said(from_dict, {}) == "a preparation of kind None\n  fix: one of image, text, sound, volume"
