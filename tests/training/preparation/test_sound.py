"""Sounds brought to one rate and one length, and their spectrograms, against slow NumPy and SciPy."""

import json

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from convlens.ir.errors import UsageError
from convlens.training.data.raw import Raw, Wave
from convlens.training.preparation.mel import BANDS, bands, edges, mel, mel_of
from convlens.training.preparation.preparation import Preparation
from convlens.training.preparation.resampling import resampled
from convlens.training.preparation.sound import SoundPreparation, fitted, from_dict
from convlens.training.settings.settings import Settings
from tests.training.waves import tone, wav, write


def sine(hertz: float, rate: int, seconds: float = 0.25) -> np.ndarray:
    return np.sin(2 * np.pi * hertz * np.arange(int(rate * seconds)) / rate + 0.3)


RATES = [(16_000, 8000), (44_100, 8000), (8000, 16_000), (48_000, 44_100), (11_127, 8000), (8000, 11_025)]


@pytest.mark.parametrize(("rate", "to"), RATES)
def test_a_tone_keeps_its_form_at_another_rate(rate, to) -> None:
    """Against the tone itself, drawn at the new rate, and against scipy.signal.resample_poly, away from the ends."""
    from scipy.signal import resample_poly

    old = sine(440, rate)
    made = resampled(torch.tensor(old), rate, to).numpy()
    assert len(made) == -(-len(old) * to // rate)
    inner = slice(len(made) // 5, -len(made) // 5)
    wanted = np.sin(2 * np.pi * 440 * np.arange(len(made)) / to + 0.3)
    assert np.abs(made - wanted)[inner].max() < 2e-3
    divisor = np.gcd(rate, to)
    scipys = resample_poly(old, to // divisor, rate // divisor)
    assert np.abs(made - scipys[: len(made)])[inner].max() < 5e-3


def test_frequencies_above_the_new_half_rate_are_gone() -> None:
    loud = resampled(torch.tensor(sine(5000, 16_000)), 16_000, 8000)[200:-200]
    assert loud.abs().max() < 1e-3
    assert torch.tensor(sine(5000, 16_000))[::2].abs().max() > 0.9, "the partner: leaving samples out folds it down"


@given(st.integers(100, 50_000), st.integers(100, 50_000), st.integers(1, 300))
def test_a_constant_stays_inside_and_the_length_is_exact(rate, to, count) -> None:
    made = resampled(torch.ones(count), rate, to)
    assert len(made) == -(-count * to // rate)
    assert made.isfinite().all()
    assert made.abs().max() < 1.2


def test_resampling_in_pieces_is_resampling_at_once(monkeypatch) -> None:
    from convlens.training.preparation import resampling

    x = torch.randn(3000, generator=torch.Generator().manual_seed(0))
    whole = resampled(x, 11_127, 8000)
    monkeypatch.setattr(resampling, "MAX_TABLE", 500)
    assert torch.allclose(resampled(x, 11_127, 8000), whole, atol=1e-5)


def test_the_mel_scale_has_the_published_values() -> None:
    """2595 log10(1 + f/700), HTK Book section 5.4; 1000 Hz is 1000 mel by the choice of 2595, 700 Hz is 2595 log10(2)."""
    assert mel(0) == 0
    assert mel(700) == pytest.approx(781.17, abs=0.01)
    assert mel(1000) == pytest.approx(1000, abs=0.02)
    at = edges(8000)
    assert at[0] == 0
    assert at[-1].item() == pytest.approx(4000)
    steps = np.diff([mel(hertz) for hertz in at.tolist()])
    assert np.allclose(steps, mel(4000) / 41)


@pytest.mark.parametrize("rate", [100, 1000, 8000, 16_000, 44_100, 192_000])
def test_no_band_is_empty(rate) -> None:
    made = bands(rate, mel_of(rate).window)
    assert made.shape == (BANDS, mel_of(rate).window // 2 + 1)
    assert (made.sum(dim=1) > 0).all()
    assert made.min() >= 0
    assert made.max() <= 1


def slow_spectrogram(x: np.ndarray, rate: int, window: int, hop: int) -> np.ndarray:
    """Frame by frame with numpy.fft, triangles drawn with numpy.interp."""
    hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(window) / window)
    padded = np.pad(x.astype(np.float64), window // 2)
    frames = [padded[start : start + window] * hann for start in range(0, len(padded) - window + 1, hop)]
    power = np.abs(np.fft.rfft(frames, axis=1)) ** 2
    hertz = np.arange(window // 2 + 1) * rate / window
    top = 2595 * np.log10(1 + rate / 2 / 700)
    at = [700 * (10 ** (top * k / 41 / 2595) - 1) for k in range(42)]
    made = np.stack([power @ np.interp(hertz, at[k : k + 3], [0, 1, 0]) for k in range(40)])
    level = 10 * np.log10(np.maximum(made, 1e-10))
    return np.maximum(level - level.max(), -80)


def test_the_spectrogram_is_that_of_a_slow_reference() -> None:
    x = np.random.default_rng(0).normal(0, 0.1, 2000) + sine(700, 8000)
    made = mel_of(8000)(torch.tensor(x, dtype=torch.float32)[None])[0]
    slow = slow_spectrogram(x, 8000, 256, 80)
    assert made.shape == slow.shape == (40, mel_of(8000).frames(2000))
    assert np.abs(made.numpy() - slow).max() < 1e-2


def test_a_tone_is_loudest_in_its_band_and_loudness_does_not_matter() -> None:
    low, high = (torch.tensor(sine(hertz, 8000), dtype=torch.float32) for hertz in (300, 2500))
    made = mel_of(8000)(torch.stack([low, high, low * 0.01]))
    at = edges(8000)
    for row, hertz in zip(made, (300, 2500), strict=False):
        band = int(row.mean(dim=1).argmax())
        assert at[band] < hertz < at[band + 2]
    assert torch.allclose(made[0], made[2], atol=0.01)


def waves(*lengths: int, rate: int = 8000) -> Raw:
    generator = torch.Generator().manual_seed(1)
    items = [Wave(torch.randint(-9000, 9000, (n,), generator=generator).short(), rate) for n in lengths]
    return Raw("w", "sound", items, torch.zeros(len(items), dtype=torch.int64), ("a", "b"), [""] * len(items))


def made(raw: Raw, places=None, **values) -> SoundPreparation:
    return fitted(raw, torch.arange(len(raw)) if places is None else torch.tensor(places), Settings().with_values(values))


def test_the_length_keeps_98_of_100_training_sounds_whole() -> None:
    raw = waves(*range(1001, 1101), 50_000)
    assert made(raw, range(100)).samples == 1098
    assert made(raw, range(100), rate=16_000).samples == 2196
    assert made(raw, size=(777,)).samples == 777
    assert made(waves(1)).samples == 1


def test_a_short_sound_is_in_the_middle_and_a_long_one_loses_its_ends() -> None:
    raw = waves(3, 7)
    prep = made(raw, sound="raw", size=(5,))
    rows = prep.store([Wave(torch.tensor([1, 2, 3]).short(), 8000), Wave(torch.arange(7).short(), 8000)])
    assert rows.tolist() == [[0, 10922, 21845, 32767, 0], [6553, 13107, 19660, 26214, 32767]]
    assert rows.dtype == torch.int16


@pytest.mark.parametrize(("form", "shape"), [("log-mel", (1, 40, 26)), ("raw", (1, 2000))])
def test_the_training_part_has_mean_0_and_spread_1(form, shape) -> None:
    raw = waves(*[2000] * 30)
    prep = made(raw, sound=form)
    assert prep.shape == shape
    x = prep.batch(prep.store(raw.items))
    assert x.shape == (30, *shape)
    assert x.dtype == torch.float32
    over = (0, 1, 3) if form == "log-mel" else (0, 1, 2)
    assert x.mean(over).abs().max() < 1e-3
    assert (x.std(over) - 1).abs().max() < 1e-2


def test_nothing_is_fitted_to_what_is_not_trained_on() -> None:
    raw = waves(500, 500, 9000)
    assert made(raw, (0, 1)) == made(waves(500, 500))
    assert made(raw, (0, 1)) != made(raw), "the partner: the third sound would change it"


def test_several_rates_become_one() -> None:
    raw = Raw("w", "sound", [Wave(torch.tensor(tone(500, rate=rate)), rate) for rate in (8000, 16_000, 44_100)],
              torch.zeros(3, dtype=torch.int64), ("a", "b"), [""] * 3)  # fmt: skip
    prep = made(raw)
    rows = prep.store(raw.items)
    assert rows.shape == (3, 40, 51)
    plain = made(raw, sound="raw").store(raw.items)[:, 500:3500].int()
    assert (plain - plain[0]).abs().max() <= 32767 / 10_000 * 30


def test_a_long_sound_of_another_rate_is_resampled_in_its_middle_alone() -> None:
    x = torch.randint(-9000, 9000, (40_000,), generator=torch.Generator().manual_seed(0)).short()
    prep = made(waves(1000), sound="raw", size=(1000,))
    whole = resampled(x.float(), 16_000, 8000)
    cut = (len(whole) - 1000) // 2
    wanted = whole[cut : cut + 1000]
    assert (prep.store([Wave(x, 16_000)])[0] - wanted * (32767 / wanted.abs().max())).abs().max() <= 4


def test_read_takes_a_file_or_its_bytes(tmp_path) -> None:
    prep = made(waves(2000, 2000))
    sound = tone(600)
    file = write(tmp_path / "a.wav", sound)
    row = prep.store([Wave(torch.tensor(sound), 8000)])[0]
    for source in (file, str(file), wav(sound)):
        assert torch.equal(prep.read(source), row)
    for source in (wav(sound)[:-9], b"no sound", tmp_path / "none.wav"):
        with pytest.raises(UsageError) as caught:
            prep.read(source)
        assert "/sound.wav" not in str(caught.value), "a file of our own is not named"


def test_silence_is_finite() -> None:
    silent = Raw(
        "w", "sound", [Wave(torch.zeros(900, dtype=torch.int16), 8000)] * 2, torch.zeros(2, dtype=torch.int64), ("a",), [""]
    )
    for form in ("log-mel", "raw"):
        prep = made(silent, sound=form)
        assert prep.batch(prep.store(silent.items)).isfinite().all()


def test_sounds_of_hours_and_no_sounds() -> None:
    with pytest.raises(UsageError, match=r"sounds of 61 seconds; at most 60 are read"):
        made(waves(8000 * 61))
    with pytest.raises(UsageError, match="no sound for training"):
        made(waves(5), ())


@pytest.mark.parametrize("form", ["log-mel", "raw"])
def test_it_is_kept_as_json(form) -> None:
    raw = waves(800, 900)
    prep: Preparation = made(raw, sound=form)
    again = from_dict(json.loads(json.dumps(prep.to_dict())))
    assert again == prep
    assert torch.equal(again.store(raw.items), prep.store(raw.items))
    assert again.store([]).shape == (0, *prep.store(raw.items).shape[1:])
