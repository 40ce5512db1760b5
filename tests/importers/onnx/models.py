"""Models made on the spot, and what onnx itself says about them."""

from typing import Any

import numpy as np
import onnx
from onnx import helper, numpy_helper

from convlens.ir.graph import Graph
from convlens.passes.facts import facts


def make_model(
    nodes: list[Any],
    inputs: dict[str, Any],
    stored: dict[str, np.ndarray] | None = None,
    outputs: tuple[str, ...] = ("y",),
    opset: int = 18,
    **more: Any,
) -> onnx.ModelProto:
    """A model of these nodes; an input is a shape, or a shape and a dtype."""
    infos = []
    for name, shape in inputs.items():
        dims, dtype = shape if isinstance(shape, tuple) and isinstance(shape[-1], type) else (shape, np.float32)
        infos.append(helper.make_tensor_value_info(name, helper.np_dtype_to_tensor_dtype(np.dtype(dtype)), dims))
    graph = helper.make_graph(
        nodes,
        "made",
        infos,
        [onnx.ValueInfoProto(name=name) for name in outputs],
        [numpy_helper.from_array(np.asarray(value), name) for name, value in (stored or {}).items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8, **more)


def output_shapes(graph: Graph) -> list[tuple[int, ...]]:
    """The shapes of the graph's outputs by our own facts."""
    known = facts(graph)
    assert known.error is None, known.error
    given = {item.name: (item.spec,) for item in graph.inputs}
    return [(known.nodes[r.node].outputs if r.node in known.nodes else given[r.node])[r.port].dims for r in graph.outputs]
