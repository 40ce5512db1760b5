"""All rules together: over every network at many sizes, over networks that no one would write, and what their fixes make."""

import json
from time import process_time

import pytest
import torch

from convlens import networks
from convlens.backends.torch import as_module
from convlens.ir.graph import Graph
from convlens.ir.spec import TensorSpec
from convlens.ir.text import format as written
from convlens.ir.text import parse
from convlens.linting.lint import lint_graph
from convlens.linting.options import Options
from convlens.linting.repair import repair
from convlens.linting.report import Report
from convlens.linting.settings import Settings
from tests.linting.ask import graph_of

EVERYTHING = Options("cross_entropy", 10**9, 1, "a100", 1, 1, 1, 1, 10**12)
"""Options that make every rule speak that can."""

TRUE = {
    "alexnet": ["G08", "G08", "G08", "G08"],
    "bagnet17": ["G08", "G08", "G08", "G10", "S02"],
    "deeplabv3": ["S05", "S06"],
    "fcn32s": ["G13"],
    "m5": ["G08", "G08", "S01"],
    "nin": ["G08", "G08", "G08", "G08"],
    "squeezenet": ["G08"],
}
"""Warnings that are true of a published network: pixels that no window reads, a branch beside another one, biases before norms,
FCN's frame of 100 zeros."""


def sized(name: str, size: int) -> Graph:
    """A network with another input size, along all axes of space."""
    graph = networks.load(name)
    specs = [item.spec for item in graph.inputs]
    return graph.with_inputs(tuple(TensorSpec((*x.dims[:2], *(size for _ in x.dims[2:])), x.dtype) for x in specs))


def loud(report: Report) -> list[str]:
    return [finding.code for finding in report.findings if finding.severity != "info"]


def shapes(report: Report) -> list[tuple[int, ...]]:
    return [report.net.spec(ref).dims for ref in report.net.graph.outputs]


def said(graph: Graph, options: Options = Options()) -> Report:  # noqa: B008 - immutable
    """The report, once it has been said in every way, and its findings name nodes that are there, in order."""
    report = lint_graph(graph, Settings(options=options))
    json.dumps(report.to_dict(), allow_nan=False)
    assert report.text(everything=True).replace("\n", "").isprintable()
    for finding in report.findings:
        assert list(finding.nodes) == [node.name for node in graph if node.name in finding.nodes]
    return report


@pytest.mark.parametrize("name", networks.names())
def test_a_published_network_has_only_faults_that_are_true(name: str) -> None:
    assert loud(said(networks.load(name))) == TRUE.get(name, [])


@pytest.mark.parametrize("name", networks.names())
def test_no_rule_raises_at_any_size(name: str) -> None:
    for size in (1, 2, 7, 33, 65, 227, 16384):
        said(sized(name, size))
    said(sized(name, 31), EVERYTHING)


@pytest.mark.parametrize("name", ["alexnet", "bagnet17", "deeplabv3", "m5", "nin", "squeezenet"])
def test_a_repaired_network_has_no_warning_and_the_same_outputs(name: str) -> None:
    done = repair(networks.load(name))
    assert loud(done.before)
    assert loud(done.after) == []
    assert shapes(done.after) == shapes(done.before)
    assert parse(written(done.graph)) == done.graph


@pytest.mark.parametrize(("name", "size"), [("m5", None), ("squeezenet", None), ("resnet18", 32), ("bagnet17", 32)])
def test_a_repaired_network_runs(name: str, size: int | None) -> None:
    done = repair(sized(name, size) if size else networks.load(name))
    assert done.mended
    assert loud(done.after) == []
    (item,), (out,) = done.graph.inputs, shapes(done.before)
    assert tuple(as_module(done.graph)(torch.rand(item.spec.dims)).shape) == out


def test_a_frame_that_is_meant_is_left_to_a_person() -> None:
    """FCN pads its input by 100, without which its output would have another size than its input."""
    done = repair(networks.load("fcn32s"))
    assert (loud(done.after), done.mended) == (["G13"], ())
    assert done.after.findings[0].fixes[0].words.text() == "padding 1x1, with which every window meets a pixel"
    slip = repair(graph_of("input x: 1x3x8x8; c = conv(x, out=4, kernel=1x1, padding=1); r = relu(c)"), Settings(select=("G13",)))
    assert shapes(slip.after) == [(1, 4, 8, 8)]


class TestWhatEndsEarly:
    def test_two_faults_are_mended_one_after_the_other(self) -> None:
        graph = graph_of(
            "input x: 1x8x17x17; a = conv(x, out=8, kernel=3x3); r = relu(a); s = add(x, r)",
            "b = conv(s, out=8, kernel=31x31); t = relu(b)",
        )
        done = repair(graph)
        assert [(mended.finding.code, mended.finding.nodes) for mended in done.mended] == [("G17", ("s",)), ("G20", ("b",))]
        assert done.after.net.facts.broken is None

    @pytest.mark.parametrize(("name", "size"), [("nin", 65), ("unet", 225)])
    def test_what_was_only_not_seen_before_does_not_stop_the_fix(self, name: str, size: int) -> None:
        """The whole network shows warnings in layers that stand before the one at which it ended."""
        done = repair(sized(name, size))
        assert done.before.net.facts.broken is not None
        assert done.after.net.facts.broken is None
        assert done.after.counts["error"] == 0

    def test_a_fix_that_leaves_the_end_where_it_was_is_none(self) -> None:
        graph = graph_of("input x: 1x3x8x8; c = conv(x, out=8, kernel=3x3); b = batch_norm(c); l = reshape(b, shape=[7, 7])")
        done = repair(graph)
        assert (loud(done.before), done.mended) == (["X01", "S01"], ())


