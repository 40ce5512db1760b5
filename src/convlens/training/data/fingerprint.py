"""One number for what was trained on."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from torch import Tensor

from convlens.training.data.raw import Raw, Wave
from convlens.training.data.split import Split

WHOLE = 1 << 32
"""Four gigabytes are hashed in seconds."""

BEGINNING = 1 << 16


def fingerprint_of(raw: Raw, split: Split) -> str:
    """SHA-256 of all examples, their labels, classes and groups, and the split.

    Of files their names, sizes and content; where all together are larger than `WHOLE`, of each its beginning alone.
    """
    digest = hashlib.sha256(f"convlens/data/1 {raw.kind} {raw.classes!r}".encode())
    _add_items(digest, raw.items)
    for tensor in (raw.labels, raw.groups, split.train, split.validation, split.test):
        digest.update(b"-" if tensor is None else str(len(tensor)).encode() + tensor.contiguous().numpy().tobytes())
    return digest.hexdigest()


def _add_items(digest: Any, items: Any) -> None:
    if isinstance(items, Tensor):
        digest.update(f"{items.dtype} {tuple(items.shape)}".encode())
        for start in range(0, len(items), 1024):
            digest.update(items[start : start + 1024].contiguous().numpy())
        return
    _add_each(digest, items)


def _add_each(digest: Any, items: Sequence[Any]) -> None:
    whole = sum(item.stat().st_size for item in items if isinstance(item, Path)) <= WHOLE
    for item in items:
        if isinstance(item, Path):
            digest.update(f"file {item.name!r} {item.stat().st_size} ".encode() + _of_file(item, whole=whole))
        elif isinstance(item, Wave):
            digest.update(f"wave {item.rate} {len(item.samples)} ".encode() + item.samples.contiguous().numpy().tobytes())
        else:
            text = str(item).encode("utf-8", "surrogatepass")
            digest.update(f"text {len(text)} ".encode() + text)


def _of_file(path: Path, *, whole: bool) -> bytes:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest() if whole else hashlib.sha256(file.read(BEGINNING)).digest()
