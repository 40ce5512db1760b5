"""An ONNX file without its weights: a walk over the protobuf wire format that leaves out long tensor data.

Only fields longer than `LONG` are looked into, everything else is copied as it stands, so the work follows from the
number of nodes and not from the size of the weights. What was left out of a tensor is noted in its ``doc_string``.
Source: protobuf "Encoding"; field numbers of onnx/onnx.proto (IR version 13).
"""

from collections.abc import Iterator
from typing import NamedTuple

from convlens.importers.onnx.window import Window
from convlens.ir.errors import UsageError

LONG = 1 << 15
"""Bytes up to which a field is copied unseen: 4,096 raw values of int64."""

MAX_FIELDS = 1_000_000
MAX_NODES = 100_000
MAX_KEPT = 1 << 27
MAX_DEPTH = 32

NOTE = "convlens: left out "

_CHILDREN = {
    "model": {7: "graph", 25: "function"},
    "graph": {1: "node", 5: "tensor", 15: "sparse tensor"},
    "function": {7: "node"},
    "node": {5: "attribute"},
    "attribute": {5: "tensor", 6: "graph", 10: "tensor", 11: "graph", 22: "sparse tensor", 23: "sparse tensor"},
    "sparse tensor": {1: "tensor", 2: "tensor"},
    "tensor": {},
}
_TENSOR_DATA = frozenset({4, 5, 6, 7, 9, 10, 11})
_DROPPED = {"model": frozenset({20}), "tensor": _TENSOR_DATA}
_DOC_STRING = 12
_FIXED = {1: 8, 5: 4}
_LENGTH_DELIMITED = 2

Buffer = bytes | Window


class Field(NamedTuple):
    """One field of a message: where its key, its content and the next field start."""

    number: int
    delimited: bool
    start: int
    content: int
    stop: int


def without_data(data: Buffer) -> bytes:
    """A serialized ModelProto without tensor data of more than `LONG` bytes. Raises `UsageError` where it is no such thing."""
    return _Walk(data).message("model", 0, len(data), 0)


class _Walk:
    """One pass over one file, with its limits."""

    def __init__(self, data: Buffer) -> None:
        self.data = data
        self.fields = 0
        self.nodes = 0
        self.kept = 0

    def message(self, kind: str, start: int, end: int, depth: int) -> bytes:
        if depth > MAX_DEPTH:
            raise UsageError(f"graphs are nested deeper than {MAX_DEPTH}")
        parts: list[bytes] = []
        notes: list[bytes] = []
        run = start
        for field in self._fields(kind, start, end):
            if not field.delimited or field.stop - field.content <= LONG:
                continue
            replacement = self._long(kind, field, depth)
            if replacement is not None:
                parts += [self._copy(run, field.start), b"" if kind == "tensor" else replacement]
                notes += [replacement] if kind == "tensor" else []
                run = field.stop
        # a tensor's own doc_string may stand behind its data, and the last one counts
        return b"".join([*parts, self._copy(run, end), *notes])

    def _long(self, kind: str, field: Field, depth: int) -> bytes | None:
        """What stands for a long field: less of it, a note, nothing; None where it stays as it is."""
        if field.number in _DROPPED.get(kind, ()):
            return _note(field) if kind == "tensor" else b""
        child = _CHILDREN[kind].get(field.number)
        if child is None:
            return None
        return _delimited(field.number, self.message(child, field.content, field.stop, depth + 1))

    def _copy(self, start: int, end: int) -> bytes:
        self.kept += end - start
        if self.kept > MAX_KEPT:
            raise UsageError(f"more than {MAX_KEPT} bytes besides the weights; at most that many are read")
        return self.data[start:end]

    def _fields(self, kind: str, start: int, end: int) -> Iterator[Field]:
        at = start
        while at < end:
            field = self._field(at, end)
            self._count(kind, field)
            yield field
            at = field.stop

    def _field(self, start: int, end: int) -> Field:
        key, at = self._varint(start, end)
        wire = key & 7
        content = at
        if wire == 0:
            _, stop = self._varint(at, end)
        elif wire == _LENGTH_DELIMITED:
            length, content = self._varint(at, end)
            stop = content + length
        elif wire in _FIXED:
            stop = at + _FIXED[wire]
        else:
            raise UsageError(f"not an ONNX file: byte {start} starts no field")
        if stop > end:
            raise UsageError(f"not an ONNX file, or cut off: the field at byte {start} ends at {stop}, but only {end} are there")
        return Field(key >> 3, wire == _LENGTH_DELIMITED, start, content, stop)

    def _varint(self, at: int, end: int) -> tuple[int, int]:
        value = shift = 0
        while at < end and shift < 70:
            byte = self.data[at]
            at += 1
            value |= (byte & 127) << shift
            if byte < 128:
                return value, at
            shift += 7
        raise UsageError(f"not an ONNX file, or cut off: no whole number at byte {at}")

    def _count(self, kind: str, field: Field) -> None:
        self.fields += 1
        if self.fields > MAX_FIELDS:
            raise UsageError(f"more than {MAX_FIELDS} fields besides the weights; at most that many are read")
        if kind in ("graph", "function") and field.number == (1 if kind == "graph" else 7):
            self.nodes += 1
            if self.nodes > MAX_NODES:
                raise UsageError(f"more than {MAX_NODES} nodes; at most that many are read")


def _note(field: Field) -> bytes:
    return _delimited(_DOC_STRING, f"{NOTE}{field.number} {field.stop - field.content}".encode())


def _delimited(number: int, content: bytes) -> bytes:
    return _written(number << 3 | _LENGTH_DELIMITED) + _written(len(content)) + content


def _written(value: int) -> bytes:
    """
    >>> _written(300).hex()
    'ac02'
    """
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)