HOSTILE = {
    "no layer": "input x: 1x3x8x8; output x",
    "no batch": "input x: 8x64x64; c = conv(x, out=16, kernel=3x3, padding=same); p = pad(c, before=1, after=2); a = adaptive_avg_pool(p, size=5x3)",
    "one axis": "input x: 5; r = relu(x); l = linear(r, out=1); s = softmax(l, axis=0)",
    "the end behind a norm": "input x: 1x4x8x8; c = conv(x, out=4, kernel=3x3); r = relu(c); b = batch_norm(r); d = conv(b, out=4, kernel=9x9, groups=3)",
    "padding that crops": "input x: 1x4x16x16; c = conv(x, out=4, kernel=3x3, padding=[[-2, 2], [0, 0]], dilation=2); d = conv(c, out=4, kernel=3x3, padding=[[-1, -1], [2, 2]], dilation=2)",
    "dilated layers that are no windows": "input x: 1x4x16x16; a = conv_transpose(x, out=4, kernel=5x5, dilation=2); b = conv_transpose(a, out=4, kernel=3x3, dilation=2)",
    "patches of two axes that never meet": 'input x: 8x16x8x8; a = interpolate(x, scale=[2, 0.5], mode="bilinear"); b = pixel_unshuffle(a, factor=2); u = unfold(b, kernel=2x2); m = max_pool(u, kernel=4x4, stride=1x2, padding=2, ceil_mode=true); s = mul(u, m)',
    "huge maps": "input x: 1x3x1000000000x1000000000; c = conv(x, out=8, kernel=3x3, stride=2, padding=1); p = max_pool(c, kernel=2x2); u = interpolate(p, scale=[2, 2])",
    "huge kernels": "input x: 1x3x999999999; c = conv(x, out=4, kernel=999983, stride=7); d = conv(c, out=4, kernel=99991, dilation=1009)",
    "huge patches": "input x: 1x3x1000x1000; t = conv_transpose(x, out=2, kernel=100003x100003, stride=9973x9973, dilation=3x3); u = conv_transpose(t, out=2, kernel=5x5, stride=3x3)",
    "a huge adaptive pooling": "input x: 1x3x1000000000x1; p = adaptive_avg_pool(x, size=999999937x5)",
    "huge channels": "input x: 1x1000000000000x4x4; c = conv(x, out=1000000000000, kernel=1x1); b = batch_norm(c)",
    "maps of prime sizes": 'input x: 1x3x997x991; a = interpolate(x, size=983x977); b = interpolate(a, size=953x947, mode="bilinear", align_corners=true); d = conv(b, out=4, kernel=3x3)',
    "a value twice": "input x: 1x3x8x8; a = add(x, x); b = concat(a, a, a); c = mul(b, b); output c, c, x",
    "a computed kernel": "input x: 1x4x8x8; input w: 6x4x3x3; c = conv(x, w, out=6, kernel=3x3)",
    "an unknown operator": 'input x: 1x3x8x8; a = opaque(x, call="my.sort", results=["1x3x8x8:float32"]); c = conv(a, out=4, kernel=3x3); d = opaque(c, call="z", results=["7:float32"])',
    "a hostile name": 'network "\\u001b[31m{x}%s"; input "x\\n::error::": 1x3x8x8; "{count}\\u202e" = conv("x\\n::error::", out=4, kernel=3x3); "b|<b>" = batch_norm("{count}\\u202e"); output "b|<b>"',
    "a long chain": "input x: 1x4x64x64; c0 = conv(x, out=4, kernel=3x3); "
    + "; ".join(f"c{i} = conv(c{i - 1}, out=4, kernel=3x3, padding=1)" for i in range(1, 1000)),
    "many branches": "input x: 1x4x64x64; "
    + "; ".join(f"c{i} = conv(x, out=4, kernel=3x3, padding=1); b{i} = batch_norm(c{i})" for i in range(400))
    + "; k = concat(" + ", ".join(f"b{i}" for i in range(400)) + ")",
}  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_no_rule_raises_and_none_counts_for_ever(text: str) -> None:
    graph = graph_of(text)
    for options in (Options(), EVERYTHING, Options("bce_with_logits", 1, 10**9, "qualcomm_htp", 0)):
        start = process_time()
        said(graph, options)
        assert process_time() - start < 10
    if len(graph.nodes) < 100:
        assert parse(written(repair(graph).graph))
