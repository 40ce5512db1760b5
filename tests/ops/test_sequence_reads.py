"""What operators of sequences and of picking say they read, against PyTorch's own derivatives."""

from typing import Any, NamedTuple

import pytest
import torch
import torch.nn.functional as F

from convlens.ir.op import UNKNOWN, Along, Op, lookup
from convlens.ir.spec import TensorSpec


class Case(NamedTuple):
    op: str
    settings: dict[str, Any]
    run: Any
    shapes: list[tuple[int, ...]]


def recurrent(name: str, **settings: Any) -> Any:
    ours = {"hidden": 3, **settings}
    ours["projection"] = ours.pop("proj_size", 0)
    if name != "LSTM":
        del ours["projection"]
    module = getattr(torch.nn, name)(2, 3, **settings).double()
    return Case(name.lower(), ours, lambda x: module(x)[0], [(4, 3, 2)])


CASES = [
    Case("scaled_dot_product_attention", {}, F.scaled_dot_product_attention, [(2, 3, 4, 5), (2, 3, 6, 5), (2, 3, 6, 7)]),
    Case("scaled_dot_product_attention", {}, F.scaled_dot_product_attention, [(2, 4, 5), (2, 6, 5), (2, 6, 7), (4, 6)]),
    Case("scaled_dot_product_attention", {}, F.scaled_dot_product_attention, [(2, 4, 5), (1, 6, 5), (2, 6, 7), (2, 1, 6)]),
    Case("scaled_dot_product_attention", {"gqa": True}, lambda *t: F.scaled_dot_product_attention(*t, enable_gqa=True),
         [(2, 6, 4, 5), (2, 2, 3, 5), (2, 3, 3, 2)]),
    *(Case("einsum", {"equation": e}, lambda *t, _e=e: torch.einsum(_e, *t), shapes) for e, shapes in [
        ("bij,bjk->kib", [(2, 3, 4), (2, 4, 5)]), ("...i,...j->...ij", [(2, 3), (1, 4)]), ("ii->i", [(3, 3)]),
        ("bi,oij,bj->bo", [(2, 3), (4, 3, 5), (2, 5)]), ("ij,jk", [(2, 3), (3, 4)]),
    ]),
    recurrent("LSTM"), recurrent("LSTM", batch_first=True, proj_size=2), recurrent("GRU", bidirectional=True), recurrent("RNN"),
    Case("bilinear", {"second": 4, "out": 5}, F.bilinear, [(2, 3, 3), (2, 3, 4), (5, 3, 4)]),
    Case("unfold", {"kernel": (2, 3), "padding": (1, 0), "stride": 2},
         lambda x: F.unfold(x, (2, 3), padding=(1, 0), stride=2), [(2, 3, 5, 6)]),
    Case("fold", {"size": (4, 5), "kernel": (2, 3)}, lambda x: F.fold(x, (4, 5), (2, 3)), [(2, 12, 9)]),
    Case("sliding_window", {"axis": 1, "size": 3, "step": 2}, lambda x: x.unfold(1, 3, 2), [(2, 8, 3)]),
    Case("grid_sample", {}, lambda x, g: F.grid_sample(x, g.sigmoid(), align_corners=False), [(2, 3, 4, 5), (2, 3, 2, 2)]),
    Case("affine_grid", {"size": (2, 1, 3, 4)}, lambda t: F.affine_grid(t, [2, 1, 3, 4], align_corners=False), [(2, 2, 3)]),
    Case("stft", {"length": 6, "hop": 2}, lambda x: torch.stft(x, 6, 2, window=torch.ones(6).double(), return_complex=True).real,
         [(2, 20)]),
    Case("fft", {"function": "rfft", "over": (1,)}, lambda x: torch.fft.rfft(x, dim=1).real, [(2, 5, 3)]),
    Case("quantize", {}, lambda x: x * 2, [(2, 3)]),
]  # fmt: skip


def wrong(op: Op, xs: tuple[TensorSpec, ...], port: int, which: int, derivative: torch.Tensor, rank: int) -> list[Any]:
    """Places that the derivative depends on and `reads` does not name; padding that is reflected stays inside a window."""
    read = op.reads(xs)[port][which]
    assert len(read) == xs[which].rank
    found = []
    for place in derivative.nonzero().tolist():
        out, inside = place[:rank], place[rank:]
        for axis, entry in enumerate(read):
            if isinstance(entry, Along):
                footprint = entry.map.at(0 if entry.axis is None else out[entry.axis])
                if not any(low <= inside[axis] <= high for low, high in footprint):
                    found.append((out, inside, axis))
    return found


def derivatives(case: Case) -> tuple[torch.Tensor, ...]:
    torch.manual_seed(0)
    inputs = tuple(torch.randn(shape, dtype=torch.float64) for shape in case.shapes)
    return torch.autograd.functional.jacobian(case.run, inputs)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.op}-{case.settings}")
def test_nothing_is_read_that_is_not_named(case: Case) -> None:
    op, xs = lookup(case.op)(**case.settings), tuple(map(TensorSpec, case.shapes))
    rank = op.infer(xs)[0].rank
    for which, derivative in enumerate(derivatives(case)):
        assert derivative.count_nonzero()
        assert case.op == "stft" or not wrong(op, xs, 0, which, derivative, rank)


@pytest.mark.parametrize("case", [case for case in CASES if case.op in ("einsum", "bilinear", "sliding_window")],
                         ids=lambda case: f"{case.op}-{case.settings}")  # fmt: skip
def test_what_is_named_is_read(case: Case) -> None:
    """Every axis that follows an output axis really does: one output reads one place of it."""
    op, xs = lookup(case.op)(**case.settings), tuple(map(TensorSpec, case.shapes))
    rank = op.infer(xs)[0].rank
    for which, derivative in enumerate(derivatives(case)):
        for axis, entry in enumerate(op.reads(xs)[0][which]):
            assert entry is not UNKNOWN
            places = {(tuple(p[:rank]), p[rank + axis]) for p in derivative.nonzero().tolist()}
            several = len(places) > len({out for out, _ in places})
            assert not (isinstance(entry, Along) and several)


def test_a_wrong_read_is_found() -> None:
    """The partner: the reads of a product that contracts the other index."""
    case = Case("einsum", {"equation": "ij,kj->ik"}, lambda x, y: x @ y, [(3, 3), (3, 3)])
    op, xs = lookup(case.op)(**case.settings), tuple(map(TensorSpec, case.shapes))
    assert wrong(op, xs, 0, 1, derivatives(case)[1], 2)
