"""IDX files, checked against bytes that were written by hand, and broken ones."""

import gzip
import struct

import numpy as np
import pytest
import torch

from convlens.ir.errors import UsageError
from convlens.training.data.sources.idx import FASHION, fashion_mnist, idx_folder, read_idx
from tests.training.data import files
from tests.training.data.fashion import fashion_folder


@pytest.mark.parametrize("packed", [True, False])
def test_every_pixel_and_label_is_read(tmp_path, packed):
    images, labels = files.idx_folder(tmp_path, packed=packed)
    raw = fashion_mnist(tmp_path)
    assert raw.kind == "image"
    assert raw.items.shape == (50, 1, 28, 28)
    assert np.array_equal(raw.items[:, 0].numpy(), images)
    assert raw.labels.tolist() == labels.tolist()
    assert raw.official_test.tolist() == [False] * 40 + [True] * 10
    assert raw.names[39:41] == ["train 39", "test 0"]
    assert raw.classes == FASHION


def test_a_folder_of_no_name_has_numbers_as_classes(tmp_path):
    files.idx_folder(tmp_path / "kana")
    raw = idx_folder(tmp_path / "kana")
    assert (raw.name, raw.classes) == ("kana", tuple("0123456789"))


@pytest.mark.parametrize("inner", ["raw", "FashionMNIST/raw"])
def test_where_torchvision_keeps_it(tmp_path, inner):
    files.idx_folder(tmp_path / inner)
    assert len(fashion_mnist(tmp_path)) == 50


def test_debians_fashion_mnist():
    raw = fashion_mnist(fashion_folder())
    assert raw.items.shape == (70000, 1, 28, 28)
    assert torch.bincount(raw.labels[raw.official_test]).tolist() == [1000] * 10
    assert float(raw.items[:60000].float().mean()) / 255 == pytest.approx(0.2860, abs=5e-5)  # as published


def broken(tmp_path, content: bytes, axes: int = 3, name: str = "x") -> str:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(UsageError) as error:
        read_idx(path, axes)
    return str(error.value).replace(f"{tmp_path}/", "")


HEAD = bytes([0, 0, 8, 3])


def test_what_is_broken_is_said(tmp_path):
    whole = files.idx(np.zeros((2, 3, 3)))
    assert broken(tmp_path, b"") == "x is no IDX file: it does not begin with two zero bytes"
    assert broken(tmp_path, b"\x89PNG....") == "x is no IDX file: it does not begin with two zero bytes"
    assert broken(tmp_path, b"\0\0\x0d\3") == "x: values of type 13 with 3 axes; unsigned bytes (type 8) with 3 are read"
    assert broken(tmp_path, whole, 1) == "x: values of type 8 with 3 axes; unsigned bytes (type 8) with 1 are read"
    assert broken(tmp_path, HEAD + b"\0\0") == "x is cut off: 12 bytes should follow, 2 do\n  fix: fetch the file again"
    assert broken(tmp_path, whole + b"!") == "x goes on after the 2x3x3 bytes that its header claims\n  fix: fetch the file again"
    assert broken(tmp_path, whole[:-1]) == "x is cut off: 18 bytes should follow, 17 do\n  fix: fetch the file again"
    assert broken(tmp_path, HEAD + struct.pack(">3I", 2, 28, 28) + b"pixels") == (
        "x: its header claims 2x28x28 = 1568 bytes; a file of its size holds 1 to 22\n  fix: fetch the file again"
    )


def test_a_header_that_claims_the_moon_is_refused_before_memory_is_taken(tmp_path):
    huge = HEAD + struct.pack(">3I", 2**32 - 1, 2**32 - 1, 2**32 - 1)
    assert "its header claims 4294967295x4294967295x4294967295 = " in broken(tmp_path, huge)
    assert "a file of its size holds 1 to 26832" in broken(tmp_path, gzip.compress(huge, mtime=0))
    assert "its header claims 0x28x28 = 0 bytes" in broken(tmp_path, HEAD + struct.pack(">3I", 0, 28, 28))


def test_a_gzip_bomb_stops_at_its_header(tmp_path):
    bomb = gzip.compress(files.idx(np.zeros((1, 2, 2))) + bytes(50_000_000))
    assert broken(tmp_path, bomb) == "x goes on after the 1x2x2 bytes that its header claims\n  fix: fetch the file again"


@pytest.mark.parametrize("cut", [5, 20, 40])
def test_a_gzip_that_is_cut_off(tmp_path, cut):
    assert "x cannot be read: Compressed file ended" in broken(
        tmp_path, gzip.compress(files.idx(np.arange(60).reshape(3, 4, 5)))[:-cut]
    )


def test_a_gzip_whose_bytes_are_turned_over(tmp_path):
    content = bytearray(gzip.compress(files.idx(np.arange(60).reshape(3, 4, 5))))
    content[-6] ^= 255
    assert broken(tmp_path, bytes(content)).startswith("x cannot be read: CRC check failed")


def test_wrong_counts_labels_and_sizes(tmp_path):
    def said() -> str:
        with pytest.raises(UsageError) as error:
            fashion_mnist(tmp_path)
        return str(error.value).replace(str(tmp_path), "DATA")

    assert said() == "DATA has no file train-images-idx3-ubyte, plain or .gz"
    files.idx_folder(tmp_path, packed=False)
    labels = tmp_path / "train-labels-idx1-ubyte"
    labels.write_bytes(files.idx(np.zeros(39)))
    assert said() == "DATA: 40 pictures but 39 labels (train)\n  fix: fetch both files again"
    labels.write_bytes(files.idx(np.full(40, 10)))
    assert said() == "DATA: a label 10 (train); its labels are 0 to 9"
    labels.write_bytes(files.idx(np.zeros(40)))
    (tmp_path / "t10k-images-idx3-ubyte").write_bytes(files.idx(np.zeros((10, 28, 27))))
    assert said() == "DATA: its training pictures are 28x28, those of its test 28x27"
