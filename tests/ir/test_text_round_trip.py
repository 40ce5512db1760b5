"""``parse(format(g)) == g`` for any graph, and text that nobody would write."""

import string

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from convlens.ir.errors import ConvlensError
from convlens.ir.graph import Graph
from convlens.ir.op import every
from convlens.ir.text import MAX_DEPTH, format, parse
from convlens.passes.facts import facts
from tests.ir.networks import graphs, ops
from tests.strategies import cases


@cases(150)
@given(graphs())
def test_parse_reads_what_format_writes(graph: Graph) -> None:
    assert parse(format(graph)) == graph


@cases(60)
@given(graphs())
def test_formatting_again_changes_nothing(graph: Graph) -> None:
    assert format(parse(format(graph))) == format(graph)


def test_the_round_trip_would_see_a_lost_setting() -> None:
    graph = parse("input x: 1x3x8x8\nc = conv(x, out=4, kernel=3x3, padding=0:1)\noutput c")
    assert parse(format(graph).replace("0:1", "1")) != graph


def test_every_operator_is_drawn() -> None:
    seen = set()

    @cases(9 * len(every()))
    @given(ops())
    def collect(op: object) -> None:
        seen.add(type(op))

    collect()
    assert len(seen) > 0.9 * len(every())


ALPHABET = st.sampled_from([*string.printable, "\0", "é", "\u2028", "x", ":", "=", "[", "]", '"', "\\"])
WORDS = ["network", "input", "output", "layout", "dialect", "unused", "param", "x", "c", "conv", "relu", "(", ")", "[", "]", "=",
         ":", ",",
         "1x3x8x8",
         "out=4", "kernel=3x3", "-1", "1e999", "nan", '"', "\\", "#", "\n", " ",
         "shares", "of", "frozen", "in", "in_place", "none", "0:1"]  # fmt: skip


@cases(500)
@given(st.text(ALPHABET, max_size=60) | st.lists(st.sampled_from(WORDS), max_size=25).map(" ".join) | st.text(max_size=40))
@example("x = relu(\0)")
@example('input x: 1\n"\0" = relu(x)\noutput "\0"')
@example('input "\\ud800": 1\noutput "\\ud800"')
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        graph = parse(text)
    except ConvlensError as error:
        assert str(error)
        return
    facts(graph)
    assert parse(format(graph)) == graph


@cases(100)
@given(graphs(), st.data())
def test_a_damaged_text_is_read_or_refused(graph: Graph, data: st.DataObject) -> None:
    text = format(graph)
    at = data.draw(st.integers(0, len(text)))
    try:
        facts(parse(text[:at] + data.draw(st.sampled_from(["", "[", "x", "9" * 30, '"', "=", "\n"])) + text[at + 1 :]))
    except ConvlensError as error:
        assert str(error)


def test_deep_nesting_is_refused() -> None:
    deep = "[" * 100_000
    with pytest.raises(ConvlensError, match=f"lists are nested deeper than {MAX_DEPTH}"):
        parse(f"c = reshape(x, shape={deep})")


@pytest.mark.parametrize("number", ["9" * 5000, "-" + "9" * 100, "1x" + "9" * 5000, "1:" + "9" * 5000, "1e" + "9" * 5000])
def test_a_number_of_many_digits_is_refused(number: str) -> None:
    with pytest.raises(ConvlensError):
        parse(f"input x: 1x3x8x8\nc = softmax(x, axis={number})\noutput c")


def test_dimensions_of_a_billion_give_exact_numbers() -> None:
    n = 10**9
    graph = parse(f"input x: {n}x{n}x{n}x{n}\nc = conv(x, out={n}, kernel=3x3, padding=1)\noutput c")
    known = facts(graph).nodes["c"]
    assert known.outputs[0].dims == (n, n, n, n)
    assert (known.params, known.macs) == (9 * n * n + n, 9 * n**5)
    assert known.outputs[0].bytes == 4 * n**4


def test_a_text_that_is_too_long_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("convlens.ir.text.MAX_CHARACTERS", 10)
    with pytest.raises(ConvlensError, match=r"^text: 11 characters; the text form is read up to 10$"):
        parse("#" * 11)


def test_a_padding_that_crops_both_sides_is_written_as_a_pair():
    graph = parse(
        "input x: 1x3x9x9\nc = conv(x, out=4, kernel=3x3, padding=-1:-1x0:0)\nd = conv(c, out=4, kernel=3x3, padding=-1:-1x-1:-1)\noutput d"
    )
    assert "padding=-1:-1x0:0)" in format(graph)
    assert parse(format(graph)) == graph
