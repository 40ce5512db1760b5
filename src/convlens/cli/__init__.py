"""The command line: one thin file per verb. Results go to the standard output, everything else to the standard error.

Exit codes: 0 done, 1 the network is invalid or a check found something, 2 wrong usage.
"""

import os
import sys

import click

from convlens import __version__
from convlens.cli._group import VerbGroup
from convlens.ir.errors import ConvlensError, UsageError


@click.group(
    cls=VerbGroup,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="MODEL is a network's name, file.onnx, file.txt or -, package.module:factory or file.py:factory. "
    "SHAPE is 1x3x224x224, with a dtype 2x7:int64. Exit codes: 0 done, 1 the network is invalid, 2 wrong usage.",
)
@click.version_option(__version__, prog_name="convlens")
@click.pass_context
def commands(context: click.Context) -> None:
    """Tells what a convolutional network will do before it runs."""
    if context.invoked_subcommand is None:
        click.echo(context.get_help(), err=True)
        context.exit(UsageError.exit_code)


def main(args: list[str] | None = None) -> None:
    """The entry point. A `ConvlensError` becomes one message and its exit code, never a traceback."""
    try:
        code = commands.main(args, standalone_mode=False)
        sys.stdout.flush()
    except click.ClickException as error:
        fail(UsageError(f"{error.format_message()}\n  fix: see {_help_of(error)}"))
    except (click.Abort, KeyboardInterrupt):
        sys.exit(130)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(141)
    except ConvlensError as error:
        fail(error)
    else:
        if code:
            sys.exit(code)


def fail(error: ConvlensError) -> None:
    """Print the message and end with the error's exit code."""
    sys.stdout.flush()
    text = f"error: {error}".encode(sys.stderr.encoding or "utf-8", "backslashreplace").decode(sys.stderr.encoding or "utf-8")
    click.echo(text, err=True)
    sys.exit(error.exit_code)


def _help_of(error: click.ClickException) -> str:
    context = getattr(error, "ctx", None)
    return f"{context.command_path if context else 'convlens'} --help"
