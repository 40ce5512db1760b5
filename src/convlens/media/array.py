"""A ``.npy`` file becomes an array. Nothing is unpickled, and nothing is allocated that the file does not hold."""

from math import prod
from pathlib import Path
from tokenize import TokenError
from typing import IO, Any, NamedTuple

import numpy as np
from numpy.lib import format as npy

from convlens.ir.errors import UsageError, cut
from convlens.ir.spec import MAX_AXES, show_shape
from convlens.media.sample import Sample

MAX_BYTES = 1 << 31
"""The largest file that is read."""


class Header(NamedTuple):
    """Shape, whether the values stand column by column (Fortran), and their dtype."""

    shape: tuple[int, ...]
    in_columns: bool
    dtype: "np.dtype[Any]"


class VersionError(ValueError):
    """A version of the format that is not read."""


def read_array(path: Path) -> Sample:
    """The array of a file, in its own dtype.

    Raises `UsageError` where the file is none, holds Python objects, records or complex values, or does not have the length
    that its header claims.
    """
    size = path.stat().st_size
    if size > MAX_BYTES:
        raise UsageError(f"{path}: {size} bytes; an array file of at most {MAX_BYTES} bytes is read")
    with path.open("rb") as file:
        shape, in_columns, dtype = _header(path, file)
        _check(path, shape, dtype, size - file.tell())
        flat = np.fromfile(file, dtype=dtype, count=prod(shape))
    values = flat.reshape(shape, order="F" if in_columns else "C").astype(dtype.newbyteorder("="), copy=False)
    return Sample(str(path), "array", np.ascontiguousarray(values), {"format": "NPY", "dtype": str(dtype)})


def header(file: IO[bytes]) -> Header:
    """What stands before the values. Raises `ValueError` for whatever NumPy's parser trips over."""
    try:
        version = npy.read_magic(file)
        read = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}.get(version)
        if read is None:
            raise VersionError(f"version {version[0]}.{version[1]} of the NPY format; 1.0 and 2.0 are read")
        return Header(*read(file))
    except (EOFError, SyntaxError, TokenError, TypeError, RecursionError, MemoryError) as error:
        raise ValueError(str(error)) from None


def _header(path: Path, file: IO[bytes]) -> Header:
    try:
        return header(file)
    except VersionError as error:
        raise UsageError(f"{path}: {error}") from None
    except ValueError as error:
        raise UsageError(f"{path} is not a NumPy array file: {cut(str(error).split(chr(10))[0])}") from None


def _check(path: Path, shape: tuple[int, ...], dtype: "np.dtype[Any]", there: int) -> None:
    if dtype.hasobject:
        raise UsageError(f"{path} holds pickled Python objects, which are not read\n  fix: numpy.save of an array of numbers")
    if dtype.kind not in "biuf":
        raise UsageError(f"{path} holds values of dtype {cut(str(dtype))}; whole and real numbers are read")
    if len(shape) > MAX_AXES or any(size < 1 for size in shape):
        raise UsageError(f"{path} has the shape {cut(show_shape(shape))}; every size must be at least 1")
    claimed = prod(shape) * dtype.itemsize
    if claimed != there:
        raise UsageError(f"{path}: its header claims {cut(show_shape(shape))} {dtype}, {claimed} bytes, but {there} bytes follow")
