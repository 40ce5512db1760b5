"""A prediction is what the module gives by hand; what is asked may be anything, and is told apart."""

import csv
import io
import json
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

import convlens
from convlens.ir.errors import ConvlensError, UsageError
from convlens.training.features import first_maps
from convlens.training.predict import SIZE, predict
from convlens.training.record.checkpoint import load_checkpoint
from convlens.training.restored import restored
from convlens.training.run import Run
from tests.training.asking.conftest import COLOURS, paint, tone


def by_hand(run: Run, path: Path) -> torch.Tensor:
    """The network of conftest in plain PyTorch."""
    weights = load_checkpoint(run.folder.best).model
    about = json.loads(run.folder.preparation.read_text())
    pixels = torch.from_numpy(np.array(Image.open(path).convert("RGB"))).permute(2, 0, 1).float() / 255
    x = (pixels - torch.tensor(about["mean"])[:, None, None]) / torch.tensor(about["std"])[:, None, None]
    first = torch.conv2d(x[None], weights["c.weight"], weights["c.bias"])
    second = torch.conv2d(first.relu(), weights["d.weight"], weights["d.bias"])
    return torch.nn.functional.linear(second.mean((2, 3)), weights["y.weight"], weights["y.bias"]).softmax(1)[0]


@pytest.mark.parametrize("name", COLOURS)
def test_a_prediction_equals_the_module_run_by_hand(name: str, run: Run, tmp_path: Path) -> None:
    picture = paint(tmp_path / "new.png", COLOURS[name], 77)
    found = convlens.predict(run.path, picture)
    assert found.answers == (name,)
    assert torch.allclose(found.probabilities[0], by_hand(run, picture), atol=1e-5)
    assert found.best()[0][1] > 0.8


def test_maps_are_those_of_the_first_convolutions(run: Run, pets: Path) -> None:
    found = predict(run, pets / "cat" / "0.png")
    first, second = found.maps(layers=2)
    weights = load_checkpoint(run.folder.best).model
    x = found.network.preparation.batch(found.row()[None])
    assert (first.layer, second.layer) == ("c", "d")
    assert torch.allclose(first.values, torch.conv2d(x, weights["c.weight"], weights["c.bias"])[0], atol=1e-5)
    assert second.values.shape == (4, 8, 8)


def test_a_folder_is_asked_in_one_go_and_written_as_a_table(run: Run, pets: Path) -> None:
    found = predict(run, pets, top=2)
    assert len(found) == 30
    assert found.answers == tuple(name.split("/")[0] for name in found.names)
    rows = list(csv.reader(io.StringIO(found.to_csv())))
    assert rows[0] == ["name", "class", "probability", "cat", "dog", "fish"]
    assert rows[1][:2] == ["cat/0.png", "cat"]
    record = json.loads(json.dumps(found.to_dict()))
    assert record["schema"] == "convlens/predict/1"
    assert [len(one["top"]) for one in record["predictions"]] == [2] * 30
    assert sum(record["predictions"][3]["probabilities"]) == pytest.approx(1, abs=1e-5)
    assert "cat/0.png" in found.text()


def test_together_or_alone_is_the_same(run: Run, pets: Path) -> None:
    files = sorted((pets / "dog").glob("*.png"))[:3]
    together = predict(run, files).probabilities
    assert torch.allclose(together, torch.cat([predict(run, file).probabilities for file in files]), atol=1e-6)


def test_sentences_and_files_of_them(text_run: Run, tmp_path: Path) -> None:
    assert predict(text_run, "a good good thing").answers == ("praise",)
    (tmp_path / "lines.txt").write_text("good\n\nbad and dull\n")
    found = predict(text_run, [tmp_path / "lines.txt", "so bad"])
    assert found.answers == ("praise", "blame", "blame")
    assert found.names == ("lines.txt line 1", "lines.txt line 3", "so bad")


def test_the_word_that_decides_weighs_most(text_run: Run) -> None:
    found = predict(text_run, "a good film xyzzy").words()
    assert [word.text for word in found] == ["a", "good", "film", "xyzzy"]
    assert max(found, key=lambda word: word.weight).text == "good"
    assert (found[3].known, found[3].weight) == (False, 0)


def test_sounds(sound_run: Run, tmp_path: Path) -> None:
    assert predict(sound_run, tone(tmp_path / "new.wav", 2510, 9)).answers == ("high",)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("nothing.png", "no file"),
        ("empty", "holds no files"),
        ("broken.png", "not a picture"),
        ("a.pdf", "no file"),
        ([], "nothing to"),
    ],
)
def test_what_cannot_be_asked_is_said(source: str, message: str, run: Run, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "broken.png").write_bytes(b"\x89PNG no")
    with pytest.raises(UsageError, match=message):
        predict(run, str(tmp_path / source) if source else [])


def test_broken_pictures_among_good_ones_are_counted(run: Run, tmp_path: Path) -> None:
    for at in range(3):
        paint(tmp_path / f"{at}.png", (1, 2, 3), at)
    (tmp_path / "1.png").write_bytes(b"GIF89a")
    with pytest.raises(UsageError, match="1 of 3 examples"):
        predict(run, tmp_path)


