"""What does each setting really do? Measured, with its spread."""

import shlex
import sys
from functools import partial
from pathlib import Path
from typing import Any

import click

from convlens.cli._lang import lang_option
from convlens.cli._output import emit, emit_json
from convlens.cli._spoken import Headed, Spoken
from convlens.cli._training_options import given, setting_options
from convlens.ir.errors import UsageError
from convlens.lang.messages import marked
from convlens.lang.sentence import Sentence
from convlens.media.extras import extra
from convlens.studies.search.address import shown_words

_searching = partial(click.option, cls=Headed, heading=marked("Search for better settings"))


@click.command("study", cls=Spoken, short_help="What does each setting really do? Measured, with its spread.")
@click.argument("recipe", default="")
@click.argument("runs", nargs=-1)
@click.option("--data", metavar="DATA", default="", help="A data set by name, name:PATH, or a path; the recipe's without it.")
@click.option(
    "--vary",
    metavar="NAME=VALUES",
    multiple=True,
    help="One setting at a time: dropout=0,0.2,0.5; batch=32..1024 (doubling); learning_rate=1e-4..1e-1*10; network=a,b.",
)
@click.option("--grid", is_flag=True, help="All pairs of exactly two --vary, as a heat map.")
@click.option("--seeds", type=int, metavar="N", help="Trainings of each variant; default: 3.")
@click.option("--about", metavar="TOPIC", default="", help="A ready study: what tutorials claim of a setting, measured.")
@click.option("--small", is_flag=True, help="The quick form of a ready study.")
@click.option("--list", "listing", is_flag=True, help="The ready studies.")
@_searching("--search", "searching", is_flag=True, help="Search for better settings with Optuna.")
@_searching(
    "--space",
    metavar="NAME=RANGE,...",
    multiple=True,
    help="What is searched: learning_rate=1e-4..1e-1:log,batch=64|128|256; else the table search of the recipe's file.",
)
@_searching("--trials", type=int, metavar="N", help="End the search after so many trials; default: 30.")
@_searching("--minutes", type=float, metavar="X", help="End the search after this time.")
@_searching(
    "--search-by",
    "method",
    type=click.Choice(("tpe", "random", "cmaes")),
    default="tpe",
    show_default=True,
    help="How the next settings are chosen.",
)
@_searching("--prune", is_flag=True, help="Stop bad trials early by successive halving.")
@_searching("--storage", metavar="URL", default="", help="Where trials are kept: postgresql://... for many machines.")
@click.option(
    "--compare", "comparing", is_flag=True, help="One page of several runs, or of all runs of studies, beside one another."
)
@click.option("--resume", metavar="STUDY", default="", help="Go on with a study that was stopped or killed.")
@click.option(
    "--network",
    metavar="CODE",
    multiple=True,
    help="With --resume: file.py:factory of a study whose networks are your own code; all of them.",
)
@click.option("--jobs", type=int, default=1, show_default=True, metavar="N", help="Trainings at a time, each on one thread.")
@click.option("--stop-hopeless", is_flag=True, help="Stop trainings that are far behind every baseline run, where that is fair.")
@setting_options
@click.option("--json", "as_json", is_flag=True, help="The record for machines, schema convlens/study/1.")
@click.option("--quiet", is_flag=True, help="No progress.")
@lang_option
@click.option("-o", "out", metavar="FOLDER", default="", help="The folder of the study; a new one under studies without it.")
def command(
    recipe: str, runs: tuple[str, ...], data: str, vary: tuple[str, ...], grid: bool, seeds: int | None, about: str, small: bool,
    listing: bool, searching: bool, space: tuple[str, ...], trials: int | None, minutes: float | None, method: str, prune: bool,
    storage: str, comparing: bool, resume: str, network: tuple[str, ...], jobs: int, stop_hopeless: bool, as_json: bool,
    quiet: bool, lang: str, out: str, **settings: Any,
) -> None:  # fmt: skip
    """Train variants of RECIPE, each with several seeds, and say which differences are more than chance.

    Every variant is compared with the recipe itself, seed by seed; with one seed nothing can be told. A study that was
    stopped goes on with --resume. Its folder has result.json, result.csv and the page report.html.

    --search looks for better settings instead; the same command with the same -o or --storage, started again or on another
    machine, joins in. --compare RUN... writes one page of several runs; -o names its file.
    """
    if listing:
        _list(lang)
        return
    for module, group in (("torch", "train"), ("scipy", "study")):
        extra(module, Sentence("a study"), group)
    if comparing:
        _compare([recipe, *runs], out, lang)
        return
    if runs:
        raise UsageError(
            Sentence(
                "one RECIPE is studied, and {other} is another\n  fix: --vary network={recipe},{other}",
                other=runs[0], recipe=recipe,
            )
        )  # fmt: skip
    from convlens.cli._study_progress import TerminalStudy  # noqa: PLC0415 - `--help` needs no PyTorch
    from convlens.training.engine.world import speaks  # noqa: PLC0415 - `--help` needs no PyTorch

    _check_options(searching=searching, resume=resume)
    _say_code(recipe, vary, resume, network, lang)
    line = shlex.join(shown_words(["convlens", *sys.argv[1:]]))
    common: dict[str, Any] = {"out": out, "watch": TerminalStudy(lang, quiet=quiet), "lang": lang, "command": line}
    found: Any
    if searching:
        from convlens.studies.search.search import search  # noqa: PLC0415 - `--help` needs no Optuna

        found = search(recipe, data, space=space, trials=trials, minutes=minutes, method=method, prune=prune, storage=storage,
                       **common, **given(settings))  # fmt: skip
    else:
        from convlens.studies.study import study  # noqa: PLC0415 - `--help` needs no PyTorch

        found = study(recipe, data, vary=vary, grid=grid, seeds=seeds, about=about, small=small, resume=resume, network=network,
                      jobs=jobs, stop_hopeless=stop_hopeless, **common, **given(settings))  # fmt: skip
    if not speaks():
        return
    if as_json:
        emit_json(found.to_dict())
    else:
        emit(found.text(lang))


