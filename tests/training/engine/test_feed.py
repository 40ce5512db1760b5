"""Batches: rows, labels, augmentation, and rows that are read ahead."""

import threading
from typing import Any

import pytest
import torch
from torch import Tensor

from convlens.ir.errors import UsageError
from convlens.training.data.examples import Examples, Held
from convlens.training.engine.device import device_of
from convlens.training.engine.feed import Feed
from convlens.training.engine.form import Form

from .fakes import CPU, Plain, feed


class Files:
    """Rows that are read when they are asked for; who read which is noted."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.taken: list[tuple[str, list[int]]] = []

    def __len__(self) -> int:
        return self.count

    def take(self, places: Tensor) -> Tensor:
        ahead = threading.current_thread() is not threading.main_thread()
        self.taken.append(("ahead" if ahead else "now", places.tolist()))
        if bool((places >= self.count).any()):
            raise UsageError("picture 9 cannot be read")
        return places[:, None] * torch.tensor([[1.0, 10.0]])


def from_files(count: int = 9) -> tuple[Feed, Files]:
    files = Files(count)
    return Feed(Examples(files, torch.arange(count) % 3, torch.arange(count), [""] * count), Plain(), Form(), CPU), files


class Elsewhere:
    """Rows on an accelerator, which refuses places that lie on another device."""

    device = torch.device("meta")

    def index_select(self, axis: int, places: Tensor) -> str:
        if places.device != self.device:
            raise RuntimeError("Expected all tensors to be on the same device")
        return f"{len(places)} rows along axis {axis}"


def test_rows_on_another_device_are_found_by_places_on_this_one() -> None:
    held: Any = Held(Elsewhere())  # type: ignore[arg-type]  # stands in for a tensor
    assert held.take(torch.tensor([5, 0, 5])) == "3 rows along axis 0"


def test_rows_and_labels_at_their_places() -> None:
    made = feed(torch.arange(12.0).reshape(6, 2), torch.tensor([0, 1, 2, 0, 1, 2]))
    batch = made.batch(torch.tensor([5, 0, 5]))
    assert batch.x.tolist() == [[10, 11], [0, 1], [10, 11]]
    assert batch.labels.tolist() == batch.targets.tolist() == [2, 0, 2]
    assert batch.share == 1.0


def test_augmentation_draws_from_its_place_alone() -> None:
    made = feed(torch.zeros(4, 2), torch.zeros(4).long())

    def augment(x: Tensor, targets: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        return x + torch.rand(x.shape, generator=generator), torch.nn.functional.one_hot(targets, 2).float()

    first, again, other = (made.batch(torch.arange(4), augment, (7, "augment", step)) for step in (1, 1, 2))
    assert first.x.equal(again.x)
    assert not first.x.equal(other.x)
    assert first.targets.shape == (4, 2)
    assert first.labels.tolist() == [0, 0, 0, 0]


def test_the_form_orders_the_axes() -> None:
    made = feed(torch.zeros(2, 3, 4, 5), torch.zeros(2).long(), Form("float32", "channels-last"))
    assert made.batch(torch.arange(2)).x.is_contiguous(memory_format=torch.channels_last)


def test_what_is_expected_is_read_ahead_once() -> None:
    made, files = from_files()
    made.expect(torch.tensor([3, 1]))
    assert made.batch(torch.tensor([3, 1])).x.tolist() == [[3, 30], [1, 10]]
    assert made.batch(torch.tensor([3, 1])).x.tolist() == [[3, 30], [1, 10]]
    assert files.taken == [("ahead", [3, 1]), ("now", [3, 1])]


def test_other_places_than_expected_are_read_all_the_same() -> None:
    made, files = from_files()
    made.expect(torch.tensor([3, 1]))
    assert made.batch(torch.tensor([2])).x.tolist() == [[2, 20]]
    assert ("now", [2]) in files.taken


def test_an_error_ahead_is_raised_where_the_rows_are_wanted() -> None:
    made, _ = from_files()
    made.expect(torch.tensor([9]))
    with pytest.raises(UsageError, match="picture 9"):
        made.batch(torch.tensor([9]))


def test_rows_in_memory_are_not_read_ahead() -> None:
    made = feed(torch.zeros(4, 2), torch.zeros(4).long())
    made.expect(torch.tensor([1]))
    assert made._expected is None


@pytest.mark.parametrize("wanted", ["cuda", "mps"])
def test_a_device_that_is_not_there_is_said(wanted: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    with pytest.raises(UsageError, match=f"device={wanted}, but PyTorch finds no.*\n  fix: device=cpu"):
        device_of(wanted)
    assert device_of("auto") == device_of("cpu") == CPU


def test_each_process_takes_its_own_accelerator(monkeypatch: pytest.MonkeyPatch) -> None:
    chosen: list[int] = []
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    monkeypatch.setattr(torch.cuda, "set_device", chosen.append)
    monkeypatch.setenv("LOCAL_RANK", "1")
    assert device_of("auto") == torch.device("cuda", 1)
    assert chosen == [1]
    assert device_of("cpu") == CPU
    monkeypatch.setenv("LOCAL_RANK", "2")
    with pytest.raises(UsageError, match="process 2 .* there are 2\n  fix: --nproc-per-node 2"):
        device_of("cuda")
