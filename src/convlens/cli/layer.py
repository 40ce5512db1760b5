"""What does this one layer do, with the formula filled in?"""

from typing import TYPE_CHECKING

import click

from convlens.cli._lang import lang_option
from convlens.cli._output import chosen_format, emit, emit_json, write
from convlens.cli._spoken import Spoken
from convlens.ir.errors import UsageError
from convlens.lang.sentence import Sentence

if TYPE_CHECKING:
    from convlens.report.layer import LayerReport
    from convlens.tracing.trace import Trace

ENDINGS = (".json", ".md", ".html", ".txt")


@click.command("layer", cls=Spoken, short_help="What does this one layer do, with the formula filled in?")
@click.argument("call")
@click.option("--input", "inputs", metavar="SHAPE[:DTYPE]", multiple=True, help="An input: 1x3x224x224, 2x7:int64.")
@click.option("--trace", "index", metavar="INDEX", help="Write out one output value: 0,1,2 in the layout of CALL.")
@click.option("--values", metavar="FILE.npy", help="With --trace: the input's numbers.")
@click.option("--weights", metavar="FILE.npz", help="With --trace: the weights by name, or FILE.npy for a kernel alone.")
@click.option("--flip", is_flag=True, help="With --trace: turn the kernel by 180 degrees, as true convolution does.")
@click.option("--json", "as_json", is_flag=True, help="The record for machines, schema convlens/layer/1 or convlens/trace/1.")
@click.option("--markdown", is_flag=True, help="For a page or a pull request.")
@lang_option
@click.option("-o", "out", metavar="FILE", help="Write to a file: .json, .md, .txt or, but for --trace, .html.")
def command(
    call: str, inputs: tuple[str, ...], as_json: bool, markdown: bool, lang: str, out: str | None,
    index: str | None, values: str | None, weights: str | None, flip: bool,
) -> None:  # fmt: skip
    """What does CALL do to an input of this shape?

    CALL is a layer as its framework writes it: 'Conv2d(3, 64, 7, stride=2, padding=3)' (torch.nn), 'Conv2D(64, 7,
    strides=2, padding="same")' (keras.layers), 'tf.nn.conv2d(x, filters=[2,2,3,2], strides=2, padding="SAME")'. Keras and
    tf.nn shapes have the channels last.

    With --trace one output value is followed to the input values and weights that it is the sum of, drawn, and compared with
    PyTorch's where that is installed. The batch may be left out of INDEX.
    """
    from convlens.report.layer import layer  # noqa: PLC0415 - `--help` needs no report

    endings = ENDINGS if index is None else tuple(ending for ending in ENDINGS if ending != ".html")
    ending = chosen_format(out, endings, as_json=as_json, markdown=markdown)
    _check_trace(index, {"--values": values, "--weights": weights, "--flip": flip})
    report = layer(call, *inputs)
    if index is None:
        _show(report, out, ending, lang, as_json=as_json)
        return
    trace = report.trace(index, values=values, weights=weights, flip=flip)
    _show(trace, out, ending, lang, as_json=as_json)
    if trace.checked.agrees is False:
        raise click.exceptions.Exit(1)


def _show(found: "LayerReport | Trace", out: str | None, ending: str, lang: str, *, as_json: bool) -> None:
    if out is not None:
        write(out, _file_text(found, ending, lang))
    elif as_json:
        emit_json(found.to_dict())
    else:
        emit(_file_text(found, ending or ".txt", lang))


def _check_trace(index: str | None, others: dict[str, object]) -> None:
    """The options of a trace say nothing without one."""
    given = next((name for name, value in others.items() if value), None)
    if index is None and given is not None:
        raise UsageError(Sentence("{option} belongs to a trace\n  fix: --trace INDEX, as in --trace 0,1,2", option=given))


def _file_text(found: "LayerReport | Trace", ending: str, lang: str) -> str:
    if ending == ".json":
        return found.to_json()
    form = {".md": "to_markdown", ".html": "to_html", ".txt": "text"}[ending]
    return str(getattr(found, form)(lang))
