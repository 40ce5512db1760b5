"""A sentence that is kept as a value and said later, in the language that is asked for."""

from typing import Any, NamedTuple

from convlens.lang.sentence import Sentence, filled


class Remark(NamedTuple):
    """A sentence in every language: its English, which is marked for the catalogue, and the values of its places.

    A value may be a remark itself, or a `Sentence`, which is an English text already and can be said again.
    """

    message: str
    values: tuple[tuple[str, Any], ...]

    def text(self, lang: str = "en") -> str:
        return filled(lang, self.message, dict(self.values))


def remark(message: str, /, **values: Any) -> Remark:
    """
    >>> remark("padding {padding}", padding=2).text("zh")
    '填充 2'
    """
    return Remark(message, tuple(values.items()))


def as_remark(text: str) -> Remark:
    """The text as a remark, which says a `Sentence` in every language and any other text as it is.

    >>> from convlens.lang.sentence import Sentence
    >>> as_remark(Sentence("padding {padding}", padding=2)).text("zh"), as_remark("{}").text()
    ('填充 2', '{}')
    """
    return remark(text.message, **text.values) if isinstance(text, Sentence) else Remark("{text}", (("text", text),))
