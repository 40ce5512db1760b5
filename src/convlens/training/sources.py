"""What a trained network is asked: files, folders of them, sentences."""

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from convlens.importers.files import need_file
from convlens.ir.errors import UsageError, cut, quoted
from convlens.lang.sentence import Sentence
from convlens.media.image import ENDINGS
from convlens.training.data.sources.beneath import files_beneath
from convlens.training.data.sources.known import shown

FILES = {"image": ENDINGS, "sound": (".wav",), "volume": (".npy",), "text": (".txt",)}
"""The endings of files by the kind of data; a .txt has one text a line."""

MAX_ASKED = 1_000_000
MAX_TEXT = 1 << 28
"""Bytes of one file of texts."""

Source = str | os.PathLike[str]


class Asked(NamedTuple):
    """One example: what it is called, and the file or the sentence (a ``str``)."""

    name: str
    source: Path | str


def asked(source: Source | Sequence[Source], kind: str) -> list[Asked]:
    """Every example of a file, a folder, a sentence, or a list of them. Raises `UsageError` where there is none."""
    given = [source] if isinstance(source, str | os.PathLike) else list(source)
    found = []
    for example in (example for each in given for example in _of(each, kind)):
        found.append(example)
        if len(found) > MAX_ASKED:
            raise UsageError(Sentence("more than {most} examples at once\n  fix: fewer", most=MAX_ASKED))
    if not found:
        raise UsageError(Sentence("nothing to predict\n  fix: {what}", what=wanted(kind)))
    return found


def wanted(kind: str) -> str:
    """What a network for this kind of data is asked."""
    return {
        "image": Sentence("a picture, or a folder of them"),
        "sound": Sentence("a .wav file, or a folder of them"),
        "volume": Sentence("a .npy file, or a folder of them"),
        "text": Sentence("a sentence, or a .txt file with one a line"),
    }[kind]


def _of(source: Source, kind: str) -> Iterator[Asked]:
    if kind == "text" and isinstance(source, str) and not source.lower().endswith(FILES["text"]):
        _check_no_file(source)
        yield Asked(cut(" ".join(source.split()), 80), source)
        return
    if source == "":  # as of a variable of the shell that is not set, which a path would take for the current folder
        raise UsageError(Sentence("an empty path names no file\n  fix: {what}", what=wanted(kind)))
    path = Path(source)
    if path.is_dir():
        yield from _files(path, kind)
        return
    file = need_file(str(path), FILES[kind])
    yield from _lines(file) if kind == "text" else [Asked(shown(file), file)]


def _check_no_file(sentence: str) -> None:
    """A file that is there was meant as one: its name is no sentence."""
    try:
        there = Path(sentence).is_file()
    except (OSError, ValueError):  # too long for a name, or with a zero in it
        return
    if there:
        raise UsageError(
            Sentence("the network reads texts, but {path} is a file of another kind\n  fix: {what}", path=quoted(sentence),
                     what=wanted("text"))
        )  # fmt: skip


def _files(folder: Path, kind: str) -> Iterator[Asked]:
    """In an order that does not depend on the file system; links to folders are not followed."""
    count = 0
    for path in files_beneath(folder, FILES[kind], hidden="."):
        if path.is_file():
            count += 1
            yield from _lines(path) if kind == "text" else [Asked(shown(path.relative_to(folder)), path)]
    if not count:
        raise UsageError(
            Sentence("{path} holds no files that are read ({endings})", path=shown(folder), endings=" ".join(FILES[kind]))
        )


def _lines(path: Path) -> Iterable[Asked]:
    size = path.stat().st_size
    if size > MAX_TEXT:
        raise UsageError(Sentence("{path} has {size} bytes; at most {most} are read", path=shown(path), size=size, most=MAX_TEXT))
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").split("\n")
    except OSError as error:
        raise UsageError(Sentence("{path} cannot be read: {reason}", path=shown(path), reason=error.strerror or error)) from None
    return [Asked(f"{shown(Path(path.name))} line {at}", line) for at, line in enumerate(lines, 1) if line.strip()]
