"""Folders of wav files, and files that are broken."""

import os

import numpy as np
import pytest

from convlens.ir.errors import UsageError
from convlens.training.data.load import parts_of
from convlens.training.data.sources.fsdd import fsdd, fsdd_unseen
from convlens.training.data.sources.sounds import holds_sounds, sounds_from, wave_of
from convlens.training.settings.settings import Settings
from tests.training.shared import shared_data
from tests.training.waves import tone, wav, write

SETTINGS = Settings()


def test_the_label_is_in_the_name_of_the_file(tmp_path) -> None:
    for digit in (0, 1, 10):
        for speaker in ("ann", "bob_b"):
            write(tmp_path / f"{digit}_{speaker}_0.wav", [digit] * 20)
    raw = sounds_from(tmp_path, SETTINGS)
    assert raw.classes == ("0", "1", "10")
    assert raw.group_names == ("ann", "bob_b")
    assert raw.names[0] == "0_ann_0.wav"
    for item, label, group, name in zip(raw.items, raw.labels, raw.groups, raw.names, strict=True):
        assert name == f"{raw.classes[label]}_{raw.group_names[group]}_0.wav"
        assert item.samples.tolist() == [int(raw.classes[label])] * 20
    assert raw.official_test is None


def test_class_folders_with_speakers_in_names_or_in_folders(tmp_path) -> None:
    for place in ("yes/ab12_nohash_0.wav", "yes/cd34_nohash_0.wav", "no/ab12_nohash_1.wav", "no/eve/1.wav"):
        write(tmp_path / place, [1, 2, 3])
    write(tmp_path / "_background_noise_" / "hum.wav", [0] * 9)
    write(tmp_path / ".git" / "x.wav", [0] * 9)
    raw = sounds_from(tmp_path, SETTINGS)
    assert raw.classes == ("no", "yes")
    assert raw.group_names == ("ab12", "cd34", "eve")
    assert [raw.group_names[group] for group in raw.groups] == ["ab12", "eve", "ab12", "cd34"]
    write(tmp_path / "no" / "plain.wav", [1])
    assert sounds_from(tmp_path, SETTINGS).groups is None


def said(folder) -> str:
    with pytest.raises(UsageError) as error:
        sounds_from(folder, SETTINGS)
    return str(error.value).replace(str(folder), "DATA")


@pytest.mark.parametrize("name", ["{label}/{at}.wav", "{label}/ann/{at}.wav", "{label}_ann_{at}.wav"])
def test_folders_of_parts_are_an_official_split(tmp_path, name) -> None:
    for part, count in (("Train", 4), ("valid", 2), ("test", 3)):
        for label in ("up", "down"):
            for at in range(count):
                write(tmp_path / part / name.format(label=label, at=at), tone(440))
    assert holds_sounds(tmp_path)
    raw = sounds_from(tmp_path, SETTINGS)
    assert raw.classes == ("down", "up")
    parts = parts_of(raw, SETTINGS)
    assert [len(part) for part in (parts.train, parts.validation, parts.test)] == [8, 4, 6]
    assert all(name.startswith("valid/") for name in parts.validation.names)
    assert all(name.startswith("test/") for name in parts.test.names)


def test_train_alone_may_be_a_class_of_sounds(tmp_path) -> None:
    for label in ("bus", "train"):
        write(tmp_path / label / "1.wav", [1])
    raw = sounds_from(tmp_path, SETTINGS)
    assert (raw.classes, raw.official_test) == (("bus", "train"), None)


