"""One concept, operator or rule, in words and numbers: stride, why-odd, learning-rate, conv_transpose, G12."""

import sys
from typing import Any

import click

from convlens.cli._lang import lang_option
from convlens.cli._lines import coloured
from convlens.cli._output import chosen_format, emit, emit_json, write
from convlens.cli._spoken import Spoken
from convlens.ir.record import as_json

ENDINGS = (".json", ".md", ".txt")
STYLES = {"title": "bold", "heading": "bold", "formula": "cyan", "example": "green", "quote": "italic", "source": "dim"}


@click.command("explain", cls=Spoken, short_help="One concept, operator or rule of lint, in words and numbers.")
@click.argument("topic", default="")
@click.option("--json", "as_json", is_flag=True, help="The record for machines, schema convlens/explain/1.")
@click.option("--markdown", is_flag=True, help="For a page or a pull request.")
@lang_option
@click.option("--color", type=click.Choice(["auto", "always", "never"]), default="auto", help="NO_COLOR wins over it.")
@click.option("-o", "out", metavar="FILE", help="Write to a file: .json, .md or .txt.")
def command(topic: str, as_json: bool, markdown: bool, lang: str, color: str, out: str | None) -> None:
    """What is TOPIC? Without one, the list of topics.

    TOPIC is a name such as why-odd, a title in English or Chinese, an operator of the text form, or the code or the name of a
    rule of convlens lint. Every number is computed while it is printed.
    """
    from convlens.explanations.explanation import explain  # noqa: PLC0415 - `--help` needs no topic

    ending = chosen_format(out, ENDINGS, as_json=as_json, markdown=markdown)
    found = explain(topic, lang)
    if out is not None:
        write(out, _file_text(found, ending))
    elif as_json:
        emit_json(found.to_dict())
    elif markdown:
        emit(found.to_markdown())
    else:
        _print(found, color)


def _file_text(found: Any, ending: str) -> str:
    if ending == ".json":
        return as_json(found.to_dict())
    return str(found.to_markdown() if ending == ".md" else found.text())


def _print(found: Any, color: str) -> None:
    from convlens.explanations.contents import WIDTH  # noqa: PLC0415 - `--help` needs no topic
    from convlens.report.terminal import screen_of  # noqa: PLC0415 - only a text for people needs a screen

    screen = screen_of(sys.stdout, color)
    width = min(screen.width, WIDTH)
    emit(coloured(found.lines(width), STYLES, screen), color=screen.color)
