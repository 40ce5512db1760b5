"""The small layer that the page opens in its playground has the windows of the real one."""

from collections.abc import Iterator
from typing import Any

import pytest

from convlens import networks
from convlens.ir.errors import ConvlensError
from convlens.ir.text import parse
from convlens.networkpages.trial import trial
from convlens.networkpages.windows import window_record
from convlens.playgrounds.settings import settings_of
from convlens.report.summary import Summary
from convlens.report.window import axis_windows


def trials(name: str) -> Iterator[Any]:
    """Report, layer, facts and trial of every layer with windows."""
    report = Summary(networks.load(name))
    for node in report.graph:
        known = report.facts.nodes[node.name]
        if node.op.name in ("conv", "conv_transpose", "max_pool", "avg_pool"):
            yield report, node, known, trial(report.graph, node, known.inputs[0])


@pytest.mark.parametrize("name", networks.names())
def test_every_layer_with_windows_has_a_trial_with_its_own_windows(name: str) -> None:
    for _, node, known, found in trials(name):
        assert found is not None, node
        small = Summary(parse(as_text(found["settings"], node)))
        assert small.facts.error is None
        (own,), spec = small.graph.nodes, known.inputs[0]
        for real, tried in zip(
            axis_windows(node.op, known.inputs), axis_windows(own.op, small.facts.nodes[own.name].inputs), strict=True
        ):
            assert (tried.kernel, tried.stride, tried.dilation, tried.padding) == (
                real.kernel,
                real.stride,
                real.dilation,
                real.padding,
            )
            assert tried.size <= real.size
            assert min(tried.dropped, tried.size) == min(real.dropped, tried.size)
            assert tried.out >= min(real.out, 2)
        if found["shapes"]:
            given, made = found["shapes"].split(" → ")
            assert given == str(small.graph.inputs[0].spec)
            assert made == str(small.facts.nodes[own.name].outputs[0])
        else:
            assert small.graph.inputs[0].spec.dims[-len(spec.dims) + 1 :] == spec.dims[1:]


def as_text(settings: dict[str, str], node) -> str:
    """The settings as a network of one layer, read anew: nothing of `trial` is used."""
    axes = int(settings["axes"])

    def each(key: str) -> str:
        parts = settings[key].split("x")
        return "x".join(parts * (axes if len(parts) == 1 else 1))

    def sides() -> str:
        parts = settings["padding"].split("x")
        pairs = [part.split("+") if "+" in part else [part, part] for part in parts * (axes if len(parts) == 1 else 1)]
        return "x".join(f"{left}+{right}" if left != right else left for left, right in pairs)

    shape = f"1x{settings['in']}x{each('size')}"
    padding = settings["rule"] if settings.get("rule", "sides") not in ("sides", "causal") else sides()
    common = f"kernel={each('kernel')}, stride={each('stride')}, padding={padding}, dilation={each('dilation')}"
    if settings["type"] in ("max", "avg"):
        ceil = ", ceil_mode=true" if settings["ceil"] else ""
        common = common if settings["type"] == "max" else common.rsplit(", dilation", 1)[0]
        return f"input x: {shape}\nc = {settings['type']}_pool(x, {common}{ceil})\noutput c"
    extra = f", output_padding={each('extra')}" if settings["type"] == "transposed" else ""
    op = "conv_transpose" if settings["type"] == "transposed" else "conv"
    groups = f", out={settings['out']}, groups={settings['groups']}"
    return f"input x: {shape}\nc = {op}(x, {common}{groups}{extra})\noutput c"


@pytest.mark.parametrize(("layer", "channels"), [
    ("conv(x, out=64, kernel=3x3)", ("3", "2", "1")),
    ("conv(x, out=48, kernel=3x3, groups=48)", ("3", "3", "3")),
    ("conv(x, out=96, kernel=3x3, groups=48)", ("3", "6", "3")),
    ("conv(x, out=48, kernel=3x3, groups=8)", ("4", "4", "2")),
    ("conv_transpose(x, out=48, kernel=3x3, groups=8)", ("4", "4", "2")),
])  # fmt: skip
def test_lanes_of_channels_stay_lanes(layer: str, channels: tuple[str, str, str]) -> None:
    report = Summary(parse(f"input x: 2x48x30x30\nc = {layer}\noutput c"))
    found = trial(report.graph, report.graph["c"], report.facts.nodes["c"].inputs[0])
    assert found is not None
    assert tuple(found["settings"][key] for key in ("in", "out", "groups")) == channels


def test_padding_that_repeats_pixels_keeps_enough_of_them() -> None:
    report = Summary(parse("input x: 1x3x40x40\nc = conv(x, out=4, kernel=25x25, padding=12, padding_mode=reflect)\noutput c"))
    found = trial(report.graph, report.graph["c"], report.facts.nodes["c"].inputs[0])
    assert found is not None
    assert int(found["settings"]["size"]) >= 13


def test_a_layer_that_is_small_is_its_own_trial() -> None:
    report = Summary(parse("input x: 1x2x6x6\nc = conv(x, out=2, kernel=3x3)\noutput c"))
    found = trial(report.graph, report.graph["c"], report.facts.nodes["c"].inputs[0])
    assert found == {"settings": settings_of("c", report.graph), "shapes": ""}


def test_what_the_playground_does_not_know_has_none() -> None:
    report = Summary(parse("input x: 1x2x6x6\nr = relu(x)\na = adaptive_avg_pool(r, size=2x2)\noutput a"))
    assert [trial(report.graph, node, report.facts.nodes[node.name].inputs[0]) for node in report.graph] == [None, None]
    assert [window_record(node, report.facts.nodes[node.name]) for node in report.graph] == [
        None,
        [0, [6, 2, 3, 3, 1, 0, 0], [6, 2, 3, 3, 1, 0, 0]],
    ]
    with pytest.raises(ConvlensError):
        settings_of("r", report.graph)
