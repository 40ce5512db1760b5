"""A scene as SVG, animated by CSS: sharp at any size, and without a single script.

The drawing without its animation is the complete answer: every number stands there. So a printer, a slide and a reader that
stops motion show everything.
"""

from collections.abc import Iterator
from html import escape

from convlens.drawing.scene import Grid, Note, Scene
from convlens.drawing.writers.motion import Mark, Rules, marks_of
from convlens.drawing.writers.outline import rectangles
from convlens.drawing.writers.style import HATCH, STYLE, UNREAD
from convlens.lang.printable import printable

SECONDS = 1.0
"""Of one step; below it numbers cannot be read."""

REST = 2
"""Steps that the last picture stays."""

LINE = 18
CLASSES = {"title": "T", "head": "h", "caption": "c", "dots": "D"}
ROLES = {"input": "I", "kernel": "K", "output": "O"}

HATCHING = (
    f'<defs><pattern id="n" width="6" height="6" patternUnits="userSpaceOnUse"><rect width="6" height="6" fill="{UNREAD}"/>'
    f'<path d="M-1 1L1-1M0 6L6 0M5 7L7 5" stroke="{HATCH}"/></pattern></defs>'
)


def svg(scene: Scene, *, still: bool = False, gate: str = "@media (prefers-reduced-motion:no-preference)") -> str:
    """The whole file; ``still`` without any motion. ``gate`` is the condition under which it moves."""
    rules = None if still else Rules(len(scene.steps), REST)
    shapes: dict[str, str] = {}
    parts = [
        *(f'<rect class="band" x="{b.x}" y="{b.y}" width="{b.width}" height="{b.height}" rx="6"/>' for b in scene.bands),
        *(part for grid in scene.grids for part in _grid(grid, scene, rules, shapes)),
        *map(_note, scene.notes),
        *_words(scene, rules),
    ]
    motion = "" if rules is None else _motion(rules, gate)
    bar = "" if rules is None else f'<rect class="bar a p" y="{scene.height - 4}" width="{scene.width}" height="4" opacity="0"/>'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="cl" role="img" width="{scene.width}" height="{scene.height}" '
        f'viewBox="0 0 {scene.width} {scene.height}"><title>{_clean(scene.title)}</title><desc>{_clean(scene.description)}</desc>'
        f"<style>{STYLE}{motion}</style>{HATCHING}"
        f'<rect class="paper" width="{scene.width}" height="{scene.height}"/>' + "".join(parts) + f"{bar}</svg>\n"
    )


def _motion(rules: Rules, gate: str) -> str:
    """The marks, and a bar at the lower edge that grows to the right."""
    last = f"{100 * (rules.steps - 1) / rules.count:.4g}%"
    bar = (
        f".p{{transform-origin:0 0;animation-name:p}}@keyframes p{{0%{{opacity:1;transform:scaleX({1 / rules.steps:.4g});"
        f"animation-timing-function:steps({max(rules.steps - 1, 1)},end)}}{last},100%{{opacity:1;transform:none}}}}"
    )
    moving = f".a{{animation:{rules.count * SECONDS:g}s step-end infinite}}"
    return f"{gate}{{{moving}{rules.css()}{bar}}}"


def _grid(grid: Grid, scene: Scene, rules: Rules | None, shapes: dict[str, str]) -> Iterator[str]:
    cell = grid.cell
    yield f'<g transform="translate({grid.x} {grid.y})"><text class="t" y="-4">{_clean(grid.title)}</text>'
    yield f'<rect class="{grid.role[0]}" width="{grid.width}" height="{grid.height}"/>'
    for cells, kind in ((grid.quiet, "q"), (grid.unread, "u")):
        if cells:
            yield f'<path class="{kind}" d="{rectangles(sorted(cells), cell)}"/>'
    yield _lines(grid, shapes)
    yield from (_mark(mark, grid, rules) for mark in marks_of(grid.key, scene.steps))
    yield from _numbers(grid) if rules is None or not grid.appears else _coming(grid, rules)
    yield "</g>"


