"""What cannot be run, and why."""

from convlens.backends.torch.lowering import refuses
from convlens.ir.graph import Node


@refuses("opaque")
def _opaque(node: Node) -> str:
    return f"of {node.op.settings()['call']} only the output shapes are known"


@refuses("quantize")
def _quantize(_node: Node) -> str:
    return "the graph does not hold its scale and zero point"


refuses("dequantize")(_quantize)
