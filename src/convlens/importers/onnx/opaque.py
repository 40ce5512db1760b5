"""A node that no reader knows: its shapes come from onnx's own inference, or from what the model declares."""

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

from convlens.importers.onnx.bind import LARGEST, declared_sizes, shown_sizes
from convlens.importers.onnx.build import Builder
from convlens.importers.onnx.call import Call
from convlens.importers.onnx.order import reads, subgraphs
from convlens.importers.onnx.quote import plain, quoted
from convlens.importers.onnx.tensor import DTYPES, Constant, Made, Tensor, code_of, dtype_of
from convlens.ir.spec import ITEM_BYTES, MAX_AXES, TensorSpec
from convlens.ops.opaque import written

if TYPE_CHECKING:
    from onnx import GraphProto, ModelProto, ValueInfoProto

LONGEST_LIST = 1 << 16
"""Entries of a list up to which onnx may infer: what is a shape becomes that many axes, at half a kilobyte each."""

Known = Mapping[str, Tensor]
Sizes = tuple[int | None, ...]

_MISJUDGED = frozenset({"STFT"})
"""Operators whose inference in onnx gives a wrong shape: that of STFT leaves out that half of the spectrum is the default."""

_BY_VALUES = {
    "Compress": "how many slices stay depends on the values of the condition",
    "NonMaxSuppression": "how many boxes stay depends on their values",
    "NonZero": "how many places there are depends on the values",
    "Unique": "how many values differ depends on the values",
}
"""Operators whose output shapes depend on values, and how."""


class Fallback:
    """Makes opaque nodes for one model."""

    def __init__(self, model: "ModelProto", names: Mapping[str, int]) -> None:
        self.model = model
        self.names = names
        self.declared = {info.name: info for info in (*model.graph.value_info, *model.graph.output)}

    def read(self, call: Call, builder: Builder, known: Known) -> list[Made]:
        """Append an opaque node. Where nothing tells its shapes, or two sources disagree, the graph ends with it."""
        domain = call.node.domain
        inputs = [known[name] for name in dict.fromkeys(reads(call.node))]
        title = f"{plain(domain)}.{plain(call.op_type)}" if domain not in ("", "ai.onnx") else f"onnx.{plain(call.op_type)}"
        infos = _inferred(self.model, call, known)
        try:
            results = [written(self._spec(call, name, infos.get(name))) for name in call.node.output if name]
        except _UntoldError as error:
            builder.stop(call, inputs, error.reason, error.fix, title)
        weights = [f"{name}:{shape}" for name, shape in _inner_weights(call)]
        return builder.emit(call, "opaque", inputs, call=title, results=results, weights=weights)

    def _spec(self, call: Call, output: str, inferred: "ValueInfoProto | None") -> TensorSpec:
        """What the model declares, or else what inference finds: a declaration must not contradict it."""
        declared = self.declared.get(output)
        if declared is not None and inferred is not None:
            self._check_agreement(output, declared, inferred)
        infos = [info for info in (declared, inferred) if info is not None]
        spec = next((found for found in map(self._full, infos) if found is not None), None)
        if spec is not None:
            return spec
        what = f"the shape of {quoted(output)}, an output of {plain(call.op_type)}"
        for info in infos:
            kind = info.type.WhichOneof("value") or "tensor_type"
            if kind != "tensor_type":
                raise _UntoldError(f"{what}, is not known: it is a {kind.removesuffix('_type')}, not a tensor", "")
        why = _BY_VALUES.get(call.op_type, "no reader, no inference of onnx's and no declaration in the model tells it")
        raise _UntoldError(f"{what}, is not known: {why}", "declare its shape in the model's value_info")

    def _check_agreement(self, output: str, declared: "ValueInfoProto", inferred: "ValueInfoProto") -> None:
        """Two shapes for one tensor: one of them is wrong, and nothing tells which."""
        said, found = self._sizes(declared), self._sizes(inferred)
        codes = {info.type.tensor_type.elem_type for info in (declared, inferred)} - {0}
        same = said is None or found is None or _compatible(said, found)
        if not same or len(codes) > 1:
            raise _UntoldError(
                f"the model declares {quoted(output)} as {_shown(said, declared)}, but onnx's inference makes it "
                f"{_shown(found, inferred)}",
                "the true shape in the model's value_info, or none",
            )

    def _full(self, info: "ValueInfoProto") -> TensorSpec | None:
        sizes = self._sizes(info)
        code = info.type.tensor_type.elem_type
        if sizes is None or code not in DTYPES or len(sizes) > MAX_AXES:
            return None
        known = tuple(size for size in sizes if size)
        return TensorSpec(known, dtype_of(code, info.name)) if len(known) == len(sizes) else None

    def _sizes(self, info: "ValueInfoProto") -> Sizes | None:
        sizes = declared_sizes(info)
        return None if sizes is None else tuple(self.names.get(size) if isinstance(size, str) else size for size in sizes)


class _UntoldError(Exception):
    """Nothing tells the shape of an output."""

    def __init__(self, reason: str, fix: str) -> None:
        self.reason = reason
        self.fix = fix


def _compatible(said: Sizes, found: Sizes) -> bool:
    """As long as each other, and the same wherever both are known."""
    return len(said) == len(found) and all(a == b for a, b in zip(said, found, strict=True) if a and b)


def _shown(sizes: Sizes | None, info: "ValueInfoProto") -> str:
    shape = shown_sizes(sizes) if sizes is not None else "of any shape"
    return f"{shape} of {DTYPES.get(info.type.tensor_type.elem_type, 'any dtype')}"


def _inferred(model: "ModelProto", call: Call, known: Known) -> dict[str, "ValueInfoProto"]:
    """Shape inference on a model of this one node, with the shapes and small values that are known."""
    if call.op_type in _MISJUDGED or not all(_inferable(known[name].spec) for name in reads(call.node)):
        return {}
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


def _inferable(spec: TensorSpec) -> bool:
    return spec.numel <= LONGEST_LIST if spec.rank == 1 else max(spec.dims, default=1) <= LARGEST


def _initializer(onnx: Any, name: str, x: Tensor) -> Any:
    """The tensor with its values; None where they are not known, or where its dtype cannot hold them."""
    values = x.values if isinstance(x, Constant) else None
    try:
        return None if values is None else onnx.helper.make_tensor(name, code_of(values.dtype), values.dims, values.items)
    except (ValueError, TypeError, OverflowError):
        return None


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
