"""TensorBoard's files, if asked."""

from importlib.util import find_spec
from pathlib import Path

import pytest

from convlens.ir.errors import UsageError
from convlens.training.run import Run
from convlens.training.train import train
from tests.training.small import blobs, network, options

THERE = find_spec("tensorboard") is not None


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, str]:
    return str(network(tmp_path / "small.txt")), str(blobs(tmp_path / "blobs.npz"))


@pytest.mark.skipif(THERE, reason="tensorboard is there")
def test_without_the_package_it_is_said_before_any_work(files: tuple[str, str], tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"--tensorboard needs tensorboard\n  fix: pip install"):
        train(*files, out=tmp_path / "run", tensorboard=True, **options())
    assert not (tmp_path / "run").exists()


@pytest.mark.skipif(not THERE, reason="TENSORBOARD TEST DID NOT RUN: pip install tensorboard")
def test_its_files_say_what_the_record_says(files: tuple[str, str], tmp_path: Path) -> None:
    from tensorboard.backend.event_processing.event_file_loader import EventFileLoader

    run: Run = train(*files, out=tmp_path / "run", tensorboard=True, **options(clip=1.0))
    [file] = (tmp_path / "run" / "tensorboard").iterdir()
    found: dict[str, dict[int, float]] = {}
    for event in EventFileLoader(str(file)).Load():
        for value in event.summary.value:
            number = value.tensor.float_val[0] if value.tensor.float_val else value.simple_value
            found.setdefault(value.tag, {})[event.step] = number
    assert sorted(found) == [
        "accuracy/train", "accuracy/validation", "gradient_norm", "learning_rate", "loss/step", "loss/train", "loss/validation",
    ]  # fmt: skip
    assert found["loss/validation"] == pytest.approx({epoch["step"]: epoch["validation_loss"] for epoch in run.epochs})
    assert list(found["loss/step"]) == list(range(1, 16))


def test_without_being_asked_there_are_none(files: tuple[str, str], tmp_path: Path) -> None:
    train(*files, out=tmp_path / "run", **options())
    assert not (tmp_path / "run" / "tensorboard").exists()
