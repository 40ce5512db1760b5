"""Activation memory against a simulation that frees each tensor when nobody will read it any more."""

from hypothesis import given
from hypothesis import strategies as st

from convlens.ir.graph import Graph
from convlens.ir.text import parse
from convlens.passes.facts import Facts, facts
from convlens.passes.liveness import activations
from tests.strategies import Draw, cases, ints


@st.composite
def networks(draw: Draw) -> Graph:
    """Nodes that read any earlier value: ordinary ones, views, one with two outputs."""
    values, lines = ["x", "z"], ["input x: 4x8", "input z: 4x8: float64"]
    for i in range(draw(ints(1, 10))):
        call = draw(st.sampled_from(["relu({})", "identity({})", "add({}, {})", "cast({}, dtype=float16)", "split"]))
        sources = [draw(st.sampled_from(values)) for _ in range(2)]
        if call == "split":
            lines.append(f"s{i} = reduce({sources[0]}, function=max_with_indices, over=[1], keep=true)")
            lines.append(f"v{i} = add(s{i}[{draw(ints(0, 1))}], {sources[1]})")
        else:
            lines.append(f"v{i} = {call.format(*sources)}")
        values.append(f"v{i}")
    outputs = draw(st.lists(st.sampled_from(values), min_size=1, max_size=2))
    return parse("\n".join([*lines, f"output {', '.join(outputs)}"]))


def simulated(graph: Graph, known: Facts) -> tuple[int, int]:
    """Total and peak, by asking of every buffer at every step whether anything still needs it."""
    buffer_of = {(item.name, 0): item.name for item in graph.inputs}
    size = {item.name: item.spec.bytes for item in graph.inputs}
    for node in graph:
        for port, spec in enumerate(known.nodes[node.name].outputs):
            own = f"{node.name}[{port}]"
            buffer_of[node.name, port] = buffer_of[node.inputs[0]] if node.op.view else own
            size[own] = 0 if node.op.view else spec.bytes
    kept = {buffer_of[ref] for ref in graph.outputs}
    alive, peak = {item.name for item in graph.inputs}, sum(item.spec.bytes for item in graph.inputs)
    for at, node in enumerate(graph):
        ports = range(len(known.nodes[node.name].outputs))
        alive |= {buffer_of[node.name, port] for port in ports}
        peak = max(peak, sum(size[b] for b in alive))
        later = {buffer_of[ref] for after in graph.nodes[at + 1 :] for ref in after.inputs}
        untouched = {i.name for i in graph.inputs if not any(buffer_of[r] == i.name for n in graph for r in n.inputs)}
        alive &= later | kept | untouched
    total = sum(size[b] for b in size if "[" in b)
    return total, peak


@cases(200)
@given(networks())
def test_against_a_simulation(graph: Graph) -> None:
    known = facts(graph)
    found = activations(graph, known)
    assert (found.total_bytes, found.peak_bytes) == simulated(graph, known)


def test_by_hand() -> None:
    """Inputs 400 B; a: 800 B, b: 800 B (a view of a costs nothing), c: 400 B. While c is made, b and c are alive."""
    graph = parse(
        "input x: 1x100\na = linear(x, out=200)\nv = reshape(a, shape=[200])\nb = relu(v)\nc = linear(b, out=100)\noutput c"
    )
    found = activations(graph, facts(graph))
    assert (found.total_bytes, found.peak_bytes, found.peak_node) == (2000, 1600, "b")


def test_a_skip_keeps_its_source_alive() -> None:
    """Without the skip the peak is two maps; with it, three."""
    chain = "input x: 1x10\na = relu(x)\nb = relu(a)\nc = relu(b)\n"
    plain = parse(chain + "output c")
    skip = parse(chain + "d = add(c, a)\noutput d")
    assert activations(plain, facts(plain)).peak_bytes == 80
    assert activations(skip, facts(skip)).peak_bytes == 120


def test_a_broken_network_is_measured_up_to_the_break() -> None:
    graph = parse("input x: 1x3x8x8\na = relu(x)\nb = conv(a, out=4, kernel=9x9)\noutput b")
    assert activations(graph, facts(graph)).total_bytes == 768
