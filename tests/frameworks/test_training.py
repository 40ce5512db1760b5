"""Schedules and FTRL of `train` against the real Keras, step by step."""

import numpy as np
import pytest
import torch

from convlens.training.optimizers.ftrl import Ftrl
from convlens.training.schedules.build import schedule_of
from convlens.training.settings.settings import Settings
from tests.frameworks.draw import Case
from tests.frameworks.oracle import PYTHON
from tests.frameworks.values import array

needs_keras = pytest.mark.skipif(not PYTHON.exists(), reason=f"no Keras at {PYTHON}: `make frameworks` installs it")
PEAK, STEPS, PER_EPOCH = 0.08, 60, 6

SCHEDULES = {
    "step": (
        {"milestones": (3, 7), "decay": 0.5},
        f"PiecewiseConstantDecay([{3 * PER_EPOCH - 1}, {7 * PER_EPOCH - 1}], [{PEAK}, {PEAK / 2}, {PEAK / 4}])",
    ),
    "exponential": ({"decay": 0.04}, f"ExponentialDecay({PEAK}, {STEPS}, 0.04)"),
    "polynomial": ({"power": 2.0, "final_rate": 0.1}, f"PolynomialDecay({PEAK}, {STEPS}, {PEAK / 10}, power=2.0)"),
    "cosine": ({"final_rate": 0.1}, f"CosineDecay({PEAK}, {STEPS}, alpha=0.1)"),
}
FTRL = [
    {},
    {"l1_regularization_strength": 0.05},
    {"l2_regularization_strength": 0.3, "beta": 0.5},
    {
        "l1_regularization_strength": 0.02,
        "l2_regularization_strength": 0.1,
        "l2_shrinkage_regularization_strength": 0.01,
        "beta": 0.1,
    },
]


def keras_on(oracle, call, shape):
    (answer,) = oracle.ask([Case(f"keras.optimizers.{call}", shape, ())])
    assert isinstance(answer, np.ndarray), answer
    return answer


@needs_keras
@pytest.mark.parametrize("name", SCHEDULES)
def test_every_rate_is_that_of_keras(tensorflow, name):
    settings, call = SCHEDULES[name]
    schedule = schedule_of(Settings(schedule=name, learning_rate=PEAK, **settings), STEPS, PER_EPOCH)
    theirs = keras_on(tensorflow, f"schedules.{call}", (STEPS,))
    assert [schedule.rate(step) for step in range(STEPS)] == pytest.approx(theirs.tolist(), rel=2e-6, abs=1e-8)


@needs_keras
@pytest.mark.parametrize("settings", FTRL)
def test_every_step_of_ftrl_is_that_of_keras(tensorflow, settings):
    shape = (40, 9)
    call = f"Ftrl(0.25, {', '.join(f'{name}={value}' for name, value in settings.items())})"
    theirs = keras_on(tensorflow, call, shape)
    weight = torch.nn.Parameter(torch.from_numpy(array(f"keras.optimizers.{call}", "start", shape[1:])))
    mine = Ftrl(
        [weight], 0.25, l1=settings.get("l1_regularization_strength", 0.0), l2=2 * settings.get("l2_regularization_strength", 0.0),
        weight_decay=2 * settings.get("l2_shrinkage_regularization_strength", 0.0), beta=settings.get("beta", 0.0), keep_start=False,
    )  # fmt: skip
    for step, gradient in enumerate(array(f"keras.optimizers.{call}", "gradients", shape)):
        weight.grad = torch.from_numpy(gradient)
        mine.step()
        np.testing.assert_allclose(weight.detach().numpy(), theirs[step], rtol=1e-6, atol=1e-8, err_msg=f"step {step}")
