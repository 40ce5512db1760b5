"""The table for people: every line fits, columns line up, nothing that the stream cannot encode."""

import io
import re

import pytest
from rich.cells import cell_len

from convlens import networks
from convlens.ir.text import parse
from convlens.report.columns import brief
from convlens.report.summary import Summary
from convlens.report.terminal import ASCII, DRAWN, FALLBACK_WIDTH, Screen, screen_of
from convlens.report.tree import lines

REPEATED = """network repeated
input x: 1x8x16x16
stem = conv(x, out=8, kernel=3x3, padding=1)
act = relu(stem)
body.0.conv = conv(act, out=8, kernel=3x3, padding=1)
body.0.relu = relu(body.0.conv)
body.1.conv = conv(body.0.relu, out=8, kernel=3x3, padding=1)
body.1.relu = relu(body.1.conv)
body.2.conv = conv(body.1.relu, out=8, kernel=3x3, padding=1)
body.2.relu = relu(body.2.conv)
head = conv(body.2.relu, out=2, kernel=1x1)
output head
"""

CHINESE = """network "中文网络"
input x: 1x3x32x32
"卷积层一" = conv(x, out=16, kernel=3x3)
"激活函数" = relu("卷积层一")
"池化 pooling" = max_pool("激活函数", kernel=2x2)
plain = conv("池化 pooling", out=128, kernel=5x5)
"输出层很长很长很长很长很长" = conv(plain, out=10, kernel=1x1)
output "输出层很长很长很长很长很长"
"""

BROKEN = """network broken
input x: 1x3x8x8
a = conv(x, out=4, kernel=3x3)
b = conv(a, out=4, kernel=9x9)
output b
"""

WIDTHS = (40, 60, 80, 120, 200)
NAMES = networks.names()
_NUMBER = re.compile(r"[\d,]+")


def _texts() -> dict[str, str]:
    return {"chinese": CHINESE, "repeated": REPEATED, "broken": BROKEN}


def _widest(text: str) -> int:
    return max(map(cell_len, text.splitlines()))


@pytest.mark.parametrize("name", [*_texts(), *NAMES])
@pytest.mark.parametrize("fold", [False, True])
def test_every_line_fits(name: str, fold: bool) -> None:
    report = Summary(parse(_texts()[name]) if name in _texts() else networks.load(name))
    for width in WIDTHS:
        for glyphs in (DRAWN, ASCII):
            assert _widest(report.to_text(Screen(width, glyphs=glyphs), fold=fold)) <= width


def test_the_width_check_can_fail() -> None:
    assert _widest(Summary(parse(CHINESE)).to_text(Screen(80))) > 40


def _table(text: str) -> list[str]:
    """The head and the rows, without what stands above and below."""
    body = text.splitlines()
    start = next(i for i, line in enumerate(body) if set(line) <= {"─", "-"} and line) - 1
    return [body[start], *body[start + 2 : body.index("", start)]]


def _cell_ends(line: str, text: str) -> int:
    return cell_len(line[: line.index(text) + len(text)])


@pytest.mark.parametrize("width", [80, 100, 120, 200])
def test_numbers_end_under_their_head(width: int) -> None:
    report = Summary(parse(CHINESE))
    head, *rows = _table(report.to_text(Screen(width)))
    end = _cell_ends(head, "params")
    shown = {row.split()[0]: row for row in rows}
    for node, facts in report.facts.nodes.items():
        row = next(row for row in rows if row.strip("├└│ ").startswith(node[:2]))
        assert _cell_ends(row, f" {facts.params:,} ") - 1 == end
    assert len(shown) == len(rows)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("depth", [None, 1, 2])
def test_the_printed_parameters_add_up(name: str, depth: int | None) -> None:
    report = Summary(networks.load(name))
    head, *rows = _table(report.to_text(Screen(200), depth=depth))
    start, end = head.index("output"), head.index("params") + len("params")
    printed = [row[start:end].split()[-1] for row in rows if row[start:end].strip()]
    assert sum(int(text.replace(",", "")) for text in printed if _NUMBER.fullmatch(text)) == report.totals.params


