"""Labelled texts in every form, and files that only look like them."""

from pathlib import Path

import pytest

from convlens.ir.errors import UsageError
from convlens.training.data.sources.texts import holds_texts, mr, texts_from, trec
from convlens.training.settings.settings import Settings
from tests.training.shared import shared_data

SETTINGS = Settings()


def raw_of(folder: Path, name: str, content: str | bytes):
    file = folder / name
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return texts_from(file, SETTINGS)


def seen(raw) -> list[tuple[str, str]]:
    return [(raw.classes[label], text) for label, text in zip(raw.labels.tolist(), raw.items, strict=True)]


FILM = [("pos", "a fine film"), ("neg", "dull, long"), ("pos", "good")]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", 'label,text\npos,a fine film\nneg,"dull, long"\npos,good\n'),
        ("a.csv", 'id,Sentence,CLASS\n1,a fine film,pos\n2,"dull, long",neg\n3,good,pos\n'),
        ("a.csv", 'polarity,review\r\npos,a fine film\r\nneg,"dull, long"\r\npos,good\r\n'),
        ("a.csv", '"a fine film",pos\n"dull, long",neg\n\n   \ngood,pos'),
        ("a.tsv", "pos\ta fine film\nneg\tdull, long\npos\tgood\n"),
        ("a.tsv", "text\tlabel\na fine film\tpos\ndull, long\tneg\ngood\tpos\n"),
        ("a.txt", "pos a fine film\n\nneg dull, long \npos\tgood"),
        ("a.all", "__label__pos a fine film\n__label__neg dull, long\n__label__pos good\n"),
        ("a.csv", b"\xef\xbb\xbflabel,text\npos,a fine film\nneg,\"dull, long\"\npos,good\n"),
    ],
)  # fmt: skip
def test_every_form_gives_the_same_examples(tmp_path, name, content) -> None:
    raw = raw_of(tmp_path, name, content)
    assert seen(raw) == FILM
    assert raw.classes == ("neg", "pos")
    assert raw.official_test is None


def test_names_say_the_line_and_empty_lines_count(tmp_path) -> None:
    assert list(raw_of(tmp_path, "a.txt", "x one\n\n\ny two\n").names) == ["line 1", "line 4"]


def test_a_quote_inside_a_tsv_is_a_quote(tmp_path) -> None:
    assert seen(raw_of(tmp_path, "a.tsv", 'a\t"so\nb\tthus\na\tc\n'))[0] == ("a", '"so')


def test_latin_1_where_the_file_is_not_utf_8(tmp_path) -> None:
    assert seen(raw_of(tmp_path, "a.txt", b"a caf\xe9\nb na\xefve\x85end\n")) == [("a", "café"), ("b", "naïve\x85end")]
    assert seen(raw_of(tmp_path, "b.txt", "a café\nb 好\n".encode())) == [("a", "café"), ("b", "好")]


def test_classes_that_are_numbers_stand_by_their_value(tmp_path) -> None:
    assert raw_of(tmp_path, "a.txt", "".join(f"{n} text\n" for n in (10, 9, 0, 10))).classes == ("0", "9", "10")


@pytest.mark.parametrize("names", [("train.csv", "test.csv"), ("q.train.tsv", "q.test.tsv"), ("my-train.txt", "my-test.txt")])
def test_a_folder_with_a_test_part(tmp_path, names) -> None:
    joint = {".csv": ",", ".tsv": "\t", ".txt": " "}[Path(names[0]).suffix]
    (tmp_path / names[0]).write_text(f"a{joint}one\nb{joint}two\na{joint}one\n")
    (tmp_path / names[1]).write_text(f"b{joint}three\nb{joint}three\n")
    (tmp_path / "README.md").write_text("train")
    assert holds_texts(tmp_path)
    for place in (tmp_path, tmp_path / names[0]):
        raw = texts_from(place, SETTINGS)
        assert raw.official_test.tolist() == [False, False, False, True, True]
        assert raw.names[0] == f"{names[0]} line 1"
        assert raw.names[-1] == f"{names[1]} line 2"


def spam(head: str, each: int) -> str:
    return head + "".join(f"ham,see you at {at}\nspam,win {at} now\n" for at in range(each))


@pytest.mark.parametrize("head", ["v1,v2\n", "\nKind,Body\n"])
def test_a_first_line_with_a_label_of_its_own_names_the_columns(tmp_path, head) -> None:
    raw = raw_of(tmp_path, "sms.csv", spam(head, 2))
    assert raw.classes == ("ham", "spam")
    assert raw.items[0] == "see you at 0"
    assert raw.names[0] == f"line {head.count(chr(10)) + 1}"
    assert raw.about["remarks"] == [
        f"sms.csv: the first line ({head.strip().replace(',', ', ')}) is taken for the names of the columns, "
        "as no other line has its label"
    ]


def test_a_first_line_like_the_others_is_an_example(tmp_path) -> None:
    for content in (spam("", 3), spam("ham,not that\n", 2), "a,1\nb,2\nc,2\nd,3\n", spam("v1,v2\n", 1)):
        raw = raw_of(tmp_path, "a.csv", content)
        assert len(raw) == content.count("\n")
        assert raw.about["remarks"] == []


def test_the_names_of_the_columns_are_known_in_a_short_test_file(tmp_path) -> None:
    (tmp_path / "train.csv").write_text(spam("v1,v2\n", 5))
    (tmp_path / "test.csv").write_text(spam("v1,v2\n", 1))
    raw = texts_from(tmp_path, SETTINGS)
    assert raw.classes == ("ham", "spam")
    assert int(raw.official_test.sum()) == 2
    assert len(raw.about["remarks"]) == 1


