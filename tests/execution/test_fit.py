"""What is done to a file's values for a network, against Pillow's and NumPy's ways of doing it."""

from pathlib import Path

import numpy as np
import pytest
import soundfile
from PIL import Image

from convlens.execution.fit import fit
from convlens.execution.wanted import How, Wanted
from convlens.ir.errors import UsageError
from convlens.media.read import read
from convlens.media.sample import Sample

COLOURS = np.random.default_rng(3).integers(0, 256, (20, 30, 3), dtype=np.uint8)


def picture(folder: Path, mode: str = "RGB") -> Sample:
    Image.fromarray(COLOURS).convert(mode).save(folder / "a.png")
    return read(str(folder / "a.png"))


def sound(folder: Path, channels: int) -> Sample:
    soundfile.write(str(folder / "a.wav"), np.random.default_rng(0).uniform(-1, 1, (100, channels)), 8000)
    return read(str(folder / "a.wav"))


def array(folder: Path, values: np.ndarray) -> Sample:
    np.save(folder / "a.npy", values)
    return read(str(folder / "a.npy"))


def only(*shapes: tuple[int, ...]) -> object:
    return lambda dims: tuple(dims) in shapes


def steps(sample: Sample) -> list[str]:
    return [step.what for step in sample.steps]


def anything(dims: tuple[int, ...]) -> bool:
    return True


def test_a_size_that_fits_is_left_alone(tmp_path: Path) -> None:
    sample = picture(tmp_path)
    found = fit(sample, Wanted("x", (None, 3, 224, 224)), anything, How())
    np.testing.assert_array_equal(found.values[0], sample.values)
    assert found.steps[0].to_dict() == {"what": "own-size", "size": "20x30", "stated": "224x224"}
    assert not steps(fit(sample, Wanted("x", (None, 3, 20, 30)), anything, How()))


@pytest.mark.parametrize(
    ("how", "accepts", "size"),
    [(How(), only((1, 3, 8, 12)), (8, 12)), (How(resize=()), anything, (8, 12)), (How(resize=(40, 40)), anything, (40, 40))],
)
def test_it_is_resized_where_it_must_or_where_it_is_asked_for(
    tmp_path: Path, how: How, accepts: object, size: tuple[int, int]
) -> None:
    sample = picture(tmp_path)
    found = fit(sample, Wanted("x", (None, 3, 8, 12)), accepts, how)
    expected = np.stack([np.asarray(Image.fromarray(c).resize(size[::-1], Image.Resampling.BILINEAR)) for c in sample.values])
    np.testing.assert_array_equal(found.values[0], expected)
    eight_bits = np.asarray(Image.fromarray(COLOURS).resize(size[::-1], Image.Resampling.BILINEAR)).transpose(2, 0, 1)
    np.testing.assert_allclose(found.values[0] * 255, eight_bits, atol=1.01)
    assert steps(found) == ["resize"]


def test_channels(tmp_path: Path) -> None:
    found = fit(picture(tmp_path), Wanted("x", (None, 1, 20, 30)), anything, How())
    np.testing.assert_allclose(found.values[0, 0] * 255, np.asarray(Image.fromarray(COLOURS).convert("L")), atol=1.0)
    assert steps(found) == ["grey"]
    found = fit(picture(tmp_path, "L"), Wanted("x", (None, 3, 20, 30)), anything, How())
    assert steps(found) == ["repeat"]
    assert (found.values[0] == found.values[0, :1]).all()
    with pytest.raises(UsageError, match=r"has 3 channels, but input 'x' \(\?x4x20x30\) takes 4\n  fix: an array"):
        fit(picture(tmp_path), Wanted("x", (None, 4, 20, 30)), anything, How())


def test_channels_that_are_not_stated_are_tried(tmp_path: Path) -> None:
    found = fit(picture(tmp_path), Wanted("x", (None,) * 4), only((1, 1, 20, 30)), How())
    assert found.values.shape == (1, 1, 20, 30)


def test_channels_last(tmp_path: Path) -> None:
    sample = picture(tmp_path)
    found = fit(sample, Wanted("x", (None, 20, 30, 3), channels_last=True), only((1, 20, 30, 3)), How(mean=(0.1, 0.2, 0.3)))
    np.testing.assert_allclose(found.values[0], COLOURS / 255 - [0.1, 0.2, 0.3], atol=1e-6)


def test_mean_and_deviation(tmp_path: Path) -> None:
    sample = picture(tmp_path)
    found = fit(sample, Wanted("x", (None, 3, 20, 30)), anything, How(mean=(0.4, 0.5, 0.6), std=(0.2,)))
    expected = (sample.values - np.array([0.4, 0.5, 0.6])[:, None, None]) / 0.2
    np.testing.assert_allclose(found.values[0], expected, atol=1e-5)
    assert found.steps[-1].to_dict() == {"what": "normalise", "mean": [0.4, 0.5, 0.6], "std": [0.2] * 3}
    with pytest.raises(UsageError, match="^--mean has 2 values, but input 'x' has 3 channels$"):
        fit(sample, Wanted("x", (None, 3, 20, 30)), anything, How(mean=(0.4, 0.5)))


