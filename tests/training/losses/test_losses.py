"""Losses against PyTorch's cross-entropy and the formulas of the paper of focal loss."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn.functional import cross_entropy, one_hot

from convlens.training.losses.build import Loss, balanced_weights, loss_of, remarks_of
from convlens.training.settings.settings import Settings

COUNTS = torch.tensor([50, 30, 15, 5])


def batch(seed=0, size=9, classes=4):
    generator = torch.Generator().manual_seed(seed)
    logits = torch.randn(size, classes, generator=generator) * 3
    return logits.requires_grad_(), torch.randint(classes, (size,), generator=generator)


@pytest.mark.parametrize("weights", ["none", "balanced"])
@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_the_mean_is_pytorchs_mean(weights, smoothing):
    logits, targets = batch()
    loss = loss_of(Settings(class_weights=weights, label_smoothing=smoothing), COUNTS)
    mean = loss.each(logits, targets).sum() / loss.weights(targets).sum()
    theirs = cross_entropy(logits, targets, None if weights == "none" else balanced_weights(COUNTS), label_smoothing=smoothing)
    torch.testing.assert_close(mean, theirs)


@pytest.mark.parametrize("loss", ["cross-entropy", "focal"])
@pytest.mark.parametrize("weights", ["none", "balanced"])
def test_slices_of_several_processes_add_up_to_the_whole_batch(loss, weights):
    logits, targets = batch()
    made = loss_of(Settings(loss=loss, class_weights=weights), COUNTS)
    each = [made.each(logits[part], targets[part]).sum() for part in (slice(0, 4), slice(4, 9), slice(9, 9))]
    counted = [made.weights(targets[part]).sum() for part in (slice(0, 4), slice(4, 9), slice(9, 9))]
    torch.testing.assert_close(sum(each) / sum(counted), made.each(logits, targets).sum() / made.weights(targets).sum())


@given(st.floats(0, 5), st.floats(-6, 6), st.booleans())
def test_focal_of_a_label_is_formula_5(gamma, logit, weighted):
    weights = torch.tensor([0.25, 0.75], dtype=torch.float32) if weighted else None
    p = 1 / (1 + math.exp(-logit))
    alpha = 0.25 if weighted else 1.0
    found = Loss(weights, gamma=gamma).each(torch.tensor([[logit, 0.0]]), torch.tensor([0]))
    assert found.item() == pytest.approx(-alpha * (1 - p) ** gamma * math.log(p), rel=2e-4, abs=1e-6)


@pytest.mark.parametrize("smoothing", [0.0, 0.2])
@pytest.mark.parametrize("mixed", [False, True])
def test_focal_with_gamma_0_is_cross_entropy(mixed, smoothing):
    logits, targets = batch()
    given_targets = torch.softmax(torch.randn(9, 4), 1) if mixed else targets
    focal = Loss(balanced_weights(COUNTS), smoothing, 0.0).each(logits, given_targets)
    torch.testing.assert_close(focal, Loss(balanced_weights(COUNTS), smoothing).each(logits, given_targets))


@pytest.mark.parametrize("gamma", [None, 0.5, 2.0])
def test_a_label_as_a_mixture_of_one_is_the_label(gamma):
    logits, targets = batch()
    loss = Loss(balanced_weights(COUNTS), 0.1, gamma)
    mixture = one_hot(targets, 4).float()
    torch.testing.assert_close(loss.each(logits, targets), loss.each(logits, mixture))
    torch.testing.assert_close(loss.weights(targets), loss.weights(mixture))


def test_focal_is_linear_in_the_mixture():
    logits, targets = batch()
    loss, a, b = Loss(gamma=2.0), one_hot(targets, 4).float(), one_hot(targets.roll(1), 4).float()
    torch.testing.assert_close(loss.each(logits, 0.3 * a + 0.7 * b), 0.3 * loss.each(logits, a) + 0.7 * loss.each(logits, b))


@pytest.mark.parametrize("gamma", [0.1, 0.5, 1.0, 2.0])
def test_a_certain_answer_has_a_finite_gradient(gamma):
    logits = torch.tensor([[200.0, 0.0], [0.0, 200.0]], requires_grad=True)
    Loss(gamma=gamma).each(logits, torch.tensor([0, 0])).sum().backward()
    assert logits.grad.isfinite().all()


def test_logits_in_bfloat16_are_summed_in_float32():
    logits, targets = batch()
    for gamma in (None, 2.0):
        assert Loss(gamma=gamma).each(logits.bfloat16(), targets).dtype == torch.float32


@given(st.lists(st.integers(0, 1000), min_size=1, max_size=12).filter(any))
def test_balanced_weights_make_every_class_count_alike(counts):
    weights = balanced_weights(torch.tensor(counts)).double()
    shares = [weights[at].item() * count for at, count in enumerate(counts) if count]
    assert shares == pytest.approx([sum(counts) / len(shares)] * len(shares), rel=1e-5)
    assert all(weights[at] == 1 for at, count in enumerate(counts) if not count)


def test_only_both_together_are_remarked_upon():
    assert remarks_of(Settings(sampler="balanced")) == remarks_of(Settings(class_weights="balanced")) == []
    (found,) = remarks_of(Settings(sampler="balanced", class_weights="balanced"))
    assert found.text().startswith("Rare classes are made more of twice")
