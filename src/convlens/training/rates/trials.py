"""Short trainings under a few learning rates, side by side."""

from dataclasses import dataclass
from typing import Any

from convlens.lang.messages import say
from convlens.training.rates.picture import Curve, picture
from convlens.training.rates.smooth import smoothed

ROWS = 10


@dataclass(frozen=True)
class Trial:
    """``losses`` of the steps under one fixed ``rate``; fewer than were asked for where it diverged."""

    rate: float
    losses: tuple[float, ...]


@dataclass(frozen=True)
class Trials:
    """All from the same start on the same batches of ``batch`` examples."""

    network: str
    data: str
    batch: int
    steps: int
    trials: tuple[Trial, ...]
    processes: int = 1

    def end(self, trial: Trial) -> float | None:
        """The mean loss of the last tenth of the steps; None where it diverged before."""
        tenth = max(1, self.steps // ROWS)
        return sum(trial.losses[-tenth:]) / tenth if len(trial.losses) == self.steps else None

    @property
    def best(self) -> float | None:
        """The rate whose loss ends lowest; None where all diverged."""
        ends = [(end, trial.rate) for trial in self.trials if (end := self.end(trial)) is not None]
        return min(ends)[1] if ends else None

    def text(self, lang: str = "en") -> str:
        """A table: a row for each tenth of the steps with the mean loss of that tenth, a column for each rate."""
        columns = [f"{trial.rate:g}".rjust(10) for trial in self.trials]
        head = say(lang, "loss by learning rate")
        step = say(lang, "step")
        lines = [head, f"{step:>8}" + "".join(columns)]
        for first, end in self._tenths():
            means = [self._mean(trial, first, end) for trial in self.trials]
            lines.append(f"{end:>8}" + "".join(("-" if mean is None else f"{mean:.4g}").rjust(10) for mean in means))
        lines.append(self._verdict(lang))
        return "\n".join(lines) + "\n"

    def __str__(self) -> str:
        return self.text()

    def _tenths(self) -> list[tuple[int, int]]:
        rows = min(ROWS, self.steps)
        return [(self.steps * row // rows, self.steps * (row + 1) // rows) for row in range(rows)]

    @staticmethod
    def _mean(trial: Trial, first: int, end: int) -> float | None:
        return sum(trial.losses[first:end]) / (end - first) if len(trial.losses) >= end else None

    def _verdict(self, lang: str) -> str:
        if self.best is None:
            return say(lang, "Every rate made the loss run away: try smaller ones.")
        return say(lang, "The loss ends lowest under --learning-rate {rate}.", rate=f"{self.best:g}")

    def to_dict(self) -> dict[str, Any]:
        return {
            "schema": "convlens/try-rates/1", "network": self.network, "data": self.data, "batch": self.batch,
            "processes": self.processes, "steps": self.steps, "best": self.best, "trials": list(map(self._record, self.trials)),
        }  # fmt: skip

    def _record(self, trial: Trial) -> dict[str, Any]:
        diverged = len(trial.losses) < self.steps
        return {"rate": trial.rate, "diverged": diverged, "end": self.end(trial), "losses": list(trial.losses)}

    def svg(self, lang: str = "en") -> str:
        """The whole file of a picture: loss against iteration, a curve for each rate."""
        head = say(lang, "{network} on {data}: the loss under fixed learning rates", network=self.network, data=self.data)
        width = max(1.0, self.steps / 50)
        curves = [Curve(f"{trial.rate:g}", smoothed(trial.losses, width, ends=True)) for trial in self.trials]
        return picture(head, list(range(1, self.steps + 1)), curves, lang, axis=say(lang, "iteration"))
