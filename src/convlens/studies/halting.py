"""Trainings that are stopped early, and why the comparison stays fair.

Only where all trainings have the same steps and a schedule under which a loss half-way says something: not under one-cycle,
whose middle looks bad and ends well. A training is stopped after half of its epochs at the soonest, where its validation loss
is above that of *every* baseline run at the same epoch by more than `TIMES` their range or a tenth of the loss, whichever is
more, and has been so at the epoch before as well. What is stopped has no figures: it is called hopeless, never averaged.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from convlens.ir.errors import ConvlensError
from convlens.lang.messages import marked
from convlens.lang.sentence import Sentence
from convlens.studies.plan import Plan

TIMES = 3
SHARE = 0.1
LENGTHS_DIFFER = marked("the trainings have different lengths or schedules")
ONE_CYCLE = marked("one-cycle looks bad in its middle and ends well")
NO_VALIDATION = marked("there is no validation part to judge by")


class HopelessError(ConvlensError):
    """The training was far behind every run of the baseline."""


@dataclass
class Limits:
    """``highest`` is for each epoch, counted from 0, the validation loss above which a training is behind."""

    highest: tuple[float, ...]
    behind: int = 0

    def check(self, record: Mapping[str, Any]) -> None:
        """Raises `HopelessError` where the epoch of this record ends it."""
        epoch, loss = int(record["epoch"]), record.get("validation_loss")
        if loss is None or epoch > len(self.highest):
            return
        limit = self.highest[epoch - 1]
        self.behind = self.behind + 1 if float(loss) > limit else 0
        if self.behind >= 2 and 2 * epoch >= len(self.highest) > epoch:
            raise HopelessError(
                f"stopped after epoch {epoch} of {len(self.highest)}: validation loss {loss:.4g}, above {limit:.4g}, "
                "far behind every run of the baseline"
            )


def may_stop(plan: Plan) -> str:
    """Why nothing may be stopped early; empty where it may."""
    if not plan.same_length:
        return Sentence(LENGTHS_DIFFER)
    if plan.baseline.settings.schedule == "one-cycle":
        return Sentence(ONE_CYCLE)
    if plan.baseline.settings.validation == 0:
        return Sentence(NO_VALIDATION)
    return ""


def limits_of(losses: Sequence[Sequence[float]]) -> Limits | None:
    """From the validation losses of the finished baseline runs by epoch; None without two of them.

    >>> limits_of([[1.0, 0.5], [1.2, 0.5]]).highest
    (1.8, 0.55)
    """
    if len(losses) < 2 or not all(losses):
        return None
    rows = list(zip(*losses, strict=False))
    return Limits(tuple(round(max(row) + max(TIMES * (max(row) - min(row)), SHARE * max(row)), 12) for row in rows))
