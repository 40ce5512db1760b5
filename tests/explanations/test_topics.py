"""Every topic, in both languages: its words, its formula, its lines; and what may never stand in them."""

import math
import re
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

import pytest
from rich.cells import cell_len

import convlens
from convlens.explanations import topic as topics
from convlens.explanations.explanation import Explanation
from convlens.ir.errors import UsageError
from convlens.ir.op import names as operators

LANGUAGES = ("en", "zh")
NAMES = topics.names()
ASKED_FOR = """convolution kernel why-odd channels parameters bias stride padding same-padding dilation groups depthwise separable
one-by-one transposed checkerboard pooling receptive-field macs flatten-and-linear batch epoch-iteration-batch learning-rate
schedules momentum optimisers weight-decay dropout batch-norm augmentation generalisation text-convolution
speech-convolution""".split()
HEADING = {"en": "## Often said, and wrong", "zh": "## 常见的错误说法"}

WRONG = {
    "bias": ("n x n kernel has n x n weights and n x n biases", "n x n 个权重和 n x n 个偏置"),
    "why-odd": ("even kernel is not possible", "卷积核不能是偶数大小"),
    "stride": ("Stride 3 does not work on an input of 7", "输入 7、卷积核 3 时步幅不能取 3"),
    "depthwise": ("Summing the channels first and then convolving gives the same", "先把各通道相加再做卷积"),
    "epoch-iteration-batch": ("One epoch is one batch", "一个 epoch 就是一个 batch"),
    "kernel": ("give the output (3, 9)", "输出是 (3, 9)"),
    "transposed": ("transposed convolution inverts a convolution", "转置卷积是卷积的逆运算"),
    "padding": ("Padding changes the number of parameters", "填充会改变参数个数"),
}
"""Wrong statements that are really in circulation, and the topics that put them right."""

each_topic = pytest.mark.parametrize("name", NAMES)
each_language = pytest.mark.parametrize("lang", LANGUAGES)


