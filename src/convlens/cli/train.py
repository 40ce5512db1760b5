"""Train a network well, and keep a record of how."""

import shlex
import sys
from contextlib import redirect_stdout
from typing import Any

import click

from convlens.cli._lang import lang_option
from convlens.cli._output import emit, emit_json, remark_own_code
from convlens.cli._rates import RatesAsked, quiet_peers, rate_options, show_rates
from convlens.cli._spoken import Spoken
from convlens.cli._training_options import given, setting_options
from convlens.ir.errors import UsageError
from convlens.lang.choice import LANGUAGES
from convlens.lang.sentence import Sentence


@click.command("train", cls=Spoken, short_help="Train a network well, and keep a record of how.")
@click.argument("recipe", default="")
@click.option("--data", metavar="DATA", default="", help="A data set by name, name:PATH, or a path; the recipe's without it.")
@click.option("--download", is_flag=True, help="Fetch a data set by name, where it is not on this machine.")
@click.option("--resume", metavar="RUN", default="", help="Go on with a run exactly where its last checkpoint stands.")
@click.option(
    "--network", metavar="CODE", default="", help="With --resume: file.py:factory of a run whose network is your own code."
)
@click.option("--list", "listing", is_flag=True, help="The recipes that come with convlens.")
@click.option("--plan", "planning", is_flag=True, help="Say data, network, cost and findings, and train nothing.")
@rate_options
@setting_options
@click.option("--tensorboard", is_flag=True, help="Write TensorBoard's files too, into the folder of the run.")
@click.option(
    "--json",
    "as_json",
    is_flag=True,
    help="The record for machines, schema convlens/train/1; of --plan convlens/train-plan/1, of --list convlens/recipes/1.",
)
@click.option("--quiet", is_flag=True, help="No progress.")
@lang_option
@click.option("-o", "out", metavar="FOLDER", default="", help="The folder of the run; of rates a file, .svg or .json.")
def command(
    recipe: str, data: str, download: bool, resume: str, network: str, listing: bool, planning: bool, as_json: bool,
    quiet: bool, lang: str, out: str, find_lr: bool, try_rates: str | None, try_steps: int, rate_range: str, tensorboard: bool,
    **settings: Any,
) -> None:  # fmt: skip
    """Train RECIPE on data: a recipe by name, a .toml file, or any network.

    A network is a name, file.txt or file.py:factory; its first layer is fitted to the data, its last to the classes. DATA is
    fashion-mnist, mnist, cifar10, trec, mr, fsdd, each with :PATH where it lies elsewhere, or a path: a folder of class
    folders of pictures or sounds, .npz, .csv or .tsv.

    Under torchrun its processes train together: torchrun --nproc-per-node 2 -m convlens train RECIPE.
    """
    from convlens.media.extras import extra  # noqa: PLC0415 - `--help` needs nothing of this

    if listing:
        _list(lang, as_json=as_json)
        return
    extra("torch", Sentence("a training"))
    from convlens.cli._progress import TerminalWatch  # noqa: PLC0415 - `--help` needs no PyTorch
    from convlens.training.engine.world import speaks  # noqa: PLC0415 - `--help` needs no PyTorch
    from convlens.training.train import check_code, train  # noqa: PLC0415 - `--help` needs no PyTorch

    check_code(network, resume)
    say_own_code(recipe, lang)
    say_code(network, lang)
    watch = TerminalWatch(lang, quiet=quiet)
    chosen = given(settings)
    if planning:
        _plan(recipe, data, resume, watch if as_json else None, lang, download=download, **chosen)
        return
    if find_lr or try_rates is not None:
        asked = RatesAsked(find_lr, try_rates, try_steps, rate_range, resume, out, as_json)
        show_rates(recipe, data, asked, lang, watch=watch, download=download, settings=chosen)
        return
    line = shlex.join(["convlens", *sys.argv[1:]])
    with quiet_peers(), redirect_stdout(sys.stderr):  # what the network's own code prints is no part of the result
        run = train(
            recipe, data, out=out, resume=resume, network=network, watch=watch, download=download, command=line,
            tensorboard=tensorboard, **chosen,
        )  # fmt: skip
    if not speaks():
        return
    if as_json:
        emit_json(run.to_dict())
    else:
        emit(run.text(lang))


def say_own_code(recipe: str, lang: str) -> None:
    """What `say_code` says of the network of a recipe."""
    from convlens.training.recipe import recipe_of  # noqa: PLC0415 - `--help` needs no recipe

    say_code(recipe_of(recipe).network if recipe else "", lang)


def say_code(network: str, lang: str) -> None:
    """Where the network is the user's own code: that it is about to be run. Raises `UsageError` where its file is missing."""
    from convlens.importers.factory import need_code  # noqa: PLC0415 - `--help` needs no reader
    from convlens.importers.model import runs_user_code  # noqa: PLC0415 - `--help` needs no reader

    if runs_user_code(network):
        need_code(network)
        remark_own_code(network, lang)


def _plan(recipe: str, data: str, resume: str, watch: Any, lang: str, *, download: bool, **settings: Any) -> None:
    """As a record where a ``watch`` hears what is said, else what is said."""
    from convlens.cli._progress import PlanWatch  # noqa: PLC0415 - `--help` needs no PyTorch
    from convlens.training.plan import plan_record  # noqa: PLC0415 - `--help` needs no PyTorch
    from convlens.training.train import planned  # noqa: PLC0415 - `--help` needs no PyTorch

    if resume:
        raise UsageError(
            Sentence("--plan says what a training would do, and --resume goes on with one that has begun\n  fix: one of them")
        )
    kept = PlanWatch()
    with redirect_stdout(sys.stderr):  # what the network's own code prints is no part of the result
        job = planned(recipe, data, watch=watch or kept, download=download, **settings)
    if watch:
        emit_json(plan_record(job))
    else:
        emit("".join(f"{each.text(lang)}\n" for each in kept.remarks))


def _list(lang: str, *, as_json: bool) -> None:
    from convlens.training.recipe import recipe_names, recipe_of  # noqa: PLC0415 - `--help` needs no recipe

    recipes = {name: recipe_of(name) for name in recipe_names()}
    if as_json:
        listed = [{"name": name, "about": {each: made.about(each) for each in LANGUAGES}} for name, made in recipes.items()]
        emit_json({"schema": "convlens/recipes/1", "recipes": listed})
        return
    for name, made in recipes.items():
        emit(f"{name:<20} {made.about(lang)}\n")
