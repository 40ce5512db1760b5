"""The settings of a training as options of the command line, made from their table."""

from collections.abc import Callable
from typing import Any

import click

from convlens.cli._spoken import Headed
from convlens.training.settings.groups import GROUPS
from convlens.training.settings.setting import Setting
from convlens.training.settings.settings import table

Command = Callable[..., Any]


def setting_options(command: Command) -> Command:
    """The command with an option for every setting; one that is not given is None."""
    for about in reversed(table()):
        command = _option(about)(command)
    return command


def given(values: dict[str, Any]) -> dict[str, Any]:
    """The settings that were given, by name."""
    return {name: value for name, value in values.items() if value is not None}


def _option(about: Setting) -> Callable[[Command], Command]:
    listed: dict[str, Any] = {"cls": Headed, "heading": GROUPS[about.group], "help": about.meaning}
    if about.kinds == (bool,):
        return click.option(f"{about.option}/--no-{about.option[2:]}", about.name, default=None, **listed)
    words = set(about.kinds) == {str} and about.words
    kind = click.Choice(about.words) if words else click.STRING
    metavar = None if words else _metavar(about)
    return click.option(about.option, about.name, type=kind, metavar=metavar, **listed)


def _metavar(about: Setting) -> str:
    number = "N,N" if tuple in about.kinds else "N" if int in about.kinds else "X"
    return "|".join([number, *about.words])
