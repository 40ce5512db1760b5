"""All settings of a training, with their defaults."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from functools import cache
from typing import Any

from convlens.ir.errors import UsageError, nearest, quoted
from convlens.lang.sentence import Sentence
from convlens.training.settings.augmentation import AugmentationSettings
from convlens.training.settings.data import DataSettings
from convlens.training.settings.length import LengthSettings
from convlens.training.settings.loss import LossSettings
from convlens.training.settings.machine import MachineSettings
from convlens.training.settings.optimizer import OptimizerSettings
from convlens.training.settings.regularization import RegularizationSettings
from convlens.training.settings.schedule import ScheduleSettings
from convlens.training.settings.setting import Setting


@dataclass(frozen=True, kw_only=True)
class Settings(
    MachineSettings, DataSettings, AugmentationSettings, LossSettings,
    RegularizationSettings, ScheduleSettings, OptimizerSettings, LengthSettings,
):  # fmt: skip
    """What decides a training beside its network and its data. `with_values` checks what comes from outside.

    >>> Settings().with_values({"learning_rate": "0.01", "optimizer": "adamw"}).learning_rate
    0.01
    """

    def with_values(self, values: Mapping[str, Any]) -> "Settings":
        """These settings with some of them changed. Raises `UsageError` for an unknown name or an illegal value."""
        known = {about.name: about for about in table()}
        for name in values:
            if name not in known:
                raise UsageError(
                    Sentence(
                        "there is no setting {name}{meant}\n  fix: one of {known}",
                        name=quoted(name), meant=nearest(name, list(known)), known=", ".join(known),
                    )
                )  # fmt: skip
        return replace(self, **{name: known[name].read(value) for name, value in values.items()})

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON and TOML; a setting that is None is left out."""
        plain = {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()}
        return {name: value for name, value in plain.items() if value is not None}

    @property
    def augments(self) -> bool:
        return any(getattr(self, about.name) != about.default for about in table() if about.group == "augmentation")


@cache
def table() -> tuple[Setting, ...]:
    """Every setting in the order of its groups, with its name and its group: "optimizer", "schedule"."""
    bases = [base for base in reversed(Settings.__mro__) if base.__name__.endswith("Settings") and base is not Settings]
    return tuple(
        replace(item.metadata["setting"], name=item.name, group=base.__name__.removesuffix("Settings").lower())
        for base in bases
        for item in fields(base)
    )
