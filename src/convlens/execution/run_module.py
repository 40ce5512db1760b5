"""Really run a PyTorch module of the user's own."""

import contextlib
import inspect
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from convlens.backends.plan import checked
from convlens.execution.arrays import numpy_of, tensor_of
from convlens.execution.foretold import foretold
from convlens.execution.runner import Made, Output, Ran, no_kernels, no_layer
from convlens.execution.wanted import Wanted
from convlens.importers.factory import shown
from convlens.importers.torch import capture
from convlens.ir.errors import ShapeError, UsageError
from convlens.ir.graph import Graph
from convlens.ir.spec import Shape
from convlens.media.sample import Array, Step

CONVOLUTIONS = (nn.Conv1d, nn.Conv2d, nn.Conv3d)


class ModuleRunner:
    """The module in the mode in which it is, on ``count`` inputs. What it prints goes to the standard error."""

    def __init__(self, module: nn.Module, name: str, count: int, weights_step: Step) -> None:
        self.name = name
        self.engine = f"PyTorch {torch.__version__}"
        self.weights = weights_step
        self.module = module
        self.wanted = tuple(Wanted(each, None, "") for each in _argument_names(module, count))
        floats = (p for p in module.parameters() if p.is_floating_point())
        self._like = next(floats, torch.empty(0))

    def accepts(self, dims: Shape) -> bool:
        if len(self.wanted) != 1:
            return True
        try:
            self._captured((dims,), {})
        except ShapeError:
            return False
        except UsageError:  # nothing can be told before the run
            return True
        return True

    def run(self, inputs: Mapping[str, Array], layer: str) -> Ran:
        args = self._tensor([inputs[item.name] for item in self.wanted])
        graph = self._foretold(args, {})
        with contextlib.redirect_stdout(sys.stderr):
            made, seconds = self._computed(args, {}, layer)
        shapes = foretold(graph, layer, len(made))
        return Ran([Output(name, numpy_of(x), dims) for (name, x), dims in zip(made, shapes, strict=True)], seconds)

    def call(self, args: Sequence[Any], kwargs: Mapping[str, Any], layer: str) -> list[Made]:
        """What the module gives for the arguments of its own forward, which is run once and no more.

        A NumPy array, also one in a list or a dict, becomes a tensor in the module's place and, of real numbers, in its
        dtype; anything else is passed on as it is. Only where the run fails are its shapes foretold, so that a layer that does
        not fit says what would.
        """
        args, kwargs = self._tensor(list(args)), self._tensor(dict(kwargs))
        try:
            made, _ = self._computed(args, kwargs, layer)
        except UsageError:
            self._foretold(args, kwargs)
            raise
        return [Made(x, None) for _, x in made]

    def _computed(self, args: Sequence[Any], kwargs: Mapping[str, Any], layer: str) -> tuple[list[tuple[str, Tensor]], float]:
        """The tensors that the module, or its layer, gives, by the path to each, and the time."""
        with self._watched(layer) as seen, torch.no_grad():
            start = time.perf_counter()
            with shown(f"running {self.name} failed"):
                result = self.module(*args, **kwargs)
            seconds = time.perf_counter() - start
        if layer and not seen:
            raise UsageError(f"layer {layer!r} of {self.name} was not used in this run")
        made = list(_tensors(layer or "output", seen[0] if layer else result))
        if not made:
            raise UsageError(f"{layer or self.name} gives no tensor, but a {type(result).__name__}")
        return made, seconds

    def kernels(self, layer: str) -> tuple[str, Array]:
        modules = dict(self.module.named_modules())
        if layer and layer not in modules:
            raise no_layer(layer, [name for name in modules if name])
        named = {layer: modules[layer]} if layer else modules
        for name, module in named.items():
            weight = getattr(module, "weight", None)
            if isinstance(weight, Tensor) and weight.dim() >= 3 and (layer or isinstance(module, CONVOLUTIONS)):
                return name or self.name, numpy_of(weight)
        raise no_kernels(self.name, layer)

    def _tensor(self, value: Any) -> Any:
        if isinstance(value, np.ndarray):
            made = tensor_of(value, "an input").to(self._like.device)
            return made.to(self._like.dtype) if made.is_floating_point() else made
        if isinstance(value, dict):
            return {key: self._tensor(item) for key, item in value.items()}
        return type(value)(map(self._tensor, value)) if type(value) in (list, tuple) else value

    def _foretold(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Graph | None:
        """None where the forward looks at values, so that nothing can be told before the run."""
        try:
            return self._captured(_sized(tuple(args)), _sized(dict(kwargs)))
        except UsageError:
            return None

    def _captured(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Graph:
        with contextlib.redirect_stdout(sys.stderr):
            graph = capture(self.module, tuple(args), kwargs)
        checked(graph)
        return graph

    @contextlib.contextmanager
    def _watched(self, layer: str) -> Iterator[list[Any]]:
        """What the layer gives at its first use."""
        seen: list[Any] = []
        if not layer:
            yield seen
            return
        modules = dict(self.module.named_modules())
        if layer not in modules:
            raise no_layer(layer, [name for name in modules if name])
        handle = modules[layer].register_forward_hook(lambda _module, _args, made: seen.append(made) if not seen else None)
        try:
            yield seen
        finally:
            handle.remove()


def _sized(value: Any) -> Any:
    """A tuple of whole numbers as a ``torch.Size``: for a capture a plain one stands for a tensor of that shape."""
    if isinstance(value, dict):
        return {key: _sized(item) for key, item in value.items()}
    if type(value) is tuple and value and all(type(item) is int for item in value):
        return torch.Size(value)
    return type(value)(map(_sized, value)) if type(value) in (list, tuple) else value


def _argument_names(module: nn.Module, count: int) -> list[str]:
    names = [name for name in inspect.signature(module.forward).parameters if name not in ("args", "kwargs")]
    return [names[at] if at < len(names) else f"x{at}" for at in range(count)]


def _tensors(name: str, made: Any) -> Iterator[tuple[str, Tensor]]:
    """Every tensor of what a module gave, under the path by which it is reached."""
    if isinstance(made, Tensor):
        yield name, made.detach().clone()
    elif isinstance(made, Mapping):
        for key, part in made.items():
            yield from _tensors(f"{name}[{key!r}]", part)
    elif isinstance(made, list | tuple):
        for at, part in enumerate(made):
            yield from _tensors(f"{name}[{at}]" if at else name, part)
