"""The record of a summary: exact values, sums, and the same facts in every form."""

import json
import re
from html.parser import HTMLParser

import pytest
from rich.cells import cell_len

import convlens
from convlens.ir.graph import Graph
from convlens.ir.text import parse
from convlens.report.field import exact
from convlens.report.summary import Summary
from convlens.report.terminal import Screen

SMALL = """network small
input x: 2x3x32x32
stem.conv = conv(x, out=16, kernel=3x3, padding=1, bias=false)
stem.bn = batch_norm(stem.conv)
body.0.conv = conv(stem.bn, out=16, kernel=3x3, padding=1)
body.0.relu = relu(body.0.conv)
body.1.conv = conv(body.0.relu, out=16, kernel=3x3, padding=1)
body.1.relu = relu(body.1.conv)
pool = max_pool(body.1.relu, kernel=2x2)
up = conv_transpose(pool, out=4, kernel=2x2, stride=2) frozen bias
again = conv(stem.bn, out=16, kernel=3x3, padding=1) shares weight of body.0.conv, bias of body.0.conv
flat = flatten(up)
fc = linear(flat, out=10)
output fc, again
"""

ODD = """network odd
input x: 1x3x8x8
unused param spare: 5x2
unused param still: 3 frozen
unused buffer table: 4
a = opaque(x, call="my.sort", results=["1x3x8x8:float32"])
b = relu(a)
output b
"""

BROKEN = """network broken
input x: 1x3x8x8
a = conv(x, out=4, kernel=3x3)
b = conv(a, out=4, kernel=9x9)
c = relu(b)
output c
"""


def test_top_level_keys_are_those_of_the_schema() -> None:
    record = convlens.summary(parse(SMALL)).to_dict()
    assert list(record) == ["schema", "model", "inputs", "outputs", "layers", "totals", "findings", "unknown", "captured"]
    assert record["schema"] == "convlens/summary/1"
    assert record["inputs"] == [{"name": "x", "shape": [2, 3, 32, 32], "dtype": "float32"}]
    assert record["outputs"] == [
        {"name": "fc", "shape": [2, 10], "dtype": "float32"},
        {"name": "again", "shape": [2, 16, 32, 32], "dtype": "float32"},
    ]
    assert list(record["totals"]) == [
        "params", "trainable_params", "buffers", "macs", "elementwise", "param_bytes", "activation_bytes",
        "peak_activation_bytes", "training_macs", "saved_bytes",
    ]  # fmt: skip
    faults = [finding for finding in record["findings"] if finding["severity"] != "info"]
    assert [(fault["code"], fault["node"]) for fault in faults] == [("S02", "up")]
    assert record["unknown"] == []


def test_every_value_of_one_layer() -> None:
    layers = {layer["name"]: layer for layer in convlens.summary(parse(SMALL)).to_dict()["layers"]}
    assert layers["body.0.conv"] == {
        "name": "body.0.conv",
        "op": "conv",
        "label": "Conv2d(16, 16, 3, padding=1)",
        "module": "",
        "inputs": ["stem.bn"],
        "outputs": [[2, 16, 32, 32]],
        "params": 16 * 16 * 9 + 16,
        "buffers": 0,
        "macs": 2 * 16 * 32 * 32 * 16 * 9,
        "elementwise": 0,
        "training_macs": 3 * 2 * 16 * 32 * 32 * 16 * 9,
        "saved_bytes": 4 * 2 * 16 * 32 * 32,
        "in_place": False,
        "receptive_field": {
            "input": "x", "size": [5, 5], "size_min": [5, 5], "support": [5, 5], "stride": [1, 1], "padding": [2, 2],
            "whole": None,
        },
    }  # fmt: skip
    assert layers["up"]["receptive_field"]["stride"] == [1, 1]
    assert layers["fc"]["receptive_field"]["whole"] == "fc"
    assert layers["again"]["params"] == 0
    assert layers["again"]["macs"] == layers["body.0.conv"]["macs"]


def test_totals_are_the_sums_of_the_layers() -> None:
    record = convlens.summary(parse(SMALL)).to_dict()
    for key in ("params", "buffers", "macs", "elementwise", "training_macs", "saved_bytes"):
        assert record["totals"][key] == sum(layer[key] for layer in record["layers"])
    assert record["totals"]["trainable_params"] == record["totals"]["params"] - 4
    assert record["totals"]["param_bytes"] == 4 * record["totals"]["params"]


def test_the_sum_can_fail() -> None:
    record = convlens.summary(parse(SMALL)).to_dict()
    assert record["totals"]["macs"] != sum(layer["macs"] for layer in record["layers"][:-1])


def test_what_no_layer_uses_is_counted_and_what_is_unknown_is_not_zero() -> None:
    report = convlens.summary(parse(ODD))
    record = report.to_dict()
    assert (record["totals"]["params"], record["totals"]["trainable_params"], record["totals"]["buffers"]) == (13, 10, 4)
    assert record["unknown"] == ["a"]
    assert record["layers"][0]["macs"] is None
    assert record["layers"][0]["receptive_field"] is None
    text = str(report)
    assert "at least" in text
    assert "a (my.sort)" in text
    assert "13 of them in no layer" in text


