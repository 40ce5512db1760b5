"""The report of one layer: figures of the issue, formulas that a calculator agrees with, borders counted one by one."""

import re
from html import escape
from itertools import product
from math import ceil, floor

import pytest

import convlens
from convlens.arith.padding import outputs
from convlens.ir.errors import ShapeError, UsageError
from convlens.report.border import unread_words
from convlens.report.frameworks import choices
from convlens.report.window import AxisWindow, without_drop

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
    equations = [re.split(": |：", line, maxsplit=1)[1] for line in lines if " = " in line and "'same'" not in line]
    assert equations
    for equation in equations:
        sides = [re.split(", |，", side)[0].replace(",", "") for side in equation.split(" = ")]
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
    assert [(c.rule, c.sides[0], c.counts[0]) for c in choices(stem)] == [
        ("padding=3", (3, 3), 112), ("'same'", (2, 3), 112), ("'valid'", (0, 0), 109),
        ("SAME_UPPER", (2, 3), 112), ("SAME_LOWER", (3, 2), 112),
    ]  # fmt: skip
    up = [AxisWindow("transposed", "L", 5, 11, 3, 2)]
    assert [(c.rule, c.counts[0]) for c in choices(up)][:3] == [("padding=0", 11), ("'same'", 10), ("'valid'", 11)]


def test_uneven_padding_needs_a_pad_before_in_pytorch() -> None:
    assert "F.pad first" in str(convlens.layer("Conv2D(64, 7, strides=2, padding='same')", (1, 224, 224, 3)))
    assert "F.pad first" not in str(convlens.layer("Conv2d(3, 8, 4, padding='same')", (1, 3, 9, 9)))


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


def test_html_has_the_same_facts_and_is_escaped() -> None:
    report = convlens.layer("Conv2D(64, 7, strides=2, padding='same')", "1x224x224x3")
    page = report.to_html("zh")
    assert page.count("<tr>") == 6
    assert "<h3>Conv2D(64, 7, strides=2, padding=&#x27;same&#x27;)</h3>" in page
    for line in report.text("zh").splitlines():
        if "  " not in line:
            assert escape(line) in page
    assert "<caption>the padding that" in report._repr_html_()


def test_the_short_name_of_a_report() -> None:
    assert repr(convlens.layer(STEM, (1, 3, 224, 224))) == f"<LayerReport of {STEM!r}: 1x64x112x112, 9,472 parameters>"
    assert repr(convlens.layer("PReLU()", (1, 3, 4, 4))) == "<LayerReport of 'PReLU()': 1x3x4x4, 1 parameter>"


def test_an_input_of_another_dtype() -> None:
    report = convlens.layer("ReLU()", "1x3:float16")
    assert [item.spec.dtype for item in report.graph.inputs] == ["float16"]
    with pytest.raises(UsageError, match="unknown dtype 'flat16' \\(did you mean 'float16'\\?\\)"):
        convlens.layer("ReLU()", "1x3:flat16")


def _advice(call: str, shape: str, lang: str = "en") -> str:
    return next(line for line in convlens.layer(call, shape).text(lang).splitlines() if line.startswith(("With", "改用")))


def test_advice_is_in_the_words_of_the_framework() -> None:
    keras = 'With padding="same" or an input of 29x29 every pixel at the border is read.'
    assert _advice("MaxPooling2D(3, strides=2)", "1x28x28x3") == keras
    assert _advice("AveragePooling2D(3, strides=2)", "1x28x28x3") == keras
    assert _advice("tf.nn.max_pool2d(x, 3, 2, 'VALID')", "1x28x28x3") == keras.replace("same", "SAME")
    assert _advice("MaxPool2d(3, stride=2)", "1x3x28x28") == (
        "With padding 1, an input of 29x29 or ceil_mode=True every pixel at the border is read."
    )
    assert _advice("MaxPool2d(3, stride=2)", "1x3x28x28", "zh") == (
        "改用填充 1、大小为 29x29 的输入或 ceil_mode=True，边缘的像素就都会被读取。"
    )
    assert _advice("MaxPooling2D(3, strides=2)", "1x28x28x3", "zh") == (
        '改用 padding="same" 或大小为 29x29 的输入，边缘的像素就都会被读取。'
    )


