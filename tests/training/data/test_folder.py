"""Folders of class folders: what is found, an official split, and what is broken."""

import os

import pytest

from convlens.ir.errors import UsageError
from convlens.training.data.load import parts_of
from convlens.training.data.sources.folder import holds_pictures, pictures_from
from convlens.training.settings.settings import Settings
from tests.training.data import files


def said(folder) -> str:
    with pytest.raises(UsageError) as error:
        pictures_from(folder)
    return str(error.value).replace(str(folder), "DATA")


def test_each_folder_is_a_class(tmp_path):
    files.class_folders(tmp_path, "ba", 3)
    files.picture(tmp_path / "b" / "deeper" / "x.JPG")
    (tmp_path / "b" / "notes.txt").write_text("no picture")
    (tmp_path / "b" / "._x.png").write_bytes(b"what a Mac leaves behind")
    (tmp_path / ".git" / "objects").mkdir(parents=True)
    raw = pictures_from(tmp_path)
    assert raw.classes == ("a", "b")
    assert raw.names == ["a/0.png", "a/1.png", "a/2.png", "b/0.png", "b/1.png", "b/2.png", "b/deeper/x.JPG"]
    assert raw.labels.tolist() == [0, 0, 0, 1, 1, 1, 1]
    assert raw.items.channels == 3
    assert raw.official_test is None
    assert raw.official_validation is None


def test_numbers_stand_in_their_order(tmp_path):
    for name in ("10", "9", "1"):
        files.picture(tmp_path / name / "x.png")
    assert pictures_from(tmp_path).classes == ("1", "9", "10")


@pytest.mark.parametrize("validation", ["val", "valid", "Validation"])
def test_an_official_split_is_kept(tmp_path, validation):
    for part, each in (("train", 4), (validation, 2), ("test", 3)):
        files.class_folders(tmp_path / part, "ab", each)
    parts = parts_of(pictures_from(tmp_path), Settings())
    assert [len(part) for part in (parts.train, parts.validation, parts.test)] == [8, 4, 6]
    assert all(name.startswith("test/") for name in parts.test.names)
    assert all(name.startswith(validation) for name in parts.validation.names)


def test_train_alone_may_be_a_class(tmp_path):
    for name in ("bus", "car", "train"):
        files.picture(tmp_path / name / "x.png")
    assert pictures_from(tmp_path).classes == ("bus", "car", "train")


def test_an_official_test_without_validation_has_it_drawn_from_training(tmp_path):
    files.class_folders(tmp_path / "train", "ab", 10)
    files.class_folders(tmp_path / "test", "ab", 5)
    parts = parts_of(pictures_from(tmp_path), Settings())
    assert [len(part) for part in (parts.train, parts.validation, parts.test)] == [18, 2, 10]


def test_a_class_of_the_test_alone_is_refused(tmp_path):
    files.class_folders(tmp_path / "train", "ab", 5)
    files.class_folders(tmp_path / "test", "abc", 5)
    with pytest.raises(UsageError) as error:
        parts_of(pictures_from(tmp_path), Settings())
    assert str(error.value) == (
        "1 of 3 classes have no example to train on: c\n  fix: examples of them, or data without these classes"
    )


def test_an_empty_folder_a_flat_one_and_an_empty_class(tmp_path):
    assert said(tmp_path) == (
        "DATA holds no pictures in class folders\n"
        "  fix: a folder with one folder of pictures for each class: pets/cat/1.jpg, pets/dog/1.jpg"
    )
    files.picture(tmp_path / "x.png")
    assert not holds_pictures(tmp_path)
    assert "holds no pictures in class folders" in said(tmp_path)
    files.picture(tmp_path / "a" / "x.png")
    (tmp_path / "b").mkdir()
    assert holds_pictures(tmp_path)
    assert said(tmp_path) == (
        "DATA/b is a class without pictures (.png .jpg .jpeg .bmp .gif .tif .tiff .webp .ppm .pgm)\n"
        "  fix: take it away or put pictures in it"
    )


def test_broken_pictures_are_counted_and_the_first_named(tmp_path):
    files.class_folders(tmp_path, "ab", 3)
    (tmp_path / "a" / "1.png").write_bytes(b"")
    (tmp_path / "b" / "0.png").write_bytes(b"<html>404</html>")
    (tmp_path / "b" / "9.png").symlink_to(tmp_path / "nowhere.png")
    assert said(tmp_path) == (
        "3 of 7 pictures cannot be used; the first: DATA/a/1.png is not a picture that can be read: it is empty\n"
        "  fix: replace them or take them away"
    )


def test_a_picture_that_is_cut_off_is_told_before_training(tmp_path):
    files.class_folders(tmp_path, "ab", 5, (64, 64))
    import numpy as np
    from PIL import Image

    Image.fromarray(np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)).save(tmp_path / "a" / "2.png")
    whole = (tmp_path / "a" / "2.png").read_bytes()
    (tmp_path / "a" / "2.png").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(
        UsageError, match="1 of [0-9]+ pictures cannot be used; the first: .*/a/2.png is not a picture that can be read"
    ):
        parts_of(pictures_from(tmp_path), Settings())


def test_a_pipe_named_as_a_picture_does_not_hang(tmp_path):
    files.class_folders(tmp_path, "ab", 1)
    os.mkfifo(tmp_path / "a" / "pipe.png")
    assert "1 of 3 pictures cannot be used; the first: DATA/a/pipe.png is a pipe, a device or a link to nothing" in said(tmp_path)


def test_circles_of_links_end_and_odd_names_survive(tmp_path):
    files.class_folders(tmp_path, "ab", 1)
    (tmp_path / "a" / "again").symlink_to(tmp_path)
    (tmp_path / "a" / "self").symlink_to(tmp_path / "a" / "self")
    odd = os.fsencode(tmp_path / "a") + b"/caf\xe9 \n.png"
    os.link(tmp_path / "a" / "0.png", odd)
    raw = pictures_from(tmp_path)
    assert len(raw) == 3
    assert all(name.encode("utf-8") for name in raw.names)


def test_a_class_folder_may_be_a_link(tmp_path):
    files.class_folders(tmp_path / "kept", "a", 2)
    files.class_folders(tmp_path / "data", "b", 2)
    (tmp_path / "data" / "a").symlink_to(tmp_path / "kept" / "a")
    assert pictures_from(tmp_path / "data").labels.tolist() == [0, 0, 1, 1]


def test_depth_is_bounded(tmp_path):
    deep = tmp_path / "a"
    for _ in range(12):
        deep /= "d"
    files.picture(deep / "x.png")
    files.picture(tmp_path / "a" / "x.png")
    assert len(pictures_from(tmp_path)) == 1
