"""Layers of torch.nn that were seen before, with the same settings and shapes: recorded without running their forward."""

from collections.abc import Iterator
from contextlib import contextmanager
from operator import attrgetter, itemgetter
from typing import Any, NamedTuple

import torch
from torch import nn
from torch.nn.modules import module as hooks_of_all

from convlens.importers.torch.forwards import READ_BY_FORWARD, is_as_written, reader
from convlens.importers.torch.recorded import VALUES, Recorded, before, what_it_did
from convlens.importers.torch.shadow import Shadow
from convlens.importers.torch.trace import Trace
from convlens.ops._structure import Structural
from convlens.passes.remembered import remember

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
    modes = _active_modes() + 1
    kinds = {kind for kind in set(map(type, trace.modules)) if kind in READ_BY_FORWARD and is_as_written(kind)}
    for module, path in zip(trace.modules, trace.paths.values(), strict=True):
        if type(module) not in kinds or not path or not vars(module).keys().isdisjoint(_OVERRIDES):
            continue
        try:
            layer = _Layer(trace, module, path, modes)
        except RuntimeError:  # a nested tensor has no shape
            continue
        if _PLAIN.issuperset(layer.types):
            yield layer


_OVERRIDES = frozenset({"forward", "_conv_forward", "_check_input_dim", "_output_padding", "_call_impl", _PLACE})
_PLAIN = frozenset({nn.Parameter, torch.Tensor, type(None)})


class _Layer:
    """One module of a known type in one capture; ``modes`` is how many modes are active while the capture's is on top.

    ``added`` is empty, or the layer has hooks or children; ``keys`` are the identities of its tensors. ``given`` is what can
    be known before the call: later the mode is active, and to ask a tensor for its shape is a call too.
    """

    __slots__ = (
        "added", "attributes", "buffers", "given", "keys", "modes", "module", "parameters", "path", "read", "size", "trace",
        "types",
    )  # fmt: skip

    def __init__(self, trace: Trace, module: nn.Module, path: str, modes: int) -> None:
        self.trace = trace
        self.module: Any = module
        self.path = path
        kind: Any = type(module)
        self.read = reader(kind)
        self.modes = modes
        self.attributes = attributes = vars(module)
        self.size = len(attributes) + 1
        parameters, buffers, self.added = _PARAMETERS(attributes), _BUFFERS(attributes), _ADDED(attributes)
        self.parameters, self.buffers = parameters, buffers
        tensors = [*parameters.values(), *buffers.values()]
        self.keys = [*map(id, tensors)]
        self.types = types = (*map(type, tensors),)
        looks = map(_LOOK, tensors) if _NONE not in types else [None if t is None else _LOOK(t) for t in tensors]
        self.given = (kind, *parameters, *buffers, types, *looks)

    def call(self, *args: Any, **kwargs: Any) -> Any:
        """What runs in place of the module's own call, which does the same where it does not run itself."""
        if len(args) != 1 or kwargs or type(args[0]) is not Shadow or not self._is_as_before():
            return self.module._call_impl(*args, **kwargs)  # noqa: SLF001 - what PyTorch calls here
        x = args[0]
        try:
            key = (self.given, self.read(self.attributes), x.spec)
            seen = _SEEN.get(key)
        except (KeyError, TypeError):  # a setting is missing, or is a list
            return self.module._call_impl(x)  # noqa: SLF001 - what PyTorch calls here
        if seen is None or (seen.did.in_place and x.base is not None):
            return self._run(key, x)
        did = seen.did
        return self.trace.repeat_layer(self.path, did.op, x, did.output, seen.weights, self.keys, did.in_place)

    def _is_as_before(self) -> bool:
        """No hook, attribute or child added since, the same tensors, and the capture's own mode on top."""
        now = [*map(id, self.parameters.values())]
        if self.buffers:
            now += map(id, self.buffers.values())
        return (
            now == self.keys
            and len(self.attributes) == self.size
            and not any(self.added)
            and not any(_HOOKS_OF_ALL)
            and _active_modes() == self.modes
            and _modes_are_on()
        )

    def _run(self, key: Any, x: Shadow) -> Any:
        """Run the forward, and remember what it did if that was one node."""
        then = before(self.trace, [x])
        result = self.module._call_impl(x)  # noqa: SLF001 - what PyTorch calls here
        did = what_it_did(self.trace, then, result) if _is_by_value(key[1]) else None
        seen = None if did is None or did.undo is not None else self._with_weights(did)
        if seen is not None:
            remember(_SEEN, key, seen)
        return result

    def _with_weights(self, did: Recorded) -> Seen | None:
        """None where a tensor is there under two names, or the node has not the layer's."""
        node = self.trace.nodes[-1]
        held = [(self.trace.registered[key].name, at) for at, key in enumerate(self.keys) if self.types[at] is not _NONE]
        places = dict(held)
        if node.path != self.path or isinstance(did.op, Structural) or len(places) < len(held):
            return None
        return Seen(did, tuple([(name, places[path]) for name, path in node.weights]))


_PARAMETERS, _BUFFERS = itemgetter("_parameters"), itemgetter("_buffers")
_ADDED = itemgetter("_modules", "_forward_hooks", "_forward_pre_hooks", "_backward_hooks", "_backward_pre_hooks")
_LOOK = attrgetter("shape", "dtype")
_NONE = type(None)
_active_modes = torch._C._len_torch_function_stack  # noqa: SLF001 - no public name
_modes_are_on = torch._C._is_torch_function_mode_enabled  # noqa: SLF001 - no public name
_HOOKS_OF_ALL = tuple(
    getattr(hooks_of_all, f"_global_{kind}_hooks") for kind in ("forward", "forward_pre", "backward", "backward_pre")
)


def _is_by_value(setting: Any) -> bool:
    """Is it a number or a text, or a tuple of such? Anything else may be an object of the user's, which is not kept."""
    return all(map(_is_by_value, setting)) if type(setting) is tuple else type(setting) in VALUES
