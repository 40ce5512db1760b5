"""Which pixels of the network's input does each node see?

For every node, input and input axis the pass keeps what is read *locally* (an exact axis map, see
`convlens.arith.axis`) and, beside it, the operator through which the *whole* axis is seen, if there is one. Branches
are united, so no alignment is assumed.
"""

from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache, reduce
from operator import is_
from typing import Any, NamedTuple

from convlens.arith.axis import IDENTITY, AxisMap, TooIrregularError, compose, constant, union
from convlens.ir.graph import Graph, Node
from convlens.ir.op import WHOLE, Along, AxisRead, Inputs, Op, Read, Scattered
from convlens.ir.spec import Shape, TensorSpec
from convlens.passes.facts import Facts, NodeFacts
from convlens.passes.remembered import remember


class Local(NamedTuple):
    """An input axis is read through ``map`` along axis ``axes[0]`` of the value.

    ``axes`` empty: every position reads the same. ``length`` set: several axes together choose one of that many
    places, so only the size of what is read is known, not where.
    """

    axes: tuple[int, ...]
    map: AxisMap
    length: int | None = None


class View(NamedTuple):
    """What a value sees of one axis of one network input: nothing local where ``local`` is None.

    ``whole`` names the operator through which all that is there is seen, from pixel ``reach[0]`` to ``reach[1]``;
    ``unknown`` the one behind which it cannot be told. ``also`` is what is read beside ``local`` along other axes of the
    value: an attention score reads one place by its row and another by its column. How far apart these are differs from
    place to place, so such a value has no receptive field; ``mixed`` names the operator where they met.
    """

    local: Local | None = None
    whole: str = ""
    reach: tuple[int, int] = (0, -1)
    unknown: str = ""
    also: tuple[Local, ...] = ()
    mixed: str = ""

    @property
    def locals(self) -> tuple[Local, ...]:
        return (() if self.local is None else (self.local,)) + self.also


Views = tuple[View, ...]


class AxisField(NamedTuple):
    """The receptive field of a node along one axis; ``size`` is the hull, ``support`` the pixels really read."""

    size: int
    size_min: int
    support: int
    stride: Fraction | None
    padding: int | None
    whole: str


class ReceptiveField(NamedTuple):
    """The receptive field of one node on network input ``input``, an entry for each spatial axis."""

    input: str
    axes: tuple[AxisField, ...]


def receptive_fields(graph: Graph, facts: Facts) -> Mapping[str, ReceptiveField | None]:
    """The receptive field of every node that has facts; None where it sees no image, or it cannot be told."""
    fields: dict[str, ReceptiveField | None] = dict.fromkeys(facts.nodes)
    for item in reversed(graph.inputs):
        if item.spec.rank >= 3:
            found = _outputs(graph, facts, item.name, range(2, item.spec.rank))
            del found[item.name]
            fields |= _fields(item.name, found, item.spec.dims)
    return fields


def _fields(name: str, found: Mapping[str, tuple[Views, ...]], dims: Shape) -> dict[str, ReceptiveField | None]:
    """The field of every node that sees input ``name``. Layers that hand on what they see share one field."""
    known: dict[int, ReceptiveField | None] = {}
    fields = {}
    for node, ports in found.items():
        if not ports:
            continue
        views = ports[0]
        key = id(views)
        if key not in known:
            known[key] = _field(name, views, dims)
        fields[node] = known[key]
    return fields


def lost_at(graph: Graph, facts: Facts) -> Mapping[str, str]:
    """For every node that sees an image but whose field cannot be told: the node at which that was lost."""
    lost: dict[str, str] = {}
    for item in graph.inputs:
        if item.spec.rank >= 3:
            for node, views in _walk(graph, facts, item.name, item.spec).items():
                first = next((view.unknown or view.mixed for view in views if view.unknown or view.mixed), "")
                lost |= {node: lost.get(node, first)} if first else {}
    return lost


def axis_views(graph: Graph, facts: Facts, input_name: str) -> Mapping[str, tuple[Views, ...]]:
    """What each output of each node sees of every axis of one network input, channels included."""
    spec = next(item.spec for item in graph.inputs if item.name == input_name)
    return _outputs(graph, facts, input_name, range(spec.rank))


def _walk(graph: Graph, facts: Facts, name: str, spec: TensorSpec) -> Mapping[str, Views]:
    outputs = _outputs(graph, facts, name, range(2, spec.rank))
    return {node: ports[0] for node, ports in outputs.items() if ports}


