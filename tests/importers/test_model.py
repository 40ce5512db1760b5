"""What a person may call a model, and what is said where it is none."""

import io
import sys
from pathlib import Path

import onnx
import pytest
import torch

import convlens
from convlens.importers.model import load
from convlens.ir.errors import UsageError
from convlens.ir.graph import Graph
from convlens.ir.spec import TensorSpec
from convlens.ir.text import format as written
from convlens.ir.text import parse

TEXT = "network mine\ninput x: 1x3x8x8\ninput y: 1x3x8x8\ns = add(x, y)\noutput s\n"

CODE = """
import torch
print("this must not mix with a result")
class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = torch.nn.Conv2d(3, 4, 3)
    def forward(self, x):
        return self.conv(x)
ready = Net()
def fails():
    return deeper()
def deeper():
    raise RuntimeError("no such checkpoint")
def stops():
    raise SystemExit(3)
def number():
    return 7
class Zoo:
    net = Net
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "mine.txt").write_text(TEXT, encoding="utf-8")
    (tmp_path / "zoo_for_tests.py").write_text(CODE, encoding="utf-8")
    (tmp_path / "faulty_for_tests.py").write_text("import not_there_at_all\n", encoding="utf-8")
    (tmp_path / "syntax_for_tests.py").write_text("def (\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _message(model: object, *inputs: object, **named: object) -> str:
    with pytest.raises(UsageError) as caught:
        load(model, inputs, named)
    return str(caught.value)


def test_a_graph_is_itself() -> None:
    graph = parse(TEXT)
    assert load(graph) is graph


def test_a_name_a_file_and_the_standard_input(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert load("alexnet").name == "alexnet"
    assert written(load("mine.txt")) == TEXT
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(TEXT.encode())))
    assert load("-") == parse(TEXT)


def test_an_onnx_file(folder: Path) -> None:
    make = onnx.helper
    image = make.make_tensor_value_info("x", onnx.TensorProto.FLOAT, [1, 3, 8, 8])
    result = make.make_tensor_value_info("y", onnx.TensorProto.FLOAT, [1, 3, 8, 8])
    onnx.save(make.make_model(make.make_graph([make.make_node("Relu", ["x"], ["y"])], "g", [image], [result])), "relu.onnx")
    assert [node.op.name for node in load("relu.onnx")] == ["relu"]


@pytest.mark.parametrize(
    "model", ["zoo_for_tests.py:Net", "zoo_for_tests.py:ready", "zoo_for_tests:Net", "zoo_for_tests.py:Zoo.net"]
)
def test_the_users_own_code(folder: Path, capsys: pytest.CaptureFixture[str], model: str) -> None:
    before = list(sys.path)
    report = convlens.summary(model, (1, 3, 8, 8))
    assert report.totals.params == 112
    assert capsys.readouterr().out == ""
    assert sys.path == before


def test_a_live_module_and_real_tensors() -> None:
    module = torch.nn.Sequential(torch.nn.Conv2d(3, 4, 3), torch.nn.ReLU())
    assert convlens.summary(module, (1, 3, 8, 8)).totals.params == 112
    assert convlens.summary(module, torch.zeros(1, 3, 8, 8)).totals.params == 112
    assert convlens.summary(module, "1x3x8x8").totals.params == 112


def test_shapes_replace_those_of_the_network() -> None:
    specs = [item.spec.dims for item in load(parse(TEXT), [(2, 3, 4, 4), "2x3x4x4"]).inputs]
    assert specs == [(2, 3, 4, 4), (2, 3, 4, 4)]
    assert [item.spec.dims for item in load(parse(TEXT), (), {"y": (1, 1, 1, 1)}).inputs] == [(1, 3, 8, 8), (1, 1, 1, 1)]


def test_shapes_that_do_not_match() -> None:
    assert _message(parse(TEXT), (1, 3, 8, 8)) == (
        "network 'mine' takes 2 inputs, but 1 shape is given; it has: x: 1x3x8x8, y: 1x3x8x8"
    )
    assert _message(parse(TEXT), (1, 3, 8), (1, 3, 8)) == "input 'x' of 'mine' has 4 axes (1x3x8x8), but 1x3x8 has 3"
    assert _message(parse(TEXT), z=(1, 3, 8, 8)).startswith("network 'mine' has no input 'z'")
    assert "is not a shape" in _message(parse(TEXT), (1, 3, 8.5, 8), (1, 3, 8, 8))
    assert "size 0 at axis 1" in _message(parse(TEXT), (1, 0, 8, 8), (1, 3, 8, 8))
    assert "size -3 at axis 1" in _message(parse(TEXT), (1, -3, 8, 8), (1, 3, 8, 8))


def test_a_module_needs_a_shape() -> None:
    assert _message(torch.nn.ReLU()) == (
        "ReLU is a torch module, which does not say its input\n"
        "  fix: give it, on the command line as --input 1x3x224x224, in Python as summary(model, (1, 3, 224, 224))"
    )


class _Dict(torch.nn.Module):
    def forward(self, batch, scale=2):  # type: ignore[no-untyped-def]
        return {key: value * scale for key, value in batch.items()}


class _Words(torch.nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.table = torch.nn.Embedding(10, 4)

    def forward(self, ids):  # type: ignore[no-untyped-def]
        return self.table(ids)


def test_a_forward_that_wants_something_else_than_a_tensor() -> None:
    text = _message(_Dict(), "1x3x8x8")
    assert "AttributeError" in text
    assert text.endswith(
        "\n  forward(batch, scale=2) was given tensors: a shape stands for a tensor of floats, 1x16:int64 for one of whole "
        "numbers;\n    a dict, a list or another value can be given from Python: summary(model, {'image': (1, 3, 224, 224)})"
    )
    assert "can be given from Python" not in _message(_Dict(), (1, 3, 8, 8))
    assert [item.spec.dims for item in load(_Dict(), [{"image": (1, 3, 8, 8)}]).inputs] == [(1, 3, 8, 8)]


def test_a_forward_that_looks_at_values_says_so_once() -> None:
    class Looks(torch.nn.Module):
        def forward(self, x):  # type: ignore[no-untyped-def]
            return x if x.sum() > 0 else -x

    text = _message(Looks(), "1x3x8x8")
    assert text.count("looks at the values of a tensor") == text.count("  at: ") == text.count("  fix: ") == 1
    assert "can be given from Python" not in text


def test_a_dtype_behind_a_shape() -> None:
    assert load(_Words(), ["2x7:int64"]).inputs[0].spec == TensorSpec((2, 7), "int64")
    assert load(_Words(), [], {"ids": "2x7:int64"}).inputs[0].spec == TensorSpec((2, 7), "int64")
    assert load(_Words(), [TensorSpec((2, 7), "int64")]).inputs[0].spec == TensorSpec((2, 7), "int64")
    halves = load(parse(TEXT), ["2x3x4x4:float16", (2, 3, 4, 4)]).inputs
    assert [item.spec.dtype for item in halves] == ["float16", "float32"]
    assert _message(parse(TEXT), "2x3x4x4:float61", (2, 3, 4, 4)).startswith(
        "'2x3x4x4:float61': unknown dtype 'float61' (did you mean 'float64'?); it is one of float64, float32,"
    )


def test_the_dtypes_of_an_onnx_file_are_its_own(folder: Path) -> None:
    make = onnx.helper
    image = make.make_tensor_value_info("x", onnx.TensorProto.FLOAT, ["N", 3])
    result = make.make_tensor_value_info("y", onnx.TensorProto.FLOAT, ["N", 3])
    onnx.save(make.make_model(make.make_graph([make.make_node("Relu", ["x"], ["y"])], "g", [image], [result])), "two.onnx")
    assert load("two.onnx", ["2x3:float32"]).inputs[0].spec.dims == (2, 3)
    assert load("two.onnx", [], {"x": "4x3"}).inputs[0].spec.dims == (4, 3)
    assert _message("two.onnx", "2x3:int64") == "input 'x' of two.onnx is float32, not int64; a file's dtypes are fixed"
    assert _message("two.onnx", "2x3", x="2x3") == "two.onnx: its inputs are given by name or by position, not both"


def test_what_is_no_model() -> None:
    assert _message(3) == "int is not a model: a torch.nn.Module or a Graph is needed, found int"
    assert _message("resnet5").startswith("there is no network 'resnet5' (did you mean 'resnet50'?)\n  a model is the name of")
    assert _message("net.keras").startswith("net.keras: Keras files cannot be read\n  fix: model.export(")


def test_what_is_no_file(folder: Path) -> None:
    assert _message("mime.txt") == "there is no file 'mime.txt' (did you mean 'mine.txt'?)"
    assert _message("mine").startswith("there is no network 'mine' (did you mean the file 'mine.txt'?)")
    (folder / "dir.txt").mkdir()
    assert _message("dir.txt") == "dir.txt is a folder, not a file"
    (folder / "bytes.txt").write_bytes(b"network \xff\xfe")
    assert _message("bytes.txt") == "bytes.txt is not text in UTF-8: byte 8 is 0xff"


def test_code_that_is_not_there(folder: Path) -> None:
    assert _message("zoo_for_test.py:Net") == "there is no file 'zoo_for_test.py' (did you mean 'zoo_for_tests.py'?)"
    assert _message("no_such_package.nets:Net").startswith("there is no module 'no_such_package' that could be imported from ")
    assert (
        _message("zoo_for_tests.py:Nett") == "zoo_for_tests.py:Nett: there is no 'Nett' in zoo_for_tests.py (did you mean 'Net'?)"
    )
    assert _message("zoo_for_tests.py:nett").endswith("there is no 'nett' in zoo_for_tests.py (did you mean 'Net'?)")
    assert _message("zoo_for_tests.py:qqqqq").endswith(
        "there is no 'qqqqq' in zoo_for_tests.py; it has: Net, ready, fails, deeper, stops, number, Zoo"
    )
    assert _message("zoo_for_tests.py:Zoo.nett").endswith("(did you mean 'net'?)")
    assert _message(":Net") == "':Net': a factory is written package.module:factory or file.py:factory"
    assert _message("zoo_for_tests.py:number") == (
        "zoo_for_tests.py:number is not a model: a torch.nn.Module or a Graph is needed, found int"
    )


def test_code_that_raises_shows_the_users_own_lines(folder: Path) -> None:
    lines = _message("zoo_for_tests.py:fails").splitlines()
    assert lines[0] == "zoo_for_tests.py:fails raised:"
    assert [line.split(", in ")[1] for line in lines if ", in " in line] == ["fails", "deeper"]
    assert lines[-1] == "  RuntimeError: no such checkpoint"
    assert _message("zoo_for_tests.py:stops").endswith("SystemExit: 3")


def test_code_that_does_not_import(folder: Path) -> None:
    text = _message("faulty_for_tests.py:net")
    assert text.startswith("importing faulty_for_tests.py failed:")
    assert text.endswith("ModuleNotFoundError: No module named 'not_there_at_all'")
    assert _message("faulty_for_tests:net").startswith("importing faulty_for_tests failed:")
    assert "SyntaxError" in _message("syntax_for_tests.py:net")
    assert "convlens_model_faulty" not in " ".join(sys.modules)


def test_a_broken_text_says_its_line(folder: Path) -> None:
    (folder / "typo.txt").write_text("input x: 1x3x8x8\nc = conf(x)\noutput c")
    assert _message("typo.txt").startswith("typo.txt, line 2: unknown operator 'conf' (did you mean 'conv'?)")


def test_every_network_loads() -> None:
    assert isinstance(load("unet"), Graph)
