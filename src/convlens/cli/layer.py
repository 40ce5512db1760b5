"""What does this one layer do, with the formula filled in?"""

from typing import TYPE_CHECKING

import click

from convlens.cli._lang import lang_option
from convlens.cli._output import chosen_format, emit, emit_json, write

if TYPE_CHECKING:
    from convlens.report.layer import LayerReport

ENDINGS = (".json", ".md", ".html", ".txt")


@click.command("layer", short_help="What does this one layer do, with the formula filled in?")
@click.argument("call")
@click.option("--input", "inputs", metavar="SHAPE[:DTYPE]", multiple=True, help="An input: 1x3x224x224, 2x7:int64.")
@click.option("--json", "as_json", is_flag=True, help="The record for machines, schema convlens/layer/1.")
@click.option("--markdown", is_flag=True, help="For a page or a pull request.")
@lang_option
@click.option("-o", "out", metavar="FILE", help="Write to a file: .json, .md, .html or .txt.")
def command(call: str, inputs: tuple[str, ...], as_json: bool, markdown: bool, lang: str, out: str | None) -> None:
    """What does CALL do to an input of this shape?

    CALL is a layer as its framework writes it: 'Conv2d(3, 64, 7, stride=2, padding=3)' (torch.nn), 'Conv2D(64, 7,
    strides=2, padding="same")' (keras.layers), 'tf.nn.conv2d(x, filters=[2,2,3,2], strides=2, padding="SAME")'. Keras and
    tf.nn shapes have the channels last.
    """
    from convlens.report.layer import layer  # noqa: PLC0415 - `--help` needs no report

    ending = chosen_format(out, ENDINGS, as_json=as_json, markdown=markdown)
    report = layer(call, *inputs)
    if out is not None:
        write(out, _file_text(report, ending, lang))
    elif as_json:
        emit_json(report.to_dict())
    else:
        emit(_file_text(report, ending or ".txt", lang))


def _file_text(report: "LayerReport", ending: str, lang: str) -> str:
    if ending == ".json":
        return report.to_json()
    return {".md": report.to_markdown, ".html": report.to_html, ".txt": report.text}[ending](lang)
