"""Arrays of any usual layout and range as pictures or volumes, and labels of any usual kind as places in the classes."""

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import torch
from torch import Tensor

from convlens.ir.errors import UsageError, cut
from convlens.ir.spec import show_shape
from convlens.lang.sentence import Sentence
from convlens.training.data.sources.known import in_order

CHANNELS = (1, 3)
"""Sizes of an axis that can be the channels of a picture."""


def examples_of(where: str, parts: Sequence[Any]) -> tuple[Literal["image", "volume"], Tensor]:
    """All parts one behind the other: uint8 (N, C, H, W) of pictures, float32 (N, C, D, H, W) of volumes.

    A 4-axis array has its channels first (N, C, H, W) where that axis is 1 or 3 long, else last where that is; else it is
    N, D, H, W. With 5 axes channels are second, or last where only that is 1 or 3 long. Raises `UsageError`.
    """
    shapes = {part.shape[1:] for part in parts}
    if len(shapes) > 1 or parts[0].ndim not in (3, 4, 5) or 0 in parts[0].shape or parts[0].dtype.kind not in "biuf":
        raise UsageError(
            Sentence(
                "{where}: x holds {dtype} examples of {shapes}\n"
                "  fix: numbers N,H,W or N,H,W,C or N,C,H,W for pictures, N,D,H,W or N,C,D,H,W for volumes, all of one size",
                where=where, dtype=str(parts[0].dtype), shapes=" and ".join(show_shape(shape) for shape in sorted(shapes)),
            )
        )  # fmt: skip
    kind, ordered = _planes(parts)
    if kind == "image":
        return kind, torch.from_numpy(_bytes(where, ordered))
    joined = np.concatenate([np.asarray(part, dtype=np.float32) for part in ordered])
    if not np.isfinite(joined).all():
        raise UsageError(Sentence("{where}: x holds values that are not numbers (nan or infinity)", where=where))
    return kind, torch.from_numpy(joined)


def labels_of(where: str, parts: Sequence[Any], names: Any = None) -> tuple[Tensor, tuple[str, ...]]:
    """int64 (N,) places in the classes, which are ``names`` where they are given, else the different labels in order."""
    parts = [part[:, 0] if part.ndim == 2 and part.shape[1] == 1 else part for part in parts]
    if any(part.ndim != 1 or part.dtype.kind not in "biufU" for part in parts):
        raise UsageError(
            Sentence(
                "{where}: y is {shape}\n  fix: one whole number or one name for each example (numpy.argmax of one-hot rows)",
                where=where, shape=show_shape(parts[0].shape),
            )
        )  # fmt: skip
    joined = np.concatenate(parts)
    if joined.dtype.kind == "f":
        if not (np.isfinite(joined).all() and (joined == np.rint(joined)).all()):
            raise UsageError(
                Sentence("{where}: y holds numbers that are not whole\n  fix: one class for each example", where=where)
            )
        joined = joined.astype(np.int64)
    if names is None:
        places, classes = numbered(joined)
        return places, classes
    classes = tuple(str(name) for name in np.asarray(names).reshape(-1))
    if joined.dtype.kind == "U" or joined.min() < 0 or joined.max() >= len(classes):
        raise UsageError(
            Sentence(
                "{where}: y holds {low} to {high}, but classes names {count}\n  fix: labels of 0 to {last}",
                where=where, low=cut(str(joined.min())), high=cut(str(joined.max())), count=len(classes), last=len(classes) - 1,
            )
        )  # fmt: skip
    return torch.from_numpy(joined.astype(np.int64)), classes


def numbered(values: Any) -> tuple[Tensor, tuple[str, ...]]:
    """Places of the values among their different ones, and those in order.

    >>> numbered(np.array([10, 9, 10])), numbered(np.array(["b", "a"]))
    ((tensor([1, 0, 1]), ('9', '10')), (tensor([1, 0]), ('a', 'b')))
    """
    found, inverse = np.unique(values.astype(int) if values.dtype.kind == "b" else values, return_inverse=True)
    texts = [str(value) for value in found.tolist()]
    names = in_order(set(texts))
    place = {name: at for at, name in enumerate(names)}
    order = np.array([place[text] for text in texts], dtype=np.int64)
    return torch.from_numpy(order[inverse.reshape(-1)]), names


def _planes(parts: Sequence[Any]) -> tuple[Literal["image", "volume"], list[Any]]:
    shape = parts[0].shape
    first, last = shape[1] in CHANNELS, shape[-1] in CHANNELS
    if len(shape) == 3:
        return "image", [part[:, None] for part in parts]
    if len(shape) == 4 and (first or last):
        return "image", list(parts) if first else [part.transpose(0, 3, 1, 2) for part in parts]
    if len(shape) == 4:
        return "volume", [part[:, None] for part in parts]
    return "volume", [part.transpose(0, 4, 1, 2, 3) for part in parts] if last and not first else list(parts)


def _bytes(where: str, parts: Sequence[Any]) -> Any:
    """Whole numbers of 0 to 255 as they are; true and false, and real numbers of 0 to 1, times 255."""
    if all(part.dtype == np.uint8 for part in parts):
        return np.ascontiguousarray(np.concatenate(parts))
    low, high = min(float(part.min()) for part in parts), max(float(part.max()) for part in parts)
    real = any(part.dtype.kind in "fb" for part in parts)
    if not 0 <= low <= high <= 255:
        raise UsageError(
            Sentence(
                "{where}: pictures with values of {low} to {high}\n  fix: 0 to 255 (uint8), or real numbers of 0 to 1",
                where=where, low=f"{low:g}", high=f"{high:g}",
            )
        )  # fmt: skip
    scale = 255 if real and high <= 1 else 1
    return np.concatenate([np.rint(part.astype(np.float32) * scale).astype(np.uint8) for part in parts])
