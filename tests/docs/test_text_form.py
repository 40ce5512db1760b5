"""The examples of docs/text-form.md run."""

import re
from pathlib import Path

import convlens
from convlens.ir.text import format as written
from convlens.ir.text import parse

PAGE = (Path(__file__).parents[2] / "docs" / "text-form.md").read_text(encoding="utf-8")


def test_the_network_of_the_page_can_be_read_and_summarised():
    (network,) = re.findall(r"```text\n(network.*?)```", PAGE, re.DOTALL)
    graph = parse(network)
    assert parse(written(graph)) == graph
    record = convlens.summary(graph).to_dict()
    assert "error" not in record
    assert record["layers"][-1]["outputs"] == [[1, 10]]


def test_every_operator_of_the_page_exists():
    from convlens.ir.op import names

    assert {*re.findall(r"= (\w+)\(", PAGE)} - {*names(), "operator"} == set()
