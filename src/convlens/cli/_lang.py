"""The option ``--lang``, before the verb or behind it; without it the language is that of the locale."""

import click

from convlens.cli._spoken import language
from convlens.lang.choice import LANGUAGES


def _of_the_group(context: click.Context, _option: click.Parameter, given: str | None) -> str:
    """What the verb is told goes before what the group is told."""
    return given or language(context)


lang_option = click.option(
    "--lang", type=click.Choice(LANGUAGES), callback=_of_the_group, help="Language of the words; default: the locale's."
)
