"""Where random numbers are drawn decides what they are."""

import torch

from convlens.training.chance import generator_of, start

CPU = torch.device("cpu")


def drawn(*where: int | str, seed: int = 0) -> list[float]:
    start(CPU, seed, *where)
    return torch.rand(4).tolist()


def test_the_same_place_draws_the_same_and_another_others() -> None:
    assert drawn("step", 3) == drawn("step", 3)
    assert drawn("step", 3) != drawn("step", 4)
    assert drawn("step", 3) != drawn("step", 3, seed=1)


def test_dropout_draws_from_the_same_stream_as_a_generator_of_that_place() -> None:
    assert drawn("step", 3) == torch.rand(4, generator=generator_of(0, "step", 3)).tolist()
