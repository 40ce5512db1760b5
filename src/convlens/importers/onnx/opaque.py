"""A node that no reader knows: its shapes come from onnx's own inference, or from what the model declares."""

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

from convlens.importers.onnx.bind import Size, declared_sizes
from convlens.importers.onnx.build import Builder
from convlens.importers.onnx.call import Call
from convlens.importers.onnx.order import reads, subgraphs
from convlens.importers.onnx.tensor import DTYPES, Constant, Made, Tensor, code_of, dtype_of
from convlens.ir.errors import UsageError
from convlens.ir.spec import ITEM_BYTES, TensorSpec
from convlens.ops.opaque import written

if TYPE_CHECKING:
    from onnx import GraphProto, ModelProto, ValueInfoProto

Known = Mapping[str, Tensor]


class Fallback:
    """Makes opaque nodes for one model."""

    def __init__(self, model: "ModelProto", names: Mapping[str, int]) -> None:
        self.model = model
        self.names = names
        self.declared = {info.name: info for info in (*model.graph.value_info, *model.graph.output)}

    def read(self, call: Call, builder: Builder, known: Known) -> list[Made]:
        """Append an opaque node, or raise `UsageError` where nothing tells its shapes."""
        infos = _inferred(self.model, call, known)
        results = [written(self._spec(call, name, infos.get(name))) for name in call.node.output if name]
        domain = call.node.domain
        inputs = [known[name] for name in dict.fromkeys(reads(call.node))]
        title = f"{domain}.{call.op_type}" if domain not in ("", "ai.onnx") else f"onnx.{call.op_type}"
        weights = [f"{name}:{shape}" for name, shape in _inner_weights(call)]
        return builder.emit(call, "opaque", inputs, call=title, results=results, weights=weights)

    def _spec(self, call: Call, output: str, inferred: "ValueInfoProto | None") -> TensorSpec:
        declared = self.declared.get(output)
        for info in (inferred, declared):
            spec = None if info is None else self._full(info)
            if spec is not None:
                return spec
        raise UsageError(
            f"{call.source}: the shape of {output!r}, an output of {call.op_type}, is not known: no reader, no inference of "
            "onnx's and no declaration in the model tells it\n  fix: declare its shape in the model's value_info"
        )

    def _full(self, info: "ValueInfoProto") -> TensorSpec | None:
        sizes = declared_sizes(info)
        code = info.type.tensor_type.elem_type
        if sizes is None or code not in DTYPES:
            return None
        dims = [self._size(size) for size in sizes]
        known = tuple(size for size in dims if size is not None)
        return TensorSpec(known, dtype_of(code, info.name)) if len(known) == len(dims) else None

    def _size(self, size: Size) -> int | None:
        return self.names.get(size) if isinstance(size, str) else size


def _inferred(model: "ModelProto", call: Call, known: Known) -> dict[str, "ValueInfoProto"]:
    """Shape inference on a model of this one node, with the shapes and small values that are known."""
    onnx = import_module("onnx")
    inference = import_module("onnx.shape_inference")
    graph = onnx.GraphProto(name="one node")
    graph.node.append(call.node)
    for name in dict.fromkeys(reads(call.node)):
        graph.input.append(onnx.helper.make_tensor_value_info(name, code_of(known[name].spec.dtype), known[name].spec.dims))
        constant = _initializer(onnx, name, known[name])
        if constant is not None:
            graph.initializer.append(constant)
    graph.output.extend(onnx.ValueInfoProto(name=name) for name in call.node.output if name)
    alone = onnx.ModelProto(ir_version=max(model.ir_version, 4), graph=graph)
    alone.opset_import.extend(model.opset_import)
    alone.functions.extend(model.functions)
    try:
        found = inference.infer_shapes(alone, strict_mode=False, data_prop=True).graph
    except (inference.InferenceError, RuntimeError, ValueError, TypeError):
        return {}
    return {info.name: info for info in (*found.value_info, *found.output)}


def _initializer(onnx: Any, name: str, x: Tensor) -> Any:
    values = x.values if isinstance(x, Constant) else None
    return None if values is None else onnx.helper.make_tensor(name, code_of(values.dtype), values.dims, values.items)


def _inner_weights(call: Call) -> Iterator[tuple[str, str]]:
    """Floating-point initializers inside the branches of an If and the bodies of loops."""
    stack: list[GraphProto] = subgraphs(call.node)
    while stack:
        graph = stack.pop()
        stack += [inner for node in graph.node for inner in subgraphs(node)]
        for tensor in graph.initializer:
            dtype = DTYPES.get(tensor.data_type, "")
            if dtype in ITEM_BYTES and TensorSpec((), dtype).floating and all(size > 0 for size in tensor.dims):
                yield tensor.name, "x".join(map(str, tensor.dims)) or "scalar"
