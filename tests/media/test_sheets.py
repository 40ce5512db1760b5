"""Pictures of results: what is where on a sheet, and that grey print keeps the order of the values."""

import numpy as np
import pytest
from PIL import Image

from convlens.media.colours import UNKNOWN, diverging, shown
from convlens.media.sheet import BACKGROUND, sheet
from convlens.media.tiles import Tile, colour_tile, curve_tile, map_tile, sized


def lightness(colours: np.ndarray) -> np.ndarray:
    return np.asarray(Image.fromarray(colours[None]).convert("L"))[0].astype(int)


def test_signed_colours_rise_in_grey_print() -> None:
    steps = np.diff(lightness(diverging(np.linspace(-1, 1, 201))))
    assert (steps >= 0).all()
    ends = lightness(diverging(np.array([-1.0, -0.5, 0.0, 0.5, 1.0])))
    assert (np.diff(ends) > 30).all(), "five values that can be told apart"


def test_the_usual_colours_do_not() -> None:
    """The partner: blue, white, red."""
    usual = np.array([[33, 102, 172], [247, 247, 247], [178, 24, 43]], dtype=np.uint8)
    assert not (np.diff(lightness(usual)) >= 0).all()


def test_ranges() -> None:
    values = np.array([[2.0, 3.0, 4.0]])
    assert shown(values, signed=False)[0, :, 0].tolist() == [0, 128, 255]
    assert shown(np.array([[-4.0, 0.0, 2.0]]), signed=True)[0].tolist() == diverging(np.array([-1.0, 0.0, 0.5])).tolist()
    assert shown(np.zeros((1, 2)), signed=False)[0].tolist() == [[0, 0, 0]] * 2
    assert shown(np.zeros((1, 2)), signed=True)[0].tolist() == diverging(np.zeros(2)).tolist()
    assert shown(np.array([[np.nan, 1.0, np.inf]]), signed=True)[0].tolist() == [
        list(UNKNOWN),
        diverging(np.ones(1))[0].tolist(),
        list(UNKNOWN),
    ]
    assert (shown(np.full((2, 2), np.nan), signed=False) == UNKNOWN).all()


def test_a_small_map_is_enlarged_without_new_values_and_a_large_one_averaged() -> None:
    tile = map_tile("0", np.array([[0.0, 1.0], [1.0, 0.0]]), signed=False)
    enlarged = np.asarray(sized(tile, 100))
    assert enlarged.shape == (100, 100, 3)
    assert (enlarged[:50, :50] == 0).all()
    assert (enlarged[:50, 50:] == 255).all()
    large = map_tile("0", np.indices((400, 400)).sum(axis=0) % 2, signed=False)
    assert np.unique(np.asarray(sized(large, 100))).tolist() == [128]


@pytest.mark.parametrize("count", [1, 3, 17, 100])
def test_every_tile_is_on_the_sheet(count: int) -> None:
    """Each in a colour of its own, found again in the picture; the corner is the light background."""
    colours = [(37 + at, 255 - at, (at * 53) % 256) for at in range(count)]
    tiles = [Tile(np.full((6, 8, 3), colour, dtype=np.uint8), f"{at}: 0 … 1") for at, colour in enumerate(colours)]
    picture = np.asarray(sheet("title", tiles, signed=True))
    there = {tuple(colour) for colour in picture.reshape(-1, 3).tolist()}
    assert set(colours) <= there
    assert tuple(picture[0, 0]) == BACKGROUND
    assert picture.shape[0] < 2 * picture.shape[1]


def test_a_legend_is_drawn_below_each_tile() -> None:
    tile = map_tile("5", np.eye(4), signed=False)
    assert tile.legend == "5: 0 … 1"
    plain, named = (np.asarray(sheet("t", [tile._replace(legend=legend)], signed=False)) for legend in (" ", tile.legend))
    assert plain.shape == named.shape
    rows = np.nonzero((plain != named).any(axis=(1, 2)))[0]
    assert rows.min() > plain.shape[0] - 60


def test_a_curve_goes_where_its_values_are() -> None:
    tile = curve_tile("0", np.repeat([1.0, -1.0], 75))
    ink = (tile.colours == (28, 72, 140)).all(axis=-1)
    height, width = ink.shape
    assert ink[0, : width // 2 - 2].all()
    assert ink[height - 1, width // 2 + 2 :].all()
    assert not ink[height // 2, : width // 2 - 2].any()
    assert curve_tile("0", np.zeros(3)).colours.shape[0] == height
    assert curve_tile("0", np.array([np.nan, 1.0])).legend == "0: 1 … 1"


def test_a_kernel_of_three_channels_has_grey_for_zero() -> None:
    values = np.zeros((3, 1, 2))
    values[0, 0, 1] = -2.0
    assert colour_tile("0", values).colours.tolist() == [[[128, 128, 128], [0, 128, 128]]]
