"""The loss that the settings ask for."""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy, one_hot

from convlens.lang.messages import marked
from convlens.lang.remark import Remark, remark
from convlens.training.losses.focal import focal
from convlens.training.settings.settings import Settings

_TWICE = marked(
    "Rare classes are made more of twice: the sampler draws every class equally often, and the loss weighs what it draws; "
    "one of the two is enough."
)


@dataclass(frozen=True)
class Loss:
    """Losses of single examples, so that a batch may be summed over several processes: ``sum(each) / sum(weights)``.

    ``class_weights`` are float32 (K,), or None. Targets are int64 labels (N,) or mixtures of classes, float (N, K), whose
    rows sum to 1. ``smoothing`` of the target is spread over all classes. ``gamma`` is that of focal loss, or None.
    """

    class_weights: Tensor | None = None
    smoothing: float = 0.0
    gamma: float | None = None

    def each(self, logits: Tensor, targets: Tensor) -> Tensor:
        """The weighted loss of every example: (N, K) to float32 (N,)."""
        logits = logits.float()
        weights = None if self.class_weights is None else self.class_weights.to(logits.device)
        if self.gamma is None:
            return cross_entropy(logits, targets, weights, reduction="none", label_smoothing=self.smoothing)
        return focal(logits, _smoothed(targets, logits.shape[1], self.smoothing), weights, self.gamma)

    def weights(self, targets: Tensor) -> Tensor:
        """How much every example counts, float32 (N,): the weight of its class, of a mixture the mean of theirs; else 1."""
        if self.class_weights is None:
            return torch.ones(len(targets), device=targets.device)
        weights = self.class_weights.to(targets.device)
        return targets.float() @ weights if targets.is_floating_point() else weights[targets]


def loss_of(settings: Settings, counts: Tensor) -> Loss:
    """``counts`` are the training examples of every class, int64 (K,).

    >>> loss_of(Settings(class_weights="balanced"), torch.tensor([30, 10])).class_weights
    tensor([0.6667, 2.0000])
    """
    return Loss(
        balanced_weights(counts) if settings.class_weights == "balanced" else None,
        settings.label_smoothing,
        settings.focal_gamma if settings.loss == "focal" else None,
    )


def balanced_weights(counts: Tensor) -> Tensor:
    """``n / (K * count)`` for each of the K classes that occur, so that every class counts alike and the mean example as 1.

    A class without examples has weight 1: nothing is known of it, and it may yet come in the validation part.
    """
    present = counts > 0
    weights = counts.sum() / (present.sum() * counts.clamp(min=1))
    return torch.where(present, weights, torch.ones_like(weights)).float()


def remarks_of(settings: Settings) -> list[Remark]:
    """What a person should know before training with this loss."""
    return [remark(_TWICE)] if settings.class_weights == settings.sampler == "balanced" else []


def _smoothed(targets: Tensor, classes: int, smoothing: float) -> Tensor:
    mixtures = targets.float() if targets.is_floating_point() else one_hot(targets, classes).float()
    return (1 - smoothing) * mixtures + smoothing / classes
