"""Messages quote a file briefly, and nothing in them moves a terminal's cursor."""

from collections.abc import Callable

import onnx
import pytest
from onnx import helper

from convlens.importers.onnx import read
from convlens.importers.onnx.quote import LONGEST, listed, plain, printable, quoted
from convlens.ir.errors import ConvlensError, UsageError
from tests.importers.onnx.models import make_model

node = helper.make_node
ESCAPE = "\x1b]0;title\x07"
LONG_NAME = "n" * 100_000


def model(name: str = "x", dim: str = "N", op: str = "Relu", reads: str = "") -> onnx.ModelProto:
    return make_model([node(op, [reads or name], ["y"])], {name: (1, dim)})


def sparse() -> onnx.ModelProto:
    made = make_model([node("Add", ["x", "w"], ["y"])], {"x": (1, 3)})
    values, places = helper.make_tensor("w", 1, [2], [1.0, 2.0]), helper.make_tensor("p", 7, [2], [0, 1])
    made.graph.sparse_initializer.append(helper.make_sparse_tensor(values, places, [3]))
    return made


def hostile(text: str) -> list[tuple[str, Callable[[], object]]]:
    return [
        ("dim", lambda: read(model(dim=text))),
        ("input", lambda: read(model(name=text))),
        ("missing", lambda: read(model(reads=text), [(1, 4)])),
        ("unknown dim", lambda: read(model(dim=text), dims={"M": 2})),
        ("given", lambda: read(model(), {text: (1, 2)})),
        ("attribute", lambda: read(make_model([node("Concat", ["x"], ["y"], axis=text)], {"x": (1, 2)}))),
        ("operator", lambda: read(make_model([node(text, ["z"], ["y"])], {"x": (1, 2)}))),
    ]


@pytest.mark.parametrize("text", [ESCAPE, "a\nb", LONG_NAME], ids=["escape", "newline", "long"])
@pytest.mark.parametrize("case", range(7), ids=[name for name, _ in hostile("")])
def test_messages_are_short_and_printable(case: int, text: str) -> None:
    with pytest.raises(ConvlensError) as caught:
        hostile(text)[case][1]()
    lines = str(caught.value).split("\n")
    assert all(line.isprintable() for line in lines)
    assert max(map(len, lines)) <= 3 * LONGEST + 3
    assert len(lines) <= 4


def test_short_and_plain_text_stays_as_it_is() -> None:
    assert (plain("batch size"), quoted([1, 2]), listed(["x", "y"])) == ("batch size", "[1, 2]", "x, y")
    message = "a message\n  fix: this"
    assert printable(message) == message


def test_a_sparse_initializer() -> None:
    with pytest.raises(UsageError, match="the initializer 'w' is sparse, which is not read"):
        read(sparse())


def test_a_sparse_constant() -> None:
    constant = node("Constant", [], ["y"], sparse_value=sparse().graph.sparse_initializer[0])
    with pytest.raises(ConvlensError, match="the attribute 'sparse_value' is a sparse tensor, which is not read"):
        read(make_model([constant], {}))


def test_a_size_of_0_is_not_called_dynamic() -> None:
    with pytest.raises(UsageError, match="is declared 1x0: axis 1 has no values") as caught:
        read(make_model([node("Relu", ["x"], ["y"])], {"x": (1, 0)}))
    assert "dynamic" not in str(caught.value)


def test_names_that_are_no_text(tmp_path_factory: pytest.TempPathFactory) -> None:
    """A graph's name is not needed; any other is."""
    path = tmp_path_factory.mktemp("names") / "m.onnx"
    content = make_model([node("Relu", ["x"], ["y"])], {"x": (1, 2)}).SerializeToString()
    path.write_bytes(content.replace(b"made", b"\xff\xfe\xfd\xfc"))
    assert read(path).name == "m"
    path.write_bytes(content.replace(b"Relu", b"\xff\xfe\xfd\xfc"))
    with pytest.raises(UsageError, match="not an ONNX model"):
        read(path)
