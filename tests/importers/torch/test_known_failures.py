"""Right where the other tools are wrong: each known failure, against a figure worked out by hand and against the kernels.

What the others report is measured by ``bench/known_failures.py``; the docstrings say the worst of it in one line.
"""

import copy
from pathlib import Path

import pytest
import torch
from torch import nn

import convlens
from convlens.ir.errors import UsageError
from tests.importers.torch.known_failures import FAILURES
from tests.importers.torch.oracle import kernel_macs, params_of
from tests.importers.torch.test_vision_operators import Deformed

IMAGE = 16 * 16
WEIGHT_NORMS = ("weight_norm_by_hook", "weight_norm_by_parametrization")


def check(name: str, *, params: int, macs: int, outputs: list[tuple[int, ...]]) -> None:
    """convlens, the kernels and the hand agree; so do convlens and a real run about the output."""
    case = FAILURES[name]
    module = case.build().eval()
    record = convlens.summary(module, *case.args, **case.kwargs).to_dict()
    assert (record["totals"]["params"], record["totals"]["macs"]) == (params, macs)
    assert [tuple(y["shape"]) for y in record["outputs"]] == outputs
    assert not record["unknown"]
    assert params_of(module) == params
    unfused = module.train()  # an evaluated encoder is one kernel for the whole layer, which the count cannot look into
    assert kernel_macs(unfused, *map(torch.zeros, case.args), **{k: torch.zeros(v) for k, v in case.kwargs.items()}) == macs


def test_subclass_of_conv3d():
    """thop and ptflops look layers up by their exact class and count the 1x1 convolution alone: 2 % of the MACs."""
    voxels = 8 * 16 * 16
    check("SubclassOfConv3d", params=8 * 3 * 27 + 2 * 8, macs=voxels * (8 * 3 * 27 + 2 * 8), outputs=[(1, 2, 8, 16, 16)])


def test_linear_over_tokens():
    """torchinfo multiplies the layer's own two sizes: one token an image, 2 % of the MACs."""
    check("linear_over_tokens", params=64 * 32, macs=2 * 7 * 7 * 64 * 32, outputs=[(2, 7, 7, 32)])


def test_transposed_convolution():
    """torchinfo and thop multiply by the output's size, as for a convolution: 4 times too many with stride 2."""
    check("transposed_convolution", params=16 * 8 * 4, macs=8 * 8 * 16 * 8 * 4, outputs=[(1, 8, 16, 16)])


def test_padding_same():
    """fvcore counts no MACs."""
    check("padding_same", params=8 * 3 * 9, macs=IMAGE * 8 * 3 * 9, outputs=[(1, 8, 16, 16)])


def test_functional_convolution():
    """thop and ptflops, which hook modules, see none: no MACs, and thop no parameters."""
    check("FunctionalConv", params=8 * 3 * 9, macs=IMAGE * 8 * 3 * 9, outputs=[(1, 8, 16, 16)])


def test_forward_called_directly():
    """No hook fires when a forward is called by name: torchinfo, thop and ptflops count no MACs."""
    check("ForwardCalled", params=8 * 3 * 9, macs=IMAGE * 8 * 3 * 9, outputs=[(1, 8, 16, 16)])


def test_einsum():
    """torchinfo, thop and ptflops count no MACs."""
    check("Einsum", params=0, macs=2 * 5 * 6 * 7, outputs=[(2, 5, 7)])


def test_matrix_product_operator():
    """torchinfo, thop and ptflops count no MACs."""
    check("AtOperator", params=0, macs=2 * 5 * 6 * 7, outputs=[(2, 5, 7)])


@pytest.mark.parametrize("name", WEIGHT_NORMS)
def test_weight_normed_convolution(name):
    """8 lengths and the directions. Parametrized, torchinfo, thop and ptflops count no MACs; with a hook, torchinfo 3 %."""
    check(name, params=8 + 8 * 3 * 9, macs=IMAGE * 8 * 3 * 9, outputs=[(1, 8, 16, 16)])


def test_fused_attention():
    """All five count no MACs."""
    check("FusedAttention", params=0, macs=2 * 4 * 16 * 20 * (8 + 8), outputs=[(2, 4, 16, 8)])


def test_multi_head_attention():
    """torchinfo and thop count no MACs, fvcore and PyTorch's own counter only the projections."""
    projections, products = 2 * 16 * 4 * 32 * 32, 2 * 4 * 16 * 16 * (8 + 8)
    check("SelfAttention", params=4 * 32 * 32, macs=projections + products, outputs=[(2, 16, 32)])


def test_fused_encoder_layer():
    """torchinfo counts 3 % of the MACs, thop 47 %, fvcore and PyTorch's own counter miss the products of queries and keys."""
    attention = 2 * 16 * 4 * 32 * 32 + 2 * 4 * 16 * 16 * (8 + 8)
    params = 4 * 32 * 32 + 2 * 32 * 64 + 2 * 32
    check("fused_encoder_layer", params=params, macs=attention + 2 * 16 * 2 * 32 * 64, outputs=[(2, 16, 32)])


