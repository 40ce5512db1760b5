"""Judging and the last exam against counts by NumPy."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import load_file

from convlens.training.engine import judge as judging
from convlens.training.engine.exam import MISTAKES, exam, write_exam
from convlens.training.engine.feed import Feed
from convlens.training.engine.form import Form
from convlens.training.engine.judge import MOST, at_a_time, judge
from convlens.training.engine.world import World
from convlens.training.record.folder import RunFolder

from .fakes import CPU, Logits, Plain, examples, feed, parts


def drawn(count: int, classes: int, seed: int = 0) -> tuple[torch.Tensor, torch.Tensor]:
    draw = np.random.default_rng(seed)
    return torch.tensor(draw.normal(0, 2, (count, classes)), dtype=torch.float32), torch.tensor(draw.integers(0, classes, count))


def softmax(logits: torch.Tensor) -> np.ndarray:
    values = logits.double().numpy()
    powers = np.exp(values - values.max(1, keepdims=True))
    return powers / powers.sum(1, keepdims=True)


@settings(max_examples=25)
@given(count=st.integers(1, 40), classes=st.integers(2, 6), seed=st.integers(0, 99))
def test_loss_and_accuracy(count: int, classes: int, seed: int) -> None:
    logits, labels = drawn(count, classes, seed)
    found = judge(Logits(), feed(logits, labels), keep=True)
    chances = softmax(logits)
    assert found.loss == pytest.approx(-np.log(chances[np.arange(count), labels.numpy()]).mean(), rel=1e-5)
    assert found.accuracy == np.mean(logits.numpy().argmax(1) == labels.numpy())
    assert found.probabilities is not None
    np.testing.assert_allclose(found.probabilities.numpy(), chances, atol=1e-6)


def test_batches_and_modes() -> None:
    """In evaluation mode, every example once, nothing kept where nobody asks, and the mode is as before."""
    logits, labels = drawn(2 * MOST + 3, 3)
    for training in (True, False):
        module = Logits().train(training)
        assert judge(module, feed(logits, labels)).probabilities is None
        assert (module.sizes, module.modes, module.training) == ([MOST, MOST, 3], {False}, training)


def test_large_examples_are_judged_in_smaller_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judging, "VALUES", 10)
    module, (logits, labels) = Logits(), drawn(8, 3)
    judge(module, feed(logits, labels))
    assert module.sizes == [3, 3, 2]
    assert at_a_time((11,)) == 1


def test_no_examples() -> None:
    """The network, which may be unable to take none, is not asked."""
    module = Logits()
    found = judge(module, feed(torch.zeros(0, 3), torch.zeros(0).long()), keep=True)
    assert module.sizes == []
    assert (found.loss, found.accuracy, found.probabilities) == (0.0, 0.0, None)


def test_processes_share_the_batches_and_sum(monkeypatch: pytest.MonkeyPatch) -> None:
    logits, labels = drawn(3 * MOST + 5, 4)
    whole = judge(Logits(), feed(logits, labels))
    sums: list[torch.Tensor] = []
    monkeypatch.setattr(World, "summed", lambda _world, values: sums.append(values.clone()) or values)
    modules = [Logits(), Logits()]
    for rank, module in enumerate(modules):
        judge(module, feed(logits, labels), World(rank, 2))
    assert [module.sizes for module in modules] == [[MOST, MOST], [MOST, 5]]
    loss, right, count = sum(sums).tolist()
    assert (loss / count, right / count) == (pytest.approx(whole.loss), whole.accuracy)


def asked(logits: torch.Tensor, labels: torch.Tensor, groups: torch.Tensor | None = None, names: tuple[str, ...] = ()):
    test = examples(logits, labels)
    given_parts = parts(test, logits.shape[1], groups, names)
    return *exam(Logits(), Feed(test, Plain(), Form(), CPU), given_parts), given_parts


def test_confusion_and_groups() -> None:
    logits, labels = drawn(60, 4)
    groups = torch.tensor(np.random.default_rng(1).choice([0, 2], 60))
    record, _, _ = asked(logits, labels, groups, ("ada", "bob", "cyd"))
    guessed, true = logits.numpy().argmax(1), labels.numpy()
    expected = np.zeros((4, 4), int)
    np.add.at(expected, (true, guessed), 1)
    assert record["confusion"] == expected.tolist()
    assert record["accuracy"] == np.trace(expected) / 60
    assert record["examples"] == 60
    right = guessed == true
    assert record["groups"] == {
        name: pytest.approx(right[groups.numpy() == number].mean()) for number, name in ((0, "ada"), (2, "cyd"))
    }


def test_the_surest_mistakes_come_first(tmp_path: Path) -> None:
    logits, labels = drawn(200, 3)
    record, judged, given_parts = asked(logits, labels)
    folder = RunFolder(tmp_path)
    write_exam(folder, record, judged, given_parts)
    chances = softmax(logits)
    wrong = np.flatnonzero(chances.argmax(1) != labels.numpy())
    order = wrong[np.argsort(-chances[wrong].max(1), kind="stable")][:MISTAKES]
    kept = load_file(folder.mistakes)
    assert len(order) == MISTAKES
    np.testing.assert_array_equal(kept["rows"].numpy(), logits.numpy()[order])
    np.testing.assert_array_equal(kept["labels"].numpy(), labels.numpy()[order])
    np.testing.assert_array_equal(kept["predicted"].numpy(), chances.argmax(1)[order])
    np.testing.assert_allclose(kept["probability"].numpy(), chances[order].max(1), atol=1e-6)
    names = json.loads(folder.mistake_names.read_text())["names"]
    assert names == [f"example {199 - place}" for place in order], "the place in the source, not in the part"
    stored = load_file(folder.predictions)
    assert stored["places"].tolist() == list(range(199, -1, -1))
    np.testing.assert_allclose(stored["probabilities"].numpy(), chances, atol=1e-6)
    assert json.loads(folder.test.read_text()) == record


@pytest.mark.parametrize("right", [True, False])
def test_no_mistakes_and_no_test_part(right: bool, tmp_path: Path) -> None:
    logits, labels = (torch.eye(3), torch.arange(3)) if right else (torch.zeros(0, 3), torch.zeros(0).long())
    record, judged, given_parts = asked(logits, labels, torch.zeros(len(labels)).long(), ("all",))
    assert record["examples"] == len(labels)
    assert record["accuracy"] == float(right)
    assert record["groups"] == ({"all": 1.0} if right else {})
    folder = RunFolder(tmp_path)
    write_exam(folder, record, judged, given_parts)
    assert json.loads(folder.mistake_names.read_text()) == {"names": []}
    assert load_file(folder.predictions)["probabilities"].shape == (len(labels), 3)
    assert len(load_file(folder.mistakes)["labels"]) == 0


def test_the_accuracy_is_that_of_the_confusion_also_where_probabilities_are_equal() -> None:
    """Two logits whose softmax is the same float32: what is stored says the first class."""
    logits = torch.tensor([[1e-9, 2e-9], [0.0, 1.0]])
    record, judged, _ = asked(logits, torch.tensor([1, 1]))
    assert judged.probabilities is not None
    assert record["accuracy"] == float((judged.probabilities.argmax(1) == 1).float().mean())
