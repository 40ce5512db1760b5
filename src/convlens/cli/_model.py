"""The argument MODEL and the options that say on which inputs it is read."""

from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

import click

from convlens.cli._output import remark
from convlens.ir.errors import UsageError, quoted

if TYPE_CHECKING:
    from convlens.ir.graph import Graph

Command = TypeVar("Command", bound=Callable[..., object])

_OPTIONS = (
    click.option("--input", "inputs", metavar="[NAME=]SHAPE[:DTYPE]", multiple=True, help="An input: 1x3x224x224, 2x7:int64."),
    click.option("--dim", "dims", metavar="NAME=SIZE", multiple=True, help="Size of a named dimension of an ONNX file."),
    click.option("--real", is_flag=True, help="Run a torch module on real zeros, for code that looks at values."),
)


def input_options(command: Command) -> Command:
    """``--input``, ``--dim`` and ``--real``, for `graph_of`."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def graph_of(model: str, inputs: tuple[str, ...], dims: tuple[str, ...], real: bool) -> "Graph":
    """The graph of MODEL; says so before it runs code of the user's own."""
    from convlens.importers.factory import need_code  # noqa: PLC0415 - `--help` needs no reader
    from convlens.importers.model import load, runs_user_code  # noqa: PLC0415 - `--help` needs no reader

    by_position, by_name, sizes = *_given(inputs), _sizes(dims)
    if runs_user_code(model):
        need_code(model)
        remark(f"running {model}, which is your own code")
    return load(model, by_position, by_name, sizes, real)


def _given(inputs: tuple[str, ...]) -> tuple[list[str], dict[str, str]]:
    """Shapes by position, and by name where they are written ``name=shape``."""
    pairs = [(name, shape) for name, equals, shape in (text.rpartition("=") for text in inputs) if equals]
    _once("--input", [name for name, _ in pairs])
    return [text for text in inputs if "=" not in text], dict(pairs)


def _once(option: str, names: list[str]) -> None:
    name, times = next(iter(Counter(names).most_common(1)), ("", 0))
    if times > 1:
        raise UsageError(f"{option} {quoted(name)} is given {times} times\n  fix: one {option} for each name")


def _sizes(dims: tuple[str, ...]) -> dict[str, int]:
    sizes = {}
    for text in dims:
        name, _, size = text.rpartition("=")
        if not name or not size.isdecimal() or len(size) > 18 or int(size) < 1:
            raise UsageError(
                f"--dim {quoted(text)} is not a named size\n  fix: a name and a whole number of at least 1, as in N=1"
            )
        sizes[name] = int(size)
    _once("--dim", [text.rpartition("=")[0] for text in dims])
    return sizes
