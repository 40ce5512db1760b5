"""What the page is made of: the numbers are those of the summary, the fields those of PyTorch, the words in both languages."""

import base64
import json
import random
import re
from datetime import date
from pathlib import Path

import pytest
import torch

import convlens
from convlens import networks
from convlens.arith.units import short
from convlens.backends.torch import as_module
from convlens.ir.errors import UsageError
from convlens.ir.text import parse
from convlens.lang.printable import printable
from convlens.networkpages.compared import comparison_record
from convlens.networkpages.page import SCRIPTS, network_page, packed_playground
from convlens.networkpages.picture import MAX_BYTES, data_uri
from convlens.networkpages.record import network_record
from convlens.networkpages.spoken import spoken
from convlens.pageparts.assembly import embedded
from convlens.passes.receptive_field import axis_views
from convlens.report.summary import Summary

WEB = Path(convlens.__file__).parent / "networkpages" / "web"
WORDS = json.loads((WEB / "words.json").read_text(encoding="utf-8"))
LIMITS = {"page": 82_000, "with playground": 150_000, "data": 92_000}
"""Bytes: of the page without its data, without and with the playground inside; of the data of ResNet-50."""


def record_in(page: str) -> dict[str, object]:
    """The data of a page, read as a browser reads them."""
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    assert found
    record: dict[str, object] = json.loads(found[1])
    return record


@pytest.mark.parametrize("name", ["resnet18", "unet_same", "m5", "c3d", "textcnn", "vit_b_16"])
def test_every_figure_of_a_layer_is_that_of_the_summary(name: str) -> None:
    report = convlens.summary(name)
    record, wanted = network_record(report, "en"), report.to_dict()["layers"]
    for layer, of in zip(record["layers"], wanted, strict=True):
        assert (layer["name"], layer["label"], layer["params"], layer["macs"]) == (
            of["name"],
            of["label"],
            of["params"],
            of["macs"],
        )
        field = of["receptive_field"]
        assert layer["field"] == (max(field["size"]) if field else None)
        if field:
            axes = record["fields"][layer["seen"]]["axes"]
            assert [axis["size"] for axis in axes] == field["size"]
            assert [axis["stride"] for axis in axes] == field["stride"]


def hull(found: dict[str, object], index: int) -> list[int] | None:
    """What the page's own function of this name does."""
    period, advance, hulls = found["period"], found["advance"], found["hulls"]
    if found["finite"] and not 0 <= index < period:
        return None
    turns, phase = divmod(index, period)
    return None if hulls[phase] is None else [end + turns * advance for end in hulls[phase]]


SEEN = {
    "stride": "c = conv(x, out=1, kernel=3x3, stride=2, padding=1)\nd = conv(c, out=1, kernel=3x5, dilation=2)\noutput d",
    "transposed": "c = conv(x, out=1, kernel=3x3, stride=2, padding=1)\nd = conv_transpose(c, out=1, kernel=3x3, stride=2)\noutput d",
    "pool": "c = conv(x, out=1, kernel=3x3)\nd = avg_pool(c, kernel=2x2, stride=2)\ne = conv(d, out=1, kernel=2x2)\noutput e",
    "adaptive": "c = conv(x, out=1, kernel=3x3)\nd = adaptive_avg_pool(c, size=5x7)\noutput d",
    "skip": "c = conv(x, out=1, kernel=3x3, padding=1)\nd = conv(c, out=1, kernel=3x3, padding=1)\ne = add(c, d)\noutput e",
}


@pytest.mark.parametrize("kind", SEEN)
def test_the_box_is_where_pytorch_has_a_gradient(kind: str) -> None:
    graph = parse(f"network {kind}\ninput x: 1x1x24x26\n{SEEN[kind]}")
    record = network_record(Summary(graph), "en")
    module = as_module(graph)
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.fill_(1.0)
    x = torch.ones(1, 1, 24, 26, requires_grad=True)
    made = module(x)
    layer = record["layers"][-1]
    axes = record["fields"][layer["seen"]]["axes"]
    draw = random.Random(kind)
    for _ in range(25):
        cell = [draw.randrange(size) for size in made.shape[2:]]
        (gradient,) = torch.autograd.grad(made[0, 0, cell[0], cell[1]], x, retain_graph=True)
        places = gradient[0, 0].nonzero()
        for number, axis in enumerate(axes):
            low, high = hull(axis["map"], cell[axis["map"]["axis"] - 2]) or (0, -1)
            size = (24, 26)[number]
            assert (max(low, 0), min(high, size - 1)) == (int(places[:, number].min()), int(places[:, number].max()))


