"""The rules about what windows read, over all networks of convlens and over random ones: no false alarm, no crash, no delay."""

import json
from time import process_time

import pytest
from hypothesis import given

from convlens.ir.graph import Graph
from convlens.ir.text import parse
from convlens.linting.lint import lint_graph
from convlens.linting.report import Report
from convlens.linting.settings import Settings
from convlens.networks import load, names
from tests.passes.small_networks import networks
from tests.strategies import cases

CODES = ("G06", "G08", "G12", "G13", "G19", "G20")

KNOWN = {
    "alexnet": {"G08": ["features.0", "features.2", "features.5", "features.12"]},
    "bagnet17": {"G08": ["layer1.0.conv2", "layer2.0.conv2", "layer3.0.conv2"]},
    "fcn32s": {"G13": ["conv1_1"]},
    "m5": {"G08": ["pool2", "pool4"]},
    "nin": {"G08": ["net.0.0", "net.1", "net.3", "net.5"]},
    "squeezenet": {"G08": ["features.0"]},
}
"""All warnings, each of them true: rows that no window reaches, and the frame of 100 zeros that FCN puts around a picture."""


def report(graph: Graph) -> Report:
    return lint_graph(graph, Settings(select=CODES))


@pytest.mark.parametrize("name", names())
def test_a_network_is_warned_of_what_is_true_of_it_and_of_nothing_else(name: str) -> None:
    worse = [finding for finding in report(load(name)).findings if finding.severity != "info"]
    found = {code: [node for f in worse for node in f.nodes if f.code == code] for code in CODES}
    assert {code: nodes for code, nodes in found.items() if nodes} == KNOWN.get(name, {})


@cases(300)
@given(networks(1) | networks(2))
def test_no_random_network_makes_a_rule_raise(graph: Graph) -> None:
    for finding in report(graph).findings:
        json.dumps(finding.to_dict())
        for fix in finding.fixes:
            assert "{" not in fix.words.text()


HOSTILE = {
    "a huge kernel": "input x: 1x1x1000000\nc = conv(x, out=1, kernel=999999, dilation=1)\noutput c",
    "a huge dilated kernel": "input x: 1x1x1000000\nc = conv(x, out=1, kernel=99999, dilation=9, stride=7)\noutput c",
    "a huge padding": "input x: 1x1x2x2\nc = conv(x, out=1, kernel=1x1, padding=1000000000)\noutput c",
    "a huge stride": "input x: 1x1x999999x999999\nc = conv(x, out=1, kernel=1x1, stride=99991x99989)\noutput c",
    "huge strides that meet": "input x: 1x1x99999999\na = conv(x, out=1, kernel=1, stride=9973)\nb = conv(x, out=1, kernel=1, stride=9967)\nc = conv(x, out=1, kernel=1, stride=9949)\noutput a, b, c",
    "a huge adaptive pooling": "input x: 1x1x999983\na = adaptive_avg_pool(x, size=999979)\noutput a",
    "a huge dilation": "input x: 1x1x9\nc = conv(x, out=1, kernel=9999, padding=99999999, dilation=19997)\noutput c",
    "no parameter": "input x: 1x1x9x9\ny = relu(x)\noutput y",
    "too few axes": "input x: 5\ny = max_pool(x, kernel=2x2)\noutput y",
    "an input of several": "input x: 1x4x2x2\ninput z: 1x4x9x9\ninput s: 7\na = max_pool(x, kernel=2x2)\nb = conv(a, out=4, kernel=3x3)\nc = add(b, z)\noutput c",
    "unfold": "input x: 1x4x9x9\nu = unfold(x, kernel=2x2, stride=3, padding=2)\noutput u",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_settings_take_no_time(text: str) -> None:
    graph = parse(text)
    start = process_time()
    for finding in report(graph).findings:
        json.dumps(finding.to_dict())
    assert process_time() - start < 30


def test_lint_of_a_deep_network_grows_with_its_depth() -> None:
    def seconds(depth: int) -> float:
        lines = [
            f"c{i} = conv({f'c{i - 1}' if i else 'x'}, out=8, kernel=3x3, padding=1, stride={1 + (i == depth - 1)})"
            for i in range(depth)
        ]
        graph = parse("\n".join(["input x: 1x8x64x64", *lines, f"output c{depth - 1}"]))
        start = process_time()
        report(graph)
        return process_time() - start

    seconds(100)
    assert seconds(8000) < 20 * max(seconds(800), 0.01)