def _outputs(graph: Graph, facts: Facts, name: str, axes: range) -> dict[str, tuple[Views, ...]]:
    seen: dict[str, tuple[Views, ...]] = {name: (_start(axes),)}
    nodes = facts.nodes
    for node in graph.nodes:
        own = node.name
        found = nodes.get(own)
        if found is None:
            continue
        inputs = node.inputs
        if len(inputs) == 1:
            ref = inputs[0]
            ports = seen.get(ref.node)
            if ports:
                views = ports[ref.port]
                known = _BEHIND.get((id(found), id(views)))
                seen[own] = known.ports if known is not None else _behind(node, found, (views,))
            continue
        sources = tuple([seen[ref.node][ref.port] if seen.get(ref.node) else None for ref in inputs])
        if any(sources):
            seen[own] = _behind(node, found, sources)
    return seen


@lru_cache(maxsize=64)
def _start(axes: range) -> Views:
    return tuple(View(Local((axis,), IDENTITY)) for axis in axes)


Sources = tuple[Views | None, ...]
"""What each input of a node sees: None where it sees nothing of the network's input."""


class _Behind(NamedTuple):
    """What the outputs of a node see whose inputs see ``sources``. All is kept, so that ids stay theirs."""

    ports: tuple[Views, ...]
    facts: NodeFacts
    sources: Sources


_BEHIND: dict[tuple[Any, ...], _Behind] = {}
"""What was worked out before, by the identity of the facts and of what the inputs see. Networks repeat themselves, and to
compare the objects by value takes longer than all the rest. The node's name is in the key where the result names it.
"""


def _behind(node: Node, facts: NodeFacts, sources: Sources) -> tuple[Views, ...]:
    """What the outputs of a node see."""
    key = (id(facts), *map(id, sources))
    known = _BEHIND.get(key) or _BEHIND.get((*key, node.name))
    if known is not None:
        return known.ports
    made = tuple([_shared(views) for views in _worked_out(node, facts, sources)])
    named = any(node.name in (view.whole, view.unknown, view.mixed) for views in made for view in views)
    remember(_BEHIND, (*key, node.name) if named else key, _Behind(made, facts, sources))
    return made


@lru_cache(maxsize=8192)
def _shared(views: Views) -> Views:
    """One object for equal views."""
    return views


def _worked_out(node: Node, facts: NodeFacts, sources: Sources) -> tuple[Views, ...]:
    xs = facts.inputs
    ways = moving_reads(node.op, xs)
    seeing = [(at, views) for at, views in enumerate(sources) if views]
    return tuple(
        _united([_through(views, reads[at], xs[at].dims, node.name) for at, views in seeing], out.dims, node.name)
        for reads, out in zip(ways, facts.outputs, strict=True)
    )


@lru_cache(maxsize=8192)
def moving_reads(op: Op, xs: Inputs) -> tuple[tuple[Read | None, ...], ...]:
    """What an operator reads; None for an input of which each output reads its own place.

    Networks repeat their layers, so each distinct one is worked out once.
    """
    return tuple(tuple(None if _in_place(read) else read for read in reads) for reads in op.reads(xs))


def _in_place(read: Read) -> bool:
    return all(type(r) is Along and r.axis == axis and r.map == IDENTITY for axis, r in enumerate(read))


def _through(views: Views, read: Read | None, dims: Shape, node: str) -> Views:
    """The same object where nothing changes, as at a 1x1 convolution: then the field is the same as well."""
    if read is None:
        return views
    found = tuple(
        [_step_each(view, read, dims, node) if view.also else _step_one(view, view.local, read, dims, node) for view in views]
    )
    return views if all(map(is_, found, views)) else found


def _step_each(view: View, read: Read, dims: Shape, node: str) -> View:
    """What is read along several axes takes each step by itself, and is united again."""
    rest = view._replace(local=None, also=())
    parts = [_step_one(rest._replace(local=local), local, read, dims, node) for local in view.locals]
    return reduce(lambda a, b: _union(a, b, None, node), parts)


def _step_one(view: View, local: Local | None, read: Read, dims: Shape, node: str) -> View:
    if local is None or not local.axes:
        return view
    if local.length is None:
        return _along(view, local, read[local.axes[0]], dims[local.axes[0]], node)
    reads = [read[axis] for axis in local.axes]
    if all(r is WHOLE for r in reads):
        return _seen_whole(view, local.map, local.length, node)
    return _chosen(view, local, reads, dims, node)


def _along(view: View, local: Local, read: AxisRead, length: int, node: str) -> View:
    if type(read) is not Along:
        if read is WHOLE:
            return _seen_whole(view, local.map, length, node)
        return view._replace(local=Local(read.axes, local.map, length)) if isinstance(read, Scattered) else _lost(view, node)
    if read.axis == local.axes[0] and read.map == IDENTITY:
        return view
    try:
        # Written out because it is done for each layer and axis, and `_replace` takes as long as all the rest.
        return View(Local(() if read.axis is None else (read.axis,), compose(local.map, read.map)), *view[1:])
    except TooIrregularError:
        return _lost(view, node)


