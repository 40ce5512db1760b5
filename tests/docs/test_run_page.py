"""docs/run.md has the kernels of the code, and its picture is the one that the command draws."""

import io
import re
from pathlib import Path

import numpy as np
from PIL import Image

from convlens.execution.contents import contents
from convlens.execution.kernels import FIXED, SIZED, kernel
from convlens.execution.on_files import run_kernel
from convlens.media.sheet import MAX_TILES

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "run.md").read_text(encoding="utf-8")


def test_the_table_has_every_kernel() -> None:
    rows = dict(re.findall(r"^\| ([a-z-]+) \| (.*?) \|", PAGE, re.MULTILINE))
    names = [*SIZED, *FIXED]
    assert [name for name in rows if name in names] == names
    for name in names[1:]:
        made = kernel(name)
        weights = " / ".join(" ".join(map(str, row)) for row in made.rows)
        assert rows[name] == weights + (f", over {made.divisor}" if made.divisor > 1 else "")


def test_the_picture_is_the_command_s() -> None:
    """But for the letters, which each version of the font engine draws in its own way."""
    found = run_kernel("sobel-x", str(ROOT / "examples" / "shapes.png"), padding="reflect")
    shown = Image.open(ROOT / "docs" / "pictures" / "sobel-x.png").convert("RGB")
    drawn = Image.open(io.BytesIO(contents(found, ".png", "en"))).convert("RGB")
    assert shown.size == drawn.size
    assert np.abs(np.asarray(shown).astype(int) - np.asarray(drawn).astype(int)).mean() < 1
    other = Image.open(io.BytesIO(contents(run_kernel("sobel-y", str(ROOT / "examples" / "shapes.png")), ".png", "en"))).convert(
        "RGB"
    )
    assert np.abs(np.asarray(shown).astype(int) - np.asarray(other).astype(int)).mean() > 2, (
        "the partner: another picture is told apart"
    )


def test_the_limit_that_is_said() -> None:
    assert f"At most {MAX_TILES} tiles" in PAGE
