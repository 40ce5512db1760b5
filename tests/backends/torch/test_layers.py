"""Every layer of torch.nn that an operator spells: captured, run as a graph, compared with itself, in float64."""

from collections import Counter
from copy import deepcopy
from math import prod

import pytest
import torch
from hypothesis import given

from convlens.backends.torch import Executor, as_module, weights_of
from convlens.importers.spelled import calls_of
from convlens.importers.torch import capture
from convlens.ir import text
from convlens.ir.op import lookup
from convlens.passes.facts import facts
from tests.backends.values import alone, close, shaken, spec_of, values
from tests.ops.test_conformance import REFUSALS, meaningless, tensors_in
from tests.ops.torch_layers import Layer, inputs_of, layers
from tests.strategies import cases


def real_inputs(layer: Layer) -> list[torch.Tensor]:
    """Values for the layer; indices lie inside what they point into."""
    below = layer.kwargs.get("num_embeddings", 4) if layer.call == "Embedding" else 1
    shapes = [(shape, "float64" if dtype == "float32" else dtype) for shape, dtype in inputs_of(layer)]
    if layer.call.startswith("MaxUnpool"):
        return [values(*shapes[0]), different(shapes[1][0], int(layer.call[-2]))]
    return [values(shape, dtype, seed, below) for seed, (shape, dtype) in enumerate(shapes)]


def different(shape: tuple[int, ...], axes: int) -> torch.Tensor:
    """Another place for every value of a plane: where two went to one place, which of them stays would be chance."""
    plane = torch.arange(prod(shape[len(shape) - axes :])).flip(0)
    return plane.reshape(shape[len(shape) - axes :]).expand(shape).clone()


def built(layer: Layer) -> tuple[torch.nn.Module, list[torch.Tensor]] | None:
    """The layer and its inputs; None where PyTorch refuses them."""
    try:
        module = shaken(getattr(torch.nn, layer.call)(**layer.kwargs).double()).eval()
        xs = real_inputs(layer)
        run(module, xs)
    except REFUSALS:
        return None
    return module, xs


def run(module: torch.nn.Module, xs: list[torch.Tensor]) -> list[torch.Tensor]:
    torch.manual_seed(0)
    with torch.no_grad():
        return tensors_in(module(*xs))


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("call", sorted(calls_of("torch.nn")))
def test_a_captured_layer_computes_what_the_layer_does(call: str) -> None:
    tally: Counter[str] = Counter()

    @cases(40 if "Conv" in call or "Pool" in call else 12)
    @given(layers([call]))
    def check(layer: Layer) -> None:
        made = built(layer)
        if made is None or any(0 in x.shape for x in run(*made)) or meaningless(layer):
            tally["refused"] += 1
            return
        module, xs = made
        graph = capture(module, xs)
        weights = weights_of(module, graph)
        torch.manual_seed(0)
        with torch.no_grad():
            ours = Executor(graph)({item.name: x for item, x in zip(graph.inputs, xs, strict=True)}, weights)
        close(list(ours.values()), run(module, xs))
        tally["compared"] += 1

    check()
    assert tally["compared"] > tally["refused"] // 2, tally


def trained(module: torch.nn.Module, xs: list[torch.Tensor]) -> list[torch.Tensor]:
    """Outputs in training, gradients and running statistics after it."""
    torch.manual_seed(1)
    ys = tensors_in(module.train()(*xs))
    if any(y.requires_grad for y in ys):
        sum(y.square().sum() for y in ys).backward()
    found = {name: p.grad for name, p in module.named_parameters()}
    stored = {name: b for name, b in module.state_dict().items() if "running" in name}
    return [*(y.detach() for y in ys), *found.values(), *stored.values()]


@pytest.mark.parametrize(
    ("call", "kwargs", "shape"),
    [
        ("Conv2d", {"in_channels": 2, "out_channels": 4, "kernel_size": 3, "groups": 2, "padding": 1}, (2, 2, 6, 6)),
        ("BatchNorm2d", {"num_features": 3}, (4, 3, 5, 5)),
        ("BatchNorm1d", {"num_features": 3, "momentum": 0.3, "affine": False}, (4, 3)),
        ("InstanceNorm1d", {"num_features": 3, "track_running_stats": True, "affine": True}, (4, 3, 5)),
        ("Dropout", {"p": 0.4}, (4, 50)),
        ("Dropout1d", {"p": 0.4}, (4, 50)),
        ("Dropout2d", {"p": 0.4}, (4, 50, 2, 2)),
        ("Dropout3d", {"p": 0.4}, (4, 50, 2, 2, 2)),
        ("AlphaDropout", {"p": 0.4}, (4, 50)),
        ("FeatureAlphaDropout", {"p": 0.4}, (4, 50, 3)),
        ("RReLU", {}, (4, 50)),
        ("LSTM", {"input_size": 3, "hidden_size": 4, "num_layers": 2, "bidirectional": True, "proj_size": 2}, (5, 2, 3)),
        ("GRUCell", {"input_size": 3, "hidden_size": 4}, (2, 3)),
        ("PReLU", {"num_parameters": 3}, (2, 3, 4)),
    ],
)  # fmt: skip
def test_training_is_that_of_the_layer(call: str, kwargs: dict, shape: tuple[int, ...]) -> None:
    """Same random numbers, same gradients, same running statistics."""
    module = shaken(getattr(torch.nn, call)(**kwargs).double())
    x = values(shape, "float64")
    graph = capture(module.eval(), [x])
    ours = as_module(graph, weights_of(module, graph))
    close(trained(ours, [x]), trained(deepcopy(module), [x]))


