"""Multiplications and element-wise operations, counted one by one in loops that share no formula with the operators."""

from collections.abc import Iterator
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convlens.ir.errors import ShapeError
from convlens.ir.op import every, lookup
from convlens.ir.spec import TensorSpec
from tests.strategies import Draw, cases, ints, per_axis

Shape = tuple[int, ...]


def every_index(shape: Shape) -> Iterator[Shape]:
    return product(*map(range, shape))


def windows(size: int, kernel: int, stride: int, pad: tuple[int, int], dilation: int) -> list[list[int]]:
    """The padded positions that each window reads, found by walking until one sticks out."""
    found, start = [], 0
    while True:
        taps = [start + dilation * j for j in range(kernel)]
        if taps[-1] >= size + pad[0] + pad[1]:
            return found
        found.append(taps)
        start += stride


def count_conv(shape: Shape, settings: dict) -> int:
    batch, channels, *space = shape
    groups, count = settings["groups"], 0
    rows = [
        windows(*args) for args in zip(space, *(settings[k] for k in ("kernel", "stride", "padding", "dilation")), strict=True)
    ]
    for _image, out, channel in every_index((batch, settings["out"], channels)):
        same_group = channel * groups // channels == out * groups // settings["out"]
        for place in product(*rows):
            for _tap in product(*place):
                count += same_group
    return count


def count_transposed(shape: Shape, settings: dict) -> int:
    batch, channels, *space = shape
    groups, count = settings["groups"], 0
    for _image, channel, out in every_index((batch, channels, settings["out"])):
        for _pixel, _tap in product(every_index(tuple(space)), every_index(settings["kernel"])):
            count += channel * groups // channels == out * groups // settings["out"]
    return count


def sliding(draw: Draw, axes: int) -> dict:
    groups = draw(ints(1, 3))
    return {
        "out": groups * draw(ints(1, 2)), "kernel": per_axis(draw, axes, 1, 3), "stride": per_axis(draw, axes, 1, 3),
        "dilation": per_axis(draw, axes, 1, 2), "groups": groups,
        "padding": tuple(per_axis(draw, 2, 0, 2) for _ in range(axes)), "bias": draw(st.booleans()),
    }  # fmt: skip


@st.composite
def convolutions(draw: Draw) -> tuple[Shape, dict]:
    axes = draw(ints(1, 2))
    settings = sliding(draw, axes)
    reach = [d * (k - 1) + 1 for k, d in zip(settings["kernel"], settings["dilation"], strict=True)]
    space = [max(r - sum(p), 1) + draw(ints(0, 3)) for r, p in zip(reach, settings["padding"], strict=True)]
    return (draw(ints(1, 2)), settings["groups"] * draw(ints(1, 2)), *space), settings


@cases(100)
@given(convolutions())
def test_convolution(case: tuple[Shape, dict]) -> None:
    shape, settings = case
    assert lookup("conv")(**settings).macs((TensorSpec(shape),)) == count_conv(shape, settings)


@cases(100)
@given(convolutions())
def test_transposed_convolution(case: tuple[Shape, dict]) -> None:
    shape, settings = case
    assert lookup("conv_transpose")(**settings).macs((TensorSpec(shape),)) == count_transposed(shape, settings)


def test_the_counting_loop_tells_a_wrong_group_from_a_right_one() -> None:
    settings = {"out": 4, "kernel": (3,), "stride": (1,), "dilation": (1,), "groups": 2, "padding": ((0, 0),), "bias": False}
    assert count_conv((1, 4, 5), settings) == 4 * 2 * 3 * 3
    assert count_conv((1, 4, 5), settings | {"groups": 1}) != lookup("conv")(**settings).macs((TensorSpec((1, 4, 5)),))


@cases(60)
@given(st.lists(ints(1, 4), min_size=1, max_size=4), ints(1, 5))
def test_linear(shape: list[int], out: int) -> None:
    count = 0
    for _row in every_index(tuple(shape[:-1])):
        for _pair in product(range(out), range(shape[-1])):
            count += 1
    assert lookup("linear")(out=out).macs((TensorSpec(tuple(shape)),)) == count


@cases(80)
@given(st.lists(ints(1, 3), max_size=2), st.tuples(ints(1, 4), ints(1, 4), ints(1, 4)), st.booleans(), st.booleans())
def test_matrix_product(lead: list[int], sizes: tuple[int, int, int], row: bool, column: bool) -> None:
    rows, inner, columns = sizes
    left = (inner,) if row else (*lead, rows, inner)
    right = (inner,) if column else (*(1 for _ in lead), inner, columns)
    wide = [] if row and column else lead if not row else [1 for _ in lead] if not column else []
    count = 0
    for _place in every_index((*wide, 1 if row else rows, 1 if column else columns)):
        for _term in range(inner):
            count += 1
    assert lookup("matmul")().macs((TensorSpec(left), TensorSpec(right))) == count


@pytest.mark.parametrize("name", ["max_pool", "avg_pool"])
@cases(60)
@given(st.data())
def test_pooling(name: str, data: st.DataObject) -> None:
    axes = data.draw(ints(1, 2))
    settings = {"kernel": per_axis(data.draw, axes, 1, 3), "stride": per_axis(data.draw, axes, 1, 3)}
    space = tuple(k + data.draw(ints(0, 4)) for k in settings["kernel"])
    rows = [windows(n, k, s, (0, 0), 1) for n, k, s in zip(space, *settings.values(), strict=True)]
    count = 2 * 3 * sum(1 for place in product(*rows) for _tap in product(*place))
    op, x = lookup(name)(**settings), (TensorSpec((2, 3, *space)),)
    assert (op.macs(x), op.elementwise(x)) == (0, count)


@pytest.mark.parametrize("name", ["adaptive_max_pool", "adaptive_avg_pool"])
@cases(60)
@given(st.lists(st.tuples(ints(1, 9), ints(1, 9)), min_size=1, max_size=2))
def test_adaptive_pooling(name: str, axes: list[tuple[int, int]]) -> None:
    """Input pixel i belongs to window y where the intervals [i, i+1) and [y*n/o, (y+1)*n/o) overlap."""
    pairs = [[(i, y) for i in range(n) for y in range(o) if i * o < (y + 1) * n and (i + 1) * o > y * n] for n, o in axes]
    count = 2 * sum(1 for _ in product(*pairs))
    op, x = lookup(name)(size=tuple(o for _, o in axes)), (TensorSpec((1, 2, *(n for n, _ in axes))),)
    assert (op.macs(x), op.elementwise(x)) == (0, count)


WITH_MACS = {"conv", "conv_transpose", "linear", "matmul"}
ELSEWHERE = {
    "affine_grid", "bilinear", "deform_conv", "einsum", "gru", "gru_cell", "lstm", "lstm_cell", "rnn", "rnn_cell",
    "scaled_dot_product_attention",
}  # fmt: skip
"""Counted in test_sequence_macs."""
COUNTED = {*WITH_MACS, *ELSEWHERE, "opaque"}


@pytest.mark.parametrize("op", [op for op in every() if op.name not in COUNTED], ids=lambda op: op.name)
def test_nothing_else_multiplies_and_accumulates(op: type) -> None:
    assert op.macs(op.__new__(op), (TensorSpec((1, 4, 8, 8)),)) == 0


def test_matmul_with_wrong_inner_sizes_has_no_macs() -> None:
    with pytest.raises(ShapeError, match="inner sizes differ"):
        lookup("matmul")().macs((TensorSpec((2, 3)), TensorSpec((4, 2))))
