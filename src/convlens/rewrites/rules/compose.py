"""Two convolutions with nothing between them -> one.

``W2 * (W1 * x + b1) + b2`` is one convolution whose kernel is the two put together: ``k1 + (k2 - 1) * s1`` wide (5x5 for
two of 3x3), with stride ``s1 * s2``. It is exact wherever the second one reads no padding of its own: there it reads
zeros, while the one kernel goes on computing beyond the border. Two 3x3 cost 18 weights for each pair of channels, 5x5
costs 25, and with a non-linearity between them the two are more than the one; not every 5x5 kernel is made of two 3x3.
Source: Simonyan and Zisserman, arXiv:1409.1556v6, section 2.3.
"""

from collections.abc import Mapping
from itertools import product
from typing import Any

from convlens.backends.plan import Key, checked
from convlens.ir.edit import Change, changed, made
from convlens.ir.graph import Graph, Node, Ref
from convlens.ir.op import Inputs
from convlens.lang.messages import marked
from convlens.lang.remark import Remark, remark
from convlens.ops.conv import Conv
from convlens.rewrites.movable import not_alone, not_movable
from convlens.rewrites.place import Place, possible, what

TITLE = marked("two convolutions with nothing between them become one with a larger kernel")
OPTIONS = ()


def applies(graph: Graph) -> list[Place]:
    """The second convolution of each pair; one that was put together is not put together once more."""
    found, used = list[Place](), set[str]()
    for node in graph:
        if node.op.name == "conv":
            why_not = _why_not(graph, node, used)
            found.append(Place(node.name, why_not))
            if why_not is None:
                used |= {node.name, node.inputs[0].node}
    return found


def _why_not(graph: Graph, second: Node, used: set[str]) -> Remark | None:
    first = next((node for node in graph if node.name == second.inputs[0].node), None)
    if first is None or first.op.name != "conv":
        return remark(marked("before it stands {what}, not a convolution"), what=what(first))
    if first.name in used:
        return remark(marked("{node} is a part of another pair"), node=first.name)
    a, b = first.op.settings(), second.op.settings()
    if a["groups"] > 1 or b["groups"] > 1:
        return remark(marked("one of the two has groups"))
    if {a["padding_mode"], b["padding_mode"]} != {"zeros"}:
        return remark(marked("one of the two pads with something else than zeros"))
    if any(d > 1 for d in (*a["dilation"], *b["dilation"])) and (a["dilation"] != b["dilation"] or max(a["stride"]) > 1):
        return remark(marked("the holes of the two kernels do not fit into one"))
    return not_movable(graph, first) or not_movable(graph, second) or not_alone(graph, first, second)


def rewrite(graph: Graph, weights: Mapping[Key, Any]) -> tuple[Graph, dict[Key, Any]]:
    changes, new, known = dict[str, Change](), dict(weights), checked(graph)
    for name in possible(applies(graph)):
        second = graph[name]
        first = graph[second.inputs[0].node]
        inputs = known.nodes[first.name].inputs, known.nodes[name].inputs
        changes[first.name] = Change((), first.inputs[0])
        changes[name] = Change((made(second, _together(first.op, second.op, *inputs), first.inputs),), Ref(name))
        w1, w2 = new.pop((first.name, "weight")), new[name, "weight"]
        b1, b2 = new.pop((first.name, "bias"), None), new.pop((name, "bias"), None)
        new[name, "weight"] = composed(w1, w2, first.op.settings()["stride"])
        if b1 is not None or b2 is not None:
            through = 0 if b1 is None else w2.flatten(2).sum(2) @ b1
            new[name, "bias"] = through + (0 if b2 is None else b2)
    return changed(graph, changes), new


def notes(graph: Graph, _weights: Mapping[Key, Any]) -> list[Remark]:
    known = checked(graph)
    found = []
    for name in possible(applies(graph)):
        pads = graph[name].op.pads(known.nodes[name].inputs[0])  # type: ignore[attr-defined]  # a convolution
        if any(map(any, pads)):
            found.append(remark(marked("{node} pads what the first convolution made: not the same along the border"), node=name))
        else:
            found.append(remark(marked("{node} pads nothing: the same everywhere"), node=name))
    return found


def _together(first: Any, second: Any, xs: Inputs, ys: Inputs) -> Conv:
    pairs = zip(first.pads(xs[0]), second.pads(ys[0]), first.stride, strict=True)
    return Conv(
        out=second.out,
        kernel=tuple(k1 + (k2 - 1) * s for k1, k2, s in zip(first.kernel, second.kernel, first.stride, strict=True)),
        stride=tuple(s1 * s2 for s1, s2 in zip(first.stride, second.stride, strict=True)),
        padding=tuple((l1 + s * l2, r1 + s * r2) for (l1, r1), (l2, r2), s in pairs),
        dilation=first.dilation,
        bias=first.bias or second.bias,
    )


def composed(first: Any, second: Any, stride: tuple[int, ...]) -> Any:
    """``W[o, i, a + s * b]`` is the sum over channels m of ``W2[o, m, b] * W1[m, i, a]``."""
    k1, k2 = first.shape[2:], second.shape[2:]
    made_ = first.new_zeros(second.shape[0], first.shape[1], *(a + (b - 1) * s for a, b, s in zip(k1, k2, stride, strict=True)))
    for tap in product(*map(range, k2)):
        place = tuple(slice(s * b, s * b + a) for a, b, s in zip(k1, tap, stride, strict=True))
        block = second[(slice(None), slice(None), *tap)] @ first.flatten(1)
        made_[(slice(None), slice(None), *place)] += block.reshape(-1, *first.shape[1:])
    return made_
