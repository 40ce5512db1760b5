"""A training on the terminal: remarks, a progress bar with the time left, a line for each epoch."""

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from convlens.cli._output import remark as print_remark
from convlens.lang.messages import say
from convlens.lang.remark import Remark
from convlens.training.engine.watch import Watch


class TerminalWatch(Watch):
    """Writes to the standard error. The bar is drawn where that is a terminal; the lines are written everywhere."""

    def __init__(self, lang: str, *, quiet: bool = False) -> None:
        self.lang = lang
        self.quiet = quiet
        self._console = Console(stderr=True)
        self._bar: Progress | None = None
        self._task: Any = None

    def said(self, remark: Remark) -> None:
        if not self.quiet:
            self._print(remark.text(self.lang))

    def begun(self, step: int, steps: int) -> None:
        if self.quiet or not self._console.is_terminal:
            return
        columns = (BarColumn(None), TaskProgressColumn(), TextColumn("{task.description}"), TimeRemainingColumn(compact=True))
        self._bar = Progress(*columns, console=self._console, transient=True)
        self._task = self._bar.add_task("", total=steps, completed=step)
        self._bar.start()

    def stepped(self, step: int, loss: float, rate: float) -> None:
        if self._bar is not None:
            text = say(self.lang, "loss {loss}, learning rate {rate}", loss=f"{loss:.4f}", rate=f"{rate:.2g}")
            self._bar.update(self._task, completed=step, description=text)

    def judged(self, record: Mapping[str, Any]) -> None:
        if not self.quiet:
            self._print(epoch_line(record, self.lang))

    def ended(self) -> None:
        if self._bar is not None:
            self._bar.stop()
            self._bar = None

    def _print(self, text: str) -> None:
        """Above the bar where one is drawn: rich holds the standard error then."""
        print_remark(text)


class PlanWatch(Watch):
    """Keeps what is said, where that is the result."""

    def __init__(self) -> None:
        self.remarks: list[Remark] = []

    def said(self, remark: Remark) -> None:
        self.remarks.append(remark)


def epoch_line(record: Mapping[str, Any], lang: str) -> str:
    """One epoch on one line.

    >>> epoch_line({"epoch": 3, "train_loss": 0.5, "train_accuracy": 0.81, "seconds": 4.2}, "en")
    'epoch   3: loss 0.5000, accuracy 81.0 %; 4.2 s'
    """
    loss, accuracy = f"{record['train_loss']:.4f}", f"{100 * record['train_accuracy']:.1f}"
    parts = [say(lang, "loss {loss}, accuracy {accuracy} %", loss=loss, accuracy=accuracy)]
    if "validation_loss" in record:
        loss, accuracy = f"{record['validation_loss']:.4f}", f"{100 * record['validation_accuracy']:.1f}"
        parts.append(say(lang, "validation loss {loss}, accuracy {accuracy} %", loss=loss, accuracy=accuracy))
    parts.append(say(lang, "{seconds} s", seconds=f"{record['seconds']:.1f}"))
    return say(lang, "epoch {epoch}: {figures}", epoch=f"{record['epoch']:>3}", figures=say(lang, "; ").join(parts))
