"""Run an ONNX file with onnxruntime, weights and all."""

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from convlens.backends.plan import checked
from convlens.execution.bound import bound
from convlens.execution.foretold import foretold
from convlens.execution.runner import Made, Output, Ran, no_kernels, no_layer
from convlens.execution.wanted import Wanted
from convlens.importers.files import need_file
from convlens.importers.onnx import read
from convlens.importers.onnx.load import load
from convlens.ir.errors import ConvlensError, ShapeError, UsageError, cut
from convlens.ir.graph import Graph
from convlens.ir.spec import Shape
from convlens.lang.messages import marked
from convlens.lang.sentence import Sentence
from convlens.media.extras import extra
from convlens.media.sample import Array, Step

READING = Sentence("reading ONNX files")

DTYPES = {"float": "float32", "double": "float64"}
"""What onnxruntime calls otherwise than NumPy."""


class OnnxRunner:
    """convlens reads the file first and refuses what is hostile or no model; then onnxruntime loads it."""

    def __init__(self, path: str) -> None:
        load(need_file(path))
        runtime = extra("onnxruntime", Sentence("running ONNX files"))
        self.name = Path(path).name
        self.engine = f"onnxruntime {runtime.__version__}"
        self.weights = Step("stored", marked("those of the file"))
        self._path = path
        self._runtime = runtime
        self._session = self._loaded(path)
        self.wanted = tuple(_wanted(item) for item in self._session.get_inputs())

    def accepts(self, dims: Shape) -> bool:
        if len(self.wanted) != 1:
            return True
        stated = self.wanted[0].dims
        if stated is not None and (
            len(stated) != len(dims) or any(a not in (None, b) for a, b in zip(stated, dims, strict=True))
        ):
            return False
        try:
            checked(self._graph([dims]))
        except ShapeError:
            return False
        except ConvlensError:  # onnxruntime may know what convlens does not
            return True
        return True

    def run(self, inputs: Mapping[str, Array], layer: str) -> Ran:
        session, names = self._session, [item.name for item in self._session.get_outputs()]
        node = ""
        if layer:
            session, names, node = self._with_layer(layer)
        graph = self._graph({name: tuple(values.shape) for name, values in inputs.items()})
        start = time.perf_counter()
        try:
            made = session.run(names, dict(inputs))
        except Exception as error:  # noqa: BLE001 - the errors of onnxruntime share no base, and each is shown
            checked(graph)
            raise UsageError(f"onnxruntime cannot run {self.name}: {cut(str(error), 400)}") from None
        seconds = time.perf_counter() - start
        shapes = foretold(graph, node, len(names))
        return Ran([Output(*each) for each in zip(names, made, shapes, strict=True)], seconds)

    def call(self, args: Sequence[Any], kwargs: Mapping[str, Any], layer: str) -> list[Made]:
        return [Made(x.values, x.foretold) for x in self.run(bound(self.name, self.wanted, args, kwargs), layer).outputs]

    def kernels(self, layer: str) -> tuple[str, Array]:
        model = self._model()
        held = {tensor.name: tensor for tensor in model.graph.initializer}
        for node in model.graph.node:
            wanted = node.op_type == "Conv" if not layer else layer in (node.name, *node.output)
            if wanted and len(node.input) > 1 and node.input[1] in held and len(held[node.input[1]].dims) >= 3:
                array = extra("onnx.numpy_helper", READING).to_array(held[node.input[1]])
                return node.name or node.output[0], array
        raise no_kernels(self.name, layer)

    def _loaded(self, source: "str | bytes") -> Any:
        options = self._runtime.SessionOptions()
        options.log_severity_level = 4  # what matters is raised
        try:
            return self._runtime.InferenceSession(source, options, providers=["CPUExecutionProvider"])
        except Exception as error:  # noqa: BLE001 - the errors of onnxruntime share no base, and each is shown
            raise UsageError(f"onnxruntime cannot load {self.name}: {cut(str(error), 400)}") from None

    def _graph(self, shapes: Any) -> Graph:
        return read(self._path, shapes)

    def _model(self) -> Any:
        try:
            return extra("onnx", READING).load(self._path)
        except Exception as error:  # noqa: BLE001 - protobuf's and onnx's own errors, each shown
            raise UsageError(f"{self._path} cannot be read with its weights: {cut(str(error), 400)}") from None

    def _with_layer(self, layer: str) -> tuple[Any, list[str], str]:
        """A session that also gives the outputs of this node, which is called by its name or by a tensor that it makes."""
        model = self._model()
        node = next((node for node in model.graph.node if layer in (node.name, *node.output)), None)
        if node is None:
            raise no_layer(layer, [node.name or node.output[0] for node in model.graph.node])
        names = [layer] if layer in node.output and layer != node.name else [name for name in node.output if name]
        there = {item.name for item in model.graph.output}
        model.graph.output.extend(self._blank(name) for name in names if name not in there)
        return self._loaded(model.SerializeToString()), names, node.name or node.output[0]

    @staticmethod
    def _blank(name: str) -> Any:
        return extra("onnx.helper", READING).make_empty_tensor_value_info(name)


def _wanted(item: Any) -> Wanted:
    kind = item.type.removeprefix("tensor(").removesuffix(")")
    dims = tuple(size if isinstance(size, int) else None for size in item.shape)
    last = len(dims) == 4 and dims[3] in (1, 3, 4) and dims[1] not in (1, 3, 4)
    return Wanted(item.name, dims, DTYPES.get(kind, kind), last)
