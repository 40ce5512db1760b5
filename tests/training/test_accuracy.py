"""A bounded sample of what `make accuracy` measures over seeds: recipes still train well on real data.

The bounds lie several spreads below what was measured (docs/training-results.md), so that they fail for a fault, not for a seed.
"""

from pathlib import Path

from convlens.training.train import train
from tests.training.data.fashion import fashion_folder
from tests.training.shared import shared_data


def test_lenet5_learns_clothes_in_two_epochs(tmp_path: Path) -> None:
    run = train("lenet5", f"fashion-mnist:{fashion_folder()}", out=tmp_path / "run", epochs=2)
    assert run.test_accuracy is not None
    assert run.test_accuracy > 0.84


def test_textcnn_learns_questions(tmp_path: Path) -> None:
    run = train("textcnn-trec", f"trec:{shared_data('text')}", out=tmp_path / "run", epochs=4)
    assert run.test_accuracy is not None
    assert run.test_accuracy > 0.84


def test_the_keyword_network_learns_digits(tmp_path: Path) -> None:
    run = train("keyword-fsdd", f"fsdd:{shared_data('fsdd')}", out=tmp_path / "run", epochs=5)
    assert run.test_accuracy is not None
    assert run.test_accuracy > 0.93
    assert len(run.test["groups"]) == 6  # every speaker is in the official test


def test_a_network_that_cannot_learn_stays_at_chance(tmp_path: Path) -> None:
    """The partner: the figures come from learning."""
    run = train("lenet5", f"fashion-mnist:{fashion_folder()}", out=tmp_path / "run", iterations=1, limit=300, learning_rate=1e-9)
    assert run.test_accuracy is not None
    assert run.test_accuracy < 0.3