def test_a_broken_network_is_reported_up_to_the_break() -> None:
    report = convlens.summary(parse(BROKEN))
    record = report.to_dict()
    assert [layer["name"] for layer in record["layers"]] == ["a", "b"]
    assert record["layers"][1]["outputs"] == []
    assert record["layers"][1]["macs"] is None
    assert record["layers"][1].keys() == record["layers"][0].keys()
    assert record["totals"]["params"] == record["layers"][0]["params"]
    assert record["error"]["node"] == "b"
    assert record["error"]["message"].startswith("conv 'b': on spatial axis 0 a kernel of 9 covers 9, but the input 1x4x6x6")
    assert record["error"]["fix"]
    assert "does not fit" in report.to_text()
    assert "error: conv 'b'" in str(report)
    assert "conv &#x27;b&#x27;" in report.to_html()
    assert "conv 'b'" in report.to_markdown()


def test_a_channels_last_network_shows_its_own_layout() -> None:
    graph = parse("network tf\nlayout channels_last\ninput x: 10x3x9x9\nc = conv(x, out=2, kernel=2x2, stride=5)\noutput c")
    record = convlens.summary(graph).to_dict()
    assert record["inputs"][0]["shape"] == [10, 9, 9, 3]
    assert record["layers"][0]["outputs"] == [[10, 2, 2, 2]]
    assert convlens.summary(graph, (10, 8, 7, 3)).graph.inputs[0].spec.dims == (10, 3, 8, 7)


def test_a_stride_that_is_not_whole_is_text() -> None:
    graph = parse("input x: 1x3x8x8\nc = conv_transpose(x, out=2, kernel=2x2, stride=2)\noutput c")
    field = convlens.summary(graph).to_dict()["layers"][0]["receptive_field"]
    assert field["stride"] == ["1/2", "1/2"]
    assert exact(None) is None


def test_wide_sizes_stay_exact() -> None:
    graph = parse("input x: 1x3x1000000000x1000000000\nc = conv(x, out=7, kernel=3x3, padding=1)\noutput c")
    report = convlens.summary(graph)
    assert report.totals.macs == 7 * 10**18 * 27
    assert "189,000,000,000,000,000,000" in str(report)
    assert json.loads(report.to_json())["totals"]["macs"] == 189 * 10**18


def test_json_is_the_record_in_plain_characters() -> None:
    report = Summary(parse(SMALL.replace("network small", 'network "小网络"')))
    assert json.loads(report.to_json()) == report.to_dict()
    assert "小网络" in report.to_json()


def test_markdown_has_a_cell_for_every_head() -> None:
    rows = [line for line in convlens.summary(parse(SMALL)).to_markdown().splitlines() if line.startswith("|")]
    assert {row.count("|") - row.count("\\|") for row in rows} == {7}


