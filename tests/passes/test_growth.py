"""Every operator, random settings: what is said of other sizes against the operator's own answer at each of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convlens.ir.errors import ConvlensError
from convlens.ir.graph import Graph
from convlens.ir.op import Along
from convlens.ir.spec import TensorSpec
from convlens.linting.network import Network
from convlens.linting.rules.align_corners import AlignCorners
from convlens.linting.rules.branch_misalignment import BranchMisalignment
from convlens.linting.rules.half_pixel_shift import HalfPixelShift
from convlens.linting.rules.merge_size_mismatch import MergeSizeMismatch
from convlens.linting.rules.same_mismatch import SameMismatch
from convlens.linting.rules.uneven_padding import UnevenPadding
from convlens.passes.growth import KEEP, Growth, Probe, growth
from convlens.passes.program import programs
from convlens.passes.reads import reads_of
from convlens.passes.sampling import sampling
from convlens.passes.sizes import fitting
from tests.backends.values import alone
from tests.ops.call import Call
from tests.ops.torch_functions import FUNCTIONS
from tests.passes.small_networks import networks
from tests.strategies import cases

RULES = (UnevenPadding, HalfPixelShift, BranchMisalignment, MergeSizeMismatch, SameMismatch, AlignCorners)

LIMITED = ("gather", "scatter", "update")
"""Their indices must not be longer than what they pick from, whose axes are others."""


def graph_of(call: Call) -> Graph | None:
    dtypes = call.dtypes or ("float32",) * len(call.shapes)
    try:
        return alone(call.make(), [TensorSpec(shape, dtype) for shape, dtype in zip(call.shapes, dtypes, strict=True)])
    except (ConvlensError, IndexError, ZeroDivisionError):
        return None


def follow(graph: Graph) -> Network:
    """Nothing of all this may raise, whatever the operator."""
    net = Network(graph)
    axes = [(item.name, axis) for item in graph.inputs for axis in range(item.spec.rank)]
    assert sampling(graph, net.facts).places
    for program in programs(graph, net.facts, axes).of.values():
        fitting(program)
    for rule in RULES:
        list(rule().check(net))
    return net


def check_growth(net: Network) -> int:
    checked = 0
    for node in net.nodes:
        xs = net.known(node).inputs
        for at, x in enumerate(xs):
            for axis, size in enumerate(x.dims):
                for port in range(len(net.known(node).outputs)):
                    found, read = growth(node.op, xs, at, axis, port), reads_of(node.op, xs)[port][at][axis]
                    if isinstance(found, Growth) and isinstance(read, Along) and read.axis is not None:
                        checked += _check_one(found, Probe(node.op, xs, at, axis, port, read.axis), size)
    return checked


def _check_one(found: Growth, probe: Probe, size: int) -> int:
    """A growth that is KEEP may stand for a size that is stated; everything else is exact at every size.

    Where a resize to a stated size looks is only known about.
    """
    if found == KEEP and probe.length(2 * size + 1) == 0:
        return 0
    for n in range(1, size + 2 * found.step + 3):
        assert max(found.length(n), 0) == max(probe.length(n), 0) or n < found.least, (probe, found, n)
        answer = probe.ask(n)
        told = answer and found.gain and n >= found.least and None not in (answer[1], found.skew(n))
        assert not told or found.skew(n) == answer[1], (probe, found, n)
    return 1


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
@cases(15)
@given(st.data())
def test_every_operator(name: str, data: st.DataObject) -> None:
    graph = graph_of(data.draw(st.composite(FUNCTIONS[name])()))
    if graph is not None:
        net = follow(graph)
        assert name in LIMITED or check_growth(net) >= 0


@pytest.mark.parametrize("axes", [1, 2])
@cases(100)
@given(st.data())
def test_small_networks(axes: int, data: st.DataObject) -> None:
    check_growth(follow(data.draw(networks(axes))))
