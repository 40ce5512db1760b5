"""Every network of the folder is legal, survives the round trip, and reproduces the figures that its file claims."""

from fractions import Fraction

import pytest

from convlens import networks
from convlens.ir import text
from convlens.ir.errors import UsageError
from convlens.ir.graph import Graph
from convlens.ir.spec import show_shape
from convlens.ir.verify import verify
from convlens.networks import Claim, claims, load, names
from convlens.passes.facts import Facts, facts
from convlens.passes.receptive_field import receptive_fields

THOUSANDS = {"K": 3, "M": 6, "G": 9}


def rounds_to(number: int, claimed: str) -> bool:
    """Whether ``number`` rounds to ``~4.09G``; exactly half a unit may go either way."""
    digits = claimed.lstrip("~").rstrip("KMG")
    unit = Fraction(10 ** THOUSANDS.get(claimed[-1], 0), 10 ** len(digits.partition(".")[2]))
    return 2 * abs(number - Fraction(digits.replace(".", "")) * unit) <= unit


def agrees(number: int, claimed: str) -> bool:
    return rounds_to(number, claimed) if claimed.startswith("~") else number == int(claimed)


def wrong(graph: Graph, found: Facts, claim: Claim) -> str:
    """What convlens says instead, or nothing where it says the same."""
    if claim.quantity in ("params", "macs"):
        nodes = [found.nodes[claim.node]] if claim.node else list(found.nodes.values())
        number = sum(getattr(node, claim.quantity) for node in nodes)
        return "" if agrees(number, claim.value) else str(number)
    if claim.quantity == "shape":
        shape = show_shape(found.nodes[claim.node].outputs[0].dims)
        return "" if shape == claim.value else shape
    if claim.quantity == "receptive_field":
        field = receptive_fields(graph, found)[claim.node]
        assert field is not None
        said = {"/".join(map(str, (a.size, a.stride, a.padding)[: claim.value.count("/") + 1])) for a in field.axes}
        return "" if said == {claim.value} else " and ".join(sorted(said))
    return f"nothing about {claim.quantity!r}"


def every_claim() -> list[tuple[str, Claim]]:
    return [(name, claim) for name in names() for claim in claims(name)]


@pytest.fixture(scope="module")
def loaded() -> dict[str, tuple[Graph, Facts]]:
    return {name: (graph := load(name), facts(graph)) for name in names()}


@pytest.mark.parametrize("name", names())
def test_is_a_legal_network_whose_shapes_fit(name: str, loaded: dict[str, tuple[Graph, Facts]]) -> None:
    graph, found = loaded[name]
    assert verify(graph) is graph
    assert graph.name == name
    assert found.error is None


@pytest.mark.parametrize("name", names())
def test_survives_the_round_trip(name: str, loaded: dict[str, tuple[Graph, Facts]]) -> None:
    graph, _ = loaded[name]
    assert text.parse(text.format(graph)) == graph


@pytest.mark.parametrize("name", names())
def test_claims_its_parameters_and_macs(name: str) -> None:
    assert {"params", "macs"} <= {claim.quantity for claim in claims(name) if not claim.node}


@pytest.mark.parametrize(("name", "claim"), every_claim(), ids=lambda v: " ".join(v[:3]) if isinstance(v, Claim) else v)
def test_reproduces_the_claim(name: str, claim: Claim, loaded: dict[str, tuple[Graph, Facts]]) -> None:
    said = wrong(*loaded[name], claim)
    assert not said, f"{claim.source} says {claim.value}, convlens says {said}"


@pytest.mark.parametrize(
    ("quantity", "node", "value", "instead"),
    [
        ("params", "", "11689513", "11689512"),
        ("params", "conv1", "9407", "9408"),
        ("params", "", "~11.68M", "11689512"),
        ("macs", "", "~1.815G", "1814073344"),
        ("macs", "", "~2K", "1814073344"),
        ("shape", "conv1", "1x64x112x111", "1x64x112x112"),
        ("receptive_field", "conv1", "7/2/2", "7/2/3"),
        ("receptive_field", "conv1", "8", "7"),
        ("colour", "", "1", "nothing about 'colour'"),
    ],
)
def test_a_wrong_claim_is_found(
    quantity: str, node: str, value: str, instead: str, loaded: dict[str, tuple[Graph, Facts]]
) -> None:
    assert wrong(*loaded["resnet18"], Claim(quantity, node, value, "nobody")) == instead


@pytest.mark.parametrize(("number", "claimed"), [(4_089_184_256, "~4.09G"), (4_231_976, "~4.2M"), (999, "~1K"), (1500, "~2K")])
def test_rounding_keeps_to_the_digits_given(number: int, claimed: str) -> None:
    assert rounds_to(number, claimed)
    assert not rounds_to(number * 2, claimed)


def test_an_unknown_name_suggests_the_nearest() -> None:
    with pytest.raises(UsageError) as error:
        load("resnet5")
    assert str(error.value).startswith("unknown network 'resnet5' (did you mean 'resnet50'?); the networks are: alexnet, ")


@pytest.mark.parametrize("name", ["", "../ir/text", "alexnet.txt", "__init__"])
def test_only_names_of_networks_are_read(name: str) -> None:
    with pytest.raises(UsageError, match="unknown network"):
        load(name)


@pytest.mark.parametrize("line", ["#: params 5", "#: params -- nobody", "#: params a b c -- nobody", "#: params 5 --  "])
def test_a_claim_that_cannot_be_read_is_refused(line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(networks, "_text", lambda name: f"# a comment\n{line}\n")
    with pytest.raises(UsageError) as error:
        claims("made_up")
    assert str(error.value) == f"networks/made_up.txt: a claim reads '#: QUANTITY [NODE] VALUE -- SOURCE'\n  {line}"
