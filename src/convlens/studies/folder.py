"""Where the parts of a study are, and what it is: written before its first training, so that it can always go on."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from convlens.ir.errors import UsageError
from convlens.lang.sentence import Sentence
from convlens.studies.plan import Plan, Trial, Variant, plan_of
from convlens.studies.vary import NETWORK, Varied, value_of
from convlens.training.recipe import Recipe, recipe_of
from convlens.training.record.files import write, write_json
from convlens.training.record.folder import RunFolder, check_name, new_path, read_json

SCHEMA = "convlens/study-plan/1"


class StudyFolder:
    """The files of one study by name."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.record = path / "study.json"
        self.recipe = path / "recipe.toml"
        self.best = path / "best.toml"
        self.runs = path / "runs"
        self.result = path / "result.json"
        self.rows = path / "result.csv"
        self.page = path / "report.html"
        self.database = path / "trials.db"

    def run(self, trial: Trial) -> RunFolder:
        return RunFolder(self.runs / trial.name)

    def failure(self, trial: Trial) -> Path:
        """Says why a training came to no end of its own."""
        return self.runs / trial.name / "failed.json"

    def make(self) -> None:
        """Raises `UsageError` where it cannot be made, or cannot have this name."""
        check_name(self.path)
        try:
            self.runs.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UsageError(
                Sentence(
                    "{path} cannot be made: {reason}\n  fix: another -o FOLDER",
                    path=self.path, reason=error.strerror or error,
                )
            ) from None  # fmt: skip


@dataclass(frozen=True)
class Begun:
    """A study as it was begun."""

    plan: Plan
    about: str
    stop_hopeless: bool
    command: str


def new_study(name: str, out: str) -> StudyFolder:
    """The folder for a new study. Raises `UsageError` where one is there already."""
    folder = StudyFolder(Path(out) if out else new_path(name, Path("studies")))
    check_name(folder.path)
    if folder.record.exists():
        raise UsageError(Sentence("{path} holds a study already\n  fix: --resume {path}, or another -o FOLDER", path=folder.path))
    return folder


def write_study(folder: StudyFolder, begun: Begun) -> None:
    """The folder with recipe.toml and, last, study.json."""
    folder.make()
    plan = begun.plan
    write(folder.recipe, plan.baseline.to_toml().encode("utf-8"))
    write_json(folder.record, {
        "schema": SCHEMA, "name": plan.baseline.name, "about": begun.about, "command": begun.command,
        "vary": {each.name: list(each.values) for each in plan.varied}, "grid": plan.grid, "seeds": len(plan.seeds),
        "extra": [dict(variant.values) for variant in plan.extra],
        "stop_hopeless": begun.stop_hopeless,
    })  # fmt: skip


def study_at(path: str | Path) -> tuple[StudyFolder, Begun]:
    """The study in this folder. Raises `UsageError` where there is none, or where its record is none."""
    folder = StudyFolder(Path(path))
    if not folder.record.is_file() or not folder.recipe.is_file():
        raise UsageError(
            Sentence("{path} holds no study: it has no study.json and recipe.toml\n  fix: a folder that study made", path=path)
        )
    record = read_json(folder.record)
    if not isinstance(record, dict) or record.get("schema") != SCHEMA or not isinstance(record.get("vary"), dict):
        raise UsageError(Sentence("{path} is no record of a study that this version reads", path=folder.record))
    baseline = _named(recipe_of(str(folder.recipe)), record)
    seeds = record.get("seeds")
    plan = plan_of(
        baseline, _varied(record["vary"]), seeds if isinstance(seeds, int) else 1, grid=record.get("grid") is True,
        extra=_extra(record.get("extra", [])),
    )  # fmt: skip
    about, command = (str(record.get(key, "")) for key in ("about", "command"))
    return folder, Begun(plan, about, record.get("stop_hopeless") is True, command)


def _named(recipe: Recipe, record: Mapping[str, Any]) -> Recipe:
    return replace(recipe, name=str(record.get("name", recipe.name)))


def _varied(values: Mapping[str, Any]) -> list[Varied]:
    found = []
    for name, several in values.items():
        if not isinstance(several, list) or not several:
            raise UsageError(Sentence("study.json: the values of {name} are no list", name=name))
        found.append(Varied(name, tuple(_written(name, value) for value in several)))
    return found


def _written(name: str, value: Any) -> Any:
    """As its own type. A network is only named: what was found of it can be read where it is not there any more."""
    if value is None:
        return None
    return str(value) if name == NETWORK else value_of(name, value)


def _extra(several: Any) -> list[Variant]:
    if not isinstance(several, list) or not all(isinstance(values, dict) for values in several):
        raise UsageError(Sentence("study.json: extra is no list of variants"))
    return [variant_of(values) for values in several]


def variant_of(values: Mapping[str, Any]) -> Variant:
    """Of plain values, each read as its setting's own type."""
    return Variant({name: _written(name, value) for name, value in values.items()})
