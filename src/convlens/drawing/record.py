"""The record of a picture, for machines: the same grids and steps that the writers draw."""

from typing import Any

from convlens.drawing.scene import Cell, Grid, Scene, Step


def scene_record(scene: Scene) -> dict[str, Any]:
    """Schema ``convlens/drawing/1``. A cell is ``[row, column]`` of its grid, padding included; texts are row by row."""
    return {
        "schema": "convlens/drawing/1",
        "name": scene.name,
        "title": scene.title,
        "command": scene.description,
        "size": [scene.width, scene.height],
        "outputs": scene.outputs,
        "grids": [_grid(grid) for grid in scene.grids],
        "steps": [_step(step) for step in scene.steps],
    }


def _grid(grid: Grid) -> dict[str, Any]:
    return {
        "key": grid.key,
        "role": grid.role,
        "title": grid.title,
        "place": [grid.x, grid.y],
        "cell": grid.cell,
        "rows": grid.rows,
        "columns": grid.cols,
        "texts": list(grid.texts),
        "padding": _cells(sorted(grid.quiet)),
        "unread": _cells(sorted(grid.unread)),
    }


def _step(step: Step) -> dict[str, Any]:
    return {"output": step.number, "lit": {key: _cells(cells) for key, cells in step.lit}, "sum": list(step.words)}


def _cells(cells: "list[Cell] | tuple[Cell, ...]") -> list[list[int]]:
    return [list(cell) for cell in cells]
