"""IDX, the format of MNIST and Fashion-MNIST: two zero bytes, the type, the number of axes, their sizes, the values.

Source: http://yann.lecun.com/exdb/mnist, "THE IDX FILE FORMAT". Only unsigned bytes are read.
"""

import struct
from math import prod
from pathlib import Path

import torch
from torch import Tensor

from convlens.ir.errors import UsageError
from convlens.ir.spec import show_shape
from convlens.lang.sentence import Sentence
from convlens.training.data.raw import Raw
from convlens.training.data.sources.unpacked import exactly, most_bytes, unpacked

MAX_BYTES = 1 << 31
UNSIGNED_BYTE = 8

FASHION = ("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot")
PARTS = ("train", "t10k")
ENDINGS = ("-ubyte", "-ubyte.gz")


def fashion_mnist(folder: Path) -> Raw:
    """70,000 pictures of clothes, 1x28x28; the last 10,000 are the test set. https://github.com/zalandoresearch/fashion-mnist."""
    return idx_folder(folder, "fashion-mnist", FASHION, "MIT")


def mnist(folder: Path) -> Raw:
    """70,000 digits, 1x28x28; the last 10,000 are the test set."""
    return idx_folder(folder, "mnist", tuple("0123456789"), "")


def idx_folder(folder: Path, name: str = "", classes: tuple[str, ...] = (), licence: str = "") -> Raw:
    """A folder that holds train-images-idx3-ubyte and its three companions, each plain or .gz."""
    pairs = [(read_idx(file_of(folder, part, "images", 3), 3), read_idx(file_of(folder, part, "labels", 1), 1)) for part in PARTS]
    for part, (images, labels) in zip(PARTS, pairs, strict=True):
        _check_pair(folder, part, images, labels, classes)
    shapes = [tuple(images.shape[1:]) for images, _ in pairs]
    if shapes[0] != shapes[1]:
        raise UsageError(
            Sentence("{path}: training pictures are {a}, test pictures {b}", path=str(folder), a=show_shape(shapes[0]), b=show_shape(shapes[1]))
        )
    labels = torch.cat([labels for _, labels in pairs]).long()
    counts = [len(images) for images, _ in pairs]
    return Raw(
        name=name or folder.name,
        kind="image",
        items=torch.cat([images for images, _ in pairs])[:, None],
        labels=labels,
        classes=classes or tuple(str(number) for number in range(int(labels.max()) + 1)),
        names=[f"{part} {at}" for part, count in zip(("train", "test"), counts, strict=True) for at in range(count)],
        official_test=torch.arange(sum(counts)) >= counts[0],
        source=str(folder),
        licence=licence,
    )


def has_idx(folder: Path) -> bool:
    """Whether the folder holds the training pictures of such data."""
    return any(path.is_file() for path in _candidates(folder, "train", "images", 3))


def file_of(folder: Path, part: str, what: str, axes: int) -> Path:
    """The file of one part, plain or .gz. Raises `UsageError` with the names that were looked for."""
    candidates = _candidates(folder, part, what, axes)
    for path in candidates:
        if path.is_file():
            return path
    raise UsageError(Sentence("{folder} has no file {name}, plain or .gz", folder=str(folder), name=candidates[0].name))


def _candidates(folder: Path, part: str, what: str, axes: int) -> list[Path]:
    return [folder / f"{part}-{what}{joint}idx{axes}{ending}" for joint in "-." for ending in ENDINGS]


def read_idx(path: Path, axes: int) -> Tensor:
    """The uint8 values of a file with so many axes. Raises `UsageError` where its header does not fit the file."""
    with unpacked(path) as file:
        head = file.read(4)
        if len(head) < 4 or head[:2] != b"\0\0":
            raise UsageError(Sentence("{path} is no IDX file: it does not begin with two zero bytes", path=str(path)))
        if head[2] != UNSIGNED_BYTE or head[3] != axes:
            raise UsageError(
                Sentence(
                    "{path}: type {kind} with {have} axes; unsigned bytes (type 8) with {want} are read",
                    path=str(path), kind=head[2], have=head[3], want=axes,
                )  # fmt: skip
            )
        shape = struct.unpack(f">{axes}I", exactly(file, 4 * axes, path))
        _check_claim(path, shape)
        values = exactly(file, prod(shape), path)
        if file.read(1):
            raise UsageError(Sentence("{path} goes on after the {count} bytes of its {shape}", path=str(path), count=prod(shape), shape=show_shape(shape)))
    return torch.frombuffer(values, dtype=torch.uint8).reshape(shape)


def _check_claim(path: Path, shape: tuple[int, ...]) -> None:
    claimed, possible = prod(shape), min(most_bytes(path), MAX_BYTES)
    if not claimed or claimed > possible:
        raise UsageError(
            Sentence(
                "{path}: its header claims {shape}, {claimed} bytes; it can hold at most {possible}\n  fix: fetch the file again",
                path=str(path), shape=show_shape(shape), claimed=claimed, possible=possible,
            )  # fmt: skip
        )


def _check_pair(folder: Path, part: str, images: Tensor, labels: Tensor, classes: tuple[str, ...]) -> None:
    if len(images) != len(labels):
        raise UsageError(
            Sentence(
                "{folder}: {images} pictures but {labels} labels in its part {part}\n  fix: fetch both files again",
                folder=str(folder), images=len(images), labels=len(labels), part=part,
            )  # fmt: skip
        )
    if classes and int(labels.max()) >= len(classes):
        raise UsageError(
            Sentence(
                "{folder}: label {label} in its part {part}; there are {count} classes, 0 to {last}",
                folder=str(folder), label=int(labels.max()), part=part, count=len(classes), last=len(classes) - 1,
            )  # fmt: skip
        )
