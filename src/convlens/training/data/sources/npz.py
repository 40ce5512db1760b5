"""Arrays in a NumPy .npz: x and y, and if they are there x_val, y_val, x_test, y_test, groups and classes."""

import zipfile
import zlib
from lzma import LZMAError
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from convlens.ir.errors import UsageError, cut
from convlens.ir.spec import MAX_AXES, show_shape
from convlens.lang.sentence import Sentence
from convlens.media.array import header
from convlens.training.data.memory import available_bytes
from convlens.training.data.raw import Raw
from convlens.training.data.sources.arrays import examples_of, labels_of, numbered
from convlens.training.data.sources.known import shown
from convlens.training.data.sources.unpacked import exactly

NAMES = {
    "x": ("x", "images", "x_train", "train_images"),
    "y": ("y", "labels", "y_train", "train_labels"),
    "x_val": ("x_val", "val_images"),
    "y_val": ("y_val", "val_labels"),
    "x_test": ("x_test", "test_images"),
    "y_test": ("y_test", "test_labels"),
    "groups": ("groups",),
    "classes": ("classes",),
}
"""What an array is, and the names under which it is found: ours, Keras's and MedMNIST's."""

MAX_ARRAYS = 100

BROKEN = (zipfile.BadZipFile, zlib.error, LZMAError, EOFError, NotImplementedError, RuntimeError, ValueError, OSError)
"""What a damaged archive ends in, by the compression of its members."""

FIX = "numpy.savez(file, x=pictures, y=labels)"


def npz_from(path: Path) -> Raw:
    """Pictures N,H,W or N,H,W,C or N,C,H,W; volumes N,D,H,W or N,C,D,H,W. Nothing is unpickled.

    Raises `UsageError` where an array is missing, too large for the memory that is free, or does not fit the others.
    """
    held = _arrays(path)
    if "x" not in held or "y" not in held:
        raise UsageError(Sentence("{path} has no arrays {names}\n  fix: {fix}", path=shown(path), names="x, y", fix=FIX))
    counts = {part: _count(path, held, part) for part in ("", "_val", "_test")}
    parts = [part for part, count in counts.items() if count]
    kind, items = examples_of(shown(path), [held[f"x{part}"] for part in parts])
    labels, classes = labels_of(shown(path), [held[f"y{part}"] for part in parts], held.get("classes"))
    ends = np.cumsum([counts[part] for part in parts])
    names = [f"{part[1:] or 'train'} {at}" for part in parts for at in range(counts[part])]
    groups, group_names = _groups(path, held, len(labels))
    part_of = torch.from_numpy(np.searchsorted(ends, np.arange(len(labels)), side="right"))
    return Raw(
        name=shown(Path(path.stem)), kind=kind, items=items, labels=labels, classes=classes, names=names,
        groups=groups, group_names=group_names,
        official_validation=part_of == parts.index("_val") if "_val" in parts else None,
        official_test=part_of == parts.index("_test") if "_test" in parts else None,
        source=shown(path),
    )  # fmt: skip


def _count(path: Path, held: dict[str, Any], part: str) -> int:
    """Examples of a part; 0 where it is not there."""
    x, y = held.get(f"x{part}"), held.get(f"y{part}")
    if x is None and y is None:
        return 0
    counts = [0 if array is None or not array.ndim else len(array) for array in (x, y)]
    if counts[0] != counts[1] or not counts[0]:
        raise UsageError(
            Sentence(
                "{path}: {examples} examples in x{part}, {labels} labels in y{part}\n  fix: one label for each example",
                path=shown(path), examples=counts[0], labels=counts[1], part=part,
            )
        )  # fmt: skip
    return counts[0]


def _groups(path: Path, held: dict[str, Any], count: int) -> tuple[Tensor | None, tuple[str, ...]]:
    given = held.get("groups")
    if given is None:
        return None, ()
    if given.shape != (count,):
        raise UsageError(
            Sentence(
                "{path}: groups is {shape}, but there are {count} examples\n"
                "  fix: one group for each of them, training, validation and test in this order",
                path=shown(path), shape=show_shape(given.shape), count=count,
            )
        )  # fmt: skip
    return numbered(given)


def _arrays(path: Path) -> dict[str, Any]:
    known = {name: what for what, names in NAMES.items() for name in names}
    held: dict[str, Any] = {}
    try:
        with zipfile.ZipFile(path) as archive:
            inside = archive.infolist()
            _check_total(path, inside)
            for info in inside:
                what = known.get(info.filename.removesuffix(".npy").lower())
                if what is not None and what not in held:
                    held[what] = _array(path, archive, info)
    except BROKEN as error:
        raise UsageError(
            Sentence("{path} is not an .npz that can be read: {reason}", path=shown(path), reason=cut(str(error).split("\n")[0]))
        ) from None
    return held


def _check_total(path: Path, inside: list[zipfile.ZipInfo]) -> None:
    total, most = sum(info.file_size for info in inside), available_bytes() // 2
    if len(inside) > MAX_ARRAYS or total > most:
        raise UsageError(
            Sentence(
                "{path} unpacks to {count} arrays of {total} bytes; half of the memory that is free is {most} bytes\n"
                "  fix: fewer examples, or a folder of class folders, which is read while it trains",
                path=shown(path), count=len(inside), total=total, most=most,
            )
        )  # fmt: skip


def _array(path: Path, archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Any:
    """One array. Its header is held against the size that the archive states before its values are read."""
    with archive.open(info) as file:
        shape, in_columns, dtype = header(file)
        if dtype.kind not in "biufU" or len(shape) > MAX_AXES:
            raise UsageError(
                Sentence(
                    "{path}: {name} holds {dtype} values of shape {shape}; numbers and texts are read, pickled objects never\n"
                    "  fix: {fix}",
                    path=shown(path), name=cut(info.filename), dtype=cut(str(dtype)), shape=cut(str(shape)), fix=FIX,
                )
            )  # fmt: skip
        claimed, there = prod(shape) * dtype.itemsize, info.file_size - file.tell()
        if claimed != there or min(shape, default=1) < 0:
            raise UsageError(
                Sentence(
                    "{path}: the header of {name} claims {claimed} bytes, but {there} follow",
                    path=shown(path), name=cut(info.filename), claimed=claimed, there=there,
                )
            )  # fmt: skip
        flat = np.frombuffer(exactly(file, claimed, path), dtype=dtype) if claimed else np.empty(0, dtype)
    return flat.reshape(shape, order="F" if in_columns else "C").astype(dtype.newbyteorder("="), copy=False)
