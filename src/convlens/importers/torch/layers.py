"""Layers of torch.nn that were seen before, with the same settings and shapes: recorded without running their forward."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from operator import attrgetter, is_, itemgetter
from typing import Any, NamedTuple

import torch
from torch import nn
from torch.nn.modules import module as hooks_of_all

from convlens.importers.torch.forwards import READ_BY_FORWARD, is_as_written, reader
from convlens.importers.torch.recorded import VALUES, Recorded, before, remember, what_it_did
from convlens.importers.torch.shadow import Shadow
from convlens.importers.torch.trace import Trace
from convlens.ops._structure import Structural

_PLACE = "_compiled_call_impl"
"""Where PyTorch looks for what stands in for the call of one module. It takes no part in copies and pickles of the module."""


class Seen(NamedTuple):
    """What the forward of a layer did; ``weights`` are named by their places among the layer's tensors."""

    did: Recorded
    weights: tuple[tuple[str, int], ...]


_SEEN: dict[Any, Seen] = {}
"""By the layer's type, the values of its settings, and the shapes and dtypes of its input and its tensors."""


@contextmanager
def shortened(trace: Trace) -> Iterator[None]:
    """Calls of layers of torch.nn come to a `_Layer` first; all other modules stay as they are."""
    layers = [] if trace.real else [*_layers(trace)]
    try:
        for layer in layers:
            layer.attributes[_PLACE] = layer.call
        yield
    finally:
        for layer in layers:
            layer.attributes.pop(_PLACE, None)


def _layers(trace: Trace) -> "Iterator[_Layer]":
    modes = torch._C._len_torch_function_stack() + 1  # noqa: SLF001 - no public name
    kinds = {kind for kind in set(map(type, trace.modules)) if kind in READ_BY_FORWARD and is_as_written(kind)}
    for module in trace.modules:
        if type(module) not in kinds or not vars(module).keys().isdisjoint(_OVERRIDES):
            continue
        try:
            layer = _Layer(trace, module, modes)
        except RuntimeError:  # a nested tensor has no shape
            continue
        if layer.path and _PLAIN.issuperset(map(type, layer.tensors)):
            yield layer


_OVERRIDES = frozenset({"forward", "_conv_forward", "_check_input_dim", "_output_padding", "_call_impl", _PLACE})
_PLAIN = frozenset({nn.Parameter, torch.Tensor, type(None)})


class _Layer:
    """One module of a known type in one capture; ``modes`` is how many modes are active while the capture's is on top."""

    __slots__ = ("added", "attributes", "given", "held", "modes", "module", "path", "read", "size", "tensors", "trace")

    def __init__(self, trace: Trace, module: nn.Module, modes: int) -> None:
        self.trace = trace
        self.module: Any = module
        self.modes = modes
        self.path = trace.paths[id(module)]
        kind: Any = type(module)
        self.read = reader(kind)
        self.attributes = attributes = vars(module)
        self.size = len(attributes) + 1
        self.held = _HELD(attributes)
        parameters, buffers, *added = self.held
        self.added = (*added, *_HOOKS_OF_ALL)
        self.tensors: list[torch.Tensor | None] = [*parameters.values(), *buffers.values()]
        specs = [None if t is None else _LOOK(t) for t in self.tensors]
        self.given = (kind, *parameters, *buffers, *map(type, self.tensors), *specs)
        """What can be known before the call. Later the mode is active, and to ask a tensor for its shape is a call too."""

    def call(self, *args: Any, **kwargs: Any) -> Any:
        """What runs in place of the module's own call, which does the same where it does not run itself."""
        x = args[0] if len(args) == 1 and not kwargs else None
        if type(x) is not Shadow or not self._is_as_before():
            return self.module._call_impl(*args, **kwargs)  # noqa: SLF001 - what PyTorch calls here
        try:
            key = (self.given, self.read(self.attributes), x.spec)
            seen = _SEEN.get(key)
        except (KeyError, TypeError):  # a setting is missing, or is a list
            return self.module._call_impl(x)  # noqa: SLF001 - what PyTorch calls here
        if seen is None or (seen.did.in_place and x.base is not None):
            return self._run(key, x)
        weights = {name: self.tensors[at] for name, at in seen.weights}
        return self.trace.repeat(seen.did.op, args, seen.did.output, weights, path=self.path, in_place=seen.did.in_place)

    def _is_as_before(self) -> bool:
        """No hook, attribute or child added since, the same tensors, and the capture's own mode on top."""
        parameters, buffers, *_ = self.held
        return (
            not any(self.added)
            and len(self.attributes) == self.size
            and len(parameters) + len(buffers) == len(self.tensors)
            and all(map(is_, chain(parameters.values(), buffers.values()), self.tensors))
            and torch._C._len_torch_function_stack() == self.modes  # noqa: SLF001 - no public name
            and torch._C._is_torch_function_mode_enabled()  # noqa: SLF001 - no public name
        )

    def _run(self, key: Any, x: Shadow) -> Any:
        """Run the forward, and remember what it did if that was one node."""
        then = before(self.trace, [x])
        result = self.module._call_impl(x)  # noqa: SLF001 - what PyTorch calls here
        did = what_it_did(self.trace, then, result) if _is_by_value(key[1]) else None
        seen = None if did is None else self._with_weights(did)
        if seen is not None:
            remember(_SEEN, key, seen)
        return result

    def _with_weights(self, did: Recorded) -> Seen | None:
        """None where a tensor is there under two names, or the node has not the layer's."""
        node = self.trace.nodes[-1]
        held = [(self.trace.registered[id(t)].name, at) for at, t in enumerate(self.tensors) if t is not None]
        places = dict(held)
        if node.path != self.path or isinstance(did.op, Structural) or len(places) < len(held):
            return None
        return Seen(did, tuple([(name, places[path]) for name, path in node.weights]))


_HELD = itemgetter(
    "_parameters", "_buffers", "_modules", "_forward_hooks", "_forward_pre_hooks", "_backward_hooks", "_backward_pre_hooks"
)
_LOOK = attrgetter("shape", "dtype")
_HOOKS_OF_ALL = tuple(
    getattr(hooks_of_all, f"_global_{kind}_hooks") for kind in ("forward", "forward_pre", "backward", "backward_pre")
)


def _is_by_value(setting: Any) -> bool:
    """Is it a number or a text, or a tuple of such? Anything else may be an object of the user's, which is not kept."""
    return all(map(_is_by_value, setting)) if type(setting) is tuple else type(setting) in VALUES
