"""Arrays in .npz: layouts, ranges, labels, and hostile archives."""

import io
import pickle
import zipfile

import numpy as np
import pytest

from convlens.ir.errors import UsageError
from convlens.training.data.sources import npz
from convlens.training.data.sources.npz import npz_from

RANDOM = np.random.default_rng(0)


def saved(path, **arrays):
    np.savez_compressed(path / "d.npz", **arrays)
    return path / "d.npz"


def said(path) -> str:
    with pytest.raises(UsageError) as error:
        npz_from(path)
    return str(error.value).replace(str(path), "DATA")


def pixels(*shape):
    return RANDOM.integers(0, 256, shape, dtype=np.uint8)


@pytest.mark.parametrize(
    ("shape", "kind", "made"),
    [
        ((6, 9, 8), "image", (6, 1, 9, 8)),
        ((6, 9, 8, 3), "image", (6, 3, 9, 8)),
        ((6, 9, 8, 1), "image", (6, 1, 9, 8)),
        ((6, 3, 9, 8), "image", (6, 3, 9, 8)),
        ((6, 3, 9, 3), "image", (6, 3, 9, 3)),
        ((6, 7, 9, 8), "volume", (6, 1, 7, 9, 8)),
        ((6, 1, 7, 9, 8), "volume", (6, 1, 7, 9, 8)),
        ((6, 2, 7, 9, 8), "volume", (6, 2, 7, 9, 8)),
        ((6, 7, 9, 8, 3), "volume", (6, 3, 7, 9, 8)),
    ],
)
def test_layouts(tmp_path, shape, kind, made):
    x = pixels(*shape)
    raw = npz_from(saved(tmp_path, x=x, y=np.arange(6) % 2))
    assert (raw.kind, tuple(raw.items.shape)) == (kind, made)
    moved = np.moveaxis(x, -1, 1) if made[1] == shape[-1] != shape[1] or shape == (6, 9, 8, 1) else x
    assert np.array_equal(raw.items.numpy().reshape(moved.shape), moved)


def test_real_numbers_and_truths_become_bytes(tmp_path):
    x = np.stack([np.full((4, 4), value) for value in (0.0, 0.5, 1.0)])
    assert npz_from(saved(tmp_path, x=x, y=np.arange(3))).items[:, 0, 0, 0].tolist() == [0, 128, 255]
    assert npz_from(saved(tmp_path, x=x > 0.2, y=np.arange(3))).items[:, 0, 0, 0].tolist() == [0, 255, 255]
    assert npz_from(saved(tmp_path, x=x * 200, y=np.arange(3))).items[:, 0, 0, 0].tolist() == [0, 100, 200]
    assert npz_from(saved(tmp_path, x=(x * 100).astype(np.int64), y=np.arange(3))).items[:, 0, 0, 0].tolist() == [0, 50, 100]
    assert said(saved(tmp_path, x=x - 0.5, y=np.arange(3))) == (
        "DATA: pictures with values of -0.5 to 0.5\n  fix: 0 to 255 (uint8), or real numbers of 0 to 1"
    )
    assert "values of nan to nan" in said(saved(tmp_path, x=x * np.nan, y=np.arange(3)))


@pytest.mark.parametrize(
    "names", [("x_train", "y_train", "x_test", "y_test"), ("train_images", "train_labels", "test_images", "test_labels")]
)
def test_a_test_part_of_its_own(tmp_path, names):
    x, y, x_test, y_test = pixels(6, 5, 5), np.arange(6) % 3, pixels(3, 5, 5), np.arange(3)[:, None]
    raw = npz_from(saved(tmp_path, **dict(zip(names, (x, y, x_test, y_test), strict=True))))
    assert raw.official_test.tolist() == [False] * 6 + [True] * 3
    assert raw.labels.tolist() == [0, 1, 2, 0, 1, 2, 0, 1, 2]
    assert raw.names[5:7] == ["train 5", "test 0"]
    assert np.array_equal(raw.items[6:, 0].numpy(), x_test)


def test_medmnists_validation_part(tmp_path):
    parts = {
        f"{part}_{what}": pixels(2, 4, 4) if what == "images" else np.arange(2)
        for part in ("train", "val", "test")
        for what in ("images", "labels")
    }
    raw = npz_from(saved(tmp_path, **parts))
    assert raw.official_validation.tolist() == [False, False, True, True, False, False]
    assert raw.official_test.tolist() == [False] * 4 + [True] * 2


