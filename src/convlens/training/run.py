"""What a training gives: the folder of its run, read back."""

from functools import cached_property
from pathlib import Path
from typing import Any

from convlens.lang.messages import counted, listed, said, say
from convlens.training.record.folder import RunFolder, read_json, read_toml, run_at
from convlens.training.record.lines import read_lines


class Run:
    """A run that `convlens.train` made, whole or broken off. `to_dict` is its record, schema ``convlens/train/1``.

    Where several machines train together the folder lies on that of the first process: without a shared disk the others
    give a run that is not ``here``, of which nothing but the path can be read.
    """

    def __init__(self, path: str | Path, *, here: bool = True) -> None:
        self.folder: RunFolder = run_at(path) if here else RunFolder(Path(path))

    @property
    def path(self) -> Path:
        return self.folder.path

    @cached_property
    def record(self) -> dict[str, Any]:
        """run.json: what was trained, on what, with which versions."""
        found: dict[str, Any] = read_json(self.folder.record)
        return found

    @cached_property
    def settings(self) -> dict[str, Any]:
        return read_toml(self.folder.settings)

    @cached_property
    def epochs(self) -> list[dict[str, Any]]:
        """One record an epoch, as far as it came."""
        return read_lines(self.folder.epochs)

    @cached_property
    def test(self) -> dict[str, Any] | None:
        """The figures of the test part; None where the training was broken off, or has no test part."""
        found: dict[str, Any] | None = read_json(self.folder.test) if self.folder.done else None
        return found

    @property
    def test_accuracy(self) -> float | None:
        return self.test["accuracy"] if self.test and self.test["examples"] else None

    @property
    def train_seconds(self) -> float:
        """Of all epochs together, judging left out."""
        return round(sum(float(epoch.get("seconds", 0)) for epoch in self.epochs), 3)

    def text(self, lang: str = "en") -> str:
        """What came of it, in a few lines."""
        lines = []
        if self.test and self.test["examples"]:
            accuracy, loss = f"{100 * self.test['accuracy']:.2f}", f"{self.test['loss']:.4f}"
            lines.append(say(lang, "test accuracy {accuracy} %, loss {loss}", accuracy=accuracy, loss=loss))
            groups = [f"{name} {100 * share:.1f} %" for name, share in self.test["groups"].items()]
            if groups:
                lines.append(said(lang, say(lang, "by group"), listed(lang, groups)))
        lines.append(counted(lang, "{count} epoch in {seconds} s", "{count} epochs in {seconds} s",
                             len(self.epochs), seconds=f"{self.train_seconds:.1f}"))  # fmt: skip
        lines.append(said(lang, say(lang, "run"), str(self.path)))
        return "\n".join(lines) + "\n"

    def __str__(self) -> str:
        return self.text()

    def to_dict(self) -> dict[str, Any]:
        """The whole record without the single steps."""
        return {
            **self.record, "folder": str(self.path), "settings": self.settings, "epochs": self.epochs, "test": self.test,
            "test_accuracy": self.test_accuracy, "train_seconds": self.train_seconds,
        }  # fmt: skip
