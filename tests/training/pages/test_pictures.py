"""Pictures of stored rows and of kernels: every pixel is the number that it stands for."""

from base64 import b64decode
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from convlens.media.colours import diverging
from convlens.training.pages.pictures import kernel_sheet, pixels, sentence, uri

RANDOM = np.random.default_rng(0)


def seen(address: str) -> np.ndarray:
    return np.asarray(Image.open(BytesIO(b64decode(address.partition(",")[2]))))


@pytest.mark.parametrize("channels", [1, 3])
def test_a_small_picture_is_shown_as_it_is(channels: int) -> None:
    row = RANDOM.integers(0, 256, (channels, 28, 20), dtype=np.uint8)
    wanted = row[0] if channels == 1 else row.transpose(1, 2, 0)
    assert (seen(uri(pixels(row, "image"))) == wanted).all()


def test_a_large_picture_becomes_smaller_by_means() -> None:
    row = np.zeros((3, 300, 200), np.uint8)
    row[:, :150] = 200
    found = pixels(row, "image")
    assert found.shape == (75, 66, 3)
    assert (found[0, 0, 0], found[-1, 0, 0]) == (200, 0)


def test_a_spectrogram_has_its_low_bands_below() -> None:
    row = np.arange(12, dtype=np.float32).reshape(1, 4, 3)
    assert pixels(row, "sound")[0].tolist() == [209, 232, 255]
    assert pixels(row, "sound")[-1].tolist() == [0, 23, 46]


def test_a_wave_a_volume_and_what_cannot_be_drawn() -> None:
    assert pixels(np.sin(np.arange(4000, dtype=np.float32))[None], "sound").shape == (64, 160)
    volume = np.zeros((1, 5, 6, 7), np.float32)
    volume[0, 2, 3, 4] = 1
    assert pixels(volume, "volume")[3, 4] == 255
    assert pixels(np.zeros((2, 2, 2, 2, 2)), "image") is None
    assert pixels(np.zeros((1, 0, 4), np.uint8), "image") is None


def test_numbers_that_are_none_are_drawn_too() -> None:
    row = np.array([[[np.nan, np.inf, 1.0]]], np.float32)
    assert pixels(row, "volume") is not None or pixels(row, "sound").tolist() == [[0, 0, 255]]


def test_a_sentence_is_read_from_its_numbers() -> None:
    row = np.array([2, 1, 3, 9, 0, 0])
    assert sentence(row, {"vocabulary": ["how", "far"]}) == "how [?] far #9"
    assert sentence(row, {"vocabulary": {"how": [1]}}) == "#2 [?] #3 #9"
    assert sentence(np.full(100, 2), {"vocabulary": ["x\x1b"]}).endswith("x\\x1b …")


def test_kernels_of_one_channel_are_coloured_by_sign() -> None:
    weights = RANDOM.normal(size=(6, 1, 5, 5)).astype(np.float32)
    sheet, count = kernel_sheet(weights)
    assert (count, sheet.shape[2]) == (6, 4)
    top = np.abs(weights).max()
    assert (sheet[:5, :5, :3] == diverging(weights[0, 0].astype(float) / top)).all()
    assert (sheet[5] == 0).all()


def test_kernels_of_three_channels_have_their_colours() -> None:
    weights = np.zeros((2, 3, 3, 3), np.float32)
    weights[0, 0], weights[1, 2] = 1, -1
    sheet, _ = kernel_sheet(weights)
    assert sheet[0, 0].tolist() == [255, 128, 128, 255]
    assert [255, 128, 128, 255] in sheet.reshape(-1, 4).tolist()
    assert [128, 128, 0, 255] in sheet.reshape(-1, 4).tolist()


@pytest.mark.parametrize("shape", [(8, 1, 80), (100, 128, 3), (300, 1, 3, 3), (64, 64, 3, 3), (4, 1, 3, 3, 3), (2, 3, 1, 1)])
def test_kernels_of_every_shape_fit_on_a_sheet(shape: tuple[int, ...]) -> None:
    sheet, count = kernel_sheet(RANDOM.normal(size=shape).astype(np.float32))
    assert 1 <= count <= shape[0]
    assert max(sheet.shape) < 2000
    assert seen(uri(sheet)).shape == sheet.shape


def test_kernels_that_cannot_be_drawn() -> None:
    assert kernel_sheet(np.zeros((1, 1, 400, 400), np.float32)) is None
    sheet, _ = kernel_sheet(np.full((1, 1, 2, 2), np.nan, np.float32))
    assert (sheet[..., :3] == 142).all()
