"""What does it give on a picture, an array, a sound? A network, a layer or a kernel made by hand is really run."""

from typing import TYPE_CHECKING

import click

from convlens.cli._lang import lang_option
from convlens.cli._output import emit, emit_json, ending_of, remark, remark_own_code
from convlens.cli._spoken import Spoken
from convlens.ir.errors import ConvlensError, UsageError, quoted
from convlens.lang.sentence import Sentence

if TYPE_CHECKING:
    from convlens.execution.result import Result
    from convlens.execution.wanted import How

PADDINGS = ("same", "valid", "reflect")
ENDINGS = (".png", ".npy", ".json", ".txt")


@click.command("run", cls=Spoken, short_help="Really run a network, a layer or a kernel on a picture, an array, a sound.")
@click.argument("model", default="")
@click.option("--on", "files", metavar="[INPUT=]FILE", multiple=True, help="A picture, a .npy array or a .wav sound.")
@click.option("--weights", metavar="FILE", multiple=True, help=".pt, .pth, .safetensors; of a call, .npy files.")
@click.option("--kernel", metavar="NAME", help="identity, box, gaussian, sobel-x, sobel-y, laplacian, sharpen or emboss.")
@click.option("--size", type=click.IntRange(1), default=3, help="Of --kernel: rows and columns, odd.")
@click.option("--padding", type=click.Choice(PADDINGS), default="same", help="Of --kernel: with zeros, none, mirrored.")
@click.option("--layer", metavar="NAME", default="", help="The output of this layer instead of the network's.")
@click.option("--show-kernels", is_flag=True, help="The learned kernels of --layer, or of the first convolution.")
@click.option("--resize", metavar="[SIZE]", is_flag=False, flag_value="", help="To 224x224; without SIZE to the network's size.")
@click.option("--mean", metavar="NUMBERS", default="", help="Subtracted: one number, or one for each channel, with commas.")
@click.option("--std", metavar="NUMBERS", default="", help="What the rest is divided by.")
@click.option("--seed", type=click.IntRange(0), default=0, help="Of weights that are drawn.")
@click.option("--json", "as_json", is_flag=True, help="The record for machines, schema convlens/run/1.")
@lang_option
@click.option("-o", "outs", metavar="FILE", multiple=True, help="Write to a file: .png, .npy, .json or .txt.")
def command(
    model: str, files: tuple[str, ...], weights: tuple[str, ...], kernel: str | None, size: int, padding: str, layer: str,
    show_kernels: bool, resize: str | None, mean: str, std: str, seed: int, as_json: bool, lang: str, outs: tuple[str, ...],
) -> None:  # fmt: skip
    """What does MODEL, a layer CALL, or a kernel made by hand give on a file?

    MODEL is a network's name, file.onnx, file.txt or - (text form), package.module:factory or file.py:factory; CALL is a layer
    as its framework writes it. Without --weights a network by name has weights that are drawn.

    A .png shows every channel in a tile of its own; a .npy holds the output as it is.
    """
    from convlens.cli._save import check_target  # noqa: PLC0415 - `--help` needs nothing of this
    from convlens.media.extras import extra  # noqa: PLC0415 - `--help` needs no run

    extra("numpy", Sentence("running anything"))
    from convlens.execution import on_files  # noqa: PLC0415 - `--help` needs no run

    for out in outs:
        ending_of(out, ENDINGS)
        check_target(out, [model, *weights, *(name.rpartition("=")[2] for name in files), *files])
    how = _how(resize, mean, std)
    if kernel is not None:
        _check_kernel(model, files, weights, layer, show_kernels)
        found = on_files.run_kernel(kernel, files[0], size=size, padding=padding, how=how)
    else:
        _check_model(model, files, show_kernels, lang)
        found = on_files.run_model(model, files, weights=weights, layer=layer, how=how, seed=seed, kernels=show_kernels)
    _give(found, outs, as_json, lang)


def _how(resize: str | None, mean: str, std: str) -> "How":
    from convlens.execution.wanted import How  # noqa: PLC0415 - `--help` needs no run
    from convlens.ir.spec import parse_shape  # noqa: PLC0415 - `--help` needs no run

    size = None if resize is None else parse_shape(resize) if resize else ()
    divisors = _numbers("--std", std)
    if 0 in divisors:
        raise UsageError(Sentence("--std has a 0, which nothing can be divided by"))
    return How(size, _numbers("--mean", mean), divisors)


def _numbers(option: str, text: str) -> tuple[float, ...]:
    try:
        found = tuple(float(part) for part in text.split(",")) if text else ()
    except ValueError:
        raise UsageError(
            Sentence(
                "{option} {text}: numbers with commas between them, as in 0.485,0.456,0.406",
                option=option, text=quoted(text),
            )
        ) from None  # fmt: skip
    if any(abs(number) == float("inf") or number != number for number in found):  # noqa: PLR0124 - only a NaN differs from itself
        raise UsageError(Sentence("{option} {text}: the numbers must be finite", option=option, text=quoted(text)))
    return found


def _check_kernel(model: str, files: tuple[str, ...], weights: tuple[str, ...], layer: str, show_kernels: bool) -> None:
    other = next((name for name, given in (("MODEL", model), ("--weights", weights), ("--layer", layer)) if given), None)
    if other is not None or show_kernels:
        raise UsageError(
            Sentence(
                "--kernel and {option}: a kernel made by hand is run alone\n  fix: one of them",
                option=other or "--show-kernels",
            )
        )
    if len(files) != 1:
        raise UsageError(Sentence("--kernel takes one file, but {count} are given\n  fix: --on picture.png", count=len(files)))


def _check_model(model: str, files: tuple[str, ...], show_kernels: bool, lang: str) -> None:
    from convlens.importers.factory import need_code  # noqa: PLC0415 - `--help` needs no run
    from convlens.importers.model import runs_user_code  # noqa: PLC0415 - `--help` needs no run

    if not model:
        raise UsageError(Sentence("nothing to run\n  fix: a MODEL, a CALL, or --kernel NAME"))
    if not files and not show_kernels:
        raise UsageError(Sentence("nothing to run it on\n  fix: --on FILE, a picture, a .npy or a .wav; or --show-kernels"))
    if runs_user_code(model) and not model.rstrip().endswith(")"):
        need_code(model)
        remark_own_code(model, lang)


def _give(found: "Result", outs: tuple[str, ...], as_json: bool, lang: str) -> None:
    from convlens.cli._save import save  # noqa: PLC0415 - `--help` needs no run
    from convlens.execution.contents import contents  # noqa: PLC0415 - `--help` needs no run

    found.files.extend(outs)
    save({out: contents(found, ending_of(out, ENDINGS), lang) for out in outs})
    if as_json:
        emit_json(found.to_dict())
    else:
        emit(found.text(lang))
        if found.ran.outputs:
            remark(f"{found.ran.seconds:.3g} s, {found.engine}")
    if not found.kept:
        raise ConvlensError(Sentence("the run gave another shape than was foretold; please report the network"))