def test_labels_of_any_kind(tmp_path):
    x = pixels(4, 5, 5)
    named = npz_from(saved(tmp_path, x=x, y=np.array(["dog", "cat", "dog", "ant"])))
    assert (named.classes, named.labels.tolist()) == (("ant", "cat", "dog"), [2, 1, 2, 0])
    assert npz_from(saved(tmp_path, x=x, y=np.array([10, 9, 10, 2]))).classes == ("2", "9", "10")
    assert npz_from(saved(tmp_path, x=x, y=np.array([0.0, 1, 0, 1]))).classes == ("0", "1")
    given = npz_from(saved(tmp_path, x=x, y=np.array([0, 2, 0, 2]), classes=np.array(["a", "b", "c"])))
    assert (given.classes, given.labels.tolist()) == (("a", "b", "c"), [0, 2, 0, 2])
    assert (
        said(saved(tmp_path, x=x, y=np.array([0, 0.5, 0, 1])))
        == "DATA: y holds numbers that are not whole\n  fix: one class for each example"
    )
    assert said(saved(tmp_path, x=x, y=np.eye(4))) == (
        "DATA: y is 4x4\n  fix: one whole number or one name for each example (numpy.argmax of one-hot rows)"
    )
    assert said(saved(tmp_path, x=x, y=np.array([0, 3, 0, 1]), classes=np.array(["a", "b"]))) == (
        "DATA: y holds 0 to 3, but classes names 2\n  fix: labels of 0 to 1"
    )


def test_parts_of_other_ranges_are_refused(tmp_path):
    x, y = pixels(4, 5, 5), np.arange(4) % 2
    x[0, 0, 0] = 255
    for one, other in ((x, x / 255), (x / 255, x), (x.astype(np.float32), x / 255), (x > 9, x)):
        assert said(saved(tmp_path, x=one, y=y, x_test=other, y_test=y)) == (
            "DATA: the pictures of one part are real numbers of 0 to 1, those of another reach 255\n"
            "  fix: the same range in all parts"
        )
    raw = npz_from(saved(tmp_path, x=x, y=y, x_test=x.astype(np.float32), y_test=y))
    assert raw.items[:4].equal(raw.items[4:])


def test_texts_in_the_place_of_pictures(tmp_path):
    y = np.arange(4) % 2
    assert said(saved(tmp_path, x=pixels(4, 5, 5), y=y, x_test=np.full((4, 5, 5), "q"), y_test=y)).startswith(
        "DATA: x holds <U1, uint8 examples of 5x5\n  fix: numbers"
    )


def test_names_as_labels_beside_the_classes(tmp_path):
    x = pixels(4, 5, 5)
    raw = npz_from(saved(tmp_path, x=x, y=np.array(["dog", "cat", "dog", "dog"]), classes=np.array(["dog", "cat"])))
    assert (raw.classes, raw.labels.tolist()) == (("dog", "cat"), [0, 1, 0, 0])
    assert said(saved(tmp_path, x=x, y=np.array(["dog", "cot", "dog", "dog"]), classes=np.array(["dog", "cat"]))) == (
        "DATA: y holds 'cot' (did you mean 'cat'?), which classes does not name\n  fix: one of dog, cat"
    )
    assert said(saved(tmp_path, x=x, y=np.arange(4) % 3, classes=np.array(["cat", "cat", "dog"]))) == (
        "DATA: classes names 'cat' twice\n  fix: another name for each class"
    )


def test_names_in_one_part_and_numbers_in_another(tmp_path):
    x = pixels(4, 5, 5)
    assert said(saved(tmp_path, x=x, y=np.arange(4) % 2 * 1.0, x_test=x, y_test=np.array(["0", "1", "0", "1"]))) == (
        "DATA: y holds names in one part and numbers in another\n  fix: the same in all parts"
    )


def test_groups(tmp_path):
    x, y = pixels(4, 5, 5), np.arange(4) % 2
    raw = npz_from(saved(tmp_path, x=x, y=y, groups=np.array(["b", "a", "b", "a"])))
    assert (raw.group_names, raw.groups.tolist()) == (("a", "b"), [1, 0, 1, 0])
    assert said(saved(tmp_path, x=x, y=y, groups=np.arange(3))) == (
        "DATA: groups is 3, but there are 4 examples\n  fix: one group for each of them, training, validation and test in this order"
    )


