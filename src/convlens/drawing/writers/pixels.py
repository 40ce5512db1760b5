"""GIF, PNG and MP4 of a scene."""

import subprocess
from io import BytesIO
from pathlib import Path
from shutil import which

from convlens.drawing.scene import Scene
from convlens.drawing.writers.raster import Raster, images
from convlens.drawing.writers.svg import REST, SECONDS
from convlens.ir.errors import UsageError

COLOURS = 48
SHEET = 12
"""Steps on one sheet, evenly taken."""

WIDEST = 2400
MOST_PIXELS = 4_000_000
"""Of one frame; a larger one is drawn at single size."""


def gif(scene: Scene) -> bytes:
    """All steps, the last one longer, again and again; how to draw it again stands in the comment."""
    raster = Raster(scene, _scale(scene))
    frames = [raster.frame(at) for at in range(len(scene.steps))]
    palette = frames[-1].quantize(COLOURS, dither=images().Image.Dither.NONE)
    first, *others = [frame.quantize(palette=palette, dither=images().Image.Dither.NONE) for frame in frames]
    times = [round(1000 * SECONDS)] * len(frames)
    times[-1] = round(1000 * SECONDS * (1 + REST))
    file = BytesIO()
    first.save(
        file, "GIF", save_all=True, append_images=others, duration=times, loop=0, comment=scene.description.encode()[:250]
    )  # fmt: skip
    return file.getvalue()


def sheet(scene: Scene) -> bytes:
    """A PNG of at most `SHEET` steps side by side, for paper and slides."""
    pil, raster = images(), Raster(scene, 1 if len(scene.steps) > 1 else 2)
    count = min(len(scene.steps), SHEET)
    chosen = [at * (len(scene.steps) - 1) // max(count - 1, 1) for at in range(count)]
    width, height = raster.base.size
    across = max(1, min(count, WIDEST // width))
    picture = pil.Image.new("RGB", (across * width, -(-count // across) * height), "#ffffff")
    for place, at in enumerate(chosen):
        picture.paste(raster.frame(at), (place % across * width, place // across * height))
    return _png(picture, scene)


def still(scene: Scene) -> bytes:
    """A PNG of the complete answer."""
    return _png(Raster(scene, _scale(scene)).frame(len(scene.steps) - 1, complete=True), scene)


def _png(picture: object, scene: Scene) -> bytes:
    from PIL.PngImagePlugin import PngInfo  # noqa: PLC0415 - only pictures of pixels need it

    told, file = PngInfo(), BytesIO()
    told.add_itxt("Title", scene.title)
    told.add_itxt("Description", scene.description)
    picture.save(file, "PNG", pnginfo=told, optimize=True)  # type: ignore[attr-defined]  # a picture of Pillow
    return file.getvalue()


_COLOURS = ["-vf", "fps=10,scale=out_color_matrix=bt709:out_range=tv", "-color_range", "tv"]
_COLOURS += [word for what in ("colorspace", "color_primaries", "color_trc") for word in (f"-{what}", "bt709")]
"""Converted by the rule that players take for films of this size, and said so: by another one the orange would turn."""


def mp4(scene: Scene, path: str) -> None:
    """Written by the program ``ffmpeg``; `UsageError` where there is none, or where it refuses."""
    raster = Raster(scene, _scale(scene))
    program = which("ffmpeg")
    if program is None:
        raise UsageError("-o .mp4 needs the program ffmpeg, which is not on the PATH\n  fix: install it, or -o with .gif or .svg")
    width, height = (size - size % 2 for size in raster.base.size)
    given = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{width}x{height}", "-r", f"{1 / SECONDS:g}", "-i", "-"]
    made = [*_COLOURS, "-c:v", "libx264", "-tune", "animation", "-pix_fmt", "yuv420p", "-movflags", "+faststart"]
    made += ["-metadata", f"comment={scene.description}"]
    _piped([program, "-y", "-loglevel", "error", *given, *made, str(Path(path).absolute())], raster, path)


def _piped(command: list[str], raster: Raster, path: str) -> None:
    """Frame by frame: all of them at once would need hundreds of megabytes."""
    width, height = (size - size % 2 for size in raster.base.size)
    last = len(raster.scene.steps) - 1
    with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE) as program:  # noqa: S603 - a fixed program, no shell
        try:
            for at in [*range(last), *[last] * (1 + REST)]:
                program.stdin.write(raster.frame(at).crop((0, 0, width, height)).tobytes())  # type: ignore[union-attr]  # a pipe
        except BrokenPipeError:  # it gave up: what it says is more to the point
            pass
        told = program.communicate()[1].decode(errors="replace").strip().splitlines()
    if program.returncode:
        raise UsageError(f"ffmpeg could not write {path}: {told[-1] if told else f'exit code {program.returncode}'}")


def _scale(scene: Scene) -> int:
    return 2 if 4 * scene.width * scene.height <= MOST_PIXELS else 1
