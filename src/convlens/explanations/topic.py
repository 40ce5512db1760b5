"""Find a topic by its name, and read its two halves: the Python file that computes, and the words."""

import importlib
import re
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Any, NamedTuple

from convlens.explanations.example import Call
from convlens.lang.choice import LANGUAGES

_FOLDER = "convlens.explanations.topics"


class Topic(NamedTuple):
    """What the Python file of a topic states; see `convlens.explanations.topics`."""

    name: str
    formula: str
    calls: tuple[Call, ...]
    source: str
    see: tuple[str, ...]
    values: Mapping[str, Any]


@lru_cache
def names() -> tuple[str, ...]:
    """The names of all topics.

    >>> "why-odd" in names()
    True
    """
    found = (entry.name for entry in files(_FOLDER).iterdir())
    return tuple(sorted(name.removesuffix(".en.md").replace("_", "-") for name in found if name.endswith(".en.md")))


def load(name: str) -> Topic:
    """A topic of `names`, its values computed now."""
    module = importlib.import_module(f"{_FOLDER}.{name.replace('-', '_')}")
    return Topic(name, module.FORMULA, module.CALLS, module.SOURCE, module.SEE, module.values())


@lru_cache
def words(name: str, lang: str) -> str:
    """The words of a topic, numbers not yet filled in."""
    return files(_FOLDER).joinpath(f"{name.replace('-', '_')}.{lang}.md").read_text(encoding="utf-8")


def title(name: str, lang: str) -> str:
    """
    >>> title("stride", "en"), title("stride", "zh")
    ('Stride', '步幅')
    """
    return _heading(name, lang)[0]


def summary(name: str, lang: str) -> str:
    """What a topic is about, in a few words.

    >>> summary("stride", "en")
    'how far the window moves'
    """
    return _heading(name, lang)[1]


def _heading(name: str, lang: str) -> tuple[str, str]:
    head, _, rest = words(name, lang).split("\n", 1)[0].removeprefix("# ").partition(": " if lang == "en" else "：")
    return head, rest


def named(word: str) -> str | None:
    """The topic of that name or title, in either language; underscores and case count little.

    >>> named("Why_Odd"), named("步幅"), named("池化"), named("nothing")
    ('why-odd', 'stride', 'pooling', None)
    """
    plain = _plain(word)
    if plain in names():
        return plain
    titles = {_plain(part): name for name in names() for lang in LANGUAGES for part in re.split("[（）]", title(name, lang))}
    return titles.get(plain)


def _plain(text: str) -> str:
    return text.strip().lower().replace("_", "-").replace(" ", "-")