class _Balance(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag != "img":  # has no end
            self.open.append(tag)
        self.tags.add(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def _html_tags(graph: Graph) -> set[str]:
    parser = _Balance()
    parser.feed(Summary(graph)._repr_html_())
    assert parser.open == []
    return parser.tags


def test_notebook_html_is_plain_and_escaped() -> None:
    evil = SMALL.replace("network small", 'network "<script>alert(1)</script>"').replace("stem.conv", '"<img src=x>"')
    assert _html_tags(parse(evil)) <= {
        "img",
        "table",
        "caption",
        "b",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "details",
        "summary",
        "pre",
        "p",
    }


def test_a_long_table_is_folded_in_a_notebook() -> None:
    chain = "\n".join(f"r{i + 1} = relu(r{i})" for i in range(40))
    long = parse(f"input r0: 1x3x8x8\n{chain}\noutput r40")
    assert "details" in _html_tags(long)
    assert "details" not in _html_tags(parse(SMALL))
    assert "<details" not in Summary(long).to_html()


REPEATED = """network repeated
input x: 1x8x16x16
body.0.conv = conv(x, out=8, kernel=3x3, padding=1)
body.0.relu = relu(body.0.conv)
body.1.conv = conv(body.0.relu, out=8, kernel=3x3, padding=1)
body.1.relu = relu(body.1.conv)
head = conv(body.1.relu, out=2, kernel=1x1)
output head
"""


def _names(markdown: str) -> list[str]:
    return [line.split(" | ")[0].lstrip("| ") for line in markdown.splitlines() if line.startswith("| ")][1:]


def test_markdown_and_html_fold_as_the_table_does() -> None:
    report = Summary(parse(REPEATED))
    assert _names(report.to_markdown()) == ["body.0.conv", "body.0.relu", "body.1.conv", "body.1.relu", "head"]
    assert _names(report.to_markdown(depth=1)) == ["body", "head"]
    assert _names(report.to_markdown(depth=2)) == ["body.0", "body.1", "head"]
    assert _names(report.to_markdown(fold=True)) == ["body.0..1.conv × 2", "body.0..1.relu × 2", "head"]
    assert _names(report.to_markdown(depth=2, fold=True)) == ["body.0..1 × 2", "head"]
    assert "the field that of the last" in report.to_markdown(fold=True)
    assert "identical blocks" not in report.to_markdown()
    page = report.to_html(fold=True)
    assert "<td>body.0..1.conv × 2</td>" in page
    assert page.count("<tr>") - report.to_html().count("<tr>") == -2


LOST = """network lost
input x: 1x3x8x8
a = conv(x, out=3, kernel=3x3)
b = opaque(a, call="my.sort", results=["1x3x6x6:float32"])
c = opaque(b, call="my.sort", results=["1x3x6x6:float32"])
d = relu(c)
e = opaque(d, call="my.sort", results=["1x3x6x6:float32"])
f = opaque(e, call="my.sort", results=["1x3x6x6:float32"])
g = opaque(f, call="my.sort", results=["1x3x6x6:float32"])
h = opaque(g, call="other", results=["1x3x6x6:float32"])
output h
"""


def test_what_is_unknown_is_grouped_and_its_place_is_said() -> None:
    lines = Summary(parse(LOST)).to_text(Screen(120)).splitlines()
    assert [line for line in lines if line.startswith("unknown")] == [
        "unknown cost  my.sort x 5: b, c, e, f, and 1 more",
        "unknown cost  other: h",
        "unknown field lost at b (my.sort), for 7 layers",
    ]
    assert "  ?: cannot be told" in lines
    assert "output        h 1x3x6x6, receptive field unknown" in lines


def test_a_field_that_a_merge_loses_names_the_merge() -> None:
    a, b = "slow = conv(x, out=3, kernel=3x3, stride=2)", "fast = permute(x, order=[0, 1, 3, 2])"
    text = f"input x: 1x3x9x9\n{b}\nboth = add(x, fast)\nafter = relu(both)\n{a}\noutput after, slow"
    assert Summary(parse(text)).lost_fields == {"both": "both", "after": "both"}
    assert Summary(parse(text)).to_dict()["layers"][1]["receptive_field"] is None


def test_a_network_without_an_image_has_no_field_rather_than_an_unknown_one() -> None:
    text = Summary(parse("input x: 4x30\nf = linear(x, out=7)\noutput f")).to_text(Screen(120))
    assert "?" not in text
    assert "receptive field" not in text


WHOLE = """input x: 1x4x9x9
local = conv(x, out=4, kernel=3x3, stride=2)
pool = adaptive_avg_pool(local, size=1x1)
gated = mul(local, pool)
output gated
"""


def test_the_size_beside_a_whole_input_is_what_the_conventions_say() -> None:
    layers = {layer["name"]: layer["receptive_field"] for layer in Summary(parse(WHOLE)).to_dict()["layers"]}
    assert layers["pool"] == {
        "input": "x", "size": [9, 9], "size_min": [9, 9], "support": [9, 9], "stride": [None, None],
        "padding": [None, None], "whole": "pool",
    }  # fmt: skip
    assert layers["gated"] == layers["local"] | {"whole": "pool"}


def test_a_bare_name_of_a_report() -> None:
    assert repr(Summary(parse("input x: 1x1x2x2\nr = prelu(x)\noutput r"))) == "<Summary of 'network': 1 layer, 1 parameter>"


def test_unknown_verbs_are_attribute_errors() -> None:
    with pytest.raises(AttributeError, match="no attribute 'sumary'"):
        convlens.sumary  # noqa: B018
    assert {"summary", "layer"} <= set(dir(convlens))


FORMS = {
    "text": lambda report, lang: report.to_text(Screen(200), lang=lang),
    "markdown": lambda report, lang: report.to_markdown(lang=lang),
    "html": lambda report, lang: report.to_html(lang=lang),
}


@pytest.mark.parametrize("text", [SMALL, ODD, BROKEN])
@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_both_languages_have_the_same_numbers_and_names(text: str, form) -> None:
    english, chinese = (form(Summary(parse(text)), lang).partition("<body>") for lang in ("en", "zh"))
    facts = r"\d(?:[\d,.x]*\d)?|\w*\.\w+|Conv\w*"
    assert re.findall(facts, "".join(english)) == re.findall(facts, "".join(chinese))
    words = set(re.findall(r"[a-z]+", re.sub(r"(?s)<style>.*</style>|error: .*", "", "".join(chinese))))
    assert not words & {"params", "parameters", "trainable", "bytes", "unknown", "peak", "layers", "sees", "position"}


@pytest.mark.parametrize("width", [40, 80, 120])
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_columns_line_up_in_cells_of_the_terminal(width: int, lang: str) -> None:
    """A Chinese character is two cells wide: the numbers of a column end in the same cell, below the end of its head."""
    table = Summary(parse(SMALL)).to_text(Screen(width), lang=lang).split("\n\n")[0].splitlines()[1:]
    head, rule, *rows = table
    assert all(cell_len(line) <= cell_len(rule) <= width for line in table)
    title = {"en": "params", "zh": "参数"}[lang]
    if title in head:
        end = cell_len(head[: head.index(title) + len(title)])
        ends = {cell_len(row[: m.end()]) for row in rows for m in [re.search(r"\dx[\dx]+ +([\d,.]+(?: [kM])?)", row)] if m}
        assert ends == {end}
