"""Word vectors start as small as Kim's; nothing else moves."""

import torch

from convlens.backends.torch.module import as_module
from convlens.ir.text import parse
from convlens.training.models.tables import with_small_tables

NET = "input x: 1x9: int64\ne = embedding(x, count=4000, width=50)\nf = linear(e, out=3)\noutput f"


def test_tables_get_the_spread_of_an_even_draw_to_a_quarter() -> None:
    plain, made = as_module(parse(NET), seed=1), with_small_tables(as_module(parse(NET), seed=1))
    drawn = torch.empty(200_000).uniform_(-0.25, 0.25, generator=torch.Generator().manual_seed(0))
    assert abs(made.e.weight.std() - drawn.std()) < 0.002
    assert torch.equal(made.f.weight, plain.f.weight)
    assert torch.allclose(made.e.weight / plain.e.weight, torch.tensor(0.25 / 3**0.5))
    assert made.e.weight.requires_grad
