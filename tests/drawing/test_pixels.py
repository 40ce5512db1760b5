"""GIF, PNG and MP4."""

import io
import json
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageStat

import convlens
from convlens.drawing.draw import Drawing
from convlens.drawing.writers import fonts, pixels
from convlens.drawing.writers.raster import Raster
from convlens.ir.errors import UsageError

COMMAND = "convlens draw 'Conv2d(1, 1, 3, padding=1)' --input 1x1x3x3"


@pytest.fixture
def drawing() -> Drawing:
    return convlens.draw("Conv2d(1, 1, 3, padding=1)", (1, 1, 3, 3))


def test_a_gif_has_a_frame_for_each_step_a_rest_and_its_command(drawing: Drawing) -> None:
    image = Image.open(io.BytesIO(drawing.gif()))
    assert image.n_frames == 9
    assert image.info["loop"] == 0
    assert image.info["comment"].decode() == COMMAND
    times = []
    for at in range(image.n_frames):
        image.seek(at)
        times.append(image.info["duration"])
    assert times == [1000] * 8 + [3000]


def test_the_frames_are_what_the_steps_say(drawing: Drawing) -> None:
    """The colour of each cell: full where the step lights it, pale where not."""
    raster = Raster(drawing.scene, 1)
    for at, step in enumerate(drawing.scene.steps):
        frame = raster.frame(at)
        lit = dict(step.lit)
        for grid in drawing.scene.grids:
            for row in range(grid.rows):
                for col in range(grid.cols):
                    colour = frame.getpixel((grid.x + col * grid.cell + 4, grid.y + row * grid.cell + 4))
                    assert (max(colour) - min(colour) > 80) is ((row, col) in lit.get(grid.key, ()))


def test_a_sheet_has_up_to_twelve_steps(drawing: Drawing) -> None:
    image = Image.open(io.BytesIO(drawing.png()))
    scene = drawing.scene
    assert image.size == (4 * scene.width, 3 * scene.height)
    assert image.text["Description"] == COMMAND
    still = Image.open(io.BytesIO(drawing.png(still=True)))
    assert still.size == (2 * scene.width, 2 * scene.height)


def test_mp4_without_ffmpeg_says_what_is_missing(drawing: Drawing, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pixels, "which", lambda _: None)
    with pytest.raises(UsageError) as caught:
        drawing.save(tmp_path / "a.mp4")
    assert str(caught.value) == (
        "-o .mp4 needs the program ffmpeg, which is not on the PATH\n  fix: install it, or -o with .gif or .svg"
    )


def program(folder: Path, body: str) -> str:
    path = folder / "ffmpeg"
    path.write_text(f"#!{sys.executable}\nimport sys\n{body}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


def test_ffmpeg_is_given_every_frame(drawing: Drawing, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = program(tmp_path, "open(sys.argv[-1], 'w').write(str(len(sys.stdin.buffer.read())) + ' ' + ' '.join(sys.argv[1:-1]))")
    monkeypatch.setattr(pixels, "which", lambda _: path)
    drawing.save(tmp_path / "a.mp4")
    length, _, arguments = (tmp_path / "a.mp4").read_text().partition(" ")
    scene = drawing.scene
    width, height = 2 * scene.width, 2 * scene.height
    assert int(length) == (9 + 2) * width * height * 3
    assert f"-s {width}x{height}" in arguments
    assert f"comment={COMMAND}" in arguments


def test_what_ffmpeg_says_is_passed_on(drawing: Drawing, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = program(tmp_path, "sys.exit('Unknown encoder libx264')")
    monkeypatch.setattr(pixels, "which", lambda _: path)
    with pytest.raises(UsageError) as caught:
        drawing.save(tmp_path / "a.mp4")
    assert str(caught.value) == f"ffmpeg could not write {tmp_path / 'a.mp4'}: Unknown encoder libx264"


def test_a_real_mp4_shows_every_step_for_a_second(drawing: Drawing, tmp_path: Path) -> None:
    if not (shutil.which("ffmpeg") and shutil.which("ffprobe")):
        pytest.skip("NO REAL MP4 WAS WRITTEN: the programs ffmpeg and ffprobe are not installed (apt-get install ffmpeg)")
    path = tmp_path / "a.mp4"
    drawing.save(path)
    asked = ["ffprobe", "-v", "error", "-show_streams", "-show_format", "-of", "json", str(path)]
    told = json.loads(subprocess.run(asked, capture_output=True, check=True).stdout)
    stream = told["streams"][0]
    raster = Raster(drawing.scene, 2)
    width, height = (size - size % 2 for size in raster.base.size)
    assert (stream["codec_name"], stream["pix_fmt"], stream["width"], stream["height"]) == ("h264", "yuv420p", width, height)
    assert {stream[f"color_{what}"] for what in ("space", "primaries", "transfer")} == {"bt709"}
    assert float(told["format"]["duration"]) == 9 + 2
    assert told["format"]["tags"]["comment"] == COMMAND
    shown = raw_frames(path, width, height)
    steps = [raster.frame(at).crop((0, 0, width, height)) for at in range(9)]
    assert len(shown) == 11
    for at, frame in enumerate(shown):
        far = [mean_difference(frame, step) for step in steps]
        assert far.index(min(far)) == min(at, 8)
        assert min(far) < 3


def raw_frames(path: Path, width: int, height: int) -> list[Image.Image]:
    """The middle of each second."""
    asked = [
        "ffmpeg",
        "-loglevel",
        "error",
        "-ss",
        "0.5",
        "-i",
        str(path),
        "-vf",
        "fps=1:round=up",
        "-f",
        "rawvideo",
        "-pix_fmt",
        "rgb24",
        "-",
    ]
    data = subprocess.run(asked, capture_output=True, check=True).stdout
    size = width * height * 3
    return [Image.frombytes("RGB", (width, height), data[at : at + size]) for at in range(0, len(data), size)]


def mean_difference(one: Image.Image, other: Image.Image) -> float:
    """Of a channel of a pixel, 0 to 255."""
    mean: list[float] = ImageStat.Stat(ImageChops.difference(one, other)).mean
    return sum(mean) / 3


def test_without_pillow_it_says_what_installs_it(drawing: Drawing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "PIL.Image", None)
    with pytest.raises(UsageError) as caught:
        drawing.gif()
    assert str(caught.value) == 'GIF, PNG and MP4 need Pillow: pip install "convlens[draw]"'


def test_words_are_chinese_only_where_a_font_has_them(monkeypatch: pytest.MonkeyPatch) -> None:
    drawing = convlens.draw("Conv2d(1, 1, 3, padding=1)", (1, 1, 3, 3), caption="zh")
    monkeypatch.setattr(fonts, "has_chinese", lambda: False)
    assert drawing._spoken() == "en"
    monkeypatch.setattr(fonts, "has_chinese", lambda: True)
    assert drawing._spoken() == "zh"