def _chosen(view: View, local: Local, reads: list[AxisRead], dims: Shape, node: str) -> View:
    """A place chosen by several axes survives where each of them is kept, or fixed by an index."""
    axes: list[int] = []
    for axis, read in zip(local.axes, reads, strict=True):
        if isinstance(read, Scattered):
            axes.extend(read.axes)
        elif isinstance(read, Along) and read.axis is not None and _keeps_all(read.map, dims[axis]):
            axes.append(read.axis)
        elif isinstance(read, Along) and read.axis is None and read.map.supports == (1, 1):
            continue
        else:
            return _lost(view, node)
    return view._replace(local=local._replace(axes=tuple(dict.fromkeys(axes))))


def _keeps_all(axis_map: AxisMap, length: int) -> bool:
    """Is each of ``length`` places read by exactly one output, as in a concatenation?"""
    one_each = axis_map.finite and axis_map.supports[1] == 1 and sum(map(bool, axis_map.footprints)) == length
    return axis_map == IDENTITY or one_each


def _seen_whole(view: View, axis_map: AxisMap, length: int, node: str) -> View:
    try:
        (footprint,) = compose(axis_map, constant(0, length - 1)).footprints
    except TooIrregularError:
        return _lost(view, node)
    reach = (footprint[0][0], footprint[-1][1]) if footprint else view.reach
    return View(None, view.whole or node, _hull(view.reach, reach), view.unknown)


def _hull(a: tuple[int, int], b: tuple[int, int]) -> tuple[int, int]:
    """The smallest interval that holds both; an interval that ends before it starts holds nothing."""
    if a[1] < a[0] or b[1] < b[0]:
        return b if a[1] < a[0] else a
    return min(a[0], b[0]), max(a[1], b[1])


def _lost(view: View, node: str) -> View:
    return view._replace(local=None, also=(), unknown=view.unknown or node)


def _united(branches: list[Views], dims: Shape, node: str) -> Views:
    first, *rest = branches
    for other in rest:
        if other is not first:
            first = tuple(_union(a, b, dims, node) for a, b in zip(first, other, strict=True))
    return first


def _union(a: View, b: View, dims: Shape | None, node: str) -> View:
    """Both together; ``dims`` is the shape of the value, where its length may be needed."""
    found = View(None, a.whole or b.whole, _hull(a.reach, b.reach), a.unknown or b.unknown)
    if a.local == b.local and not (a.also or b.also):
        return View(a.local, *found[1:4])
    merged = list(a.locals)
    for local in b.locals:
        at = next((i for i, other in enumerate(merged) if _same_axes(local, other)), None)
        if at is None:
            merged.append(local)
        else:
            joined = _joined(merged[at], local, dims)
            if joined is None:
                return _lost(found, node)
            merged[at] = joined
    if not merged:
        return found
    mixed = (a.mixed or b.mixed or node) if len(merged) > 1 else ""
    return View(merged[0], *found[1:4], tuple(merged[1:]), mixed)


def _same_axes(a: Local, b: Local) -> bool:
    return a.axes == b.axes or (a.length is None and b.length is None and not (a.axes and b.axes))


def _joined(a: Local, b: Local, dims: Shape | None) -> Local | None:
    """What is read through either of two maps along the same axis; None where it cannot be written down."""
    if a == b:
        return a
    if a.length is not None or b.length is not None or dims is None:
        return None
    axes = a.axes or b.axes
    try:
        return Local(axes, union(a.map, b.map, dims[axes[0]] if axes else 1))
    except TooIrregularError:
        return None


_FIELDS: dict[tuple[int, str, Shape], tuple[Views, ReceptiveField | None]] = {}
"""What was worked out before, by the identity of the views, which are kept so that their ids stay theirs."""


def _field(name: str, views: Views, dims: Shape) -> ReceptiveField | None:
    known = _FIELDS.get((id(views), name, dims))
    if known is not None:
        return known[1]
    told = not any(view.unknown or view.also for view in views)
    field = ReceptiveField(name, tuple(map(_axis_field, views, dims[2:]))) if told else None
    remember(_FIELDS, (id(views), name, dims), (views, field))
    return field


@lru_cache(maxsize=8192)
def _axis_field(view: View, size: int) -> AxisField:
    if view.local is None:
        seen = min(view.reach[1], size - 1) - max(view.reach[0], 0) + 1
        return AxisField(seen, seen, seen, None, None, view.whole)
    (least, most), (_, support) = view.local.map.sizes, view.local.map.supports
    if view.local.length is not None:
        return AxisField(most, least, support, None, None, view.whole)
    regular = not view.local.map.finite
    return AxisField(most, least, support, view.local.map.stride if regular else None, view.local.map.padding, view.whole)
