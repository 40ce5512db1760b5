"""Array files against NumPy's own reader; what a header claims is held against the file."""

import io
import pickle
from pathlib import Path

import numpy as np
import pytest

from convlens.ir.errors import UsageError
from convlens.media.read import read


def npy(header: bytes, data: bytes = b"", version: bytes = b"\x01\x00") -> bytes:
    header = header + b" " * (64 - (len(header) + 11) % 64) + b"\n"
    return b"\x93NUMPY" + version + len(header).to_bytes(2, "little") + header + data


@pytest.mark.parametrize("dtype", ["f4", "f8", ">f4", "f2", "u1", "i8", ">i2", "?"])
@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("shape", [(3, 4, 5), (7,), (1, 1)])
def test_an_array_is_read_as_numpy_reads_it(tmp_path: Path, dtype: str, order: str, shape: tuple[int, ...]) -> None:
    values = np.random.default_rng(0).integers(0, 2, shape).astype(dtype, order=order)
    np.save(tmp_path / "a.npy", values)
    found = read(str(tmp_path / "a.npy"))
    np.testing.assert_array_equal(found.values, np.load(tmp_path / "a.npy"))
    assert found.values.dtype == values.dtype.newbyteorder("=")
    assert found.values.flags.c_contiguous


class Touch:
    """Unpickling it makes a file."""

    def __init__(self, place: Path) -> None:
        self.place = place

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return open, (str(self.place), "w")


def test_a_pickled_object_is_refused_and_nothing_runs(tmp_path: Path) -> None:
    sentinel = tmp_path / "ran"
    np.save(tmp_path / "a.npy", np.array([Touch(sentinel)], dtype=object))
    with pytest.raises(UsageError, match="holds pickled Python objects, which are not read"):
        read(str(tmp_path / "a.npy"))
    assert not sentinel.exists()
    np.load(tmp_path / "a.npy", allow_pickle=True)
    assert sentinel.exists(), "the partner: unpickled, it would have run"


def test_a_bare_pickle_is_no_array(tmp_path: Path) -> None:
    sentinel = tmp_path / "ran"
    (tmp_path / "a.npy").write_bytes(pickle.dumps(Touch(sentinel)))
    with pytest.raises(UsageError, match="is not a NumPy array file"):
        read(str(tmp_path / "a.npy"))
    assert not sentinel.exists()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            npy(b"{'descr': '<f8', 'fortran_order': False, 'shape': (1000000, 1000000), }", bytes(8)),
            "8000000000000 bytes, but 8 bytes follow",
        ),
        (npy(b"{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }", bytes(8)), "16 bytes, but 8 bytes follow"),
        (npy(b"{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }", bytes(24)), "16 bytes, but 24 bytes follow"),
        (
            npy(b"{'descr': '<f8', 'fortran_order': False, 'shape': (-2,), }", bytes(16)),
            "every size must be at least 1|not a NumPy",
        ),
        (npy(b"{'descr': '<f8', 'fortran_order': False, 'shape': (0, 3), }"), "every size must be at least 1"),
        (npy(b"{'descr': '<c16', 'fortran_order': False, 'shape': (1,), }", bytes(16)), "whole and real numbers are read"),
        (npy(b"{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }", bytes(4)), "whole and real numbers are read"),
        (npy(b"{'descr': '<U4', 'fortran_order': False, 'shape': (1,), }", bytes(16)), "whole and real numbers are read"),
        (npy(b"__import__('os').system('true')"), "is not a NumPy array file"),
        (
            npy(b"{'descr': '<f8', 'fortran_order': False, 'shape': (1,), }", bytes(8), b"\x09\x00"),
            "is not a NumPy array file|version 9",
        ),
        (b"", "is not a NumPy array file"),
        (b"\x93NUMPY", "is not a NumPy array file"),
        (b"PK\x03\x04", "is not a NumPy array file"),
        (npy(b"{" * 60), "is not a NumPy array file"),
    ],
)
def test_a_broken_file_is_one_message(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "a.npy").write_bytes(content)
    with pytest.raises(UsageError, match=message):
        read(str(tmp_path / "a.npy"))


def test_the_bytes_written_here_are_an_array() -> None:
    """The partner of the broken ones."""
    good = npy(b"{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }", np.array([1.0, 2.0]).tobytes())
    np.testing.assert_array_equal(np.load(io.BytesIO(good)), [1.0, 2.0])
