"""Layers of torch.nn, and functions of torch and torch.nn.functional with the shapes of their weights."""

import re
from collections.abc import Mapping
from typing import Any

from convlens.importers.calls.build import all_used, chain, shape_of, weight_shapes
from convlens.importers.calls.syntax import Call
from convlens.importers.spelled import Bound, Entry, bind, calls_of, check_limits, check_sizes, entries, make
from convlens.ir import op as operators
from convlens.ir.errors import UsageError, quoted
from convlens.ir.graph import Graph
from convlens.ir.op import Inputs
from convlens.ir.spec import Shape
from convlens.ir.spelling import Spelling
from convlens.passes.facts import check_weights

_PREFIXES = {
    "torch.nn": ("", "nn", "torch.nn", "torch.nn.modules"),
    "torch": ("", "F", "functional", "nn.functional", "torch.nn.functional", "torch"),
}


def names() -> list[str]:
    """Every call that is read here."""
    return [*calls_of("torch.nn"), *calls_of("torch")]


def read(call: Call, shapes: list[Shape]) -> Graph | None:
    """The graph of the call, or None where it is not one of PyTorch's."""
    entry = entry_of(call)
    return None if entry is None else _graph(call, entry, shapes)


def spelling(call: Call) -> tuple[Spelling, int] | None:
    """The arguments of the call and the number of spatial axes that its name says, or None where it is not PyTorch's."""
    entry = entry_of(call)
    return None if entry is None else (entry.spelling, entry.axes)


def entry_of(call: Call) -> Entry | None:
    """The operator behind a call of PyTorch: a layer before a function of the same name."""
    found = (find(call.last, framework) for framework, prefixes in _PREFIXES.items() if call.prefix in prefixes)
    return next((entry for entry in found if entry is not None), None)


def find(name: str, framework: str) -> Entry | None:
    """The operator behind a call; the one whose file has the call's name is tried first, so that few files are read."""
    guess = operators.find(_file_name(name))
    own = dict(entries(guess, framework)) if guess is not None else {}
    return own.get(name) or calls_of(framework).get(name)


def _file_name(name: str) -> str:
    """
    >>> _file_name("AdaptiveAvgPool2d"), _file_name("ReLU6"), _file_name("conv2d")
    ('adaptive_avg_pool', 're_lu6', 'conv')
    """
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", re.sub(r"[123][dD]$", "", name)).lower()


def _graph(call: Call, entry: Entry, shapes: list[Shape]) -> Graph:
    bound = bind(entry.spelling, call.args, call.kwargs, entry.axes)
    _check_window(entry, bound.settings)
    weights, inputs = tensors(call, bound, shapes, max(entry.op.arity[0], 1))
    op = make(entry, bound.settings, weights if entry.spelling.roles("weight") else None)

    def check(xs: Inputs) -> None:
        check_sizes(entry, op, bound.sizes, xs)
        check_weights(op, weights, xs)
        check_limits(entry, op, xs)

    return chain(call, [(op.name, op)], inputs, check=check)


def _check_window(entry: Entry, settings: Mapping[str, Any]) -> None:
    """What other frameworks may write and PyTorch refuses: uneven padding, words for it, one kernel size for several axes.

    A convolution's kernel is taken as it is written, unlike its stride and unlike a pooling's. Source: torch.nn.Conv2d.
    """
    title, padding, kernel = entry.spelling.title(entry.axes), settings.get("padding"), settings.get("kernel")
    if "kernel" not in entry.op.fields:
        return
    words = ("same", "valid") if entry.op.name == "conv" else ()
    uneven = isinstance(padding, list | tuple) and any(isinstance(entry, list | tuple) for entry in padding)
    if uneven or (isinstance(padding, str) and padding not in words):
        known = "".join(f"'{word}', " for word in words) + "a number or one number for each axis"
        raise UsageError(f"{title}: padding={quoted(padding)} is not PyTorch's, which takes {known}")
    if entry.op.name.startswith("conv") and isinstance(kernel, list | tuple) and len(kernel) == 1 < entry.axes:
        raise UsageError(f"{title}: kernel_size={quoted(kernel)} must be a number, or {entry.axes} of them")


def tensors(call: Call, bound: Bound, shapes: list[Shape], least: int = 1) -> tuple[dict[str, Any], list[Shape]]:
    """The shapes of the weights and of the inputs; a layer of torch.nn takes ``least`` inputs that its call does not name."""
    rest = list(shapes)
    inputs = [shape_of(value, rest, f"input {at + 1}") for at, value in enumerate(bound.data)]
    weights = weight_shapes(call, bound.weights, rest)
    if not bound.data:
        all_used(call, shapes, least)
        return weights, list(shapes)
    if rest:
        all_used(call, shapes, len(shapes) - len(rest))
    return weights, inputs
