"""From a path to a ModelProto without weights. External data files are never opened."""

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from convlens.importers.onnx.window import Window
from convlens.importers.onnx.wire import without_data
from convlens.ir.errors import ConvlensError, UsageError

if TYPE_CHECKING:
    from onnx import ModelProto

MAX_BYTES = (1 << 31) - 1
"""The largest file that protobuf itself reads; larger models keep their weights in external files."""


def framework(module: str = "onnx") -> Any:
    """The onnx package, or `UsageError` naming the extra that installs it."""
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "onnx":
            raise
        raise UsageError('reading ONNX files needs the onnx package: pip install "convlens[onnx]"') from None


def load(path: Path) -> "ModelProto":
    """Read a file. Raises `UsageError` where it is missing, too large, empty, cut off, or not an ONNX model."""
    onnx = framework()
    try:
        small = _without_data(path)
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror or error}") from None
    except ConvlensError as error:
        raise UsageError(f"{path}: {error}") from None
    return _parsed(onnx, small, path)


def _without_data(path: Path) -> bytes:
    with path.open("rb", buffering=0) as file:
        size = path.stat().st_size
        if not size:
            raise UsageError("the file is empty")
        if size > MAX_BYTES:
            raise UsageError(
                f"{size} bytes; an ONNX file has at most {MAX_BYTES}\n  fix: save the model with its weights as external data"
            )
        return without_data(Window(file, size))


def _parsed(onnx: Any, data: bytes, path: Path) -> "ModelProto":
    decode_error = import_module("google.protobuf.message").DecodeError
    try:
        model: ModelProto = onnx.ModelProto.FromString(data)
    except (decode_error, UnicodeDecodeError, RecursionError) as error:
        raise UsageError(f"{path}: not an ONNX model: {error}") from None
    return model
