"""Indices and files: what is read, and what is refused with one message and exit code 2."""

import io
import json
import pickle
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import convlens
from convlens.ir.errors import UsageError
from convlens.tracing.check import agree, checked
from convlens.tracing.trace import Trace
from tests.cli.test_command_line import ended

CALL, SHAPE = "Conv2d(2, 3, 3, padding=1)", "1x2x4x5"
X = np.arange(40.0).reshape(1, 2, 4, 5)
W, B = np.arange(54.0).reshape(3, 2, 3, 3), np.array([1.0, 2.0, 3.0])


def traced(index: Any = "0,1,2", call: str = CALL, shape: str = SHAPE, **settings: Any) -> Trace:
    return convlens.layer(call, shape).trace(index, **settings)


@pytest.mark.parametrize("index", ["0,0,1,2", "0,1,2", "[0, 1, 2]", "(0,0,1,2)", (0, 1, 2), np.array([0, 0, 1, 2])])
def test_the_batch_may_be_left_out(index: Any) -> None:
    assert traced(index).index == (0, 0, 1, 2)


def test_an_index_is_in_the_layout_of_the_call() -> None:
    keras = traced("3,4,2", "Conv2D(3, 3, padding='same')", "1x4x5x2")
    torch = traced("2,3,4")
    assert keras.index == (0, 3, 4, 2)
    assert keras.value == torch.value  # made from the same numbers, since they depend on N, C, space
    terms = keras.to_dict()["stages"][0]["values"][0]["views"][0]["channels"][1]["terms"]
    assert terms[0]["at"] == [0, 2, 3, 1]


@pytest.mark.parametrize(
    ("index", "message"),
    [
        ("0,3,0,0", "the index 0,3,0,0 is out of range: entry 3 on axis 1 of the output 1x3x4x5\n  fix: 0 to 2 there"),
        ("0,-1,0", "the index 0,0,-1,0 is out of range: entry -1 on axis 2"),
        ("1,0,0,0", "the index 1,0,0,0 is out of range: entry 1 on axis 0 of the output 1x3x4x5\n  fix: 0 to 0 there"),
        ("0,1", "the index 0,1 has 2 entries, but the output 1x3x4x5 has 4 axes\n  fix: 4 entries, or 3 without the batch, from"),
        ("7", "the index 7 has 1 entry, but the output"),
        ("0,0,0,0,0", "the index 0,0,0,0,0 has 5 entries"),
        ("a,b", "'a,b' is not an index: whole numbers with commas between them, as in 0,1,2"),
        ("0,1.5,2", "'0,1.5,2' is not an index"),
        ("", "'' is not an index"),
        ("0,,1", "'0,,1' is not an index"),
        ((0.5, 1, 2), "(0.5, 1, 2) is not an index: whole numbers"),
    ],
)
def test_a_bad_index(index: Any, message: str) -> None:
    with pytest.raises(UsageError) as error:
        traced(index)
    assert str(error.value).startswith(message)


def test_without_a_batch_no_entry_may_be_left_out() -> None:
    assert traced((0, 1, 2), shape="2x4x5").index == (0, 1, 2)
    with pytest.raises(UsageError, match="fix: 3 entries, from 0,0,0 to 2,3,4"):
        traced((1, 2), shape="2x4x5")


@pytest.mark.parametrize("call", ["BatchNorm2d(2)", "ReLU()", "LPPool2d(2, 2)", "Upsample(scale_factor=2)", "Flatten()"])
def test_what_cannot_be_traced_is_said_with_what_can(call: str) -> None:
    with pytest.raises(UsageError, match="cannot be traced\n  fix: one of convolutions"):
        traced("0,0,0,0", call)


def test_a_sum_that_is_too_long_is_refused_before_it_is_built() -> None:
    with pytest.raises(UsageError, match="a sum of 1,000,000,000 terms; at most 100,000"):
        traced("0,0", "Linear(1000000000, 1)", "1x1000000000")


