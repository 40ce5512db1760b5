"""The strip as a value and as SVG: nothing overlaps, nothing leaves its frame, the numbers are those of the summary."""

import base64
import re
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

import convlens
from convlens import networks
from convlens.arith.units import short
from convlens.ir.op import names
from convlens.ir.text import parse
from convlens.report.strip.arcs import arcs, edges
from convlens.report.strip.blocks import likeness
from convlens.report.strip.fold import MOST, forest, shown
from convlens.report.strip.kinds import KINDS, OF_OPERATOR
from convlens.report.strip.measure import NAME, SMALL, text_width
from convlens.report.strip.picture import network_svg
from convlens.report.strip.ribbon import costs
from convlens.report.strip.scene import MARGIN, Strip, strip
from convlens.report.strip.svg import STYLE
from convlens.report.summary import Summary

GOLDEN = Path(__file__).parent / "lenet5.svg"
SVG = "{http://www.w3.org/2000/svg}"


def luminance(colour: str) -> float:
    """Relative luminance of ``#rrggbb``, WCAG 2."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def test_every_kind_carries_a_black_letter() -> None:
    assert all((luminance(kind.colour) + 0.05) / 0.05 >= 4.5 for kind in KINDS)
    assert len({kind.letter for kind in KINDS}) == len({kind.colour for kind in KINDS}) == len(KINDS)


def test_a_dark_colour_would_be_found() -> None:
    assert (luminance("#004488") + 0.05) / 0.05 < 4.5


def test_the_table_of_kinds_names_operators_that_exist() -> None:
    assert set(OF_OPERATOR) <= set(names())


def drawn(name: str, width: int = 1200) -> Strip:
    return strip(Summary(networks.load(name)), width, 80)


@pytest.mark.parametrize("width", [320, 690, 1200])
@pytest.mark.parametrize("name", networks.names())
def test_nothing_overlaps_and_nothing_leaves_the_frame(name: str, width: int) -> None:
    found = drawn(name, width)
    bottom = 0
    for row in found.rows:
        ends = [(found.lefts[at], found.lefts[at] + found.blocks[at].column) for at in row.blocks]
        assert all(a[1] <= b[0] for a, b in pairwise(ends))
        assert ends[-1][1] <= width - MARGIN
        for at in row.blocks:
            block = found.blocks[at]
            assert max(block.width, text_width(block.name, NAME), text_width(block.shape, SMALL)) <= block.column
            assert row.baseline - block.height >= row.sky
        for arc in row.arcs:
            assert row.sky - 14 * arc.level >= bottom
        bottom = row.bottom
    assert len(found.blocks) <= MOST


@pytest.mark.parametrize("name", networks.names())
def test_every_connection_is_drawn_or_counted(name: str) -> None:
    found = drawn(name, 900)
    all_ = edges(found.nodes, [block.item for block in found.blocks])
    row_of = {at: number for number, row in enumerate(found.rows) for at in row.blocks}
    far = [edge for edge in all_ if edge[1] - edge[0] > 1]
    pieces = sum(len(row.arcs) for row in found.rows)
    two = sum(row_of[a] != row_of[b] for a, b in far)
    assert found.left_out or pieces == len(far) + two
    assert sum(found.joined) == len(all_) - len(far)


def test_arcs_on_one_level_do_not_meet() -> None:
    rows = [range(20), range(20, 40)]
    made, _ = arcs([(a, b) for a in range(0, 36, 3) for b in range(a + 2, 40, 7)], rows)
    for row, pieces in zip(rows, made, strict=True):
        spans = [
            (arc.level, row.start - 1 if arc.start is None else arc.start, row.stop if arc.stop is None else arc.stop)
            for arc in pieces
        ]
        for one in spans:
            assert all(one is other or one[0] != other[0] or one[2] <= other[1] or other[2] <= one[1] for other in spans)


@pytest.mark.parametrize("name", ["resnet50", "unet", "vit_b_16", "efficientnet_b0"])
def test_the_costs_under_the_blocks_add_up_to_the_totals(name: str) -> None:
    report = convlens.summary(name)
    found = [costs(report, report.graph.nodes, item) for item in shown(forest(likeness(report)))]
    assert sum(cost["params"] or 0 for cost in found) == report.totals.params
    assert sum(cost["macs"] or 0 for cost in found) == report.totals.macs


def test_the_bars_say_the_numbers_of_the_summary() -> None:
    report = convlens.summary("lenet5")
    texts = [element.text for element in ET.fromstring(network_svg(report)).iter(f"{SVG}text")]
    for known in report.facts.nodes.values():
        assert short(known.params) in texts
        assert short(known.macs or 0) in texts


def test_what_is_not_known_is_not_a_zero() -> None:
    graph = parse('input x: 1x3x8x8\na = opaque(x, call="my.sort", results=["1x3x8x8:float32"])\nb = relu(a)\noutput b')
    report = Summary(graph)
    found = strip(report, 900, 0)
    assert [bar.text for bar in found.bars["macs"]] == ["?", "0"]
    assert [bar.text for bar in found.bars["field"]] == ["?", "?"]
    assert found.blocks[0].kind.letter == "?"


def test_the_picture_is_the_one_that_was_looked_at() -> None:
    """After a change that is meant: write ``network_svg(convlens.summary("lenet5"))`` there, and look at it."""
    assert network_svg(convlens.summary("lenet5")) == GOLDEN.read_text(encoding="utf-8")


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("name", ["resnet50", "densenet121", "m5"])
def test_a_picture_is_well_formed_and_small(name: str, lang: str) -> None:
    text = network_svg(convlens.summary(name), lang)
    assert ET.fromstring(text).tag == f"{SVG}svg"
    assert len(text.encode()) < 40_000
    assert "http" not in text.replace("http://www.w3.org/2000/svg", "")


def test_no_text_is_smaller_than_eleven_pixels() -> None:
    sizes = [int(size) for size in re.findall(r"font-size:(\d+)px", STYLE)]
    assert sizes
    assert min(sizes) >= 11


class _Image(HTMLParser):
    source = alt = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "img":
            values = dict(attrs)
            self.source, self.alt = values["src"] or "", values["alt"] or ""


def test_a_notebook_shows_the_strip_as_an_image_with_a_text() -> None:
    parser = _Image()
    parser.feed(convlens.summary("lenet5")._repr_html_())
    kind, _, data = parser.source.partition(",")
    assert kind == "data:image/svg+xml;base64"
    assert ET.fromstring(base64.b64decode(data)).tag == f"{SVG}svg"
    assert "lenet5: x 1x1x32x32" in parser.alt
