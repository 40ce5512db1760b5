"""What the importer knows of a tensor: made by a node, or constant."""

import re
import struct
from dataclasses import dataclass, replace
from functools import cached_property
from math import prod
from pathlib import PurePosixPath, PureWindowsPath
from typing import TYPE_CHECKING, NamedTuple

from convlens.importers.onnx.quote import quoted
from convlens.importers.onnx.wire import NOTE
from convlens.ir.errors import GraphError, UsageError
from convlens.ir.graph import Ref
from convlens.ir.spec import ITEM_BYTES, MAX_AXES, Shape, TensorSpec

if TYPE_CHECKING:
    from onnx import TensorProto

MAX_VALUES = 4096
"""Constants of more values than this are never read, nor are those whose data `wire` leaves out."""

DTYPES = {
    1: "float32", 2: "uint8", 3: "int8", 4: "uint16", 5: "int16", 6: "int32", 7: "int64", 9: "bool", 10: "float16",
    11: "float64", 12: "uint32", 13: "uint64", 14: "complex64", 15: "complex128", 16: "bfloat16", 17: "float8_e4m3fn",
    19: "float8_e5m2",
}  # fmt: skip
"""TensorProto.DataType."""

_LETTERS = {
    "float32": "f", "uint8": "B", "int8": "b", "uint16": "H", "int16": "h", "int32": "i", "int64": "q", "bool": "?",
    "float16": "e", "float64": "d", "uint32": "I", "uint64": "Q",
}  # fmt: skip
_TYPED = {4: "float_data", 5: "int32_data", 7: "int64_data", 10: "double_data", 11: "uint64_data"}
_TYPED_BYTES = {4: (4, 4), 5: (1, 10), 7: (1, 10), 10: (8, 8), 11: (1, 10)}
_FIELD_OF = {"float32": 4, "float64": 10, "int64": 7, "uint64": 11, "uint32": 11, "complex64": 4, "complex128": 10}
_RAW, _EXTERNAL = 9, 1
_NOTE = re.compile(rf"{NOTE}(\d{{1,2}}) (\d{{1,12}})")

Number = int | float


class Values(NamedTuple):
    """The values of a small tensor in row-major order."""

    dims: Shape
    items: tuple[Number, ...]
    dtype: str = "int64"

    @property
    def spec(self) -> TensorSpec:
        return TensorSpec(self.dims, self.dtype)


class Made(NamedTuple):
    """Made by a node, or given as an input."""

    ref: Ref
    spec: TensorSpec


@dataclass(frozen=True)
class Constant:
    """Depends on no input. ``origin`` names the stored tensor whose values it has, in this or another shape; empty where
    it was computed. ``trained``: a floating-point initializer with at least one axis; the file does not tell more, and
    exporters write the numbers of a program as initializers without axes.
    """

    spec: TensorSpec
    origin: str = ""
    trained: bool = False
    known: Values | None = None
    proto: "TensorProto | None" = None

    @cached_property
    def values(self) -> Values | None:
        """Its values, or None where they are too many or not in the file."""
        if self.known is not None or self.proto is None or self.spec.numel > MAX_VALUES:
            return self.known
        items = _items(self.proto, self.spec)
        return None if items is None else Values(self.spec.dims, items, self.spec.dtype)

    def reshaped(self, dims: Shape) -> "Constant":
        """The same values under another shape."""
        values = self.values
        known = None if values is None else values._replace(dims=dims)
        return replace(self, spec=self.spec.with_dims(dims), known=known, proto=None)


Tensor = Made | Constant


def computed(values: Values) -> Constant:
    return Constant(values.spec, known=values)


