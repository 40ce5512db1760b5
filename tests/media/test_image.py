"""Pictures of every mode against Pillow's and NumPy's own values; broken and hostile ones end in one message."""

import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageOps

from convlens.ir.errors import UsageError
from convlens.media import image as module
from convlens.media.read import read

COLOURS = np.random.default_rng(3).integers(0, 256, (20, 30, 3), dtype=np.uint8)
PICTURE = Image.fromarray(COLOURS)


def saved(folder: Path, name: str, picture: Image.Image, **options: object) -> str:
    picture.save(folder / name, **options)
    return str(folder / name)


def planes(picture: Image.Image, mode: str) -> np.ndarray:
    values = np.asarray(picture.convert(mode)).astype(np.float64) / 255
    return values[None] if values.ndim == 2 else values.transpose(2, 0, 1)


@pytest.mark.parametrize(
    ("name", "mode", "shown"),
    [
        ("a.png", "RGB", "RGB"), ("a.png", "L", "L"), ("a.png", "1", "L"), ("a.png", "P", "RGB"), ("a.gif", "P", "RGB"),
        ("a.jpg", "RGB", "RGB"), ("a.jpg", "CMYK", "RGB"), ("a.tif", "CMYK", "RGB"), ("a.jpg", "L", "L"), ("a.tif", "LAB", "RGB"),
        ("a.bmp", "RGB", "RGB"), ("a.webp", "RGB", "RGB"), ("a.ppm", "RGB", "RGB"), ("a.tif", "YCbCr", "RGB"),
    ],
)  # fmt: skip
def test_a_mode_is_read_as_pillow_converts_it(tmp_path: Path, name: str, mode: str, shown: str) -> None:
    if mode == "LAB":
        values = np.asarray(PICTURE)
        picture = Image.merge("LAB", [Image.fromarray(values[..., at]) for at in range(3)])
    else:
        picture = PICTURE.convert(mode)
    path = saved(tmp_path, name, picture)
    found = read(path)
    np.testing.assert_allclose(found.values, planes(Image.open(path), shown), atol=1e-7)
    assert (found.kind, found.values.dtype) == ("picture", np.float32)
    assert bool(found.steps) == (found.about["mode"] not in ("RGB", "L", "1"))


def test_sixteen_bits_keep_their_steps(tmp_path: Path) -> None:
    values = np.arange(600, dtype=np.uint16).reshape(20, 30) * 109
    for name in ("a.png", "a.tif"):
        found = read(saved(tmp_path, name, Image.fromarray(values)))
        np.testing.assert_allclose(found.values[0], values / 65535, atol=1e-7)
        assert len(np.unique(found.values)) == 600


def test_sixteen_bits_of_colour_say_what_is_lost(tmp_path: Path) -> None:
    """Pillow keeps the upper 8 of them."""
    wide = (COLOURS.astype(np.uint16) << 8) | 77
    path = tmp_path / "wide.png"
    path.write_bytes(png(30, 20, 2, b"".join(b"\0" + row.astype(">u2").tobytes() for row in wide), depth=16))
    found = read(str(path))
    np.testing.assert_allclose(found.values, COLOURS.transpose(2, 0, 1) / 255, atol=1e-7)
    assert [step.what for step in found.steps] == ["depth"]


@pytest.mark.parametrize(("mode", "dtype"), [("F", np.float32), ("I", np.int32)])
def test_a_range_that_is_not_known_is_not_invented(tmp_path: Path, mode: str, dtype: type) -> None:
    values = COLOURS[..., 0].astype(dtype) * 1000
    found = read(saved(tmp_path, "a.tif", Image.fromarray(values)))
    np.testing.assert_array_equal(found.values[0], values)
    assert [step.what for step in found.steps] == ["range"]


@pytest.mark.parametrize(("mode", "shown"), [("RGBA", "RGB"), ("LA", "L")])
def test_transparent_parts_are_laid_on_white(tmp_path: Path, mode: str, shown: str) -> None:
    picture = PICTURE.convert(mode)
    picture.putalpha(Image.fromarray(COLOURS[..., 1]))
    found = read(saved(tmp_path, "a.png", picture))
    white = Image.new("RGBA", picture.size, "white")
    expected = planes(Image.alpha_composite(white, picture.convert("RGBA")), shown)
    np.testing.assert_allclose(found.values, expected, atol=1.01 / 255)
    assert [step.what for step in found.steps] == ["alpha"]


