"""Every node in order: folded, read by its reader, or opaque."""

from collections.abc import Iterable, Mapping
from pathlib import PurePath
from typing import TYPE_CHECKING

from convlens.importers.onnx.bind import Given, bound_inputs, check_names
from convlens.importers.onnx.build import BreaksHereError, Builder, broken
from convlens.importers.onnx.call import Call, NoReaderError
from convlens.importers.onnx.fold import folded
from convlens.importers.onnx.functions import inlined
from convlens.importers.onnx.opaque import Fallback
from convlens.importers.onnx.order import ordered, reads
from convlens.importers.onnx.quote import printable, quoted
from convlens.importers.onnx.readers import table
from convlens.importers.onnx.simple import simple
from convlens.importers.onnx.tensor import MAX_VALUES, Constant, Made, Tensor, stored
from convlens.importers.onnx.wire import MAX_NODES
from convlens.ir.errors import ConvlensError, GraphError, UsageError
from convlens.ir.graph import Extra, Graph, Ref
from convlens.ir.spec import MAX_AXES
from convlens.ir.verify import verify

if TYPE_CHECKING:
    from onnx import GraphProto, ModelProto, NodeProto

STANDARD = ("", "ai.onnx")

MAX_FOLDED = 1 << 22
"""Values that go into and come out of all arithmetic on constants together."""


def walked(model: "ModelProto", inputs: Given, dims: Mapping[str, int], origin: str) -> Graph:
    """The graph of a loaded model; ``origin`` is where messages say it comes from."""
    try:
        return _Walk(_checked(model), inputs, dims, origin).graph()
    except UnicodeDecodeError:
        raise UsageError(f"{origin}: not an ONNX model: a name in it is no text") from None
    except ConvlensError as error:
        said = printable(str(error))
        if not (said.startswith(origin) or f"{origin}: node" in said):
            said = f"{origin}: {said}"
        if said == str(error):
            raise
        raise type(error)(said) from None


def _checked(model: "ModelProto") -> "ModelProto":
    """Refuse what holds no network, or one that is too large to walk."""
    if not model.HasField("graph") or not (model.graph.node or model.graph.output):
        raise UsageError("not an ONNX model: it holds no graph")
    if len(model.graph.node) > MAX_NODES:
        raise UsageError(f"{len(model.graph.node)} nodes; at most {MAX_NODES} are read")
    sparse = next((tensor.values.name for tensor in model.graph.sparse_initializer), None)
    if sparse is not None:
        raise UsageError(f"the initializer {quoted(sparse)} is sparse, which is not read\n  fix: store it as a dense tensor")
    whole = inlined(model)
    _check_text(whole)
    return whole


def _check_text(model: "ModelProto") -> None:
    """Names that are no text come as bytes."""
    infos = (*model.graph.input, *model.graph.output, *model.graph.value_info)
    names = [item.name for item in (*infos, *model.graph.initializer)]
    names += [dim.dim_param for info in infos for dim in info.type.tensor_type.shape.dim]
    for node in model.graph.node:
        names += [node.name, node.op_type, node.domain, *node.input, *node.output, *(attr.name for attr in node.attribute)]
    wrong = next((name for name in names if not isinstance(name, str)), None)
    if wrong is not None:
        raise UsageError(f"not an ONNX model: the name {quoted(wrong)} in it is no text")