def test_pooling_is_never_told_more_padding_than_pytorch_takes() -> None:
    """With dilation the window reaches further, but half of the kernel is the limit."""
    window = AxisWindow("window", "H", 12, 2, 3, 5, 2, (0, 0), "", False, 0, "max_pool")
    assert window.dropped
    assert without_drop(window)[0] in (None, 1)


def test_one_of_anything_is_singular() -> None:
    text = str(convlens.layer("AdaptiveAvgPool2d(1)", (1, 1, 3, 3)))
    assert "H: 1 window is asked for; window y reads floor(y*3/1) to ceil((y+1)*3/1)-1, 3 pixels each" in text
    assert "7 windows are asked for" in str(convlens.layer("AdaptiveAvgPool2d(7)", (1, 1, 10, 10)))
    assert "1 pixel each" in str(convlens.layer("AdaptiveAvgPool2d(3)", (1, 1, 3, 3)))
    assert "so the windows skip 1 of every 3 pixels" in str(convlens.layer("Conv1d(1, 1, 2, stride=3)", (1, 1, 9)))


@pytest.mark.parametrize(
    ("call", "shape", "formula"),
    [
        ("MaxPool2d(3, stride=2)", (1, 4, 9, 9), "1*4*4*4 * 3*3 = 576"),
        ("ReLU()", (1, 3, 4, 4), "1*3*4*4 = 48"),
        ("BatchNorm2d(3)", (1, 3, 4, 4), "1*3*4*4 * 2 = 96"),
    ],
)
def test_elementwise_counts_have_a_formula(call: str, shape: tuple[int, ...], formula: str) -> None:
    assert f"element-wise operations: {formula}\n" in str(convlens.layer(call, shape))
    assert f"逐元素运算：{formula}\n" in convlens.layer(call, shape).text("zh")


def test_chinese_sentences_have_chinese_punctuation_and_even_spaces() -> None:
    for call, shape in ((STEM, (1, 3, 224, 224)), ("MaxPool2d(3, stride=2)", (1, 3, 28, 28)), (SEPARABLE, (10, 9, 9, 3))):
        for line in convlens.layer(call, shape).text("zh").splitlines():
            if re.search("[\u4e00-\u9fff]", line) and "  " not in line:
                assert not re.search("[\u4e00-\u9fff][,:;.(]|[A-Za-z0-9][\u4e00-\u9fff]|[\u4e00-\u9fff][A-Za-z0-9]", line), line


def test_the_receptive_field_is_said_once() -> None:
    for call, shape in ((STEM, (1, 3, 224, 224)), (SEPARABLE, (10, 9, 9, 3))):
        assert str(convlens.layer(call, shape)).count("receptive field: ") == 1
    assert "receptive field" not in str(convlens.layer("Linear(30, 12)", (5, 30)))


ENGLISH = """\
Conv2d(3, 2, 3, stride=3)

input 1x3x7x7 -> output 1x2x2x2

H: floor((7 + 0 + 0 - 1*(3-1) - 1) / 3) + 1 = floor(4/3) + 1 = 2
W: floor((7 + 0 + 0 - 1*(3-1) - 1) / 3) + 1 = floor(4/3) + 1 = 2
parameters: 2*3*3*3 + 2 = 56
MACs: 1*2*2*2 * 3*3*3 = 216
receptive field: 3 pixels on each axis, moving 3 pixels from one output to the next

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
参数：2*3*3*3 + 2 = 56
乘加（MAC）：1*2*2*2 * 3*3*3 = 216
感受野：每个轴上 3 个像素，相邻输出相隔 3 个像素

底部 1 行和右侧 1 列从不被读取：除不尽，框架向下取整（floor）。
改用填充 1 或大小为 9x9 的输入，边缘的像素就都会被读取。

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
element-wise operations: 1*64*8*8 * 2 = 8,192
receptive field: 1 pixel on each axis, moving 1 pixel from one output to the next
"""
