"""A text that remembers how it was made, so that it can still be said in another language."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Protocol, Self, runtime_checkable

from convlens.lang.messages import say


@runtime_checkable
class Translatable(Protocol):
    """What can say itself in a language, as a remark does."""

    def text(self, lang: str = "en") -> str: ...


class Sentence(str):
    """The English text of a message; its places may hold sentences again. Anywhere else it is a text like any other.

    An error is raised long before it is known who reads it: ``raise UsageError(Sentence("there is no {name}", name=name))``.

    >>> text = Sentence("padding {padding}", padding=1)
    >>> text, in_language("zh", text), in_language("zh", f"{text}!")
    ('padding 1', '填充 1', 'padding 1!')
    """

    __slots__ = ("message", "values")
    message: str
    values: dict[str, Any]

    def __new__(cls, message: str, /, **values: Any) -> Self:
        made = super().__new__(cls, message.format(**values))
        made.message, made.values = message, values
        return made

    def __getnewargs_ex__(self) -> tuple[tuple[str], dict[str, Any]]:
        """For copies: the message makes the text, not the other way round."""
        return (self.message,), self.values


def in_language(lang: str, text: str) -> str:
    """The text in this language where it is a `Sentence` that is translated, else as it is."""
    if lang == "en" or not isinstance(text, Sentence):
        return str(text)
    return filled(lang, text.message, text.values)


def filled(lang: str, message: str, values: Mapping[str, Any]) -> str:
    """The message in this language, and in its places what can be said in it; Chinese words that meet there are not spaced.

    >>> same = "{one} and {other} gave the same figures with every seed: no difference can be seen"
    >>> filled("zh", same, {"one": Sentence("baseline"), "other": "我的 网"})
    '基线与 我的 网 在每个随机种子下结果都相同：看不出差别'
    """
    said = {name: _value(lang, value) for name, value in values.items()}
    text = say(lang, message, **said)
    return _SPACED.sub("", text).translate(_UNMARKED) if lang != "en" else text


class FirstLine:
    """The first line of a text, in whatever language it is said.

    >>> str(FirstLine("no such file\\n  fix: another"))
    'no such file'
    """

    def __init__(self, text: str) -> None:
        self._text = text

    def text(self, lang: str = "en") -> str:
        return in_language(lang, self._text).split("\n")[0]

    def __str__(self) -> str:
        return self.text()


def either(texts: Sequence[str]) -> str:
    """All of them, one of which is enough.

    >>> either(["a", "b", "c"]), either(["a"])
    ('a, b or c', 'a')
    """
    *others, last = texts
    if not others:
        return last
    first = others[0]
    for text in others[1:]:
        first = Sentence("{first}, {next}", first=first, next=text)
    return Sentence("{first} or {last}", first=first, last=last)


def _value(lang: str, value: Any) -> Any:
    """What is said in another language is marked at both ends: only there a space may be one too many."""
    if not isinstance(value, Sentence | Translatable):
        return value
    text = in_language(lang, value) if isinstance(value, Sentence) else value.text(lang)
    return text if lang == "en" else f"{_BEGIN}{text}{_END}"


_BEGIN, _END = "\ue000", "\ue001"
"""Of the private use area: no text of a language has them."""

_SPACED = re.compile(f"(?<=[\u4e00-\u9fff]) (?={_BEGIN}[\u4e00-\u9fff])|(?<=[\u4e00-\u9fff]{_END}) (?=[\u4e00-\u9fff{_BEGIN}])")
_UNMARKED = {ord(_BEGIN): None, ord(_END): None}
