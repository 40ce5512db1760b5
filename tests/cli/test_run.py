"""``convlens run``: what is printed and written, exit codes, bad input in one message, nothing half-written."""

import json
import os
import subprocess
import sys
import wave
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from PIL import Image
from scipy import ndimage

from convlens.cli import _save, main
from convlens.execution.contents import contents
from convlens.execution.on_files import run_kernel
from convlens.media.colours import diverging

COLOURS = np.random.default_rng(3).integers(0, 256, (20, 24, 3), dtype=np.uint8)


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Image.fromarray(COLOURS).save("a.png")
    np.save("flat.npy", np.zeros(7))
    return tmp_path


def ended(capsys: pytest.CaptureFixture[str], *args: str) -> tuple[int, str, str]:
    code = 0
    try:
        main(["run", *args])
    except SystemExit as end:
        code = int(end.code or 0)
    return code, *capsys.readouterr()


def test_what_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = ended(capsys, "--kernel", "box", "--on", "a.png")
    values = COLOURS / 255
    assert (code, err.split(" s, ")[1].startswith("PyTorch")) == (0, True)
    assert out.startswith(
        f"box\n\ninput: x 1x3x20x24, {values.min():.4g} to {values.max():.4g}, mean {values.mean():.4g}\n  a.png: PNG ("
    )
    assert "  1/9 *  1 1 1\n         1 1 1\n         1 1 1\noutput: output 1x3x20x24, " in out
    assert out.endswith("\n  shape as foretold\n")


