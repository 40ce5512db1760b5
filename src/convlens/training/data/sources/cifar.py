"""CIFAR-10 in its binary version: each record is one byte of label and 3x32x32 bytes of pixels, plane by plane.

Source: www.cs.toronto.edu/~kriz/cifar.html, "Binary version". The Python version is a pickle, which can run any program,
and is never opened.
"""

import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, cast

import torch
from torch import Tensor

from convlens.ir.errors import UsageError, cut
from convlens.lang.sentence import Sentence
from convlens.training.data.raw import Raw
from convlens.training.data.sources.known import shown
from convlens.training.data.sources.unpacked import Bounded, unpacked

CLASSES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
SHAPE = (3, 32, 32)
RECORD = 1 + 3 * 32 * 32

FILES = (*(f"data_batch_{number}.bin" for number in range(1, 6)), "test_batch.bin")
ARCHIVE = "cifar-10-binary.tar.gz"
INNER = "cifar-10-batches-bin"

MAX_FILE = 1 << 27
MAX_UNPACKED = 1 << 28
"""All that is decompressed of an archive; the real one has 184 million bytes."""


def cifar10(place: Path) -> Raw:
    """60,000 pictures, 3x32x32; the last 10,000 are the test set. ``place`` is the archive, or a folder of it or its files.

    Raises `UsageError` where a file is missing or is no whole number of records.
    """
    place = _inner(place)
    parts = dict(_from_folder(place)) if place.is_dir() else dict(_from_archive(place))
    missing = [name for name in FILES if name not in parts]
    if missing:
        raise UsageError(
            Sentence(
                "{path} has no {names}\n  fix: the folder or the archive {archive}",
                path=shown(place),
                names=", ".join(missing),
                archive=ARCHIVE,
            )
        )
    records = torch.cat([_records(place, name, parts[name]) for name in FILES])
    count = len(records) - len(parts[FILES[-1]]) // RECORD
    return Raw(
        name="cifar10",
        kind="image",
        items=records[:, 1:].reshape(-1, *SHAPE).contiguous(),
        labels=records[:, 0].long(),
        classes=CLASSES,
        names=[f"train {at}" if at < count else f"test {at - count}" for at in range(len(records))],
        official_test=torch.arange(len(records)) >= count,
        source=shown(place),
    )


def is_cifar(path: Path) -> bool:
    """Whether this is the archive, or a folder with its binary or (to be refused) its Python version."""
    if path.is_dir():
        return any((folder / f"data_batch_1{end}").is_file() for folder in (path, path / INNER) for end in (".bin", ""))
    return path.name.lower().endswith((".tar.gz", ".tgz"))


def _inner(place: Path) -> Path:
    if not place.is_dir():
        return place
    for found in (place / INNER, place / ARCHIVE):
        if found.exists() and not (place / FILES[0]).exists():
            return found
    if (place / "data_batch_1").is_file():
        raise UsageError(
            Sentence(
                "{path} is CIFAR-10's Python version, whose files are pickles: they can run any program and are not read\n"
                "  fix: the binary version, {archive}",
                path=shown(place), archive=ARCHIVE,
            )
        )  # fmt: skip
    return place


def _from_folder(folder: Path) -> Iterator[tuple[str, bytes]]:
    for name in FILES:
        path = folder / name
        if path.is_file():
            with path.open("rb") as file:
                yield name, _bytes_of(path, file, path.stat().st_size)


def _from_archive(path: Path) -> Iterator[tuple[str, bytes]]:
    """Its files are read where they stand in the stream: nothing is unpacked to the disk, so no name can lead anywhere."""
    try:
        with (
            unpacked(path) as file,
            tarfile.open(fileobj=cast("IO[bytes]", Bounded(file, MAX_UNPACKED, path)), mode="r|") as archive,
        ):
            for member in archive:
                name = Path(member.name).name
                if name in FILES and member.isreg():
                    inner = archive.extractfile(member)
                    assert inner is not None, "a regular file has content"
                    yield name, _bytes_of(path, inner, member.size)
    except tarfile.TarError as error:
        raise UsageError(Sentence("{path} cannot be read: {reason}", path=shown(path), reason=cut(str(error)))) from None


def _bytes_of(path: Path, file: IO[bytes], size: int) -> bytes:
    if size > MAX_FILE:
        raise UsageError(
            Sentence("{path}: a file of {size} bytes; at most {most} are read", path=shown(path), size=size, most=MAX_FILE)
        )
    return file.read(size)


def _records(place: Path, name: str, content: bytes) -> Tensor:
    """uint8 (N, 3073)."""
    if not content or len(content) % RECORD:
        raise UsageError(
            Sentence(
                "{path}: {name} has {size} bytes, which is no whole number of records of {record}\n  fix: fetch it again",
                path=shown(place), name=name, size=len(content), record=RECORD,
            )
        )  # fmt: skip
    records = torch.frombuffer(bytearray(content), dtype=torch.uint8).reshape(-1, RECORD)
    if int(records[:, 0].max()) >= len(CLASSES):
        raise UsageError(
            Sentence(
                "{path}: {name} has a label {label}; its labels are 0 to 9",
                path=shown(place),
                name=name,
                label=int(records[:, 0].max()),
            )
        )
    return records
