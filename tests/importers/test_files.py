"""Paths that are no model file: each is one message, and none is waited for."""

import os
from pathlib import Path

import pytest

from convlens.importers.files import nearest_file, need_file
from convlens.importers.model import load
from convlens.ir.errors import UsageError
from convlens.passes.facts import facts


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    os.mkfifo(tmp_path / "pipe.txt")
    os.mkfifo(tmp_path / "pipe.onnx")
    (tmp_path / "zero.txt").symlink_to("/dev/zero")
    (tmp_path / "loop.txt").symlink_to("loop.txt")
    (tmp_path / "gone.onnx").symlink_to("nowhere.onnx")
    (tmp_path / "good.txt").write_text("input x: 1x3\nr = relu(x)\noutput r\n")
    (tmp_path / "link.txt").symlink_to("good.txt")
    (tmp_path / "empty.txt").write_text("")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("pipe.txt", "pipe.txt is a pipe or a device, not a file"),
        ("pipe.onnx", "pipe.onnx is a pipe or a device, not a file"),
        ("zero.txt", "zero.txt is a pipe or a device, not a file"),
        ("loop.txt", "loop.txt cannot be read: "),
        ("gone.onnx", "gone.onnx is a link to 'nowhere.onnx', which is not there"),
        ("godo.txt", "there is no file 'godo.txt' (did you mean 'good.txt'?)"),
        ("good.txt/x.txt", "there is no file 'good.txt/x.txt'"),
        ("empty.txt", "empty.txt is empty; a network looks like this:"),
        ("a" * 5000 + ".txt", "cannot be read: File name too long"),
        ("a" * 300 + ".onnx", "cannot be read: File name too long"),
        ("a" * 300 + ".py:net", "cannot be read: File name too long"),
        ("a\0b.txt", "cannot be read: embedded null"),
        ("a" * 5000, "there is no network 'aaa"),
    ],
)
def test_it_is_one_message(folder: Path, path: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        load(path)
    assert message in str(caught.value)
    assert len(str(caught.value).splitlines()[0]) < 400


def test_a_link_to_a_file_is_that_file(folder: Path) -> None:
    assert need_file("link.txt") == Path("link.txt")
    assert load("link.txt").nodes[0].name == "r"


def test_a_folder_that_is_not_there_has_no_nearest_file(folder: Path) -> None:
    assert nearest_file("no/such/folder/good.txt") == ""
    assert nearest_file("godo.txt") == "good.txt"


def test_a_current_folder_that_is_gone(folder: Path) -> None:
    (folder / "gone").mkdir()
    os.chdir(folder / "gone")
    (folder / "gone").rmdir()
    for model, message in {"nope": "no network", "nope.txt": "no file", "os:getpid": "the current folder is not there"}.items():
        with pytest.raises(UsageError, match=message):
            load(model)


CODE = """
class Odd(BaseException): pass
def odd(): raise Odd("x")
def kills(): raise KeyboardInterrupt
class Lazy:
    @property
    def net(self): raise ValueError("no weights here")
lazy = Lazy()
def __getattr__(name): raise OSError(f"cannot make {name}")
"""


@pytest.mark.parametrize(
    ("name", "message"),
    [("odd", r"Odd: x$"), ("lazy.net", r"ValueError: no weights here$"), ("nope", r"OSError: cannot make nope$")],
)
def test_whatever_the_users_code_raises_is_shown(folder: Path, name: str, message: str) -> None:
    (folder / "raising_for_tests.py").write_text(CODE)
    with pytest.raises(UsageError, match=message) as caught:
        load(f"raising_for_tests.py:{name}")
    assert "importers/factory.py" not in str(caught.value)


def test_an_interruption_is_not_held_up(folder: Path) -> None:
    (folder / "raising_for_tests.py").write_text(CODE)
    with pytest.raises(KeyboardInterrupt):
        load("raising_for_tests.py:kills")


def test_an_edit_that_keeps_time_and_size_is_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Python tells kept bytecode from stale by these two alone; here nothing is kept beside the user's file."""
    monkeypatch.setattr("sys.dont_write_bytecode", False)
    path = folder / "edited.py"
    for count in (30, 99):
        path.write_text(f"from torch import nn\nnet = nn.Linear(7, {count})\n")
        os.utime(path, (1, 1))
        assert sum(each.params for each in facts(load("edited.py:net", ["1x7"])).nodes.values()) == 8 * count
    assert not (folder / "__pycache__").exists()