def test_a_palette_with_a_transparent_colour(tmp_path: Path) -> None:
    picture = PICTURE.quantize(8)
    gone = np.asarray(picture) == 3
    found = read(saved(tmp_path, "a.png", picture, transparency=3))
    assert gone.any()
    assert (found.values[:, gone] == 1).all()
    assert [step.what for step in found.steps] == ["mode", "alpha"]


@pytest.mark.parametrize("turn", range(1, 9))
def test_the_exif_tag_turns_it_upright(tmp_path: Path, turn: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = turn
    path = saved(tmp_path, "a.png", PICTURE, exif=exif)
    found = read(path)
    np.testing.assert_allclose(found.values, planes(ImageOps.exif_transpose(Image.open(path)), "RGB"), atol=1e-7)
    assert bool(found.steps) == (turn > 1)


def test_of_several_pictures_the_first(tmp_path: Path) -> None:
    path = saved(
        tmp_path,
        "a.gif",
        PICTURE.convert("P"),
        save_all=True,
        append_images=[PICTURE.rotate(turn).convert("P") for turn in (90, 180)],
    )
    found = read(path)
    np.testing.assert_allclose(found.values, planes(Image.open(path), "RGB"), atol=1e-7)
    assert found.steps[0].to_dict() == {"what": "frame", "frames": 3}


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png(width: int, height: int, kind: int, rows: bytes, depth: int = 8) -> bytes:
    head = struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def whole(folder: Path) -> bytes:
    return Path(saved(folder, "whole.png", PICTURE)).read_bytes()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (lambda folder: whole(folder)[:-300], "truncated"),
        (lambda folder: whole(folder)[:40], "is not a picture that can be read"),
        (lambda folder: b"", "it begins like none of PNG"),
        (lambda folder: b"hello", "it begins like none of PNG"),
        (lambda folder: b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "it begins like none of PNG"),
        (lambda folder: png(40000, 40000, 2, b""), "is not a picture that can be read: Image size"),
        (lambda folder: png(9000, 9000, 2, b""), r"9000 x 9000 = 81000000 pixels; a picture of at most 33554432 is decoded"),
        (lambda folder: png(30, 20, 2, b"\0" * 5), "is not a picture that can be read"),
        (lambda folder: whole(folder)[:60] + bytes(40) + whole(folder)[100:], "is not a picture that can be read"),
    ],
)  # fmt: skip
def test_a_broken_picture_is_one_message(tmp_path: Path, content: object, message: str) -> None:
    path = tmp_path / "broken.png"
    path.write_bytes(content(tmp_path))
    with pytest.raises(UsageError, match=message):
        read(str(path))


def test_every_byte_of_a_picture_may_be_wrong(tmp_path: Path) -> None:
    """Each either is read or ends in one message; that some are refused shows that the bytes matter."""
    good, source, refused = whole(tmp_path), np.random.default_rng(5), 0
    for form in ("a.jpg", "a.gif", "a.tif"):
        saved(tmp_path, form, PICTURE.convert("RGB" if form != "a.gif" else "P"))
    for name in ("whole.png", "a.jpg", "a.gif", "a.tif"):
        good = (tmp_path / name).read_bytes()
        for _ in range(40):
            content = bytearray(good)
            for at in source.integers(0, min(len(content), 400), 3):
                content[at] = source.integers(0, 256)
            path = tmp_path / f"changed{Path(name).suffix}"
            path.write_bytes(content)
            try:
                read(str(path))
            except UsageError:
                refused += 1
    assert refused > 10


def test_a_file_that_is_too_long_is_not_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_BYTES", 100)
    with pytest.raises(UsageError, match=r"bytes; a picture of at most 100 bytes is read"):
        read(saved(tmp_path, "a.png", PICTURE))


def test_a_missing_file_and_an_unknown_ending(tmp_path: Path) -> None:
    saved(tmp_path, "cat.png", PICTURE)
    with pytest.raises(UsageError, match=r"there is no file '.*cta.png' \(did you mean '.*cat.png'\?\)"):
        read(str(tmp_path / "cta.png"))
    with pytest.raises(UsageError, match=r"'a.xyz': its ending says no format\n  fix: one of .npy, .wav, .png, "):
        read("a.xyz")
    (tmp_path / "folder.png").mkdir()
    with pytest.raises(UsageError, match="is a folder, not a file"):
        read(str(tmp_path / "folder.png"))