def test_a_changed_setting_is_noticed() -> None:
    """The partner: the comparison fails for every setting of a layer that is changed behind its back."""
    module = shaken(torch.nn.Conv2d(2, 2, 3, padding=1, padding_mode="reflect").double()).eval()
    x = values((1, 2, 7, 7), "float64")
    settings = {"out": 2, "kernel": (3, 3), "padding": 1, "padding_mode": "reflect"}
    right = Executor(alone(lookup("conv")(**settings), [spec_of(x)]))
    close(list(right({"x0": x}, {("op", name): p for name, p in module.named_parameters()}).values()), run(module, [x]))
    for change in ({"padding_mode": "circular"}, {"padding": ((0, 2), (1, 1))}, {"dilation": 2}, {"stride": (2, 1)}):
        changed = lookup("conv")(**{**settings, **change})
        ours = Executor(alone(changed, [spec_of(x)]))({"x0": x}, {("op", name): p for name, p in module.named_parameters()})
        with pytest.raises(AssertionError):
            close(list(ours.values()), run(module, [x]))


def test_a_changed_weight_is_noticed() -> None:
    module = shaken(torch.nn.Linear(3, 2).double())
    x = values((1, 3), "float64")
    graph = capture(module, [x])
    weights = {key: w.detach() + 1e-9 for key, w in weights_of(module, graph).items()}
    with pytest.raises(AssertionError):
        close(list(Executor(graph)({"input": x}, weights).values()), run(module, [x]))


def test_the_text_form_runs_too() -> None:
    """What a person wrote, with uneven padding that no layer of PyTorch has, against a padded input."""
    graph = text.parse("input x: 1x1x5x6\nc = conv(x, out=1, kernel=2x3, padding=[[1, 0], [0, 2]], bias=false)\noutput c")
    x, w = values((1, 1, 5, 6), "float64"), values((1, 1, 2, 3), "float64", 1)
    wide = torch.nn.functional.pad(x, (0, 2, 1, 0))
    close([*Executor(graph)({"x": x}, {("c", "weight"): w}).values()], [torch.nn.functional.conv2d(wide, w)])


@pytest.mark.parametrize("call", ["conv", "conv_transpose", "max_pool", "avg_pool"])
@pytest.mark.parametrize("sides", [((-1, -1), (-1, -1)), ((-2, -2), (1, 1)), ((-1, 2), (0, -1))])
def test_negative_padding_crops(call: str, sides: tuple[tuple[int, int], ...]) -> None:
    """Even or not: of the input of a window; a transposed convolution gives more of its output."""
    settings = f"kernel=3x3, padding={[list(pair) for pair in sides]}" + (
        ", out=2, bias=false" if call.startswith("conv") else ""
    )
    graph = text.parse(f"input x: 1x2x7x8\nc = {call}(x, {settings})\noutput c")
    x, w = values((1, 2, 7, 8), "float64"), values((2, 2, 3, 3), "float64", 1)
    (made,) = Executor(graph)({"x": x}, {("c", "weight"): w} if call.startswith("conv") else {}).values()
    assert tuple(made.shape) == facts(graph).nodes["c"].outputs[0].dims
    flat = [n for pair in reversed(sides) for n in pair]
    if call == "conv_transpose":
        close([made], [torch.nn.functional.pad(torch.nn.functional.conv_transpose2d(x, w), [-n for n in flat])])
        return
    lowest = -torch.inf if call == "max_pool" else 0.0
    wide = torch.nn.functional.pad(x, flat, value=lowest)
    plain = {"conv": lambda: torch.nn.functional.conv2d(wide, w), "max_pool": lambda: torch.nn.functional.max_pool2d(wide, 3),
             "avg_pool": lambda: torch.nn.functional.avg_pool2d(wide, 3)}  # fmt: skip
    close([made], [plain[call]()])
