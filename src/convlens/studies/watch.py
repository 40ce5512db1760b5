"""Who looks on while a study goes."""

from convlens.lang.remark import Remark
from convlens.studies.plan import Trial


class StudyWatch:
    """Sees a study and says nothing; the command line draws a progress bar."""

    def said(self, remark: Remark) -> None:
        """Something that a person should know."""

    def begun(self, trainings: int, done: int) -> None:
        """So many trainings are to do, and ``done`` of them are done already."""

    def moved(self, done: float) -> None:
        """``done`` trainings are done, parts of trainings counted."""

    def finished(self, trial: Trial, outcome: Remark) -> None:
        """A training is over."""

    def ended(self) -> None:
        """The study is over, or was broken off."""
