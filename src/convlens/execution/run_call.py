"""Run one layer, written as its framework writes it, on what a file holds."""

import time
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import torch

from convlens.execution.arrays import dims_from_graph, shape_of, spec_of, tensor_of
from convlens.execution.foretold import foretold
from convlens.execution.layer import Layer
from convlens.execution.runner import Made, Output, Ran, no_kernels, one_layer
from convlens.execution.wanted import Wanted
from convlens.importers.calls import read
from convlens.ir.errors import ConvlensError, UsageError
from convlens.ir.graph import Graph
from convlens.ir.spec import Shape, TensorSpec
from convlens.media.sample import Array, Step

PROBES: tuple[Shape, ...] = ((1, 3, 8, 8), (1, 3, 8), (1, 3, 8, 8, 8), (1, 3))
"""Shapes that tell how a call orders its axes, and how many it takes."""


class CallRunner:
    """``weights`` are arrays in the order in which the call names them, bias last; None draws them for this ``seed``."""

    def __init__(self, call: str, weights: Sequence[Any] | None, weights_step: Step, seed: int) -> None:
        self.name = call
        self.engine = f"PyTorch {torch.__version__}"
        self.weights = weights_step
        self._given = weights
        self._shapes = None if weights is None else [shape_of(tensor_of(w, f"weight {at + 1}")) for at, w in enumerate(weights)]
        self._seed = seed
        self._layer: Layer | None = None

    @cached_property
    def wanted(self) -> tuple[Wanted, ...]:
        """The one input that a file can be given to."""
        probe = self._probed()
        axes = next((node.op.axes for node in probe if node.op.axes), 0)
        return (Wanted("x", (None,) * (axes + 2) if axes else None, "", probe.layout == "N*C"),)

    def _probed(self) -> Graph:
        for at, dims in enumerate(PROBES):
            try:
                return read(self.name, [dims], self._shapes)
            except ConvlensError:
                if at == len(PROBES) - 1:
                    raise
        raise AssertionError("one of the probes is the last")

    def accepts(self, dims: Shape) -> bool:
        try:
            Layer(self.name, [TensorSpec(dims)], self._shapes)
        except ConvlensError:
            return False
        return True

    def run(self, inputs: Mapping[str, Array], layer: str) -> Ran:
        if layer:
            raise one_layer(self.name)
        (values,) = inputs.values()
        self._layer = Layer(self.name, [TensorSpec(tuple(values.shape), str(values.dtype))], self._shapes)
        weights = None if self._given is None else [w.astype(values.dtype) for w in self._given]
        start = time.perf_counter()
        made = self._layer(values, weights, seed=self._seed)
        seconds = time.perf_counter() - start
        shapes = foretold(self._layer.graph, "", len(made))
        layout = self._layer.graph.layout
        turned = [dims and dims_from_graph(dims, layout) for dims in shapes]
        names = ["output", *(f"output[{at}]" for at in range(1, len(made)))]
        return Ran([Output(*each, layout == "N*C") for each in zip(names, made, turned, strict=True)], seconds)

    def call(self, args: Sequence[Any], kwargs: Mapping[str, Any], layer: str) -> list[Made]:
        """For as many inputs as the call takes; a tensor gives a tensor."""
        if layer:
            raise one_layer(self.name)
        if kwargs:
            raise UsageError(f"{self.name} takes its inputs in order, not by name, as {next(iter(kwargs))!r} is given")
        specs = [spec_of(tensor_of(x, f"input {at + 1}")) for at, x in enumerate(args)]
        made = Layer(self.name, specs, self._shapes)(tuple(args), self._given, seed=self._seed)
        return [Made(x, None) for x in made]

    def kernels(self, layer: str) -> tuple[str, Array]:
        if self._layer is None:
            raise UsageError("--show-kernels of a call needs --on FILE, whose channels say the shape of its kernels")
        given = self._layer.drawn(self._seed) if self._given is None else [torch.from_numpy(w) for w in self._given]
        for held, weight in zip(self._layer.weights, given, strict=True):
            if len(held.ours) > 2:
                return held.name, weight.permute(held.order).reshape(held.ours).numpy(force=True)
        raise no_kernels(self.name, layer)
