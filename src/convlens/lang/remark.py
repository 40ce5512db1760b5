"""A sentence that is kept as a value and said later, in the language that is asked for."""

from typing import Any, NamedTuple

from convlens.lang.messages import say


class Remark(NamedTuple):
    """A sentence in every language: its English, which is marked for the catalogue, and the values of its places.

    A value may be a remark itself.
    """

    message: str
    values: tuple[tuple[str, Any], ...]

    def text(self, lang: str = "en") -> str:
        shown = {name: value.text(lang) if isinstance(value, Remark) else value for name, value in self.values}
        return say(lang, self.message, **shown)


def remark(message: str, /, **values: Any) -> Remark:
    """
    >>> remark("padding {padding}", padding=2).text("zh")
    '填充 2'
    """
    return Remark(message, tuple(values.items()))
