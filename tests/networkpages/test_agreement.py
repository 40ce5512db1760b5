"""What the page computes by itself is what Python computes: rounded numbers, arcs, rows, places of a field."""

import itertools
import json
import random
from pathlib import Path
from typing import Any

import pytest

import convlens
from convlens import networks
from convlens.arith.units import grouped, memory, short
from convlens.networkpages.fields import Fields
from convlens.report.cells import percent
from convlens.report.strip.arcs import arcs
from convlens.report.summary import Summary
from tests.chromium import missing
from tests.networkpages.test_record import hull

pytestmark = pytest.mark.skipif(bool(missing()), reason=f"BROWSER TESTS DID NOT RUN: {missing()}")
WEB = Path(convlens.__file__).parent / "networkpages" / "web"
SHARED = Path(convlens.__file__).parent / "pageparts" / "web"
EMPTY = {"layers": [], "inputs": [], "fields": [], "lang": "en", "picture": ""}


@pytest.fixture(scope="module")
def scripts(browser: Any) -> Any:
    """A page with the scripts alone."""
    page = browser.new_page()
    page.set_content(
        f'<script type="application/json" id="data">{json.dumps(EMPTY)}</script><script type="application/json" id="words-data">{{}}</script>'
    )
    for path in (SHARED / "base.js", WEB / "figures.js", *(WEB / name for name in ("arcs.js", "field.js"))):
        page.add_script_tag(content=path.read_text(encoding="utf-8"))
    yield page
    page.close()


def test_numbers_are_rounded_alike(scripts: Any) -> None:
    draw = random.Random(6)
    numbers = [
        0,
        1,
        9,
        999,
        1000,
        1023,
        1024,
        9995,
        9999,
        99950,
        999499,
        999500,
        10**15 - 1,
        *(draw.randrange(10 ** draw.randrange(1, 16)) for _ in range(3000)),
    ]
    found = scripts.evaluate("(numbers) => numbers.map((number) => [short(number), bytes(number), grouped(number)])", numbers)
    assert found == [[short(number), memory(number), grouped(number)] for number in numbers]


def test_shares_are_rounded_alike(scripts: Any) -> None:
    draw = random.Random(7)
    pairs = [
        (0, 5),
        (5, 5),
        (1, 3),
        (1, 10_000),
        *((draw.randrange(1, 10**9), draw.randrange(10**9, 10**12)) for _ in range(1000)),
    ]
    assert scripts.evaluate("(pairs) => pairs.map(([part, whole]) => percent(part, whole))", pairs) == [
        percent(*pair) for pair in pairs
    ]


def test_arcs_are_laid_alike(scripts: Any) -> None:
    draw = random.Random(8)
    for _ in range(60):
        count = draw.randrange(2, 30)
        edges = sorted({tuple(sorted(draw.sample(range(count), 2))) for _ in range(draw.randrange(1, 40))})
        cuts = sorted({0, count, *(draw.randrange(1, count) for _ in range(3))})
        rows = [range(a, b) for a, b in itertools.pairwise(cuts)]
        made, left_out = arcs(edges, rows)
        found = scripts.evaluate(
            "([edges, rows]) => arcsOf(edges, rows)", [edges, [{"first": row.start, "stop": row.stop} for row in rows]]
        )
        assert found["leftOut"] == left_out
        assert found["rows"] == [[arc._asdict() for arc in row] for row in made]


@pytest.mark.parametrize(
    "name", ["unet", "unet_same", "deeplabv3", "resnet50", "dcgan_generator", "m5", "c3d", "efficientnet_b0", "fcn32s"]
)
def test_every_place_of_a_field_is_the_same(scripts: Any, name: str) -> None:
    report = Summary(networks.load(name))
    fields = Fields(report)
    for node in report.graph:
        fields.number(node)
    maps = [axis["map"] for field in fields.records for axis in field["axes"] if axis["map"]]
    places = [-1, 0, 1, 2, 3, 7, 50, 111]
    found = scripts.evaluate("([maps, places]) => maps.map((map) => places.map((place) => hull(map, place)))", [maps, places])
    assert found == [[hull(map_, place) for place in places] for map_ in maps]


def test_a_difference_would_be_seen(scripts: Any) -> None:
    assert scripts.evaluate("short(1234)") != short(1235) + "0"
    assert scripts.evaluate("hull({ period: 2, advance: 3, hulls: [[0, 1], [1, 2]], finite: false }, 3)") != [1, 2]