def stored(proto: "TensorProto", name: str, *, trained: bool, where: str) -> Constant:
    """The constant of a TensorProto, after checking that it is one and can hold what it claims."""
    if getattr(getattr(proto, "DESCRIPTOR", None), "name", "") != "TensorProto":
        raise GraphError(f"{where}: its value is {quoted(proto)}, not a tensor")
    dims = tuple(proto.dims)
    if len(dims) > MAX_AXES:
        raise GraphError(f"{where}: a shape of {len(dims)} axes; a tensor has at most {MAX_AXES}")
    if any(size < 0 for size in dims):
        raise GraphError(f"{where}: the shape {list(dims)} has a negative size")
    spec = TensorSpec(dims, dtype_of(proto.data_type, where))
    _check_location(proto, where)
    _check_length(proto, spec, where)
    return Constant(spec, name, trained and spec.floating and spec.rank > 0, proto=proto)


def dtype_of(code: int, where: str) -> str:
    """Our name of a TensorProto.DataType, or `UsageError`."""
    if code not in DTYPES:
        raise UsageError(f"{where}: data type {code} is not supported; supported are {', '.join(DTYPES.values())}")
    return DTYPES[code]


def code_of(dtype: str) -> int:
    """The inverse of `dtype_of`."""
    return next(code for code, name in DTYPES.items() if name == dtype)


def _check_location(proto: "TensorProto", where: str) -> None:
    """External data stays in the model's folder. It is not opened in any case; a path that leaves is refused."""
    if proto.data_location != _EXTERNAL:
        return
    location = next((entry.value for entry in proto.external_data if entry.key == "location"), "")
    posix, windows = PurePosixPath(str(location)), PureWindowsPath(str(location))
    is_text = bool(location) and isinstance(location, str)
    if not is_text or posix.is_absolute() or windows.anchor or ".." in (*posix.parts, *windows.parts):
        raise GraphError(
            f"{where}: its external data {quoted(location)} is not inside the model's folder; it was not opened\n"
            "  fix: a relative location without '..'"
        )


def _check_length(proto: "TensorProto", spec: TensorSpec, where: str) -> None:
    """What a tensor holds must be as much as its shape says."""
    if proto.data_location == _EXTERNAL:
        return
    field, least, most = _held(proto, spec)
    if not least <= spec.numel * (ITEM_BYTES[spec.dtype] if field == _RAW else 1) <= most:
        unit = "bytes" if field == _RAW else "values"
        wanted = spec.bytes if field == _RAW else spec.numel
        raise GraphError(f"{where}: its shape {spec} of {spec.dtype} needs {wanted} {unit}, but it holds {least or most}")


def _held(proto: "TensorProto", spec: TensorSpec) -> tuple[int, int, int]:
    """Which field holds the data, and the least and the most that is in it: bytes of raw data, or values."""
    note = _note(proto)
    if note and not proto.HasField("raw_data"):
        field, length = int(note[1]), int(note[2])
        if field in _TYPED_BYTES:
            least, most = _TYPED_BYTES[field]
            per_value = 2 if spec.dtype.startswith("complex") else 1
            return field, length // (most * per_value), length // (least * per_value)
        return field, length, length
    if proto.HasField("raw_data"):
        return _RAW, len(proto.raw_data), len(proto.raw_data)
    field = _FIELD_OF.get(spec.dtype, 5)
    count = len(getattr(proto, _TYPED[field])) // (2 if spec.dtype.startswith("complex") else 1)
    return field, count, count


def _note(proto: "TensorProto") -> "re.Match[str] | None":
    """Which field was left out, and its bytes. Text that is no text comes as bytes, and is no note."""
    return _NOTE.fullmatch(proto.doc_string) if isinstance(proto.doc_string, str) else None


def _items(proto: "TensorProto", spec: TensorSpec) -> tuple[Number, ...] | None:
    """None where the file does not hold them, or where some of them were left out on the way here."""
    if proto.data_location == _EXTERNAL or spec.dtype not in _LETTERS or _note(proto) is not None:
        return None
    if proto.HasField("raw_data"):
        return struct.unpack(f"<{prod(spec.dims)}{_LETTERS[spec.dtype]}", proto.raw_data)
    if spec.dtype == "float16":
        return struct.unpack(f"<{spec.numel}e", struct.pack(f"<{spec.numel}H", *(v & 0xFFFF for v in proto.int32_data)))
    return tuple(getattr(proto, _TYPED[_FIELD_OF.get(spec.dtype, 5)]))
