"""Multiplications of attention, einsum, recurrent networks and their like, against loops and PyTorch's own kernels."""

from itertools import product

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from convlens.ir.op import lookup
from convlens.ir.spec import TensorSpec
from tests.importers.torch.oracle import KernelCount, kernel_macs
from tests.strategies import cases, ints


@st.composite
def equations(draw):
    """Legal equations of one to three operands, no index of size 1."""
    sizes = {letter: draw(ints(2, 4)) for letter in "abcde"}
    groups = draw(st.lists(st.lists(st.sampled_from("abcde"), max_size=4, unique=True), min_size=1, max_size=3))
    known = sorted({letter for group in groups for letter in group})
    output = draw(st.lists(st.sampled_from(known), max_size=3, unique=True)) if known else []
    shapes = [tuple(sizes[letter] for letter in group) for group in groups]
    return f"{','.join(map(''.join, groups))}->{''.join(output)}", shapes


@cases(300)
@given(equations())
def test_einsum_multiplies_as_often_as_its_kernels(case):
    equation, shapes = case
    with torch.no_grad(), KernelCount() as count:
        torch.einsum(equation, *map(torch.zeros, shapes))
    assert lookup("einsum")(equation=equation).macs(tuple(map(TensorSpec, shapes))) == count.macs


@cases(100)
@given(ints(1, 4), ints(1, 4), ints(1, 4), ints(1, 4))
def test_einsum_of_two_matrices_counts_indices_of_size_one(batch, rows, inner, columns):
    count = sum(1 for _ in product(range(batch), range(rows), range(inner), range(columns)))
    xs = (TensorSpec((batch, rows, inner)), TensorSpec((batch, inner, columns)))
    assert lookup("einsum")(equation="bij,bjk->bik").macs(xs) == count
    assert lookup("einsum")(equation="bij,bjk->bijk").macs(xs) == 0


@cases(100)
@given(ints(1, 3), ints(1, 3), ints(1, 4), ints(1, 4), ints(1, 4), ints(1, 4), st.booleans())
def test_attention(batch, groups, queries, keys, width, out, causal):
    heads, count = 2 * groups, 0
    for _head in product(range(batch), range(heads), range(queries), range(keys)):
        count += sum(1 for _ in range(width)) + sum(1 for _ in range(out))
    op = lookup("scaled_dot_product_attention")(gqa=True, causal=causal)
    xs = ((batch, heads, queries, width), (batch, groups, keys, width), (batch, groups, keys, out))
    assert op.macs(tuple(map(TensorSpec, xs))) == count


@pytest.mark.parametrize("name", ["lstm", "gru", "rnn"])
@cases(40)
@given(st.data())
def test_recurrent_networks_multiply_as_often_as_their_kernels(name, data):
    draw = data.draw
    shape = tuple(draw(ints(1, 4)) for _ in range(draw(ints(2, 3))))
    hidden = draw(ints(2, 4))
    flags = {flag: draw(st.booleans()) for flag in ("bias", "batch_first", "bidirectional")}
    layers = draw(ints(1, 3))
    projection = {"proj_size": draw(ints(0, hidden - 1))} if name == "lstm" else {}
    module = getattr(torch.nn, name.upper())(shape[-1], hidden, layers, **flags, **projection)
    ours = {"projection": projection["proj_size"]} if projection else {}
    op = lookup(name)(hidden=hidden, layers=layers, **flags, **ours)
    assert op.macs((TensorSpec(shape),)) == kernel_macs(module, torch.zeros(shape))


@pytest.mark.parametrize("name", ["lstm_cell", "gru_cell", "rnn_cell"])
@cases(20)
@given(ints(1, 3), ints(1, 4), ints(1, 4))
def test_cells_multiply_as_often_as_their_kernels(name, batch, values, hidden):
    module = getattr(torch.nn, name.split("_")[0].upper() + "Cell")(values, hidden)
    op, x = lookup(name)(hidden=hidden), TensorSpec((batch, values))
    assert op.macs((x,)) == kernel_macs(module, torch.zeros(batch, values))


@cases(60)
@given(ints(1, 3), ints(1, 4), ints(1, 4), ints(1, 4))
def test_bilinear(batch, first, second, out):
    left = sum(1 for _ in product(range(batch), range(out), range(second), range(first)))
    right = sum(1 for _ in product(range(batch), range(out), range(second)))
    op = lookup("bilinear")(second=second, out=out)
    assert op.macs((TensorSpec((batch, first)), TensorSpec((batch, second)))) == left + right
    chain = lookup("einsum")(equation="bi,oij,bj->bo")
    assert chain.macs(tuple(map(TensorSpec, ((batch, first), (out, first, second), (batch, second))))) == left + right


@cases(40)
@given(ints(1, 3), st.lists(ints(1, 4), min_size=2, max_size=3))
def test_affine_grid(batch, space):
    pixels = list(product(*map(range, space)))
    count = sum(1 for _ in product(range(batch), pixels, range(len(space)), range(len(space) + 1)))
    op = lookup("affine_grid")(size=(batch, 1, *space))
    assert op.macs((TensorSpec((batch, len(space), len(space) + 1)),)) == count


def test_a_deformed_convolution_multiplies_like_a_straight_one():
    x, offsets = TensorSpec((2, 4, 7, 9)), TensorSpec((2, 12, 4, 4))
    settings = {"out": 6, "kernel": (3, 2), "stride": 2, "padding": (1, 0), "groups": 2}
    assert lookup("deform_conv")(**settings).macs((x, offsets)) == lookup("conv")(**settings).macs((x,)) > 0


def test_the_kernels_can_disagree():
    with torch.no_grad(), KernelCount() as count:
        torch.einsum("ab,bc->ac", torch.zeros(2, 3), torch.zeros(3, 4))
    assert lookup("einsum")(equation="ab,bc->ac").macs((TensorSpec((2, 3)), TensorSpec((3, 5)))) != count.macs == 24