def test_a_huge_layer_is_traced_without_being_built() -> None:
    trace = traced("0,999999,999999", "Conv2d(3, 1, 3, padding=1)", "1x3x1000000x1000000")
    assert trace.checked.framework == ""
    assert "Not checked by running it: its input and weights are 3,000,000,000,028 values" in str(trace)


def test_numbers_from_files(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", X)
    np.save(tmp_path / "w.npy", W)
    np.savez(tmp_path / "named.npz", bias=B, weight=W)
    np.savez(tmp_path / "ordered.npz", W, B)
    right = traced(values=X, weights=[W, B]).value
    for name in ("named", "ordered"):
        assert traced(values=str(tmp_path / "x.npy"), weights=str(tmp_path / f"{name}.npz")).value == right
    bare = traced(values=tmp_path / "x.npy", weights=tmp_path / "w.npy")
    assert (bare.value, bare.no_bias) == (right - B[0], True)
    assert "The bias is 0, because none is given." in str(bare)
    assert traced(values=X, weights={"weight": W, "bias": B}).value == right
    assert traced(values=X, weights=W).value == right - B[0]


@pytest.mark.parametrize("dtype", ["float32", "float16", "int8", "uint8", "bool", ">f8"])
def test_every_real_dtype(dtype: str) -> None:
    x = (X % 2).astype(dtype)
    trace = traced(values=x)
    assert trace.value == traced(values=(X % 2)).value
    assert trace.checked.agrees
    json.dumps(trace.to_dict())


def archive(path: Path, entries: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as file:
        for name, content in entries.items():
            file.writestr(name, content)
    return path


class Trap:
    """Unpickling it would leave a file behind."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return (Path.touch, (self.path,))


def saved(array: Any, **settings: Any) -> bytes:
    file = io.BytesIO()
    np.save(file, array, **settings)
    return file.getvalue()


def test_nothing_is_unpickled(tmp_path: Path) -> None:
    trap = np.array([Trap(tmp_path / "trapped")], dtype=object)
    (tmp_path / "objects.npy").write_bytes(saved(trap, allow_pickle=True))
    (tmp_path / "pickle.npy").write_bytes(pickle.dumps(Trap(tmp_path / "trapped")))
    (tmp_path / "pickle.npz").write_bytes(pickle.dumps(Trap(tmp_path / "trapped")))
    archive(tmp_path / "objects.npz", {"weight.npy": saved(trap, allow_pickle=True)})
    for option, name in (
        ("values", "objects.npy"),
        ("values", "pickle.npy"),
        ("weights", "pickle.npz"),
        ("weights", "objects.npz"),
    ):
        with pytest.raises(UsageError):
            traced(**{option: tmp_path / name})
    assert not (tmp_path / "trapped").exists()


BAD_ARRAYS = [
    ({"values": X[0]}, "values is 2x4x5, but the layer needs 1x2x4x5"),
    ({"values": X.transpose(0, 2, 3, 1)}, "values is 1x4x5x2, but the layer needs 1x2x4x5"),
    ({"values": 3.0}, "values is scalar, but the layer needs"),
    ({"values": X.astype(complex)}, "values holds complex128, not real numbers"),
    ({"values": X.astype(object)}, "values holds object, not real numbers"),
    ({"values": X.astype(str)}, "values holds <U32, not real numbers"),
    ({"values": np.full_like(X, np.nan)}, "values: the value at [0, 0, 0, 1] is nan, which cannot be added up"),
    ({"values": np.full_like(X, np.inf)}, "values: the value at [0, 0, 0, 1] is inf"),
    ({"weights": [W * np.nan, B]}, "weight: the value at [0, 0, 0, 0] is nan"),
    ({"weights": [W[0], B]}, "weights: weight is 2x3x3, but the layer needs 3x2x3x3"),
    ({"weights": [W, B, B]}, "weights: 3 arrays given\n  fix: weight 3x2x3x3, bias 3 (may be left out)"),
    ({"weights": []}, "weights: 0 arrays given"),
    ({"weights": {"wieght": W}}, "weights has no 'weight'; it has: wieght\n  fix: weight 3x2x3x3"),
    ({"weights": {"weight": W, "bais": B}}, "weights: 'bais' is no weight of this layer (did you mean 'bias'?)"),
]  # fmt: skip


@pytest.mark.parametrize(("settings", "message"), BAD_ARRAYS)
def test_a_bad_array(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError) as error:
        traced(**settings)
    assert str(error.value).startswith(message)


def test_only_what_is_read_must_be_finite() -> None:
    """A value elsewhere that is not a number changes nothing, is drawn, and is the reason not to run the layer."""
    x = X.copy()
    x[0, 0, 3, 4] = np.nan
    trace = traced(values=x)
    assert trace.value == traced(values=X).value
    assert " nan " in str(trace)
    assert "Not checked by running it: it cannot be run: values: the value at [0, 0, 3, 4] is nan" in str(trace)


def test_layers_without_weights_or_kernel() -> None:
    with pytest.raises(UsageError, match="weights are given, but this layer has none"):
        traced("0,0,0", "MaxPool2d(2)", weights=[W])
    for call, shape, index in (("MaxPool2d(2)", SHAPE, "0,0,0"), ("Linear(5, 2)", "1x5", "0")):
        with pytest.raises(UsageError, match="has no kernel that could be turned"):
            traced(index, call, shape, flip=True)


FILES: list[tuple[str, str, bytes, str]] = [
    ("--values", "a.txt", b"", "not a file of NumPy\n  fix: a .npy file"),
    ("--values", "a.npz", b"", "not a file of NumPy\n  fix: a .npy file"),
    ("--values", "a.npy", b"", "cannot be read: "),
    ("--values", "a.npy", b"hello", "cannot be read: "),
    ("--values", "a.npy", saved(X)[:200], "cannot be read: "),
    ("--values", "a.npy", saved(np.array([{}]), allow_pickle=True), "cannot be read: it holds Python objects, which are never unpickled"),
    ("--weights", "a.npz", b"PK", "cannot be read: "),
    ("--weights", "a.txt", b"", "not a file of NumPy\n  fix: a .npz or .npy file"),
]  # fmt: skip


@pytest.mark.parametrize(("option", "name", "content", "message"), FILES, ids=range(len(FILES)))
def test_a_bad_file_is_one_message_and_exit_code_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], option: str, name: str, content: bytes, message: str
) -> None:
    (tmp_path / name).write_bytes(content)
    code, out, err = ended(capsys, "layer", CALL, "--input", SHAPE, "--trace", "0,0,0", option, str(tmp_path / name))
    assert (code, out) == (2, "")
    assert err.startswith(f"error: {option} {tmp_path / name}")
    assert message in err
    assert "Traceback" not in err


def test_a_broken_archive(tmp_path: Path) -> None:
    header = saved(np.zeros((0, 10**6)))
    bomb = header.replace(b"(0, 1000000)", b"(99, 1000000)") + b"\0" * 10_000
    for entries, message in (
        ({"weight.npy": b"junk"}, "cannot be read"),
        ({"weight.npy": bomb}, "weight is 99x1000000, but the layer needs 3x2x3x3"),
        ({"weight.npy": saved(W)[:200]}, "cannot be read"),
        ({}, "has no 'weight'|0 arrays given"),
        ({"weight.txt": b"1 2 3"}, "cannot be read"),
    ):
        with pytest.raises(UsageError, match=message):
            traced(weights=archive(tmp_path / "w.npz", entries))


def test_files_that_are_not_there(tmp_path: Path) -> None:
    for option in ("values", "weights"):
        with pytest.raises(UsageError, match=r"No such file"):
            traced(**{option: tmp_path / "none.npy"})
        (tmp_path / f"{option}.npy").mkdir()
        with pytest.raises(UsageError, match=r"Is a directory|cannot be read"):
            traced(**{option: tmp_path / f"{option}.npy"})


def test_the_options_belong_to_a_trace(capsys: pytest.CaptureFixture[str]) -> None:
    for option in (["--values", "x.npy"], ["--weights", "w.npz"], ["--flip"]):
        code, _, err = ended(capsys, "layer", CALL, "--input", SHAPE, *option)
        assert (code, err.startswith(f"error: {option[0]} belongs to a trace")) == (2, True)
    assert ended(capsys, "layer", CALL, "--input", SHAPE, "--trace", "0,0,0", "-o", "a.html")[0] == 2


def test_every_form_of_a_trace(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    trace = traced("0,1,2", flip=True)
    args = ["layer", CALL, "--input", SHAPE, "--trace", "0,1,2", "--flip"]
    assert ended(capsys, *args)[1] == str(trace)
    assert ended(capsys, *args, "--lang", "zh")[1] == trace.text("zh")
    assert json.loads(ended(capsys, *args, "--json")[1]) == trace.to_dict()
    assert ended(capsys, *args, "--markdown")[1] == trace.to_markdown()
    for ending, start in ((".txt", "Conv2d("), (".md", "```\nConv2d("), (".json", "{")):
        out = tmp_path / f"trace{ending}"
        assert ended(capsys, *args, "-o", str(out)) == (0, "", "")
        assert out.read_text(encoding="utf-8").startswith(start)


def test_the_record_of_a_trace() -> None:
    record = traced("0,1,2").to_dict()
    assert {key: record[key] for key in ("schema", "call", "input", "output", "index", "flip", "numbers")} == {
        "schema": "convlens/trace/1", "call": CALL, "input": [1, 2, 4, 5], "output": [1, 3, 4, 5], "index": [0, 0, 1, 2],
        "flip": False, "numbers": {"input": "made", "weights": "made"},
    }  # fmt: skip
    assert record["checked"]["framework"].startswith("PyTorch ")
    assert (record["checked"]["agrees"], record["checked"]["value"]) == (True, record["value"])
    assert traced("0,0,0", "MaxPool1d(2, dilation=2, padding=1)", "1x1x1").to_dict()["value"] is None


def test_a_value_that_differs_is_said_and_ends_in_exit_code_1(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The partner of the check: it can fail."""
    trace = traced()
    assert agree(trace.last, float(trace.value))
    assert not agree(trace.last, float(trace.value) + 1e-3)
    monkeypatch.setattr("convlens.tracing.check._run", lambda *_: float(trace.value) + 1)
    wrong = checked(trace.graph, trace.facts, trace._x, trace._weights, trace.last)
    assert wrong.agrees is False
    code, out, _ = ended(capsys, "layer", CALL, "--input", SHAPE, "--trace", "0,1,2")
    assert code == 1
    assert "NOT the same" in out


def test_without_pytorch_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("convlens.tracing.check.find_spec", lambda _: None)
    trace = traced()
    assert "Not checked by running it: PyTorch is not installed." in str(trace)
    assert trace.to_dict()["checked"] == {"framework": None, "reason": "PyTorch is not installed"}


BROKEN_HEADERS = [
    "{'descr': '<f8', 'fortran_order': False, 'shape': (1, 1, 5, 5)",
    "(((",
    "[" * 110,
    "{'descr': [[]], 'shape': ()}",
]


@pytest.mark.parametrize("header", BROKEN_HEADERS)
@pytest.mark.parametrize("ending", ["npy", "npz"])
def test_a_header_that_numpy_trips_over_is_one_message(tmp_path, header, ending):
    """Its parser ends in a tokenizer's error, which is no error of a value."""
    text = header.ljust(117).encode() + b"\n"
    content = b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text + bytes(200)
    path = tmp_path / f"broken.{ending}"
    if ending == "npz":
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("weight.npy", content)
    else:
        path.write_bytes(content)
    given = {"weights": path} if ending == "npz" else {"values": path}
    with pytest.raises(UsageError, match=r"cannot be read: .*\n  fix: a file of numbers"):
        convlens.layer("Conv2d(1, 1, 3)", (1, 1, 5, 5)).trace((0, 0, 0), **given)
