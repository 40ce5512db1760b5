"""Small files that ask for much: each ends in little memory, measured in a process of its own, and in few steps."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import helper

from convlens.importers.onnx import read, walk
from convlens.importers.onnx.functions import MAX_WRITTEN
from convlens.importers.onnx.window import BLOCK, Window
from convlens.ir.errors import GraphError, UsageError
from tests.importers.onnx.models import make_model
from tests.importers.onnx.test_hostile import conv, field, nested, tensor, varint

node = helper.make_node
KIBIBYTES = 100_000
"""By so many a process may grow; what each file asks for is several times as much."""

GROWTH = """
import sys
from pathlib import Path
from convlens.importers.onnx import read
from convlens.importers.onnx.load import framework
from convlens.ir.errors import ConvlensError
from tests.importers.onnx.test_bounds import peak
framework("onnx.shape_inference"), framework("onnx.inliner"), framework("onnx.checker")
before = peak()
try:
    graph = read(sys.argv[1])
    print(peak() - before, graph.broken or "read")
except ConvlensError as error:
    print(peak() - before, error)
"""


def peak() -> int:
    """The most memory ever in use by this process, in KiB."""
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def calls(copies: int, payload: int) -> onnx.ModelProto:
    """A function of one node with ``payload`` bytes in it, written out 4 ** ``copies`` times."""
    opsets = [helper.make_opsetid("", 18), helper.make_opsetid("own", 1)]
    leaf = [node("Own", ["t0"], ["t1"], domain="other", blob=b"a" * payload)]
    functions = [helper.make_function("own", "f0", ["t0"], ["t1"], leaf, [*opsets, helper.make_opsetid("other", 1)])]
    for level in range(copies):
        inner = [node(f"f{level}", [f"t{i}"], [f"t{i + 1}"], domain="own") for i in range(4)]
        functions.append(helper.make_function("own", f"f{level + 1}", ["t0"], ["t4"], inner, opsets))
    model = make_model([node(f"f{copies}", ["x"], ["y"], domain="own")], {"x": (1,)}, functions=functions)
    model.opset_import.append(helper.make_opsetid("own", 1))
    return model


def tables(count: int) -> onnx.ModelProto:
    """So many sums of 4,096 whole numbers, none of which depends on an input."""
    nodes = [node("Add", [f"v{i}", "v0"], [f"v{i + 1}"]) for i in range(count)]
    return make_model(nodes, {}, {"v0": np.arange(4096)}, outputs=(f"v{count}",))


def spread(axes: int) -> onnx.ModelProto:
    return make_model([node("Expand", ["x", "shape"], ["y"])], {"x": (1, 3), "shape": ((axes,), np.int64)})


def many_nodes(count: int) -> bytes:
    return (
        b"\x08\x08\x3a" + varint((len(relu := field(1, node("Relu", ["x"], ["y"]).SerializeToString()))) * count) + relu * count
    )


FILES: dict[str, tuple[Callable[[], bytes], str]] = {
    "a claim of 1 GB": (lambda: conv(tensor(250_000_000)).SerializeToString(), "needs 250000000 values, but it holds 0"),
    "a field of 1 GB": (lambda: field(7, field(5, b"\x4a" + varint(10**9) + bytes(1000))), "not an ONNX model"),
    "10^6 nodes": (lambda: many_nodes(10**6), "more than 100000 nodes"),
    "nested graphs": (lambda: nested(300, 1), "not an ONNX model"),
    "nested graphs, each long": (lambda: nested(31, 33_000), "graphs are nested deeper than 32"),
    "an expansion to 2^31 axes": (lambda: spread(2**31 - 1).SerializeToString(), "the shape of 'y', an output of Expand, is not known"),
    "an expansion to 2^62 axes": (lambda: spread(2**62).SerializeToString(), "the shape of 'y', an output of Expand, is not known"),
    "functions written out": (lambda: calls(8, 30_000).SerializeToString(), "bytes after its functions are written out"),
    "tables": (lambda: tables(4000).SerializeToString(), "values in arithmetic on constants"),
}  # fmt: skip


@pytest.mark.parametrize(("make", "message"), FILES.values(), ids=FILES)
def test_it_takes_little_memory(make: Callable[[], bytes], message: str, tmp_path: Path) -> None:
    path = tmp_path / "m.onnx"
    path.write_bytes(make())
    command = [sys.executable, "-c", GROWTH, str(path)]
    found = subprocess.run(command, check=True, capture_output=True, text=True, timeout=120).stdout
    grown, _, said = found.partition(" ")
    assert message in said
    assert int(grown) < KIBIBYTES


def test_functions_within_the_bounds_are_written_out() -> None:
    assert calls(2, 1000).ByteSize() < 3000
    assert [n.op.name for n in read(calls(2, 10))] == ["opaque"]
    with pytest.raises(UsageError, match=rf"bytes after its functions are written out; at most {MAX_WRITTEN} are read"):
        read(calls(6, 30_000))


def test_tables_within_the_bounds_are_worked_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(walk, "MAX_FOLDED", 5 * 3 * 4096)
    assert [n.op.name for n in read(tables(5))] == ["constant"]
    with pytest.raises(UsageError, match=f"more than {5 * 3 * 4096} values in arithmetic on constants"):
        read(tables(6))


@pytest.mark.parametrize(("axes", "contradicts"), [(3, True), (1 << 20, False)])
def test_only_a_list_within_the_bounds_is_inferred_from(axes: int, contradicts: bool) -> None:
    model = spread(axes)
    model.graph.output[0].type.CopyFrom(helper.make_tensor_type_proto(onnx.TensorProto.FLOAT, (2, 3)))
    assert ("onnx's inference makes it" in str(read(model).broken)) == contradicts


def test_a_function_that_is_there_twice() -> None:
    model = calls(0, 1)
    model.functions.append(model.functions[0])
    with pytest.raises(GraphError, match="the function 'f0' is there twice"):
        read(model)


def test_functions_of_one_name_may_differ_in_their_overload() -> None:
    model = calls(0, 1)
    model.ir_version = 10
    other = model.functions.add()
    other.CopyFrom(model.functions[0])
    other.overload = "another"
    del other.node[:]
    other.node.append(node("Relu", ["t0"], ["t1"]))
    model.graph.node[0].overload = "another"
    assert [n.op.name for n in read(model)] == ["relu"]


def test_a_window_is_its_file(tmp_path: Path) -> None:
    content = np.random.default_rng(0).bytes(3 * BLOCK + 5)
    path = tmp_path / "bytes"
    path.write_bytes(content)
    with path.open("rb", buffering=0) as file:
        window = Window(file, len(content))
        assert len(window) == len(content)
        for at in (0, BLOCK - 1, BLOCK, 5, 3 * BLOCK + 4, 1):
            assert window[at] == content[at]
        assert window[7 : 2 * BLOCK] == content[7 : 2 * BLOCK]


def test_a_file_that_is_cut_off_while_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "bytes"
    path.write_bytes(bytes(100))
    with path.open("rb", buffering=0) as file, pytest.raises(UsageError, match="the file was cut off at byte 100 while it was"):
        Window(file, 200)[0]
