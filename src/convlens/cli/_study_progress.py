"""A study on the terminal: remarks, one bar over all trainings with the time left, a line for each that is over."""

from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from convlens.cli._output import remark as print_remark
from convlens.lang.messages import marked, say
from convlens.lang.remark import Remark
from convlens.studies.plan import Trial
from convlens.studies.watch import StudyWatch

OF, DONE = marked("{done} of {total} trainings"), marked("{done} trainings")
"""A search that ends by time has no total."""


class TerminalStudy(StudyWatch):
    """Writes to the standard error. The bar is drawn where that is a terminal; the lines are written everywhere."""

    def __init__(self, lang: str, *, quiet: bool = False) -> None:
        self.lang = lang
        self.quiet = quiet
        self.total = 0
        self._console = Console(stderr=True)
        self._bar: Progress | None = None
        self._task: Any = None

    def said(self, remark: Remark) -> None:
        if not self.quiet:
            print_remark(remark.text(self.lang))

    def begun(self, trainings: int, done: int) -> None:
        self.total = trainings
        if self.quiet or not self._console.is_terminal:
            return
        columns = (BarColumn(None), TextColumn("{task.description}"), TimeRemainingColumn(compact=True))
        self._bar = Progress(*columns, console=self._console, transient=True, speed_estimate_period=600)
        self._task = self._bar.add_task("", total=trainings or None, completed=done)
        self._bar.start()

    def moved(self, done: float) -> None:
        if self._bar is not None:
            places = {"done": f"{done:.1f}", "total": self.total}
            text = say(self.lang, OF if self.total else DONE, **places)
            self._bar.update(self._task, completed=done, description=text)

    def finished(self, trial: Trial, outcome: Remark) -> None:
        self.said(outcome)

    def ended(self) -> None:
        if self._bar is not None:
            self._bar.stop()
            self._bar = None
