"""One ONNX node as a call: its operator, its inputs, its attributes as plain values."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

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

    def attr(self, name: str, default: Any = None) -> Any:
        """One attribute, or ``default``, whose type it must have. Numbers are read exactly, words as text."""
        found = next((attr for attr in self.node.attribute if attr.name == name), None)
        if found is None:
            return default
        value = value_of(found)
        if default is not None and not isinstance(value, type(default)):
            raise GraphError(f"{self.source}: the attribute {name!r} of {self.op_type} is {value!r}, which is not of its type")
        return value

    def ints(self, name: str) -> list[int] | None:
        """An attribute that is a list of whole numbers; None where it is not there."""
        found = self.attr(name)
        if found is not None and not (isinstance(found, list) and all(isinstance(v, int) for v in found)):
            raise GraphError(f"{self.source}: the attribute {name!r} of {self.op_type} is {found!r}, not a list of whole numbers")
        return found

    def given(self, index: int) -> Tensor | None:
        """An input that may be missing."""
        return self.inputs[index] if index < len(self.inputs) else None

    def tensor(self, index: int) -> Tensor:
        """An input that must be there."""
        found = self.given(index)
        if found is None:
            raise GraphError(f"{self.source}: {self.op_type} needs at least {index + 1} inputs, but input {index} is missing")
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
        """`values` that are whole numbers."""
        values = self.values(index)
        return None if values is None else [int(v) for v in values.items]

    def scalar(self, index: int) -> Number | None:
        """`values` of an input that holds one number."""
        values = self.values(index)
        return values.items[0] if values is not None and values.items else None

    def listed(self, name: str, index: int) -> list[int] | None:
        """Whole numbers that older operator sets take as an attribute and newer ones as an input."""
        return self.ints(name) if index >= len(self.inputs) or self.inputs[index] is None else self.whole(index)


def value_of(attr: "AttributeProto") -> Any:
    """The value of an attribute; graphs and tensors as they are."""
    field = _FIELDS.get(attr.type)
    if field is None:
        raise GraphError(f"the attribute {attr.name!r} has the unknown type {attr.type}")
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

_READ: dict[str, Any] = {
    "f": short,
    "floats": lambda vs: [short(v) for v in vs],
    "ints": list,
    "s": lambda s: s.decode(errors="replace"),
    "strings": lambda ss: [s.decode(errors="replace") for s in ss],
}
