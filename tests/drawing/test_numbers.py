"""What is drawn is what PyTorch computes, and what lights up is what the operator reads."""

from itertools import product
from typing import Any

import pytest
import torch

import convlens
from convlens.drawing.scene import Grid, Scene
from convlens.ir.op import Along
from tests.drawing.layers import LAYERS, OTHERS


def drawn(grid: Grid) -> dict[tuple[int, int], float]:
    """The numbers of the cells that are no padding."""
    cells = (divmod(at, grid.cols) for at in range(len(grid.texts)))
    return {cell: float(text) for cell, text in zip(cells, grid.texts, strict=True) if cell not in grid.quiet}


def maps(scene: Scene, role: str, view: str) -> dict[tuple[int, ...], list[Grid]]:
    """Grids by channel, their slices in order; kernels by both channels."""
    found: dict[tuple[int, ...], list[Grid]] = {}
    for grid in scene.grids:
        if grid.role == role and grid.key.startswith(f"0{view}") and "b" not in grid.key:
            head, _, _depth = grid.key[3:].rpartition(".")
            found.setdefault(tuple(int(part) for part in head[1:].split(".")), []).append(grid)
    return found


def stacked(grids: list[Grid], sizes: tuple[int, ...]) -> torch.Tensor:
    return torch.tensor([list(drawn(grid).values()) for grid in grids if drawn(grid)]).reshape(sizes)


def torch_layer(call: str) -> Any:
    return eval(f"torch.nn.{call}", {"torch": torch})  # the calls above, none from outside


PARTLY = ("Conv2d(64, 32, 1)", "Conv2d(8, 8, 2, groups=2)")
"""Not every channel that an output reads is drawn; the sums are compared with the trace below."""

WHOLE = [(call, shape) for call, shape in LAYERS if call not in PARTLY]


@pytest.mark.parametrize(("call", "shape"), WHOLE, ids=[f"{call} {shape}" for call, shape in WHOLE])
def test_every_drawn_output_is_that_of_pytorch_for_the_drawn_inputs_and_weights(call: str, shape: tuple[int, ...]) -> None:
    scene, report, layer = convlens.draw(call, shape).scene, convlens.layer(call, shape), torch_layer(call)
    view = "sc" if call.startswith("ConvTranspose") else "wi"
    first = "st" if view == "sc" else "wi"
    axes = report.graph.nodes[0].op.axes
    images, outputs = maps(scene, "input", view), maps(scene, "output", first)
    made = report.shapes()[1][0]
    batch = () if len(shape) == axes + 1 else (1,)
    x = torch.zeros(*batch, *shape[len(batch) :])
    for (channel,), grids in images.items():
        x[(0, channel) if batch else channel] = stacked(grids, shape[len(shape) - axes :])
    if hasattr(layer, "weight"):
        with torch.no_grad():
            set_weights(layer, scene, view, call)
    with torch.no_grad():
        computed = layer(x)
    for (channel,), grids in outputs.items():
        expected = computed[(0, channel) if batch else channel]
        torch.testing.assert_close(stacked(grids, made[len(made) - axes :]), expected, rtol=5e-3, atol=5e-3)


