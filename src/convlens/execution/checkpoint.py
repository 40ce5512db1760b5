"""Weights from a file. Nothing in it is run: PyTorch's restricted reader, safetensors, or NumPy without pickling."""

import pickle
import warnings
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from convlens.execution.arrays import tensor_of
from convlens.importers.files import need_file
from convlens.ir.errors import UsageError, cut, quoted
from convlens.lang.sentence import Sentence
from convlens.media.extras import extra

ENDINGS = (".pt", ".pth", ".bin", ".ckpt", ".safetensors")
WRAPPERS = ("state_dict", "model_state_dict", "model", "net")
"""Under these keys training scripts put the state of the model beside that of the optimiser."""

MAX_BYTES = 1 << 34
"""The most that a file may take on disk or unpacked."""

REFUSED = (
    pickle.UnpicklingError, RuntimeError, EOFError, OSError, ValueError, LookupError, TypeError, AttributeError, AssertionError
)  # fmt: skip


def read_state(path: str) -> dict[str, Tensor]:
    """The tensors of a checkpoint by name.

    A state that is wrapped (`WRAPPERS`) is unwrapped, the prefix ``module.`` of data-parallel training taken off. Raises
    `UsageError` where the file is missing or broken, holds anything but tensors, or is a pickle with code in it.
    """
    place = need_file(path, ENDINGS)
    if place.suffix.lower() not in ENDINGS:
        raise UsageError(f"{quoted(path)}: its ending says no format of weights\n  fix: one of {', '.join(ENDINGS)}")
    if place.stat().st_size > MAX_BYTES:
        raise UsageError(f"{path}: {place.stat().st_size} bytes; weights of at most {MAX_BYTES} bytes are read")
    found = _safetensors(place) if place.suffix.lower() == ".safetensors" else _pickled(place)
    return _plain(_unwrapped(found, path), path)


def named_state(weights: Mapping[Any, Any]) -> dict[str, Tensor]:
    """Tensors by name from a mapping of the caller's own, whose values may be arrays.

    The prefix of data-parallel training is taken off as in a file. Raises `UsageError` for a name that is no text, or a
    value that is no array of numbers.

    >>> named_state({"module.fc.weight": [[1.0, 2.0, 3.0]]})["fc.weight"].shape
    torch.Size([1, 3])
    """
    wrong = next((name for name in weights if not isinstance(name, str)), None)
    if wrong is not None:
        raise UsageError(f"weights are tensors by name, and {quoted(wrong)} is no name")
    return _unprefixed({name: tensor_of(value, f"the weight {name!r}") for name, value in weights.items()})


def _safetensors(path: Path) -> Any:
    reader = extra("safetensors.torch", Sentence("reading .safetensors files"))
    try:
        return reader.load_file(str(path))
    except Exception as error:
        if type(error).__name__ not in ("SafetensorError", *(kind.__name__ for kind in REFUSED)):
            raise
        raise UsageError(f"{path} is not a safetensors file: {cut(str(error))}") from None


def _pickled(path: Path) -> Any:
    try:
        _check_unpacked(path)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about pickles that are refused a moment later
            return torch.load(path, map_location="cpu", weights_only=True)
    except UsageError:
        raise
    except pickle.UnpicklingError as error:
        raise UsageError(_refusal(path, str(error))) from None
    except REFUSED as error:
        raise UsageError(f"{path} is not a checkpoint that can be read: {cut(str(error).split(chr(10))[0])}") from None


def _check_unpacked(path: Path) -> None:
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(item.file_size for item in archive.infolist())
        if unpacked > min(MAX_BYTES, 2 * path.stat().st_size):
            raise UsageError(f"{path}: {path.stat().st_size} bytes that claim to be {unpacked} when unpacked")


def _refusal(path: Path, error: str) -> str:
    """PyTorch's message names what the pickle wanted to call, among advice to allow it."""
    told = next((line for line in error.split("\n") if "global" in line.lower()), "")
    if not told:
        return (
            f"{path} is no checkpoint, or it holds more than tensors; nothing of it was run\n"
            "  fix: torch.save(model.state_dict(), FILE), not torch.save(model, FILE)"
        )
    return (
        f"{path} holds more than tensors, and nothing of it was run: {cut(told.strip())}\n"
        "  fix: torch.save(model.state_dict(), FILE), not torch.save(model, FILE)"
    )


def _unwrapped(found: Any, path: str) -> Mapping[Any, Any]:
    for key in WRAPPERS:
        if isinstance(found, Mapping) and isinstance(found.get(key), Mapping):
            found = found[key]
    if not isinstance(found, Mapping):
        kind = type(found).__name__
        raise UsageError(f"{path} holds a {kind}, not tensors by name\n  fix: torch.save(model.state_dict(), FILE)")
    return found


def _plain(state: Mapping[Any, Any], path: str) -> dict[str, Tensor]:
    wrong = next((key for key, value in state.items() if not isinstance(key, str) or not isinstance(value, Tensor)), None)
    if wrong is not None or not state:
        shown = f"{quoted(wrong)} is a {type(state[wrong]).__name__}" if state else "it is empty"
        raise UsageError(f"{path} does not hold tensors by name: {shown}\n  fix: torch.save(model.state_dict(), FILE)")
    return _unprefixed(state)


def _unprefixed(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    prefix = "module." if all(key.startswith("module.") for key in state) else ""
    return {key.removeprefix(prefix): value for key, value in state.items()}
