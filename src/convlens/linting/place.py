"""Where in a file a finding stands, for forms that point at lines."""

import re
from pathlib import Path
from typing import Any, NamedTuple

from convlens.ir.graph import Graph

_FILES = (".onnx", ".txt")


class Place(NamedTuple):
    """A file, relative to the working directory where it lies in it, and a line; None where only the file is known."""

    file: str
    line: int | None = None


def origin_of(model: Any) -> str:
    """The file from which a model is read; "" for a network by name, a module by its package, a live object.

    >>> origin_of("nets/a.onnx"), origin_of("nets/b.py:Net"), origin_of("alexnet"), origin_of("pack.nets:Net")
    ('nets/a.onnx', 'nets/b.py', '', '')
    """
    if not isinstance(model, str):
        return ""
    if model.endswith(_FILES):
        return model
    file, _, factory = model.rpartition(":")
    return file if factory and file.endswith(".py") else ""


def place_of(graph: Graph, origin: str, node: str) -> Place | None:
    """The place of a node of a network that was read from the file ``origin``; None where there is no file.

    Of the sources that importers give, "FILE, line 3" (text form) and "net.py:12 in forward: ..." (PyTorch) say a line.
    """
    if not origin:
        return None
    return Place(relative(origin), _line(source_of(graph, node), origin))


def source_of(graph: Graph, node: str) -> str:
    """Where the node was written, as its importer says it; "" where that is not known."""
    try:
        return graph[node].source
    except KeyError:  # the whole network, or one of its inputs
        return ""


def relative(file: str) -> str:
    """The file as seen from the working directory, where it lies in it.

    >>> relative("./nets/a.txt"), relative("/elsewhere/a.txt")
    ('nets/a.txt', '/elsewhere/a.txt')
    """
    path = Path(file)
    if path.is_absolute() and path.is_relative_to(Path.cwd()):
        path = path.relative_to(Path.cwd())
    return path.as_posix()


def _line(source: str, origin: str) -> int | None:
    """
    >>> _line("nets/a.txt, line 3", "nets/a.txt"), _line("b.py:12 in forward: y = f(x)", "nets/b.py"), _line("", "b.py")
    (3, 12, None)
    """
    for before, after in ((f"{origin}, line ", ""), (f"{Path(origin).name}:", r" in .*")):
        if source.startswith(before):
            found = re.fullmatch(rf"(\d{{1,9}}){after}", source.removeprefix(before), re.DOTALL)
            return int(found[1]) if found else None
    return None
