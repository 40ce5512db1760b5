"""What stands below the name of a block."""

from convlens.lang.messages import said, say
from convlens.report.strip.blocks import Block
from convlens.report.words import layers


def what(block: Block, lang: str) -> str:
    """The layer's kind, or how many layers a block has; ``5 × 10 layers`` where parts repeat."""
    item = block.item
    if not item.children:
        return block.what
    if item.times == 1:
        return layers(lang, item.layers)
    return f"{item.times} × {layers(lang, item.layers // item.times)}"


def totals_line(params: str, macs: str, memory: str, lang: str) -> str:
    """Under the title."""
    texts = ((say(lang, "parameters"), params), (say(lang, "MACs"), macs), (say(lang, "activations"), memory))
    return " · ".join(said(lang, name, text) for name, text in texts)
