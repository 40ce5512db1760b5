"""What a search has found: its trials, what mattered, the best recipe; as text, record and page."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import optuna
from optuna.trial import TrialState

from convlens.ir.record import as_json
from convlens.lang.layout import aligned
from convlens.lang.messages import marked, said, say
from convlens.lang.remark import remark
from convlens.studies.folder import StudyFolder
from convlens.studies.search.objective import varied
from convlens.studies.search.space import Space
from convlens.studies.vary import said_values
from convlens.training.recipe import Recipe
from convlens.training.record.files import write

SCHEMA = "convlens/search/1"
OPTIMISTIC = marked("the best of many is lucky too: convlens study {recipe} --vary ... measures it with other seeds")


@dataclass(frozen=True)
class Search:
    """What a search has found so far. ``trials`` are Optuna's, in order."""

    folder: StudyFolder
    recipe: Recipe
    space: Space
    trials: tuple[Any, ...]
    importances: Mapping[str, float]
    command: str = ""

    @property
    def finished(self) -> list[Any]:
        return [trial for trial in self.trials if trial.state == TrialState.COMPLETE]

    @property
    def best(self) -> Any:
        """The trial of the highest accuracy; None without a finished one."""
        return max(self.finished, key=lambda trial: trial.value, default=None)

    @property
    def best_recipe(self) -> Recipe | None:
        best = self.best
        return varied(self.recipe, best.user_attrs["values"]) if best is not None else None

    def text(self, lang: str = "en") -> str:
        """The best trials, what mattered, and where the best recipe is."""
        order = sorted(self.finished, key=lambda trial: -trial.value)[:10]
        heads = [say(lang, "trial"), say(lang, "validation accuracy"), say(lang, "settings")]
        rows = [[str(each.number), f"{100 * each.value:.2f}", said_values(each.user_attrs["values"])] for each in order]
        lines = aligned([heads, *rows]) if rows else [say(lang, "no trial is finished")]
        if self.importances:
            shares = ", ".join(f"{name} {100 * share:.0f} %" for name, share in self.importances.items())
            lines += ["", said(lang, say(lang, "importance of the settings"), shares)]
        if rows:
            place = str(self.folder.best)
            lines += [said(lang, say(lang, "the best recipe"), place), remark(OPTIMISTIC, recipe=place).text(lang)]
        return "\n".join(lines) + "\n"

    def __str__(self) -> str:
        return self.text()

    def to_dict(self) -> dict[str, Any]:
        """Schema ``convlens/search/1``."""
        best = self.best
        return {
            "schema": SCHEMA, "name": self.recipe.name, "network": self.recipe.network, "data": self.recipe.data,
            "command": self.command, "settings": self.recipe.settings.to_dict(), "space": [vars(each) for each in self.space],
            "best": best and {"number": best.number, "accuracy": best.value, "values": best.user_attrs["values"]},
            "importances": dict(self.importances),
            "trials": [
                {"number": each.number, "state": each.state.name.lower(), "accuracy": each.value,
                 "values": each.user_attrs.get("values", {}), "seconds": each.duration.total_seconds() if each.duration else None}
                for each in self.trials
            ],
        }  # fmt: skip

    def page(self, lang: str = "en") -> str:
        """One HTML file, both languages inside."""
        from convlens.studies.pages.page import search_page  # noqa: PLC0415 - each form loads its own writer

        return search_page(self, lang)

    def write(self, lang: str = "en") -> None:
        """best.toml, result.json and report.html."""
        best = self.best_recipe
        if best is not None:
            write(self.folder.best, best.to_toml().encode("utf-8"))
        write(self.folder.result, as_json(self.to_dict()).encode("utf-8"))
        write(self.folder.page, self.page(lang).encode("utf-8"))


def importances(study: Any) -> dict[str, float]:
    """How much each setting decides, by Optuna; empty where too few trials are finished to say."""
    if len([trial for trial in study.get_trials(deepcopy=False) if trial.state == TrialState.COMPLETE]) < 4:
        return {}
    try:
        found = optuna.importance.get_param_importances(study)
    except (ValueError, RuntimeError):  # all trials equal
        return {}
    return {name: float(share) for name, share in found.items()}
