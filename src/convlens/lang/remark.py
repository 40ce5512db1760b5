"""A sentence that is kept as a value and said later, in the language that is asked for."""

from typing import Any, NamedTuple

from convlens.lang.messages import say
from convlens.lang.sentence import Sentence, in_language


class Remark(NamedTuple):
    """A sentence in every language: its English, which is marked for the catalogue, and the values of its places.

    A value may be a remark itself, or a `Sentence`, which is an English text already and can be said again.
    """

    message: str
    values: tuple[tuple[str, Any], ...]

    def text(self, lang: str = "en") -> str:
        return say(lang, self.message, **{name: _shown(lang, value) for name, value in self.values})


def _shown(lang: str, value: Any) -> Any:
    return value.text(lang) if isinstance(value, Remark) else in_language(lang, value) if isinstance(value, Sentence) else value


def remark(message: str, /, **values: Any) -> Remark:
    """
    >>> remark("padding {padding}", padding=2).text("zh")
    '填充 2'
    """
    return Remark(message, tuple(values.items()))
