"""S08: grouped convolutions in series between which the channels never mix."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from convlens.ir.edit import Change, changed
from convlens.ir.graph import Graph, Node, Ref
from convlens.lang.messages import marked
from convlens.lang.remark import remark
from convlens.linting.finding import Finding, Fix
from convlens.linting.naming import free_part
from convlens.linting.network import Network
from convlens.linting.rule import Rule
from convlens.ops._window import channel_axis
from convlens.ops.channel_shuffle import ChannelShuffle
from convlens.passes.channel_groups import Groups, Isolation, isolations


class IsolatedGroups(Rule):
    """Grouped convolutions in series between which the channels never mix.

    ## Why
    A grouped convolution reads each group of channels by itself. Behind another one with the same groups, and nothing but
    activations, normalisation and pooling between, the groups still know nothing of each other: they are narrow networks
    side by side. A shuffle of the channels, or a 1x1 convolution, lets every group see the others.

    ## Bad
        input x: 1x24x32x32
        a = conv(x, out=24, kernel=3x3, padding=1, groups=3)
        r = relu(a)
        b = conv(r, out=24, kernel=3x3, padding=1, groups=3)  # S08
        s = relu(b)
        output s

    ## Good
        input x: 1x24x32x32
        a = conv(x, out=24, kernel=3x3, padding=1, groups=3)
        r = relu(a)
        h = channel_shuffle(r, groups=3)
        b = conv(h, out=24, kernel=3x3, padding=1, groups=3)
        s = relu(b)
        output s

    ## Exceptions
    Depthwise convolutions are not counted. A chain ends where branches meet and at a reshape, so there nothing is said.

    ## Source
    The channels that each channel reads, followed exactly. Zhang et al., ShuffleNet, arXiv:1707.01083v2, section 3.1.
    """

    code = "S08"
    name = "isolated-groups"
    severity = "warn"
    status = "stable"

    def check(self, net: Network) -> Iterator[Finding]:
        grouped = _grouped(net)
        found = isolations(net.graph, net.facts, grouped) if len(grouped) > 1 else []
        if not found:
            return
        later = {name for each in found for name in each.layers[1:]}
        names = [node.name for node in net.nodes if node.name in later]
        words = marked("behind {layers} the channels still fall into {parts} sets that never mix")
        first = max(found, key=lambda each: (len(each.layers), each.parts))
        yield self.found(
            names,
            remark(words, layers=_chain(first), parts=first.parts),
            evidence={"chains": [{"layers": list(each.layers), "isolated": each.parts} for each in found]},
            fixes=[
                Fix(remark(marked("channel_shuffle before each")), lambda graph: _shuffled(graph, found, grouped)),
                Fix(remark(marked("or a 1x1 convolution between, without groups"))),
            ],
        )


def _grouped(net: Network) -> dict[str, Groups]:
    """The convolutions with more than one group, and more than one channel in each."""
    found: dict[str, Groups] = {}
    for node in net.of("conv", "conv_transpose"):
        groups: int = node.op.settings()["groups"]
        x = net.known(node).inputs[0]
        if 1 < groups < x.dims[channel_axis(node.op, x)]:
            found[node.name] = Groups(channel_axis(node.op, x), groups)
    return found


def _chain(each: Isolation) -> str:
    ends = each.layers if len(each.layers) < 4 else (*each.layers[:2], "...", each.layers[-1])
    return ", ".join(ends)


def _shuffled(graph: Graph, found: list[Isolation], grouped: dict[str, Groups]) -> Graph:
    """Before each later layer of a chain, the groups of the one before take turns."""
    earlier = {name: last for each in found for last, name in pairwise(each.layers)}
    changes: dict[str, Change] = {}
    for name, last in earlier.items():
        node, shuffle = graph[name], ChannelShuffle(groups=grouped[last].number)
        new = Node(f"{name}.{free_part(graph, name, shuffle.name)}", shuffle, node.inputs[:1], module=node.module)
        changes[name] = Change((new, replace(node, inputs=(Ref(new.name), *node.inputs[1:]))), Ref(name))
    return changed(graph, changes)
