"""One ONNX node as a call: its operator, its inputs, its attributes as plain values."""

from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING, Any

from convlens.importers.onnx.quote import plain, quoted
from convlens.importers.onnx.tensor import Constant, Number, Tensor, Values
from convlens.ir.errors import GraphError

if TYPE_CHECKING:
    from onnx import AttributeProto, NodeProto


class NoReaderError(Exception):
    """The operator, or this form of it, has no counterpart of ours; the node becomes opaque."""


@dataclass
class Call:
    """A node with what is known of its inputs. ``used`` is the number of its outputs that anything reads."""

    node: "NodeProto"
    name: str
    source: str
    opset: int
    inputs: list[Tensor | None]
    used: int

    @property
    def op_type(self) -> str:
        return self.node.op_type

    @property
    def attributes(self) -> dict[str, Any]:
        """All attributes by name."""
        return {attr.name: value_of(attr) for attr in self.node.attribute}

    def attr(self, name: str, default: Any = None, kind: type = object) -> Any:
        """One attribute, or ``default``, whose type it must have; without a default ``kind`` says that type.

        Numbers are read exactly, words as text.
        """
        found = next((attr for attr in self.node.attribute if attr.name == name), None)
        if found is None:
            return default
        value = value_of(found)
        if not isinstance(value, kind if default is None else type(default)):
            raise self._wrong(name, value, "which is not of its type")
        return value

    def ints(self, name: str) -> list[int] | None:
        """An attribute that is a list of whole numbers; None where it is not there."""
        found = self.attr(name)
        if found is not None and not (isinstance(found, list) and all(isinstance(v, int) for v in found)):
            raise self._wrong(name, found, "not a list of whole numbers")
        return found

    def floats(self, name: str) -> list[float] | None:
        """An attribute that is a list of numbers; None where it is not there."""
        found = self.attr(name)
        if found is not None and not (isinstance(found, list) and all(isinstance(v, int | float) for v in found)):
            raise self._wrong(name, found, "not a list of numbers")
        return found

    def _wrong(self, name: str, value: object, why: str) -> GraphError:
        return GraphError(f"{self.source}: the attribute {name!r} of {plain(self.op_type)} is {quoted(value)}, {why}")

    def given(self, index: int) -> Tensor | None:
        """An input that may be missing."""
        return self.inputs[index] if index < len(self.inputs) else None

    def tensor(self, index: int) -> Tensor:
        """An input that must be there."""
        found = self.given(index)
        if found is None:
            raise GraphError(
                f"{self.source}: {plain(self.op_type)} needs at least {index + 1} inputs, but input {index} is missing"
            )
        return found

    def values(self, index: int) -> Values | None:
        """The values of an input that may be missing; what is there must be a known constant."""
        found = self.given(index)
        if found is None:
            return None
        values = found.values if isinstance(found, Constant) else None
        if values is None:
            raise NoReaderError
        return values

    def whole(self, index: int) -> list[int] | None:
        """`values` that are a list of whole numbers, or one; `GraphError` for others."""
        values = self.values(index)
        if values is None:
            return None
        if not values.dtype.startswith(("int", "uint")) or len(values.dims) > 1:
            raise GraphError(
                f"{self.source}: input {index} of {self.op_type} is {values.spec} of {values.dtype}; it must be a list of whole "
                "numbers\n  fix: one axis of int64"
            )
        return [int(v) for v in values.items]

    def scalar(self, index: int) -> Number | None:
        """`values` of an input that holds one number."""
        values = self.values(index)
        return values.items[0] if values is not None and values.items else None

    def number(self, index: int) -> int | None:
        """`scalar` of any dtype that is a whole number; `GraphError` for another."""
        found = self.scalar(index)
        if found is not None and (not isfinite(found) or found != int(found)):
            raise GraphError(f"{self.source}: input {index} of {self.op_type} is {found}; it must be a whole number")
        return None if found is None else int(found)

    def listed(self, name: str, index: int) -> list[int] | None:
        """Whole numbers that older operator sets take as an attribute and newer ones as an input."""
        return self.ints(name) if index >= len(self.inputs) or self.inputs[index] is None else self.whole(index)


def value_of(attr: "AttributeProto") -> Any:
    """The value of an attribute; graphs and tensors as they are."""
    field = _FIELDS.get(attr.type)
    if field is None:
        kind = _UNREAD.get(attr.type, f"a value of the unknown type {attr.type}")
        raise GraphError(f"the attribute {quoted(attr.name)} is {kind}, which is not read")
    value = getattr(attr, field)
    return _READ.get(field, lambda v: v)(value)


def short(value: float) -> float:
    """The shortest number that has the same 32 bits.

    >>> short(9.999999747378752e-06)
    1e-05
    """
    return float(f"{value:.7g}")


_FIELDS = {1: "f", 2: "i", 3: "s", 4: "t", 5: "g", 6: "floats", 7: "ints", 8: "strings", 9: "tensors", 10: "graphs"}
"""AttributeProto.AttributeType -> the field that holds the value."""

_UNREAD = {11: "a sparse tensor", 12: "a list of sparse tensors", 13: "a type", 14: "a list of types"}

_READ: dict[str, Any] = {
    "f": short,
    "floats": lambda vs: [short(v) for v in vs],
    "ints": list,
    "s": lambda s: s.decode(errors="replace"),
    "strings": lambda ss: [s.decode(errors="replace") for s in ss],
}
