"""One layer, written as its framework writes it, made ready and run."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

import torch
from torch import Tensor

from convlens.backends.plan import Key, checked
from convlens.backends.torch import Executor, initial_weights
from convlens.execution.arrays import array_like, dtype_name, from_graph, shape_of, tensor_of, to_graph
from convlens.importers.calls import read
from convlens.importers.calls.build import wrong_number
from convlens.importers.calls.syntax import parse
from convlens.importers.calls.weights import Held, held
from convlens.ir.errors import UsageError
from convlens.ir.graph import Graph, Ref
from convlens.ir.spec import Shape, TensorSpec, show_shape


class Layer:
    """A call on inputs of these ``specs``, in the call's own order of axes; ``weights`` are the shapes of its weights, where
    the call only names them.

    Raises `UsageError` for a call that is not understood, and the layer's own `ShapeError` where it cannot take the inputs.

    >>> layer = Layer("Conv2D(1, 2, use_bias=False)", [TensorSpec((1, 3, 3, 1))])
    >>> layer(torch.ones(1, 3, 3, 1), [torch.ones(2, 2, 1, 1)])[0].flatten()
    tensor([4., 4., 4., 4.])
    """

    def __init__(self, call: str, specs: Sequence[TensorSpec], weights: Sequence[Shape] | None = None) -> None:
        self.call = call
        graph = read(call, [spec.dims for spec in specs], weights, [spec.dtype for spec in specs])
        last = graph.nodes[-1].name
        ports = range(len(checked(graph).nodes[last].outputs))
        self.graph: Graph = replace(graph, outputs=tuple(Ref(last, port) for port in ports))
        self._executor = Executor(self.graph)

    @cached_property
    def weights(self) -> list[Held]:
        """Its weights in the order in which the call names them, bias last, with their names and shapes there."""
        return held(self.graph)

    def __call__(self, inputs: Any, weights: Sequence[Any] | None = None, *, seed: int = 0) -> tuple[Any, ...]:
        """All outputs for an array, or a tuple of them; without ``weights`` they are drawn as `drawn` does."""
        given = inputs if isinstance(inputs, tuple) else (inputs,)
        xs = [self._converted(tensor_of(x, f"input {at + 1}")) for at, x in enumerate(given)]
        ours = self._drawn(xs, seed) if weights is None else self._given(weights, xs)
        self._check_numbers(xs, ours)
        feed = {item.name: to_graph(x, self.graph.layout) for item, x in zip(self.graph.inputs, xs, strict=True)}
        with torch.no_grad():
            made = self._executor(feed, ours)
        return tuple(array_like(from_graph(made[ref], self.graph.layout), given[0]) for ref in self.graph.outputs)

    def drawn(self, seed: int = 0) -> list[Tensor]:
        """Random weights, the same for the same seed, spread as PyTorch's layers start, in the call's own order of axes."""
        found = initial_weights(self.graph, seed)
        return [_turned_back(found[weight.node, weight.param], weight) for weight in self.weights]

    def _drawn(self, xs: Sequence[Tensor], seed: int) -> dict[Key, Tensor]:
        dtype = xs[0].dtype if xs and xs[0].is_floating_point() else torch.float32
        return {key: w.to(dtype) if w.is_floating_point() else w for key, w in initial_weights(self.graph, seed).items()}

    def _given(self, weights: Sequence[Any], xs: Sequence[Tensor]) -> dict[Key, Tensor]:
        wanted, title = self.weights, parse(self.call).last
        tensors = [self._converted(tensor_of(w, f"weight {at + 1}")) for at, w in enumerate(weights)]
        if len(tensors) != len(wanted):
            raise UsageError(wrong_number(title, [w.name for w in wanted], list(map(shape_of, tensors))))
        for weight, tensor in zip(wanted, tensors, strict=True):
            if shape_of(tensor) != weight.shape:
                raise UsageError(
                    f"{title}: its {weight.name} must be {show_shape(weight.shape)}, but {show_shape(shape_of(tensor))} is given"
                )
            self._check_dtype(weight.name, tensor, xs)
        return {(w.node, w.param): t.permute(w.order).reshape(w.ours) for w, t in zip(wanted, tensors, strict=True)}

    def _converted(self, x: Tensor) -> Tensor:
        """A layer of Keras turns real numbers into its own dtype, float32 unless the call says another."""
        if self.graph.dialect != "keras" or not x.is_floating_point():
            return x
        return x.to(_dtype(parse(self.call).kwargs))

    def _check_numbers(self, xs: Sequence[Tensor], ours: Mapping[Key, Tensor]) -> None:
        """Whole numbers meet real weights only where they are indices."""
        if not ours or not xs or self.graph.nodes[0].op.name in _OF_INDICES:
            return
        if not (xs[0].is_floating_point() or xs[0].is_complex()) and any(w.is_floating_point() for w in ours.values()):
            raise UsageError(
                f"{parse(self.call).last}: the input is {dtype_name(xs[0])}, but the weights are real numbers\n"
                "  fix: an input of float32, as array.astype('float32')"
            )

    def _check_dtype(self, name: str, tensor: Tensor, xs: Sequence[Tensor]) -> None:
        there = next((x.dtype for x in xs if x.is_floating_point()), None)
        if there is not None and tensor.is_floating_point() and tensor.dtype != there:
            found, wanted = dtype_name(tensor), str(there).removeprefix("torch.")
            raise UsageError(
                f"{parse(self.call).last}: its {name} is {found}, but the input is {wanted}; frameworks do not mix them\n"
                f"  fix: both as {wanted}"
            )


_OF_INDICES = ("embedding", "embedding_bag")


def _turned_back(ours: Tensor, weight: Held) -> Tensor:
    """From the graph's axes to the framework's: the inverse of ``permute(order).reshape(ours)``."""
    middle = ours.reshape([weight.shape[axis] for axis in weight.order])
    return middle.permute([weight.order.index(axis) for axis in range(len(weight.order))]).contiguous()


def _dtype(kwargs: Mapping[str, Any]) -> torch.dtype:
    name = kwargs.get("dtype") or "float32"
    found = getattr(torch, name, None) if isinstance(name, str) else None
    if not isinstance(found, torch.dtype) or not found.is_floating_point:
        raise UsageError(f"dtype={name!r}: it must be one of 'float16', 'bfloat16', 'float32', 'float64'")
    return found
