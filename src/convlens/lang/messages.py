"""Sentences in the language that was asked for. The English one stands where it is used; a catalogue has the Chinese.

A message is a template with named places, ``"stride {stride}"``. ``make catalogues`` collects every message of the code
into ``zh/LC_MESSAGES/convlens.po``; there its Chinese is written.
"""

import gettext
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

from convlens.lang.choice import LANGUAGES

DOMAIN = "convlens"


def say(lang: str, message: str, /, **values: Any) -> str:
    """A message with its places filled in.

    >>> say("en", "padding {padding}", padding=1), say("zh", "padding {padding}", padding=1)
    ('padding 1', '填充 1')
    """
    return catalogue(lang).gettext(message).format(**values)


def counted(lang: str, one: str, many: str, count: float | str, /, **values: Any) -> str:
    """A message about ``{count}`` things. A fraction of one thing, "1/2", is singular.

    >>> [counted("en", "{count} pixel", "{count} pixels", count) for count in (1, 2, "1/2", "3/2")]
    ['1 pixel', '2 pixels', '1/2 pixel', '3/2 pixels']
    >>> counted("en", "{count} pixel", "{count} pixels", 2000), counted("zh", "{count} pixel", "{count} pixels", 1)
    ('2000 pixels', '1 个像素')
    """
    single = count == 1 or (isinstance(count, str) and re.fullmatch(r"1/\d+", count) is not None)
    return catalogue(lang).ngettext(one, many, 1 if single else 2).format(count=count, **values)


def said(lang: str, what: str, text: str) -> str:
    """A fact with its name before it.

    >>> said("en", "parameters", "56"), said("zh", "参数", "56")
    ('parameters: 56', '参数：56')
    """
    return say(lang, "{what}: {text}", what=what, text=text)


def listed(lang: str, texts: list[str]) -> str:
    """Several things of one kind.

    >>> listed("en", ["a", "b"]), listed("zh", ["a", "b"])
    ('a, b', 'a、b')
    """
    return ("、" if lang == "zh" else ", ").join(texts)


def marked(message: str) -> str:
    """The message itself: marks a text for the catalogue that is handed to `say` later, as the value of a name."""
    return message


def marked_counts(one: str, many: str) -> tuple[str, str]:
    """`marked` for both forms of a text that counts."""
    return one, many


def said_as(lang: str, text: str) -> str:
    """A `marked` text that has no places to fill in.

    >>> said_as("zh", "Options"), said_as("en", "Options"), said_as("zh", "")
    ('选项', 'Options', '')
    """
    return catalogue(lang).gettext(text) if text else text


def spaced(text: str) -> str:
    """One space wherever a Chinese character meets a Latin letter or a digit.

    >>> spaced("改用padding=1或9x9的输入")
    '改用 padding=1 或 9x9 的输入'
    """
    return _MEETING.sub(" ", text)


_MEETING = re.compile(r"(?<=[\u4e00-\u9fff])(?=[A-Za-z0-9])|(?<=[A-Za-z0-9\"'])(?=[\u4e00-\u9fff])")


@lru_cache
def catalogue(lang: str) -> gettext.NullTranslations:
    """The messages of a language; those of English are the messages themselves. Raises `ValueError` for any other."""
    if lang not in LANGUAGES:
        raise ValueError(f"convlens does not speak {lang!r}\n  fix: one of {', '.join(LANGUAGES)}")
    if lang == "en":
        return gettext.NullTranslations()
    with (Path(__file__).parent / lang / "LC_MESSAGES" / f"{DOMAIN}.mo").open("rb") as file:
        return gettext.GNUTranslations(file)
