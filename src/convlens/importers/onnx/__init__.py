"""ONNX files: shapes without weights, chains of shape arithmetic folded, every operator under our name."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from convlens.importers.onnx.bind import Given
from convlens.importers.onnx.load import framework, load
from convlens.importers.onnx.walk import walked
from convlens.ir.graph import Graph

if TYPE_CHECKING:
    from onnx import ModelProto


def read(source: "str | Path | ModelProto", inputs: Given = (), dims: Mapping[str, int] | None = None) -> Graph:
    """The graph of an ONNX model: a path, or a model that is already loaded.

    ``inputs`` gives shapes (N, C, then space) to the inputs that have no initializer, by name or in order; ``dims``
    gives sizes to named dynamic dims. Weights are never read, external data files never opened. Where the shapes break
    at a node, where nothing tells its output's shape, or where the model declares another shape than onnx infers, the
    graph ends with that node (`Graph.broken`).

    Raises `UsageError` for what is no ONNX model, a dim without a size, a binding that contradicts the model;
    `GraphError` for a model that is not legal; `ShapeError` for a node whose form its operator does not have.
    """
    onnx = framework()
    if isinstance(source, onnx.ModelProto):
        return walked(source, inputs, dims or {}, "model")
    path = Path(source)
    return walked(load(path), inputs, dims or {}, path.name)