def test_folded_blocks_add_up_with_their_factor() -> None:
    report = Summary(parse(REPEATED))
    folded = lines(report.graph, same=lambda node: (node.op, report.facts.nodes[node.name].outputs))
    total = sum(report.facts.nodes[node.name].params * line.repeats for line in folded for node in line.nodes)
    assert total == report.totals.params
    assert [line.times for line in folded if line.times > 1] == [3]
    assert "× 3" in report.to_text(Screen(100), fold=True)


def test_chinese_windows_can_print_everything() -> None:
    for name in NAMES:
        Summary(networks.load(name)).to_text(Screen(120, encoding="gbk"), fold=True).encode("gbk")
    Summary(parse(BROKEN)).to_text(Screen(120, encoding="gbk")).encode("gbk")
    assert "层" in Summary(parse(CHINESE)).to_text(Screen(120, encoding="gbk"))


def test_the_gbk_check_can_fail() -> None:
    with pytest.raises(UnicodeEncodeError):
        "✓".encode("gbk")


def test_a_stream_without_glyphs_gets_ascii_from_the_first_line() -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    screen = screen_of(stream, environ={})
    assert screen.glyphs is ASCII
    for text in (CHINESE, REPEATED, BROKEN):
        Summary(parse(text)).to_text(screen, fold=True).encode("ascii")


def test_control_characters_in_a_name_are_escaped() -> None:
    text = Summary(parse('network "a\\u001b[31mb"\ninput x: 1x3x8x8\n"r\\n\\u202e" = relu(x)\noutput "r\\n\\u202e"')).to_text(
        Screen()
    )
    assert "\x1b" not in text
    assert "\\x1b[31mb" in text
    assert "\u202e" not in text


def _terminal(encoding: str = "utf-8") -> io.TextIOWrapper:
    stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    stream.isatty = lambda: True  # type: ignore[method-assign]
    return stream


@pytest.mark.parametrize(
    ("environ", "choice", "expected"),
    [
        ({}, "auto", True),
        ({"TERM": "dumb"}, "auto", False),
        ({"NO_COLOR": "1"}, "auto", False),
        ({"NO_COLOR": ""}, "auto", True),
        ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, "auto", False),
        ({"NO_COLOR": "1"}, "always", False),
        ({}, "never", False),
        ({"TERM": "dumb"}, "always", True),
        ({"TERM": "dumb", "FORCE_COLOR": "1"}, "auto", True),
    ],
)
def test_colour(environ: dict[str, str], choice: str, expected: bool) -> None:
    assert screen_of(_terminal(), choice, environ).color is expected


def test_a_pipe_gets_no_colour_and_80_columns() -> None:
    pipe = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    assert screen_of(pipe, environ={}) == Screen(FALLBACK_WIDTH)
    assert screen_of(pipe, environ={"FORCE_COLOR": "1"}).color
    assert screen_of(pipe, environ={"COLUMNS": "132"}).width == 132
    assert screen_of(pipe, environ={"COLUMNS": "wide"}).width == FALLBACK_WIDTH


def test_colour_changes_no_character() -> None:
    report = Summary(parse(REPEATED))
    coloured = report.to_text(Screen(100, color=True))
    assert "\x1b[" in coloured
    plain = re.sub(r"\x1b\[[\d;]*m", "", coloured)
    assert [line.rstrip() for line in plain.splitlines()] == report.to_text(Screen(100)).splitlines()


def test_names_are_shortened_in_the_middle_and_numbers_never() -> None:
    name = "encoder.stage.with.a.very.long.path.block_07.conv"
    text = Summary(parse(f"input x: 1x3x224x224\n{name} = conv(x, out=64, kernel=7x7)\noutput {name}")).to_text(Screen(60))
    (row,) = _table(text)[1:]
    assert re.match(r"encoder\S*…\S*conv ", row)
    assert "1x64x218x218" in row
    assert "9,472" in row
    assert "447,068,…" not in text


