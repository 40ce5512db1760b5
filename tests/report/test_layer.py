"""The report of one layer: figures of the issue, formulas that a calculator agrees with, borders counted one by one."""

import re
from itertools import product
from math import ceil, floor

import pytest

import convlens
from convlens.arith.padding import outputs
from convlens.ir.errors import ShapeError, UsageError
from convlens.report.border import unread_words
from convlens.report.frameworks import choices
from convlens.report.window import AxisWindow, without_drop
from convlens.report.words import WORDS

STEM = "Conv2d(3, 64, 7, stride=2, padding=3)"
SEPARABLE = (
    "tf.nn.separable_conv2d(x, depthwise_filter=[2,2,3,5], pointwise_filter=[1,1,15,20], strides=[1,1,1,1], padding='SAME')"
)


def test_the_record_of_a_layer() -> None:
    record = convlens.layer(STEM, (1, 3, 224, 224)).to_dict()
    assert record["schema"] == "convlens/layer/1"
    assert record["call"] == STEM
    assert record["inputs"] == [[1, 3, 224, 224]]
    assert record["outputs"] == [[1, 64, 112, 112]]
    assert (record["params"], record["buffers"], record["macs"]) == (9472, 0, 118013952)
    assert record["padding"] == [[3, 3], [3, 3]]
    assert record["dropped"] == [0, 0]
    assert set(record["formula"]) == {"en", "zh"}
    assert [part["label"] for part in record["layers"]] == [STEM]


@pytest.mark.parametrize(
    ("call", "shape", "output", "params"),
    [
        ("Conv2d(3, 192, 3, bias=False)", (1, 3, 32, 32), [1, 192, 30, 30], 5184),
        ("Conv2d(3, 192, 3)", (1, 3, 32, 32), [1, 192, 30, 30], 5376),
        ("Conv2d(3, 2, 3)", (1, 3, 9, 9), [1, 2, 7, 7], 56),
        ("Conv2d(3, 6, 5)", (1, 3, 32, 32), [1, 6, 28, 28], 456),
        ("Linear(12000, 12)", (1, 12000), [1, 12], 144012),
        ("MaxPool2d(2)", (1, 3, 8, 8), [1, 3, 4, 4], 0),
        ("Conv2d(64, 32, 1)", (1, 64, 56, 56), [1, 32, 56, 56], 2080),
        ("ConvTranspose1d(1, 1, 4, stride=3)", (1, 1, 2), [1, 1, 7], 5),
        ("tf.nn.conv2d(x, filters=[2,2,3,2], strides=[1,5,5,1], padding='SAME')", (10, 9, 9, 3), [10, 2, 2, 2], 24),
        (SEPARABLE, (10, 9, 9, 3), [10, 9, 9, 20], 360),
        ("Conv2D(64, 7, strides=2, padding='same')", (1, 224, 224, 3), [1, 112, 112, 64], 9472),
    ],
)
def test_published_layers(call: str, shape: tuple[int, ...], output: list[int], params: int) -> None:
    record = convlens.layer(call, shape).to_dict()
    assert (record["outputs"], record["params"]) == ([output], params)


def test_a_call_of_two_layers_names_both() -> None:
    report = convlens.layer(SEPARABLE, "10x9x9x3")
    record = report.to_dict()
    assert len(record["layers"]) == 2
    assert sum(part["params"] for part in record["layers"]) == record["params"]
    assert sum(part["macs"] for part in record["layers"]) == record["macs"]
    assert record["padding"] == [[0, 1], [0, 1]]
    assert "-> 10x9x9x15" in str(report)


def test_the_explanation_in_both_languages() -> None:
    report = convlens.layer("Conv2d(3, 2, 3, stride=3)", (1, 3, 7, 7))
    assert str(report).splitlines() == ENGLISH.splitlines()
    assert report.text("zh") == CHINESE


def test_the_short_form_of_a_layer_without_windows() -> None:
    assert str(convlens.layer("BatchNorm2d(64)", (1, 64, 8, 8))) == NORM


