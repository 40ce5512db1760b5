"""The graph as it grows: one node of ours after the other, with the tensors that each makes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import prod
from typing import Any, NoReturn

from convlens.importers.onnx.call import Call
from convlens.importers.onnx.quote import plain, quoted
from convlens.importers.onnx.tensor import Constant, Made, Tensor
from convlens.ir.errors import ConvlensError, SettingError, ShapeError
from convlens.ir.graph import Node, Ref, Tie
from convlens.ir.names import Names
from convlens.ir.op import Op, Shapes
from convlens.ir.op import lookup as operator
from convlens.ir.spec import Shape, TensorSpec

Weights = Mapping[str, Tensor]


class BreaksHereError(Exception):
    """The last node of the graph cannot take its inputs, or (``error``) nothing tells its outputs; nothing after it is read."""

    def __init__(self, error: ShapeError | None = None) -> None:
        self.error = error


@dataclass
class Builder:
    """Nodes so far, the names taken, and which node counts each stored tensor as
    its parameter.
    """

    nodes: list[Node] = field(default_factory=list)
    names: Names = field(default_factory=lambda: Names(first=2))
    owners: dict[str, tuple[str, str]] = field(default_factory=dict)
    sources: dict[tuple[str, TensorSpec], Made] = field(default_factory=dict)

    def emit(self, call: Call, op: str, inputs: Sequence[Tensor], /, *, part: str = "", **settings: Any) -> list[Made]:
        """Append one node. ``part`` names a node that does only a part of the call."""
        found = _made(call.op_type, call.name, call.source, op, settings)
        return self._append(call, found, [self.ref(x, call.name, call.source) for x in inputs], part)

    def one(self, call: Call, op: str, inputs: Sequence[Tensor], /, *, part: str = "", **settings: Any) -> Made:
        """`emit` for an operator with one output."""
        return self.emit(call, op, inputs, part=part, **settings)[0]

    def layer(self, call: Call, op: str, x: Tensor, weights: Weights, needed: Shapes, /, **settings: Any) -> Made:
        """`layers` for an operator with one input and one output."""
        return self.layers(call, op, [x], weights, needed, **settings)[0]

    def layers(
        self, call: Call, op: str, xs: Sequence[Tensor], weights: Weights, needed: Shapes, /, **settings: Any
    ) -> list[Made]:
        """Append a node that owns its weights, where they are constant and have the shapes ``needed``.

        Otherwise they are its inputs, as they come.
        """
        if not all(_fits(w, needed[name]) for name, w in weights.items()):
            return self.emit(call, op, [*xs, *weights.values()], **settings)
        data = [self.ref(x, call.name, call.source) for x in xs]
        found = _made(call.op_type, call.name, call.source, op, settings)
        trained = {name: w for name, w in weights.items() if name.startswith(("weight", "bias"))}
        return self._append(call, found, data, "", self._claim(trained, call))

    def ref(self, x: Tensor, name: str, source: str) -> Made:
        """The tensor as an output of a node: a constant becomes a node of its own, once. ``name`` is who reads it."""
        if isinstance(x, Made):
            return x
        if not x.origin:
            return self._source(x, name, source)
        key = (x.origin, x.spec)
        if key not in self.sources:
            self.sources[key] = self._source(x, name, source)
        return self.sources[key]

    def reshape(self, call: Call, x: Tensor, dims: Sequence[int], part: str = "") -> Tensor:
        """The same values under another shape; a constant keeps its values and its origin."""
        free = prod(n for n in dims if n != -1)
        if isinstance(x, Constant) and list(dims).count(-1) <= 1 and free and x.spec.numel % free == 0:
            full = tuple(x.spec.numel // free if n == -1 else n for n in dims)
            if prod(full) == x.spec.numel:
                return x.reshaped(full)
        return self.one(call, "reshape", [x], part=part, shape=tuple(dims))

    def _source(self, x: Constant, name: str, source: str) -> Made:
        settings: dict[str, Any] = {"shape": x.spec.dims, "dtype": x.spec.dtype}
        kind = "parameter" if x.trained else "constant"
        if not x.trained:
            settings["stored"] = bool(x.origin)
        op = _made("initializer", x.origin, source, kind, settings)
        ties = self._tie("value", x) if x.trained else ()
        node = Node(self.names.unique(x.origin or f"{name}/constant"), op, (), ties=ties, source=source)
        if x.trained:
            self.owners.setdefault(x.origin, (node.name, "value"))
        self.nodes.append(node)
        return Made(Ref(node.name), x.spec)

    def _claim(self, weights: Weights, call: Call) -> tuple[dict[str, Constant], tuple[Tie, ...]]:
        """The stored tensors of these weights, and ties for those that an earlier node counts."""
        stored = {name: w for name, w in weights.items() if isinstance(w, Constant) and w.origin}
        origins = [w.origin for w in stored.values()]
        for w in stored.values():
            if origins.count(w.origin) > 1:
                self.ref(replace(w, trained=True), call.name, call.source)
        ties = tuple(tie for name, w in stored.items() for tie in self._tie(name, w))
        return stored, ties

    def _tie(self, name: str, x: Constant) -> tuple[Tie, ...]:
        return (Tie(name, *self.owners[x.origin]),) if x.origin in self.owners else ()

    def _append(
        self, call: Call, op: Op, inputs: list[Made], part: str, claim: tuple[dict[str, Constant], tuple[Tie, ...]] = ({}, ())
    ) -> list[Made]:
        stored, ties = claim
        name = self.names.unique(f"{call.name}/{part}" if part else call.name)
        for param, x in stored.items():
            self.owners.setdefault(x.origin, (name, param))
        self.nodes.append(Node(name, op, tuple(x.ref for x in inputs), ties=ties, source=call.source))
        try:
            outputs = op.infer(tuple(x.spec for x in inputs))
        except ShapeError:
            raise BreaksHereError from None
        return [Made(Ref(name, port), spec) for port, spec in enumerate(outputs)]

    def stop(self, call: Call, inputs: Sequence[Tensor], reason: str, fix: str, title: str) -> NoReturn:
        """Append the node as one without outputs and end the graph with it."""
        given = [self.ref(x, call.name, call.source) for x in inputs]
        error = ShapeError(reason, fix).at(call.op_type, call.name, [str(x.spec) for x in given], call.source)
        op = _made(call.op_type, call.name, call.source, "opaque", {"call": title, "results": ()})
        self._append(call, op, given, "")
        raise BreaksHereError(error)


def _made(title: str, name: str, source: str, op: str, settings: Mapping[str, Any]) -> Op:
    try:
        return operator(op)(**settings)
    except SettingError as error:
        raise SettingError(f"{plain(title)} {quoted(name)}: {error}\n  written at: {source}") from None


def _fits(weight: Tensor, shape: Shape) -> bool:
    return isinstance(weight, Constant) and weight.spec.dims == shape


def broken(call: Call, reason: str, fix: str, inputs: Sequence[Tensor]) -> ConvlensError:
    """A `ShapeError` for what no operator of ours would see by itself."""
    return ShapeError(reason, fix).at(call.op_type, call.name, [str(x.spec) for x in inputs], call.source)
