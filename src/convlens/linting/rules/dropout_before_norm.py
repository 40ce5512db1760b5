"""S05: dropout before a batch normalisation."""

from collections.abc import Iterator

from convlens.ir.edit import with_settings
from convlens.ir.graph import Graph, Node
from convlens.ir.op import Op
from convlens.lang.messages import marked
from convlens.lang.remark import remark
from convlens.linting.downstream import nearest_ahead
from convlens.linting.edits import before, without
from convlens.linting.finding import Finding, Fix
from convlens.linting.naming import free_part
from convlens.linting.network import Network
from convlens.linting.rule import Rule

DROPOUT = ("dropout", "alpha_dropout")
LAYERS = ("conv", "linear")

LEVELS = frozenset(("layer_norm", "group_norm", "instance_norm", "rms_norm", "softmax"))
"""They set the variance of each image anew, in training and in evaluation alike."""


class DropoutBeforeNorm(Rule):
    """Dropout before a batch normalisation.

    ## Why
    Dropout makes the variance of its output larger in training than in evaluation, where it does nothing. A batch
    normalisation behind it learns the larger variance and divides by it in evaluation, where it does not fit. What stands
    between the two, a convolution for example, hands the difference on.

    ## Bad
        input x: 1x3x32x32
        c = conv(x, out=16, kernel=3x3)
        r = relu(c)
        d = dropout(r, p=0.5)  # S05
        e = conv(d, out=16, kernel=3x3, bias=false)
        n = batch_norm(e)
        s = relu(n)
        h = conv(s, out=10, kernel=1x1)
        output h

    ## Good
        input x: 1x3x32x32
        c = conv(x, out=16, kernel=3x3)
        r = relu(c)
        e = conv(r, out=16, kernel=3x3, bias=false)
        n = batch_norm(e)
        s = relu(n)
        d = dropout(s, p=0.5)
        h = conv(d, out=10, kernel=1x1)
        output h

    ## Exceptions
    A layer, group or instance normalisation between the two sets the variance anew, image by image. Dropping whole branches
    (stochastic depth) is not judged.

    ## Source
    Li, Chen, Hu, Yang, Understanding the Disharmony between Dropout and Batch Normalization by Variance Shift,
    arXiv:1801.05134v1, figure 1: a DenseNet on CIFAR-100 falls from 77.42 % to 68.55 % with dropout 0.5 in each bottleneck.
    """

    code = "S05"
    name = "dropout-before-norm"
    severity = "warn"
    status = "preview"

    def check(self, net: Network) -> Iterator[Finding]:
        dropped = [node for node in net.of(*DROPOUT) if node.op.settings()["p"] > 0]
        norms = [node.name for node in net.of("batch_norm") if node.op.settings()["tracked"]] if dropped else []
        ahead = nearest_ahead(net, norms, LEVELS) if norms else {}
        found = {node.name for node in dropped if node.name in ahead}
        wrong = [node for node in net.nodes if node.name in found] if found else []
        if not wrong:
            return
        names = [node.name for node in wrong]
        drop = Fix(remark(marked("leave the dropout out")), lambda graph: without(graph, names))
        move = _moved(net, wrong, ahead)
        words = marked(
            "dropout of {p} changes the variance between training and evaluation, and the batch normalisation {norm} behind it "
            "keeps that of training"
        )
        yield self.found(
            names,
            remark(words, p=f"{max(node.op.settings()['p'] for node in wrong):g}", norm=ahead[names[0]]),
            evidence={"dropout": {node.name: node.op.settings()["p"] for node in wrong}, "norm": {n: ahead[n] for n in names}},
            fixes=[*([move] if move else []), drop],
        )


def _moved(net: Network, wrong: list[Node], ahead: dict[str, str]) -> Fix | None:
    """All of them become one, before the last layer with weights that no batch normalisation comes behind."""
    names = [node.name for node in wrong]
    free = [node.name for node in net.nodes if node.op.name in LAYERS and node.name not in ahead]
    behind = nearest_ahead(net, free, frozenset())
    target = behind.get(names[-1])
    if target is None:
        return None
    strongest = max((node.op for node in wrong), key=lambda op: op.settings()["p"])
    words = remark(marked("the dropout behind {norm}, before {layer}"), norm=ahead[names[-1]], layer=target)
    return Fix(words, lambda graph: _with_one(without(graph, names), target, _fitting(net, target, strongest)))


def _fitting(net: Network, target: str, op: Op) -> Op:
    """Whole channels can fall only where there are channels with space behind them."""
    return with_settings(op, of="values") if net.known(net.graph[target]).inputs[0].rank < 3 else op


def _with_one(graph: Graph, target: str, op: Op) -> Graph:
    """One dropout before that layer, unless there is one already."""
    source = graph[target].inputs[0].node
    if any(node.name == source and node.op.name in DROPOUT for node in graph):
        return graph
    return before(graph, target, op, free_part(graph, target, op.name))
