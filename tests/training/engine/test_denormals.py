"""Numbers below the least normal one are zero within a training, and as before after it."""

import pytest
import torch

from convlens.training.engine.denormals import LEAST_NORMAL, are_zero, denormals_as_zero
from convlens.training.engine.watch import Watch
from convlens.training.find_rate import find_rate, try_rates
from convlens.training.train import train
from tests.training.small import options

pytestmark = pytest.mark.skipif(
    not torch.set_flush_denormal(False), reason="THIS PROCESSOR CANNOT TAKE DENORMAL NUMBERS FOR ZERO: NOT TESTED"
)


class Seen(Watch):
    """Whether they are zero, at each step."""

    def __init__(self) -> None:
        self.zero: list[bool] = []

    def stepped(self, step: int, loss: float, rate: float) -> None:
        self.zero.append(are_zero())


def test_they_are_zero_within_and_numbers_after() -> None:
    small = torch.full((3,), LEAST_NORMAL)
    with denormals_as_zero():
        assert (small * 0.5).tolist() == [0, 0, 0]
        assert (small * 1).tolist() == [LEAST_NORMAL] * 3
    assert (small * 0.5).tolist() == [LEAST_NORMAL / 2] * 3


def test_an_error_within_ends_it_too() -> None:
    with pytest.raises(ZeroDivisionError), denormals_as_zero():
        raise ZeroDivisionError
    assert not are_zero()


def test_a_caller_who_asked_for_it_keeps_it() -> None:
    torch.set_flush_denormal(True)
    try:
        with denormals_as_zero():
            pass
        assert are_zero()
    finally:
        torch.set_flush_denormal(False)


@pytest.mark.usefixtures("here")
def test_trainings_run_within() -> None:
    watch = Seen()
    train("small.txt", "blobs.npz", out="run", watch=watch, **options())
    find_rate("small.txt", "blobs.npz", steps=3, watch=watch, **options())
    try_rates("small.txt", "blobs.npz", steps=3, watch=watch, **options())
    assert len(watch.zero) > 9
    assert all(watch.zero)
    assert not are_zero()
