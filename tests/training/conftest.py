"""What several rooms of the tests of trainings begin with."""

from pathlib import Path

import pytest

from tests.training.small import blobs, network


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder is a new one with blobs.npz and small.txt."""
    monkeypatch.chdir(tmp_path)
    blobs(Path("blobs.npz"))
    network(Path("small.txt"))
    return tmp_path
