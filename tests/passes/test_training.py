"""What a training step costs and keeps, against PyTorch: its kernels, what autograd saves, the memory that is alive."""

from pathlib import Path

import pytest
import torch
from torch import nn

import convlens
from convlens.importers.torch import capture
from convlens.ir.graph import Graph
from convlens.ir.text import parse
from convlens.passes.facts import facts
from convlens.passes.liveness import activations
from convlens.passes.training import total_macs, total_saved, training
from tests.importers.torch.oracle import kernel_macs, peak_bytes, saved_bytes, training_macs
from tests.networks import torch_twins

NETWORKS = sorted(file.stem for file in (Path(convlens.__file__).parent / "networks").glob("*.txt"))


def inputs(name: str, batch: int) -> list[torch.Tensor]:
    """Tensors without values of the shapes that the network says."""
    text = (Path(convlens.__file__).parent / "networks" / f"{name}.txt").read_text(encoding="utf-8")
    specs = [item.spec for item in parse(text).inputs]
    return [torch.empty(batch, *spec.dims[1:], dtype=getattr(torch, spec.dtype), device="meta") for spec in specs]


@pytest.mark.parametrize("inplace", [False, True], ids=["plain", "inplace"])
@pytest.mark.parametrize("name", NETWORKS)
def test_networks_at_batch_8(name: str, inplace: bool) -> None:
    module, xs = torch_twins.on_meta(name, inplace=inplace), inputs(name, 8)
    found = training(*graph_and_facts(module.train(), xs))
    assert total_saved(found) == pytest.approx(saved_bytes(module, *xs), rel=1e-4)
    graph = capture(module.eval(), tuple(xs))
    assert activations(graph, facts(graph)).peak_bytes == pytest.approx(peak_bytes(module, *xs), rel=2e-3)


def graph_and_facts(module: nn.Module, xs: list[torch.Tensor]) -> tuple[Graph, convlens.passes.facts.Facts]:
    graph = capture(module, tuple(xs))
    return graph, facts(graph)


@pytest.mark.parametrize("name", NETWORKS)
def test_macs_of_a_training_step(name: str) -> None:
    module, xs = torch_twins.on_meta(name).train(), inputs(name, 2)
    assert total_macs(training(*graph_and_facts(module, xs))) == training_macs(module, *xs)


def test_backward_really_costs_more() -> None:
    """The partner: the oracle counts forward and backward apart, and nothing for the input of the first layer."""
    module, xs = torch_twins.on_meta("alexnet").train(), inputs("alexnet", 2)
    forward, whole = kernel_macs(module, *xs), training_macs(module, *xs)
    first = kernel_macs(module.features[0], *xs)
    assert whole == 3 * forward - first


