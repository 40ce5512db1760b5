"""Who looks on while a network trains."""

from collections.abc import Mapping
from typing import Any

from convlens.lang.remark import Remark


class Watch:
    """Sees a training and says nothing; the command line draws a progress bar. The page of the run begins in ``lang``."""

    lang = ""
    """The locale's where it is empty."""

    def said(self, remark: Remark) -> None:
        """Something that a person should know."""

    def begun(self, step: int, steps: int) -> None:
        """The loop starts after ``step`` of ``steps`` steps."""

    def stepped(self, step: int, loss: float, rate: float) -> None:
        """Step number ``step`` is done."""

    def judged(self, record: Mapping[str, Any]) -> None:
        """An epoch is done; ``record`` is its line of epochs.jsonl."""

    def ended(self) -> None:
        """The loop is over, whatever the reason."""
