"""The forms of a sweep: table, Markdown, CSV, JSON, picture, in both languages."""

import csv
import io
import json
import re
from xml.etree import ElementTree as ET

import pytest

import convlens
from convlens.report.terminal import ASCII, Screen
from tests.sweeps.timed import made_up

CALL, SHAPE = "Conv2d(64, 64, 3, padding=1)", (1, 64, 56, 56)
OVER = {"kernel": [1, 3, 5], "groups": [1, 3, 64], "padding": ["same", "valid", 1], "out_channels": None}
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def sweep():
    return made_up(CALL, SHAPE, OVER, lambda point: 0.001 + point.figures.macs * 1e-10)


def test_the_record_is_json_with_every_point(sweep):
    record = json.loads(sweep.to_json())
    assert record == sweep.to_dict()
    assert record["schema"] == "convlens/sweep/1"
    assert [one["setting"] for one in record["series"]] == ["kernel_size", "groups", "padding", "out_channels"]
    illegal = record["series"][1]["points"][1]
    assert illegal["value"] == 3
    assert illegal["macs"] is None
    assert "does not divide" in illegal["error"]
    assert record["series"][1]["points"][2]["seconds"]["forward"]["median"] == pytest.approx(0.001 + 1806336e-10)
    assert record["machine"]["processor"] == "Some <Processor> & Sons"


def test_the_csv_has_the_same_numbers(sweep):
    rows = list(csv.DictReader(io.StringIO(sweep.to_csv())))
    points = [(one["setting"], point) for one in sweep.to_dict()["series"] for point in one["points"]]
    assert len(rows) == len(points)
    for row, (name, point) in zip(rows, points, strict=True):
        assert (row["setting"], row["call"]) == (name, point["call"])
        assert row["macs"] == ("" if point["macs"] is None else str(point["macs"]))
        time = point["seconds"].get("forward")
        assert row["forward_median"] == ("" if time is None else f"{time['median']:.6g}")
    assert "backward_median" not in rows[0]
    assert "does not divide the 64 input channels" in rows[4]["error"]


def test_the_table_has_all_values_and_marks_the_call(sweep):
    text = sweep.text("en", Screen(width=140))
    assert "          3  1x64x56x56   36,928  115,605,504" in text
    assert next(line for line in text.splitlines() if "115,605,504" in line).endswith("*")
    assert "     3  illegal: groups=3 does not divide the 64 input channels; fix: groups one of 1, 2, 4" in text
    assert "Some <Processor> & Sons, 4 of 8 cores used, load 0.1 to 0.2; PyTorch 2.0" in text


@pytest.mark.parametrize("width", [60, 80, 100, 200])
def test_a_table_fits_its_screen(sweep, width):
    from rich.cells import cell_len

    for lang in ("en", "zh"):
        lines = sweep.text(lang, Screen(width=width)).splitlines()
        tables = [line for line in lines if re.search(r"\dx\d+x\d", line)]
        assert tables
        assert max(map(cell_len, lines)) <= max(width, 78 if width < 80 else width)


def test_a_screen_without_blocks_has_signs(sweep):
    text = sweep.text("en", Screen(width=140, glyphs=ASCII))
    assert "########" in text
    assert "█" not in text


def test_bars_are_as_long_as_the_numbers(sweep):
    from convlens.sweeps.text import BAR, bar

    assert bar(1, Screen()) == "█" * BAR
    assert len(bar(0.5, Screen(glyphs=ASCII))) == BAR // 2


def test_markdown_has_exact_numbers(sweep):
    text = sweep.to_markdown()
    assert "| 3 \\* | 1x64x56x56 | 36,928 | 115,605,504 | 784 KiB | 784 KiB | 12.6 ms (11.9-13.2) |" in text
    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert all(row.count("|") == 8 for row in rows)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_picture(sweep, lang):
    text = sweep.to_svg(lang)
    root = ET.fromstring(text)
    width, height = int(root.get("width")), int(root.get("height"))
    assert root.get("lang") == lang
    panels = list(root.iter(f"{SVG}g"))
    assert len(panels) == 6 * len(OVER)
    for panel in panels:
        x, y = map(int, re.findall(r"\d+", panel.get("transform")))
        assert x + 300 <= width
        assert y + 204 <= height
        classes = [element.get("class") for element in panel]
        assert "label" in classes
        assert "title" in classes
        assert classes.count("tick") >= 4
    assert "prefers-color-scheme:dark" in text
    assert "Some &lt;Processor&gt; &amp; Sons" in text


