"""Public data are fetched when asked for: by https alone, never more bytes than they have, kept if their checksum is right."""

import hashlib
import os
import tempfile
import urllib.request
from http.client import HTTPException
from pathlib import Path
from typing import IO, Any, NamedTuple

from convlens.ir.errors import UsageError, cut
from convlens.lang.sentence import Sentence
from convlens.training.data.sources.known import shown

CHUNK = 1 << 18
SECONDS = 60
"""Without a byte for so long, an address is given up."""


class File(NamedTuple):
    """Its name, its size in bytes, its SHA-256, and the addresses that are tried in this order."""

    name: str
    size: int
    sha256: str
    addresses: tuple[str, ...]


def _files(roots: tuple[str, ...], *files: tuple[str, int, str]) -> tuple[File, ...]:
    return tuple(File(name, size, sha256, tuple(f"{root}/{name}" for root in roots)) for name, size, sha256 in files)


FILES = {
    "fashion-mnist": _files(
        ("https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion",),
        ("train-images-idx3-ubyte.gz", 26421880, "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84"),
        ("train-labels-idx1-ubyte.gz", 29515, "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845"),
        ("t10k-images-idx3-ubyte.gz", 4422102, "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073"),
        ("t10k-labels-idx1-ubyte.gz", 5148, "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5"),
    ),
    "mnist": _files(
        ("https://storage.googleapis.com/cvdf-datasets/mnist", "https://ossci-datasets.s3.amazonaws.com/mnist"),
        ("train-images-idx3-ubyte.gz", 9912422, "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609"),
        ("train-labels-idx1-ubyte.gz", 28881, "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c"),
        ("t10k-images-idx3-ubyte.gz", 1648877, "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6"),
        ("t10k-labels-idx1-ubyte.gz", 4542, "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6"),
    ),
    "cifar10": _files(
        ("https://www.cs.toronto.edu/~kriz",),
        ("cifar-10-binary.tar.gz", 170052171, "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd"),
    ),
}  # fmt: skip
"""Sizes and checksums of the original files, as they are published."""


def fetch(name: str, folder: Path) -> None:
    """Every file of these data that ``folder`` does not hold yet. Raises `UsageError` where none of its addresses gives it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(
            Sentence("{path} cannot be made: {reason}", path=shown(folder), reason=error.strerror or error)
        ) from None
    for file in FILES[name]:
        if not _is_right(folder / file.name, file):
            _fetch(name, file, folder)


def show_bytes(count: int) -> str:
    """
    >>> show_bytes(30_878_645)
    '31 MB'
    """
    return f"{max(1, round(count / 1e6))} MB"


def _fetch(name: str, file: File, folder: Path) -> None:
    reasons = []
    for address in file.addresses:
        try:
            _from_address(address, file, folder)
        except (OSError, HTTPException, ValueError) as error:
            reasons.append(f"{address}: {cut(str(error) or type(error).__name__)}")
        else:
            return
    raise UsageError(
        Sentence(
            "{file} could not be fetched: {reasons}\n  fix: get it by other means, and --data {name}:PATH with its folder",
            file=file.name, reasons="; ".join(reasons), name=name,
        )
    )  # fmt: skip


def _from_address(address: str, file: File, folder: Path) -> None:
    """The file takes its name only when it is whole and right; two processes that fetch at once do not meet."""
    handle, part = tempfile.mkstemp(prefix=f".{file.name}.", dir=folder)
    try:
        with os.fdopen(handle, "wb") as out, _opened(address) as answer:
            _copy(answer, out, file)
        Path(part).chmod(0o644)
        Path(part).replace(folder / file.name)
    finally:
        Path(part).unlink(missing_ok=True)


def _copy(answer: IO[bytes], out: IO[bytes], file: File) -> None:
    digest, size = hashlib.sha256(), 0
    while chunk := answer.read(CHUNK):
        size += len(chunk)
        if size > file.size:
            raise ValueError(f"more than its {file.size} bytes come")
        digest.update(chunk)
        out.write(chunk)
    if size != file.size or digest.hexdigest() != file.sha256:
        raise ValueError(f"{size} of {file.size} bytes, SHA-256 {digest.hexdigest()} instead of {file.sha256}")


class _OnlyHttps(urllib.request.HTTPRedirectHandler):
    """A redirection to anything but https is an error."""

    def redirect_request(self, req: Any, fp: Any, code: Any, msg: Any, headers: Any, newurl: str) -> Any:
        if not newurl.startswith("https://"):
            raise ValueError(f"it leads to {cut(newurl)}, which is not https")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _opened(address: str) -> IO[bytes]:
    if not address.startswith("https://"):
        raise ValueError("only https is fetched")
    request = urllib.request.Request(address, headers={"User-Agent": "convlens"})  # noqa: S310 - https, as the line above says
    answer: IO[bytes] = urllib.request.build_opener(_OnlyHttps).open(request, timeout=SECONDS)
    return answer


def _is_right(path: Path, file: File) -> bool:
    if not path.is_file() or path.stat().st_size != file.size:
        return False
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest() == file.sha256
