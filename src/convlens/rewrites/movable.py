"""Why a node cannot be changed by a rewrite."""

from convlens.ir.graph import Graph, Node
from convlens.lang.messages import marked
from convlens.lang.remark import Remark, remark


def not_movable(graph: Graph, node: Node) -> Remark | None:
    """Why the weights of a node cannot be changed: somebody else has a part in them."""
    sharing = [n.name for n in graph if any(tie.owner == node.name for tie in n.ties)] + [tie.owner for tie in node.ties]
    if sharing:
        return remark(marked("it shares weights with {node}"), node=sharing[0])
    if len(node.inputs) > 1:
        return remark(marked("its weights are computed in the network"))
    return remark(marked("its weights are frozen")) if node.frozen else None


def not_alone(graph: Graph, first: Node, second: Node) -> Remark | None:
    """Why two nodes cannot become one: somebody else reads what lies between."""
    readers = [user.name for user in graph.users(first.name) if user is not second]
    if readers:
        return remark(marked("{reader} reads the output of {node} too"), reader=readers[0], node=first.name)
    if any(ref.node == first.name for ref in graph.outputs):
        return remark(marked("the output of {node} is an output of the network"), node=first.name)
    return None