class Depthwise(nn.Module):
    """The case in which torch's own counter is several times too high."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 16, 3, padding=1)
        self.depth = nn.Conv2d(16, 16, 3, padding=1, groups=16)
        self.grouped = nn.Conv2d(16, 32, 3, groups=4)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.grouped(self.depth(self.stem(x)))


def test_grouped_and_depthwise_by_hand() -> None:
    graph = capture(Depthwise(), ((2, 3, 10, 10),))
    found = training(graph, facts(graph))
    stem, depth, grouped = 2 * 16 * 100 * 27, 2 * 16 * 100 * 9, 2 * 32 * 64 * 4 * 9
    assert [one.macs for one in found.values()] == [2 * stem, 3 * depth, 3 * grouped]
    assert total_macs(found) == training_macs(Depthwise(), torch.rand(2, 3, 10, 10))


class Partly(nn.Module):
    """A frozen backbone, a trained head, and a frozen layer behind trained ones."""

    def __init__(self) -> None:
        super().__init__()
        self.backbone = nn.Conv2d(3, 8, 3).requires_grad_(False)
        self.head = nn.Conv2d(8, 8, 3)
        self.loss_net = nn.Conv2d(8, 4, 3).requires_grad_(False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.loss_net(torch.relu(self.head(torch.relu(self.backbone(x)))))


def test_frozen_layers_cost_what_autograd_runs() -> None:
    module, x = Partly(), torch.rand(2, 3, 12, 12)
    graph = capture(module, ((2, 3, 12, 12),))
    found = training(graph, facts(graph))
    times = [(found[name].macs or 0) // (facts(graph).nodes[name].macs or 1) for name in ("backbone", "head", "loss_net")]
    assert times == [1, 2, 2]
    assert total_macs(found) == training_macs(module, x)
    assert total_saved(found) == saved_bytes(module, x)


PRODUCTS = {
    "einsum of three": (lambda a, b, c: torch.einsum("ij,jk,kl->il", a, b, c), ((3, 4), (4, 5), (5, 6))),
    "matmul": (lambda a, b: a @ b, ((2, 3, 4), (2, 4, 5))),
    "attention": (lambda q, k, v: (q @ k.transpose(-1, -2)).softmax(-1) @ v, ((2, 7, 4), (2, 5, 4), (2, 5, 3))),
}


class Weighted(nn.Module):
    """A product of the module's own parameters, of which some are trained."""

    def __init__(self, name: str, trained: tuple[bool, ...]) -> None:
        super().__init__()
        self.run, shapes = PRODUCTS[name]
        self.factors = nn.ParameterList(
            nn.Parameter(torch.rand(shape), requires_grad=train) for shape, train in zip(shapes, trained, strict=True)
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.run(*self.factors) + x


@pytest.mark.parametrize("at", range(3))
@pytest.mark.parametrize("name", PRODUCTS)
def test_only_the_gradients_that_are_wanted(name: str, at: int) -> None:
    count = len(PRODUCTS[name][1])
    for trained in {tuple(i == at % count for i in range(count)), tuple(i != at % count for i in range(count)), (True,) * count}:
        module = Weighted(name, trained)
        assert total_macs(training(*graph_and_facts(module, [torch.rand(1)]))) == training_macs(module, torch.rand(1)), trained


def test_fused_attention_counts_its_four_products() -> None:
    """By the definition: dV, dA, dQ and dK, each as large as a product of the forward pass."""
    graph = parse(
        "input x: 2x4x7x8\nq = linear(x, out=8, bias=false)\nk = linear(x, out=8, bias=false)\nv = linear(x, out=8, bias=false)\n"
        "a = scaled_dot_product_attention(q, k, v)\noutput a"
    )
    found = training(graph, facts(graph))["a"]
    product = 2 * 4 * 7 * 7 * 8
    assert found.macs == 2 * product + 4 * product


@pytest.mark.parametrize(
    "layer", [nn.LSTM(3, 5, 2), nn.GRU(3, 5, 2, bidirectional=True), nn.RNN(3, 5), nn.LSTM(3, 5, 2, proj_size=2)], ids=str
)
@pytest.mark.parametrize("first", [False, True])
def test_recurrent_layers(layer: nn.Module, first: bool) -> None:
    """States before the first one are zeros, of which no gradient is wanted."""
    module = nn.Sequential(*([] if first else [nn.Linear(3, 3)]), layer)
    assert total_macs(training(*graph_and_facts(module, [torch.rand(6, 2, 3)]))) == training_macs(module, torch.rand(6, 2, 3))


def test_what_is_unknown_stays_unknown() -> None:
    graph = parse('input x: 1x3\na = linear(x, out=3)\nb = opaque(a, call="my.f", results=["1x3:float32"])\noutput b')
    found = training(graph, facts(graph))
    assert found["b"].macs is None
    assert total_macs(found) is None


def test_in_place_needs_room_for_the_output() -> None:
    graph = parse("input x: 1x3x8x8\nc = conv(x, out=4, kernel=3x3, padding=1) in_place\noutput c")
    error = facts(graph).error
    assert error is not None
    assert "its output takes 1024 bytes, so it cannot take the memory of its first input, which has 768" in str(error)
