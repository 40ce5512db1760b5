"""Random legal graphs of random operators with random settings, odd names, ties, and all that the text form can hold."""

from typing import Any

from hypothesis import strategies as st

from convlens.ir import op as operators
from convlens.ir.errors import ConvlensError
from convlens.ir.graph import Extra, Graph, Input, Node, Ref, Tie
from convlens.ir.op import Op
from convlens.ir.setting import EachAxis, Flag, Kind, PaddingRule, Real, Reals, Whole, Wholes, Word, Words
from convlens.ir.spec import ITEM_BYTES, TensorSpec
from tests.strategies import Draw, ints

NAMES = st.text(min_size=1, max_size=8) | st.sampled_from(
    ['a"b', "with space", "network", "input", "in", "of", "frozen", "in_place", "shares", "été", "层", "a\\b",
     "#x", "1st", "a[1]", "x=y", "true", "", "\t", "\n", "\u2028"]
)  # fmt: skip
NUMBERS = st.floats(allow_nan=False) | ints(-5, 5)


def _entries(draw: Draw, strategy: st.SearchStrategy[Any], axes: int | None) -> tuple[Any, ...]:
    return tuple(draw(strategy) for _ in range(axes if axes is not None else draw(ints(0, 3))))


def value_of(draw: Draw, kind: Kind, axes: int) -> Any:
    """A value that the kind accepts."""
    match kind:
        case EachAxis():
            return _entries(draw, ints(kind.least, 10**6), axes)
        case PaddingRule():
            if kind.rules and draw(ints(0, 3)) == 0:
                return draw(st.sampled_from(kind.rules))
            return _entries(draw, st.tuples(ints(-9, 9), ints(-9, 9)), axes)
        case Whole():
            least = -9 if kind.least is None else kind.least
            return draw(st.none() | ints(least, 10**18)) if kind.optional else draw(ints(least, 10**18))
        case Wholes():
            if kind.optional and draw(ints(0, 2)) == 0:
                return None
            return _entries(draw, ints(-9 if kind.least is None else kind.least, 99), None)
        case Flag():
            return draw(st.booleans())
        case Real():
            return draw(st.none() | NUMBERS) if kind.optional else draw(NUMBERS)
        case Reals():
            return draw(st.none()) if draw(st.booleans()) else _entries(draw, NUMBERS, None)
        case Words():
            return _entries(draw, NAMES, None)
        case Word():
            return draw(st.sampled_from(kind.among) if kind.among else NAMES)
    raise AssertionError(f"a kind of setting that no test knows: {kind!r}")


@st.composite
def ops(draw: Draw) -> Op:
    """Any operator; one that refuses its random settings gives way to ``relu``."""
    kind = draw(st.sampled_from(operators.every()))
    axes = draw(ints(1, 3))
    given = {name: value_of(draw, k, axes) for name, k in kind.fields.items() if name not in kind.defaults or draw(st.booleans())}
    try:
        return kind(**given)
    except ConvlensError:
        return operators.lookup("relu")()


@st.composite
def specs(draw: Draw) -> TensorSpec:
    return TensorSpec(tuple(draw(st.lists(ints(1, 10**18 - 1), max_size=4))), draw(st.sampled_from(sorted(ITEM_BYTES))))


@st.composite
def graphs(draw: Draw) -> Graph:
    names = draw(st.lists(NAMES, min_size=2, max_size=7, unique=True))
    count = draw(ints(1, len(names) - 1))
    inputs = tuple(Input(name, draw(specs())) for name in names[:count])
    nodes: list[Node] = []
    for at, name in enumerate(names[count:], count):
        sources = tuple(draw(refs(names[:at])) for _ in range(draw(ints(0, 2))))
        ties = tuple(Tie(draw(NAMES), n.name, draw(NAMES)) for n in nodes if draw(ints(0, 3)) == 0)
        frozen = tuple(draw(st.lists(NAMES, max_size=2)))
        nodes.append(Node(name, draw(ops()), sources, draw(st.just("") | NAMES), ties, frozen, draw(st.booleans())))
    extras = tuple(draw(st.lists(_extras(), max_size=2)))
    layout, dialect = draw(st.sampled_from(["NC*", "N*C"])), draw(st.sampled_from(["torch.nn", "keras", "onnx", "tf.nn"]))
    outputs = tuple(draw(refs(names)) for _ in range(draw(ints(1, 2))))
    return Graph(draw(NAMES), inputs, tuple(nodes), outputs, layout, dialect, extras)


def refs(names: list[str]) -> st.SearchStrategy[Ref]:
    return st.builds(Ref, st.sampled_from(names), st.just(0) | ints(0, 3))


@st.composite
def _extras(draw: Draw) -> Extra:
    kind = draw(st.sampled_from(["param", "buffer"]))
    return Extra(draw(NAMES), draw(specs()).dims, kind, trainable=kind == "buffer" or draw(st.booleans()))
