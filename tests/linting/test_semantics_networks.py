"""The rules of order and semantics over every network that goes by a name, and over networks that no one would write."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convlens import networks
from convlens.ir.errors import ConvlensError
from convlens.ir.op import names
from convlens.ir.text import parse
from convlens.linting.finding import Finding
from convlens.linting.lint import lint_graph
from convlens.linting.options import LOSSES, Options
from convlens.linting.settings import Settings
from convlens.linting.table import codes
from tests.linting.ask import findings, graph_of
from tests.strategies import cases, ints

CODES = tuple(sorted(codes(("S",))))

TRUE = {
    ("m5", "S01", "warn"): ("conv1", "conv2", "conv3", "conv4"),
    ("bagnet17", "S02", "warn"): ("conv1",),
    ("deeplabv3", "S05", "warn"): ("classifier.0.project.3",),
    ("deeplabv3", "S06", "warn"): ("classifier.0.convs.4.2",),
}
"""Faults that the published networks really have. BagNet's first convolution is 1x1 with nothing behind it before the second
one: 1,728 weights do what the 37,056 of both do. DeepLabV3's decoder normalises behind a dropout, and its image pooling
normalises one value an image. The PyTorch tutorial's M5 has biases before its norms."""


def _loud(name: str) -> list[Finding]:
    found = lint_graph(networks.load(name), Settings(select=CODES)).findings
    return [finding for finding in found if finding.severity != "info"]


@pytest.mark.parametrize("name", networks.names())
def test_a_published_network_has_only_the_faults_that_are_known(name: str) -> None:
    found = {(name, finding.code, finding.severity): finding.nodes for finding in _loud(name)}
    assert found == {key: nodes for key, nodes in TRUE.items() if key[0] == name}


def test_the_pair_of_bagnet_is_one_layer_of_3x3() -> None:
    (pair,) = next(f.evidence["pairs"] for f in _loud("bagnet17") if f.code == "S02")
    assert (pair["kernel"], pair["merged_weights"], pair["weights"]) == ([3, 3], 3 * 64 * 9, 3 * 64 + 64 * 64 * 9)


ODD = [
    "input x: 3x8x8; a = conv(x, out=4, kernel=3x3); b = batch_norm(a); c = linear(b, out=4); d = softmax(c)",
    "input x: 8; a = linear(x, out=1); b = softmax(a, axis=0); c = dropout(b)",
    "input x: 1x8x4x4x4; a = conv(x, out=8, kernel=3x3x3, groups=2); b = conv(a, out=8, kernel=1x1x1, groups=2); c = linear(b, out=3)",
    "input x: 2x4x9; input y: 2x4x9; a = add(x, y); b = conv(a, out=4, kernel=3); c = conv(b, out=4, kernel=3); output c; output b",
    "input x: 1x4x4096x4096; a = conv(x, out=4096, kernel=3x3, groups=2); b = conv(a, out=4096, kernel=3x3, groups=2)",
    "input x: 4x5:int64; a = embedding(x, count=10, width=8); b = linear(a, out=3); c = relu(b)",
    "input x: 1x4x8x8; a = conv(x, out=4, kernel=99x99); b = batch_norm(a); c = conv(b, out=4, kernel=1x1)",
    'input x: 1x4x8x8; a = opaque(x, call="f", results=["1x4x8x8:float32", "3:int64"]); b = relu(a); c = linear(a[1], out=4); output b; output c',
    "input x: 1x4x8x8; output x",
    "input x: 1x4x8x8; k = constant(shape=[1, 4, 8, 8]); r = relu(k); s = relu(r); output s",
]


@pytest.mark.parametrize("text", ODD)
@pytest.mark.parametrize("options", [Options(), *(Options(loss=loss, batch=1) for loss in LOSSES)])
def test_no_rule_raises(text: str, options: Options) -> None:
    assert isinstance(lint_graph(graph_of(text), Settings(select=CODES, options=options)).findings, tuple)


@cases(300)
@given(st.data())
def test_no_rule_raises_whatever_stands_in_a_row(draw: Any) -> None:
    shape = draw.draw(st.sampled_from(["1x4x6x6", "4x6x6", "2x4x6", "1x6", "1x4x3x3x3", "6"]))
    lines, last = [f"input x: {shape}"], "x"
    layers = [
        "conv({}, out=4, kernel=1x1, groups=2)",
        "conv({}, out=4, kernel=1)",
        "linear({}, out=1)",
        "softmax({}, axis=-1)",
        "dropout({})",
    ]
    for at in range(draw.draw(ints(1, 8))):
        call = draw.draw(st.sampled_from([*layers, *(f"{name}({{}})" for name in names())]))
        try:
            parse("\n".join([*lines, f"n{at} = {call.format(last)}", f"output n{at}"]))
        except ConvlensError:  # an operator that needs settings
            continue
        lines.append(f"n{at} = {call.format(last)}")
        last = f"n{at}"
    graph = parse("\n".join([*lines, f"output {last}"]))
    options = Options(loss=draw.draw(st.sampled_from(["", *LOSSES])), batch=draw.draw(st.sampled_from([None, 1, 3])))
    report = lint_graph(graph, Settings(select=CODES, options=options))
    for finding in report.findings:
        assert finding.message.text()
        for fix in finding.fixes:
            if fix.apply is not None:
                _applied(graph, fix)


def _applied(graph: Any, fix: Any) -> None:
    try:
        fix.apply(graph)
    except ConvlensError:  # a fix that is not possible here is left out by `repair`
        return


def test_ten_thousand_layers_take_no_longer_each_than_a_thousand() -> None:
    from time import process_time

    def seconds(count: int) -> float:
        lines, last = ["input x: 1x8x8x8"], "x"
        for at in range(count // 5):
            lines += [f"c{at} = conv({last}, out=8, kernel=3x3, padding=1, groups=2)", f"b{at} = batch_norm(c{at})",
                      f"d{at} = dropout(b{at})", f"r{at} = relu(d{at})", f"s{at} = relu(r{at})"]  # fmt: skip
            last = f"s{at}"
        graph = parse("\n".join([*lines, f"output {last}"]))
        lint_graph(graph, Settings(select=CODES))
        start = process_time()
        lint_graph(graph, Settings(select=CODES))
        return process_time() - start

    assert min(seconds(10_000) for _ in range(2)) < 30 * min(seconds(1_000) for _ in range(3))


def test_what_a_single_rule_says_of_a_network_of_nothing() -> None:
    assert [findings(code, graph_of("input x: 1x4x8x8; output x")) for code in CODES] == [()] * len(CODES)