def test_no_class_and_no_file_is_left_out_without_a_word(tmp_path) -> None:
    for label in ("no", "yes"):
        write(tmp_path / label / "1.wav", [1])
    (tmp_path / "stop").mkdir()
    (tmp_path / "stop" / "1.flac").write_bytes(b"fLaC")
    assert said(tmp_path) == "DATA/stop is a class without .wav files\n  fix: take it away or put .wav files in it"
    write(tmp_path / "stop" / "anna" / "monday" / "1.wav", [1])
    assert said(tmp_path) == (
        "DATA/stop/anna/monday/1.wav lies too deep in the class stop (.wav files that do: 1)\n"
        "  fix: stop/1.wav, or stop/SPEAKER/1.wav"
    )
    write(tmp_path / "yes_ann_0.wav", [1])
    assert said(tmp_path).startswith("DATA has .wav files of its own (yes_ann_0.wav) and in its folders (no/1.wav)\n  fix: ")


def test_a_class_may_be_missing_from_the_test(tmp_path) -> None:
    for place in ("train/no/1.wav", "train/yes/1.wav", "test/no/1.wav"):
        write(tmp_path / place, [1])
    (tmp_path / "test" / "yes").mkdir()
    assert sounds_from(tmp_path, SETTINGS).official_test.sum() == 1


def test_speakers_of_some_files_alone_are_told(tmp_path) -> None:
    for label in ("no", "yes"):
        for speaker in ("ann", "bob", "cid"):
            write(tmp_path / label / speaker / "1.wav", [1])
    assert parts_of(sounds_from(tmp_path, SETTINGS), SETTINGS).about["remarks"] == []
    write(tmp_path / "yes" / "stray.wav", [1])
    raw = sounds_from(tmp_path, SETTINGS)
    assert parts_of(raw, SETTINGS).about["remarks"] == [
        "no speaker is known of 1 of 7 sounds, such as yes/stray.wav: "
        "speakers are not kept apart, and may be heard in training and again in validation and test"
    ]
    for values in ({"group": False}, {"validation": 0.0, "test": 0.0}):
        told = parts_of(raw, SETTINGS.with_values(values)).about["remarks"]
        assert not any("speaker" in text for text in told), "it is not asked for, or nothing is drawn"


def test_several_rates_widths_and_channels(tmp_path) -> None:
    write(tmp_path / "a" / "1.wav", [3, -4], 16_000)
    write(tmp_path / "b" / "1.wav", [100, 200, -300, -100], 44_100, channels=2)
    import soundfile

    soundfile.write(tmp_path / "b" / "2.WAV", np.array([0.5, -1.0, 1.0]), 8000, subtype="FLOAT", format="WAV")
    raw = sounds_from(tmp_path, SETTINGS)
    assert [item.rate for item in raw.items] == [16_000, 44_100, 8000]
    assert [item.samples.tolist() for item in raw.items] == [[3, -4], [150, -200], [16384, -32768, 32767]]
    assert raw.about["rates"] == {16_000: 1, 44_100: 1, 8000: 1}