@pytest.mark.parametrize(
    ("dims", "how", "message"),
    [
        ((None, 1, 8000), How(), r"is a picture, one of C x H x W, but input 'x' takes \?x1x8000"),
        ((8, 3, 20, 30), How(), "is a picture, one of C x H x W, but input 'x' takes 8x3x20x30"),
        ((None, 3, None, None), How(resize=()), r"^--resize: input 'x' \(\?x3x\?x\?\) states no size\n  fix: --resize 224x224$"),
        ((None, 3, 20, 30), How(resize=(5,)), "^--resize 5: a picture has a height and a width, as in 224x224$"),
        ((None, 3, 20, 30), How(resize=(99999, 99999)), "^--resize 99999x99999: at most 33554432 pixels$"),
    ],
)
def test_pictures_that_do_not_fit(tmp_path: Path, dims: tuple[int | None, ...], how: How, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        fit(picture(tmp_path), Wanted("x", dims), anything, how)


def test_sounds(tmp_path: Path) -> None:
    sample = sound(tmp_path, 2)
    found = fit(sample, Wanted("x", (None, 1, 100)), anything, How())
    np.testing.assert_allclose(found.values[0, 0], sample.values.mean(axis=0), atol=1e-7)
    assert steps(found) == ["mono"]
    cut = fit(sample, Wanted("x", (None, 2, 60)), only((1, 2, 60)), How())
    np.testing.assert_array_equal(cut.values[0], sample.values[:, :60])
    longer = fit(sample, Wanted("x", (None, 2, 160)), anything, How(resize=()))
    np.testing.assert_array_equal(longer.values[0], np.pad(sample.values, ((0, 0), (0, 60))))
    assert (steps(cut), steps(longer)) == (["cut"], ["silence"])
    assert steps(fit(sample, Wanted("x", (None, 2, 160)), anything, How())) == ["own-size"]
    with pytest.raises(UsageError, match="has 2 channels, but input 'x' takes 3"):
        fit(sample, Wanted("x", (None, 3, 100)), anything, How())
    with pytest.raises(
        UsageError,
        match="is a sound, one of C x T, but input 'x' takes .x1x40x98\n  fix: what the network was made for, such as a spec",
    ):
        fit(sample, Wanted("x", (None, 1, 40, 98)), anything, How())
    with pytest.raises(UsageError, match="--resize 3x4: a sound has a length"):
        fit(sample, Wanted("x", (None, 2, 100)), anything, How(resize=(3, 4)))


@pytest.mark.parametrize("shape", [(3, 8, 8), (1, 3, 8, 8), (5, 3, 8, 8)])
def test_arrays_are_taken_as_they_are(tmp_path: Path, shape: tuple[int, ...]) -> None:
    values = np.random.default_rng(0).normal(size=shape)
    found = fit(array(tmp_path, values), Wanted("x", (None, 3, 8, 8)), anything, How())
    np.testing.assert_array_equal(found.values.reshape(shape), values.astype(np.float32))
    assert steps(found) == [*(["batch"] if len(shape) == 3 else []), "dtype"]


@pytest.mark.parametrize("shape", [(8, 8), (8,), (1, 1, 3, 8, 8)])
def test_an_array_of_the_wrong_rank(tmp_path: Path, shape: tuple[int, ...]) -> None:
    with pytest.raises(
        UsageError,
        match=rf"has {len(shape)} axes \(.*\), but input 'x' takes 4 \(\?x3x8x8\)\n  fix: an array of 4 axes, or of 3, without",
    ):
        fit(array(tmp_path, np.zeros(shape)), Wanted("x", (None, 3, 8, 8)), anything, How())


def test_whole_and_real_numbers(tmp_path: Path) -> None:
    tokens = array(tmp_path, np.arange(7, dtype=np.uint8))
    assert fit(tokens, Wanted("x", (None, 7), "int64"), anything, How()).values.dtype == np.int64
    with pytest.raises(UsageError, match=r"holds real numbers, but input 'x' takes whole ones \(int64\)"):
        fit(array(tmp_path, np.zeros(7)), Wanted("x", (None, 7), "int64"), anything, How())


def test_gaps_are_told(tmp_path: Path) -> None:
    found = fit(array(tmp_path, np.array([[1.0, np.nan, np.inf]], dtype=np.float32)), Wanted("x", (None, 3)), anything, How())
    assert found.steps[-1].to_dict() == {"what": "not-finite", "count": 2}
