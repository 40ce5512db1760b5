"""Errors in another language: what was raised as a sentence is said in it, the rest stays English."""

import copy
import pickle

import pytest

from convlens.ir.errors import ShapeError, UsageError, nearest
from convlens.ir.op import lookup
from convlens.ir.spec import TensorSpec
from convlens.lang.labels import labelled
from convlens.lang.remark import remark
from convlens.lang.sentence import Sentence, either, in_language


def test_a_sentence_is_its_english_text() -> None:
    text = Sentence("there is no file {path}{meant}", path="'a {b}'", meant=nearest("con", ["conv"]))
    assert text == "there is no file 'a {b}' (did you mean 'conv'?)"
    assert in_language("en", text) == text
    assert type(in_language("en", text)) is str
    assert in_language("zh", text) == "没有文件 'a {b}'（是否想写 'conv'？）"


def test_in_another_text_it_is_only_its_text() -> None:
    text = Sentence("there is no file {path}{meant}", path="a", meant="")
    assert in_language("zh", f"{text}!") == "there is no file a!"


@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))])
def test_a_copy_can_still_be_said_in_another_language(again) -> None:
    text = again(Sentence("there is no file {path}{meant}", path="'{x}'", meant=""))
    assert (text, in_language("zh", text)) == ("there is no file '{x}'", "没有文件 '{x}'")


def test_alternatives() -> None:
    assert either(["a"]) == "a"
    several = either([Sentence("kernel {kernel}", kernel=3), "b", "c", "d"])
    assert (several, in_language("zh", several)) == ("kernel 3, b, c or d", "核大小 3、b、c，或d")


def test_only_the_lines_that_begin_with_a_label_are_labelled() -> None:
    text = "a fix: b\n  input: 1x3 from 'x'\n  written at: net.py, line 3\n    fix: deeper\n  fix: one, or input: two"
    assert labelled("zh", text) == (
        "a fix: b\n  输入：1x3，来自 'x'\n  写于：net.py, line 3\n    fix: deeper\n  改法：one, or input: two"
    )
    assert labelled("en", text) == text


def test_an_error_in_english_is_its_message() -> None:
    for error in (
        UsageError("a\n  fix: b"),
        UsageError(),
        UsageError("a", 3),
        ShapeError("a", "b").at("conv", "c", ["1x3 from 'x'"]),
    ):
        assert error.text() == str(error)


SHAPES = [
    ("conv", {"out": 4, "kernel": 9, "dilation": 2}, (1, 3, 8),
     "在空间轴 0 上，大小为 9 的核（膨胀率 2）覆盖 17 个像素，但输入 1x3x8 填充 0+0 后只有 8 宽\n"
     "  改法：核大小 4、每侧填充 5，或至少为 17 的输入"),
    ("conv", {"out": 4, "kernel": 3, "groups": 2}, (1, 3, 8), "groups=2 不能整除 3 个输入通道\n  改法：groups=1"),
    ("conv", {"out": 4, "kernel": 3, "groups": 3}, (1, 6, 8), "groups=3 不能整除 4 个输出通道\n  改法：groups 取 1, 2 之一"),
    ("conv", {"out": 4, "kernel": (3, 3)}, (3, 8),
     "kernel 有 2 个空间轴，因此输入必须有 4 个轴（N、C、空间），不带批次时为 3 个；输入 3x8 有 2 个\n  改法：kernel=3，或换一个输入"),
    ("conv", {"out": 4, "kernel": (3,)}, (1, 3, 8, 8),
     "kernel 有 1 个空间轴，因此输入必须有 3 个轴（N、C、空间），不带批次时为 2 个；输入 1x3x8x8 有 4 个\n"
     "  改法：kernel=3x3，或换一个输入"),
    ("conv", {"out": 4, "kernel": 3, "padding": 9, "padding_mode": "reflect"}, (1, 3, 8),
     "padding_mode='reflect' 时填充 9 所需的像素多于空间轴 0 上的 8 个\n  改法：填充至多为 7，或 padding_mode='zeros'"),
    ("conv_transpose", {"out": 4, "kernel": 3, "padding": 9}, (1, 3, 8),
     "空间轴 0 的长度将是 -8：(8-1)*1 - 18 + 3 + 0\n  改法：每侧填充至多为 4"),
    ("conv_transpose", {"out": 4, "kernel": 3, "output_padding": 2}, (1, 3, 8),
     "空间轴 0 上的 output_padding 2 必须小于步幅 1 或膨胀率 1\n  改法：output_padding 至多为 0"),
    ("max_pool", {"kernel": 9}, (1, 3, 8), "在空间轴 0 上，大小为 9 的核覆盖 9 个像素，但输入 1x3x8 填充 0+0 后只有 8 宽\n"
     "  改法：核大小 8、每侧填充 1，或至少为 9 的输入"),
    ("linear", {"out": 3}, (), "输入至少要有一个轴，但这里的输入是标量"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "settings", "shape", "message"), SHAPES, ids=[each[3].split("\n")[0] for each in SHAPES])
def test_shape_errors(name: str, settings: dict, shape: tuple, message: str) -> None:
    with pytest.raises(ShapeError) as caught:
        lookup(name)(**{"kernel": (3,), **settings} if name != "linear" else settings).infer((TensorSpec(shape),))
    placed = caught.value.at(name, "c", ["1x3 from 'x'"], "line 3")
    head, *fix = message.split("\n")
    assert caught.value.text("zh") == message
    assert placed.text("zh") == "\n".join([f"{name} 'c'：{head}", "  输入：1x3，来自 'x'", "  写于：line 3", *fix])
    assert placed.text("en") == str(placed)


def test_a_remark_says_the_sentences_in_it_again() -> None:
    """A finding of lint repeats the error of a layer, without the place, which it says itself."""
    error = ShapeError(Sentence("groups={groups} does not divide the {count} input channels", groups=2, count=3), "groups=1")
    found = remark("cannot run from here on: {reason}", reason=error.at("conv", "c", []).condition)
    assert found.text() == "cannot run from here on: groups=2 does not divide the 3 input channels"
    assert found.text("zh").endswith("：groups=2 不能整除 3 个输入通道")
