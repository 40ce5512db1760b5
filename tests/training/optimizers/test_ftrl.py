"""FTRL against the paper's Algorithm 1 and Keras's update, both written out for one number; real Keras is in tests/frameworks."""

import math
import random

import pytest
import torch

from convlens.training.optimizers.ftrl import Ftrl


def gradients(steps=30, size=7, seed=0):
    made = torch.randn(steps, size, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    made[:, 0] *= 0.01  # one coordinate that L1 should keep at 0
    return made


def run(grads, start=None, rates=None, **settings):
    weight = torch.nn.Parameter(torch.zeros(grads.shape[1], dtype=torch.float64) if start is None else start.clone())
    optimizer = Ftrl([weight], **{"lr": 0.3, **settings})
    for step, grad in enumerate(grads):
        if rates:
            optimizer.param_groups[0]["lr"] = rates[step]
        weight.grad = grad
        optimizer.step()
    return weight.detach()


def by_the_paper(grads, alpha, beta, l1, l2):
    """Algorithm 1, with the gradient given: w is worked out from z when it is needed, z and n are updated after it."""
    z = n = w = 0.0
    for g in grads:
        sigma = (math.sqrt(n + g * g) - math.sqrt(n)) / alpha
        z += g - sigma * w
        n += g * g
        w = 0.0 if abs(z) <= l1 else -(z - math.copysign(l1, z)) / ((beta + math.sqrt(n)) / alpha + l2)
    return w


@pytest.mark.parametrize(("beta", "l1", "l2"), [(1.0, 0.0, 0.0), (1.0, 0.5, 0.0), (0.5, 0.2, 0.7)])
def test_the_algorithm_of_the_paper(beta, l1, l2):
    grads = gradients()
    for steps in range(1, len(grads) + 1):
        mine = run(grads[:steps], beta=beta, l1=l1, l2=l2, initial_accumulator=0.0)
        expected = [by_the_paper(grads[:steps, at].tolist(), 0.3, beta, l1, l2) for at in range(7)]
        assert mine.tolist() == pytest.approx(expected, abs=1e-12)
    assert (mine[0] == 0) == (l1 > 0), "L1 keeps what hardly matters at exactly 0"


def by_keras(grads, start, lr, l1, l2, shrinkage, beta):
    """``update_step`` of keras.optimizers.Ftrl with learning_rate_power -0.5."""
    accumulator, linear, w = 0.1, 0.0, start
    for g in grads:
        new = accumulator + g * g
        linear += g + 2 * shrinkage * w - (math.sqrt(new) - math.sqrt(accumulator)) / lr * w
        quadratic = math.sqrt(new) / lr + 2 * (l2 + beta / (2 * lr))
        w = (min(max(linear, -l1), l1) - linear) / quadratic
        accumulator = new
    return w


def test_the_update_of_keras_from_any_start():
    grads, start = gradients(), torch.linspace(-1, 1, 7, dtype=torch.float64)
    for steps in range(1, len(grads) + 1):
        mine = run(grads[:steps], start, l1=0.05, l2=0.4, weight_decay=0.02, beta=0.1, keep_start=False)
        expected = [by_keras(grads[:steps, at].tolist(), float(start[at]), 0.3, 0.05, 0.2, 0.01, 0.1) for at in range(7)]
        assert mine.tolist() == pytest.approx(expected, abs=1e-12)


def test_without_l1_and_l2_it_is_adagrad_whatever_the_schedule():
    grads, start = gradients(), torch.linspace(-1, 1, 7, dtype=torch.float64)
    rates = [0.01 + 0.3 * random.Random(step).random() for step in range(len(grads))]
    weight = torch.nn.Parameter(start.clone())
    adagrad = torch.optim.Adagrad([weight], initial_accumulator_value=0.1, eps=1e-3)
    for rate, grad in zip(rates, grads, strict=True):
        adagrad.param_groups[0]["lr"], weight.grad = rate, grad
        adagrad.step()
    torch.testing.assert_close(run(grads, start, rates, beta=1e-3), weight.detach(), rtol=1e-10, atol=1e-12)


def test_a_gradient_of_zero_leaves_the_first_weights_where_keras_forgets_them():
    start, nothing = torch.linspace(-1, 1, 7, dtype=torch.float64), torch.zeros(1, 7, dtype=torch.float64)
    torch.testing.assert_close(run(nothing, start, l1=0.1, l2=0.2), start)
    assert run(nothing, start, keep_start=False).abs().max() == 0


def test_a_rate_of_zero_moves_nothing():
    start = torch.linspace(-1, 1, 7, dtype=torch.float64)
    moved = run(gradients()[:3], start, [0.1, 0.0, 0.0])
    torch.testing.assert_close(moved, run(gradients()[:1], start, [0.1]))
