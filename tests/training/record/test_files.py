"""Files that are whole or not there."""

import errno
import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convlens.ir.errors import ConvlensError
from convlens.training.record.files import plain, write, write_json


def test_a_file_is_replaced_as_a_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    for content in (b"old", b"new"):
        write(path, content)
        assert path.read_bytes() == content
    assert [each.name for each in tmp_path.iterdir()] == ["a.json"]


@pytest.mark.parametrize("fails", ["write", "fsync", "replace"])
def test_what_was_there_stays_where_the_disk_refuses(fails: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.json"
    write(path, b"old")

    def full(*_args: Any, **_named: Any) -> Any:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    if fails == "fsync":
        monkeypatch.setattr(os, "fsync", full)
    else:
        monkeypatch.setattr(Path, {"write": "open", "replace": "replace"}[fails], full)
    with pytest.raises(ConvlensError, match="a.json cannot be written \\(3 bytes\\): No space left.*\n  fix: "):
        write(path, b"new")
    monkeypatch.undo()
    assert path.read_bytes() == b"old"
    assert [each.name for each in tmp_path.iterdir()] == ["a.json"]


def test_a_folder_that_is_gone_is_said(tmp_path: Path) -> None:
    with pytest.raises(ConvlensError, match="No such file or directory"):
        write(tmp_path / "gone" / "a.json", b"")


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(exclude_categories=["Cs"])),
                    lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=3), inner), max_leaves=6))  # fmt: skip
def test_plain_values_are_json_without_extensions(value: Any) -> None:
    text = json.dumps(plain({"v": value}), allow_nan=False)
    assert json.loads(text) == plain({"v": value})


def test_json_is_readable_and_ends_with_a_line(tmp_path: Path) -> None:
    write_json(tmp_path / "a.json", {"name": "猫", "loss": float("inf")})
    assert (tmp_path / "a.json").read_text("utf-8") == '{\n  "name": "猫",\n  "loss": "inf"\n}\n'
