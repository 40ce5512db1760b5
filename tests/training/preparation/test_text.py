"""Word numbers: what is fitted, what is stored, what a batch holds."""

import json

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from convlens.backends.torch.module import as_module
from convlens.ir.errors import UsageError
from convlens.ir.text import parse
from convlens.training.data.raw import Raw
from convlens.training.preparation import kinds
from convlens.training.preparation.preparation import Preparation
from convlens.training.preparation.text import TextPreparation, fitted, from_dict
from convlens.training.preparation.words import PADDING, UNKNOWN, vocabulary_of, words_of
from convlens.training.settings.settings import Settings

TEXTS = ["the cat sat", "the dog", "The cat, again!", "the only test word is zebra zebra"]


def made(texts=TEXTS, places=(0, 1, 2), **values) -> TextPreparation:
    raw = Raw("r", "text", list(texts), torch.zeros(len(texts), dtype=torch.int64), ("a", "b"), list(texts))
    return fitted(raw, torch.tensor(places), Settings().with_values(values), (50,))


def kim(text: str) -> list[str]:
    """``clean_str`` of yoonkim/CNN_sentence (process_data.py), for ASCII text; its own quotes and backticks are left out here."""
    import re

    text = re.sub(r"[^A-Za-z0-9(),!?\'\`]", " ", text)
    for ending in ("'s", "'ve", "n't", "'re", "'d", "'ll"):
        text = text.replace(ending, f" {ending}")
    for mark in ",!()?":
        text = text.replace(mark, f" {mark} ")
    return [word for word in text.strip().lower().split() if word.strip("'`")]


@pytest.mark.parametrize(
    "text",
    [
        "What 's the full form of .com ?", "it's so laddish and juvenile , only teenage boys could", "I don't think we'd know",
        "they've (almost) won!", "shouldn't 12 men", "an instance -- of sh'ra", "can't, won't", "...", "",
    ],
)  # fmt: skip
def test_the_rule_is_kims_on_ascii_text(text) -> None:
    ours = [word for word in words_of(text) if word != "'"]
    assert "".join(ours) == "".join(kim(text)).replace("'ra", "ra")
    if "'ra" not in text:
        assert ours == kim(text)


@given(st.text(max_size=60))
def test_any_text_is_split_and_nothing_but_words_comes_out(text) -> None:
    words = words_of(text)
    assert all(word and not any(letter.isspace() for letter in word) for word in words)
    assert words_of(" ".join(words)) == [again for word in words for again in words_of(word)]


def test_the_vocabulary_is_that_of_the_training_part_alone() -> None:
    prep = made()
    assert dict(prep.vocabulary) == {"the": 2, "cat": 3}
    assert prep.words == 4
    assert "zebra" not in prep.vocabulary
    assert "zebra" in made(places=(0, 1, 2, 3)).vocabulary, "the partner: with the test text in training it is known"


def test_rows_numbers_padding_and_unknown() -> None:
    prep = made()
    assert prep.longest == 5
    assert prep.shape == (10,)
    assert prep.store(["cat zebra the", ""]).tolist() == [[3, UNKNOWN, 2] + [PADDING] * 7, [PADDING] * 10]
    assert prep.store(["the " * 99]).tolist() == [[2] * 5 + [PADDING] * 5], "the beginning of a longer text"
    assert made(size=(2,)).shape == (7,)
    assert prep.batch(prep.store(TEXTS)).dtype == torch.int64


def test_the_longest_text_for_training_is_bounded() -> None:
    assert made(["a a " * 5000, "b"], (0, 1)).longest == 512
    assert made(["a a " * 5000, "b"], (0, 1), size=(600,)).longest == 600


def test_a_batch_is_cut_to_its_longest_text_and_the_margin() -> None:
    prep = made()
    rows = prep.store(["the cat", "the", ""])
    assert prep.batch(rows).shape == (3, 7)
    assert prep.batch(rows[1:]).shape == (2, 6)
    assert prep.batch(rows[2:]).shape == (1, 5), "a text without words is padding that every window can read"


def test_rows_that_are_not_cut_hold_the_same_words() -> None:
    prep = made()
    fixed, texts = prep.fixed(), ["the", "the cat the cat the cat the cat"]
    assert fixed.shape == prep.shape
    assert torch.equal(fixed.store(texts), prep.store(texts))
    assert torch.equal(fixed.batch(fixed.store(["the"])), fixed.store(["the"]).long())
    assert from_dict(json.loads(json.dumps(fixed.to_dict()))) == fixed


@pytest.mark.parametrize(
    "change",
    [
        {"longest": 0}, {"longest": -3, "margin": 20}, {"longest": 1000, "margin": -990},
        {"vocabulary": ["the", "the"]}, {"vocabulary": 3}, {"longest": None}, {"longest": 1e999},
    ],
)  # fmt: skip
def test_a_preparation_that_nobody_wrote(change) -> None:
    with pytest.raises(UsageError, match="the preparation of kind text cannot be read"):
        kinds.from_dict({**made().to_dict(), **change})


def test_what_a_network_says_of_a_text_does_not_depend_on_its_batch() -> None:
    prep = made()
    net = parse(
        f"input x: 1x20: int64\ne = embedding(x, count={prep.words}, width=4)\np = permute(e, order=[0, 2, 1])\n"
        "c = conv(p, out=6, kernel=5)\nm = adaptive_max_pool(c, size=1)\noutput m"
    )
    module = as_module(net, seed=3).eval()
    rows = prep.store(["the cat", "the cat the cat the", "zebra", ""])
    together = module(prep.batch(rows))
    for row, value in zip(rows, together, strict=True):
        assert torch.allclose(module(prep.batch(row[None]))[0], value, atol=1e-6)
    cut = torch.stack([module(row[: max(5, int((row > 0).sum()))][None].long())[0] for row in rows])
    assert not torch.allclose(cut, together, atol=1e-3), "the partner: without the margin it does depend"


def test_read_is_store_for_one_sentence_a_file_or_bytes(tmp_path) -> None:
    prep = made()
    row = prep.store(["the cat runs"])[0]
    (tmp_path / "a.txt").write_text("the cat runs\n")
    for source in ("the cat runs", b"the cat runs", tmp_path / "a.txt"):
        assert torch.equal(prep.read(source), row)
    assert prep.read("caf\xe9".encode("latin-1")).tolist()[:2] == [UNKNOWN, PADDING]


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("", "there is no word in ''"), (" ... ", "there is no word"), (b"a\0b", "a byte of value 0"),
        ("word " * 300_000, "1500000 characters"),
    ],
)  # fmt: skip
def test_what_cannot_be_read(source, message) -> None:
    with pytest.raises(UsageError, match=message):
        made().read(source)


def test_a_file_that_is_not_there(tmp_path) -> None:
    with pytest.raises(UsageError, match="No such file"):
        made().read(tmp_path / "none.txt")


def test_no_words_for_training() -> None:
    with pytest.raises(UsageError, match="2 texts for training, and not one word in them"):
        made(["", "..."], (0, 1))


def test_it_is_kept_as_json() -> None:
    prep: Preparation = made()
    again = from_dict(json.loads(json.dumps(prep.to_dict())))
    assert again == prep
    assert torch.equal(again.store(TEXTS), prep.store(TEXTS))


def test_the_order_of_the_vocabulary_is_by_count_then_by_letters() -> None:
    assert list(vocabulary_of([["b", "a", "c", "b"], ["a", "c", "b", "once"]])) == ["b", "a", "c"]
