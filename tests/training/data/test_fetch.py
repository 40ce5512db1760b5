"""Downloads: checked, bounded, atomic, and never without being asked. No test uses the network."""

import gzip
import hashlib
import io
import urllib.request

import numpy as np
import pytest

from convlens.ir.errors import UsageError
from convlens.training.data import fetch as module
from convlens.training.data.fetch import FILES, File, fetch
from convlens.training.data.load import load
from convlens.training.settings.settings import Settings
from tests.training.data import files

CONTENT = b"what was published"


def file(content: bytes = CONTENT, name: str = "x.gz", *addresses: str) -> File:
    return File(name, len(content), hashlib.sha256(content).hexdigest(), addresses or ("https://a/x.gz", "https://b/x.gz"))


@pytest.fixture
def served(monkeypatch):
    """What each address answers; an exception is raised."""
    answers: dict[str, object] = {}
    asked: list[str] = []

    def opened(address):
        asked.append(address)
        answer = answers.get(address, OSError("no route"))
        if isinstance(answer, Exception):
            raise answer
        return io.BytesIO(answer)

    monkeypatch.setattr(module, "_opened", opened)
    answers["asked"] = asked
    return answers


def said(call, *arguments, **more) -> str:
    with pytest.raises(UsageError) as error:
        call(*arguments, **more)
    return str(error.value)


def test_a_file_is_kept_when_its_checksum_is_right(tmp_path, served, monkeypatch):
    monkeypatch.setitem(FILES, "mnist", (file(),))
    served["https://b/x.gz"] = CONTENT
    fetch("mnist", tmp_path / "new" / "folder")
    assert (tmp_path / "new" / "folder" / "x.gz").read_bytes() == CONTENT
    assert served["asked"] == ["https://a/x.gz", "https://b/x.gz"]
    fetch("mnist", tmp_path / "new" / "folder")
    assert len(served["asked"]) == 2, "what is there is not fetched again"
    (tmp_path / "new" / "folder" / "x.gz").write_bytes(CONTENT[::-1])
    fetch("mnist", tmp_path / "new" / "folder")
    assert (tmp_path / "new" / "folder" / "x.gz").read_bytes() == CONTENT


@pytest.mark.parametrize("answer", [CONTENT[:-1], CONTENT + b"!", CONTENT[::-1], b"", ConnectionResetError("gone")])
def test_anything_else_leaves_no_file(tmp_path, served, monkeypatch, answer):
    monkeypatch.setitem(FILES, "mnist", (file(),))
    served["https://a/x.gz"] = answer
    text = said(fetch, "mnist", tmp_path)
    assert text.startswith("x.gz could not be fetched: https://a/x.gz: ")
    assert text.endswith("https://b/x.gz: no route\n  fix: get it by other means, and --data mnist:PATH with its folder")
    assert list(tmp_path.iterdir()) == []


def test_no_more_is_read_than_the_file_has(tmp_path, served, monkeypatch):
    class Endless(io.RawIOBase):
        count = 0

        def read(self, size=-1):
            self.count += size
            return bytes(size)

    endless = Endless()
    monkeypatch.setattr(module, "_opened", lambda address: endless)
    monkeypatch.setitem(FILES, "mnist", (file(CONTENT, "x.gz", "https://a/x.gz"),))
    assert "more than its 18 bytes come" in said(fetch, "mnist", tmp_path)
    assert endless.count <= module.CHUNK


def test_only_https(tmp_path, monkeypatch):
    monkeypatch.setitem(FILES, "mnist", (file(CONTENT, "x.gz", "http://a/x.gz", "file:///etc/passwd"),))
    assert said(fetch, "mnist", tmp_path).count("only https is fetched") == 2
    handler = module._OnlyHttps()
    request = urllib.request.Request("https://a/x.gz")
    with pytest.raises(ValueError, match="it leads to http://evil/x.gz, which is not https"):
        handler.redirect_request(request, None, 302, "", {}, "http://evil/x.gz")
    assert handler.redirect_request(request, None, 302, "", {}, "https://mirror/x.gz").full_url == "https://mirror/x.gz"


def test_a_folder_that_cannot_be_made(tmp_path):
    (tmp_path / "x").write_text("a file")
    assert said(fetch, "mnist", tmp_path / "x" / "y").endswith("cannot be made: Not a directory")


def test_every_public_file_has_a_size_a_checksum_and_https():
    for name, listed in FILES.items():
        assert listed, name
        for one in listed:
            assert one.size > 0
            assert len(bytes.fromhex(one.sha256)) == 32
            assert all(address.startswith("https://") and address.endswith(one.name) for address in one.addresses)


def test_nothing_is_fetched_unless_it_was_asked_for(tmp_path, served, monkeypatch):
    monkeypatch.setenv("CONVLENS_DATA", str(tmp_path / "own"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    listed = []
    images, labels = np.zeros((20, 28, 28)), np.arange(20) % 10
    for part in ("train", "t10k"):
        for what, values in (("images-idx3", images), ("labels-idx1", labels)):
            content = gzip.compress(files.idx(values))
            address = f"https://a/{part}-{what}-ubyte.gz"
            served[address] = content
            listed.append(file(content, f"{part}-{what}-ubyte.gz", address))
    monkeypatch.setitem(FILES, "mnist", tuple(listed))
    assert "mnist is not on this machine" in said(load, "mnist", Settings())
    assert served["asked"] == []
    assert len(load("mnist", Settings(), download=True).test) == 20
    assert len(served["asked"]) == 4
    assert len(load("mnist", Settings()).test) == 20
