"""Every sentence of the code has its Chinese, with the same places; what is compiled is what is written."""

import ast
import gettext
import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from catalogues.generate import KEYWORDS, SOURCE, as_mo, as_po, collected, help_words, merged, of_rules, po_file

from convlens.lang.choice import LANGUAGES
from convlens.lang.messages import catalogue, counted, say

OTHERS = LANGUAGES[1:]


def said_in(code: str) -> Iterator[str]:
    """The messages of some code, by Python's own parser: it also sees calls inside f-strings."""
    for call in ast.walk(ast.parse(code)):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in KEYWORDS:
            for place in KEYWORDS[call.func.id]:
                text = call.args[place - 1]
                if isinstance(text, ast.Constant):
                    yield text.value


def templates(found: Catalog) -> set[str]:
    return {text for message in found if message.id for text in _each(message.id)}


def _each(texts: str | tuple[str, ...]) -> tuple[str, ...]:
    return (texts,) if isinstance(texts, str) else tuple(texts)


def places(text: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", text))


def faults(found: Catalog) -> list[str]:
    """Messages without a translation, and those whose translation has other places."""
    return [
        str(message.id)
        for message in found
        if message.id
        and (
            message.fuzzy
            or not all(_each(message.string))
            or any(places(text) != places(_each(message.id)[-1]) for text in _each(message.string))
        )
    ]


def test_every_message_of_the_code_is_collected() -> None:
    said = {text for file in SOURCE.rglob("*.py") for text in said_in(file.read_text(encoding="utf-8"))}
    helped = {text for _, text in help_words()}
    assert len(said) > 50
    assert len(helped) > 50
    assert said | helped | {text for _, text in of_rules()} == templates(collected())


def test_a_call_that_the_collector_does_not_see_is_seen() -> None:
    assert list(said_in("""f"{say(lang, 'input')} is {counted(lang, 'one', 'many', 2)}" """)) == ["input", "one", "many"]


@pytest.mark.parametrize("lang", OTHERS)
def test_the_catalogue_is_up_to_date(lang: str) -> None:
    assert po_file(lang).read_bytes() == as_po(merged(lang)), "run `make catalogues`"


def compiled(found: gettext.NullTranslations) -> dict[object, str]:
    """All messages but the first, which is the header: it names the version of the compiler."""
    return {key: text for key, text in vars(found)["_catalog"].items() if key}


@pytest.mark.parametrize("lang", OTHERS)
def test_what_is_compiled_is_what_is_written(lang: str) -> None:
    assert compiled(catalogue(lang)) == compiled(gettext.GNUTranslations(io.BytesIO(as_mo(merged(lang))))), (
        "run `make catalogues`"
    )


@pytest.mark.parametrize("lang", OTHERS)
def test_every_message_is_translated_and_has_the_same_places(lang: str) -> None:
    assert faults(merged(lang)) == []


def test_each_fault_is_found() -> None:
    """The partner of the test above."""
    bad = Catalog(locale="zh")
    bad.add("none", "")
    bad.add("other {place}", "别的 {places}")
    bad.add("fuzzy", "模糊", flags=["fuzzy"])
    bad.add(("{count} one", "{count} many"), ("没有数",))
    bad.add("good {place}", "好的 {place}")
    assert faults(bad) == ["none", "other {place}", "fuzzy", "('{count} one', '{count} many')"]


def unlabelled(found: Catalog) -> list[str]:
    """Errors whose translation lacks a line of theirs: labels are translated when the error is said, and stay in the catalogue."""
    return [m.id for m in found if isinstance(m.id, str) and m.id.count("\n  fix: ") != str(m.string).count("\n  fix: ")]


@pytest.mark.parametrize("lang", OTHERS)
def test_every_translated_error_keeps_its_label(lang: str) -> None:
    assert unlabelled(merged(lang)) == []
    bad = Catalog(locale="zh")
    bad.add("no\n  fix: yes", "不\n  改法：是")
    assert unlabelled(bad) == ["no\n  fix: yes"]


@pytest.mark.parametrize("lang", OTHERS)
def test_a_chinese_console_can_show_every_message(lang: str) -> None:
    for message in merged(lang):
        "".join(_each(message.string)).encode("gbk")


def test_a_message_without_a_translation_is_said_in_english() -> None:
    assert say("zh", "no such message {place}", place=1) == "no such message 1"
    assert counted("zh", "{count} nonesuch", "{count} nonesuches", 2) == "2 nonesuches"


def test_the_package_holds_the_compiled_file() -> None:
    assert [file.name for file in Path(po_file("zh").parent).iterdir() if file.suffix == ".mo"] == ["convlens.mo"]