def places(text: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", text))


def digits_in(words: str) -> str:
    """The digits that stand in the words themselves."""
    return "".join(c for c in re.sub(r"\{\w+\}", "", words) if c.isdigit())


def test_every_topic_that_was_asked_for_is_there() -> None:
    assert set(ASKED_FOR) <= set(NAMES)


@each_topic
@each_language
def test_no_number_is_written_into_the_words(name: str, lang: str) -> None:
    assert digits_in(topics.words(name, lang)) == ""


def test_a_number_in_the_words_is_found() -> None:
    """The partner of the test above."""
    assert digits_in("a {k1} kernel of 3 x ３ has n² weights") == "3３²"


@each_topic
def test_both_languages_use_the_same_values_and_all_of_them(name: str) -> None:
    english, chinese = (topics.words(name, lang) for lang in LANGUAGES)
    topic = topics.load(name)
    in_formula = set(re.findall(r"[A-Za-z_]\w*", topic.formula))
    assert places(english) == places(chinese)
    assert places(english) - {"formula", "example"} <= topic.values.keys()
    assert topic.values.keys() - places(english) - in_formula == set()


@each_topic
@each_language
def test_the_parts_of_a_topic(name: str, lang: str) -> None:
    words = topics.words(name, lang)
    assert re.match(r"# [^:：\n]+(: |：)[^\n]+\n\n", words)
    assert words.count("\n> ") == 1
    assert words.count(HEADING[lang]) == 1
    assert words.index("{formula}") < words.index(HEADING[lang]) < words.index("\n> ")
    assert ("{example}" in words) == bool(topics.load(name).calls)
    assert topics.load(name).source
    assert set(topics.load(name).see) <= set(NAMES) - {name}


FUNCTIONS = {"floor": math.floor, "ceil": math.ceil, "sqrt": math.sqrt, "max": max, "min": min}


def sides(formula: str, values: Mapping[str, Any]) -> Iterator[tuple[Any, Any]]:
    """What each line of a formula says and what its right side comes to, worked out by Python."""
    for line in formula.strip().splitlines():
        name, expression = line.split(" = ")
        yield values[name], eval(expression, FUNCTIONS | dict(values))


@each_topic
def test_the_formula_gives_the_value(name: str) -> None:
    topic = topics.load(name)
    for said, found in sides(topic.formula, topic.values):
        assert said == pytest.approx(found) if isinstance(found, float) else said == found


@each_topic
def test_the_numbers_filled_in_are_an_equation(name: str) -> None:
    for line in convlens.explain(name).to_dict()["formula"]:
        if line.startswith(" "):
            left, right = line.strip().removeprefix("= ").rsplit(" = ", 1)
            assert float(eval(left, FUNCTIONS)) == pytest.approx(float(Fraction(right.replace(",", ""))))


def test_a_wrong_formula_is_seen() -> None:
    """The partner of the two tests above."""
    topic = topics.load("stride")
    assert any(said != found for said, found in sides("out = floor((n + p - k) / s) + k", topic.values))


@each_topic
@each_language
def test_the_text_fits_a_terminal(name: str, lang: str) -> None:
    lines = convlens.explain(name, lang).text().splitlines()
    assert [line for line in lines if cell_len(line) > 80] == []
    assert 10 <= len(lines) <= 60
    assert not any("{" in line.replace("{n}", "") for line in lines)


@each_topic
@each_language
def test_the_forms_hold_the_same(name: str, lang: str) -> None:
    found = convlens.explain(name, lang)
    record, page = found.to_dict(), found.to_markdown()
    assert record["schema"] == "convlens/explain/1"
    assert record["text"] == str(found)
    assert record["summary"]
    assert record["title"] in page.splitlines()[0]
    for line in (*record["formula"], *record["wrong"], record["source"]):
        assert line in page
    assert re.sub(r"[\s|>#`“”\"-]|text\n", "", page)[-40:] == re.sub(r"[\s|>#`“”\"-]", "", str(found))[-40:]


@each_topic
def test_both_languages_print_the_same_numbers(name: str) -> None:
    english, chinese = (convlens.explain(name, lang).to_dict() for lang in LANGUAGES)
    for key in ("formula", "example", "values", "source", "see"):
        assert english[key] == chinese[key]


@each_topic
def test_a_chinese_console_can_show_it(name: str) -> None:
    convlens.explain(name, "zh").text().encode("gbk")
    assert convlens.explain(name, "en").text().isascii()


@each_topic
def test_the_chinese_has_chinese_punctuation_and_even_spaces(name: str) -> None:
    found = Explanation(topics.load(name), "zh")
    for block in found.blocks:
        if block.kind in ("text", "title", "heading", "quote"):
            assert not re.search("[\u4e00-\u9fff][,:;.(]|[A-Za-z0-9][\u4e00-\u9fff]|[\u4e00-\u9fff][A-Za-z0-9]", block.lines[0])


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrongly_said_is_put_right(name: str) -> None:
    for lang, statement in zip(LANGUAGES, WRONG[name], strict=True):
        assert statement in convlens.explain(name, lang).to_dict()["wrong"][0]


def test_the_list_has_one_line_for_each_topic() -> None:
    for lang in LANGUAGES:
        lines = convlens.explain(lang=lang).text().split("\n\n")[0].splitlines()
        assert [line.split()[0] for line in lines] == list(NAMES)
        assert all(cell_len(line) <= 80 for line in lines)
        assert [entry["topic"] for entry in convlens.explain(lang=lang).to_dict()["topics"]] == list(NAMES)


def test_names_and_titles() -> None:
    for word in ("why-odd", "why_odd", "Why kernels are odd", "WHY-ODD", "为什么卷积核多为奇数"):
        assert convlens.explain(word).topic.name == "why-odd"
    assert convlens.explain("池化", "zh").topic.name == "pooling"
    with pytest.raises(UsageError, match="there is no topic 'pading' \\(did you mean 'padding'\\?\\)"):
        convlens.explain("pading")


@pytest.mark.parametrize("name", sorted(set(operators()) - set(NAMES)))
def test_an_operator_is_a_topic(name: str) -> None:
    for lang in LANGUAGES:
        found = convlens.explain(name, lang)
        assert found.to_dict()["topic"] == name
        assert found.text().startswith(f"{name}\n\n")
        assert "````" not in found.to_markdown()


def test_a_topic_goes_before_an_operator_of_its_name() -> None:
    assert set(operators()) & set(NAMES) == {"dropout"}
    assert convlens.explain("dropout").to_dict()["see"]
    assert "settings" in convlens.explain("batch_norm").to_dict()
    assert "see" in convlens.explain("batch-norm").to_dict()