def test_no_text_is_small(sweep):
    sizes = [int(size) for size in re.findall(r"font-size:(\d+)", sweep.to_svg())]
    assert min(sizes) >= 11
    used = {element.get("class") for element in ET.fromstring(sweep.to_svg()).iter(f"{SVG}text")}
    sized = {name for rule in re.findall(r"([^{}]+)\{[^{}]*font-size", sweep.to_svg()) for name in re.findall(r"\.(\w+)", rule)}
    assert used <= sized


def test_dots_stand_where_their_numbers_are():
    """Parameters of 1, 2 and 4 groups, on a panel from 0 to its highest mark."""
    sweep = made_up(CALL, SHAPE, {"groups": [1, 2, 4]}, lambda point: 0.01)
    panel = list(ET.fromstring(sweep.to_svg()).iter(f"{SVG}g"))[1]
    (bottom,) = {float(re.search(r" (\d+)h", e.get("d"))[1]) for e in panel if e.get("class") == "axis" and "h" in e.get("d")}
    marks = [float(e.text.replace(",", "")) for e in panel if e.get("class") == "tick" and e.get("text-anchor") == "end"]
    tops = [float(e.get("d").split()[1].partition("h")[0]) for e in panel if e.get("class") == "grid"]
    scale = (bottom - tops[-1]) / marks[-1]
    dots = [(bottom - float(e.get("cy"))) / scale for e in panel if e.get("class") == "dot"]
    assert dots == pytest.approx([36.928, 18.496, 9.280], abs=0.05)


def test_illegal_values_are_crossed(sweep):
    panels = list(ET.fromstring(sweep.to_svg()).iter(f"{SVG}g"))
    crossed = [sum(e.get("class") == "illegal" for e in panel) for panel in panels]
    assert crossed == [0] * 6 + [1] * 6 + [0] * 12
    assert "Illegal (crossed): 3" in sweep.to_svg()


def test_the_dashed_line_is_what_the_arithmetic_foretells():
    from convlens.sweeps.measures import measures

    sweep = made_up(CALL, SHAPE, {"groups": [1, 2, 4]}, lambda point: 0.01)
    (one,) = sweep.series
    time = measures(one, sweep.departures(one), sweep.kinds, "en")[-1]
    assert time.amounts == pytest.approx([10, 10, 10])
    assert time.expected == pytest.approx([10, 5, 2.5])


def test_without_time_there_is_no_panel_for_it():
    sweep = convlens.sweep(CALL, SHAPE, {"kernel": [1, 3]}, time=False)
    assert sweep.to_svg().count("<g ") == 5
    assert "Dashed" not in sweep.to_svg()
    assert sweep.to_dict()["machine"] is None
    assert "time" not in str(sweep)


def test_a_call_of_another_framework_says_what_ran():
    sweep = made_up("Conv2D(4, 3)", (1, 8, 8, 3), {"kernel": [1, 3]}, lambda point: 0.01)
    assert "Measured with PyTorch's kernels" in str(sweep)
    assert "Measured with" not in str(made_up(CALL, SHAPE, {"kernel": [1, 3]}, lambda point: 0.01))


def test_a_busy_machine_is_named():
    busy = made_up(CALL, SHAPE, {"kernel": [1, 3]}, lambda point: 0.01, spread=0.5)
    assert "The machine was busy: the quartiles of 2 of 2 times are more than 1.5x apart." in busy.text("en", Screen(width=200))
    assert "busy" not in str(made_up(CALL, SHAPE, {"kernel": [1, 3]}, lambda point: 0.01))


def test_chinese_has_chinese_words(sweep):
    text = sweep.text("zh", Screen(width=140))
    assert "不合法：" in text
    assert "机器：Some <Processor> & Sons" in text
