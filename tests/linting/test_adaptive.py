"""G19: adaptive pooling that copies, in PyTorch."""

from collections import Counter
from fractions import Fraction

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from convlens.backends.torch import as_module
from convlens.ir.spec import TensorSpec, show_shape
from convlens.networks import load
from tests.linting.look import found, mended, one
from tests.strategies import cases, ints


def test_vgg16_on_32_pixels_feeds_49_copies_to_103_million_parameters() -> None:
    finding = one(load("vgg16").with_inputs((TensorSpec((1, 3, 32, 32)),)), "G19")
    assert finding.evidence["factor"] == "49"
    assert finding.evidence["params"] == {"classifier.0": 102_764_544}
    y = nn.AdaptiveAvgPool2d(7)(torch.rand(1, 512, 1, 1))
    assert bool((y == y[:, :, :1, :1]).all())


def test_the_fix_keeps_the_output_and_drops_the_copies() -> None:
    done = mended(load("vgg16").with_inputs((TensorSpec((1, 3, 32, 32)),)), "G19")
    assert not done.after.findings
    assert done.after.net.facts.nodes["classifier.0"].params == 4096 * 512 + 4096
    assert done.after.net.spec(done.graph.outputs[0]).dims == (1, 1000)


def reads(size: int, out: int) -> torch.Tensor:
    """How many outputs each pixel comes into, by its gradient in each of them."""
    jacobian = torch.autograd.functional.jacobian(nn.AdaptiveAvgPool1d(out), torch.rand(1, 1, size, dtype=torch.float64))
    return (jacobian.reshape(out, size) != 0).sum(dim=0)


def test_copies_and_overlaps_against_gradients() -> None:
    tally: Counter[str] = Counter()

    @cases(300)
    @given(ints(1, 9), ints(1, 9), st.sampled_from(["avg", "max"]))
    def check(size: int, out: int, kind: str) -> None:
        findings = found(f"input x: 1x2x{size}\np = adaptive_{kind}_pool(x, size={out})\noutput p", "G19")
        each = reads(size, out)
        if size % out == 0:
            assert not findings
            assert bool((each == 1).all())
            tally["even"] += 1
            return
        (finding,) = findings
        assert bool((each > 1).any())
        if out > size:
            assert Fraction(finding.evidence["factor"]) == Fraction(out, size)
        else:
            assert finding.evidence["read"] == [int(each.sum())]
        assert finding.severity == "warn"
        tally["copies" if out > size else "overlap"] += 1

    check()
    assert min(tally[kind] for kind in ("even", "copies", "overlap")) > 30, tally


@pytest.mark.parametrize(
    ("have", "want", "size"),
    [((2, 14), (7, 7), (2, 7)), ((8, 8), (7, 7), (4, 4)), ((1, 1), (6, 6), (1, 1)), ((13, 12), (6, 8), (1, 6))],
)
def test_the_fix_divides_and_a_linear_layer_follows(have: tuple[int, ...], want: tuple[int, ...], size: tuple[int, ...]) -> None:
    text = f"input x: 1x4x{show_shape(have)}\np = adaptive_max_pool(x, size={show_shape(want)})\nf = flatten(p)\nd = dropout(f)\nl = linear(d, out=3)\noutput l"
    assert set(one(text, "G19").evidence.get("params", {"l": 0})) == {"l"}
    done = mended(text, "G19")
    assert done.graph["p"].op.settings()["size"] == size
    assert not done.after.findings
    assert as_module(done.graph)(torch.rand(1, 4, *have)).shape == (1, 3)


def test_a_kept_axis_and_a_global_pooling_copy_nothing() -> None:
    for text in (
        "input x: 1x4x1x9\np = adaptive_avg_pool(x, size=0x3)\noutput p",
        "input x: 1x4x1x1\np = adaptive_avg_pool(x, size=1x1)\noutput p",
    ):
        assert not found(text, "G19")
