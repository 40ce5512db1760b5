"""What does a layer look like, number by number? What does a network look like?"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from convlens.cli._lang import lang_option
from convlens.cli._network_picture import Wanted, draw_network
from convlens.cli._output import emit, emit_json, ending_of, remark, write
from convlens.cli._save import check_target
from convlens.cli._spoken import Spoken
from convlens.ir.errors import UsageError
from convlens.lang.messages import counted, say
from convlens.lang.sentence import Sentence

if TYPE_CHECKING:
    from convlens.drawing.draw import Drawing

GALLERY = "gallery"


@click.command("draw", cls=Spoken, short_help="A layer as a picture with every number; a network as a strip, or as a page.")
@click.argument("what")
@click.option("--input", "inputs", metavar="SHAPE[:DTYPE]", multiple=True, help="An input: 1x3x7x7.")
@click.option("--dim", "dims", metavar="NAME=SIZE", multiple=True, help="Size of a named dimension of an ONNX file.")
@click.option("--real", is_flag=True, help="Run a torch module on real zeros, for code that looks at values.")
@click.option("--still", is_flag=True, help="Without motion: the complete answer. For .svg and .png.")
@click.option("--caption", is_flag=True, help="Explain the signs of the picture in words below it.")
@click.option("--values", metavar="FILE.npy", help="The input's numbers.")
@click.option("--weights", metavar="FILE.npz", help="The weights by name, or FILE.npy for a kernel alone.")
@click.option("--json", "as_json", is_flag=True, help="The record for machines, schema convlens/drawing/1.")
@click.option("--flip", is_flag=True, help="Turn the kernel by 180 degrees, as true convolution does.")
@click.option("--playground", is_flag=True, help="Of a layer: the page on which every setting can be tried, as convlens play.")
@click.option("--report", is_flag=True, help="Of a network: the report with figures, receptive fields and findings.")
@click.option("--compare", metavar="MODEL", help="In the report of a network: a second one beside it.")
@click.option("--picture", metavar="FILE", help="In the page of a network: the picture under its receptive fields.")
@lang_option
@click.option(
    "-o", "out", metavar="FILE", help="Write .svg, .html, .gif, .png, .mp4; a report .html, .md, .json; the gallery a folder."
)
def command(
    what: str, inputs: tuple[str, ...], still: bool, caption: bool, values: str | None, weights: str | None, flip: bool,
    lang: str, out: str | None, as_json: bool, playground: bool, report: bool, compare: str | None, picture: str | None,
    dims: tuple[str, ...], real: bool,
) -> None:  # fmt: skip
    """Draw WHAT: a layer as its framework writes it, such as 'Conv2d(3, 2, 3, stride=2, padding=1, dilation=2)', or a network.

    Every number of input, kernel and output is there; the picture moves from output value to output value and writes out its
    sum. An .svg has a sibling without motion beside it. Without -o an .svg is written into the working directory, under a name
    that says which layer it is.

    A network (what convlens summary takes) becomes a strip of its layers (.svg), or with --report a page (.html),
    with -o FILE.md or FILE.json the same report as Markdown or as a record.

    WHAT may be 'gallery': the standard pictures, with a page that shows them and the lines to paste.
    """
    layers = {"--still": still, "--caption": caption, "--values": values, "--weights": weights, "--flip": flip, "--json": as_json}
    networks = {"--report": report, "--compare": compare, "--picture": picture, "--dim": dims, "--real": real}
    if what == GALLERY:
        _only(
            {**layers, **networks, "--playground": playground, "--input": inputs}, Sentence("one layer"), "draw gallery -o FOLDER"
        )
        _gallery(out, lang)
    elif "(" in what:
        _only(networks, Sentence("a network"), Sentence("no such option for a layer"))
        if playground:
            _only(layers, Sentence("a picture"), Sentence("--playground without it: the page has its own"))
            _playground(what, inputs, out, lang)
            return
        given = {"values": values, "weights": weights, "flip": flip, "caption": lang if caption else None}
        _layer(what, inputs, out, lang, given, still=still, as_json=as_json)
    else:
        fix = Sentence("a layer such as 'Conv2d(3, 2, 3)', or no such option")
        _only({**layers, "--playground": playground}, Sentence("one layer"), fix)
        draw_network(what, Wanted(inputs, dims, real, report, compare, picture, out), lang)


def _only(others: Mapping[str, object], whose: str, fix: str) -> None:
    """`UsageError` where an option is given that says nothing about what is drawn."""
    given = next((name for name, value in others.items() if value), None)
    if given is not None:
        raise UsageError(Sentence("{option} belongs to {whose}\n  fix: {fix}", option=given, whose=whose, fix=fix))


def _playground(call: str, inputs: Sequence[str], out: str | None, lang: str) -> None:
    from convlens.playgrounds.play import play  # noqa: PLC0415 - `--help` needs no page

    if len(inputs) != 1:
        raise UsageError(Sentence("{call}: the playground takes one --input\n  fix: --input 1x3x7x7", call=call))
    target = out or "playground.html"
    ending_of(target, (".html", ".htm"))
    write(target, play(call, inputs[0]).to_html(lang))
    emit(say(lang, "written: {file}; open it in any browser", file=target) + "\n")


def _layer(
    call: str, inputs: Sequence[str], out: str | None, lang: str, given: Mapping[str, Any], *, still: bool, as_json: bool
) -> None:
    from convlens.drawing.draw import draw  # noqa: PLC0415 - `--help` needs no drawing

    _check_ending(out, still=still)
    if out is not None:
        check_target(out, [given[name] for name in ("values", "weights") if given[name]])
    drawing = draw(call, *inputs, **given)
    written = [] if as_json and out is None else drawing.save(out, still=still, lang=lang)
    if as_json:
        emit_json(drawing.to_dict())
    else:
        _tell(drawing, written, still, lang)


def _tell(drawing: "Drawing", written: Sequence[Path], still: bool, lang: str) -> None:
    """What was written, and how large it is."""
    steps = counted(lang, "{count} step", "{count} steps", len(drawing.scene.steps))
    for path in written:
        moves = say(lang, "without motion") if still or path.stem.endswith("-still") else steps
        emit(say(lang, "{file}: {what}, {size} bytes", file=path, what=moves, size=f"{path.stat().st_size:,}") + "\n")
    if len(drawing.scene.steps) < drawing.scene.outputs:
        numbers = {"steps": len(drawing.scene.steps), "outputs": drawing.scene.outputs}
        remark(say(lang, "{steps} of the {outputs} outputs have a step of their own.", **numbers))


def _check_ending(out: str | None, *, still: bool) -> None:
    """Asked before any work is done."""
    from convlens.drawing.draw import ENDINGS  # noqa: PLC0415 - `--help` needs no drawing

    if out is not None and ending_of(out, ENDINGS) not in (".svg", ".png") and still:
        raise UsageError(Sentence("--still and -o {out}: this form moves\n  fix: .svg or .png", out=out))


def _gallery(out: str | None, lang: str) -> None:
    from convlens.drawing.gallery import gallery  # noqa: PLC0415 - `--help` needs no drawing

    if out is None:
        raise UsageError(Sentence("the gallery needs a folder\n  fix: draw gallery -o FOLDER"))
    written = gallery(out, lang)
    emit(say(lang, "{page} and {count} other files", page=written[-1], count=len(written) - 1) + "\n")
