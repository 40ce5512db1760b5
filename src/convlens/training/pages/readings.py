"""Read a run's folder. It may be cut off at any moment and may come from anyone: every part is read for itself, with bounds."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from convlens.ir.errors import UsageError, cut
from convlens.lang.choice import LANGUAGES
from convlens.lang.messages import marked
from convlens.lang.printable import printable
from convlens.lang.remark import Remark, remark
from convlens.lang.sentence import Sentence
from convlens.training.pages.files import UnreadableError, columns_of, inside, number, table_of, toml_of
from convlens.training.pages.kernels import first_kernels
from convlens.training.pages.reading import EPOCH_KEYS, STEP_KEYS, RunReading
from convlens.training.pages.settings import chosen, illegal
from convlens.training.pages.tested import mistakes_of, predictions_of, test_of

MAX_NAME = 200
MAX_CLASSES = 10_000
MAX_ENTRIES = 200
ANY = ("run.json", "settings.toml", "epochs.jsonl", "steps.jsonl")
"""A folder with none of them is no run."""

MISSING = marked("{file} is not there: the run was cut off before it was written.")
BROKEN = marked("{file} cannot be read: {reason}.")
PARTLY = marked("{file} was read in part: some of its lines are no records, or it is too long.")
ILLEGAL = marked("{file} has values that the settings may not have, shown as the defaults: {names}.")

T = TypeVar("T")


class Reader:
    """Reads parts of one folder and keeps what was wrong with them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.remarks: list[Remark] = []

    def part(self, file: str, read: Callable[[], T], otherwise: T, *, expected: bool = True) -> T:
        """What ``read`` gives of a file, or ``otherwise`` with a remark."""
        if inside(self.folder, file) is None:
            if expected:
                self.remarks.append(remark(MISSING, file=file))
            return otherwise
        return self.attempt(file, read, otherwise)

    def attempt(self, file: str, read: Callable[[], T], otherwise: T) -> T:
        """What ``read`` gives, or ``otherwise`` with a remark where it cannot be read."""
        try:
            return read()
        except UnreadableError as error:
            self.remarks.append(remark(BROKEN, file=file, reason=printable(str(error))))
            return otherwise

    def table(self, file: str, read: Callable[[Path, str], dict[str, Any]]) -> dict[str, Any]:
        nothing: dict[str, Any] = {}
        return self.part(file, lambda: read(self.folder, file), nothing)

    def columns(self, file: str, keys: tuple[str, ...]) -> dict[str, Any]:
        empty, _ = columns_of(self.folder, "", keys)
        found, whole = self.part(file, lambda: columns_of(self.folder, file, keys), (empty, True))
        if not whole:
            self.remarks.append(remark(PARTLY, file=file))
        return found


def read_run(folder: str | Path) -> RunReading:
    """Everything that the folder has. Raises `UsageError` where it is no folder of a run."""
    place = Path(folder)
    if not any(inside(place, name) for name in ANY):
        raise UsageError(Sentence("{path} is no folder of a training run: it has none of {files}\n  fix: the folder that "
                                  "convlens train wrote", path=cut(printable(str(place))), files=", ".join(ANY)))  # fmt: skip
    reader = Reader(place)
    run = reader.table("run.json", table_of)
    written = reader.table("settings.toml", toml_of)
    if wrong := illegal(written):
        reader.remarks.append(remark(ILLEGAL, file="settings.toml", names=", ".join(wrong)))
    about = _about(place, run, written)
    classes = about["classes"]
    steps, epochs = reader.columns("steps.jsonl", STEP_KEYS), reader.columns("epochs.jsonl", EPOCH_KEYS)
    test = reader.part("test.json", lambda: test_of(place, len(classes)), None)
    ended = test is not None
    return RunReading(
        **about, folder=place, settings=chosen(written), steps=steps, epochs=epochs, test=test,
        preparation=reader.table("preparation.json", table_of),
        predictions=reader.part("predictions.safetensors", lambda: predictions_of(place), None, expected=ended),
        mistakes=reader.part("mistakes.safetensors", lambda: mistakes_of(place), None, expected=ended),
        kernels=reader.attempt("checkpoints", lambda: first_kernels(place), None),
        remarks=tuple(reader.remarks),
    )  # fmt: skip


def _about(folder: Path, run: dict[str, Any], written: dict[str, Any]) -> dict[str, Any]:
    """What ``run.json`` says, each value checked for itself."""
    return {
        "name": _text(run.get("name")) or _text(folder.resolve().name),
        "title": " · ".join(dict.fromkeys(filter(None, (_text(folder.resolve().name), _text(run.get("name")))))),
        "network": _text(run.get("network")) or _text(written.get("network")),
        "program": _command(run.get("network")) or _command(written.get("network")),
        "data": _text(run.get("data")) or _text(written.get("data")),
        "classes": tuple(_text(one) for one in _list(run.get("classes"))[:MAX_CLASSES]),
        "parts": {name: count for name, value in _entries(run.get("parts")) if (count := _whole(value)) is not None},
        "params": _whole(run.get("params")),
        "macs": _whole(run.get("macs")),
        "input": tuple(size for one in _list(run.get("input"))[:8] if (size := _whole(one)) is not None),
        "command": _command(run.get("command")),
        "started": _text(run.get("started")),
        "versions": {name: _text(value) for name, value in _entries(run.get("versions"))},
        "machine": {name: _text(value) for name, value in _entries(run.get("machine"))},
        "fingerprint": _text(run.get("fingerprint")),
        "said": tuple(_spoken(one) for one in _list(run.get("remarks"))[:MAX_ENTRIES]),
    }


def _text(value: Any) -> str:
    """As it may be shown: without control characters, and not too long."""
    if value is None or isinstance(value, dict | list):
        return ""
    return printable(cut(str(value) if not isinstance(value, int) or abs(value) < 10**20 else "?", MAX_NAME))


def _spoken(value: Any) -> dict[str, str]:
    """A sentence by language, or one that is the same in all."""
    return {lang: _text(value.get(lang) if isinstance(value, dict) else value) for lang in LANGUAGES}


def _command(value: Any) -> str:
    words = [str(one) for one in value] if isinstance(value, list) else [str(value)] if isinstance(value, str) else []
    return printable(cut(" ".join(words), 2000))


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _entries(value: Any) -> list[tuple[str, Any]]:
    """Of an object; a plain text becomes one entry without a name."""
    if isinstance(value, dict):
        return [(_text(name), one) for name, one in list(value.items())[:MAX_ENTRIES]]
    return [("", value)] if isinstance(value, str) and value else []


def _whole(value: Any) -> int | None:
    found = number(value)
    return int(found) if 0 <= found < 2**63 else None
