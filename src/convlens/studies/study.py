"""The verb ``study``: what does each setting really do?"""

import os
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from convlens.ir.errors import UsageError
from convlens.ir.record import as_json
from convlens.lang.messages import marked
from convlens.lang.remark import Remark, remark
from convlens.lang.sentence import Sentence
from convlens.media.extras import extra
from convlens.studies.folder import Begun, StudyFolder, new_study, study_at, write_study
from convlens.studies.going_on import check_code
from convlens.studies.plan import plan_of
from convlens.studies.watch import StudyWatch

if TYPE_CHECKING:
    from convlens.studies.claims import Ready
    from convlens.studies.results import Results

GOING_ON = marked("{done} of {total} trainings are done already")
NOT_STOPPED = marked("no training is stopped early: {reason}")


class Study:
    """A study, whole or broken off. `to_dict` is its record, schema ``convlens/study/1``."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.folder: StudyFolder
        self.folder, self._begun = study_at(str(path))

    @cached_property
    def results(self) -> "Results":
        """The figures of every training."""
        from convlens.studies.results import Results  # noqa: PLC0415 - it needs NumPy and SciPy

        return Results(self._begun.plan, self.folder)

    @cached_property
    def ready(self) -> "Ready | None":
        """The claim that it tests, if it is a ready study."""
        from convlens.studies.claims import ready_of  # noqa: PLC0415 - it needs NumPy and SciPy

        return ready_of(self._begun.about, settings={}) if self._begun.about else None

    @cached_property
    def judged(self) -> list[Remark]:
        """The verdict on that claim, and what was measured of it."""
        from convlens.studies.claims import judged  # noqa: PLC0415 - it needs NumPy and SciPy

        return judged(self.ready, self.results) if self.ready is not None else []

    @cached_property
    def verdicts(self) -> list[Remark]:
        """What was found of every variant."""
        from convlens.studies.verdicts import verdicts  # noqa: PLC0415 - it needs NumPy and SciPy

        return verdicts(self.results)

    def text(self, lang: str = "en") -> str:
        """The table, and what was found in words."""
        from convlens.studies.report import text_of  # noqa: PLC0415 - each form loads its own writer

        return text_of(self.results, self.ready, self.judged, self.verdicts, lang)

    def __str__(self) -> str:
        return self.text()

    def to_dict(self) -> dict[str, Any]:
        from convlens.studies.report import record_of  # noqa: PLC0415 - each form loads its own writer

        return record_of(self.results, self.ready, self.judged, self.verdicts, self._begun.command)

    def to_csv(self) -> str:
        """A row for each training."""
        from convlens.studies.report import csv_of  # noqa: PLC0415 - each form loads its own writer

        return csv_of(self.results)

    def page(self, lang: str = "en") -> str:
        """One HTML file with everything, both languages inside."""
        from convlens.studies.pages.page import study_page  # noqa: PLC0415 - each form loads its own writer

        return study_page(self, lang)

    def write(self, lang: str = "en") -> None:
        """result.json, result.csv and report.html, each whole or as it was."""
        from convlens.training.record.files import write  # noqa: PLC0415 - it needs PyTorch beside it

        write(self.folder.result, as_json(self.to_dict()).encode("utf-8"))
        write(self.folder.rows, self.to_csv().encode("utf-8"))
        write(self.folder.page, self.page(lang).encode("utf-8"))


def study(
    recipe: str = "", data: str = "", *, vary: Sequence[str] = (), grid: bool = False, seeds: int | None = None, about: str = "",
    small: bool = False, out: str | os.PathLike[str] = "", resume: str | os.PathLike[str] = "", jobs: int = 1,
    network: str | Sequence[str] = (), stop_hopeless: bool = False, watch: StudyWatch | None = None, lang: str = "en",
    command: str = "", **settings: Any,
) -> Study:  # fmt: skip
    """Train every variant of ``recipe`` with every seed, and compare them with the recipe itself.

    ``vary`` are texts such as ``dropout=0,0.2,0.5`` and ``batch=32..1024``, one setting at a time, or with ``grid`` all pairs
    of exactly two. ``about`` is a ready study, ``small`` its quick form. ``settings`` change the recipe for all trainings.
    The study is a folder, ``out`` or a new one under ``studies``; ``resume`` is one that goes on, ``network`` then all
    networks of it that are code of your own, which is run only where you name it. ``jobs`` trainings run at a time, each on
    one thread.

    Raises `UsageError` where something is not understood, `StoppedError` after Ctrl-C, when all is saved.
    """
    for module in ("torch", "scipy"):
        extra(module, Sentence("a study"), "study")
    watch = watch or StudyWatch()
    named = [network] * bool(network) if isinstance(network, str) else network
    if int(os.environ.get("WORLD_SIZE", "1")) > 1:
        raise UsageError(Sentence("a study starts its trainings itself\n  fix: no torchrun; --jobs N trains several at a time"))
    if jobs < 1:
        raise UsageError(Sentence("--jobs is {jobs}\n  fix: 1 or more trainings at a time", jobs=jobs))
    if resume:
        if recipe or data or vary or about or settings or grid or seeds is not None or small or stop_hopeless or out:
            raise UsageError(
                Sentence("--resume goes on exactly as the study began: nothing can be changed\n  fix: leave the rest out")
            )
        folder, begun = study_at(str(resume))
    elif named:
        raise UsageError(
            Sentence("--network {network} names the code of a study that goes on\n  fix: --resume STUDY with it",
                     network=named[0])
        )  # fmt: skip
    else:
        begun = _begun(recipe, data, vary, about, settings, command, watch, grid=grid, seeds=seeds,
                       small=small, stop=stop_hopeless)  # fmt: skip
        folder = new_study(about or begun.plan.baseline.name, str(out))
    return _done(folder, begun, watch, jobs, lang, named if resume else None)


def _begun(
    recipe: str, data: str, vary: Sequence[str], about: str, settings: dict[str, Any], command: str, watch: StudyWatch,
    *, grid: bool, seeds: int | None, small: bool, stop: bool,
) -> Begun:  # fmt: skip
    from convlens.studies.baseline import baseline_of  # noqa: PLC0415 - it needs PyTorch
    from convlens.studies.claims import ready_of  # noqa: PLC0415 - it needs NumPy and SciPy
    from convlens.studies.vary import varied_all  # noqa: PLC0415 - it needs the readers of networks

    if about:
        if recipe or vary or grid:
            raise UsageError(
                Sentence(
                    "--about {about} brings its own recipe and variants\n  fix: leave RECIPE, --vary and --grid out",
                    about=about,
                )
            )
        return Begun(ready_of(about, data=data, small=small, seeds=seeds, settings=settings).plan, about, stop, command)
    if not recipe:
        raise UsageError(
            Sentence("nothing to study\n  fix: a recipe such as lenet5 with --vary, --about learning-rate, or --resume STUDY")
        )
    baseline = baseline_of(recipe, data, settings, watch)
    return Begun(plan_of(baseline, varied_all(list(vary)), 3 if seeds is None else seeds, grid=grid), "", stop, command)


def _done(
    folder: StudyFolder, begun: Begun, watch: StudyWatch, jobs: int, lang: str, named: Sequence[str] | None
) -> Study:  # fmt: skip
    """``named`` is the code that a study may run which goes on, None for one that begins."""
    from convlens.studies.estimate import estimate  # noqa: PLC0415 - it needs PyTorch
    from convlens.studies.execute import execute, over  # noqa: PLC0415 - it needs PyTorch
    from convlens.studies.halting import may_stop  # noqa: PLC0415 - it needs PyTorch beside it

    plan = begun.plan
    reason = may_stop(plan) if begun.stop_hopeless else ""
    if reason:
        watch.said(remark(NOT_STOPPED, reason=reason))
    waiting = sum(not over(folder, trial) for trial in plan.trials)
    if waiting < len(plan.trials):
        watch.said(remark(GOING_ON, done=len(plan.trials) - waiting, total=len(plan.trials)))
    if waiting:
        if named is not None:
            check_code(folder, plan, named)
        watch.said(estimate(plan, waiting, jobs).remark())
        if named is None:
            write_study(folder, begun)
        execute(plan, folder, watch, jobs=jobs, stop_hopeless=begun.stop_hopeless and not reason)
    found = Study(folder.path)
    found.write(lang)
    return found
