"""What a comparison says: its record, its text in both languages, its Markdown."""

import pytest

import convlens
from convlens.diffs.diff import diff
from convlens.ir.graph import Graph
from convlens.ir.text import parse
from convlens.report.summary import Summary

OLD = """
network before
input x: 1x3x33x33
stem.conv = conv(x, out=16, kernel=3x3, padding=1, stride=2, bias=false)
stem.norm = batch_norm(stem.conv)
stem.act = relu(stem.norm)
body.conv = conv(stem.act, out=16, kernel=3x3, padding=1)
pool = adaptive_avg_pool(body.conv, size=1x1)
flat = flatten(pool)
head = linear(flat, out=10)
output head
"""

NEW = """
network after
input x: 1x3x33x33
first.conv = conv(x, out=32, kernel=3x3, padding=1, stride=2)
first.norm = batch_norm(first.conv)
first.act = relu(first.norm)
extra.conv = conv(first.act, out=32, kernel=1x1, bias=false)
extra.norm = batch_norm(extra.conv)
extra.act = relu(extra.norm)
body.conv = conv(extra.act, out=16, kernel=3x3, padding=1)
pool = adaptive_avg_pool(body.conv, size=1x1)
flat = flatten(pool)
head = linear(flat, out=10)
output head
"""


@pytest.fixture(scope="module")
def found():
    return diff(parse(OLD), parse(NEW))


def test_the_record(found):
    record = found.to_dict()
    assert record["schema"] == "convlens/diff/1"
    assert [layer["name"] for layer in record["added"]] == ["extra.conv", "extra.norm", "extra.act"]
    assert record["removed"] == []
    assert record["renamed"] == [{"was": f"stem.{n}", "name": f"first.{n}"} for n in ("conv", "norm", "act")]
    stem = record["changed"][0]
    assert stem["settings"] == {"out": ["16", "32"], "bias": ["false", None]}
    assert stem["figures"]["outputs"] == [[[1, 16, 17, 17]], [[1, 32, 17, 17]]]
    assert stem["figures"]["params"] == [432, 896]


def test_totals_are_those_of_both_summaries(found):
    """The oracle: each network on its own; the layers that differ add up to what the totals differ by."""
    for at, text in enumerate((OLD, NEW)):
        assert {name: both[at] for name, both in found.totals.items()} == Summary(parse(text)).totals._asdict()
    moved = sum(new - old for old, new in (change.figures["macs"] for change in found.changed if "macs" in change.figures))
    added = sum(layer["macs"] for layer in found.to_dict()["added"])
    assert moved + added == found.totals["macs"][1] - found.totals["macs"][0]


def test_findings_that_are_new_and_gone(found):
    assert [(f.code, f.nodes) for f in found.findings.new if f.severity == "warn"] == [("S01", ("first.conv",))]
    back = diff(parse(NEW), parse(OLD)).findings
    assert [(f.code, f.nodes) for f in back.gone if f.severity == "warn"] == [("S01", ("first.conv",))]


def test_a_finding_at_a_renamed_layer_is_not_new():
    faulty = NEW.replace("first.", "stem.")
    assert not diff(parse(faulty), parse(NEW)).findings.new


def test_nothing_differs(found):
    same = diff(parse(OLD), parse(OLD.replace("stem.", "begin.")))
    assert same.same
    assert "No layer and no figure differs." in same.text()
    assert not found.same


def test_the_text(found):
    text = found.text()
    assert "+ extra  3 layers  parameters: 1,088, MACs: 295,936" in text
    assert "~ stem.conv -> first.conv  Conv2d(3, 16, 3, stride=2, padding=1, bias=False)" in text
    assert "    -> Conv2d(3, 32, 3, stride=2, padding=1)" in text
    assert "parameters      " in text
    assert max(map(len, found.text(60).splitlines())) <= 100


def test_the_text_in_chinese(found):
    text = found.text(lang="zh")
    assert "参数" in text
    assert "层" in text


def test_what_is_folded_says_what_it_is(found):
    page = diff(
        parse(OLD), parse(OLD.replace("out=16, kernel=3x3, padding=1, stride=2", "out=8, kernel=3x3, padding=1, stride=2"))
    )
    titles = [line for line in page.to_markdown().splitlines() if "<summary>" in line]
    assert titles == [
        "<details><summary>1 edit: layers taken out, put in or changed</summary>",
        "<details><summary>3 layers that change by what reaches them</summary>",
    ]


