"""CIFAR-10's binary version, as a folder and as the archive, and what is not it."""

import gzip
import io
import tarfile

import pytest
import torch

from convlens.ir.errors import UsageError
from convlens.training.data.sources import cifar
from convlens.training.data.sources.cifar import cifar10, is_cifar
from tests.training.data import files


def written(folder):
    folder.mkdir(parents=True)
    for name, content in files.cifar_files().items():
        (folder / name).write_bytes(content)
    return folder


def places(tmp_path):
    yield written(tmp_path / "bare")
    written(tmp_path / "outer" / "cifar-10-batches-bin")
    yield tmp_path / "outer"
    yield files.tar(tmp_path / "data.tar.gz", files.cifar_files())
    (tmp_path / "kept").mkdir()
    files.tar(tmp_path / "kept" / "cifar-10-binary.tar.gz", dict(reversed(files.cifar_files().items())))
    yield tmp_path / "kept"


def test_every_way_to_keep_it_is_read_alike(tmp_path):
    for place in places(tmp_path):
        raw = cifar10(place)
        assert raw.items.shape == (60, 3, 32, 32)
        assert raw.labels.tolist() == [at % 10 for at in range(60)]
        assert [raw.items[7, channel].unique().tolist() for channel in range(3)] == [[7], [8], [9]]
        assert raw.official_test.nonzero()[:, 0].tolist() == list(range(50, 60))
        assert raw.names[49:51] == ["train 49", "test 0"]


def test_rows_of_a_plane_follow_one_another(tmp_path):
    content = bytes([3]) + torch.arange(3072).remainder(251).to(torch.uint8).numpy().tobytes()
    parts = {**files.cifar_files(), "data_batch_1.bin": content}
    raw = cifar10(files.tar(tmp_path / "x.tar.gz", parts))
    assert int(raw.items[0, 2, 5, 6]) == (2 * 1024 + 5 * 32 + 6) % 251


def said(place) -> str:
    with pytest.raises(UsageError) as error:
        cifar10(place)
    return str(error.value).replace(str(place), "DATA")


def test_pickles_are_not_opened(tmp_path):
    (tmp_path / "data_batch_1").write_bytes(b"cos\nsystem\n(S'touch /tmp/owned'\ntR.")
    assert is_cifar(tmp_path)
    assert said(tmp_path) == (
        "DATA is CIFAR-10's Python version, whose files are pickles: they can run any program and are not read\n"
        "  fix: the binary version, cifar-10-binary.tar.gz"
    )


def test_missing_and_broken_files(tmp_path):
    folder = written(tmp_path / "x")
    (folder / "data_batch_2.bin").unlink()
    assert said(folder) == "DATA has no data_batch_2.bin\n  fix: the folder or the archive cifar-10-binary.tar.gz"
    (folder / "data_batch_2.bin").write_bytes(b"\0" * 3072)
    assert "data_batch_2.bin has 3072 bytes, which is no whole number of records of 3073" in said(folder)
    (folder / "data_batch_2.bin").write_bytes(b"\x0a" * 3073)
    assert said(folder) == "DATA: data_batch_2.bin has a label 10; its labels are 0 to 9"


def test_an_archive_that_is_none_or_cut_off(tmp_path):
    path = files.tar(tmp_path / "a.tar.gz", files.cifar_files())
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    assert "DATA cannot be read" in said(path) or "no data_batch" in said(path)
    path.write_bytes(b"not an archive")
    assert "DATA cannot be read" in said(path)
    path.write_bytes(b"")
    assert "DATA" in said(path)


def test_names_that_lead_out_links_and_devices_are_only_names(tmp_path):
    path = tmp_path / "evil.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        for kind in (tarfile.SYMTYPE, tarfile.FIFOTYPE, tarfile.LNKTYPE):
            info = tarfile.TarInfo("data_batch_1.bin")
            info.type, info.linkname = kind, "/etc/passwd"
            archive.addfile(info)
        info = tarfile.TarInfo("../../../escaped.bin")
        info.size = 4
        archive.addfile(info, io.BytesIO(b"evil"))
    assert "has no data_batch_1.bin" in said(path)
    assert {entry.name for entry in tmp_path.iterdir()} == {"evil.tar.gz"}


def test_a_bomb_ends_at_the_bound(tmp_path, monkeypatch):
    monkeypatch.setattr(cifar, "MAX_UNPACKED", 1 << 20)
    path = tmp_path / "bomb.tar.gz"
    info = tarfile.TarInfo("filler")
    info.size = 1 << 34
    path.write_bytes(gzip.compress(info.tobuf() + bytes(1 << 24)))
    assert said(path) == "DATA unpacks to more than 1048576 bytes, so it is not read"


def test_a_file_too_large_is_refused_by_its_header(tmp_path):
    info = tarfile.TarInfo("data_batch_1.bin")
    info.size = 1 << 34
    path = tmp_path / "large.tar.gz"
    path.write_bytes(gzip.compress(info.tobuf() + bytes(2048)))
    assert said(path) == "DATA: a file of 17179869184 bytes; at most 134217728 are read"
