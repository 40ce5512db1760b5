"""The nine published networks that the onnx package carries (without their weights)."""

from math import prod
from pathlib import Path

import onnx
import pytest
from onnx import numpy_helper, shape_inference

from convlens.importers.onnx import read
from convlens.ir import text
from convlens.ir.graph import Graph
from convlens.passes.facts import facts

FOLDER = Path(onnx.__file__).parent / "backend" / "test" / "data" / "light"
OUTPUTS = {
    "light_bvlc_alexnet": (1, 1000),
    "light_densenet121": (1, 1000, 1, 1),
    "light_inception_v1": (1, 1000),
    "light_inception_v2": (1, 1000),
    "light_resnet50": (1, 1000),
    "light_shufflenet": (1, 1000),
    "light_squeezenet": (1, 1000, 1, 1),
    "light_vgg19": (1, 1000),
    "light_zfnet512": (1, 1000),
}
models = pytest.mark.parametrize("name", list(OUTPUTS))


def load(name: str) -> onnx.ModelProto:
    return onnx.load(str(FOLDER / f"{name}.onnx"))


def stored_values(model: onnx.ModelProto) -> tuple[int, int]:
    """Trained and other values, counted in the protobuf alone: floats of initializers and of ConstantOfShape.

    Running statistics and what no node reads are not trained.
    """
    arrays = {t.name: numpy_helper.to_array(t) for t in model.graph.initializer}
    sizes = {name: array.size for name, array in arrays.items() if array.dtype.kind == "f"}
    for node in model.graph.node:
        if node.op_type == "ConstantOfShape":
            sizes[node.output[0]] = prod(arrays[node.input[0]].tolist())
    running = {name for node in model.graph.node if node.op_type == "BatchNormalization" for name in node.input[3:5]}
    fixed = running | (sizes.keys() - {name for node in model.graph.node for name in node.input})
    return sum(n for name, n in sizes.items() if name not in fixed), sum(sizes[name] for name in fixed)


def totals(graph: Graph) -> tuple[int, int]:
    nodes = facts(graph).nodes.values()
    unused = sum(prod(extra.shape) for extra in graph.extras)
    return sum(n.params for n in nodes), unused + sum(n.buffers for n in nodes)


@models
def test_output_shape(name: str) -> None:
    graph = read(FOLDER / f"{name}.onnx")
    (ref,) = graph.outputs
    assert facts(graph).nodes[ref.node].outputs[ref.port].dims == OUTPUTS[name]


@models
def test_parameters_and_buffers_are_those_of_the_file(name: str) -> None:
    graph = read(FOLDER / f"{name}.onnx")
    assert totals(graph) == stored_values(load(name))


def test_the_parameter_oracle_sees_one_value_more() -> None:
    model = load("light_squeezenet")
    before = stored_values(model)
    model.graph.initializer.append(onnx.helper.make_tensor("extra", onnx.TensorProto.FLOAT, [1], [0.0]))
    model.graph.node[-1].input.append("extra")
    assert stored_values(model)[0] == before[0] + 1


@models
def test_every_tensor_has_the_shape_that_onnx_infers(name: str) -> None:
    model = shape_inference.infer_shapes(load(name), strict_mode=True)
    made = {o for node in model.graph.node if node.op_type != "ConstantOfShape" for o in node.output}
    inferred = [info for info in model.graph.value_info if info.name in made]
    assert len(inferred) > 10
    del model.graph.output[:]
    model.graph.output.extend(inferred)
    graph = read(model)
    known = facts(graph)
    for ref, info in zip(graph.outputs, inferred, strict=True):
        assert known.nodes[ref.node].outputs[ref.port].dims == tuple(d.dim_value for d in info.type.tensor_type.shape.dim)


@models
def test_nothing_is_opaque_and_the_text_form_is_exact(name: str) -> None:
    graph = read(FOLDER / f"{name}.onnx")
    assert not [node.name for node in graph if node.op.name in ("opaque", "constant")]
    assert text.parse(text.format(graph)) == graph


def test_a_loaded_model_reads_as_its_file() -> None:
    assert read(load("light_zfnet512")) == read(FOLDER / "light_zfnet512.onnx")


def test_resnet50_has_its_published_figures() -> None:
    known = facts(read(FOLDER / "light_resnet50.onnx")).nodes.values()
    assert sum(n.params for n in known) == 25_557_032
    assert sum(n.macs or 0 for n in known) == 4_089_184_256