class _Walk:
    """One pass over one model."""

    def __init__(self, model: "ModelProto", inputs: Given, dims: Mapping[str, int], origin: str) -> None:
        self.proto = model.graph
        self.origin = origin
        self.opset = _opset(model)
        check_names(self.proto)
        self.inputs, names = bound_inputs(self.proto, inputs, dims)
        self.fallback = Fallback(model, names)
        self.builder = Builder()
        for item in self.inputs:
            self.builder.names.unique(item.name)
        self.known: dict[str, Tensor] = {item.name: Made(Ref(item.name), item.spec) for item in self.inputs}
        for tensor in self.proto.initializer:
            self.known[tensor.name] = stored(tensor, tensor.name, trained=True, where=f"initializer {quoted(tensor.name)}")
        self.order = ordered(self.proto, set(self.known))
        self.used = _used(self.proto)
        self.values = 0

    def graph(self) -> Graph:
        error = None
        try:
            for place, node in self.order:
                self._node(self._call(place, node))
            outputs = self._outputs()
        except BreaksHereError as found:
            outputs, error = (Ref(self.builder.nodes[-1].name),), found.error
        nodes = tuple(self.builder.nodes)
        return verify(Graph(self._name(), self.inputs, nodes, outputs, extras=tuple(self._unused()), broken=error))

    def _call(self, place: int, node: "NodeProto") -> Call:
        name = node.name or next((o for o in node.output if o), f"{node.op_type}_{place}")
        inputs = [self.known[i] if i else None for i in node.input]
        last_used = max((port for port, o in enumerate(node.output, 1) if o in self.used), default=0)
        return Call(node, name, f"{self.origin}: node {place} {quoted(name)}", self.opset, inputs, last_used)

    def _node(self, call: Call) -> None:
        constant = self._folded(call)
        made = [constant] if constant is not None else list(self._read(call))
        for x in made:
            if isinstance(x, Constant) and x.spec.rank > MAX_AXES:
                raise broken(call, f"an output of {x.spec.rank} axes; a tensor has at most {MAX_AXES}", "", [])
        self.known.update((name, x) for name, x in zip(call.node.output, made, strict=False) if name and x is not None)

    def _folded(self, call: Call) -> Constant | None:
        constant = folded(call)
        if constant is not None:
            given = [x.spec.numel for x in call.inputs if isinstance(x, Constant) and x.spec.numel <= MAX_VALUES]
            self.values += sum(given) + (len(constant.known.items) if constant.known else 0)
            if self.values > MAX_FOLDED:
                raise UsageError(f"more than {MAX_FOLDED} values in arithmetic on constants; at most that many are worked out")
        return constant

    def _read(self, call: Call) -> Iterable[Tensor | None]:
        standard = call.node.domain in STANDARD
        entry = table().get(call.op_type) if standard else None
        try:
            if entry is not None and (entry.outputs is None or call.used <= entry.outputs):
                return entry.read(call, self.builder)
            if entry is None and standard and call.used <= 1:
                return simple(call, self.builder)
        except NoReaderError:
            pass
        made = iter(self.fallback.read(call, self.builder, self.known))
        return [next(made) if name else None for name in call.node.output]

    def _outputs(self) -> tuple[Ref, ...]:
        missing = next((info.name for info in self.proto.output if info.name not in self.known), None)
        if missing is not None:
            raise GraphError(f"the output {quoted(missing)} is made by no node")
        return tuple(self.builder.ref(self.known[info.name], info.name, self.origin).ref for info in self.proto.output)

    def _unused(self) -> Iterable[Extra]:
        """Stored tensors that no node reads: leftovers, no weights of the network."""
        for tensor in self.proto.initializer:
            found = self.known[tensor.name]
            if tensor.name not in self.used and isinstance(found, Constant) and found.trained:
                yield Extra(tensor.name, found.spec.dims, "buffer")

    def _name(self) -> str:
        name = self.proto.name
        return name if name and isinstance(name, str) else PurePath(self.origin).stem


def _used(graph: "GraphProto") -> set[str]:
    return {name for node in graph.node for name in reads(node)} | {info.name for info in graph.output}


def _opset(model: "ModelProto") -> int:
    """The version of the default operator set; models before IR version 3 had none and mean version 1."""
    versions = [entry.version for entry in model.opset_import if entry.domain in STANDARD]
    if not versions and model.ir_version >= 3 and any(node.domain in STANDARD for node in model.graph.node):
        raise GraphError("the model names no version of the default operator set\n  fix: an opset_import for the domain ''")
    return max(versions, default=1)
