"""What stands behind ``--input`` and ``--dim``, and the network that is read with them."""

from collections import Counter
from typing import TYPE_CHECKING

from convlens.cli._output import remark_own_code
from convlens.ir.errors import UsageError, quoted
from convlens.lang.sentence import Sentence

if TYPE_CHECKING:
    from convlens.ir.graph import Graph


def graph_of(model: str, inputs: tuple[str, ...], dims: tuple[str, ...], real: bool, lang: str) -> "Graph":
    """The graph of MODEL; says so before it runs code of the user's own."""
    from convlens.importers.factory import need_code  # noqa: PLC0415 - `--help` needs no reader
    from convlens.importers.model import load, runs_user_code  # noqa: PLC0415 - `--help` needs no reader

    by_place, by_name, named = *given(inputs), sizes(dims)
    if runs_user_code(model):
        need_code(model)
        remark_own_code(model, lang)
    return load(model, by_place, by_name, named, real)


def given(inputs: tuple[str, ...]) -> tuple[list[str], dict[str, str]]:
    """Shapes by position, and by name where they are written ``name=shape``.

    >>> given(("1x3x8x8", "mask=1x8"))
    (['1x3x8x8'], {'mask': '1x8'})
    """
    pairs = [(name, shape) for name, equals, shape in (text.rpartition("=") for text in inputs) if equals]
    _once("--input", [name for name, _ in pairs])
    return [text for text in inputs if "=" not in text], dict(pairs)


def sizes(dims: tuple[str, ...]) -> dict[str, int]:
    """The named sizes of an ONNX file.

    >>> sizes(("N=1",))
    {'N': 1}
    """
    found = {}
    for text in dims:
        name, _, size = text.rpartition("=")
        if not name or not size.isdecimal() or len(size) > 18 or int(size) < 1:
            raise UsageError(
                Sentence(
                    "--dim {text} is not a named size\n  fix: a name and a whole number of at least 1, as in N=1",
                    text=quoted(text),
                )
            )
        found[name] = int(size)
    _once("--dim", [text.rpartition("=")[0] for text in dims])
    return found


def _once(option: str, names: list[str]) -> None:
    name, times = next(iter(Counter(names).most_common(1)), ("", 0))
    if times > 1:
        raise UsageError(
            Sentence(
                "{option} {name} is given {times} times\n  fix: one {option} for each name",
                option=option, name=quoted(name), times=times,
            )
        )  # fmt: skip
