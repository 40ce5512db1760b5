"""The most memory, in bytes on every system."""

from types import SimpleNamespace

import pytest
import torch

from convlens.training.engine.tally import peak_bytes

resource = pytest.importorskip("resource")


@pytest.mark.parametrize(("system", "unit"), [("linux", 1024), ("darwin", 1)])
def test_linux_counts_kibibytes_and_macos_bytes(system: str, unit: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", system)
    monkeypatch.setattr(resource, "getrusage", lambda who: SimpleNamespace(ru_maxrss=3_000_000))
    assert peak_bytes(torch.device("cpu")) == 3_000_000 * unit