def test_wrong_counts_and_missing_arrays(tmp_path):
    assert said(saved(tmp_path, x=pixels(4, 5, 5), y=np.arange(3))) == (
        "DATA: 4 examples in x, 3 labels in y\n  fix: one label for each example"
    )
    assert said(saved(tmp_path, x=pixels(4, 5, 5), y=np.arange(4), x_test=pixels(2, 5, 5))) == (
        "DATA: 2 examples in x_test, 0 labels in y_test\n  fix: one label for each example"
    )
    assert said(saved(tmp_path, z=pixels(4, 5, 5))) == "DATA has no arrays x, y\n  fix: numpy.savez(file, x=pictures, y=labels)"
    assert "x holds uint8 examples of 5x5, 6x6" in said(
        saved(tmp_path, x=pixels(4, 5, 5), y=np.arange(4), x_test=pixels(2, 6, 6), y_test=np.arange(2))
    )
    assert "x holds uint8 examples of 5" in said(saved(tmp_path, x=pixels(4, 5), y=np.arange(4)))
    assert "0 examples in x, 0 labels in y" in said(saved(tmp_path, x=pixels(0, 5, 5), y=np.arange(0)))


class Evil:
    def __reduce__(self):
        return (pytest.fail, ("a pickle was opened",))


def test_pickled_objects_are_never_opened(tmp_path):
    path = tmp_path / "d.npz"
    objects = np.empty(2, dtype=object)
    objects[:] = [Evil(), Evil()]
    np.savez(path, x=pixels(2, 4, 4), y=objects)
    assert said(path).startswith(
        "DATA: y.npy holds object values of shape (2,); numbers and texts are read, pickled objects never"
    )
    path.write_bytes(pickle.dumps(1))
    assert "DATA is not an .npz that can be read" in said(path)


def header(shape, dtype="|u1") -> bytes:
    file = io.BytesIO()
    np.lib.format.write_array_header_1_0(file, {"descr": dtype, "fortran_order": False, "shape": shape})
    return file.getvalue()


def packed(path, **members: bytes):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(f"{name}.npy", content)
    return path


def test_headers_that_lie(tmp_path):
    path = tmp_path / "d.npz"
    assert "the header of x.npy claims 1000000000000 bytes, but 4 follow" in said(
        packed(path, x=header((10**6, 10**6)) + b"abcd")
    )
    assert "claims 16 bytes, but 4 follow" in said(packed(path, x=header((-2, -8)) + b"abcd"))
    assert "DATA is not an .npz that can be read" in said(packed(path, x=b"nothing"))
    assert "DATA is not an .npz that can be read" in said(packed(path, x=b"\x93NUMPY\1\0\xff\xff("))


def test_a_zip_bomb_is_refused_by_its_list(tmp_path, monkeypatch):
    monkeypatch.setattr(npz, "available_bytes", lambda: 1 << 24)
    bomb = packed(tmp_path / "d.npz", x=header((1 << 25,)) + bytes(1 << 25))
    assert said(bomb).startswith("DATA unpacks to 1 arrays of 33554560 bytes; half of the memory that is free is 8388608 bytes\n")


def test_an_archive_whose_list_lies_about_a_size(tmp_path):
    """The list says 200 bytes, the stream has 16 million: no more than the list says is ever read."""
    path = packed(tmp_path / "d.npz", x=header((1 << 24,)) + bytes(1 << 24))
    content = bytearray(path.read_bytes())
    size = (len(header((1 << 24,))) + (1 << 24)).to_bytes(4, "little")
    while size in content:
        at = content.index(size)
        content[at : at + 4] = (200).to_bytes(4, "little")
    path.write_bytes(bytes(content))
    assert "DATA" in said(path)


def test_a_damaged_member_of_any_compression(tmp_path):
    whole = header((4000,)) + pixels(4000).tobytes()
    for method in (zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2, zipfile.ZIP_DEFLATED):
        path = tmp_path / "d.npz"
        with zipfile.ZipFile(path, "w", method) as archive:
            archive.writestr("x.npy", whole)
        content = bytearray(path.read_bytes())
        content[60:100] = b"\xff" * 40
        path.write_bytes(bytes(content))
        assert "DATA is not an .npz that can be read" in said(path)


def test_cut_off_and_encrypted(tmp_path):
    path = saved(tmp_path, x=pixels(6, 9, 9), y=np.arange(6))
    whole = path.read_bytes()
    path.write_bytes(whole[:-30])
    assert "DATA is not an .npz that can be read" in said(path)
    locked = bytearray(whole)
    for mark in (b"PK\1\2", b"PK\3\4"):
        at = locked.index(mark)
        locked[at + (8 if mark == b"PK\1\2" else 6)] |= 1
    path.write_bytes(bytes(locked))
    assert "DATA is not an .npz that can be read" in said(path)
