"""S04: the network's last activation and its loss do not belong together."""

from collections.abc import Callable, Iterator
from math import exp, log1p

from convlens.ir.graph import Node
from convlens.lang.messages import marked
from convlens.lang.remark import remark
from convlens.linting.edits import with_ops, without
from convlens.linting.finding import Finding, Fix
from convlens.linting.heads import SCORES, Head, added, drops, heads, left_out, replaced
from convlens.linting.network import Network
from convlens.linting.rule import Rule
from convlens.ops.log_sigmoid import LogSigmoid
from convlens.ops.log_softmax import LogSoftmax
from convlens.ops.sigmoid import Sigmoid

NARROW = 2.0
"""Scores that lie within so little cannot say that anything is sure."""

CUT = ("relu", "relu6")
LAYERS = ("linear", "conv")
ENDS = ("softmax", "log_softmax", "sigmoid")


class LossHeadMismatch(Rule):
    """The network's last activation and its loss do not belong together.

    ## Why
    cross_entropy takes a softmax itself, bce_with_logits a sigmoid: a network that has done so already gives them numbers
    between 0 and 1, and the loss cannot fall below a floor however well the network knows the answer. nll_loss takes the
    logarithm of probabilities and bce probabilities: given anything else they are no losses at all.

    The axis of the classes is axis 1: a softmax over another one makes shares that belong to no image. A ReLU on the scores
    makes all that are negative 0, and a dropout on them does so with right ones. A softmax over one value is always 1, and
    nothing in front of it can be trained.

    ## Bad
        #: loss cross_entropy
        input x: 1x3x32x32
        c = conv(x, out=10, kernel=3x3)
        r = relu(c)
        g = adaptive_avg_pool(r, size=1x1)
        f = flatten(g)
        l = linear(f, out=10)
        s = softmax(l, axis=1)  # S04
        output s

    ## Good
        #: loss cross_entropy
        input x: 1x3x32x32
        c = conv(x, out=10, kernel=3x3)
        r = relu(c)
        g = adaptive_avg_pool(r, size=1x1)
        f = flatten(g)
        l = linear(f, out=10)
        output l

    ## Exceptions
    A log_softmax in front of cross_entropy changes no value, and a softmax in front of bce is right where exactly one class
    is true: these are warnings. Without a loss, a network that ends in such an activation gets a note that asks for it.

    ## Source
    torch.nn.CrossEntropyLoss, NLLLoss, BCEWithLogitsLoss, BCELoss. Between 0 and 1 the floor for n classes is
    ln(1 + (n-1)/e), 1.461 for ten. Reported as a fault in stackoverflow.com/questions/45378493.
    """

    code = "S04"
    name = "loss-head-mismatch"
    severity = "error"
    status = "stable"

    def check(self, net: Network) -> Iterator[Finding]:
        judge = self._judges().get(net.options.loss)
        ends = list(heads(net))
        found = [finding for head in ends for finding in (judge or self._of_no_loss)(head)]
        found += [finding for head in ends for finding in self._dropped(net, head)]
        yield from found
        told = {node for finding in found for node in finding.nodes}
        yield from (self._of_one(node) for node in _constant(net) if node.name not in told)

    def _judges(self) -> dict[str, Callable[[Head], Iterator[Finding]]]:
        return {
            "cross_entropy": self._cross_entropy,
            "nll_loss": self._nll_loss,
            "bce_with_logits": self._bce_with_logits,
            "bce": self._bce,
        }

    def _cross_entropy(self, head: Head) -> Iterator[Finding]:
        if head.classes == 1:
            words = marked("cross_entropy over one class is always 0: {node} makes one value")
            fixes = [Fix(remark(marked("one output for each class, or bce_with_logits for yes or no")))]
            yield self.found(head.node.name, remark(words, node=head.node.name), evidence={"classes": 1}, fixes=fixes)
        elif head.misplaced:
            yield self._wrong_axis(head, "cross_entropy", left_out(head))
        elif head.op == "log_softmax":
            words = marked("cross_entropy takes the log_softmax itself: this one is taken twice, which changes no value")
            yield self.found(head.node.name, remark(words), severity="warn", fixes=left_out(head))
        elif head.range.width <= NARROW:
            floor = log1p((head.classes - 1) * exp(-head.range.width))
            words = marked(
                "cross_entropy of {activation} over {count} classes cannot fall below {floor}, however sure the network is"
            )
            told = remark(words, activation=head.op, count=head.classes, floor=f"{floor:.4g}")
            evidence = {"classes": head.classes, "floor": round(floor, 6)}
            yield self.found(head.node.name, told, evidence=evidence, fixes=left_out(head))
        elif head.op in CUT:
            words = marked("{activation} makes every negative score 0, and such a score gets no gradient from cross_entropy")
            yield self.found(head.node.name, remark(words, activation=head.op), severity="warn", fixes=left_out(head))

    def _wrong_axis(self, head: Head, loss: str, fixes: list[Fix]) -> Finding:
        words = marked(
            "{activation} is over axis {axis}, of size {size}, but {loss} takes axis {classes} as that of the {count} classes"
        )
        axis, right, dims = head.over or 0, head.class_axis, head.spec.dims
        told = remark(words, activation=head.op, axis=axis, size=dims[axis], loss=loss, classes=right, count=dims[right])
        return self.found(head.node.name, told, evidence={"axis": axis, "size": dims[axis], "classes": dims[right]}, fixes=fixes)

    def _of_no_loss(self, head: Head) -> Iterator[Finding]:
        if head.op in ENDS and head.spec.rank == 2 and head.classes > 1:
            words = marked(
                "the network ends in {activation}, but most losses take the scores before it: --loss NAME checks yours"
            )
            yield self.found(head.node.name, remark(words, activation=head.op), severity="info")

    def _dropped(self, net: Network, head: Head) -> Iterator[Finding]:
        """Dropout on scores. Without a loss only of a classifier: a part of a network may end in it."""
        name = head.dropout if head.op in LAYERS else _dropout_before(net, head)
        if name and (net.options.loss or (head.spec.rank == 2 and net.windows)):
            words = marked("dropout on the scores themselves: in training the loss is given 0 for right classes, too")
            fix = Fix(
                remark(marked("leave {node} out, or drop before the last layer"), node=name), lambda graph: without(graph, [name])
            )
            yield self.found(name, remark(words), severity="warn", fixes=[fix])

    def _bce_with_logits(self, head: Head) -> Iterator[Finding]:
        low, high = head.range
        if head.range.width <= NARROW or low >= 0 or high <= 0:
            no, yes = _softplus(low), _softplus(-high)
            words = marked(
                "bce_with_logits of {activation} cannot fall below {no} where the answer is no, and {yes} where it is yes"
            )
            told = remark(words, activation=head.op, no=f"{no:.4g}", yes=f"{yes:.4g}")
            evidence = {"floor_no": round(no, 6), "floor_yes": round(yes, 6)}
            yield self.found(head.node.name, told, evidence=evidence, fixes=left_out(head))

    def _nll_loss(self, head: Head) -> Iterator[Finding]:
        told = remark(marked("nll_loss takes logarithms of probabilities, and {activation} makes none"), activation=head.op)
        if head.op in ("softmax", "softmin", "sigmoid"):
            axis = head.class_axis if head.misplaced else head.node.op.settings().get("axis", 1)
            yield self.found(head.node.name, told, fixes=replaced(head, LogSoftmax(axis=axis)))
        elif head.op in SCORES and head.spec.rank > 1:
            yield self.found(head.node.name, told, fixes=added(head, LogSoftmax(axis=1)))
        elif head.misplaced:
            yield self._wrong_axis(head, "nll_loss", replaced(head, LogSoftmax(axis=head.class_axis)))

    def _bce(self, head: Head) -> Iterator[Finding]:
        count = head.classes if head.over is None else head.spec.dims[head.over]
        if head.op == "softmax" and count > 1:
            words = marked("bce judges each class by itself, but a softmax lets only one of the {count} be true")
            told, evidence = remark(words, count=count), {"classes": count}
            yield self.found(head.node.name, told, severity="warn", evidence=evidence, fixes=replaced(head, Sigmoid()))
        elif head.op in SCORES or head.op in ("tanh", "log_softmax", "log_sigmoid"):
            told = remark(marked("bce takes probabilities from 0 to 1, and {activation} makes others"), activation=head.op)
            fixes = added(head, Sigmoid()) if head.op in SCORES else replaced(head, Sigmoid())
            yield self.found(head.node.name, told, fixes=fixes)

    def _of_one(self, node: Node) -> Finding:
        name, logarithm = node.op.name, node.op.name == "log_softmax"
        words = marked("{activation} over one value is always {value}: nothing in front of it can be trained")
        better = LogSigmoid() if logarithm else Sigmoid()
        fix = remark(marked("{activation} in the place of {node}"), activation=better.name, node=node.name)
        return self.found(
            node.name,
            remark(words, activation=name, value=0 if logarithm else 1),
            evidence={"value": 0 if logarithm else 1},
            fixes=[Fix(fix, lambda graph: with_ops(graph, {node.name: better}))],
        )


