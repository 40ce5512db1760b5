"""The page computes in the browser. It must say what Python says: shapes, costs, padding, index sets, sums."""

import json
import os
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.playgrounds.answers import answer
from tests.playgrounds.random_layers import layers

COUNT = int(os.environ.get("CONVLENS_CASES", "400"))

ASK = """records => records.map(record => {
  const {s, nodes, errors} = convlens.read(record.settings)
  if (errors.length) return {legal: false}
  const values = convlens.numbers(s, nodes), first = nodes[0], last = nodes.at(-1), sum = f => String(nodes.reduce((all, n) => all + f(n), 0n))
  const key = list => list.join(), unique = lists => [...new Map(lists.map(l => [key(l), l])).values()]
  const inputs = (stage, o, at) => {
    const found = convlens.terms(nodes[stage], o, at).filter(t => t.at !== null)
    return stage === 0 ? found.map(t => [t.c, ...t.at]) : found.flatMap(t => inputs(stage - 1, t.c, t.at))
  }
  const product = lists => lists.reduce((all, list) => all.flatMap(one => list.map(x => [...one, x])), [[]])
  return {
    legal: true, output: [last.cout, ...convlens.outSize(last)], params: sum(convlens.params), macs: sum(convlens.macs),
    elementwise: sum(convlens.operations), pads: first.pads, dropped: first.size.map((_, a) => convlens.dropped(first, a)),
    rules: convlens.rules(first).slice(1),
    samples: record.samples.map(({at: [o, ...at]}) => ({value: values.value(nodes.length - 1, o, at), reads: unique(inputs(nodes.length - 1, o, at)),
      slid: first.type === 'transposed' ? unique(convlens.terms(first, o, at, 'stretched').filter(t => t.at).map(t => [t.c, ...t.at])) : null})),
    reached: record.reached && nodes.length === 1 ? product([range(first, record.reached.at[0]), ...record.reached.at.slice(1).map((p, a) => convlens.reached(first, a, p))]) : null,
  }
  function range(node, c) {
    if (node.type === 'max' || node.type === 'avg') return [c]
    const made = node.cout / node.groups, start = Math.floor(c / (node.cin / node.groups)) * made
    return Array.from({length: made}, (_, i) => start + i)
  }
})"""


@pytest.fixture(scope="module")
def both(browser: Any, file: Path, tmp_path_factory: pytest.TempPathFactory) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Python's record and the page's for each layer, by way of a JSON file as any other program would read it."""
    draw = Random(11)
    path = tmp_path_factory.mktemp("agreement") / "layers.json"
    path.write_text(json.dumps([answer(call, shape, draw) for call, shape in layers(COUNT)]), encoding="utf-8")
    records = json.loads(path.read_text(encoding="utf-8"))
    page = browser.new_page()
    page.goto(file.as_uri())
    page.wait_for_function("window.convlens")
    asked = [{"samples": [], "reached": None, **record} for record in records]
    found = page.evaluate(ASK, asked)
    page.close()
    return list(zip(records, found, strict=True))


def test_every_kind_is_met(both: Any) -> None:
    kinds = {(theirs["settings"]["type"], theirs["settings"]["axes"]) for theirs, _ in both if theirs["legal"]}
    assert {kind for kind, _ in kinds} >= {"conv", "transposed", "separable", "max", "avg"}
    assert {axes for _, axes in kinds} == {"1", "2", "3"}


def test_both_call_the_same_layers_impossible(both: Any) -> None:
    wrong = [theirs["call"] for theirs, page in both if theirs["legal"] != page["legal"]]
    assert wrong == []
    assert sum(not theirs["legal"] for theirs, _ in both) >= COUNT // 20
    assert sum(theirs["legal"] for theirs, _ in both) >= COUNT // 2


@pytest.mark.parametrize("fact", ["output", "pads", "dropped", "rules"])
def test_facts_agree(both: Any, fact: str) -> None:
    wrong = [(t["call"], t["shape"], t[fact], p[fact]) for t, p in both if t["legal"] and t[fact] != p[fact]]
    assert wrong == []


@pytest.mark.parametrize("fact", ["params", "macs", "elementwise"])
def test_costs_agree_exactly(both: Any, fact: str) -> None:
    """They are whole numbers of any size, so they travel as texts."""
    wrong = [
        (t["call"], t["shape"], t[fact], p[fact])
        for t, p in both
        if t["legal"] and t[fact] is not None and str(t[fact]) != p[fact]
    ]
    assert wrong == []


def test_sums_agree(both: Any) -> None:
    for theirs, page in _legal(both):
        for wanted, found in zip(theirs["samples"], page["samples"], strict=True):
            value = wanted["value"]
            same = (
                found["value"] == value
                or abs(found["value"] - value) < 1e-12 * abs(value)
                or (value != value and found["value"] != found["value"])
            )
            assert same, (theirs["call"], theirs["shape"], wanted["at"], value, found["value"])


def test_the_inputs_of_an_output_agree(both: Any) -> None:
    for theirs, page in _legal(both):
        for wanted, found in zip(theirs["samples"], page["samples"], strict=True):
            assert sorted(found["reads"]) == wanted["reads"], (theirs["call"], theirs["shape"], wanted["at"])
            if found["slid"] is not None:
                assert sorted(found["slid"]) == wanted["reads"], "the stretched view of " + theirs["call"]


def test_the_outputs_of_an_input_agree(both: Any) -> None:
    met = [(t, p) for t, p in _legal(both) if t["reached"] and p["reached"] is not None]
    assert len(met) >= COUNT // 8
    for theirs, page in met:
        assert sorted(page["reached"]) == theirs["reached"]["outs"], (theirs["call"], theirs["shape"], theirs["reached"]["at"])


def test_a_wrong_answer_would_be_seen(both: Any) -> None:
    theirs, page = next((t, p) for t, p in _legal(both) if t["samples"][0]["reads"])
    assert sorted(page["samples"][0]["reads"])[1:] != theirs["samples"][0]["reads"]


def _legal(both: Any) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    return [(theirs, page) for theirs, page in both if theirs["legal"]]