@pytest.mark.parametrize("name", networks.names())
def test_every_place_of_every_field_is_that_of_its_axis_map(name: str) -> None:
    report = convlens.summary(name)
    record = network_record(report, "en")
    draw = random.Random(name)
    views = {item.name: axis_views(report.graph, report.facts, item.name) for item in report.graph.inputs if item.spec.rank >= 3}
    for layer, node in zip(record["layers"], report.graph, strict=True):
        if "seen" not in layer:
            continue
        field = record["fields"][layer["seen"]]
        for axis, view in zip(field["axes"], views[report.graph.inputs[field["input"]].name][node.name][0][2:], strict=True):
            if axis["map"]:
                dims = report.facts.nodes[node.name].outputs[0].dims
                index = draw.randrange(dims[axis["map"]["axis"]] if axis["map"]["axis"] is not None else 1)
                runs = view.local.map.at(index)
                assert hull(axis["map"], index) == ([runs[0][0], runs[-1][1]] if runs else None)


def test_a_card_has_the_words_of_the_layer_report() -> None:
    record = network_record(convlens.summary("resnet18"), "en")
    layer = next(layer for layer in record["layers"] if layer["name"] == "conv1")
    alone = convlens.layer(layer["label"], (1, 3, 224, 224))
    for lang in ("en", "zh"):
        assert record["cards"][layer["card"]]["formulas"][lang] == alone.to_dict()["formula"][lang]


def test_layers_that_are_alike_share_a_card() -> None:
    record = network_record(convlens.summary("resnet50"), "en")
    assert len(record["cards"]) < len(record["layers"]) / 2


def test_the_findings_are_those_of_lint() -> None:
    graph = parse("input x: 1x3x8x8\nc = conv(x, out=4, kernel=3x3)\nb = batch_norm(c)\nr = relu(b)\noutput r")
    record, found = network_record(Summary(graph), "en"), convlens.lint(graph).findings
    assert [(one["code"], one["words"]["en"]) for one in record["findings"]] == [(one.code, one.message.text()) for one in found]
    assert "S01" in {one["code"] for one in record["findings"]}
    assert next(one["at"] for one in record["findings"] if one["code"] == "S01") == [0]


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("name", ["alexnet", "vit_b_16", "textcnn", "fcn32s", "lenet5", "keyword_spotter"])
def test_three_sentences_say_the_totals(name: str, lang: str) -> None:
    report = convlens.summary(name)
    sentences = spoken(report, lang)
    assert len(sentences) == 3
    assert all(sentence[-1] in ".。" for sentence in sentences)
    assert str(len(report.graph.nodes)) in sentences[0]
    assert short(report.totals.params) in sentences[1]
    assert short(report.totals.macs) in sentences[1]


def test_what_is_said_of_one_network() -> None:
    assert spoken(convlens.summary("resnet50"), "en") == [
        "resnet50 turns 1x3x224x224 into 1x1000 in 175 layers; the longest way through it has 50 layers with weights.",
        "It has 25.6 M parameters and takes 4.09 G multiply-accumulates and 143 MiB of activations for that input: the layer with "
        "most parameters, layer4.0.conv2, holds 9.2 % of them, and conv1 takes 2.9 % of the multiply-accumulates.",
        "Its widest window, at layer4.2.conv2, is 427 pixels wide, on an input of 224x224; behind avgpool every value sees the "
        "whole input.",
    ]


def test_a_broken_network_is_told_up_to_the_break() -> None:
    graph = parse("network b\ninput x: 1x3x8x8\na = conv(x, out=4, kernel=3x3)\nb = conv(a, out=4, kernel=9x9)\noutput b")
    report = Summary(graph)
    record = network_record(report, "en")
    assert "do not fit at b" in record["spoken"]["en"][0]
    assert "fix:" in record["error"]
    assert [layer["out"] for layer in record["layers"]] == ["1x4x6x6", ""]


