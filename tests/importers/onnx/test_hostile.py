"""Files that are broken, lie about themselves or are far too large: one clear error each, nothing opened, nothing allocated."""

import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from onnx import helper

from convlens.importers.onnx import read
from convlens.importers.onnx.load import MAX_BYTES
from convlens.ir.errors import ConvlensError, GraphError, ShapeError, UsageError
from convlens.passes.facts import facts
from tests.importers.onnx.models import make_model, output_shapes

FLOAT = onnx.TensorProto.FLOAT
LIGHT = Path(onnx.__file__).parent / "backend" / "test" / "data" / "light" / "light_zfnet512.onnx"
node = helper.make_node


def conv(weight: onnx.TensorProto) -> onnx.ModelProto:
    model = make_model([node("Conv", ["x", "w"], ["y"])], {"x": (1, 3, 8, 8)})
    model.graph.initializer.append(weight)
    return model


def tensor(*dims: int, **fields: Any) -> onnx.TensorProto:
    return onnx.TensorProto(name="w", data_type=FLOAT, dims=dims, **fields)


def external(location: str) -> onnx.TensorProto:
    weight = tensor(4, 3, 3, 3, data_location=onnx.TensorProto.EXTERNAL)
    weight.external_data.append(onnx.StringStringEntryProto(key="location", value=location))
    return weight


def field(number: int, content: bytes) -> bytes:
    return bytes([number << 3 | 2]) + varint(len(content)) + content


def nested(depth: int, filler: int) -> bytes:
    """A serialized model: an attribute graph in a node in an attribute graph, and so on."""
    graph = field(10, b"a" * filler)
    for _ in range(depth):
        graph = field(1, field(2, b"y") + field(4, b"If") + field(5, field(6, graph)))
    return b"\x08\x08" + field(7, graph)


def relus(*edges: tuple[str, str], **more: Any) -> onnx.ModelProto:
    return make_model([node("Relu", [a], [b]) for a, b in edges], {"x": (1, 4)}, **more)


def without_opset() -> onnx.ModelProto:
    model = relus(("x", "y"))
    del model.opset_import[:]
    return model


def twice(model: onnx.ModelProto, field: str) -> onnx.ModelProto:
    items = getattr(model.graph, field)
    items.append(items[0])
    return model


KERNEL = {"w": np.ones((4, 3, 3, 3), np.float32)}
HOSTILE: list[tuple[str, Callable[[], onnx.ModelProto], type[ConvlensError], str]] = [
    ("no graph", onnx.ModelProto, UsageError, "holds no graph|file is empty"),
    ("a claim of 1 GB", lambda: conv(tensor(250_000_000)), GraphError, "needs 250000000 values, but it holds 0"),
    ("a false length", lambda: conv(tensor(4, 3, 3, 3, raw_data=b"1234")), GraphError, "needs 432 bytes, but it holds 4"),
    ("data for no values", lambda: conv(tensor(4, 3, 0, 3, raw_data=b"1234")), GraphError, "needs 0 bytes, but it holds 4"),
    ("a negative size", lambda: conv(tensor(4, -3, 3, 3)), GraphError, r"\[4, -3, 3, 3\] has a negative size"),
    ("10^18 values", lambda: conv(tensor(10**9, 10**9)), GraphError, "but it holds 0"),
    ("an unknown dtype", lambda: conv(onnx.TensorProto(name="w", data_type=99)), UsageError, "data type 99"),
    ("external data above", lambda: conv(external("../secret")), GraphError, "'../secret' is not inside the model's folder"),
    ("absolute external data", lambda: conv(external("/etc/passwd")), GraphError, "it was not opened"),
    ("a drive", lambda: conv(external("C:\\secret")), GraphError, "it was not opened"),
    ("a cycle", lambda: relus(("x", "a"), ("c", "b"), ("b", "c"), ("c", "y")), GraphError, "form a cycle: node 1 'b'"),
    ("a node that reads itself", lambda: relus(("y", "y")), GraphError, "form a cycle"),
    ("a missing input", lambda: relus(("nobody", "y")), GraphError, "reads 'nobody', which is no input, no initializer"),
    ("a missing initializer", lambda: make_model([node("Conv", ["x", "w"], ["y"])], {"x": (1, 3, 8, 8)}), GraphError, "'w'"),
    ("a missing output", lambda: relus(("x", "z")), GraphError, "the output 'y' is made by no node"),
    ("no output", lambda: relus(("x", "y"), outputs=()), GraphError, "has no output"),
    ("a tensor made twice", lambda: relus(("x", "y"), ("x", "y")), GraphError, "'y' is made twice"),
    ("an input that is made", lambda: relus(("x", "x"), ("x", "y")), GraphError, "'x' is made twice"),
    ("an input twice", lambda: twice(relus(("x", "y")), "input"), GraphError, "the input 'x' is there twice"),
    ("an initializer twice", lambda: twice(conv(external("w.bin")), "initializer"), GraphError, "initializer 'w' is there twice"),
    ("no operator set", without_opset, GraphError, "no version of the default operator set"),
    ("a node without inputs", lambda: make_model([node("Conv", [], ["y"])], {"x": (1,)}), GraphError, "input 0 is missing"),
    ("a word for a number", lambda: make_model([node("Concat", ["x"], ["y"], axis="a")], {"x": (1,)}), GraphError, "not of its"),
    ("a stride of 0", lambda: make_model([node("MaxPool", ["x"], ["y"], kernel_shape=[2], strides=[0])], {"x": (1, 1, 4)}),
     ConvlensError, "stride is 0; it must be at least 1"),
    ("10^12 parts", lambda: make_model([node("Split", ["x"], ["y"], num_outputs=10**12)], {"x": (1, 4)}),
     ShapeError, "1000000000000 parts for 1 outputs"),
    ("an odd number of pads", lambda: make_model([node("MaxPool", ["x"], ["y"], kernel_shape=[2], pads=[0])], {"x": (1, 1, 4)}),
     ShapeError, "1 pads for 1 spatial axes"),
    ("a kernel of another rank", lambda: make_model([node("Conv", ["x", "w"], ["y"])], {"x": (1, 3, 8)}, KERNEL),
     ShapeError, "has 3 axes; the weight needs 4"),
]  # fmt: skip


