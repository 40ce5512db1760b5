"""What suits which data, and what is said where a change may not keep the label."""

import sys
from types import SimpleNamespace

import pytest
import torch

from convlens.ir.errors import UsageError
from convlens.training.augmentation.build import FITTING, augmenter_of, remarks_of
from convlens.training.settings.settings import Settings, table

SHAPES = {"image": (3, 9, 7), "volume": (1, 4, 6, 8), "sound": (1, 40, 50), "text": (12,)}
ASKED = {"shift": 1, "flip": True}
NAMES = [about.name for about in table() if about.group == "augmentation"]


def test_every_setting_of_augmentation_suits_some_kind():
    assert set(NAMES) == {name for names in FITTING.values() for name in names}


def test_nothing_asked_is_no_augmenter():
    assert all(augmenter_of(Settings(), kind, shape, 3) is None for kind, shape in SHAPES.items())


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("kind", FITTING)
def test_a_setting_is_taken_where_it_suits_and_refused_where_not(kind, name, monkeypatch):
    for module in ("sound", "text"):
        monkeypatch.setitem(sys.modules, f"convlens.training.augmentation.{module}", SimpleNamespace())
    settings = Settings(**{name: ASKED.get(name, 0.1)})
    if name in FITTING[kind]:
        assert augmenter_of(settings, kind, SHAPES[kind], 3) is not None
        return
    with pytest.raises(UsageError) as caught:
        augmenter_of(settings, kind, SHAPES[kind], 3)
    assert str(caught.value) == (
        f"{name} does not fit data of the kind {kind}; for this kind there is {', '.join(FITTING[kind])}\n"
        f"  fix: {'--no-flip' if name == 'flip' else '--' + name.replace('_', '-') + ' 0'}, or a recipe without it"
    )


def test_a_shift_out_of_sight_is_refused():
    with pytest.raises(UsageError) as caught:
        augmenter_of(Settings(shift=28), "image", (1, 28, 28), 10)
    assert str(caught.value) == "shift=28 moves an input of 28x28 out of sight\n  fix: shift of at most 7"


def test_a_mask_of_frequencies_needs_frequencies():
    with pytest.raises(UsageError) as caught:
        augmenter_of(Settings(frequency_mask=0.2), "sound", (1, 8000), 10)
    assert str(caught.value) == (
        "frequency_mask needs a spectrogram, but the input is 1x8000, raw samples\n  fix: --sound log-mel"
    )


def test_with_both_mixtures_each_batch_has_one_of_them():
    change = augmenter_of(Settings(mixup=1.0, cutmix=1.0), "image", (1, 8, 8), 2)
    x = torch.ones(16, 1, 8, 8)
    x[8:] = 0
    blended = 0
    for seed in range(60):
        made, _ = change(x, torch.arange(16) // 8, torch.Generator().manual_seed(seed))
        blended += bool(((made > 0) & (made < 1)).any())
    assert 15 < blended < 45


DIGITS = tuple("0123456789")
SAID = {
    "digits mirrored": ({"flip": True}, DIGITS, ["flip=true mirrors examples, but class '0' means something else, or nothing, when mirrored; a change must keep the label."]),
    "words for digits": ({"rotate": 90.0}, ("five", "six"), ["rotate=90 turns examples so far that class 'six' may become another, as 6 becomes 9; a change must keep the label."]),
    "letters": ({"flip": True}, ("b", "d"), ["flip=true mirrors examples, but class 'b' means something else, or nothing, when mirrored; a change must keep the label."]),
    "sides": ({"flip": True}, ("go straight", "turn-left"), ["flip=true mirrors examples, but class 'turn-left' means something else, or nothing, when mirrored; a change must keep the label."]),
    "CIFAR-10 by numbers and names": ({"rotate": 90.0}, ("6 - six", "7 - seven"), ["rotate=90 turns examples so far that class '6 - six' may become another, as 6 becomes 9; a change must keep the label."]),
    "much": ({"word_dropout": 0.8}, ("pos", "neg"), ["word_dropout=0.8 may take away what the label speaks of; a change must keep the label."]),
    "clothes": ({"flip": True, "rotate": 90.0}, ("T-shirt/top", "Ankle boot", "copyright"), []),
    "digits turned a little": ({"rotate": 15.0}, DIGITS, []),
    "nothing": ({}, DIGITS, []),
}  # fmt: skip


@pytest.mark.parametrize("name", SAID)
def test_what_is_said(name):
    settings, classes, texts = SAID[name]
    assert [found.text() for found in remarks_of(Settings(**settings), classes)] == texts
