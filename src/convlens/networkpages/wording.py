"""The page's own words, in both languages, for other forms of the report."""

import json
from functools import cache
from importlib import resources


@cache
def _all() -> dict[str, dict[str, str]]:
    text = resources.files("convlens.networkpages").joinpath("web", "words.json").read_text(encoding="utf-8")
    found: dict[str, dict[str, str]] = json.loads(text)
    return found


def words(lang: str) -> dict[str, str]:
    """
    >>> words("en")["params"], words("zh")["params"]
    ('parameters', '参数')
    """
    return _all()[lang]


def filled(text: str, /, **facts: str) -> str:
    """The words with their places filled: a place is never looked for in what was filled in.

    >>> filled("fix: {text}", text="{text}")
    'fix: {text}'
    """
    return text.format(**facts)