def _lines(grid: Grid, shapes: dict[str, str]) -> str:
    """The lines between the cells; those of a grid like an earlier one are that one's."""
    across = "".join(f"M0 {row * grid.cell}h{grid.width}" for row in range(grid.rows + 1))
    path = across + "".join(f"M{col * grid.cell} 0v{grid.height}" for col in range(grid.cols + 1))
    if path in shapes:
        return f'<use href="#{shapes[path]}"/>'
    shapes[path] = f"g{len(shapes)}"
    return f'<path class="l" id="{shapes[path]}" d="{path}"/>'


def _mark(mark: Mark, grid: Grid, rules: Rules | None) -> str:
    """The lit cells: one shape that jumps from step to step. At rest it stands where the last step has it, or is not seen."""
    last = mark.places[-1]
    if rules is None and last is None:
        return ""
    name = "" if rules is None else f" a {rules.name(rules.moving(mark, grid.cell))}"
    rest = f' transform="translate({last[1] * grid.cell} {last[0] * grid.cell})"' if last and last != (0, 0) else ""
    hidden = " x" if last is None else ""
    return f'<path class="{ROLES[grid.role]}{name}{hidden}"{rest} d="{rectangles(mark.cells, grid.cell)}"/>'


def _numbers(grid: Grid) -> Iterator[str]:
    """A text for each row and kind; where every number is one digit their places are one list."""
    half = grid.cell // 2
    for row in range(grid.rows):
        y = row * grid.cell + half + 5
        for kind, quiet in ((' class="z"', True), ("", False)):
            cols = [col for col in range(grid.cols) if ((row, col) in grid.quiet) is quiet]
            shown = [(col * grid.cell + half, text) for col in cols if (text := grid.texts[row * grid.cols + col])]
            if shown:
                yield _row(shown, y, kind)


def _row(shown: list[tuple[int, str]], y: int, kind: str) -> str:
    if all(len(text) == 1 for _, text in shown):
        places = " ".join(str(x) for x, _ in shown)
        return f'<text{kind} x="{places}" y="{y}">{"".join(_clean(text) for _, text in shown)}</text>'
    spans = "".join(f'<tspan x="{x}">{_clean(text)}</tspan>' for x, text in shown)
    return f'<text{kind} y="{y}">{spans}</text>'


def _coming(grid: Grid, rules: Rules) -> Iterator[str]:
    """The numbers of an output, each seen from its step on."""
    half = grid.cell // 2
    by_step: dict[int, list[tuple[int, int, str]]] = {}
    for at, (text, step) in enumerate(zip(grid.texts, grid.appears, strict=True)):
        row, col = divmod(at, grid.cols)
        by_step.setdefault(step, []).append((col * grid.cell + half, row * grid.cell + half + 5, text))
    for step, shown in by_step.items():
        if len(shown) == 1:
            x, y, text = shown[0]
            yield f'<text class="a {rules.name(rules.since(step))}" x="{x}" y="{y}">{_clean(text)}</text>'
        else:
            spans = "".join(f'<tspan x="{x}" y="{y}">{_clean(text)}</tspan>' for x, y, text in shown)
            yield f'<text class="a {rules.name(rules.since(step))}">{spans}</text>'


def _words(scene: Scene, rules: Rules | None) -> Iterator[str]:
    """The sum of each step, seen during its step; at rest that of the last one."""
    for at, step in enumerate(scene.steps):
        last = at == len(scene.steps) - 1
        if rules is None and not last:
            continue
        lines = "".join(
            f'<tspan x="16" y="{scene.words_y + LINE * line}">{_clean(text)}</tspan>' for line, text in enumerate(step.words)
        )
        kind = 'class="s"' if rules is None else rules.during(at)
        yield f"<text {kind}>{lines}</text>"


def _note(note: Note) -> str:
    swatch = f'<rect class="{ROLES[note.role]}" x="{note.x - 17}" y="{note.y - 10}" width="10" height="10"/>' if note.role else ""
    return f'{swatch}<text class="{CLASSES[note.kind]}" x="{note.x}" y="{note.y}">{_clean(note.text)}</text>'


def _clean(text: str) -> str:
    return escape(printable(text))