@pytest.mark.parametrize(
    ("call", "shape"),
    [
        (STEM, (1, 3, 224, 224)),
        ("MaxPool2d(3, stride=2, ceil_mode=True)", (1, 3, 12, 13)),
        ("ConvTranspose2d(4, 8, 3, stride=2, padding=1, output_padding=1)", (2, 4, 5, 6)),
        ("Conv3d(4, 4, 3, stride=2, groups=2, dilation=2)", (1, 4, 9, 10, 11)),
        ("Linear(30, 12)", (5, 30)),
        (SEPARABLE, (10, 9, 9, 3)),
    ],
)
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_calculator_agrees_with_every_formula(call: str, shape: tuple[int, ...], lang: str) -> None:
    lines = convlens.layer(call, shape).to_dict()["formula"][lang].splitlines()
    equations = [line.partition(": ")[2] for line in lines if " = " in line and "'same'" not in line]
    assert equations
    for equation in equations:
        sides = [side.split(", ")[0].replace(",", "") for side in equation.split(" = ")]
        assert len({eval(side, {"floor": floor, "ceil": ceil}) for side in sides}) == 1, equation


def test_the_calculator_can_disagree() -> None:
    assert eval("floor(223/2) + 1", {"floor": floor}) != eval("floor((224 + 3 + 2 - 1*(7-1) - 1) / 2)", {"floor": floor})


def _read_by_brute_force(size: int, kernel: int, stride: int, padding: int) -> set[int]:
    taps = range(outputs(size, kernel, stride, (padding, padding)))
    return {y * stride - padding + j for y in taps for j in range(kernel)} & set(range(size))


def _border_is_read(size: int, kernel: int, stride: int, padding: int) -> bool:
    return size - 1 in _read_by_brute_force(size, kernel, stride, padding)


def test_what_is_never_read_and_what_would_read_it_by_brute_force() -> None:
    found = 0
    for size, kernel, stride, padding in product(range(3, 12), range(1, 5), range(1, 5), range(3)):
        count = outputs(size, kernel, stride, (padding, padding))
        if count < 1 or size + 2 * padding < kernel or stride > kernel:
            continue  # a stride beyond the kernel leaves pixels between the windows too
        window = AxisWindow("window", "H", size, count, kernel, stride, 1, (padding, padding))
        read = _read_by_brute_force(size, kernel, stride, padding)
        assert window.dropped == size - 1 - max(read, default=-1)
        if window.dropped:
            found += 1
            pad, larger = without_drop(window)
            assert pad == next(
                (p for p in range(padding + 1, padding + stride + 1) if _border_is_read(size, kernel, stride, p)), None
            )
            assert larger == next(n for n in range(size + 1, size + 9) if _border_is_read(n, kernel, stride, padding))
    assert found > 30


def test_the_words_for_the_border() -> None:
    say = {
        axes: unread_words([AxisWindow("window", a, 7, 2, 3, 3) for a in axes], "en")[0].partition(" never")[0]
        for axes in ("L", "HW")
    }
    assert say == {"L": "1 value at the end is", "HW": "1 row at the bottom and 1 column at the right are"}
    assert unread_words([AxisWindow("window", "L", 7, 3, 3, 2)], "en") == []


def test_huge_strides_do_not_hang() -> None:
    text = str(convlens.layer("Conv1d(1, 1, 3, stride=1000000000)", (1, 1, 1_500_000_000)))
    assert "499,999,997 values" in text or "499999997 values" in text


def test_same_padding_of_each_framework() -> None:
    stem = [AxisWindow("window", axis, 224, 112, 7, 2, 1, (3, 3)) for axis in "HW"]
    assert [(c.rule, c.added[0], c.counts[0]) for c in choices(stem)] == [
        ("padding=3", (3, 3), 112), ("'same'", (2, 3), 112), ("'valid'", (0, 0), 109),
        ("SAME_UPPER", (2, 3), 112), ("SAME_LOWER", (3, 2), 112),
    ]  # fmt: skip
    up = [AxisWindow("transposed", "L", 5, 11, 3, 2)]
    assert [(c.rule, c.counts[0]) for c in choices(up)][:3] == [("padding=0", 11), ("'same'", 10), ("'valid'", 11)]


def test_uneven_padding_needs_a_pad_before_in_pytorch() -> None:
    assert "F.pad first" in str(convlens.layer("Conv2D(64, 7, strides=2, padding='same')", (1, 224, 224, 3)))
    assert "F.pad first" not in str(convlens.layer("Conv2d(3, 8, 4, padding='same')", (1, 3, 9, 9)))


