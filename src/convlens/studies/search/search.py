"""``study --search``: better settings, looked for by Optuna; the best are written out as a recipe."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import optuna
from optuna.trial import TrialState

from convlens.ir.errors import UsageError
from convlens.lang.messages import marked
from convlens.lang.remark import Remark, remark
from convlens.lang.sentence import Sentence
from convlens.studies.baseline import baseline_of
from convlens.studies.folder import StudyFolder
from convlens.studies.plan import LENGTHS
from convlens.studies.search.address import shown_url, url_of
from convlens.studies.search.found import Search, importances
from convlens.studies.search.objective import Tried
from convlens.studies.search.same import check_same
from convlens.studies.search.space import Space, space_of
from convlens.studies.search.storage import HEARTBEAT, storage_of
from convlens.studies.search.team import follow, joined_by, together, told
from convlens.studies.search.trials import Budget, joined, tallied, work
from convlens.studies.vary import said_values
from convlens.studies.watch import StudyWatch
from convlens.training.engine.world import speaks
from convlens.training.recipe import Recipe
from convlens.training.record.folder import new_path
from convlens.training.train import StoppedError

BEGUN = marked("a new search, kept in {place}")
JOINED = marked("joining the search in {place}: {done} trials are finished")
TRIED = marked("trial {number}: accuracy {accuracy} % with {values}")
STOPPED = marked("trial {number}: stopped early, {values}")
STOPPED_SEARCH = marked("before the end; what was found is in {place}\n  to go on: the same command, with -o {place}")
ONE_CYCLE = marked("trials are stopped by how they stand in the middle of one-cycle, which looks bad there: a fixed or cosine "
                   "schedule is judged more fairly")  # fmt: skip


def search(
    recipe: str | Recipe, data: str = "", *, space: Sequence[str] = (), trials: int | None = None, minutes: float | None = None,
    method: str = "tpe", prune: bool = False, storage: str = "", out: str = "", watch: StudyWatch | None = None,
    heartbeat: int = HEARTBEAT, lang: str = "en", command: str = "", **settings: Any,
) -> Search:  # fmt: skip
    """Look for settings that give a higher validation accuracy. Workers that call this with the same ``out`` share the trials.

    ``space`` are texts such as ``learning_rate=1e-4..1e-1:log,batch=64|128``; without them the recipe's own. 30 trials
    unless ``trials`` or ``minutes`` say more or less. Raises `UsageError`, and `StorageError` for the database.

    Under torchrun its processes train each trial together, and the first of them owns it.
    """
    watch = watch or StudyWatch()
    optuna.logging.set_verbosity(optuna.logging.ERROR)  # what happens is said by `watch`
    if not recipe:
        raise UsageError(Sentence("nothing to search\n  fix: a recipe such as lenet5, with --space learning_rate=1e-4..1e-1:log"))
    base = baseline_of(recipe, data, settings, watch)
    dimensions = space_of(space, base.search)
    budget = Budget(trials if trials or minutes else 30, minutes * 60 if minutes is not None else None)
    _check(base, dimensions, trials, minutes, watch, prune=prune)
    with joined_by():
        if not speaks():
            follow(base)
            return Search(StudyFolder(Path(out)), base, dimensions, (), {}, command)
        folder = StudyFolder(Path(out) if out else new_path(f"{base.name}-search", Path("studies")))
        folder.make()
        url = url_of(storage, folder.database)
        study, fresh = joined(storage_of(url, heartbeat), _name(base, folder, storage), method, base.settings.seed, prune=prune)
        check_same(study, base, dimensions, shown_url(url), fresh=fresh)
        try:
            _searched(study, Tried(base, dimensions, folder, prune=prune), budget, url, watch, fresh=fresh)
        except (StoppedError, KeyboardInterrupt):
            _ended(study, folder, base, dimensions, command, lang)
            raise StoppedError(Sentence(STOPPED_SEARCH, place=str(folder.path))) from None
        told(None)
    return _ended(study, folder, base, dimensions, command, lang)


def _searched(study: Any, objective: "Tried", budget: Budget, url: str, watch: StudyWatch, *, fresh: bool) -> None:
    done, place = tallied(study)[0], shown_url(url)
    watch.said(remark(BEGUN, place=place) if fresh else remark(JOINED, place=place, done=done))
    watch.begun(budget.trials or 0, done)
    try:
        work(study, objective, budget, url, lambda trial: _tell(watch, study, trial))
    finally:
        watch.ended()


def _ended(study: Any, folder: StudyFolder, base: Recipe, space: Space, command: str, lang: str) -> Search:
    found = Search(folder, base, space, tuple(study.get_trials()), importances(study), command)
    found.write(lang)
    return found


def _name(base: Recipe, folder: StudyFolder, storage: str) -> str:
    """In a database of many searches, the folder's name tells them apart."""
    return folder.path.name if storage else base.name


def _check(
    base: Recipe, space: Space, trials: int | None, minutes: float | None, watch: StudyWatch, *, prune: bool
) -> None:  # fmt: skip
    if base.settings.validation == 0:
        raise UsageError(Sentence("a search needs a validation part to judge by\n  fix: --validation 0.1"))
    if (trials is not None and trials < 1) or (minutes is not None and minutes <= 0):
        raise UsageError(Sentence("a search needs at least one trial, and some time"))
    if not prune:
        return
    if together():
        raise UsageError(
            Sentence("--prune ends a training in one process, but torchrun started several\n  fix: leave --prune out")
        )
    lengths = [each.name for each in space if each.name in LENGTHS]
    if lengths:
        raise UsageError(
            Sentence(
                "--prune compares trials half-way, but {name} gives them other lengths or schedules\n"
                "  fix: leave --prune out, or {name} out of the space",
                name=lengths[0],
            )
        )
    if base.settings.schedule == "one-cycle":
        watch.said(remark(ONE_CYCLE))


def _tell(watch: StudyWatch, study: Any, trial: Any) -> None:
    values = said_values(trial.user_attrs.get("values", {}))
    outcome: Remark | None = None
    if trial.state == TrialState.COMPLETE:
        outcome = remark(TRIED, number=trial.number, accuracy=f"{100 * trial.value:.2f}", values=values)
    elif trial.state == TrialState.PRUNED:
        outcome = remark(STOPPED, number=trial.number, values=values)
    if outcome is not None:
        watch.said(outcome)
    watch.moved(tallied(study)[0])
