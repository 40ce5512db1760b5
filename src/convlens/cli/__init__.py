"""The command line: one thin file per verb. Results go to the standard output, everything else to the standard error.

Exit codes: 0 done, 1 the network is invalid or a check found something, 2 wrong usage.
"""

import errno
import io
import os
import sys

import click

from convlens import __version__
from convlens.cli._click_words import click_speaks
from convlens.cli._group import VerbGroup
from convlens.cli._output import abandon, remark
from convlens.cli._spoken import asked
from convlens.ir.errors import ConvlensError, UsageError, cut
from convlens.lang.choice import LANGUAGES, preferred
from convlens.lang.messages import say
from convlens.lang.sentence import Sentence

MAX_LINE = 1000
"""A longer line of a message is shortened in its middle."""


class _Closed(io.TextIOBase):
    """In place of a standard output that was closed before the start, which Python gives as None."""

    def write(self, text: str) -> int:
        raise OSError(errno.EBADF, os.strerror(errno.EBADF))


@click.group(
    cls=VerbGroup,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="MODEL is a network's name, file.onnx, file.txt or -, package.module:factory or file.py:factory. "
    "SHAPE is 1x3x224x224, with a dtype 2x7:int64. "
    "Exit codes: 0 done, 1 the network is invalid or lint found something, 2 wrong usage.",
)
@click.version_option(__version__, prog_name="convlens")
@click.option("--lang", type=click.Choice(LANGUAGES), help="Language of the words; default: the locale's.")
@click.pass_context
def commands(context: click.Context, lang: str | None) -> None:  # noqa: ARG001 - `convlens.cli._lang` reads it for each verb
    """Tells what a convolutional network will do before it runs."""
    if context.invoked_subcommand is None:
        click.echo(context.get_help(), err=True)
        context.exit(UsageError.exit_code)


def main(args: list[str] | None = None) -> None:
    """The entry point. A `ConvlensError` becomes one message and its exit code, never a traceback."""
    if sys.stdout is None:
        sys.stdout = _Closed()
    lang = asked(sys.argv[1:] if args is None else args) or preferred()
    try:
        code = commands.main(args, standalone_mode=False)
        sys.stdout.flush()
    except click.ClickException as error:
        with click_speaks(lang):
            said = error.format_message()
        fail(UsageError(Sentence("{said}\n  fix: see {command}", said=said, command=_help_of(error))), lang)
    except (click.Abort, KeyboardInterrupt) as stopped:
        if isinstance(stopped.__cause__, EOFError):  # click takes every end of a file for the end of the keyboard's input
            raise stopped.__cause__ from None
        sys.exit(130)
    except BrokenPipeError:
        abandon(sys.stdout)
        sys.exit(141)
    except OSError as error:
        abandon(sys.stdout)
        place = error.filename or Sentence("the standard output")
        fail(UsageError(Sentence("{path}: {reason}", path=place, reason=error.strerror or error)), lang)
    except ConvlensError as error:
        fail(error, lang)
    else:
        if code:
            sys.exit(code)


def fail(error: ConvlensError, lang: str = "en") -> None:
    """Print the message and end with the error's exit code."""
    try:
        sys.stdout.flush()
    except (OSError, ValueError):  # the message is about something else, and it is on its way
        abandon(sys.stdout)
    remark("\n".join(cut(line, MAX_LINE) for line in say(lang, error.spoken, text=error.text(lang)).split("\n")))
    sys.exit(error.exit_code)


def _help_of(error: click.ClickException) -> str:
    context = getattr(error, "ctx", None)
    return f"{context.command_path if context else 'convlens'} --help"
