"""Named readers, by family: each turns ONNX nodes of some operators into nodes of ours. The folder is walked."""

import importlib
import pkgutil
from collections.abc import Callable, Sequence
from functools import cache
from typing import NamedTuple

from convlens.importers.onnx.build import Builder
from convlens.importers.onnx.call import Call
from convlens.importers.onnx.tensor import Tensor

Reader = Callable[[Call, Builder], Sequence[Tensor]]
"""Appends nodes for a call and returns its outputs, or raises `NoReaderError` before it appends any."""


class Entry(NamedTuple):
    """A reader, and how many outputs of the ONNX operator it can make (None: all)."""

    read: Reader
    outputs: int | None


_TABLE: dict[str, Entry] = {}


def reads(*op_types: str, outputs: int | None = 1) -> Callable[[Reader], Reader]:
    """Register a reader for these operators of the default domain."""

    def register(reader: Reader) -> Reader:
        _TABLE.update(dict.fromkeys(op_types, Entry(reader, outputs)))
        return reader

    return register


@cache
def table() -> dict[str, Entry]:
    """Every reader by ONNX operator."""
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")
    return _TABLE
