"""Where a rewrite applies, and why it does not where it does not."""

from typing import NamedTuple

from convlens.ir.graph import Node
from convlens.lang.messages import marked
from convlens.lang.remark import Remark, remark


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
