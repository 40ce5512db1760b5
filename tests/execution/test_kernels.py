"""Kernels made by hand against Pillow's filters, SciPy's image filters, and their definitions."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFilter
from scipy import ndimage, signal, stats

from convlens.execution.kernels import FIXED, SIZED, kernel
from convlens.execution.on_files import run_kernel
from convlens.ir.errors import UsageError

VALUES = np.random.default_rng(1).normal(size=(3, 14, 17))


def run(folder: Path, name: str, **options: object) -> np.ndarray:
    np.save(folder / "in.npy", VALUES)
    found = run_kernel(name, str(folder / "in.npy"), **options)
    assert found.kept
    return found.ran.outputs[0].values[0]


def each(filtered: object) -> np.ndarray:
    return np.stack([filtered(channel) for channel in VALUES])


@pytest.mark.parametrize("size", [3, 5, 7])
def test_sobel_is_that_of_scipy_and_larger_ones_are_derivatives_of_binomials(tmp_path: Path, size: int) -> None:
    binomial = np.array([1.0])
    for _ in range(size - 3):
        binomial = np.convolve(binomial, [1, 1])
    smooth, change = np.convolve(np.convolve(binomial, [1, 1]), [1, 1]), np.convolve(binomial, [-1, 0, 1])
    for name, axis in (("sobel-x", 1), ("sobel-y", 0)):
        expected = each(
            lambda c: ndimage.correlate1d(
                ndimage.correlate1d(c, change, axis, mode="constant"), smooth, 1 - axis, mode="constant"
            )
        )
        np.testing.assert_allclose(run(tmp_path, name, size=size), expected, atol=1e-10)
        if size == 3:
            np.testing.assert_allclose(expected, each(lambda c: ndimage.sobel(c, axis, mode="constant")), atol=1e-12)


def test_the_others_are_those_of_scipy(tmp_path: Path) -> None:
    np.testing.assert_array_equal(run(tmp_path, "identity", size=5), VALUES)
    np.testing.assert_allclose(run(tmp_path, "laplacian"), each(lambda c: ndimage.laplace(c, mode="constant")), atol=1e-12)
    np.testing.assert_allclose(run(tmp_path, "sharpen"), VALUES - each(lambda c: ndimage.laplace(c, mode="constant")), atol=1e-12)
    for size in (3, 9):
        np.testing.assert_allclose(
            run(tmp_path, "box", size=size), each(lambda c: ndimage.uniform_filter(c, size, mode="constant")), atol=1e-12
        )


@pytest.mark.parametrize(("padding", "mode"), [("same", "constant"), ("reflect", "mirror")])
def test_the_border(tmp_path: Path, padding: str, mode: str) -> None:
    expected = each(lambda c: ndimage.correlate(c, np.array(kernel("emboss").weights()), mode=mode))
    np.testing.assert_allclose(run(tmp_path, "emboss", padding=padding), expected, atol=1e-12)


def test_no_border(tmp_path: Path) -> None:
    """`correlate2d` does not turn the kernel; `convolve2d` does, and gives something else."""
    weights = np.array(kernel("emboss").weights())
    found = run(tmp_path, "emboss", padding="valid")
    assert found.shape == (3, 12, 15)
    np.testing.assert_allclose(found, each(lambda c: signal.correlate2d(c, weights, mode="valid")), atol=1e-12)
    assert not np.allclose(found, each(lambda c: signal.convolve2d(c, weights, mode="valid")))


@pytest.mark.parametrize("size", [3, 5, 9, 31])
def test_the_gaussian_is_a_probability_with_the_spread_that_is_said(size: int) -> None:
    weights = np.array(kernel("gaussian", size).weights())
    places = np.arange(size) - size // 2
    assert weights.sum() == 1
    assert weights.sum(axis=0) @ places**2 == pytest.approx((size - 1) / 4)
    tosses = stats.binom.pmf(np.arange(size), size - 1, 0.5)
    np.testing.assert_allclose(weights, np.outer(tosses, tosses), atol=1e-12)


@pytest.mark.parametrize("name", ["gaussian", "sharpen", "emboss"])
def test_a_picture_is_what_pillow_makes_of_it(tmp_path: Path, name: str) -> None:
    """Inside the border, where Pillow copies the pixels. Pillow lays the rows of a kernel from the bottom up."""
    picture = Image.fromarray(np.random.default_rng(4).integers(60, 190, (12, 16, 3), dtype=np.uint8))
    picture.save(tmp_path / "a.png")
    made = kernel(name)
    expected = np.asarray(
        picture.filter(ImageFilter.Kernel((3, 3), [w for row in made.rows[::-1] for w in row], made.divisor))
    ).astype(float)
    found = np.clip(run_kernel(name, str(tmp_path / "a.png")).ran.outputs[0].values[0] * 255, 0, 255).transpose(1, 2, 0)
    np.testing.assert_allclose(found[1:-1, 1:-1], expected[1:-1, 1:-1], atol=0.51)


def test_sums() -> None:
    sums = {name: kernel(name).sum for name in (*SIZED, *FIXED)}
    assert sums == {
        "identity": 1, "box": 1, "gaussian": 1, "sobel-x": 0, "sobel-y": 0, "laplacian": 0, "sharpen": 1, "emboss": 1
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "size", "message"),
    [
        ("sobelx", 3, r"there is no kernel 'sobelx' \(did you mean 'sobel-x'\?\)\n  fix: one of identity, box"),
        ("box", 4, r"^--size 4: the kernel box has an odd size from 1 to 31$"),
        ("box", 33, r"^--size 33: "),
        ("sobel-x", 1, r"^--size 1: the kernel sobel-x has an odd size from 3 to 31$"),
        (
            "laplacian",
            5,
            r"^--size 5: the kernel laplacian is 3x3\n  fix: no --size, or one of identity, box, gaussian, sobel-x, sobel-y$",
        ),
    ],
)
def test_what_there_is_not(name: str, size: int, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        kernel(name, size)


@pytest.mark.parametrize("shape", [(14, 17), (3, 14, 17), (2, 3, 14, 17)])
def test_arrays_of_two_to_four_axes(tmp_path: Path, shape: tuple[int, ...]) -> None:
    values = np.random.default_rng(2).normal(size=shape)
    np.save(tmp_path / "a.npy", values)
    found = run_kernel("sobel-y", str(tmp_path / "a.npy")).ran.outputs[0].values
    expected = np.stack([ndimage.sobel(c, 0, mode="constant") for c in values.reshape(-1, 14, 17)])
    np.testing.assert_allclose(found.reshape(-1, 14, 17), expected, atol=1e-12)


@pytest.mark.parametrize("shape", [(5,), (1, 2, 3, 4, 5)])
def test_an_array_of_the_wrong_rank(tmp_path: Path, shape: tuple[int, ...]) -> None:
    np.save(tmp_path / "a.npy", np.zeros(shape))
    with pytest.raises(UsageError, match="; a kernel takes H x W, C x H x W or N x C x H x W"):
        run_kernel("box", str(tmp_path / "a.npy"))