def test_tied_weights_are_counted_once():
    """torchinfo counts the table twice."""
    check("TiedWeights", params=100 * 8, macs=2 * 5 * 8 * 100, outputs=[(2, 5, 100)])


def test_loose_parameter():
    """thop misses a parameter that belongs to the model itself."""
    check("LooseParameter", params=10 * 16 + 16 * 4, macs=10 * 16 * 4, outputs=[(1, 10, 4)])


def test_unbatched_input():
    """torchinfo, thop and ptflops take C for the batch: 0.2 to 5 times the MACs."""
    macs = IMAGE * (8 * 3 * 9 + 4 * 8)
    check("unbatched_input", params=8 * 3 * 9 + 4 * 8, macs=macs, outputs=[(4, 16, 16)])


def test_output_of_an_own_class():
    """torchinfo and fvcore stop."""
    macs = IMAGE * (4 * 3 * 9 + 2 * 3)
    params = 4 * 3 * 9 + 2 * 3
    check("OwnOutput", params=params, macs=macs, outputs=[(1, 4, 16, 16), (1, 2, 16, 16)])


def test_keyword_only_inputs():
    """fvcore and thop can only call ``model(*inputs)`` and stop."""
    check("KeywordOnly", params=8 * 3 * 9, macs=IMAGE * 8 * 3 * 9, outputs=[(1, 8, 16, 16)])


def test_lstm():
    """fvcore and PyTorch's own counter count no MACs, thop no parameters."""
    first, second = 4 * 16 * (8 + 16), 4 * 16 * (32 + 16)
    states = [(4, 4, 16)] * 2
    check("lstm", params=2 * (first + second), macs=4 * 10 * 2 * (first + second), outputs=[(4, 10, 32), *states])


def test_deformable_convolution():
    """A counter that has no rule for this kernel counts the convolution of the offsets alone."""
    module = Deformed(masked=True, biased=True)
    record = convlens.summary(module, (2, 4, 8, 8)).to_dict()
    offsets, masks = 2 * 64 * 18 * 4 * 9, 2 * 64 * 9 * 4 * 9
    assert record["totals"]["macs"] == offsets + masks + 2 * 64 * 6 * (4 // 2) * 9
    assert record["totals"]["params"] == params_of(module)
    assert record["outputs"][0]["shape"] == [2, 6, 8, 8]


class Moody(nn.Module):
    """A forward that would leave traces: running statistics, random numbers, and an error at the end."""

    def __init__(self, raises):
        super().__init__()
        self.conv, self.norm, self.drop = nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.Dropout(0.5)
        self.raises = raises

    def forward(self, x):
        y = self.drop(self.norm(self.conv(x)))
        if self.raises:
            raise RuntimeError("in the middle of forward")
        return y


PATCHED = (
    "torch.nn.functional.conv2d torch.nn.functional.relu torch.nn.functional.batch_norm torch.conv2d torch.matmul torch.bmm "
    "torch.add torch.einsum torch.Tensor.__matmul__ torch.Tensor.matmul torch.Tensor.add"
).split()
"""What tools that patch functions replace while they count."""


def traces(module):
    """Everything about the module and about PyTorch that a counter may leave changed."""
    functions = []
    for path in PATCHED:
        found = torch
        for part in path.split(".")[1:]:
            found = getattr(found, part)
        functions.append(found)
    hooks = [[len(getattr(child, kind)) for kind in ("_forward_hooks", "_forward_pre_hooks")] for child in module.modules()]
    keys = (list(module.state_dict()), [list(vars(child)) for child in module.modules()])
    return {"mode": [child.training for child in module.modules()], "hooks": hooks, "keys": keys, "functions": functions}


@pytest.mark.parametrize("raises", [False, True], ids=["forward returns", "forward raises"])
@pytest.mark.parametrize("training", [True, False])
def test_nothing_is_left_behind(raises, training):
    """fvcore moves BatchNorm's statistics, thop leaves buffers in the state dict, ptflops the evaluation mode."""
    module = Moody(raises).train(training)
    module.norm.eval()
    before, state = traces(module), copy.deepcopy(module.state_dict())
    if raises:
        with pytest.raises(UsageError, match="in the middle of forward"):
            convlens.summary(module, (2, 3, 8, 8))
    else:
        convlens.summary(module, (2, 3, 8, 8))
    assert traces(module) == before
    assert all(torch.equal(value, state[key]) for key, value in module.state_dict().items())


def test_the_traces_would_be_seen():
    """The partner: what tools really leave behind is among what the test above compares."""
    module = Moody(raises=False).train()
    before, statistics = traces(module), module.norm.running_mean.clone()
    module(torch.rand(2, 3, 8, 8))
    assert not torch.equal(module.norm.running_mean, statistics)
    module.conv.register_buffer("total_ops", torch.zeros(1))
    handle = module.norm.register_forward_hook(lambda *_: None)
    module.drop.eval()
    after = traces(module)
    handle.remove()
    assert {key for key in before if before[key] != after[key]} == {"mode", "hooks", "keys"}


def test_every_known_failure_is_tried():
    source = Path(__file__).read_text(encoding="utf-8")
    assert [name for name in FAILURES if f'check("{name}"' not in source] == list(WEIGHT_NORMS)
