"""Checkpoints from a stranger: whatever stands in them, one message and no traceback."""

import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from convlens.ir.errors import UsageError
from convlens.training.record.checkpoint import Checkpoint, load_checkpoint, save_checkpoint

STATE = '{"step": 3, "parts": {"map": []}, "facts": {"waited": 0}}'


def written(path: Path, state: str) -> Path:
    save_file({"model.w": torch.zeros(2)}, path, {"format": "convlens/checkpoint/1", "state": state})
    return path


def test_what_was_saved_is_read_again(tmp_path: Path) -> None:
    save_checkpoint(tmp_path / "a", Checkpoint(3, {"w": torch.arange(2)}, {"optimizer": {"step": 1}}, {}, {"waited": 2}))
    found = load_checkpoint(tmp_path / "a")
    assert (found.step, found.parts, found.facts) == (3, {"optimizer": {"step": 1}}, {"waited": 2})
    assert found.model["w"].tolist() == [0, 1]
    assert load_checkpoint(written(tmp_path / "b", STATE)).step == 3


@pytest.mark.parametrize(
    "state",
    [
        "[" * 200_000,
        STATE.replace('{"map": []}', '{"list": [' * 100_000 + "]}" * 100_000),
        STATE.replace("3", "Infinity"),
        STATE.replace("3", "NaN"),
        STATE.replace('{"waited": 0}', '"waited"'),
        json.dumps([1, 2]),
    ],
    ids=["brackets", "deep parts", "endless step", "no step", "facts that are a text", "a list"],
)
def test_a_state_that_is_none_is_said(state: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="a.safetensors is not a checkpoint that can be read"):
        load_checkpoint(written(tmp_path / "a.safetensors", state))