@pytest.mark.parametrize("width", [40, 60, 80])
def test_the_kind_of_every_layer_is_shown(width: int) -> None:
    rows = _table(Summary(networks.load("alexnet")).to_text(Screen(width)))
    assert [row.split()[2][:4] for row in rows[2:7]] == ["Conv", "ReLU", "MaxP", "Conv", "ReLU"]


def test_a_share_goes_before_a_label_is_cut() -> None:
    report = Summary(networks.load("alexnet"))
    for width in range(60, 140):
        head, *rows = _table(report.to_text(Screen(width)))
        if "MACs %" in head:
            assert not any("…" in row for row in rows)
    assert "MACs %" in _table(report.to_text(Screen(120)))[0]


def test_arguments_go_before_the_name_of_a_layer() -> None:
    for width in range(7, 60):
        text = brief("Conv2d(3, 64, (7, 5), stride=2, padding=3)", width, "…")
        assert cell_len(text) <= width
        assert text.startswith("Conv2d")
        assert text.count("(") == text.count(")")


def test_exactly_nothing_is_not_a_rounded_share() -> None:
    rows = _table(Summary(networks.load("alexnet")).to_text(Screen(120)))
    assert [row.split()[-1] for row in rows if "ReLU" in row or "Linear(4096, 10)" in row] == ["0"] * 7 + ["0.0"]


def test_signs_are_explained_where_they_occur() -> None:
    graph = "input x: 1x3x8x8\nu = conv_transpose(x, out=2, kernel=3x3, stride=2)\nc = relu(u)\noutput c"
    text = Summary(parse(graph)).to_text(Screen(120))
    assert "1..2 /(1/2)" in text
    assert "  a..b: from a to b, depending on the position\n" in text
    assert "  /(1/b): b outputs to one pixel of the input\n" in text
    assert "sees 1 to 2 pixels on each axis, moving 1/2 pixel from one output to the next" in text
    plain = Summary(networks.load("lenet5")).to_text(Screen(120))
    assert "a..b" not in plain
    assert "(1/b)" not in plain


def test_the_table_of_a_small_network() -> None:
    assert Summary(parse(REPEATED)).to_text(Screen(100), fold=True) == SNAPSHOT


SNAPSHOT = """\
repeated: x 1x8x16x16
name      layer                       output     params     MACs  field  MACs %
───────────────────────────────────────────────────────────────────────────────
stem      Conv2d(8, 8, 3, padding=1)  1x8x16x16     584  147,456  3 /1     24.8
act       ReLU()                      1x8x16x16       0        0  3 /1        0
body
└ 0..2  × 3
  ├ conv  Conv2d(8, 8, 3, padding=1)  1x8x16x16     584  147,456  9 /1     24.8
  └ relu  ReLU()                      1x8x16x16       0        0  9 /1        0
head      Conv2d(8, 2, 1)             1x2x16x16      18    4,096  9 /1      0.7

parameters    2,354 (2.35 k), all trainable
MACs          593,920 (594 k)
element-wise  8,192 (8.19 k) operations
weights       9,416 bytes (9.20 KiB)
activations   67,584 bytes (66.0 KiB)
peak          16,384 bytes (16.0 KiB) at stem
training      1,634,304 (1.63 M) MACs, keeps 40,960 bytes (40.0 KiB)
output        head 1x2x16x16, sees 9 pixels on each axis, moving 1 pixel from one output to the next

  field: receptive field in pixels of the input /its stride
  × n: n identical blocks, shown once; params and MACs are those of one, the field that of the
    last
"""


def test_a_long_table_is_plain(monkeypatch: pytest.MonkeyPatch) -> None:
    report = Summary(parse("input x: 1x3x8x8\na = relu(x)\nb = relu(a)\noutput b"))
    screen = Screen(width=100, color=True)
    assert "\x1b[" in report.to_text(screen)
    monkeypatch.setattr("convlens.report.table.MAX_COLOURED", 1)
    assert report.to_text(screen) == report.to_text(screen._replace(color=False))