def test_broken_pictures_of_all_pieces_are_counted_in_one_message(run: Run, tmp_path: Path) -> None:
    for at in range(2 * SIZE + 5):
        paint(tmp_path / f"{at:03}.png", (1, 2, 3), at)
    for at in (1, 2, SIZE + 1, 2 * SIZE + 1):
        (tmp_path / f"{at:03}.png").write_bytes(b"GIF89a")
    with pytest.raises(UsageError, match=f"4 of {2 * SIZE + 5} examples cannot be used; the first: .*001.png"):
        predict(run, tmp_path)


def test_an_empty_path_is_not_the_current_folder(run: Run, pets: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(pets)
    for source in ("", ["cat/0.png", ""]):
        with pytest.raises(UsageError, match="an empty path names no file\n  fix: a picture, or a folder of them"):
            predict(run, source)
    assert len(predict(run, ".")) == 30


def copied(run: Run, to: Path) -> Path:
    import shutil

    shutil.copytree(run.path, to)
    return to


def test_folders_that_mean_harm(run: Run, tmp_path: Path) -> None:
    """Each file is held against the others before anything of its size is made."""

    def refused(at: int, name: str, old: str, new: str, message: str) -> None:
        folder = copied(run, tmp_path / str(at))
        before = (folder / name).read_text()
        assert old in before
        (folder / name).write_text(before.replace(old, new))
        with pytest.raises(ConvlensError, match=message):
            restored(folder)

    refused(1, "network.txt", "out=4, kernel=3x3", "out=400000000, kernel=3x3", "another network")
    refused(2, "network.txt", "1x3x12x12", "1x3x4096x4096", "another network")
    refused(3, "network.txt", "out=4, kernel=3x3", "out=5, kernel=3x3", "another network")
    refused(4, "run.json", '"cat"', '"dog"', "names no classes")
    refused(5, "preparation.json", "12", "4000", "preparation gives")
    refused(11, "preparation.json", '"inner": [\n    12', '"inner": [\n    16000', "16000x12 inside 12x12")
    refused(9, "preparation.json", '"mean": [', '"mean": [1, ', "cannot be read")
    refused(6, "preparation.json", '"image"', '"../image"', "of kind")
    refused(7, "preparation.json", "{", "[", "cannot be read")
    refused(10, "preparation.json", '"kind"', '"kin"', "preparation.json: a preparation of kind None")
    folder = copied(run, tmp_path / "8")
    (folder / "checkpoints" / "best.safetensors").write_bytes(b"\xff" * 100)
    with pytest.raises(UsageError, match="not a checkpoint"):
        restored(folder)
    (folder / "checkpoints" / "best.safetensors").unlink()
    with pytest.raises(UsageError, match="best.safetensors, the weights of .*, is missing\n  fix: the whole folder"):
        restored(folder)
    (folder / "test.json").unlink()
    with pytest.raises(UsageError, match="its training was broken off\n  fix: convlens train --resume .*/8$"):
        restored(folder)


def test_a_vocabulary_that_the_network_has_no_rows_for(text_run: Run, tmp_path: Path) -> None:
    folder = copied(text_run, tmp_path / "words")
    about = json.loads((folder / "preparation.json").read_text())
    rows = len(about["vocabulary"]) + 2
    (folder / "preparation.json").write_text(json.dumps({**about, "vocabulary": [*about["vocabulary"], "more"]}))
    with pytest.raises(UsageError) as error:
        restored(folder)
    assert str(error.value) == (
        f"{folder / 'preparation.json'}: a vocabulary for {rows + 1} rows of word vectors, but the network's table 'e' has {rows}"
    )


OWN = """
import pathlib, torch
pathlib.Path(__file__).with_name("ran").touch()
class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.c = torch.nn.Conv2d(3, 4, 3)
        self.y = torch.nn.Linear(4, 3)
    def forward(self, x):
        return self.y(self.c(x).relu().mean((2, 3)))
"""


def test_code_of_ones_own_runs_only_where_it_is_named(pets: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(OWN)
    code = f"{tmp_path / 'mine.py'}:Net"
    own = convlens.training.train.train(code, str(pets), out=tmp_path / "run", epochs=1, batch=9, precision="float32")
    (tmp_path / "ran").unlink()
    with pytest.raises(UsageError, match=r"fix: --network .*mine.py:Net"):
        predict(own, pets / "cat" / "0.png")
    assert not (tmp_path / "ran").exists()
    found = predict(own, pets / "cat" / "0.png", network=code)
    assert (tmp_path / "ran").exists()
    assert first_maps(found.network, found.row())[0].values.shape[0] == 4
    assert convlens.evaluate(own.path, network=code).accuracy == own.test["accuracy"]


def test_a_run_without_its_network_says_so(run: Run, tmp_path: Path) -> None:
    folder = copied(run, tmp_path / "run")
    (folder / "network.txt").unlink()
    with pytest.raises(UsageError, match=r"network.txt is missing.*\n  fix: the whole folder"):
        restored(folder)


def test_a_file_is_no_sentence(text_run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paint(tmp_path / "cat.png", (1, 2, 3), 0)
    monkeypatch.chdir(tmp_path)
    for path in ("cat.png", str(tmp_path / "cat.png")):
        with pytest.raises(
            UsageError, match=r"reads texts, but .*cat.png' is a file of another kind\n  fix: a sentence, or a .txt"
        ):
            predict(text_run, path)
    for sentence in ("cat", "dog.png", "a\0b", "very " * 2000):
        assert len(predict(text_run, sentence)) == 1
