"""Where a rewrite is not possible, and what it says then."""

import pytest
import torch

import convlens
from convlens.ir.errors import GraphError, UsageError
from convlens.ir.text import parse
from convlens.rewrites.proof import random_weights
from convlens.rewrites.table import rule

CASES = [
    ("fold-batch-norm", "n = batch_norm(x)", "n: before it stands an input of the network, not a convolution or a linear layer"),
    ("fold-batch-norm", "r = relu(x)\nn = batch_norm(r)", "n: before it stands relu, not a convolution or a linear layer"),
    ("fold-batch-norm", "c = conv(x, out=2, kernel=1x1)\nn = batch_norm(c, tracked=false)", "n: it has no running statistics"),
    ("fold-batch-norm", "c = conv(x, out=2, kernel=1x1)\nn = batch_norm(c)\na = add(n, c)", "n: a reads the output of c too"),
    ("fold-batch-norm", "c = conv(x, out=4, kernel=1x1)\nd = conv(c, out=4, kernel=1x1) shares weight of c\nn = batch_norm(d)",
     "n: it shares weights with c"),
    ("fold-batch-norm", "c = conv(x, out=4, kernel=1x1) frozen weight\nn = batch_norm(c)", "n: its weights are frozen"),
    ("separable", "c = conv(x, out=4, kernel=3x3, groups=2)", "c: it has 2 groups: it is not dense"),
    ("separable", "c = conv(x, out=4, kernel=1x1)", "c: it is pointwise already"),
    ("compose", "c = conv(x, out=4, kernel=3x3)", "c: before it stands an input of the network, not a convolution"),
    ("compose", "c = conv(x, out=4, kernel=3x3)\nr = relu(c)\nd = conv(r, out=4, kernel=3x3)",
     "d: before it stands relu, not a convolution"),
    ("compose", "c = conv(x, out=4, kernel=3x3, groups=2)\nd = conv(c, out=4, kernel=3x3)", "d: one of the two has groups"),
    ("compose", "c = conv(x, out=4, kernel=3x3, dilation=2)\nd = conv(c, out=4, kernel=3x3)",
     "d: the holes of the two kernels do not fit into one"),
    ("compose", "c = conv(x, out=4, kernel=3x3)\nd = conv(c, out=4, kernel=3x3, padding=1, padding_mode=reflect)",
     "d: one of the two pads with something else than zeros"),
    ("transposed-to-subpixel", "c = conv_transpose(x, out=4, kernel=3x3, stride=[2, 1])", r"c: its strides differ: \(2, 1\)"),
    ("transposed-to-subpixel", "c = conv_transpose(x, out=4, kernel=3x3, dilation=2)", "c: its kernel has holes"),
    ("transposed-to-subpixel", "c = conv_transpose(x, out=4, kernel=2x2, stride=2, output_padding=1)",
     "c: its output padding is wider than what the kernel reaches"),
    ("subpixel-to-transposed", "r = relu(x)\np = pixel_shuffle(r, factor=2)",
     "p: before it stands relu, not a convolution of a batch of images"),
    ("subpixel-to-transposed", "c = conv(x, out=4, kernel=3x3, stride=2)\np = pixel_shuffle(c, factor=2)",
     "p: c has a stride, a dilation or another padding than zeros"),
    ("subpixel-to-transposed", "c = conv(x, out=4, kernel=1x1, padding=1)\np = pixel_shuffle(c, factor=2)",
     "p: c pads more than its kernel reaches"),
    ("conv-to-linear", "c = conv(x, out=4, kernel=3x3)", "c: a kernel of 3x3 on a map of 8x8 looks at a part, at several places"),
    ("linear-to-conv", "c = linear(x, out=4)", "c: its input has 4 axes, not a batch and values alone"),
    ("linear-to-conv", "c = relu(x)", "it has no layer of that kind"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "lines", "reason"), CASES)
def test_the_reason_is_said(name: str, lines: str, reason: str) -> None:
    last = lines.rsplit("\n", 1)[-1].split(" ", maxsplit=1)[0]
    graph = parse(f"network net\ninput x: 1x4x8x8\n{lines}\noutput {last}")
    with pytest.raises(GraphError, match=f"^{name} is possible nowhere in 'net'\n(.|\n)*  {reason}"):
        convlens.rewrite(graph, name=name)


def test_biases_that_cannot_be_one_are_refused() -> None:
    graph = parse("input x: 1x2x4x4\nc = conv(x, out=4, kernel=3x3)\np = pixel_shuffle(c, factor=2)\noutput p")
    weights = {**random_weights(graph), ("c", "bias"): torch.tensor([1.0, 1, 1, 1.5], dtype=torch.float64)}
    with pytest.raises(GraphError, match=r"conv 'c': the biases of the 4 channels that become one differ by up to 0\.5"):
        convlens.rewrite(graph, name="subpixel-to-transposed", weights=weights)
    even = {**weights, ("c", "bias"): torch.ones(4, dtype=torch.float64)}
    assert convlens.rewrite(graph, name="subpixel-to-transposed", weights=even).proof.equal


def test_wrong_use_is_named() -> None:
    with pytest.raises(UsageError, match=r"there is no rewrite 'separabel' \(did you mean 'separable'\?\)"):
        convlens.rewrite("lenet5", name="separabel")
    with pytest.raises(UsageError, match="the rewrite fold-batch-norm has no rank"):
        convlens.rewrite("resnet18", name="fold-batch-norm", rank=2)
    graph = parse("input x: 1x2x4x4\nc = conv(x, out=4, kernel=3x3)\noutput c")
    with pytest.raises(UsageError, match="rank 0 leaves no kernel\n  fix: a rank from 1 to 4"):
        rule("separable").rewrite(graph, random_weights(graph), rank=0)