def test_a_number_that_javascript_would_round_is_a_text() -> None:
    graph = parse("input x: 1x3x1000000000x1000000000\nc = conv(x, out=7, kernel=3x3, padding=1)\noutput c")
    assert network_record(Summary(graph), "en")["layers"][0]["macs"] == str(7 * 10**18 * 27)


def test_the_second_network_is_told_as_diff_tells_it() -> None:
    old, new = convlens.summary("resnet18"), convlens.summary("resnet34")
    record, found = comparison_record(old, new), convlens.diff("resnet18", "resnet34")
    assert len(record["added"]) == len(found.added)
    assert len(record["removed"]) == len(found.removed)
    assert len(record["changed"]) == len(found.changed)
    assert {old.graph.nodes[a].name: new.graph.nodes[b].name for a, b in record["pairs"]} == dict(found.pairs)
    assert ["parameters", "11,689,512", "21,797,672", "+10,108,160 (+86.5 %)"] in record["totals"]["en"]


def test_both_languages_have_the_same_words_with_the_same_places() -> None:
    assert list(WORDS["en"]) == list(WORDS["zh"])
    for key, text in WORDS["en"].items():
        assert sorted(re.findall(r"\{\w+\}", text)) == sorted(re.findall(r"\{\w+\}", WORDS["zh"][key])), key


def test_every_word_is_used_and_every_used_word_is_there() -> None:
    code = "".join((WEB / name).read_text(encoding="utf-8") for name in (*SCRIPTS, "page.html"))
    for key in re.findall(r'\bt\("(\w+)"', code) + re.findall(r'data-t="(\w+)"', code):
        assert key in WORDS["en"], key
    unused = [key for key in WORDS["en"] if not re.search(rf'["\b]{key}["\b]|\b{key}:', code) and key not in record_keys()]
    assert unused == []


def record_keys() -> set[str]:
    return {
        "conv",
        "transposed",
        "pool",
        "linear",
        "norm",
        "activation",
        "merge",
        "recurrent",
        "sample",
        "unknown",
        "error",
        "warn",
        "info",
    }


def test_a_page_is_small() -> None:
    page = network_page(convlens.summary("resnet50"), command="convlens draw resnet50 --report")
    data = embedded(record_in(page))
    own = len(page.encode()) - len(data.encode())
    assert own < LIMITS["with playground"]
    assert own - len(packed_playground()) < LIMITS["page"]
    assert len(data.encode()) < LIMITS["data"]


def test_a_page_is_the_same_for_the_same_day() -> None:
    one, other = (network_page(convlens.summary("lenet5"), made=date(2026, 1, 2)) for _ in range(2))
    assert one == other
    assert record_in(one)["made"] == "2026-01-02"


HOSTILE = ["</script><script>alert(1)</script>", "<!--<script>", "\u2028", "{{data}}", '"><img src=x onerror=alert(1)>']


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_cannot_leave_the_data(name: str) -> None:
    graph = parse("network n\ninput x: 1x3x8x8\nr = relu(x)\noutput r")
    graph = type(graph)(name, graph.inputs, graph.nodes, graph.outputs)
    page = network_page(Summary(graph), command=name)
    assert page.count("<script") == page.count("</script>") == 3
    assert json.loads(embedded({"name": name})) == {"name": name}
    assert "<img" not in page
    assert page.count('"schema":"convlens/page/1"') == 1
    assert record_in(page)["model"] == printable(name)


PNG = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")


def test_a_picture_stands_in_the_page(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(PNG)
    page = network_page(convlens.summary("lenet5"), picture=tmp_path / "a.png")
    assert record_in(page)["picture"] == f"data:image/png;base64,{base64.b64encode(PNG).decode()}"


def test_what_is_no_picture_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.svg").write_text("<svg onload='alert(1)'/>")
    (tmp_path / "b.png").write_bytes(PNG + bytes(MAX_BYTES))
    with pytest.raises(UsageError, match="not a picture that a browser shows"):
        data_uri(tmp_path / "a.svg")
    with pytest.raises(UsageError, match="larger than 4 MiB"):
        data_uri(tmp_path / "b.png")
    with pytest.raises(UsageError, match="cannot be read: No such file"):
        data_uri(tmp_path / "c.png")
