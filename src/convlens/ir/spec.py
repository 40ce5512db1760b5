"""The shape and dtype of a tensor, without its values."""

import re
from math import prod
from typing import NamedTuple

from convlens.ir.errors import UsageError, nearest, quoted
from convlens.lang.sentence import Sentence

Shape = tuple[int, ...]

ITEM_BYTES = {
    "float64": 8, "float32": 4, "float16": 2, "bfloat16": 2, "float8_e4m3fn": 1, "float8_e5m2": 1,
    "complex32": 4, "complex64": 8, "complex128": 16,
    "float8_e4m3fnuz": 1, "float8_e5m2fnuz": 1, "float8_e8m0fnu": 1, "qint8": 1, "quint8": 1, "qint32": 4,
    "int64": 8, "int32": 4, "int16": 2, "int8": 1, "uint64": 8, "uint32": 4, "uint16": 2, "uint8": 1, "bool": 1,
}  # fmt: skip
"""Bytes of one value by dtype."""


_FLOATING = frozenset(name for name in ITEM_BYTES if name.startswith(("float", "bfloat", "complex")))


class TensorSpec(NamedTuple):
    """Dimensions (N, C, then space) and dtype.

    >>> str(TensorSpec((1, 3, 224, 224)))
    '1x3x224x224'
    """

    dims: Shape
    dtype: str = "float32"

    def __str__(self) -> str:
        return show_shape(self.dims)

    @property
    def rank(self) -> int:
        return len(self.dims)

    @property
    def numel(self) -> int:
        """Number of values."""
        return prod(self.dims)

    @property
    def bytes(self) -> int:
        """Bytes that the values take.

        >>> TensorSpec((2, 3), "float16").bytes
        12
        """
        return prod(self.dims) * ITEM_BYTES[self.dtype]

    @property
    def floating(self) -> bool:
        return self.dtype in _FLOATING

    def with_dims(self, dims: Shape) -> "TensorSpec":
        return TensorSpec(dims, self.dtype)


def show_shape(dims: Shape) -> str:
    """
    >>> show_shape((1, 3, 8)), show_shape(())
    ('1x3x8', 'scalar')
    """
    return "x".join(map(str, dims)) if dims else "scalar"


MAX_AXES = 64
"""A tensor has at most this many axes, as in PyTorch."""


def parse_shape(text: str, digits: int = 18) -> Shape:
    """Read ``1x3x224x224`` (also with commas), sizes of up to so many ``digits``.

    Raises `UsageError` where a size is missing, negative, zero or not whole.

    >>> parse_shape("1x3x224x224"), parse_shape("1, 3, 8, 8")
    ((1, 3, 224, 224), (1, 3, 8, 8))
    """
    parts = [part.strip() for part in re.split(r"[xX×,*]", text.strip().strip("()[]"))]
    if not all(re.fullmatch(rf"\d{{1,{digits}}}", part) for part in parts):
        raise UsageError(
            Sentence(
                "{text} is not a shape: every size must be a whole number of at least 1, as in 1x3x224x224", text=quoted(text)
            )
        )
    if len(parts) > MAX_AXES:
        raise UsageError(f"a shape of {len(parts)} axes; at most {MAX_AXES} are read")
    dims = tuple(map(int, parts))
    check_sizes(dims, text)
    return dims


def parse_spec(text: str) -> TensorSpec | Shape:
    """Read a shape, or a shape and a dtype: ``2x7:int64``. Without a dtype the reader of the shape chooses one.

    Raises `UsageError` as `parse_shape` does, and for an unknown dtype.

    >>> parse_spec("2x7:int64"), parse_spec("1x3x8x8")
    (TensorSpec(dims=(2, 7), dtype='int64'), (1, 3, 8, 8))
    """
    sizes, colon, dtype = text.partition(":")
    dims, dtype = parse_shape(sizes), dtype.strip()
    if not colon:
        return dims
    if dtype not in ITEM_BYTES:
        raise UsageError(
            f"{quoted(text)}: unknown dtype {quoted(dtype)}{nearest(dtype, list(ITEM_BYTES))}; "
            f"it is one of {', '.join(ITEM_BYTES)}"
        )
    return TensorSpec(dims, dtype)


def check_sizes(dims: Shape, text: str | None = None) -> None:
    """Refuse a size below 1, with its place."""
    for axis, size in enumerate(dims):
        if size < 1:
            shown = text if text is not None else show_shape(dims)
            raise UsageError(f"size {size} at axis {axis} of {quoted(shown)}: every size must be at least 1")
