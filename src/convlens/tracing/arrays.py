"""Numbers of the user's own, from a file of NumPy or an array. A file is never unpickled, and mapped rather than read."""

import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any
from zipfile import BadZipFile

from convlens.backends.plan import Key
from convlens.ir.errors import UsageError, nearest, quoted
from convlens.ir.spec import Shape, show_shape
from convlens.tracing.weights import Held

if TYPE_CHECKING:
    from convlens.media.array import Header

KINDS = "fiub"
"""Real values, whole numbers with and without a sign, truth values."""


def values_array(given: Any, shape: Shape) -> Any:
    """The input: a path of a .npy file or an array, of exactly this shape. Raises `UsageError`."""
    if isinstance(given, str | Path):
        return _checked(_loaded(given, "--values", (".npy",)), f"--values {given}", shape)
    return _checked(_numpy().asarray(given), "values", shape)


def weight_arrays(given: Any, held: Sequence[Held]) -> dict[Key, Any]:
    """An array for each weight; a bias that is not given is left out. Raises `UsageError`.

    ``given`` is a path (.npz: by name, or ``arr_0``, ``arr_1``, ... in order; .npy: the one kernel), a mapping by name, or
    arrays in the order in which the call names its weights, bias last.
    """
    if not held:
        raise UsageError("weights are given, but this layer has none\n  fix: leave them out")
    what = f"--weights {given}" if isinstance(given, str | Path) else "weights"
    arrays = _of_file(_loaded(given, "--weights", (".npz", ".npy")), what) if isinstance(given, str | Path) else given
    if isinstance(arrays, Mapping):
        chosen = _by_name(arrays, held, what)
    else:
        chosen = _in_order(arrays if isinstance(arrays, list | tuple) else [arrays], held, what)
    return {one.key: _weight(array, f"{what}: {one.names[0]}", one.own_shape) for one, array in chosen.items()}


def _weight(array: Any, what: str, shape: Shape) -> Any:
    if isinstance(array, Member):
        return _checked(array, what, shape).load()
    return _checked(_numpy().asarray(array), what, shape)


def _numpy() -> Any:
    try:
        import numpy as np  # noqa: PLC0415 - only numbers of the user's own need it
    except ImportError:
        raise UsageError('reading arrays needs NumPy: pip install "convlens[torch]"') from None
    return np


def _header(file: IO[bytes]) -> "Header":
    from convlens.media.array import header  # noqa: PLC0415 - it needs NumPy

    return header(file)


def _loaded(path: str | Path, option: str, endings: tuple[str, ...]) -> Any:
    np, what = _numpy(), f"{option} {path}"
    if Path(path).suffix.lower() not in endings:
        raise UsageError(f"{what}: not a file of NumPy\n  fix: a {' or '.join(endings)} file, as numpy.save writes it")
    try:
        if Path(path).suffix.lower() == ".npz":
            return np.load(path, allow_pickle=False)
        with Path(path).open("rb") as file:
            _header(file)
        return np.lib.format.open_memmap(path, mode="r")
    except OSError as error:
        raise UsageError(f"{what}: {error.strerror or error}") from None
    except _UNREADABLE as error:
        raise _unreadable(what, error) from None


_UNREADABLE = (ValueError, EOFError, BadZipFile, MemoryError, OverflowError, KeyError, zlib.error)


def _unreadable(what: str, error: Exception) -> UsageError:
    return UsageError(f"{what} cannot be read: {_reason(error)}\n  fix: a file of numbers that numpy.save or numpy.savez wrote")


def _reason(error: Exception) -> str:
    text = str(error).splitlines()[0] if str(error) else type(error).__name__
    objects = "object" in text.lower() or "pickle" in text.lower()
    return "it holds Python objects, which are never unpickled" if objects else text


class Member:
    """One array of an archive: its header, from which shape and dtype are checked before the array is read."""

    def __init__(self, archive: Any, name: str, what: str) -> None:
        self.archive = archive
        self.name = name
        self.what = what
        try:
            with archive.zip.open(f"{name}.npy") as file:
                self.shape, _, self.dtype = _header(file)
        except _UNREADABLE as error:
            raise _unreadable(what, error) from None

    def load(self) -> Any:
        """The array itself."""
        try:
            return self.archive[self.name]
        except _UNREADABLE as error:
            raise _unreadable(self.what, error) from None


def _of_file(found: Any, what: str) -> Mapping[str, Any] | list[Any]:
    """The arrays of an archive by name, or in order where they have no names (``arr_0``, ...); the one of a .npy file."""
    if not isinstance(found, Mapping):
        return [found]
    members = {name: Member(found, name, what) for name in found}
    numbered = [f"arr_{at}" for at in range(len(members))]
    return [members[name] for name in numbered] if set(numbered) == members.keys() else members


def _by_name(arrays: Mapping[str, Any], held: Sequence[Held], what: str) -> dict[Held, Any]:
    chosen, left = {}, list(arrays)
    for one in held:
        name = next((name for name in one.names if name in left), None)
        if name is not None:
            left.remove(name)
            chosen[one] = arrays[name]
        elif one.key[1] != "bias":
            raise UsageError(f"{what} has no {one.names[0]!r}; it has: {', '.join(left) or 'nothing'}{_wanted(held)}")
    if left:
        known = [one.names[0] for one in held]
        raise UsageError(f"{what}: {quoted(left[0])} is no weight of this layer{nearest(left[0], known)}{_wanted(held)}")
    return chosen


def _in_order(arrays: Sequence[Any], held: Sequence[Held], what: str) -> dict[Held, Any]:
    least = sum(one.key[1] != "bias" for one in held)
    if not least <= len(arrays) <= len(held):
        raise UsageError(f"{what}: {len(arrays)} {'array' if len(arrays) == 1 else 'arrays'} given{_wanted(held)}")
    return dict(zip(held, arrays, strict=False))


def _wanted(held: Sequence[Held]) -> str:
    return "\n  fix: " + ", ".join(
        f"{one.names[0]} {show_shape(one.own_shape)}{' (may be left out)' if one.key[1] == 'bias' else ''}" for one in held
    )


def _checked(array: Any, what: str, shape: Shape) -> Any:
    if array.dtype.kind not in KINDS:
        raise UsageError(f"{what} holds {array.dtype}, not real numbers\n  fix: an array of floats or whole numbers")
    if tuple(array.shape) != shape:
        raise UsageError(
            f"{what} is {show_shape(tuple(array.shape))}, but the layer needs {show_shape(shape)}\n"
            f"  fix: an array of {show_shape(shape)}, in the order of axes of the call"
        )
    return array
