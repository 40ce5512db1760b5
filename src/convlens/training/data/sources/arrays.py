"""Arrays of any usual layout and range as pictures or volumes, and labels of any usual kind as places in the classes."""

from collections import Counter
from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import torch
from torch import Tensor

from convlens.ir.errors import UsageError, cut, nearest, quoted
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
    numbers = all(part.dtype.kind in "biuf" for part in parts)
    if len(shapes) > 1 or parts[0].ndim not in (3, 4, 5) or 0 in parts[0].shape or not numbers:
        raise UsageError(
            Sentence(
                "{where}: x holds {dtype} examples of {shapes}\n"
                "  fix: numbers N,H,W or N,H,W,C or N,C,H,W for pictures, N,D,H,W or N,C,D,H,W for volumes, all of one size",
                where=where, dtype=", ".join(sorted({str(part.dtype) for part in parts})),
                shapes=", ".join(show_shape(shape) for shape in sorted(shapes)),
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
    """int64 (N,) places in the classes, which are ``names`` where they are given, else the different labels in order.

    Beside ``names`` a label is one of them, or a place among them. Raises `UsageError`.
    """
    parts = [part[:, 0] if part.ndim == 2 and part.shape[1] == 1 else part for part in parts]
    if any(part.ndim != 1 or part.dtype.kind not in "biufU" for part in parts):
        raise UsageError(
            Sentence(
                "{where}: y is {shape}\n  fix: one whole number or one name for each example (numpy.argmax of one-hot rows)",
                where=where, shape=show_shape(parts[0].shape),
            )
        )  # fmt: skip
    if len({part.dtype.kind == "U" for part in parts}) > 1:
        raise UsageError(
            Sentence("{where}: y holds names in one part and numbers in another\n  fix: the same in all parts", where=where)
        )
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
    classes = _named(where, names)
    if joined.dtype.kind == "U":
        return _by_name(where, joined.tolist(), classes), classes
    if joined.min() < 0 or joined.max() >= len(classes):
        raise UsageError(
            Sentence(
                "{where}: y holds {low} to {high}, but classes names {count}\n  fix: labels of 0 to {last}",
                where=where, low=cut(str(joined.min())), high=cut(str(joined.max())), count=len(classes), last=len(classes) - 1,
            )
        )  # fmt: skip
    return torch.from_numpy(joined.astype(np.int64)), classes


def _named(where: str, names: Any) -> tuple[str, ...]:
    classes = tuple(str(name) for name in np.asarray(names).reshape(-1))
    twice = next((name for name, count in Counter(classes).items() if count > 1), None)
    if twice is not None:
        raise UsageError(
            Sentence(
                "{where}: classes names {name} twice\n  fix: another name for each class",
                where=where, name=quoted(twice),
            )
        )  # fmt: skip
    return classes


def _by_name(where: str, labels: list[str], classes: Sequence[str]) -> Tensor:
    place = {name: at for at, name in enumerate(classes)}
    unknown = next((label for label in labels if label not in place), None)
    if unknown is not None:
        raise UsageError(
            Sentence(
                "{where}: y holds {label}{meant}, which classes does not name\n  fix: one of {classes}",
                where=where, label=quoted(unknown), meant=nearest(unknown, list(classes)), classes=cut(", ".join(classes)),
            )
        )  # fmt: skip
    return torch.tensor([place[label] for label in labels])


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
    ranges = [(float(part.min()), float(part.max())) for part in parts]
    low, high = min(low for low, _ in ranges), max(high for _, high in ranges)
    if not 0 <= low <= high <= 255:
        raise UsageError(
            Sentence(
                "{where}: pictures with values of {low} to {high}\n  fix: 0 to 255 (uint8), or real numbers of 0 to 1",
                where=where, low=f"{low:g}", high=f"{high:g}",
            )
        )  # fmt: skip
    scales = {255 if part.dtype.kind in "fb" and top <= 1 else 1 for part, (_, top) in zip(parts, ranges, strict=True)}
    if len(scales) > 1:
        raise UsageError(
            Sentence(
                "{where}: the pictures of one part are real numbers of 0 to 1, those of another reach {high}\n"
                "  fix: the same range in all parts",
                where=where, high=f"{high:g}",
            )
        )  # fmt: skip
    return np.concatenate([np.rint(part.astype(np.float32) * max(scales)).astype(np.uint8) for part in parts])
