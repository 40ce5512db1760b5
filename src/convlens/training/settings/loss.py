"""What is made small, and what is done for rare classes."""

from dataclasses import dataclass

from convlens.lang.messages import marked
from convlens.training.settings.setting import setting


@dataclass(frozen=True, kw_only=True)
class LossSettings:
    """What is made small, and what is done for rare classes."""

    loss: str = setting(
        "cross-entropy",
        marked("What is made small: cross-entropy, or focal, which weighs easy examples less."),
        marked("Cross-entropy is the negative log-likelihood of the labels."),
        words=("cross-entropy", "focal"),
    )
    focal_gamma: float = setting(
        2.0, marked("How much less focal loss weighs easy examples."), marked("The paper's best value."), least=0, most=10
    )
    class_weights: str = setting(
        "none",
        marked("Balanced gives every class the same share of the loss, however rare it is."),
        marked("Plain accuracy wants the shares that the data have."),
        words=("none", "balanced"),
    )
    sampler: str = setting(
        "shuffled",
        marked("Balanced draws every class equally often, also across machines."),
        marked("Plain accuracy wants the shares that the data have."),
        words=("shuffled", "balanced"),
    )
