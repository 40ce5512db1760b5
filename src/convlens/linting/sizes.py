"""Input sizes that fit, as findings tell them; and those at which a network runs that breaks where branches meet."""

from collections.abc import Iterable, Mapping
from typing import Any

from convlens.arith.congruence import Congruence
from convlens.ir.graph import Graph
from convlens.ir.spec import TensorSpec
from convlens.lang.messages import marked
from convlens.lang.remark import Remark, remark
from convlens.passes.facts import Facts, facts
from convlens.passes.program import Axis, programs
from convlens.passes.sizes import fitting

MOST_STEPS = 64
"""Merges that one search may find broken one after the other."""

MOST_RESIDUES = 8
"""Residues that are written out."""


def class_words(sizes: Congruence) -> str:
    """
    >>> class_words(Congruence(32, (1,), 1)), class_words(Congruence(16, (12,), 188)), class_words(Congruence(1, (0,), 5))
    ('n = 1 (mod 32)', 'n = 12 (mod 16), n >= 188', 'n >= 5')
    """
    shown = ", ".join(map(str, sizes.residues[:MOST_RESIDUES])) + ", ..." * (len(sizes.residues) > MOST_RESIDUES)
    least = f"n >= {sizes.minimum}"
    if sizes.modulus == 1:
        return least
    return f"n = {shown} (mod {sizes.modulus})" + f", {least}" * (sizes.minimum > sizes.modulus)


def either(sizes: Congruence, size: int) -> Remark | str:
    """The nearest sizes of the class, in words.

    >>> either(Congruence(4, (0,), 4), 50).text(), either(Congruence(4, (0,), 4), 3)
    ('48 or 52', '4')
    """
    near = sizes.near(size)
    return remark(marked("{low} or {high}"), low=near[0], high=near[-1]) if len(near) > 1 else ", ".join(map(str, near))


def size_evidence(sizes: Congruence, size: int) -> dict[str, Any]:
    """The class as evidence holds it, with the sizes next to this one."""
    return {
        "modulus": sizes.modulus, "residues": list(sizes.residues), "minimum": sizes.minimum,
        "below": sizes.below(size), "above": sizes.above(size),
    }  # fmt: skip


def running_sizes(graph: Graph, axes: Iterable[Axis]) -> Mapping[Axis, Congruence]:
    """The sizes of these input axes at which the network runs, all others as they are; empty where there are none, or they
    cannot be told. They are checked by walking the network at the nearest ones.

    A network that breaks is only known up to there. So it is looked at again at the nearest size that gets through, until it
    runs to its end.
    """
    wanted = {item.name: item.spec for item in graph.inputs}
    axes, now, known = tuple(axes), graph, facts(graph)
    for _ in range(MOST_STEPS):
        classes = _classes(now, known, axes)
        if len(classes) < len(axes):
            return {}
        sizes = {key: _nearest(classes[key], wanted[key[0]].dims[key[1]]) for key in axes}
        after = graph.with_inputs(tuple(_resized(item.name, item.spec, sizes) for item in graph.inputs))
        if after.inputs == now.inputs:
            ran = known.broken is None or (graph.broken is not None and known.broken is graph.nodes[-1])
            return classes if ran else {}
        now, known = after, facts(after)
    return {}


def _classes(graph: Graph, known: Facts, axes: tuple[Axis, ...]) -> dict[Axis, Congruence]:
    found = {key: fitting(program) for key, program in programs(graph, known, axes).of.items()}
    return {key: sizes for key, sizes in found.items() if sizes is not None}


def _nearest(sizes: Congruence, size: int) -> int:
    return size if size in sizes else min(sizes.near(size), key=lambda n: abs(n - size))


def _resized(name: str, spec: TensorSpec, sizes: Mapping[Axis, int]) -> TensorSpec:
    return spec.with_dims(tuple(sizes.get((name, axis), size) for axis, size in enumerate(spec.dims)))
