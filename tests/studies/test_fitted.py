"""A study trains what `train` trains on the same data, with the batch that is fitted to them."""

import json
from pathlib import Path

import pytest

from convlens.lang.remark import Remark
from convlens.studies.study import study
from convlens.studies.watch import StudyWatch
from convlens.training.train import train
from tests.training.small import blobs, network, options


class Heard(StudyWatch):
    def __init__(self) -> None:
        self.remarks: list[str] = []

    def said(self, remark: Remark) -> None:
        self.remarks.append(remark.text())


def test_the_baseline_is_the_training(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    blobs(Path("blobs.npz"))
    network(Path("small.txt"))
    settings = {name: value for name, value in options().items() if name not in ("batch", "seed")}
    heard = Heard()
    found = study("small.txt", "blobs.npz", vary=["batch=4"], seeds=1, out="s", watch=heard, **settings)
    run = train("small.txt", "blobs.npz", out="run", seed=0, **settings)
    (baseline,) = Path("s/runs").glob("baseline*")
    assert json.loads((baseline / "run.json").read_text())["measured"]["batch"] == run.record["measured"]["batch"] == 8
    assert json.loads((baseline / "test.json").read_text())["accuracy"] == run.test_accuracy
    assert any(text.startswith("batch 8 instead of") for text in heard.remarks)
    assert "batch = 8" in found.folder.recipe.read_text()