def _dropout_before(net: Network, head: Head) -> str:
    """The dropout between the last layer and the softmax or sigmoid that is the head."""
    before = net.before(head.node) if head.op in ENDS else None
    layer = net.before(before) if before is not None and drops(before) else None
    return before.name if before is not None and layer is not None and layer.op.name in LAYERS else ""


def _softplus(x: float) -> float:
    """bce_with_logits of a wrong score: ``ln(1 + exp(x))``."""
    return log1p(exp(x)) if x < 30 else x


def _constant(net: Network) -> Iterator[Node]:
    """Every softmax over an axis of size 1 that a layer before it was told to make so short."""
    for node in net.of("softmax", "log_softmax", "softmin"):
        x = net.known(node).inputs[0]
        axis: int = node.op.over(x)  # type: ignore[attr-defined]  # softmax and its variants
        before = net.before(node)
        if x.rank and x.dims[axis] == 1 and before is not None and _channels_of(net, before) == axis:
            yield node


def _channels_of(net: Network, node: Node) -> int | None:
    """The axis whose size the layer's setting ``out`` says."""
    rank = net.known(node).outputs[0].rank
    if node.op.name == "linear":
        return rank - 1
    return rank - node.op.axes - 1 if node.op.name in ("conv", "conv_transpose") else None
