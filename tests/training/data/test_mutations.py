"""Files with bytes changed, cut and doubled at random end in examples or in one `UsageError`, never in anything else."""

import gzip
import io
import random
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from convlens.ir.errors import UsageError
from convlens.training.data.pictures import decoded, look
from convlens.training.data.sources.cifar import cifar10
from convlens.training.data.sources.idx import read_idx
from convlens.training.data.sources.npz import npz_from
from tests.training.data import files

CASES = 150


def picture(form: str, mode: str = "RGB") -> bytes:
    stream = io.BytesIO()
    noise = np.random.default_rng(0).integers(0, 256, (12, 9, 3), dtype=np.uint8)
    Image.fromarray(noise).convert(mode).save(stream, form)
    return stream.getvalue()


def npz(save: Callable[..., None]) -> bytes:
    stream = io.BytesIO()
    save(stream, x=np.arange(6 * 16, dtype=np.uint8).reshape(6, 4, 4), y=np.arange(6) % 2, classes=np.array(["a", "b"]))
    return stream.getvalue()


def archive() -> bytes:
    """Of two records a file."""
    with tempfile.TemporaryDirectory() as folder:
        return files.tar(Path(folder) / "x.tar.gz", files.cifar_files(2)).read_bytes()


def both(path: Path) -> None:
    look(path)
    decoded(path, 3, (8, 8))


IDX = files.idx(np.arange(60).reshape(3, 4, 5))
WHOLE: dict[str, tuple[Callable[[], bytes], Callable[[Path], object]]] = {
    "idx": (lambda: IDX, lambda path: read_idx(path, 3)),
    "idx.gz": (lambda: gzip.compress(IDX), lambda path: read_idx(path, 3)),
    "tar.gz": (archive, cifar10),
    "tar": (lambda: gzip.decompress(archive()), cifar10),
    "npz": (lambda: npz(np.savez), npz_from),
    "npz packed": (lambda: npz(np.savez_compressed), npz_from),
    **{form: (lambda form=form: picture(form), both) for form in ("PNG", "JPEG", "BMP", "TIFF", "WEBP", "PPM")},
    "GIF": (lambda: picture("GIF", "P"), both),
}


def changed(whole: bytes, chance: random.Random) -> bytes:
    content = bytearray(whole)
    for _ in range(chance.choice((1, 1, 2, 8))):
        at = chance.randrange(len(content))
        what = chance.randrange(5)
        if what == 0:
            del content[at:]
        elif what == 1:
            content[at : at + 4] = chance.choice((b"\xff\xff\xff\xff", b"\0\0\0\0", b"\x7f\xff\xff\xff"))
        elif what == 2:
            content[at:at] = content[max(0, at - 20) : at]
        else:
            content[at] = chance.randrange(256)
        if not content:
            break
    return bytes(content)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", list(WHOLE))
def test_only_usage_errors(tmp_path, name):
    make, read = WHOLE[name]
    whole, chance, path = make(), random.Random(name), tmp_path / "x"
    path.write_bytes(whole)
    read(path)
    refused = 0
    for _ in range(CASES):
        path.write_bytes(changed(whole, chance))
        try:
            read(path)
        except UsageError as error:
            refused += 1
            assert len(str(error)) < 2000
    assert refused > CASES // 10, "the partner: changes do break files"