def test_the_record(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = ended(capsys, "lenet5", "--on", "a.png", "--json")
    record = json.loads(out)
    assert (code, err) == (0, "")
    assert record["schema"] == "convlens/run/1"
    assert record.keys() == {"schema", "model", "engine", "weights", "inputs", "outputs", "kernels", "files", "seconds"}
    assert record["inputs"][0]["read"] == {
        "file": "a.png",
        "kind": "picture",
        "format": "PNG",
        "mode": "RGB",
        "height": 20,
        "width": 24,
    }
    assert record["inputs"][0]["steps"] == [{"what": "grey"}, {"what": "resize", "old": "20x24", "new": "32x32"}]
    (output,) = record["outputs"]
    assert (output["shape"], output["foretold"], len(output["top"])) == ([1, 10], [1, 10], 5)
    assert output["min"] < output["mean"] < output["max"] == output["top"][0]["value"]
    assert json.loads(ended(capsys, "lenet5", "--on", "a.png", "--json", "--lang", "zh")[1]) | {"seconds": 0} == record | {
        "seconds": 0
    }


def test_files_of_every_ending(capsys: pytest.CaptureFixture[str]) -> None:
    outs = [part for name in ("m.png", "m.npy", "m.json", "m.txt") for part in ("-o", name)]
    code, out, _ = ended(capsys, "--kernel", "sobel-x", "--on", "a.png", *outs)
    assert code == 0
    expected = np.stack([ndimage.sobel(c, 1, mode="constant") for c in COLOURS.transpose(2, 0, 1) / 255])
    np.testing.assert_allclose(np.load("m.npy")[0], expected, atol=1e-5)
    assert json.loads(Path("m.json").read_text())["files"] == ["m.png", "m.npy", "m.json", "m.txt"]
    assert Path("m.txt").read_text() == out
    assert sorted(path.name for path in Path().iterdir()) == ["a.png", "flat.npy", "m.json", "m.npy", "m.png", "m.txt"]


def test_a_sheet_shows_each_value_in_its_place(capsys: pytest.CaptureFixture[str]) -> None:
    """The greatest and the least value of each channel are found again where they are."""
    assert ended(capsys, "--kernel", "laplacian", "--on", "a.png", "-o", "m.png", "-o", "m.npy")[0] == 0
    sheet, maps = np.asarray(Image.open("m.png").convert("RGB")).astype(int), np.load("m.npy")[0]
    times = 360 // 24
    wanted = diverging(maps[0] / np.abs(maps[0]).max()).astype(int).repeat(times, axis=0).repeat(times, axis=1)
    tops = [
        y
        for y in range(sheet.shape[0] - wanted.shape[0])
        if (sheet[y : y + wanted.shape[0], 16 : 16 + wanted.shape[1]] == wanted).all()
    ]
    assert len(tops) == 1


def test_a_kernel_that_keeps_the_brightness_gives_a_picture(capsys: pytest.CaptureFixture[str]) -> None:
    assert ended(capsys, "--kernel", "identity", "--on", "a.png", "-o", "same.png")[0] == 0
    np.testing.assert_array_equal(np.asarray(Image.open("same.png")), COLOURS)
    Image.fromarray(COLOURS[..., 0]).save("grey.png")
    assert ended(capsys, "--kernel", "gaussian", "--on", "grey.png", "-o", "g.png")[0] == 0
    assert Image.open("g.png").mode == "L"


def test_kernels_as_pictures(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = ended(capsys, "lenet5", "--show-kernels", "-o", "k.png", "-o", "k.npy")
    assert (code, err) == (0, "")
    assert np.load("k.npy").shape == (6, 1, 5, 5)
    assert "kernels: c1 6x1x5x5, " in out
    assert Image.open("k.png").size[0] > 300


def test_resize_with_and_without_a_size(capsys: pytest.CaptureFixture[str]) -> None:
    assert "own size 20x24" in ended(capsys, "resnet18", "--on", "a.png", "--layer", "conv1")[1]
    assert "from 20x24 to 64x32" in ended(capsys, "resnet18", "--on", "a.png", "--layer", "conv1", "--resize", "64x32")[1]
    assert "from 20x24 to 224x224" in ended(capsys, "resnet18", "--on", "a.png", "--layer", "conv1", "--resize")[1]


def bad(name: str) -> str:
    """A file that cannot be read or does not fit, made here."""
    picture = Image.fromarray(COLOURS)
    if name == "cut.png":
        Path(name).write_bytes(Path("a.png").read_bytes()[:-200])
    if name == "code.pt":
        torch.save({"c1.weight": Touch()}, name)
    if name == "two.npy":
        np.save(name, np.zeros((2, 2)))
    if name == "alpha4.tif":
        picture.convert("RGBA").save(name)
    return name


class Touch:
    def __reduce__(self) -> tuple[object, tuple[str, str]]:
        return open, ("ran", "w")


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (
            ["lenet5", "--on", "cut.png", "-o", "m.png"],
            "error: cut.png is not a picture that can be read: image file is truncated",
        ),
        (
            ["lenet5", "--on", "two.npy", "-o", "m.npy"],
            "error: two.npy has 2 axes (2x2), but input 'x' takes 4 (?x1x32x32)\n  fix: an array of 4",
        ),
        (
            ["lenet5", "--on", "a.png", "--weights", "code.pt", "-o", "m.json"],
            "error: code.pt holds more than tensors, and nothing of it was run",
        ),
        (["lenet5", "--on", "no.png"], "error: there is no file 'no.png'"),
        (["lenet5", "--on", "a.xyz"], "error: 'a.xyz': its ending says no format\n  fix: one of .npy, .wav, .png"),
        (["lenet5", "--on", "a.png", "--weights", "w.txt"], "error: there is no file 'w.txt'"),
        (["lenet5", "--on", "a.png", "--layer", "c9"], "error: there is no layer 'c9'\n  fix: one of c1, c1.tanh"),
        (
            ["lenet5", "--on", "a.png", "-o", "m.png"],
            "error: a picture cannot be made: no output is a map: output 1x10\n  fix: --layer",
        ),
        (["lenet5", "--on", "a.png", "-o", "m.gif"], "error: -o m.gif: the ending '.gif' says no format"),
        (["lenet5", "--on", "a.png", "-o", "a.png"], "error: -o a.png is a.png, which is read\n  fix: another name"),
        (["lenet5", "--on", "x=a.png", "-o", "./a.png"], "error: -o ./a.png is a.png, which is read"),
        (["lenet5", "--on", "a.png", "-o", "no/m.npy"], "error: -o no/m.npy: there is no folder 'no'"),
        (["lenet5", "--on", "a.png", "--mean", "a"], "error: --mean 'a': numbers with commas between them"),
        (["lenet5", "--on", "a.png", "--std", "0"], "error: --std has a 0"),
        (["lenet5", "--on", "a.png", "--std", "nan"], "error: --std 'nan': the numbers must be finite"),
        (["lenet5", "--on", "a.png", "--resize", "big"], "error: 'big' is not a shape"),
        (["lenet5"], "error: nothing to run it on\n  fix: --on FILE"),
        ([], "error: nothing to run\n  fix: a MODEL, a CALL, or --kernel NAME"),
        (["--kernel", "box"], "error: --kernel takes one file, but 0 are given"),
        (["lenet5", "--kernel", "box", "--on", "a.png"], "error: --kernel and MODEL: a kernel made by hand is run alone"),
        (["--kernel", "box", "--on", "flat.npy"], "error: flat.npy has the shape 7; a kernel takes H x W"),
        (["Conv2d(3, 4, 3)", "--on", "two.npy"], "error: two.npy has 2 axes (2x2), but input 'x' takes 4"),
        (["no.py:net", "--on", "a.png"], "error: there is no file 'no.py'"),
        (["lenet", "--on", "a.png"], "error: there is no network 'lenet' (did you mean 'lenet5'?)"),
    ],
)
def test_bad_input_is_one_message_and_leaves_nothing(
    here: Path, capsys: pytest.CaptureFixture[str], args: list[str], message: str
) -> None:
    for arg in args:
        bad(arg)
    before = {path.name: path.read_bytes() for path in here.iterdir()}
    code, out, err = ended(capsys, *args)
    assert (code, out) == (2, "")
    assert err.startswith(message)
    assert "Traceback" not in err
    assert {path.name: path.read_bytes() for path in here.iterdir()} == before


