"""A ``.npy`` file becomes an array. Nothing is unpickled, and nothing is allocated that the file does not hold."""

from math import prod
from pathlib import Path
from tokenize import TokenError
from typing import IO, Any, NamedTuple

import numpy as np
from numpy.lib import format as npy

from convlens.ir.errors import UsageError, cut
from convlens.ir.spec import MAX_AXES, show_shape
from convlens.lang.sentence import Sentence
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
        raise UsageError(
            Sentence("{path}: {size} bytes; an array file of at most {most} bytes is read", path=path, size=size, most=MAX_BYTES)
        )
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
            raise VersionError(
                Sentence(
                    "version {version} of the NPY format; {first} and {second} are read",
                    version=".".join(map(str, version)), first="1.0", second="2.0",
                )
            )  # fmt: skip
        return Header(*read(file))
    except (EOFError, SyntaxError, TokenError, TypeError, RecursionError, MemoryError) as error:
        raise ValueError(str(error)) from None


def _header(path: Path, file: IO[bytes]) -> Header:
    try:
        return header(file)
    except VersionError as error:
        raise UsageError(Sentence("{path}: {reason}", path=path, reason=error.args[0])) from None
    except ValueError as error:
        raise UsageError(
            Sentence("{path} is not a NumPy array file: {reason}", path=path, reason=cut(str(error).split(chr(10))[0]))
        ) from None


def _check(path: Path, shape: tuple[int, ...], dtype: "np.dtype[Any]", there: int) -> None:
    if dtype.hasobject:
        raise UsageError(
            Sentence(
                "{path} holds pickled Python objects, which are not read\n  fix: numpy.save of an array of numbers",
                path=path,
            )
        )
    if dtype.kind not in "biuf":
        raise UsageError(
            Sentence("{path} holds values of dtype {dtype}; whole and real numbers are read", path=path, dtype=cut(str(dtype)))
        )
    if len(shape) > MAX_AXES or any(size < 1 for size in shape):
        raise UsageError(
            Sentence("{path} has the shape {shape}; every size must be at least 1", path=path, shape=cut(show_shape(shape)))
        )
    claimed = prod(shape) * dtype.itemsize
    if claimed != there:
        raise UsageError(
            Sentence(
                "{path}: its header claims {shape} {dtype}, {claimed} bytes, but {there} bytes follow",
                path=path, shape=cut(show_shape(shape)), dtype=dtype, claimed=claimed, there=there,
            )
        )  # fmt: skip
