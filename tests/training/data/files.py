"""Small data files, written by hand as their formats say."""

import gzip
import io
import struct
import tarfile
from pathlib import Path

import numpy as np
from PIL import Image


def idx(values: np.ndarray) -> bytes:
    return bytes([0, 0, 8, values.ndim]) + struct.pack(f">{values.ndim}I", *values.shape) + values.astype(np.uint8).tobytes()


def idx_folder(folder: Path, train: int = 40, test: int = 10, *, packed: bool = True) -> tuple[np.ndarray, np.ndarray]:
    """28x28 pictures of ten classes, label = place modulo 10; returns pictures and labels, training first."""
    folder.mkdir(parents=True, exist_ok=True)
    images = np.random.default_rng(0).integers(0, 256, (train + test, 28, 28), dtype=np.uint8)
    labels = np.arange(train + test) % 10
    for part, at in (("train", slice(0, train)), ("t10k", slice(train, None))):
        for what, axes, values in (("images", 3, images), ("labels", 1, labels)):
            content = idx(values[at])
            name = f"{part}-{what}-idx{axes}-ubyte"
            (folder / (name + ".gz" if packed else name)).write_bytes(gzip.compress(content) if packed else content)
    return images, labels


def cifar_files(each: int = 10) -> dict[str, bytes]:
    """Records of which each has its number in the label (modulo 10) and in every pixel."""
    names = [*(f"data_batch_{number}.bin" for number in range(1, 6)), "test_batch.bin"]
    return {
        name: b"".join(
            bytes([at % 10]) + bytes([at]) * 1024 + bytes([at + 1]) * 1024 + bytes([at + 2]) * 1024
            for at in range(first, first + each)
        )
        for first, name in zip(range(0, 6 * each, each), names, strict=True)
    }


def tar(path: Path, files: dict[str, bytes], prefix: str = "cifar-10-batches-bin/") -> Path:
    with tarfile.open(path, "w:gz") as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(prefix + name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return path


def picture(path: Path, size: tuple[int, int] = (8, 8), colour: object = (200, 10, 10), mode: str = "RGB") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new(mode, size, colour).save(path)
    return path


def class_folders(folder: Path, classes: str = "ab", each: int = 10, size: tuple[int, int] = (8, 8)) -> Path:
    for place, name in enumerate(classes):
        for at in range(each):
            picture(folder / name / f"{at}.png", size, (20 * at, 60 * place, 5))
    return folder
