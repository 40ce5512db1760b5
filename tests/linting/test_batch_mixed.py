"""S12, proved by running: the real network's output for one image changes with the other images, or its rows are none."""

import pytest
import torch

from convlens import networks
from convlens.linting.lint import lint
from tests.linting.ask import data, findings, graph_of, mended, module, said

BODY = "input x: {batch}x3x8x8; c = conv(x, out=16, kernel=3x3, padding=1); r = relu(c)"


@pytest.mark.parametrize("batch", [1, 4])
@pytest.mark.parametrize("mix", ["flatten(r, start=0)", "reshape(r, shape=[-1])", "reshape(r, shape=[-1, 256])"])
def test_the_batch_of_a_classifier_is_lost(mix: str, batch: int) -> None:
    graph = graph_of(BODY.format(batch=batch), f"f = {mix}; l = linear(f, out=10)")
    (finding,) = findings("S12", graph)
    assert (finding.severity, finding.nodes, finding.evidence["batch"]) == ("error", ("f",), batch)
    assert module(graph)(data(batch, 3, 8, 8)).shape[0] != batch
    assert module(mended("S12", graph).graph)(data(batch, 3, 8, 8)).shape == (batch, 10)


def test_too_many_features_make_rows_of_two_images() -> None:
    graph = graph_of(BODY.format(batch=4), "f = reshape(r, shape=[-1, 2048]); l = linear(f, out=10)")
    assert said("S12", graph) == [("error", ("f",))]
    assert module(graph)(data(4, 3, 8, 8)).shape == (2, 10)


@pytest.mark.parametrize("name", ["softmax", "log_softmax", "softmin"])
def test_a_softmax_over_the_batch_mixes_images(name: str) -> None:
    graph = graph_of(BODY.format(batch=4), f"f = flatten(r); l = linear(f, out=10); s = {name}(l, axis=0)")
    assert said("S12", graph) == [("error", ("s",))]
    one, other = data(4, 3, 8, 8), data(4, 3, 8, 8)
    other[1:] += 1
    assert not torch.allclose(module(graph)(one)[0], module(graph)(other)[0])
    right = module(mended("S12", graph).graph)
    assert torch.allclose(right(one)[0], right(other)[0])


def test_a_layer_that_does_not_fit_for_it() -> None:
    class Net(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv, self.fc = torch.nn.Conv2d(3, 16, 3), torch.nn.Linear(16 * 36, 10)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.fc(torch.flatten(self.conv(x)))

    found = lint(Net(), (4, 3, 8, 8), select=["S12"]).findings
    assert [(f.code, f.severity) for f in found] == [("S12", "error"), ("X01", "error")]


MEANT = {
    "flattened as it should be": [BODY.format(batch=4), "f = flatten(r); l = linear(f, out=10); s = softmax(l, axis=1)"],
    "the output flattened for a loss": [BODY.format(batch=4), "o = conv(r, out=1, kernel=1x1); f = flatten(o, start=0)"],
    "pixels become rows": [
        BODY.format(batch=4),
        "p = permute(r, order=[0, 2, 3, 1]); f = reshape(p, shape=[-1, 16]); l = linear(f, out=10)",
    ],
    "boxes of anchors": [BODY.format(batch=4), "p = permute(r, order=[0, 2, 3, 1]); f = reshape(p, shape=[-1, 4])"],
    "frames of a video": [
        "input x: 2x3x8x16x16; p = permute(x, order=[0, 2, 1, 3, 4]); v = reshape(p, shape=[16, 3, 16, 16])",
        "c = conv(v, out=8, kernel=3x3); g = adaptive_avg_pool(c, size=1x1); f = flatten(g)",
        "l = linear(f, out=10); t = reshape(l, shape=[2, 80]); o = linear(t, out=5)",
    ],
    "folded into the batch and out again": [
        BODY.format(batch=4),
        "f = reshape(r, shape=[-1, 256]); l = linear(f, out=8); u = reshape(l, shape=[4, 32]); o = linear(u, out=10)",
    ],
    "a single value": [BODY.format(batch=4), "f = flatten(r, start=0); l = linear(f, out=10); m = reduce(l, function=mean, over=[0])"],
    "an image without a batch": ["input x: 3x8x8; c = conv(x, out=16, kernel=3x3); f = flatten(c, start=0); l = linear(f, out=10)"],
    "time first": ["input x: 20x8x32; s = softmax(x, axis=0); l = linear(s, out=8)"],
    "embeddings compared with each other": [
        BODY.format(batch=4),
        "f = flatten(r); l = linear(f, out=8); t = permute(l, order=[1, 0]); m = matmul(l, t); s = log_softmax(m, axis=0)",
    ],
}  # fmt: skip


@pytest.mark.parametrize("name", MEANT)
def test_what_is_meant_is_left_alone(name: str) -> None:
    assert said("S12", graph_of(*MEANT[name])) == []


@pytest.mark.parametrize("name", ["vit_b_16", "resnet18", "lenet5", "googlenet"])
@pytest.mark.parametrize("batch", [1, 3])
def test_known_networks_keep_their_batch(name: str, batch: int) -> None:
    graph = networks.load(name)
    spec = graph.inputs[0].spec
    assert said("S12", graph.with_inputs((spec.with_dims((batch, *spec.dims[1:])),))) == []
