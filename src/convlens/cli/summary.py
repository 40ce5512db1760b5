"""What is in a network, what comes out, what does each layer cost and see?"""

import sys
from typing import TYPE_CHECKING

import click

from convlens.cli._inputs import graph_of
from convlens.cli._lang import lang_option
from convlens.cli._output import chosen_format, emit, emit_json, write
from convlens.cli._spoken import Spoken

if TYPE_CHECKING:
    from convlens.report.summary import Summary

ENDINGS = (".json", ".md", ".html", ".txt")


@click.command("summary", cls=Spoken, short_help="What is in a network, what comes out, what does each layer cost and see?")
@click.argument("model")
@click.option("--input", "inputs", metavar="[NAME=]SHAPE[:DTYPE]", multiple=True, help="An input: 1x3x224x224, 2x7:int64.")
@click.option("--dim", "dims", metavar="NAME=SIZE", multiple=True, help="Size of a named dimension of an ONNX file.")
@click.option("--json", "as_json", is_flag=True, help="The record for machines, schema convlens/summary/1.")
@click.option("--markdown", is_flag=True, help="A table for a page or a pull request.")
@click.option("--depth", type=click.IntRange(1), help="In a table: fold modules below this depth into one line each.")
@click.option("--fold/--no-fold", help="In a table: show identical blocks that follow one another once.")
@click.option("--color", type=click.Choice(["auto", "always", "never"]), default="auto", help="NO_COLOR wins over it.")
@click.option("--real", is_flag=True, help="Run a torch module on real zeros, for code that looks at values.")
@lang_option
@click.option("-o", "out", metavar="FILE", help="Write to a file: .json, .md, .html or .txt.")
def command(
    model: str, inputs: tuple[str, ...], dims: tuple[str, ...], as_json: bool, markdown: bool, depth: int | None,
    fold: bool, color: str, real: bool, lang: str, out: str | None,
) -> None:  # fmt: skip
    """What is in MODEL, what comes out, what does each layer cost and see?

    MODEL is a network's name, file.onnx, file.txt or - (text form), package.module:factory or file.py:factory.
    """
    from convlens.report.summary import Summary  # noqa: PLC0415 - `--help` needs no report

    ending = chosen_format(out, ENDINGS, as_json=as_json, markdown=markdown)
    report = Summary(graph_of(model, inputs, dims, real, lang))
    if out is not None:
        write(out, _file_text(report, ending, depth, fold, lang))
    elif as_json:
        emit_json(report.to_dict())
    elif markdown:
        emit(report.to_markdown(depth=depth, fold=fold, lang=lang))
    else:
        _print_table(report, depth, fold, color, lang)
    if report.facts.error is not None:
        raise report.facts.error


def _file_text(report: "Summary", ending: str, depth: int | None, fold: bool, lang: str) -> str:
    if ending == ".txt":
        from convlens.report.terminal import FILE  # noqa: PLC0415 - only a table needs a screen

        return report.to_text(FILE, depth=depth, fold=fold, lang=lang)
    if ending == ".json":
        return report.to_json()
    return (report.to_markdown if ending == ".md" else report.to_html)(depth=depth, fold=fold, lang=lang)


def _print_table(report: "Summary", depth: int | None, fold: bool, color: str, lang: str) -> None:
    from convlens.report.terminal import screen_of  # noqa: PLC0415 - only a table needs a screen

    screen = screen_of(sys.stdout, color)
    emit(report.to_text(screen, depth=depth, fold=fold, lang=lang), color=screen.color)
