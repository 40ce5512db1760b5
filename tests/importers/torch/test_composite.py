"""What PyTorch composes of other kernels, and which of its functions work element by element."""

import pytest
import torch
from torch import nn

from convlens.importers.torch import capture
from convlens.importers.torch.composite import is_composite
from convlens.ir.spec import TensorSpec
from convlens.ops.elementwise import Elementwise
from convlens.passes.facts import facts
from tests.importers.torch.oracle import kernel_macs


class Calls(nn.Module):
    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, *args):
        return self.function(*args)


PRODUCTS = {
    "tensordot": lambda x, y: torch.tensordot(x, y, dims=([1], [1])),
    "inner": torch.inner,
    "chain_matmul": lambda x, y: torch.chain_matmul(x, x, y.mT),
    "multi_dot": lambda x, y: torch.linalg.multi_dot([y, x, x[0]]),
    "vecdot": lambda x, y: torch.linalg.vecdot(x[0], y),
    "matrix_power": lambda x, y: torch.linalg.matrix_power(x, 5),
    "cov": lambda x, y: torch.cov(y),
    "corrcoef": lambda x, y: torch.corrcoef(y),
}


@pytest.mark.parametrize("name", PRODUCTS)
def test_the_products_inside_are_counted(name):
    module = Calls(PRODUCTS[name])
    found = facts(capture(module, ((6, 6), (4, 6))))
    macs = [f.macs for f in found.nodes.values()]
    assert None not in macs
    assert sum(macs) == kernel_macs(module, torch.ones(6, 6), torch.ones(4, 6))


def test_some_of_them_multiply():
    """The partner: a count of nothing everywhere would be seen."""
    module = Calls(PRODUCTS["tensordot"])
    assert kernel_macs(module, torch.ones(6, 6), torch.ones(4, 6)) == 6 * 4 * 6


def test_a_kernel_of_its_own_stays_an_unknown():
    assert not is_composite("_pdist_forward")
    graph = capture(Calls(torch.matrix_exp), ((4, 4),))
    assert [(node.op.call, facts(graph).nodes[node.name].macs) for node in graph] == [("torch.ops.aten.linalg_matrix_exp", None)]


def pointwise() -> list[str]:
    """Functions of one tensor that PyTorch itself marks as working element by element."""
    found = []
    for name in set(dir(torch)) - {"bitwise_not", "clamp", "clip"}:  # of whole numbers, and with limits
        packet = getattr(torch.ops.aten, name, None) if not name.startswith("_") and not name.endswith("_") else None
        overload = getattr(packet, "default", None)
        marked = overload is not None and torch.Tag.pointwise in overload.tags
        if marked and [a.type.kind() for a in overload._schema.arguments if not a.has_default_value()] == ["TensorType"]:
            found.append(name)
    return sorted(found)


@pytest.mark.parametrize("name", pointwise())
def test_pointwise_functions_have_a_known_cost(name):
    module = Calls(getattr(torch, name))
    found = facts(capture(module, (TensorSpec((2, 3), "float32"),)))
    assert found.error is None
    assert [f.macs for f in found.nodes.values()] == [0] * len(found.nodes)
    assert None not in [f.elementwise for f in found.nodes.values()]
    (output,) = list(found.nodes.values())[-1].outputs if found.nodes else (TensorSpec((2, 3)),)
    wanted = module(torch.ones(2, 3))
    assert (output.dims, output.dtype) == (tuple(wanted.shape), str(wanted.dtype).removeprefix("torch."))


def test_pytorch_marks_many():
    assert len(pointwise()) > 50
    assert Elementwise(function="lgamma").macs(()) == 0
