"""What a range test of the learning rate found."""

import math
from dataclasses import dataclass
from typing import Any

from convlens.lang.messages import say
from convlens.training.rates.chart import chart
from convlens.training.rates.picture import Curve, picture
from convlens.training.rates.smooth import smoothed

WIDTH = 0.04
"""The losses are smoothed over this share of the steps."""


@dataclass(frozen=True)
class RateTest:
    """``losses`` of the first steps, at ``rates``; fewer than ``steps`` where it diverged. The same in every process."""

    network: str
    data: str
    batch: int
    steps: int
    rates: tuple[float, ...]
    losses: tuple[float, ...]
    processes: int = 1

    @property
    def diverged(self) -> bool:
        return len(self.losses) < self.steps

    @property
    def smooth(self) -> list[float]:
        """The losses without their noise."""
        return smoothed(self.losses, max(1.0, WIDTH * self.steps))

    @property
    def suggestion(self) -> float | None:
        """The rate at which the smoothed loss falls fastest, on a scale of equal factors; None where it nowhere falls."""
        smooth = self.smooth
        lowest = min(range(len(smooth)), key=smooth.__getitem__, default=0)
        slopes = [(smooth[at + 1] - smooth[at - 1], at) for at in range(1, min(lowest + 1, len(smooth) - 1))]
        slope, at = min(slopes, default=(0.0, 0))
        return float(f"{self.rates[at]:.2g}") if slope < 0 else None

    @property
    def lowest(self) -> float | None:
        """The rate at which the smoothed loss is least: near the edge of what the network bears."""
        smooth = self.smooth
        return self.rates[min(range(len(smooth)), key=smooth.__getitem__)] if smooth else None

    def text(self, lang: str = "en") -> str:
        """A small curve, and what follows from it."""
        lines = [*chart([math.log10(rate) for rate in self.rates], [Curve("", self.smooth)], lang, powers=True)]
        if self.diverged and self.rates:
            lines.append(say(lang, "The loss ran away at a learning rate of {rate}.", rate=f"{self.rates[-1]:.2g}"))
        if self.suggestion is None:
            lines.append(say(lang, "The loss falls nowhere: no rate can be suggested."))
        else:
            lines.append(
                say(lang, "It falls fastest at {rate} and is least at {lowest}.",
                    rate=f"{self.suggestion:.2g}", lowest=f"{self.lowest:.2g}")
            )  # fmt: skip
            lines.append(say(lang, "suggested: --learning-rate {rate}", rate=f"{self.suggestion:.2g}"))
        return "\n".join(lines) + "\n"

    def __str__(self) -> str:
        return self.text()

    def to_dict(self) -> dict[str, Any]:
        return {
            "schema": "convlens/find-lr/1", "network": self.network, "data": self.data, "batch": self.batch,
            "processes": self.processes, "steps": self.steps, "diverged": self.diverged, "suggestion": self.suggestion,
            "lowest": self.lowest, "rates": list(self.rates), "losses": list(self.losses), "smoothed": self.smooth,
        }  # fmt: skip

    def svg(self, lang: str = "en") -> str:
        """The whole file of a picture: the losses as points, the smoothed curve, and the suggestion."""
        head = say(lang, "{network} on {data}: the loss while the learning rate grows", network=self.network, data=self.data)
        curves = [Curve(say(lang, "smoothed"), self.smooth, tuple(self.losses))]
        at = [math.log10(rate) for rate in self.rates]
        mark = math.log10(self.suggestion) if self.suggestion else None
        note = say(lang, "suggested {rate}", rate=f"{self.suggestion:.2g}") if self.suggestion else ""
        return picture(head, at, curves, lang, axis=say(lang, "learning rate"), powers=True, mark=mark, note=note)