BROKEN = {
    "cut off": (wav(tone(440))[:-100], "header claims 8000 bytes of sound, but 7900 follow"),
    "lying": (wav([1, 2, 3], claims=1 << 31), "header claims 2147483648 bytes"),
    "no sound": (wav([]), "holds no sound"),
    "a text": (b"RIFX, but not so", "does not begin with RIFF"),
    "nothing": (b"", "does not begin with RIFF"),
    "a rate beyond reason": (wav([1, 2], 4_000_000_000 // 2), "2000000000 samples a second"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_file_is_named(tmp_path, case) -> None:
    content, message = BROKEN[case]
    write(tmp_path / "a" / "1.wav", [1])
    write(tmp_path / "b" / "2.wav", [1]).write_bytes(content)
    with pytest.raises(UsageError) as caught:
        sounds_from(tmp_path, SETTINGS)
    assert message in str(caught.value)
    assert "2.wav" in str(caught.value)


def test_samples_that_are_no_numbers(tmp_path) -> None:
    import soundfile

    soundfile.write(tmp_path / "a.wav", np.array([0.5, np.nan]), 8000, subtype="FLOAT")
    with pytest.raises(UsageError, match=r"a\.wav: samples that are not numbers"):
        wave_of(tmp_path / "a.wav")


def test_folders_that_are_no_data(tmp_path) -> None:
    with pytest.raises(UsageError, match="is not a folder"):
        sounds_from(tmp_path / "nowhere", SETTINGS)
    with pytest.raises(UsageError, match="holds no .wav files"):
        sounds_from(tmp_path, SETTINGS)
    assert not holds_sounds(tmp_path)
    write(tmp_path / "a" / "1.wav", [1])
    assert holds_sounds(tmp_path)
    with pytest.raises(UsageError, match="of one class, 'a'"):
        sounds_from(tmp_path, SETTINGS)
    write(tmp_path / "hello.wav", [1])
    with pytest.raises(UsageError, match="LABEL_SPEAKER_NUMBER"):
        sounds_from(tmp_path, SETTINGS)


def test_a_file_that_is_too_long_is_not_read(tmp_path) -> None:
    write(tmp_path / "a" / "1.wav", [1])
    with write(tmp_path / "b" / "2.wav", [1]).open("r+b") as file:
        file.truncate(1 << 27)
    with pytest.raises(UsageError, match=r"2\.wav: 134217728 bytes"):
        sounds_from(tmp_path, SETTINGS)


def test_links_pipes_and_odd_names(tmp_path) -> None:
    write(tmp_path / "a" / "1.wav", [1])
    odd = os.fsdecode(b"caf\xe9 \n.wav")
    write(tmp_path / "b" / odd, [2])
    (tmp_path / "b" / "circle").symlink_to(tmp_path)
    raw = sounds_from(tmp_path, SETTINGS)
    assert len(raw) == 2, "a circle of links leads no deeper than speakers"
    assert all(name.encode() for name in raw.names)
    (tmp_path / "b" / "gone.wav").symlink_to(tmp_path / "nowhere.wav")
    with pytest.raises(UsageError, match=r"gone\.wav is a link to"):
        sounds_from(tmp_path, SETTINGS)
    (tmp_path / "b" / "gone.wav").unlink()
    os.mkfifo(tmp_path / "b" / "pipe.wav")
    with pytest.raises(UsageError, match="pipe or a device"):
        sounds_from(tmp_path, SETTINGS)


def digits(folder):
    for digit in range(2):
        for speaker in ("theo", "lucas"):
            for take in (0, 4, 5, 12):
                write(folder / "recordings" / f"{digit}_{speaker}_{take}.wav", [take] * 9)
    return folder


def test_fsdd_tests_on_takes_0_to_4_or_on_a_speaker(tmp_path) -> None:
    digits(tmp_path)
    raw = fsdd(str(tmp_path), SETTINGS)
    assert {item.samples[0].item() for item, test in zip(raw.items, raw.official_test, strict=True) if test} == {0, 4}
    assert int(raw.official_test.sum()) == 8
    for given, speaker in ((str(tmp_path), "theo"), (f"lucas:{tmp_path}", "lucas"), (f"theo:{tmp_path}/recordings", "theo")):
        unseen = fsdd_unseen(given, SETTINGS)
        assert {unseen.group_names[group] for group in unseen.groups[unseen.official_test]} == {speaker}
        assert int(unseen.official_test.sum()) == 8
    with pytest.raises(UsageError, match=r"no speaker 'teo' \(did you mean 'theo'\?\)"):
        fsdd_unseen(f"teo:{tmp_path}", SETTINGS)


def test_fsdd_that_is_something_else(tmp_path) -> None:
    write(tmp_path / "a" / "1.wav", [1])
    with pytest.raises(UsageError, match="is not FSDD"):
        fsdd(str(tmp_path), SETTINGS)


def test_fsdd_has_the_published_counts() -> None:
    """3,000 recordings, 6 speakers, 50 of each digit by each; 5 of the 50 are the test (its SOURCE.md)."""
    raw = fsdd(str(shared_data("fsdd")), SETTINGS)
    assert len(raw) == 3000
    assert len(raw.group_names) == 6
    assert raw.labels.bincount().tolist() == [300] * 10
    assert raw.labels[raw.official_test].bincount().tolist() == [30] * 10
