"""The verb ``diff``: what changed, layer by layer and in total?"""

from collections.abc import Mapping
from typing import Any

from convlens.diffs.comparison import Comparison
from convlens.report.summary import Summary


def diff(
    old: Any, new: Any, *inputs: Any, dims: Mapping[str, int] | None = None, real: bool = False, **named_inputs: Any
) -> Comparison:
    """What changed from the network ``old`` to ``new``, layer by layer, in total, and in what `convlens.lint` finds.

    Both are what `convlens.summary` takes; ``inputs``, ``named_inputs``, ``dims`` and ``real`` are for both. Layers are matched
    by what they are and how they are connected: a renamed module is no removal and no addition.

    Raises `UsageError` where a network cannot be read. One whose shapes break is compared up to there.

    >>> from convlens.ir.text import parse
    >>> text = "input x: 1x3x32x32\\nc = conv(x, out=8, kernel=3x3)\\noutput c"
    >>> found = diff(parse(text), parse(text.replace("out=8", "out=16").replace("c", "stem").replace("stemonv", "conv")))
    >>> found.to_dict()["totals"]["params"], [change.new for change in found.changed]
    ([224, 448], ['stem'])
    """
    from convlens.importers.model import load  # noqa: PLC0415 - `import convlens` stays light

    old_graph, new_graph = (load(model, inputs, named_inputs, dims or {}, real) for model in (old, new))
    return Comparison(Summary(old_graph), Summary(new_graph))