@pytest.mark.parametrize(("make", "kind", "message"), [row[1:] for row in HOSTILE], ids=[row[0] for row in HOSTILE])
@pytest.mark.parametrize("as_file", [False, True], ids=["loaded", "file"])
def test_one_clear_error(
    make: Callable[[], onnx.ModelProto], kind: type[ConvlensError], message: str, as_file: bool, tmp_path: Path
) -> None:
    source: Any = make()
    if as_file:
        (tmp_path / "m.onnx").write_bytes(source.SerializeToString())
        source = tmp_path / "m.onnx"
    with pytest.raises(kind, match=message):
        read(source)


def files(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    whole = LIGHT.read_bytes()
    for name, content, message in [
        ("empty", b"", "the file is empty"),
        ("zeros", bytes(100), "not an ONNX"),
        ("text", b"hello, this is no protobuf at all" * 9, "not an ONNX"),
        ("half", whole[: len(whole) // 2], "cut off|not an ONNX"),
        ("groups", b"\x3b" * 200_000, "not an ONNX file: byte 0 starts no field"),
        ("varint", b"\xff" * 200, "no whole number"),
        ("deep", nested(300, 1), "not an ONNX model"),
        ("deep and long", nested(40, 50_000), "graphs are nested deeper than 32"),
        ("long", b"\x3a\xff\xff\xff\xff\x07" + bytes(50), "cut off"),
    ]:
        (tmp_path / name).write_bytes(content)
        yield tmp_path / name, message
    yield tmp_path / "nowhere", "cannot be read: No such file"
    yield tmp_path, "cannot be read: Is a directory"


def test_files_that_are_no_models(tmp_path: Path) -> None:
    for path, message in files(tmp_path):
        with pytest.raises(UsageError, match=message) as caught:
            read(path)
        assert str(caught.value).startswith(str(path))


def test_a_file_over_the_limit_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "sparse.onnx"
    with path.open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    with pytest.raises(UsageError, match="2147483648 bytes; an ONNX file has at most 2147483647"):
        read(path)


def test_a_million_nodes(tmp_path: Path) -> None:
    relu = node("Relu", ["x"], ["y"]).SerializeToString()
    graph = (b"\x0a" + bytes([len(relu)]) + relu) * 1_000_000
    path = tmp_path / "many.onnx"
    path.write_bytes(b"\x08\x08\x3a" + varint(len(graph)) + graph)
    with pytest.raises(UsageError, match="more than 100000 nodes"):
        read(path)


def varint(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes([*out, value])


def test_nodes_out_of_order_are_sorted() -> None:
    graph = read(relus(("b", "y"), ("a", "b"), ("x", "a")))
    assert [n.name for n in graph] == ["a", "b", "y"]
    assert graph["b"].source == "model: node 1 'b'"


def test_node_names_that_come_twice_are_made_unique() -> None:
    model = make_model([node("Relu", ["x"], ["h"], name="x"), node("Relu", ["h"], ["y"], name="x")], {"x": (1,)})
    assert [n.name for n in read(model)] == ["x_2", "x_3"]


def test_external_data_is_never_opened(tmp_path: Path) -> None:
    """A fifo in the place of the weights: opening it would hang or fail."""
    fifo = tmp_path / "weights.bin"
    subprocess.run(["mkfifo", str(fifo)], check=True)
    (tmp_path / "m.onnx").write_bytes(conv(external("weights.bin")).SerializeToString())
    graph = read(tmp_path / "m.onnx")
    assert output_shapes(graph) == [(1, 4, 6, 6)]
    assert facts(graph).nodes["y"].params == 108


def test_a_break_ends_the_graph_with_the_breaking_node() -> None:
    stored = {"w": np.ones((4, 3, 9, 9), np.float32)}
    nodes = [node("Relu", ["x"], ["h"]), node("Conv", ["h", "w"], ["c"], name="big"), node("Relu", ["c"], ["y"])]
    graph = read(make_model(nodes, {"x": (1, 3, 4, 4)}, stored))
    assert [n.name for n in graph] == ["h", "big"]
    known = facts(graph)
    assert known.broken is not None
    assert known.broken.name == "big"
    assert list(known.nodes) == ["h"]
    assert "written at: model: node 1 'big'" in str(known.error)


@pytest.mark.parametrize("op", ["Conv", "ConvTranspose"])
def test_weights_for_other_channels_break_at_their_layer(op: str) -> None:
    graph = read(make_model([node(op, ["x", "w"], ["y"])], {"x": (1, 3, 9, 9)}, {"w": np.ones((4, 5, 3, 3), np.float32)}))
    known = facts(graph)
    assert known.broken is not None
    assert "its weight is 4x5x3x3, but the input 1x3x9x9 needs" in str(known.error)


BIG = """
import resource, sys
from convlens.importers.onnx import read
from convlens.importers.onnx.load import framework
framework()
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
graph = read(sys.argv[1])
print(sum(node.op.name == "conv" for node in graph), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def peak_growth(path: Path) -> tuple[int, int]:
    """Convolutions read, and by how many KiB the most memory ever in use grew, in a process of its own."""
    found = subprocess.run([sys.executable, "-c", BIG, str(path)], check=True, capture_output=True, text=True).stdout.split()
    return int(found[0]), int(found[1])


def test_weights_are_not_read_into_memory(tmp_path: Path) -> None:
    """100 MB of weights grow the process by less than 20 MB; the weights take disk space only in name."""
    nodes = [node("Conv", [f"t{i}", f"w{i}"], [f"t{i + 1}"], pads=[1, 1, 1, 1]) for i in range(11)]
    weight = np.zeros((512, 512, 3, 3), np.float32)
    stored = {f"w{i}": weight for i in range(11)}
    path = tmp_path / "big.onnx"
    onnx.save(make_model(nodes, {"t0": (1, 512, 8, 8)}, stored, outputs=("t11",)), str(path))
    assert path.stat().st_size > 100_000_000
    convolutions, kibibytes = peak_growth(path)
    assert convolutions == 11
    assert kibibytes < 20_000


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_random_bytes_cuts_and_changes_raise_only_our_errors(data: st.DataObject, tmp_path: Path) -> None:
    whole = LIGHT.read_bytes()
    kind = data.draw(st.sampled_from(["bytes", "cut", "changed"]))
    if kind == "bytes":
        content = data.draw(st.binary(max_size=300))
    elif kind == "cut":
        content = whole[: data.draw(st.integers(0, len(whole) - 1))]
    else:
        content = bytearray(whole)
        for place in data.draw(st.lists(st.integers(0, len(whole) - 1), min_size=1, max_size=6)):
            content[place] = data.draw(st.integers(0, 255))
    path = tmp_path / "m.onnx"
    path.write_bytes(content)
    with suppress(ConvlensError):
        read(path)


def test_memory_can_be_seen_to_grow() -> None:
    """The measure of the test above is not blind."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    block = np.ones(60_000_000 + before * 128)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss > before
    assert block.size
