"""What changed from one network to another, layer by layer and in total?"""

import sys
from typing import TYPE_CHECKING, Any

import click

from convlens.cli._inputs import graph_of
from convlens.cli._lang import lang_option
from convlens.cli._lines import coloured
from convlens.cli._output import chosen_format, emit, emit_json, write
from convlens.cli._spoken import Spoken
from convlens.lang.messages import say

if TYPE_CHECKING:
    from convlens.diffs.comparison import Comparison

ENDINGS = (".json", ".md", ".txt")
STYLES = {"title": "bold", "added": "green", "removed": "red", "changed": "yellow"}


@click.command("diff", cls=Spoken, short_help="What changed from one network to another, layer by layer and in total?")
@click.argument("old")
@click.argument("new")
@click.option(
    "--input", "inputs", metavar="[NAME=]SHAPE[:DTYPE]", multiple=True, help="An input of both: 1x3x224x224, 2x7:int64."
)
@click.option("--dim", "dims", metavar="NAME=SIZE", multiple=True, help="Size of a named dimension of ONNX files.")
@click.option("--json", "as_json", is_flag=True, help="The record for machines, schema convlens/diff/1.")
@click.option("--markdown", is_flag=True, help="Tables for a comment on a pull request.")
@click.option("--color", type=click.Choice(["auto", "always", "never"]), default="auto", help="NO_COLOR wins over it.")
@click.option("--real", is_flag=True, help="Run torch modules on real zeros, for code that looks at values.")
@click.option("--fail-on", type=click.Choice(["error", "warn"]), help="Exit code 1 where a finding as bad as this is new.")
@lang_option
@click.option("-o", "out", metavar="FILE", help="Write to a file: .json, .md or .txt.")
@click.pass_context
def command(
    context: click.Context, /,
    old: str, new: str, inputs: tuple[str, ...], dims: tuple[str, ...], as_json: bool, markdown: bool, color: str, real: bool,
    fail_on: Any, lang: str, out: str | None,
) -> None:  # fmt: skip
    """What changed from the network OLD to the network NEW?

    Layers are matched by what they are and how they are connected, so a renamed module is no change and an inserted layer
    does not shift all others. OLD and NEW are what `convlens summary` takes. Exit code 1 where the shapes of one break, or as
    --fail-on says.
    """
    from convlens.diffs.diff import diff  # noqa: PLC0415 - `--help` needs no network

    ending = chosen_format(out, ENDINGS, as_json=as_json, markdown=markdown)
    found = diff(graph_of(old, inputs, dims, real, lang), graph_of(new, inputs, dims, real, lang))
    if out is not None:
        write(out, _file_text(found, ending, lang))
    elif as_json:
        emit_json(found.to_dict())
    elif markdown:
        emit(found.to_markdown(lang=lang))
    else:
        _print(found, color, lang)
    if found.errors:
        again = say(lang, found.errors[0].spoken, text="")
        raise type(found.errors[0])(f"\n\n{again}".join(error.text(lang) for error in found.errors))
    context.exit(1 if fail_on is not None and found.findings.worsened(fail_on) else 0)


def _file_text(found: "Comparison", ending: str, lang: str) -> str:
    if ending == ".json":
        return found.to_json()
    return found.to_markdown(lang=lang) if ending == ".md" else found.text(lang=lang)


def _print(found: "Comparison", color: str, lang: str) -> None:
    from convlens.report.terminal import screen_of  # noqa: PLC0415 - only a text for people needs a screen

    screen = screen_of(sys.stdout, color)
    lines = list(found.lines(screen.width, lang=lang, errors=False))
    emit(coloured(lines, STYLES, screen), color=screen.color)
