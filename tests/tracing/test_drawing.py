"""What is drawn is what is added: every marked cell is a term, every term a marked cell, each with its number."""

import re
from itertools import groupby

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

import convlens
from convlens.tracing.drawing import NOTHING, drawn
from convlens.tracing.number import shown
from convlens.tracing.term import Term, View
from convlens.tracing.trace import Trace
from tests.ops.torch_layers import Layer, layers
from tests.strategies import cases
from tests.tracing.test_values import CALLS, reported, theirs

Cells = dict[tuple[int, int], str]


def read_back(lines: list[str], *, flat: bool) -> tuple[Cells, Cells]:
    """The marked cells and the others, by row and column, read from the picture alone."""
    ends = {match.end(): int(match.group()) for match in re.finditer(r"-?\d+", lines[0])}
    marked, plain = {}, {}
    for line in lines[1:]:
        if re.fullmatch(r"[ +-]*", line) and "--" in line:
            continue
        row = 0 if flat else int(re.match(r" *(-?\d+)", line).group(1))
        for end, column in ends.items():
            text = line[:end].rsplit("[", 1)[-1].split("|")[-1].split()
            sign = line[end] if end < len(line) else " "
            cells = marked if sign == "]" else plain
            cells[row, column] = text[-1] if text else ""
    return marked, plain


def slices(view: View) -> list[list[Term]]:
    """The terms of each drawing of the first channel."""
    return [list(group) for _, group in groupby(view.channels[0].terms, key=lambda term: term.place[:-2])]


def agrees(lines: list[str], view: View, terms: list[Term], *, whole: bool) -> None:
    """The invariant; of more places than fit only a part is drawn, and then only that part is compared."""
    flat = len(view.plane.sizes) == 1
    marked, plain = read_back(lines, flat=flat)
    wanted = {(0 if flat else term.place[-2], term.place[-1]): term for term in terms}
    assert marked.keys() <= wanted.keys()
    assert not plain.keys() & wanted.keys()
    if whole:
        assert marked.keys() == wanted.keys()
    for place, text in marked.items():
        hole = wanted[place].at is None and view.plane.inside(wanted[place].place)
        assert text == (NOTHING if hole else shown(wanted[place].x))


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("call", [call for call in CALLS if call.endswith(("d", "Linear"))])
def test_every_marked_cell_is_a_term(call: str) -> None:
    tally = []

    @cases(4)
    @given(layers([call]), st.data())
    def check(layer: Layer, data: st.DataObject) -> None:
        made = theirs(layer, flip=False)
        report = reported(layer)
        if made is None or report is None or 0 in made[2].shape:
            return
        index = tuple(data.draw(st.integers(0, size - 1)) for size in made[2].shape)
        trace = report.trace(index)
        for view in trace.last.views:
            for terms in slices(view):
                lines, cuts = drawn(view.plane, terms, lambda pixel: 7, 80)
                agrees(lines, view, terms, whole=all(cut.how != "first" for cut in cuts))
                tally.append(len(terms))

    check()
    assert tally


def test_a_wrong_picture_is_noticed() -> None:
    """The partner: a bracket moved by a column, a number changed, a bracket lost."""
    view = convlens.layer("Conv2d(1, 1, 2, padding=1)", (1, 1, 4, 4)).trace((0, 1, 2)).last.views[0]
    (terms,) = slices(view)
    lines, _ = drawn(view.plane, terms, lambda pixel: 7, 80)
    agrees(lines, view, terms, whole=True)
    at = next(n for n, line in enumerate(lines) if "]" in line)
    digit = re.search(r"\[(\d)\]", lines[at]).group(1)
    for wrong in (
        lines[at].replace("[", " ", 1).replace("]", " ", 1),
        lines[at].replace(f"[{digit}]", f"[{(int(digit) + 1) % 10}]", 1),
        lines[at].replace("] ", "  [", 1),
    ):
        with pytest.raises((AssertionError, KeyError)):
            agrees([*lines[:at], wrong, *lines[at + 1 :]], view, terms, whole=True)


def trace_of(call: str, shape: str, index: str) -> Trace:
    return convlens.layer(call, shape).trace(index)


SHOWN = [
    ("Conv2d(3, 2, 3, stride=2, padding=1)", "1x3x7x7", "0,1,2"),
    ("Conv2d(64, 6, 3, groups=2, dilation=3, padding=3)", "2x64x20x20", "1,5,0,9"),
    ("Conv2d(3, 96, 11, stride=4)", "1x3x224x224", "95,53,0"),
    ("Conv2d(1, 1, 15, dilation=2)", "1x1x64x64", "0,3,3"),
    ("ConvTranspose2d(2, 2, 4, stride=3, padding=1, output_padding=1)", "1x2x5x5", "1,7,8"),
    ("ConvTranspose1d(1, 1, 2, stride=3, output_padding=2)", "1x1x3", "0,2"),
    ("Conv3d(2, 2, 3, padding=1)", "1x2x12x12x12", "1,0,5,11"),
    ("Conv1d(2, 2, 9)", "1x2x16000", "1,15000"),
    ("Linear(25088, 10)", "1x25088", "9"),
    ("MaxPool2d(3, 2, 1, ceil_mode=True)", "1x1x6x6", "0,3,3"),
    ("MaxPool1d(20)", "1x1x40", "0,1"),
    ("AdaptiveAvgPool2d((3, 5))", "1x8x10x12", "7,1,2"),
    ("SeparableConv2D(4, 3, padding='same', activation='sigmoid')", "1x32x32x16", "31,31,3"),
    ("DepthwiseConv2D(3, depth_multiplier=2)", "1x9x9x4", "3,3,5"),
    ("GlobalMaxPooling2D()", "1x7x7x512", "511"),
]  # fmt: skip


