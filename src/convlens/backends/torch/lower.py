"""How an operator is run: by a named lowering where there is one, else by the spelling of PyTorch's function."""

from convlens.backends.torch.call import Lowering
from convlens.backends.torch.lowering import LOWERINGS, REFUSALS
from convlens.backends.torch.spelled import spelled
from convlens.ir.errors import UsageError
from convlens.ir.graph import Node
from convlens.ir.op import Inputs


def lowering_of(node: Node, xs: Inputs) -> Lowering:
    """What runs this node, or `UsageError` that says why nothing can."""
    op = node.op
    reason = REFUSALS[op.name](node) if op.name in REFUSALS else ""
    found = None if reason else LOWERINGS.get(op.name) or spelled(op, xs)
    if found is None:
        raise UsageError(
            f"{op.name} {node.name!r} cannot be run: {reason or 'no function of PyTorch has these settings'}"
            + (f"\n  written at: {node.source}" if node.source else "")
        )
    return found