OF_SEARCH = {"space", "trials", "minutes", "prune", "storage", "method"}
FIXED = {"grid", "seeds", "small", "stop_hopeless", "out"}
"""What a study that goes on has from its beginning."""

OF_STUDY = (FIXED - {"out"}) | {"vary", "about", "resume", "network", "jobs"}


def _check_options(*, searching: bool, resume: str) -> None:
    """An option that would change nothing is refused rather than left unheard."""
    unheard = _asked(OF_STUDY if searching else OF_SEARCH)
    if unheard and searching:
        raise UsageError(
            Sentence(
                "{option} is nothing to a search\n  fix: leave it out; a search started several times at once shares its trials",
                option=unheard[0],
            )
        )
    if unheard:
        raise UsageError(Sentence("{option} is nothing to a study that is no search\n  fix: add --search", option=unheard[0]))
    kept = _asked(FIXED) if resume else []
    if kept:
        raise UsageError(
            Sentence(
                "--resume goes on exactly as the study began, so {option} cannot be changed\n  fix: leave it out",
                option=kept[0],
            )
        )


def _asked(names: set[str]) -> list[str]:
    """Those of these options that stand on the command line, as they are written there."""
    context = click.get_current_context()
    default = click.core.ParameterSource.DEFAULT
    return [
        param.opts[0]
        for param in context.command.params
        if param.name in names and context.get_parameter_source(param.name) is not default
    ]


def _say_code(recipe: str, vary: tuple[str, ...], resume: str, network: tuple[str, ...], lang: str) -> None:
    """What is the user's own of all that will run."""
    from convlens.cli.train import say_code, say_own_code  # noqa: PLC0415 - `--help` needs no reader

    for each in (recipe, *_networks(vary)):
        say_own_code(each, lang)
    if resume and network:
        _check_code(resume, network)
    for each in network:
        say_code(each, lang)


def _networks(vary: tuple[str, ...]) -> list[str]:
    """Those that are varied, whose code will be run."""
    from convlens.studies.vary import varied_all  # noqa: PLC0415 - `--help` needs no reader of networks

    return [str(value) for each in varied_all(list(vary)) if each.name == "network" for value in each.values]


def _check_code(study: str, networks: tuple[str, ...]) -> None:
    from convlens.studies.folder import study_at  # noqa: PLC0415 - `--help` needs no PyTorch
    from convlens.studies.going_on import check_code  # noqa: PLC0415 - `--help` needs no PyTorch

    folder, begun = study_at(study)
    check_code(folder, begun.plan, networks)


def _compare(runs: list[str], out: str, lang: str) -> None:
    from convlens.cli._output import write  # noqa: PLC0415 - only here
    from convlens.training.pages.page import run_page  # noqa: PLC0415 - `--help` needs no page

    folders = [folder for run in runs if run for folder in _runs_of(run)]
    if len(folders) < 2:
        raise UsageError(
            Sentence("--compare takes two runs or more\n  fix: convlens study --compare runs/one runs/other -o page.html")
        )
    page = run_page(folders, lang)
    write(out or "comparison.html", page)
    emit(f"{out or 'comparison.html'}\n")


def _runs_of(place: str) -> list[str]:
    """The runs of a study, or the run itself."""
    runs = Path(place) / "runs"
    return sorted(str(run.parent) for run in runs.glob("*/run.json")) if runs.is_dir() else [place]


def _list(lang: str) -> None:
    extra("scipy", Sentence("a study"), "study")
    from convlens.studies.claims import ready_names, ready_of  # noqa: PLC0415 - `--help` needs no study

    for name in ready_names():
        emit(f"{name:<24} {ready_of(name, settings={}).claim[lang]}\n")