def test_severities_are_words_of_the_language(found):
    assert "warn **S01**" in found.to_markdown()
    assert "警告 **S01**" in found.to_markdown(lang="zh")
    assert "警告 S01 first.conv" in found.text(lang="zh")
    assert found.findings.to_dict()["new"][0]["severity"] == "warn"


def test_markdown_escapes_what_a_name_may_hold():
    bad = OLD.replace("stem.conv", '"<b>|`x`"')
    page = diff(parse(bad), parse(OLD.replace("stem.conv = conv(x, out=16", "stem.conv = conv(x, out=8"))).to_markdown()
    assert "<b>" not in page
    assert "| ~ | \\<b\\>\\|\\`x\\` -\\> stem.conv |" in page


def test_a_network_that_breaks_is_compared_up_to_there():
    found = diff(
        parse(OLD), parse(OLD.replace("body.conv = conv(stem.act, out=16", "body.conv = conv(stem.act, groups=3, out=16"))
    )
    assert found.to_dict()["errors"][0] is None
    assert "groups=3 does not divide" in found.to_dict()["errors"][1]
    assert "groups=3 does not divide" in found.text()
    assert found.totals["params"][1] < found.totals["params"][0]


BROKEN = OLD.replace("body.conv = conv(stem.act, out=16", "body.conv = conv(stem.act, groups=3, out=16")


@pytest.mark.parametrize(("old", "new", "ends"), [(OLD, BROKEN, [None, "body.conv"]), (BROKEN, OLD, ["body.conv", None])])
def test_totals_that_end_early_are_no_saving(old, new, ends):
    found = diff(parse(old), parse(new))
    record = found.to_dict()
    assert record["totals_up_to"] == ends
    assert all(isinstance(count, int) for both in record["totals"].values() for count in both)
    for shown in (found.text(), found.to_markdown()):
        assert f"{'new' if ends[1] else 'old'}, up to body.conv" in shown
        assert "at least 464" in shown
        assert "%)" not in shown
        assert shown.replace("\\", "").count("groups=3 does not divide") == 1
    assert "does not divide" not in "\n".join(line for _, line in found.lines(errors=False))


def test_networks_that_break_alike_give_their_error_once():
    assert diff(parse(BROKEN), parse(BROKEN)).text().count("groups=3 does not divide") == 1


def test_totals_with_a_cost_that_cannot_be_told():
    net = 'input x: 1x3x8x8\nc = conv(x, out=4, kernel=3x3)\no = opaque(c, call="f", results=["1x4x6x6:float32"])\noutput o'
    found = diff(parse(net), parse(net.replace("out=4", "out=4, bias=false")))
    assert found.to_dict()["costs_unknown"] == [["o"], ["o"]]
    rows = {line.split("  ")[0]: line for line in found.text().splitlines()}
    assert "at least" in rows["MACs"]
    assert rows["MACs"].endswith(" -")
    assert rows["parameters"].endswith("%)")


def test_another_input_changes_figures_but_edits_nothing():
    found = diff("resnet18", "resnet18")
    assert found.same
    bigger = diff(parse(OLD), parse(OLD.replace("33x33", "65x65")))
    assert bigger.changed
    assert not any(change.edited for change in bigger.changed)


def test_live_modules(found):
    """Against PyTorch: the difference in parameters is that of the modules themselves."""
    torch = pytest.importorskip("torch", reason="PyTorch is not installed, so live modules were NOT compared")
    nn = torch.nn
    old = nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU(), nn.Conv2d(8, 8, 3))
    new = nn.Sequential(nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8), nn.ReLU(), nn.Conv2d(8, 8, 3))
    compared = convlens.diff(old, new, (1, 3, 16, 16))
    assert [node.op.name for node in compared.added] == ["batch_norm"]
    assert not compared.removed
    count = [sum(p.numel() for p in module.parameters()) for module in (old, new)]
    assert list(compared.totals["params"]) == count


def test_networks_of_many_layers_take_no_longer_than_their_product():
    lines = [f"n{i} = relu({f'n{i - 1}' if i else 'x'})" for i in range(3000)]
    graph: Graph = parse("input x: 1x3\n" + "\n".join(lines) + "\noutput n2999")
    other = parse("input x: 1x3\n" + "\n".join(lines).replace("n", "m") + "\noutput m2999")
    assert len(diff(graph, other).pairs) == 3000
