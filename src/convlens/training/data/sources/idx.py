"""IDX, the format of MNIST and Fashion-MNIST: two zero bytes, the type, the number of axes, their sizes, the values.

Source: yann.lecun.com/exdb/mnist, "THE IDX FILE FORMAT". Only unsigned bytes are read.
"""

import struct
from math import prod
from pathlib import Path

import torch
from torch import Tensor

from convlens.ir.errors import UsageError
from convlens.ir.spec import show_shape
from convlens.lang.sentence import Sentence
from convlens.training.data.memory import available_bytes
from convlens.training.data.raw import Raw
from convlens.training.data.sources.known import shown
from convlens.training.data.sources.unpacked import exactly, most_bytes, unpacked

MAX_BYTES = 1 << 30
"""The most values that are read from one file, or half of the memory that is free where that is less."""

UNSIGNED_BYTE = 8

FASHION = ("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot")
DIGITS = tuple("0123456789")

PARTS = {"train": "train", "t10k": "test"}
"""What the files call a part, and what people do."""

ENDINGS = ("-ubyte", "-ubyte.gz", "-ubyte-gz")


def fashion_mnist(folder: Path) -> Raw:
    """70,000 pictures of clothes, 1x28x28; the last 10,000 are the test set. github.com/zalandoresearch/fashion-mnist."""
    return idx_folder(folder, "fashion-mnist", FASHION, "MIT")


def mnist(folder: Path) -> Raw:
    """70,000 digits, 1x28x28; the last 10,000 are the test set."""
    return idx_folder(folder, "mnist", DIGITS)


def idx_folder(folder: Path, name: str = "", classes: tuple[str, ...] = (), licence: str = "") -> Raw:
    """A folder that holds train-images-idx3-ubyte and its three companions, each plain or .gz, itself or in its folder raw.

    Without ``classes`` they are the numbers 0 to the greatest label. Raises `UsageError` where a file is missing, broken, or
    does not fit its companion.
    """
    folder = next((place for place in _insides(folder) if has_idx(place)), folder)
    pairs = [_pair(folder, part, classes) for part in PARTS]
    shapes = [tuple(images.shape[1:]) for images, _ in pairs]
    if shapes[0] != shapes[1]:
        first, second = map(show_shape, shapes)
        raise UsageError(
            Sentence("{path}: its training pictures are {a}, those of its test {b}", path=shown(folder), a=first, b=second)
        )
    labels = torch.cat([labels for _, labels in pairs]).long()
    counts = [len(images) for images, _ in pairs]
    return Raw(
        name=name or shown(Path(folder.name)),
        kind="image",
        items=torch.cat([images for images, _ in pairs])[:, None],
        labels=labels,
        classes=classes or tuple(str(number) for number in range(int(labels.max()) + 1)),
        names=[f"{part} {at}" for part, count in zip(PARTS.values(), counts, strict=True) for at in range(count)],
        official_test=torch.arange(sum(counts)) >= counts[0],
        source=shown(folder),
        licence=licence,
    )


def has_idx(folder: Path) -> bool:
    """Whether the folder holds the training pictures of such data."""
    return any(path.is_file() for path in _candidates(folder, "train", "images", 3))


def _insides(folder: Path) -> list[Path]:
    """The folder, and where torchvision keeps the files in it."""
    return [folder, folder / "raw", folder / "FashionMNIST" / "raw", folder / "MNIST" / "raw"]


def read_idx(path: Path, axes: int) -> Tensor:
    """The uint8 values of a file with so many axes. Raises `UsageError` where its header does not fit the file."""
    with unpacked(path) as file:
        head = file.read(4)
        if len(head) < 4 or head[:2] != b"\0\0":
            raise UsageError(Sentence("{path} is no IDX file: it does not begin with two zero bytes", path=shown(path)))
        if head[2] != UNSIGNED_BYTE or head[3] != axes:
            raise UsageError(
                Sentence(
                    "{path}: values of type {kind} with {have} axes; unsigned bytes (type 8) with {want} are read",
                    path=shown(path), kind=head[2], have=head[3], want=axes,
                )
            )  # fmt: skip
        shape = struct.unpack(f">{axes}I", exactly(file, 4 * axes, path))
        _check_claim(path, shape)
        values = exactly(file, prod(shape), path)
        if file.read(1):
            raise UsageError(
                Sentence(
                    "{path} goes on after the {shape} bytes that its header claims\n  fix: fetch the file again",
                    path=shown(path), shape=show_shape(shape),
                )
            )  # fmt: skip
    return torch.frombuffer(values, dtype=torch.uint8).reshape(shape)


def _pair(folder: Path, part: str, classes: tuple[str, ...]) -> tuple[Tensor, Tensor]:
    images = read_idx(_file(folder, part, "images", 3), 3)
    labels = read_idx(_file(folder, part, "labels", 1), 1)
    if len(images) != len(labels):
        raise UsageError(
            Sentence(
                "{path}: {images} pictures but {labels} labels ({part})\n  fix: fetch both files again",
                path=shown(folder), images=len(images), labels=len(labels), part=PARTS[part],
            )
        )  # fmt: skip
    if classes and int(labels.max()) >= len(classes):
        raise UsageError(
            Sentence(
                "{path}: a label {label} ({part}); its labels are 0 to {last}",
                path=shown(folder), label=int(labels.max()), part=PARTS[part], last=len(classes) - 1,
            )
        )  # fmt: skip
    return images, labels


def _file(folder: Path, part: str, what: str, axes: int) -> Path:
    candidates = _candidates(folder, part, what, axes)
    for path in candidates:
        if path.is_file():
            return path
    raise UsageError(Sentence("{folder} has no file {name}, plain or .gz", folder=shown(folder), name=candidates[0].name))


def _candidates(folder: Path, part: str, what: str, axes: int) -> list[Path]:
    return [folder / f"{part}-{what}{joint}idx{axes}{ending}" for joint in "-." for ending in ENDINGS]


def _check_claim(path: Path, shape: tuple[int, ...]) -> None:
    claimed, possible = prod(shape), min(most_bytes(path), MAX_BYTES, available_bytes() // 2)
    if not claimed or claimed > possible:
        raise UsageError(
            Sentence(
                "{path}: its header claims {shape} = {claimed} bytes; a file of its size holds 1 to {possible}\n"
                "  fix: fetch the file again",
                path=shown(path), shape=show_shape(shape), claimed=claimed, possible=possible,
            )
        )  # fmt: skip
