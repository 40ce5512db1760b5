"""Every schedule, step by step, against PyTorch's and against Keras's published formulas; real Keras is in tests/frameworks."""

import json
import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.optim import lr_scheduler as theirs

from convlens.training.schedules.build import schedule_of
from convlens.training.settings.schedule import SCHEDULES
from convlens.training.settings.settings import Settings

PEAK = 0.08
STEPS, PER_EPOCH = 60, 6


def rates(steps=STEPS, **settings):
    schedule = schedule_of(Settings(learning_rate=PEAK, **settings), steps, PER_EPOCH)
    return [schedule.rate(step) for step in range(steps)]


def of_torch(make, steps=STEPS, peak=PEAK):
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=peak)
    scheduler = make(optimizer)
    found = []
    for _ in range(steps):
        found.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return found


AS_TORCH = {
    "fixed": ({"schedule": "fixed"}, lambda o: theirs.ConstantLR(o, factor=1.0)),
    "step": ({"schedule": "step", "milestones": (2, 5, 9), "decay": 0.3}, lambda o: theirs.MultiStepLR(o, [12, 30, 54], 0.3)),
    "step by itself": ({"schedule": "step"}, lambda o: theirs.MultiStepLR(o, [30, 45], 0.1)),
    "exponential": ({"schedule": "exponential", "decay": 0.01}, lambda o: theirs.ExponentialLR(o, 0.01 ** (1 / STEPS))),
    "polynomial": ({"schedule": "polynomial", "power": 0.9}, lambda o: theirs.PolynomialLR(o, STEPS, 0.9)),
    "cosine": ({"schedule": "cosine", "final_rate": 0.05}, lambda o: theirs.CosineAnnealingLR(o, STEPS, PEAK * 0.05)),
    "one-cycle": ({"schedule": "one-cycle"}, lambda o: theirs.OneCycleLR(o, PEAK, STEPS, cycle_momentum=False)),
    "one-cycle, other peak": (
        {"schedule": "one-cycle", "warmup": 0.55}, lambda o: theirs.OneCycleLR(o, PEAK, STEPS, pct_start=0.55, cycle_momentum=False),
    ),
    "warm-up, cosine": (
        {"schedule": "cosine", "warmup": 0.2},
        lambda o: theirs.SequentialLR(o, [theirs.LinearLR(o, 1 / 13, 1.0, 12), theirs.CosineAnnealingLR(o, STEPS - 12)], [12]),
    ),
}  # fmt: skip


@pytest.mark.filterwarnings("ignore:.*epoch parameter in.*scheduler.step")
@pytest.mark.parametrize("name", AS_TORCH)
def test_every_step_is_pytorchs(name):
    settings, make = AS_TORCH[name]
    assert rates(**settings) == pytest.approx(of_torch(make), rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("steps", [4, 7, 10, 11, 99, 1000])
@pytest.mark.parametrize("rise", [0.0, 0.1, 0.3, 0.9])
def test_one_cycle_of_any_length_is_pytorchs(steps, rise):
    share = rise or 0.3
    if share * steps == 1:
        pytest.skip("PyTorch divides by zero")
    mine = rates(steps, schedule="one-cycle", warmup=rise)
    assert mine == pytest.approx(
        of_torch(lambda o: theirs.OneCycleLR(o, PEAK, steps, pct_start=share, cycle_momentum=False), steps)
    )


def test_the_comparison_would_see_another_rate():
    settings, make = AS_TORCH["step"]
    assert rates(**{**settings, "decay": 0.31}) != pytest.approx(of_torch(make))


# Keras 3, keras.optimizers.schedules, as its documentation writes them
KERAS = {
    "exponential": ({"decay": 0.04}, lambda t: PEAK * 0.04 ** (t / STEPS)),
    "polynomial": ({"power": 2.0, "final_rate": 0.1}, lambda t: (PEAK - 0.1 * PEAK) * (1 - t / STEPS) ** 2.0 + 0.1 * PEAK),
    "cosine": ({"final_rate": 0.1}, lambda t: PEAK * (0.9 * 0.5 * (1 + math.cos(math.pi * t / STEPS)) + 0.1)),
    "step": ({"milestones": (3, 7), "decay": 0.5}, lambda t: PEAK if t <= 17 else PEAK * 0.5 if t <= 41 else PEAK * 0.25),
}


@pytest.mark.parametrize("name", KERAS)
def test_every_step_is_keras(name):
    settings, formula = KERAS[name]
    assert rates(schedule=name, **settings) == pytest.approx([formula(step) for step in range(STEPS)], rel=1e-12)


@given(st.lists(st.floats(0.1, 3.0), min_size=1, max_size=40), st.integers(1, 5))
def test_a_plateau_is_pytorchs(losses, patience):
    mine = schedule_of(Settings(schedule="reduce-on-plateau", learning_rate=PEAK, plateau=patience, decay=0.7), 100, 10)
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=PEAK)
    other = theirs.ReduceLROnPlateau(optimizer, factor=0.7, patience=patience - 1, eps=0)
    for loss in losses:
        mine.seen(loss)
        other.step(loss)
        assert mine.rate(50) == pytest.approx(optimizer.param_groups[0]["lr"])


def test_a_loss_that_is_no_number_is_not_better():
    schedule = schedule_of(Settings(schedule="reduce-on-plateau", learning_rate=1.0, plateau=2), 10, 1)
    for loss in (1.0, math.nan, math.nan):
        schedule.seen(loss)
    assert schedule.rate(0) == pytest.approx(0.1)


def test_what_a_plateau_has_seen_is_kept_through_json():
    settings = Settings(schedule="reduce-on-plateau", plateau=3)
    whole, first, second = (schedule_of(settings, 10, 1) for _ in range(3))
    losses = [2.0, 1.0, 1.5, 1.2, 1.1, 1.3, 0.9]
    for loss in losses:
        whole.seen(loss)
    for loss in losses[:4]:
        first.seen(loss)
    second.load_state_dict(json.loads(json.dumps(first.state_dict())))
    for loss in losses[4:]:
        second.seen(loss)
    assert second.state_dict() == whole.state_dict()
    assert whole.state_dict()["falls"] == 1


@given(
    st.sampled_from(SCHEDULES), st.integers(1, 50), st.integers(1, 10), st.floats(0, 0.9), st.floats(0.01, 1), st.floats(0, 1),
)  # fmt: skip
def test_a_rate_is_finite_and_never_above_the_peak(name, steps, per_epoch, warmup, decay, final):
    settings = Settings(schedule=name, learning_rate=PEAK, warmup=warmup, decay=decay, final_rate=final)
    schedule = schedule_of(settings, steps, per_epoch)
    found = [schedule.rate(step) for step in range(steps + 3)]
    assert all(0 < rate <= PEAK * (1 + 1e-12) for rate in found)
    assert found == [schedule.rate(step) for step in reversed(range(steps + 3))][::-1], "a pure function of the step"
    assert found[steps:] == [found[steps - 1]] * 3, "a step after the last has the rate of the last"


@pytest.mark.parametrize("name", [name for name in SCHEDULES if name != "one-cycle"])
def test_a_warm_up_grows_in_even_steps_to_the_first_rate(name):
    found = rates(schedule=name, warmup=0.1, decay=0.999999)
    assert found[:6] == pytest.approx([PEAK * (at + 1) / 7 for at in range(6)])
    assert found[6] == pytest.approx(PEAK, rel=1e-5)


def test_a_training_of_one_step_takes_it_at_the_peak():
    assert all(rates(1, schedule=name) == [PEAK] for name in SCHEDULES if name != "step")