@pytest.mark.parametrize(("call", "shape", "index"), SHOWN, ids=[entry[0] for entry in SHOWN])
def test_a_trace_fits_80_cells_and_few_pages(call: str, shape: str, index: str) -> None:
    trace = trace_of(call, shape, index)
    for lang in ("en", "zh"):
        lines = trace.text(lang).splitlines()
        assert [line for line in lines if cell_len(line) > 80] == []
        assert [line for line in lines if line != line.rstrip()] == []
        assert len(lines) < 120


def test_what_is_folded_is_said_and_added() -> None:
    """Everything that the text does not show in full stands there as a number of terms, and the numbers add up."""
    trace = trace_of("Conv2d(64, 8, 3)", "1x64x14x14", "3,4,5")
    text = str(trace)
    folded = int(re.search(r"input channels 8 to 63 together \((\d+) terms\)", text).group(1))
    lines = [int(count) for count in re.findall(r"input channel \d+ \((\d+) terms\)", text)]
    products = len(re.findall(r"\d\*", text.split("input channel 0")[1].split("input channel 2", maxsplit=1)[0]))
    assert folded + sum(lines) + products == 64 * 9 == sum(len(c.terms) for c in trace.last.views[0].channels)


def test_the_english_and_the_chinese_text() -> None:
    trace = trace_of("Conv2d(1, 2, 3, stride=2, padding=1, bias=False)", "1x1x5x5", "1,0,2")
    trace.__dict__["checked"] = type(trace.checked)("PyTorch", float(trace.value), True)
    assert str(trace) == ENGLISH
    assert trace.text("zh") == CHINESE


ENGLISH = """\
Conv2d(1, 2, 3, stride=2, padding=1, bias=False)

input 1x1x5x5 -> output 1x2x3x3
one output value, y[0, 1, 0, 2]: image 0, channel 1, H 0, W 2

H: padding 1+1, output 0 starts at 0*2 - 1 = -1, reads -1, 0, 1
W: padding 1+1, output 2 starts at 2*2 - 1 = 3, reads 3, 4, 5

[ ] marks what is read.
The frame is the image, around it are the zeros of the padding.

input channel 0
     -1   0  1  2  3  4   5     kernel
  -1  0   0  0  0 [0][0] [0]     2   1  -1
        +---------------+        0  -1  -2
   0  0 | 2  2  5 [7][9]|[0]    -2  -1  -1
   1  0 | 4  2  7 [4][3]|[0]
   2  0 | 1  9  6  5  7 | 0
   3  0 | 4  1  8  6  5 | 0
   4  0 | 5  7  0  2  8 | 0
        +---------------+
   5  0   0  0  0  0  0   0

         0*2 +    0*1 + 0*(-1)
    +    7*0 + 9*(-1) + 0*(-2)
    + 4*(-2) + 3*(-1) + 0*(-1) = -20

y[0, 1, 0, 2] = -20

Checked: PyTorch computes the same from the same numbers.
The input is made of the digits 0 to 9; --values FILE.npy takes your own.
The weights are made of whole numbers from -2 to 2; --weights takes your own.
"""
CHINESE = """\
Conv2d(1, 2, 3, stride=2, padding=1, bias=False)

输入 1x1x5x5 -> 输出 1x2x3x3
一个输出值 y[0, 1, 0, 2]：图像 0、通道 1、H 0、W 2

H：填充 1+1，输出 0 从 0*2 - 1 = -1 开始，读取 -1, 0, 1
W：填充 1+1，输出 2 从 2*2 - 1 = 3 开始，读取 3, 4, 5

[ ] 标出被读取的值。
框内是图像，框外是填充的零。

输入通道 0
     -1   0  1  2  3  4   5     卷积核
  -1  0   0  0  0 [0][0] [0]     2   1  -1
        +---------------+        0  -1  -2
   0  0 | 2  2  5 [7][9]|[0]    -2  -1  -1
   1  0 | 4  2  7 [4][3]|[0]
   2  0 | 1  9  6  5  7 | 0
   3  0 | 4  1  8  6  5 | 0
   4  0 | 5  7  0  2  8 | 0
        +---------------+
   5  0   0  0  0  0  0   0

         0*2 +    0*1 + 0*(-1)
    +    7*0 + 9*(-1) + 0*(-2)
    + 4*(-2) + 3*(-1) + 0*(-1) = -20

y[0, 1, 0, 2] = -20

已核对：PyTorch 用同样的数算出同样的值。
输入是自动生成的 0 到 9 的数字；用 --values FILE.npy 换成自己的。
权重是自动生成的 -2 到 2 的整数；用 --weights 换成自己的。
"""


def test_two_views_of_a_transposed_convolution() -> None:
    text = str(trace_of("ConvTranspose2d(1, 1, 3, stride=2, padding=1)", "1x1x3x3", "0,2,3"))
    assert "View 1, scattering" in text
    assert "View 2, the stretched input" in text
    assert "[.]" in text
    scattering, stretched = (
        line.rpartition(" = ")[2] for line in text.splitlines() if re.match("(scattering|stretched input): y", line)
    )
    assert scattering == stretched


def test_padding_that_is_no_value_is_a_point() -> None:
    text = str(trace_of("MaxPool2d(3, 2, 1)", "1x1x6x6", "0,0,0"))
    assert "[.]" not in text
    assert "padding (.), which is no value" in text
    assert "the window reads padding only" in str(trace_of("MaxPool1d(2, dilation=2, padding=1)", "1x1x1", "0,0"))
