"""The schedule that the settings ask for."""

from collections.abc import Callable, Mapping
from typing import Any

from convlens.training.schedules import forms
from convlens.training.schedules.plateau import Plateau
from convlens.training.settings.settings import Settings

Factor = Callable[[int], float]


class Schedule:
    """The learning rate of every step: a pure function of the step, but for reduce-on-plateau, which sees the validation."""

    def __init__(self, peak: float, steps: int, factor: Factor, plateau: Plateau | None = None) -> None:
        self.peak = peak
        self.steps = steps
        self.factor = factor
        self.plateau = plateau

    def rate(self, step: int) -> float:
        """The learning rate of a step, from 0; steps after the last have that of the last."""
        falls = self.plateau.factor if self.plateau else 1.0
        return self.peak * falls * self.factor(max(0, min(step, self.steps - 1)))

    def seen(self, validation_loss: float) -> None:
        """Called after each epoch."""
        if self.plateau:
            self.plateau.see(validation_loss)

    def state_dict(self) -> dict[str, Any]:
        """Plain values for JSON; empty where the step says everything."""
        return self.plateau.state_dict() if self.plateau else {}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        if self.plateau and state:
            self.plateau.load_state_dict(state)


def schedule_of(settings: Settings, steps: int, steps_per_epoch: int) -> Schedule:
    """``steps`` are all steps of the training. Rprop reads the rate once, so it stays as it is.

    >>> schedule = schedule_of(Settings(schedule="cosine", learning_rate=0.1), steps=100, steps_per_epoch=10)
    >>> [round(schedule.rate(step), 6) for step in (0, 50)]
    [0.1, 0.05]
    """
    steps = max(1, steps)
    if settings.optimizer == "rprop":
        return Schedule(settings.learning_rate, steps, lambda _at: 1.0)
    if settings.schedule == "one-cycle":
        return Schedule(
            settings.learning_rate, steps, lambda at: forms.one_cycle(at, steps, settings.warmup or forms.ONE_CYCLE_RISE)
        )
    rise = min(round(settings.warmup * steps), steps - 1)
    after = _after_warmup(settings, steps - rise)
    milestones = [epoch * steps_per_epoch for epoch in settings.milestones] or [steps // 2, steps * 3 // 4]

    def factor(at: int) -> float:
        if at < rise:
            return forms.warm(at, rise)
        return forms.stepped(at, milestones, settings.decay) if settings.schedule == "step" else after(at - rise)

    plateau = Plateau(settings.decay, settings.plateau) if settings.schedule == "reduce-on-plateau" else None
    return Schedule(settings.learning_rate, steps, factor, plateau)


def _after_warmup(settings: Settings, steps: int) -> Factor:
    """The factor of the steps that follow a warm-up, counted from its end."""
    forms_by_name: dict[str, Factor] = {
        "exponential": lambda at: forms.exponential(at, steps, settings.decay),
        "polynomial": lambda at: forms.polynomial(at, steps, settings.power, settings.final_rate),
        "cosine": lambda at: forms.cosine(at, steps, settings.final_rate),
    }
    return forms_by_name.get(settings.schedule, lambda _at: 1.0)