def set_weights(layer: Any, scene: Scene, view: str, call: str) -> None:
    for (out, channel), grids in maps(scene, "kernel", view).items():
        kernel = stacked(grids, tuple(layer.kernel_size))
        if call.startswith("ConvTranspose"):
            layer.weight[channel, out % (layer.out_channels // layer.groups)] = kernel
        else:
            layer.weight[out, channel % (layer.in_channels // layer.groups)] = kernel
    if layer.bias is not None:
        for grid in scene.grids:
            if "b" in grid.key:
                layer.bias[int(grid.key.partition("b")[2])] = float(grid.texts[0])


@pytest.mark.parametrize(("call", "shape"), [*LAYERS, *OTHERS[:-2]], ids=str)
def test_every_drawn_output_is_the_value_of_its_trace(call: str, shape: tuple[int, ...]) -> None:
    report, scene = convlens.layer(call, shape), convlens.draw(call, shape).scene
    for step in scene.steps[:: max(len(scene.steps) // 6, 1)]:
        name, _, rest = " ".join(" ".join(step.words).split(f"/{scene.outputs}  ")[1:]).partition("] = ")
        if not name.startswith("y["):
            continue  # of a stage before the last
        trace = report.trace(tuple(map(int, name[2:].split(","))) if "Global" not in call else name[2:].split(",")[-1])
        key, (cell,) = step.lit[-1]
        grid = next(grid for grid in scene.grids if grid.key == key)
        text = grid.texts[cell[0] * grid.cols + cell[1]]
        assert float(text) == pytest.approx(float(trace.value), rel=5e-3)
        assert rest.endswith(f" = {text}")


@pytest.mark.parametrize(("call", "shape"), LAYERS, ids=[f"{call} {shape}" for call, shape in LAYERS])
def test_the_lit_pixels_are_those_that_the_axis_maps_say(call: str, shape: tuple[int, ...]) -> None:
    report, scene = convlens.layer(call, shape), convlens.draw(call, shape).scene
    node = report.graph.nodes[0]
    spec = report.facts.nodes[node.name].inputs[0]
    ((reads, *_),) = node.op.reads((spec,))
    axes, view = node.op.axes, "sc" if call.startswith("ConvTranspose") else "wi"
    grids = {grid.key: grid for grid in scene.grids}
    if "padding_mode" in call:
        return  # its maps also hold the pixels that stand in the padding; the oracle above covers it
    for step in scene.steps:
        place = place_of(step.lit[-1], axes)
        each = zip(reads[-axes:], place, spec.dims[-axes:], strict=True)
        expected = set(product(*(pixels(read, at, size) for read, at, size in each)))
        lit: dict[str, set[tuple[int, ...]]] = {}
        for key, cells in step.lit:
            if key.startswith(f"0{view}x"):
                lit.setdefault(key[3:].partition(".")[0], set()).update(unpadded(grids, key, cells, axes))
        assert lit or not expected
        assert all(found == expected for found in lit.values())


def place_of(lit: tuple[str, tuple[tuple[int, int], ...]], axes: int) -> tuple[int, ...]:
    key, (cell,) = lit
    return (int(key.rpartition(".")[2]), *cell)[3 - axes :]


def pixels(read: Any, at: int, size: int) -> list[int]:
    assert isinstance(read, Along)
    return [p for low, high in read.map.at(at) for p in range(low, high + 1) if 0 <= p < size]


def unpadded(grids: dict[str, Grid], key: str, cells: Any, axes: int) -> set[tuple[int, ...]]:
    """Cells as pixels: counted from the first that is no padding."""
    grid = grids[key]
    inside = [cell for cell in drawn(grid) if cell not in grid.quiet]
    if not inside:
        return set()
    top, left = min(r for r, _ in inside), min(c for _, c in inside)
    depth = int(key.rpartition(".")[2])
    return {(depth, r - top, c - left)[3 - axes :] for r, c in cells if (r, c) not in grid.quiet}


def test_a_step_lights_its_window_its_weights_and_its_output_only() -> None:
    scene = convlens.draw("Conv2d(2, 4, 3, padding=2, stride=2, groups=2)", (1, 2, 7, 7)).scene
    assert [key for key, _ in scene.steps[0].lit] == ["0wix0.0", "0wiw0.0.0", "0wib0", "0wiy0.0"]
    assert [key for key, _ in scene.steps[-1].lit] == ["0wix1.0", "0wiw3.1.0", "0wib3", "0wiy3.0"]


def test_unfold_makes_a_column_of_each_window() -> None:
    scene = convlens.draw("Unfold(2, padding=1)", (1, 2, 3, 3)).scene
    images = [grid for grid in scene.grids if grid.role == "input"]
    x = torch.stack([torch.tensor(list(drawn(grid).values())).reshape(3, 3) for grid in images])[None]
    (matrix,) = (grid for grid in scene.grids if grid.role == "output")
    columns = torch.nn.Unfold(2, padding=1)(x)[0]
    assert torch.equal(torch.tensor(list(map(float, matrix.texts))).reshape(columns.shape), columns)
    assert len(scene.steps) == columns.shape[1]


def test_pixels_that_no_output_reads_are_marked() -> None:
    scene = convlens.draw("MaxPool2d(2)", (1, 1, 5, 5)).scene
    assert scene.grids[0].unread == {(r, c) for r in range(5) for c in range(5) if 4 in (r, c)}


def test_own_numbers_are_drawn() -> None:
    values = torch.arange(9.0).reshape(1, 1, 3, 3).numpy() / 8
    scene = convlens.draw("Conv2d(1, 1, 3, bias=False)", (1, 1, 3, 3), values=values, weights=[values]).scene
    assert scene.grids[0].texts == scene.grids[1].texts == ("0", "0.125", "0.25", "0.375", "0.5", "0.625", "0.75", "0.875", "1")
    assert float(scene.grids[2].texts[0]) == pytest.approx(float((values**2).sum()), rel=5e-3)


@pytest.mark.parametrize(
    "call", ["ConvTranspose2d(1, 1, 3, stride=2)", "ConvTranspose2d(1, 1, (2, 3), stride=2, padding=1)", "Conv2d(1, 1, 3)"]
)
def test_a_window_lies_on_the_kernel_as_both_are_drawn(call: str) -> None:
    """Cell by cell, the lit window times the drawn kernel gives the output: the kernel over a stretched input is drawn turned."""
    scene = convlens.draw(call, (1, 1, 4, 4)).scene
    grids = {grid.key: grid for grid in scene.grids}
    x = next(key for key in grids if "x0" in key)
    w = x.replace("x0", "w0.0")
    bias = int(next(grid.texts[0] for key, grid in grids.items() if grid.title.startswith("b[")))
    for step in scene.steps:
        lit = dict(step.lit)
        window = [int(grids[x].texts[row * grids[x].cols + col]) for row, col in sorted(lit[x])]
        made, (place,) = next((grids[key], lit[key]) for key in lit.keys() & grids.keys() if grids[key].role == "output")
        assert len(window) == len(grids[w].texts)
        total = sum(value * int(weight) for value, weight in zip(window, grids[w].texts, strict=True))
        assert total + bias == int(made.texts[place[0] * made.cols + place[1]])
