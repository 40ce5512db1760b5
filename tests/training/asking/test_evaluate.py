"""The figures are those that the training wrote; new data are matched by the names of their classes."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

import convlens
from convlens.ir.errors import ConvlensError, UsageError
from convlens.training.run import Run
from convlens.training.train import train
from tests.training.asking.conftest import CHOSEN, COLOURS, paint


@pytest.mark.parametrize("kind", ["run", "text_run", "sound_run"])
def test_the_own_test_part_gives_the_figures_of_the_training(kind: str, request: pytest.FixtureRequest) -> None:
    run: Run = request.getfixturevalue(kind)
    found, wrote = convlens.evaluate(run.path), run.test
    assert {**found.record, "seconds": 0} == {**wrote, "seconds": 0}
    kept = load_file(run.folder.predictions)
    assert torch.equal(found.probabilities, kept["probabilities"])
    assert torch.equal(found.labels, kept["labels"])


def test_other_weights_give_other_figures(run: Run, tmp_path: Path) -> None:
    """The partner of the test above: it can fail."""
    import shutil

    from safetensors.torch import safe_open, save_file

    folder = Path(shutil.copytree(run.path, tmp_path / "other"))
    path = folder / "checkpoints" / "best.safetensors"
    with safe_open(str(path), "pt") as file:
        about = file.metadata()
    save_file({name: -value for name, value in load_file(path).items()}, path, about)
    assert convlens.evaluate(folder).loss != run.test["loss"]


def test_figures_of_each_class_and_calibration(run: Run) -> None:
    found = convlens.evaluate(run.path)
    record = json.loads(json.dumps(found.to_dict()))
    assert record["schema"] == "convlens/evaluate/1"
    confusion = np.array(record["confusion"])
    for at, one in enumerate(record["classes"]):
        assert (one["examples"], one["answered"]) == (confusion[at].sum(), confusion[:, at].sum())
        assert one["recall"] == confusion[at, at] / confusion[at].sum()
    assert 0 <= record["calibration"]["expected_error"] <= 1
    assert "recall" in found.text()


def test_classes_are_matched_by_name_whatever_their_order(run: Run, tmp_path: Path) -> None:
    images = np.array([np.full((12, 12, 3), colour) for colour in COLOURS.values()], dtype=np.uint8)
    np.savez(tmp_path / "new.npz", x=images, y=np.array([2, 1, 0]), classes=np.array(["fish", "dog", "cat"]))
    assert convlens.evaluate(run.path, str(tmp_path / "new.npz")).accuracy == 1
    np.savez(tmp_path / "new.npz", x=images, y=np.array([0, 1, 2]), classes=np.array(["fish", "dog", "cat"]))
    assert convlens.evaluate(run.path, str(tmp_path / "new.npz")).record["confusion"] == [[0, 0, 1], [0, 1, 0], [1, 0, 0]]


def test_a_folder_of_some_of_the_classes(run: Run, tmp_path: Path) -> None:
    for at in range(3):
        paint(tmp_path / "new" / "dog" / f"{at}.png", COLOURS["dog"], at, size=30)
        paint(tmp_path / "new" / "cat" / f"{at}.png", COLOURS["cat"], at, size=17)
    found = convlens.evaluate(run.path, str(tmp_path / "new"))
    assert (found.accuracy, found.record["examples"]) == (1, 6)
    assert found.classes[2]["recall"] is None


def test_a_test_part_of_the_datas_own_is_taken_alone(run: Run, tmp_path: Path) -> None:
    for part, count in (("train", 4), ("test", 2)):
        for at in range(count):
            for name in ("dog", "cat"):
                paint(tmp_path / "new" / part / name / f"{at}.png", COLOURS[name], at)
    found = convlens.evaluate(run.path, str(tmp_path / "new"))
    assert found.record["examples"] == 4
    assert "test part of its own" in found.text()


def test_a_first_line_that_was_taken_for_names_is_told(text_run: Run, tmp_path: Path) -> None:
    (tmp_path / "new.csv").write_text("v1,v2\n" + "praise,a good film\nblame,a bad film\n" * 2)
    found = convlens.evaluate(text_run.path, str(tmp_path / "new.csv"))
    assert found.record["examples"] == 4
    assert "new.csv: the first line (v1, v2) is taken for the names of the columns" in found.text()


def test_an_unknown_class_is_named(run: Run, tmp_path: Path) -> None:
    for name in ("cat", "fisch"):
        paint(tmp_path / "new" / name / "0.png", (1, 2, 3), 0)
    with pytest.raises(UsageError, match=r"does not know the class 'fisch' \(did you mean 'fish'\?\).*\n.*cat, dog, fish"):
        convlens.evaluate(run.path, str(tmp_path / "new"))


def test_data_of_another_kind_are_refused(run: Run, home: Path, text_run: Run) -> None:
    with pytest.raises(UsageError, match="image data"):
        convlens.evaluate(run.path, str(home / "lines.tsv"))


def test_data_that_have_changed_are_no_test_part_any_more(tmp_path: Path, run: Run) -> None:
    import shutil

    folder = Path(shutil.copytree(run.path, tmp_path / "other"))
    (folder / "run.json").write_text((folder / "run.json").read_text().replace(run.record["fingerprint"], "0"))
    with pytest.raises(UsageError, match="fingerprint"):
        convlens.evaluate(folder)


def test_examples_that_it_was_trained_on_are_told(run: Run, pets: Path, tmp_path: Path) -> None:
    import shutil

    count = run.record["parts"]["train"]
    assert f"was trained on {count} of these 30 examples" in convlens.evaluate(run.path, str(pets)).text()
    moved = Path(shutil.copytree(pets, tmp_path / "moved"))
    assert f"was trained on {count} of these 30 examples" in convlens.evaluate(run.path, str(moved)).text()
    paint(moved / "dog" / "0.png", COLOURS["dog"], 77)
    assert convlens.evaluate(run.path, str(moved)).remarks == ()


def test_data_of_the_same_place_that_have_changed_are_told(tmp_path: Path, run: Run, pets: Path) -> None:
    import shutil

    folder = Path(shutil.copytree(run.path, tmp_path / "other"))
    (folder / "run.json").write_text((folder / "run.json").read_text().replace(run.record["fingerprint"], "0"))
    assert "trained on data of this place" in convlens.evaluate(folder, str(pets)).text()


def test_a_network_that_gives_no_numbers_has_no_accuracy(run: Run, tmp_path: Path) -> None:
    import shutil

    from safetensors.torch import safe_open, save_file

    folder = Path(shutil.copytree(run.path, tmp_path / "other"))
    path = folder / "checkpoints" / "best.safetensors"
    with safe_open(str(path), "pt") as file:
        about = file.metadata()
    save_file(
        {name: value * float("nan") if value.is_floating_point() else value for name, value in load_file(path).items()},
        path,
        about,
    )
    with pytest.raises(ConvlensError, match="its training diverged"):
        convlens.evaluate(folder)


ONE_LENGTH = """network one
input x: 1x11:int64
e = embedding(x, count=10, width=3)
f = flatten(e)
y = linear(f, out=2)
output y
"""


def test_a_network_of_one_length_is_asked_what_its_training_asked(tmp_path: Path) -> None:
    """Texts of the test part are longer than those of training; behind the longest of these nothing is read."""
    (tmp_path / "data").mkdir()
    for part, words in (("train", 6), ("test", 15)):
        lines = [f"{label}\t{' '.join(('good', 'bad', 'it')[(at + label) % 3] for at in range(words))}" for label in (0, 1)]
        (tmp_path / "data" / f"{part}.tsv").write_text("\n".join(lines * 5) + "\n")
    (tmp_path / "one.txt").write_text(ONE_LENGTH)
    run = train(str(tmp_path / "one.txt"), str(tmp_path / "data"), out=tmp_path / "run", epochs=2, batch=4, **CHOSEN)
    found = convlens.evaluate(run.path)
    assert torch.equal(found.probabilities, load_file(run.folder.predictions)["probabilities"])
    long, short = (convlens.predict(run.path, " ".join(["good", "bad", "it"] * count)) for count in (5, 2))
    assert torch.equal(long.probabilities, short.probabilities)
