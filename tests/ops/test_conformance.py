"""Every layer of torch.nn that an operator spells, against PyTorch: shapes, parameters, buffers and refusals."""

from collections import Counter
from typing import Any, NamedTuple

import pytest
import torch
from hypothesis import given

from convlens.importers.spelled import bind, calls_of, check_limits, check_sizes, make
from convlens.ir.errors import ConvlensError
from convlens.ir.spec import TensorSpec
from tests.ops.torch_layers import Layer, inputs_of, layers, recipe_of
from tests.strategies import cases

REFUSALS = (RuntimeError, ValueError, TypeError, IndexError, AssertionError, NotImplementedError, ZeroDivisionError)


class Answer(NamedTuple):
    """What came out; None for a layer that was refused."""

    outputs: list[tuple[int, ...]]
    params: dict[str, tuple[int, ...]]
    buffers: dict[str, tuple[int, ...]]


def theirs(layer: Layer) -> tuple[Answer | None, str]:
    """PyTorch builds the layer and runs it on zeros."""
    try:
        module = getattr(torch.nn, layer.call)(**layer.kwargs).eval()
        with torch.no_grad():
            result = module(*(torch.zeros(shape, dtype=getattr(torch, dtype)) for shape, dtype in inputs_of(layer)))
    except REFUSALS as error:
        return None, f"{type(error).__name__}: {error}"
    outputs = [tuple(y.shape) for y in tensors_in(result)]
    buffers = {name: tuple(b.shape) for name, b in module.named_buffers() if name != "num_batches_tracked"}
    return Answer(outputs, {name: tuple(p.shape) for name, p in module.named_parameters()}, buffers), ""


def tensors_in(result: Any) -> list[torch.Tensor]:
    """An LSTM returns its states as a tuple inside a tuple."""
    return [y for item in result for y in tensors_in(item)] if isinstance(result, tuple) else [result]


def ours(layer: Layer) -> tuple[Answer | None, str]:
    """The same call by the spelling table, without PyTorch."""
    entry = calls_of("torch.nn")[layer.call]
    xs = tuple(TensorSpec(*item) for item in inputs_of(layer))
    try:
        bound = bind(entry.spelling, (), layer.kwargs, entry.axes)
        op = make(entry, bound.settings)
        check_sizes(entry, op, bound.sizes, xs)
        check_limits(entry, op, xs)
        outputs = [y.dims for y in op.infer(xs)]
    except ConvlensError as error:
        return None, str(error)
    return Answer(outputs, dict(op.params(xs)), dict(op.buffers(xs))), ""


def _entries(value: Any) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else ()


def _least(value: Any) -> int:
    """The smallest entry."""
    return min(_entries(value) or (value,))


def _odd(padding: Any, axes: int) -> bool:
    """Negative, or with another number of entries than there are axes."""
    entries = _entries(padding) or (padding,) * axes
    return len(entries) != axes or any(isinstance(n, int) and n < 0 for n in entries)


def meaningless(layer: Layer) -> str:
    """Why PyTorch accepts what convlens refuses, where convlens means to refuse it; empty anywhere else."""
    answer, _ = theirs(layer)
    if answer and any(0 in shape for shape in [*answer.outputs, *answer.params.values()]):
        return "a tensor without values: PyTorch makes it with a warning, in convlens every size is at least 1"
    if answer and "Norm" in layer.call and not answer.params and not answer.buffers and "num_" in ours(layer)[1]:
        return "a wrong number of channels, which PyTorch overlooks where nothing is stored for the channels"
    if layer.call.startswith("ConvTranspose") and 0 in (layer.kwargs["dilation"], *_entries(layer.kwargs["dilation"])):
        return "dilation 0: all taps of the kernel on one pixel; PyTorch's transposed convolution does not look"
    if layer.kwargs.get("padding_mode", "zeros") != "zeros" and _odd(
        layer.kwargs["padding"], calls_of("torch.nn")[layer.call].axes
    ):
        return "a padding that PyTorch refuses with zeros; its other modes crop where it is negative, and pad the axes it has"
    if any(isinstance(value, tuple) for name, value in layer.kwargs.items() if name.startswith("num_")):
        return "a shape where the documentation says a number"
    if isinstance(divisor := layer.kwargs.get("divisor_override"), int) and divisor < 0:
        return "a negative number of values to divide the sum by"
    several = calls_of("torch.nn")[layer.call].axes > 1 or layer.call in ("Fold", "Unfold")
    if several and any(len(_entries(v)) == 1 for v in layer.kwargs.values()):
        return "one entry for several axes: some of PyTorch's layers take it for all axes, some do not, some for fewer axes"
    stride = layer.kwargs.get("stride")
    if layer.call.startswith("MaxUnpool") and (
        any(_odd(value, int(layer.call[-2])) for value in (layer.kwargs["padding"], 1 if stride is None else stride))
        or (stride is not None and _least(stride) < 1)
        or _least(layer.kwargs["kernel_size"]) < 1
    ):
        return "a kernel, stride or padding that no pooling can have, which PyTorch's unpooling does not look at"
    if layer.call.startswith(("LPPool1d", "Upsampl")) and any(len(_entries(v)) == 1 for v in layer.kwargs.values()):
        return "one entry where PyTorch wants a bare number"
    if layer.call.startswith("FractionalMaxPool") and _least(layer.kwargs["kernel_size"]) < 1:
        return "windows of no pixel"
    if layer.call.startswith("AdaptiveAvgPool") and len(layer.shape) == int(layer.call[-2]):
        return "a plane alone, which PyTorch takes where the size is a number and refuses where it is a pair"
    if layer.call in ("PairwiseDistance", "CosineSimilarity") and not layer.shape:
        return "a number, which is no vector"
    sides = _entries(layer.kwargs.get("padding"))
    if layer.call.startswith(("Circular", "Replication", "Reflection")) and len(sides) not in (0, 2 * int(layer.call[-2])):
        return "a padding of more or fewer axes than the layer is for: PyTorch takes channels for space, or leaves some out"
    if layer.call == "Unflatten" and isinstance(layer.kwargs["unflattened_size"], int):
        return "a bare number where PyTorch wants one entry"
    return ""


def test_layers_agree_with_pytorch() -> None:
    tally: Counter[str] = Counter()

    @cases(500)
    @given(layers())
    def check(layer: Layer) -> None:
        answer, why = theirs(layer)
        found, reason = ours(layer)
        tally["legal" if answer else "illegal"] += 1
        if answer != found and not meaningless(layer):
            pytest.fail(f"{layer}\n  PyTorch: {answer or why}\n  convlens: {found or reason}")

    check()
    assert tally["legal"] > tally["illegal"] > sum(tally.values()) // 10, tally


@pytest.mark.parametrize("call", sorted(calls_of("torch.nn")))
def test_every_layer_has_a_recipe(call: str) -> None:
    assert recipe_of(call)
