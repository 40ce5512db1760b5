"""The onnx package is an extra: imported when a file is read, and named when it is missing."""

import subprocess
import sys
from pathlib import Path

import onnx
import pytest

from convlens.importers.onnx.load import load
from convlens.importers.onnx.wire import LONG, without_data

LIGHT = sorted((Path(onnx.__file__).parent / "backend" / "test" / "data" / "light").glob("*.onnx"))


def run(code: str) -> str:
    return subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.strip()


def test_the_missing_extra_is_named() -> None:
    code = """
import sys
sys.modules["onnx"] = None
from convlens.importers.onnx import read
from convlens.ir.errors import UsageError
try:
    read("m.onnx")
except UsageError as error:
    print(error)
"""
    assert run(code) == 'reading ONNX files needs the onnx package: pip install "convlens[onnx]"'


@pytest.mark.parametrize(("code", "imported"), [("import convlens.importers.onnx", "False"), ("import onnx", "True")])
def test_onnx_is_imported_late(code: str, imported: str) -> None:
    assert run(f"{code}\nimport sys\nprint('onnx' in sys.modules)") == imported


@pytest.mark.parametrize("path", LIGHT, ids=lambda p: p.stem)
def test_a_file_without_long_tensors_is_kept_as_it_is(path: Path) -> None:
    assert load(path) == onnx.load(str(path))


@pytest.mark.parametrize(
    ("field", "values", "dtype"),
    [("float_data", [0.5], 1), ("int32_data", [300], 6), ("int64_data", [3], 7), ("double_data", [0.5], 11), ("raw", b"1234", 1)],
)
def test_only_the_data_of_long_tensors_is_left_out(field: str, values: list[float] | bytes, dtype: int) -> None:
    """Also inside the attributes of nodes, and in every field that can hold data."""
    count = LONG + 1
    data = onnx.TensorProto(name="w", data_type=dtype, dims=[count])
    if isinstance(values, bytes):
        data.raw_data = values * count
    else:
        getattr(data, field).extend(values * count)
    model = onnx.ModelProto(ir_version=8, graph=onnx.GraphProto(name="g", initializer=[data]))
    model.graph.node.add(op_type="Constant", output=["c"]).attribute.add(name="value", type=4, t=data)
    small = onnx.ModelProto.FromString(without_data(model.SerializeToString()))
    for kept in (small.graph.initializer[0], small.graph.node[0].attribute[0].t):
        assert (kept.name, list(kept.dims), kept.data_type) == ("w", [count], dtype)
        assert kept.doc_string.startswith("convlens: left out ")
        assert kept.ByteSize() < 100
    assert small.graph.name == "g"
