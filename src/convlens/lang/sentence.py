"""A text that remembers how it was made, so that it can still be said in another language."""

from collections.abc import Sequence
from typing import Any, Self

from convlens.lang.messages import say


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
    return say(lang, text.message, **{name: _value(lang, value) for name, value in text.values.items()})


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
    return in_language(lang, value) if isinstance(value, Sentence) else value