@pytest.mark.parametrize("mode", ["RGBA", "LA", "CMYK", "P", "1", "I;16"])
def test_pictures_of_other_kinds_are_run(capsys: pytest.CaptureFixture[str], mode: str) -> None:
    picture = (
        Image.fromarray(COLOURS[..., 0].astype(np.uint16) * 257) if mode == "I;16" else Image.fromarray(COLOURS).convert(mode)
    )
    picture.save("b.tif" if mode == "CMYK" else "b.png")
    code, out, _ = ended(capsys, "resnet18", "--on", "b.tif" if mode == "CMYK" else "b.png", "--layer", "conv1")
    assert (code, "output: conv1 1x64x10x12" in out) == (0, True)


def test_a_write_that_fails_leaves_the_old_files(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second of two files cannot be written: the first is not changed either."""
    for name in ("m.npy", "m.json"):
        Path(name).write_text("old")
    real = _save._write

    def failing(path: str, part: Path, content: bytes) -> None:
        real(path, part, content[: len(content) // 2] if path == "m.json" else content)
        if path == "m.json":
            raise _save.UsageError(f"-o {path}: No space left on device")

    monkeypatch.setattr(_save, "_write", failing)
    code, out, err = ended(capsys, "--kernel", "box", "--on", "a.png", "-o", "m.npy", "-o", "m.json")
    assert (code, out, err) == (2, "", "error: -o m.json: No space left on device\n")
    assert [Path(name).read_text() for name in ("m.npy", "m.json")] == ["old", "old"]
    assert sorted(path.name for path in here.iterdir()) == ["a.png", "flat.npy", "m.json", "m.npy"]


def test_a_link_is_replaced_and_what_it_points_to_is_left(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("precious.txt").write_text("precious")
    Path("m.json").symlink_to("precious.txt")
    assert ended(capsys, "--kernel", "box", "--on", "a.png", "-o", "m.json")[0] == 0
    assert Path("precious.txt").read_text() == "precious"
    assert not Path("m.json").is_symlink()


def test_an_output_that_breaks_the_foretold_shape_ends_with_1(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def wrong(*args: object, **options: object) -> object:
        found = run_kernel("box", "a.png")
        found.ran.outputs[0] = found.ran.outputs[0]._replace(foretold=(1, 3, 20, 25))
        return found

    monkeypatch.setattr("convlens.execution.on_files.run_kernel", wrong)
    code, out, err = ended(capsys, "--kernel", "box", "--on", "a.png")
    assert (code, "foretold was 1x3x20x25" in out) == (1, True)
    assert err.endswith("error: the run gave another shape than was foretold; please report the network\n")


def test_contents_are_the_same_each_time() -> None:
    found = run_kernel("sobel-y", "a.png")
    assert (
        contents(found, ".png", "en") == contents(found, ".png", "zh") == contents(run_kernel("sobel-y", "a.png"), ".png", "en")
    )


@pytest.mark.parametrize(
    ("package", "args", "message"),
    [
        ("numpy", ["--kernel", "box", "--on", "a.png"], "running anything needs NumPy"),
        ("PIL", ["--kernel", "box", "--on", "a.png"], "reading pictures needs Pillow"),
        ("torch", ["--kernel", "box", "--on", "a.png"], "running a kernel needs PyTorch"),
        ("torch", ["lenet5", "--on", "a.png"], "running a network needs PyTorch"),
        ("onnxruntime", ["net.onnx", "--on", "a.png"], "running ONNX files needs onnxruntime"),
        ("soundfile", ["m5", "--on", "a.wav"], "reading sounds needs soundfile"),
        (
            "safetensors",
            ["lenet5", "--on", "a.png", "--weights", "w.safetensors"],
            "reading .safetensors files needs safetensors",
        ),
    ],
)
def test_a_missing_package_is_named(package: str, args: list[str], message: str) -> None:
    node = onnx.helper.make_node("Relu", ["x"], ["y"])
    inside, outside = (onnx.helper.make_tensor_value_info(name, 1, (1, 3, 20, 24)) for name in "xy")
    onnx.save(onnx.helper.make_model(onnx.helper.make_graph([node], "net", [inside], [outside]), ir_version=8), "net.onnx")
    Path("w.safetensors").write_bytes(b"")
    with wave.open("a.wav", "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(bytes(200))
    code = f"import sys\nsys.modules[{package!r}] = None\nfrom convlens.cli import main\nmain(['run', *{args!r}])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, env=os.environ)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", f'error: {message}: pip install "convlens[run]"\n')


def test_help_needs_no_package() -> None:
    code = (
        "from convlens.cli import main\ntry: main(['run', '--help'])\nfinally:\n import sys; print(*sys.modules, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, env=os.environ)
    assert not set(done.stderr.split()) & {"torch", "numpy", "PIL", "onnxruntime"}
    assert "--show-kernels" in done.stdout