@pytest.mark.parametrize("word", ["val", "valid", "validation", "dev"])
def test_a_part_for_validation(tmp_path, word) -> None:
    for part, each in (("train", 3), (word, 2), ("test", 1)):
        (tmp_path / f"q.{part}.csv").write_text(spam("", each))
    for place in (tmp_path, tmp_path / "q.train.csv"):
        raw = texts_from(place, SETTINGS)
        assert raw.official_validation.tolist() == [False] * 6 + [True] * 4 + [False] * 2
        assert raw.official_test.tolist() == [False] * 10 + [True] * 2
        assert raw.names[6] == f"q.{word}.csv line 1"
    (tmp_path / "q.test.csv").unlink()
    assert texts_from(tmp_path, SETTINGS).official_test is None


def test_two_files_for_validation(tmp_path) -> None:
    for name in ("train", "val", "dev"):
        (tmp_path / f"{name}.csv").write_text(spam("", 3))
    with pytest.raises(UsageError, match=r"2 files say validation \(dev\.csv, val\.csv\)"):
        texts_from(tmp_path, SETTINGS)
    with pytest.raises(UsageError) as error:
        texts_from(tmp_path / "train.csv", SETTINGS)
    assert str(error.value) == (f"{tmp_path}/train.csv: beside it are both val.csv and dev.csv\n  fix: one of them alone")


BROKEN = {
    "nothing": ("a.txt", "", "holds no examples"),
    "empty lines": ("a.csv", "\n\n \n", "holds no examples"),
    "one class": ("a.txt", "x a\nx b\n", "all 2 examples are of one class, 'x'"),
    "prose": ("a.txt", "".join(f"word{n} and more\n" for n in range(50)), "50 classes for 50 examples"),
    "a zero byte": ("a.txt", b"a text\nb te\0xt\n", "line 2: a byte of value 0"),
    "a picture": ("a.csv", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "a byte of value 0"),
    "three columns": ("a.csv", "1,good,x\n0,bad,y\n", "3 columns"),
    "one column": ("a.csv", "good\nbad\n", "1 columns"),
    "a short row": ("a.csv", "label,text\na,b\nc\n", "line 3: 1 cells"),
    "a long row": ("a.tsv", "a\tb\na\tb\tc\n", "line 2: 3 cells"),
    "no label": ("a.csv", "label,text\n,b\na,c\n", "line 2: no label"),
    "an open quote": ("a.csv", 'label,text\na,"b\nc,d\n', "unexpected end of data"),
    "a quote in the middle": ("a.csv", 'label,text\na,"b"c\n', "line 2: ',' expected"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_broken_files_get_one_clear_message(tmp_path, case) -> None:
    name, content, message = BROKEN[case]
    with pytest.raises(UsageError) as caught:
        raw_of(tmp_path, name, content)
    assert message in str(caught.value)
    assert name in str(caught.value)
    assert "\n  fix: " in str(caught.value)


def test_a_line_of_100_megabytes_is_never_held(tmp_path) -> None:
    import tracemalloc

    file = tmp_path / "a.txt"
    with file.open("wb") as out:
        out.write(b"a good\nb ")
        out.seek(100_000_000)
        out.write(b"x\n")
    tracemalloc.start()
    with pytest.raises(UsageError, match="line 2: more than 100000 bytes"):
        texts_from(file, SETTINGS)
    assert tracemalloc.get_traced_memory()[1] < 2_000_000
    tracemalloc.stop()


def test_a_file_beyond_the_bound_is_not_opened(tmp_path) -> None:
    file = tmp_path / "a.txt"
    with file.open("wb") as out:
        out.truncate(1 << 29)
    with pytest.raises(UsageError, match="536870912 bytes"):
        texts_from(file, SETTINGS)


def test_what_is_not_there(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("CONVLENS_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    with pytest.raises(UsageError) as caught:
        trec("", SETTINGS)
    for part in (str(tmp_path / "data" / "trec"), str(tmp_path / "cache" / "convlens" / "trec"), "https://", "--data trec:PATH"):
        assert part in str(caught.value)
    with pytest.raises(UsageError, match="there is no file or folder"):
        mr(str(tmp_path / "nowhere"), SETTINGS)
    with pytest.raises(UsageError, match="no file train.csv"):
        texts_from(tmp_path, SETTINGS)
    with pytest.raises(UsageError, match="there is no file"):
        texts_from(tmp_path / "a.txt", SETTINGS)


def test_the_usual_place_is_found(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("CONVLENS_DATA", str(tmp_path))
    (tmp_path / "mr").mkdir()
    (tmp_path / "mr" / "rt-polarity.all").write_text("0 bad\n1 good\n")
    raw = mr("", SETTINGS)
    assert raw.classes == ("negative", "positive")
    assert raw.name == "mr"


def test_trec_has_the_published_counts() -> None:
    """Of Li and Roth's training set, by class: 1162 DESC, 1250 ENTY, 86 ABBR, 1223 HUM, 835 LOC, 896 NUM; 500 to test."""
    raw = trec(str(shared_data("text")), SETTINGS)
    train = raw.labels[~raw.official_test].bincount().tolist()
    assert dict(zip(raw.classes, train, strict=True)) == {
        "DESC": 1162, "ENTY": 1250, "ABBR": 86, "HUM": 1223, "LOC": 835, "NUM": 896
    }  # fmt: skip
    assert int(raw.official_test.sum()) == 500
    assert raw.classes[raw.labels[raw.items.index("Who was Galileo ?")]] == "HUM"


def test_mr_has_the_published_counts() -> None:
    """5331 sentences of each polarity (Pang and Lee 2005); NEL characters inside them end no line."""
    raw = mr(str(shared_data("text")), SETTINGS)
    assert raw.labels.bincount().tolist() == [5331, 5331]
    assert raw.official_test is None
