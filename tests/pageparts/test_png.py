"""The PNG of a page is what Pillow reads."""

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from convlens.pageparts.png import data_uri, png


@pytest.mark.parametrize(("depth", "mode"), [(1, "L"), (3, "RGB"), (4, "RGBA")])
@pytest.mark.parametrize("size", [(1, 1), (7, 3), (300, 2)])
def test_pillow_reads_the_same_pixels(depth: int, mode: str, size: tuple[int, int]) -> None:
    width, height = size
    pixels = np.random.default_rng(0).integers(0, 256, (height, width, depth), dtype=np.uint8)
    image = Image.open(BytesIO(png(width, height, pixels.tobytes())))
    image.verify()
    image = Image.open(BytesIO(png(width, height, pixels.tobytes())))
    assert (image.size, image.mode) == (size, mode)
    assert (np.asarray(image).reshape(height, width, depth) == pixels).all()


@pytest.mark.parametrize("count", [0, 5, 12])
def test_other_numbers_of_bytes_are_refused(count: int) -> None:
    with pytest.raises(ValueError, match="no picture of 3 x 2"):
        png(3, 2, b"x" * (count if count != 12 else 13))


def test_the_address_holds_the_file() -> None:
    assert data_uri(1, 1, b"x").startswith("data:image/png;base64,iVBORw0KGgo")
