"""A rate that falls when the validation loss no longer does."""

from collections.abc import Mapping
from typing import Any

THRESHOLD = 1e-4
"""A loss is better only where it is lower by this share of the best; PyTorch's ``threshold``."""


class Plateau:
    """``factor`` is multiplied by ``decay`` after ``patience`` epochs in a row without a better loss; then they count anew.

    As ``torch.optim.lr_scheduler.ReduceLROnPlateau(factor=decay, patience=patience - 1)``, which waits for more than its
    patience, and as Keras's ``ReduceLROnPlateau``, which waits for as many. A loss that is not a number is not better.

    >>> plateau = Plateau(0.1, 2)
    >>> for loss in (1.0, 0.9, 0.95, 0.92):
    ...     plateau.see(loss)
    >>> plateau.factor
    0.1
    """

    def __init__(self, decay: float, patience: int) -> None:
        self.decay = decay
        self.patience = patience
        self.best: float | None = None
        self.waited = 0
        self.falls = 0

    @property
    def factor(self) -> float:
        return float(self.decay**self.falls)

    def see(self, loss: float) -> None:
        if loss == loss and (self.best is None or loss < self.best - THRESHOLD * abs(self.best)):  # noqa: PLR0124 - not a NaN
            self.best, self.waited = loss, 0
            return
        self.waited += 1
        if self.waited >= self.patience:
            self.falls, self.waited = self.falls + 1, 0

    def state_dict(self) -> dict[str, Any]:
        return {"best": self.best, "waited": self.waited, "falls": self.falls}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        self.best, self.waited, self.falls = state["best"], int(state["waited"]), int(state["falls"])
