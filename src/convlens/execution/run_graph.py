"""Run a network that is a graph: one by name, a text file, a kernel made by hand."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from convlens.arith.units import memory
from convlens.backends.plan import Key, check_weights, checked, resized, steps_of
from convlens.backends.torch import Executor
from convlens.execution.arrays import dims_from_graph, dims_to_graph, from_graph, numpy_of, to_graph
from convlens.execution.bound import bound
from convlens.execution.foretold import foretold
from convlens.execution.runner import Made, Output, Ran, no_kernels, no_layer
from convlens.execution.wanted import Wanted
from convlens.ir.errors import ConvlensError, UsageError
from convlens.ir.graph import Graph, Input, Ref
from convlens.ir.spec import Shape
from convlens.media.sample import Array, Step
from convlens.passes.liveness import activations

MAX_ACTIVATIONS = 8 << 30
"""A run whose foretold peak of activations is above this many bytes is not started."""


class GraphRunner:
    """Runs with PyTorch; ``weights_step`` says where the weights come from.

    It computes in the dtype of the graph's first input of real numbers, in float32 where all are whole ones; the weights are
    brought there. Arrays stand in the network's own order of axes.
    """

    def __init__(self, graph: Graph, weights: Mapping[Key, Tensor], weights_step: Step) -> None:
        self.name = graph.name
        self.engine = f"PyTorch {torch.__version__}"
        self.weights = weights_step
        self.wanted = tuple(_wanted(item, graph.layout) for item in graph.inputs)
        self._graph = graph
        reals = (item.spec.dtype for item in graph.inputs if getattr(torch, item.spec.dtype).is_floating_point)
        dtype = getattr(torch, next(reals, "float32"))
        self._tensors = {key: x.to(dtype) if x.is_floating_point() else x for key, x in weights.items()}

    def accepts(self, dims: Shape) -> bool:
        if len(self._graph.inputs) != 1:
            return True
        try:
            graph = self._resized({self._graph.inputs[0].name: dims})
            shapes = {key: tuple(tensor.shape) for key, tensor in self._tensors.items()}
            check_weights(steps_of(graph), checked(graph), shapes)
        except ConvlensError:
            return False
        return True

    def run(self, inputs: Mapping[str, Array], layer: str) -> Ran:
        graph = self._resized({name: tuple(values.shape) for name, values in inputs.items()})
        graph = _until(graph, layer) if layer else graph
        _check_memory(graph)
        executor = Executor(graph)
        tensors = {item.name: to_graph(_tensor(inputs[item.name], item.spec.dtype), graph.layout) for item in graph.inputs}
        start = time.perf_counter()
        with torch.no_grad():
            made = executor(tensors, self._tensors)
        seconds = time.perf_counter() - start
        shapes = foretold(graph, "", len(graph.outputs))
        return Ran(
            [_output(ref, made[ref], dims, graph.layout) for ref, dims in zip(graph.outputs, shapes, strict=True)], seconds
        )

    def call(self, args: Sequence[Any], kwargs: Mapping[str, Any], layer: str) -> list[Made]:
        return [Made(x.values, x.foretold) for x in self.run(bound(self.name, self.wanted, args, kwargs), layer).outputs]

    def kernels(self, layer: str) -> tuple[str, Array]:
        if layer and layer not in {node.name for node in self._graph}:
            raise no_layer(layer, [node.name for node in self._graph])
        for node in self._graph:
            weight = self._tensors.get((node.name, "weight"))
            if node.name == layer and (weight is None or weight.dim() < 3):
                raise no_kernels(self.name, layer, None if weight is None else tuple(weight.shape))
            if weight is not None and weight.dim() >= 3 and (node.name == layer or (not layer and node.op.name == "conv")):
                return node.name, weight.numpy(force=True)
        raise no_kernels(self.name, layer)

    def _resized(self, shapes: Mapping[str, Shape]) -> Graph:
        """The graph for inputs of these shapes, which are in the network's own order of axes."""
        return resized(self._graph, {name: dims_to_graph(dims, self._graph.layout) for name, dims in shapes.items()})


def _wanted(item: Input, layout: str) -> Wanted:
    batch_first = dims_from_graph(item.spec.dims, layout)
    return Wanted(item.name, (None, *batch_first[1:]), item.spec.dtype, layout == "N*C" and len(batch_first) > 2)


def _output(ref: Ref, made: Tensor, dims: Shape | None, layout: str) -> Output:
    values = numpy_of(from_graph(made, layout))
    return Output(str(ref), values, dims and dims_from_graph(dims, layout), layout == "N*C")


def _until(graph: Graph, layer: str) -> Graph:
    """The network as far as this layer, whose outputs become its own."""
    names = [node.name for node in graph]
    if layer not in names:
        raise no_layer(layer, names)
    ports = range(len(checked(graph).nodes[layer].outputs))
    return replace(graph, nodes=graph.nodes[: names.index(layer) + 1], outputs=tuple(Ref(layer, port) for port in ports))


def _check_memory(graph: Graph) -> None:
    peak = activations(graph, checked(graph)).peak_bytes
    if peak > MAX_ACTIVATIONS:
        raise UsageError(
            f"{graph.name} would take {memory(peak)} for its activations at once; at most {memory(MAX_ACTIVATIONS)} "
            "are used\n  fix: --resize to a smaller size"
        )


def _tensor(values: Array, dtype: str) -> Tensor:
    made: Tensor = torch.from_numpy(values).to(getattr(torch, dtype))
    return made
