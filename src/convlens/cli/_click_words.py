"""The sentences of click itself, so that the catalogues have their translations, and a way to let click say them.

click looks its sentences up with the standard library's gettext, in the domain of the process. Other versions of click word
some of them otherwise; those are said in English.
"""

import contextlib
import gettext
import os
from collections.abc import Iterator
from pathlib import Path

import convlens.lang
from convlens.lang.messages import DOMAIN, marked, marked_counts

FOLDER = Path(convlens.lang.__file__).parent

SHOW_HELP = marked("Show this message and exit.")
OPTIONS = marked("Options")

SENTENCES = (
    SHOW_HELP,
    marked("Usage:"),
    marked("[OPTIONS]"),
    marked("[COMMAND] [ARGS]..."),
    OPTIONS,
    marked("Show the version and exit."),
    marked("default: {default}"),
    marked("required"),
    marked("Missing argument"),
    marked("Missing option"),
    marked("No such option {name!r}."),
    marked("Option {name!r} does not take a value."),
    marked("Invalid value: {message}"),
    marked("Invalid value for {param_hint}: {message}"),
    marked("{value!r} is not a valid {number_type}."),
    marked("{value} is not in the range {range}."),
)

COUNTED = (
    marked_counts("Did you mean {possibility}?", "(Did you mean one of: {possibilities}?)"),
    marked_counts("Got unexpected extra argument ({args})", "Got unexpected extra arguments ({args})"),
    marked_counts("Option {name!r} requires an argument.", "Option {name!r} requires {nargs} arguments."),
    marked_counts("{value!r} is not {choice}.", "{value!r} is not one of {choices}."),
)


@contextlib.contextmanager
def click_speaks(lang: str) -> Iterator[None]:
    """What click says meanwhile is in this language; afterwards the process is as it was."""
    if lang == "en":
        yield
        return
    domain, language = gettext.textdomain(), os.environ.get("LANGUAGE")
    gettext.bindtextdomain(DOMAIN, FOLDER)
    gettext.textdomain(DOMAIN)
    os.environ["LANGUAGE"] = lang
    try:
        yield
    finally:
        gettext.textdomain(domain)
        os.environ.pop("LANGUAGE")
        if language is not None:
            os.environ["LANGUAGE"] = language