def test_both_languages_have_the_same_words() -> None:
    assert WORDS["en"].keys() == WORDS["zh"].keys()
    for key, text in WORDS["en"].items():
        assert sorted(re.findall(r"\{(\w+)\}", text)) == sorted(re.findall(r"\{(\w+)\}", WORDS["zh"][key])), key


def test_chinese_windows_can_print_everything() -> None:
    for call, shape in (
        (STEM, (1, 3, 224, 224)),
        ("Conv2d(3, 2, 3, stride=3)", (1, 3, 7, 7)),
        ("AdaptiveAvgPool2d(7)", (1, 3, 10, 10)),
    ):
        for lang in ("en", "zh"):
            convlens.layer(call, shape).text(lang).encode("gbk")


def test_a_layer_that_cannot_take_its_input() -> None:
    with pytest.raises(ShapeError) as caught:
        convlens.layer("Conv2d(3, 4, 9)", (1, 3, 4, 4))
    assert str(caught.value).startswith("conv ")
    assert "a kernel of 9 covers 9, but the input 1x3x4x4 padded by 0+0 is 4 wide" in str(caught.value)
    assert "fix: kernel 4, padding 3 on each side or an input of at least 9" in str(caught.value)


@pytest.mark.parametrize("shape", ["1x0x4", "1x-3x4", "axb", (1, 2.5), (True, 3)])
def test_shapes_that_are_none(shape: object) -> None:
    with pytest.raises(UsageError):
        convlens.layer("ReLU()", shape)  # type: ignore[arg-type]


def test_wide_sizes_stay_exact() -> None:
    record = convlens.layer("Conv2d(1, 1, 3, padding=1)", (1, 1, 10**9, 10**9)).to_dict()
    assert record["macs"] == 9 * 10**18


def test_notebook_html_is_escaped() -> None:
    assert "<script>" not in convlens.layer("Conv1d(1, 1, 1)", (1, 1, 5))._repr_html_().replace("<pre>", "")


ENGLISH = """\
Conv2d(3, 2, 3, stride=3)

input 1x3x7x7 -> output 1x2x2x2

H: floor((7 + 0 + 0 - 1*(3-1) - 1) / 3) + 1 = floor(4/3) + 1 = 2
W: floor((7 + 0 + 0 - 1*(3-1) - 1) / 3) + 1 = floor(4/3) + 1 = 2
parameters: 2*3*3*3 + 2 = 56
MACs: 1*2*2*2 * 3*3*3 = 216

1 row at the bottom and 1 column at the right are never read: the division does not come out even, \
and frameworks round it down (floor).
With padding 1 or an input of 9x9 every pixel at the border is read.

the padding that each framework would use
  framework          rule        added     output
  PyTorch            padding=0   0+0, 0+0  2x2
  Keras, TensorFlow  'same'      1+1, 1+1  3x3
  Keras, TensorFlow  'valid'     0+0, 0+0  2x2
  ONNX               SAME_UPPER  1+1, 1+1  3x3
  ONNX               SAME_LOWER  1+1, 1+1  3x3
"""

CHINESE = """\
Conv2d(3, 2, 3, stride=3)

输入 1x3x7x7 -> 输出 1x2x2x2

H: floor((7 + 0 + 0 - 1*(3-1) - 1) / 3) + 1 = floor(4/3) + 1 = 2
W: floor((7 + 0 + 0 - 1*(3-1) - 1) / 3) + 1 = floor(4/3) + 1 = 2
参数: 2*3*3*3 + 2 = 56
乘加 (MAC): 1*2*2*2 * 3*3*3 = 216

底部 1 行和右侧 1 列从不被读取: 除不尽, 框架向下取整 (floor)。
改为填充 1 或大小为 9x9 的输入, 边缘的像素就都会被读取。

各框架会使用的填充
  框架               规则        补上      输出
  PyTorch            padding=0   0+0, 0+0  2x2
  Keras, TensorFlow  'same'      1+1, 1+1  3x3
  Keras, TensorFlow  'valid'     0+0, 0+0  2x2
  ONNX               SAME_UPPER  1+1, 1+1  3x3
  ONNX               SAME_LOWER  1+1, 1+1  3x3
"""

NORM = """\
BatchNorm2d(64)

input 1x64x8x8 -> output 1x64x8x8

parameters: 64 + 64 = 128
buffers: 64 + 64 = 128
MACs: 0
element-wise operations: 8,192
"""
