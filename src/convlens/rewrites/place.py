"""Where a rewrite applies, and why it does not where it does not."""

from typing import Any, NamedTuple

from convlens.ir.graph import Node
from convlens.lang.messages import marked, say


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


def what(node: Node | None) -> str | Remark:
    """The operator of a node, or what stands where there is none."""
    return remark(marked("an input of the network")) if node is None else node.op.name


class Place(NamedTuple):
    """A node that a rewrite is about; ``why_not`` says what stands in the way, if anything does."""

    node: str
    why_not: Remark | None = None


def possible(places: list[Place]) -> list[str]:
    """The nodes where nothing stands in the way."""
    return [place.node for place in places if place.why_not is None]
