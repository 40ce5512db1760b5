"""From a name or a path to the parts: in memory and on demand alike, and fingerprints that tell data apart."""

import sys
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from convlens.ir.errors import UsageError
from convlens.training.data import fingerprint
from convlens.training.data import load as module
from convlens.training.data.examples import Held
from convlens.training.data.load import load, parts_of
from convlens.training.data.memory import available_bytes, processes
from convlens.training.data.ondemand import OnDemand
from convlens.training.data.sources.find import ROOM, found
from convlens.training.data.sources.folder import pictures_from
from convlens.training.data.sources.idx import fashion_mnist
from convlens.training.settings.settings import Settings
from tests.training.data import files
from tests.training.data.fashion import fashion_folder


def settings(**values) -> Settings:
    return Settings().with_values(values)


def said(call, *arguments, **more) -> str:
    with pytest.raises(UsageError) as error:
        call(*arguments, **more)
    return str(error.value)


@pytest.fixture(autouse=True)
def _nothing_elsewhere(monkeypatch, tmp_path):
    monkeypatch.setenv("CONVLENS_DATA", str(tmp_path / "own"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def _no_sounds(monkeypatch):
    """Sounds and texts know nothing."""
    monkeypatch.setitem(sys.modules, f"{ROOM}.sounds", SimpleNamespace(holds_sounds=lambda path: False))
    monkeypatch.setitem(sys.modules, f"{ROOM}.texts", SimpleNamespace(holds_texts=lambda path: False))


def test_debians_fashion_mnist_is_ready_for_lenet():
    parts = load("fashion-mnist:" + str(fashion_folder()), settings(limit=2000), (1, 32, 32))
    assert [len(part) for part in (parts.train, parts.validation, parts.test)] == [2000, 6000, 10000]
    assert parts.preparation.shape == (1, 32, 32)
    x = parts.preparation.batch(parts.train.rows.take(torch.arange(2000)))
    assert float(x[:, :, 2:30, 2:30].mean()) == pytest.approx(0, abs=1e-3)
    assert torch.bincount(parts.train.labels).tolist() == [200] * 10
    assert parts.about["licence"] == "MIT"
    assert parts.about["preloaded"]


def test_rows_labels_and_names_belong_together(tmp_path):
    images, labels = files.idx_folder(tmp_path / "own" / "mnist", 200, 50)
    parts = load("mnist", settings())
    for part in (parts.train, parts.validation, parts.test):
        rows = part.rows.take(torch.arange(len(part)))[:, 0].numpy()
        assert np.array_equal(rows, images[part.places.numpy()])
        assert part.labels.tolist() == labels[part.places.numpy()].tolist()
    assert parts.test.names[0] == "test 0"


def test_in_memory_and_on_demand_give_the_same_rows(tmp_path):
    files.class_folders(tmp_path / "pets", "abc", 20, (20, 24))
    made = [load(str(tmp_path / "pets"), settings(preload=how, size="16")) for how in ("yes", "no")]
    assert [type(part.rows) for part in (made[0].train, made[1].train)] == [Held, OnDemand]
    assert made[0].fingerprint == made[1].fingerprint
    assert made[0].preparation == made[1].preparation
    for name in ("train", "validation", "test"):
        held, lazy = (getattr(parts, name) for parts in made)
        places = torch.randperm(len(held), generator=torch.Generator().manual_seed(1))[:9]
        assert torch.equal(held.rows.take(places), lazy.rows.take(places))
        assert held.rows.take(places).shape == (min(9, len(held)), 3, 16, 16)
        assert (held.names, len(held.rows)) == (lazy.names, len(lazy.rows))


def test_pictures_that_grow_too_many_are_made_on_demand(tmp_path, monkeypatch):
    files.idx_folder(tmp_path / "own" / "mnist")
    need = 50 * 3 * 64 * 64
    monkeypatch.setattr(module, "available_bytes", lambda: 2 * need)
    assert load("mnist", settings(), (3, 64, 64)).about["preloaded"]
    monkeypatch.setattr(module, "available_bytes", lambda: 2 * need - 2)
    lazy = load("mnist", settings(), (3, 64, 64))
    assert not lazy.about["preloaded"]
    assert lazy.train.rows.take(torch.tensor([3, 1])).shape == (2, 3, 64, 64)
    monkeypatch.setattr(module, "available_bytes", lambda: need - 1)
    assert said(load, "mnist", settings(preload="yes"), (3, 64, 64)) == (
        "all examples need 1 MB of memory, 1 MB are free\n  fix: preload=auto, or limit"
    )


def test_each_process_of_a_machine_has_its_share(monkeypatch):
    monkeypatch.setenv("LOCAL_WORLD_SIZE", "4")
    assert processes() == 4
    monkeypatch.setenv("LOCAL_WORLD_SIZE", "nonsense")
    assert processes() == 1


def test_free_memory(tmp_path):
    (tmp_path / "m").write_text("MemTotal: 9 kB\nMemAvailable:   7 kB\n")
    assert available_bytes(tmp_path / "m") == 7168
    (tmp_path / "m").write_text("MemAvailable:\n")
    assert available_bytes(tmp_path / "m") > 1 << 20
    assert available_bytes(tmp_path / "none") > 1 << 20


def test_no_validation_and_no_test_leave_empty_parts(tmp_path):
    files.class_folders(tmp_path / "pets", "ab", 10)
    parts = load(str(tmp_path / "pets"), settings(validation=0, test=0))
    assert [len(part) for part in (parts.train, parts.validation, parts.test)] == [20, 0, 0]
    assert parts.validation.rows.take(torch.arange(0)).shape == (0, 3, 8, 8)
    assert parts.about["judged"] == "last"
    assert parts.about["remarks"][0].startswith("there is no validation part")


def test_groups_of_the_test_part(tmp_path):
    x = np.zeros((60, 4, 4), dtype=np.uint8)
    np.savez(tmp_path / "d.npz", x=x, y=np.arange(60) % 2, groups=np.array(list("abcdef")).repeat(10))
    parts = load(str(tmp_path / "d.npz"), settings())
    assert len(parts.test_groups) == len(parts.test)
    assert parts.group_names == tuple("abcdef")


def test_volumes_are_prepared(tmp_path):
    x = np.random.default_rng(0).normal(size=(30, 6, 7, 8)).astype(np.float32)
    np.savez(tmp_path / "d.npz", x=x, y=np.arange(30) % 2)
    parts = load(str(tmp_path / "d.npz"), settings(), (1, 8, 8, 8))
    assert parts.preparation.kind == "volume"
    assert parts.preparation.batch(parts.train.rows.take(torch.arange(3))).shape == (3, 1, 8, 8, 8)


def test_fingerprints_tell_data_labels_and_split_apart(tmp_path):
    files.idx_folder(tmp_path / "a")
    raw = fashion_mnist(tmp_path / "a")
    base = parts_of(raw, settings()).fingerprint
    assert base == parts_of(fashion_mnist(tmp_path / "a"), settings(epochs=3)).fingerprint
    assert len(base) == 64
    items, labels = raw.items.clone(), raw.labels.clone()
    items[17, 0, 3, 3] ^= 1
    labels[0], labels[1] = 1, 0
    others = [
        parts_of(replace(raw, items=items), settings()).fingerprint,
        parts_of(replace(raw, labels=labels), settings()).fingerprint,
        parts_of(replace(raw, classes=tuple("abcdefghij")), settings()).fingerprint,
        parts_of(raw, settings(seed=1)).fingerprint,
        parts_of(raw, settings(limit=20)).fingerprint,
    ]
    assert len({base, *others}) == 6


def test_fingerprints_of_files(tmp_path, monkeypatch):
    files.class_folders(tmp_path / "pets", "ab", 10)

    def made() -> str:
        return parts_of(pictures_from(tmp_path / "pets"), settings()).fingerprint

    base = made()
    files.picture(tmp_path / "pets" / "a" / "3.png", (8, 8), (1, 2, 3))
    assert made() != base
    monkeypatch.setattr(fingerprint, "WHOLE", 10)
    assert made() == made() != base


def test_one_class_and_wrong_counts(tmp_path):
    files.class_folders(tmp_path / "pets", "a", 5)
    assert said(load, str(tmp_path / "pets"), settings()) == f"{tmp_path}/pets: 1 class (a); two or more are told apart"
    files.idx_folder(tmp_path / "x")
    raw = fashion_mnist(tmp_path / "x")
    assert said(parts_of, replace(raw, names=raw.names[1:]), settings()).endswith("x: 50 examples, 50 labels, 49 names")


def test_labels_that_are_no_classes(tmp_path):
    np.savez(tmp_path / "d.npz", x=np.zeros((30, 4, 4), dtype=np.uint8), y=np.arange(30))
    assert said(load, str(tmp_path / "d.npz"), settings()) == (
        f"{tmp_path}/d.npz: 30 classes of 30 examples; labels that nearly all differ are no classes"
    )


def test_files_of_several_sizes_are_told(tmp_path):
    files.class_folders(tmp_path / "pets", "ab", 5)
    files.picture(tmp_path / "pets" / "a" / "large.png", (300, 200))
    assert load(str(tmp_path / "pets"), settings()).about["remarks"] == [
        "the pictures are of 8x8 to 200x300; all are brought to 8x8"
    ]


def test_what_was_done_to_pictures_is_told(tmp_path):
    files.idx_folder(tmp_path / "own" / "mnist")
    assert load("mnist", settings(), (1, 32, 32)).about["remarks"] == []
    assert load("mnist", settings(), (1, 64, 64)).about["remarks"] == ["the pictures of 28x28 are scaled to 64x64"]
    files.class_folders(tmp_path / "pets", "ab", 5)
    assert load(str(tmp_path / "pets"), settings(), (1, 8, 8)).about["remarks"] == [
        "colours become grey: the network takes 1 channel"
    ]
    assert load(str(tmp_path / "pets"), settings(), (0, 8, 8)).about["remarks"] == []


def test_a_name_that_is_none():
    assert said(load, "fashon-mnist", settings()) == (
        "there are no data 'fashon-mnist' (did you mean 'fashion-mnist'?)\n"
        "  fix: one of fashion-mnist, mnist, cifar10, fsdd, fsdd-unseen, trec, mr, "
        "or a folder of class folders of pictures or of .wav files, an .npz, or labelled lines (.csv, .tsv, .txt)"
    )


def test_data_that_are_not_there_name_both_ways(tmp_path):
    assert said(load, "mnist", settings()) == (
        f"mnist is not on this machine; looked in {tmp_path}/own/mnist, {tmp_path}/cache/convlens/mnist\n"
        "  fix: --data mnist:PATH with the folder of train-images-idx3-ubyte.gz; "
        "or --download, which fetches 12 MB from https://storage.googleapis.com/cvdf-datasets/mnist"
    )
    assert said(load, "cifar10:/nowhere", settings()) == (
        "there is no file or folder '/nowhere'\n"
        "  fix: --data cifar10:PATH with the folder of cifar-10-binary.tar.gz; "
        "or --download, which fetches 170 MB from https://www.cs.toronto.edu/~kriz"
    )


def test_a_home_folder_is_found_behind_a_name_too(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    files.idx_folder(tmp_path / "given")
    (tmp_path / "rt-polarity.all").write_text("0 bad\n1 good\n")
    assert found("~/given", settings()).source == f"{tmp_path}/given"
    assert found("mnist:~/given", settings()).source == f"{tmp_path}/given"
    assert found("mr:~", settings()).source == f"{tmp_path}/rt-polarity.all"
    assert said(load, "~nosuch/data", settings()).startswith("there are no data '~nosuch/data'\n")


def test_places_are_looked_through_in_order(tmp_path):
    files.idx_folder(tmp_path / "cache" / "convlens" / "mnist")
    assert found("mnist", settings()).source == f"{tmp_path}/cache/convlens/mnist"
    files.idx_folder(tmp_path / "own" / "mnist")
    assert found("mnist", settings()).source == f"{tmp_path}/own/mnist"
    files.idx_folder(tmp_path / "given")
    assert found(f"mnist:{tmp_path}/given", settings()).source == f"{tmp_path}/given"
    assert found(str(tmp_path / "given"), settings()).name == "given"


def test_cifar_by_name(tmp_path):
    (tmp_path / "own" / "cifar10").mkdir(parents=True)
    files.tar(tmp_path / "own" / "cifar10" / "cifar-10-binary.tar.gz", files.cifar_files())
    assert found("cifar10", settings()).name == "cifar10"


def test_sounds_and_texts_are_handed_on(tmp_path, monkeypatch):
    given = settings()
    (tmp_path / "wavs").mkdir()
    (tmp_path / "lines.csv").write_text("a,b\n")
    sounds = SimpleNamespace(
        holds_sounds=lambda path: path.name == "wavs", sounds_from=lambda path, settings: ("sounds", path, settings)
    )
    texts = SimpleNamespace(
        holds_texts=lambda path: path.suffix == ".csv", texts_from=lambda path, settings: ("texts", path, settings),
        NAMED={"trec": lambda path, settings: ("trec", path, settings)},
    )  # fmt: skip
    monkeypatch.setitem(sys.modules, f"{ROOM}.sounds", sounds)
    monkeypatch.setitem(sys.modules, f"{ROOM}.texts", texts)
    assert found(str(tmp_path / "wavs"), given) == ("sounds", tmp_path / "wavs", given)
    assert found(str(tmp_path / "lines.csv"), given) == ("texts", tmp_path / "lines.csv", given)
    assert found("trec:/some/where", given) == ("trec", "/some/where", given)


@pytest.mark.usefixtures("_no_sounds")
def test_what_nothing_knows(tmp_path):
    (tmp_path / "x.bin").write_bytes(b"?")
    assert said(found, str(tmp_path / "x.bin"), settings()).startswith(
        f"{tmp_path}/x.bin holds no data that are read\n  fix: a folder"
    )
    (tmp_path / "empty").mkdir()
    assert said(found, str(tmp_path / "empty"), settings()).startswith(f"{tmp_path}/empty holds no pictures in class folders\n")
