"""What cannot be run, and why."""

from convlens.backends.torch.lowering import refuses
from convlens.ir.graph import Node


@refuses("opaque")
def _opaque(node: Node) -> str:
    return f"of {node.op.settings()['call']} only the output shapes are known"
