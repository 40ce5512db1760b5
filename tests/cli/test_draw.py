"""``convlens draw``: what it writes, and what it says where it cannot."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from convlens.cli import commands, main

SMALL = ("Conv2d(1, 1, 3)", "--input", "1x1x4x4", "--lang", "en")


@pytest.fixture(autouse=True)
def in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def invoked(*args: str) -> Result:
    return CliRunner().invoke(commands, ["draw", *args])


def refused(capsys: pytest.CaptureFixture[str], *args: str) -> str:
    with pytest.raises(SystemExit) as ended:
        main(["draw", *args])
    assert ended.value.code == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert list(Path().iterdir()) == []
    return err


def test_without_a_name_it_takes_one_that_tells_the_layer() -> None:
    result = invoked(*SMALL)
    sizes = {path.name: f"{path.stat().st_size:,} bytes" for path in Path().iterdir()}
    name = "conv2d_k3_1x4x4-1x2x2"
    assert sizes.keys() == {f"{name}.svg", f"{name}-still.svg"}
    assert result.output == (
        f"{name}.svg: 4 steps, {sizes[f'{name}.svg']}\n{name}-still.svg: without motion, {sizes[f'{name}-still.svg']}\n"
    )


@pytest.mark.parametrize("ending", ["svg", "html", "gif", "png"])
def test_the_ending_chooses_the_form(ending: str) -> None:
    result = invoked(*SMALL, "-o", f"a.{ending}", "--caption")
    assert result.exit_code == 0, result.output
    begins = {"svg": b"<svg", "html": b"<!doctype html>", "gif": b"GIF89a", "png": b"\x89PNG"}[ending]
    assert Path(f"a.{ending}").read_bytes().startswith(begins)


def test_a_still_one_has_no_sibling() -> None:
    assert invoked(*SMALL, "--still", "-o", "a.svg").output.startswith("a.svg: without motion, ")
    assert [path.name for path in Path().iterdir()] == ["a.svg"]
    assert "animation" not in Path("a.svg").read_text()


def test_many_outputs_are_announced() -> None:
    result = invoked("Conv2d(1, 1, 3)", "--input", "1x1x12x12", "-o", "a.svg", "--lang", "en")
    assert result.stderr == "64 of the 100 outputs have a step of their own.\n"


def test_a_gallery() -> None:
    result = invoked("gallery", "-o", "pictures", "--lang", "en")
    assert result.stdout == "pictures/index.html and 90 other files\n"


def test_the_record_is_the_function_s_result() -> None:
    import convlens

    result = invoked(*SMALL, "--json")
    assert json.loads(result.stdout) == json.loads(json.dumps(convlens.draw("Conv2d(1, 1, 3)", (1, 1, 4, 4)).to_dict()))
    assert list(Path().iterdir()) == []
    invoked(*SMALL, "--json", "-o", "a.svg")
    assert sorted(path.name for path in Path().iterdir()) == ["a-still.svg", "a.svg"]


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (
            ("resnet50", "--still"),
            "error: --still belongs to one layer\n  fix: a layer such as 'Conv2d(3, 2, 3)', or no such option\n",
        ),
        (
            (*SMALL, "-o", "a.pdf"),
            "error: -o a.pdf: the ending '.pdf' says no format\n  fix: one of .svg, .html, .gif, .png, .mp4\n",
        ),
        ((*SMALL, "-o", "no/a.svg"), "error: -o no/a.svg: there is no folder 'no'\n"),
        ((*SMALL, "--still", "-o", "a.gif"), "error: --still and -o a.gif: this form moves\n  fix: .svg or .png\n"),
        (("gallery",), "error: the gallery needs a folder\n  fix: draw gallery -o FOLDER\n"),
        (("gallery", "--still", "-o", "x"), "error: --still belongs to one layer\n  fix: draw gallery -o FOLDER\n"),
        (
            ("Conv2d(1, 1, 3)", "--input", "1x1x99x99"),
            "error: Conv2d(1, 1, 3): a map of 99x99 has 9,801 cells; at most 1,000 are drawn\n"
            "  fix: a smaller input: the arithmetic is the same\n",
        ),
        (
            ("MaxPool2d(2)", "--input", "1x1x4x4", "--flip"),
            "error: MaxPool2d(2) has no kernel that could be turned\n  fix: no flip; it is for convolutions\n",
        ),
    ],
)
def test_what_it_cannot_do_is_said_before_anything_is_written(
    capsys: pytest.CaptureFixture[str], args: tuple[str, ...], message: str
) -> None:
    assert refused(capsys, *args, "--lang", "en") == message


def test_hostile_calls_are_refused_as_text(capsys: pytest.CaptureFixture[str]) -> None:
    err = refused(capsys, "Conv2d(1, 1, 3)\x1b[31m<script>", "--input", "1x1x4x4")
    assert "\x1b" not in err
    err = refused(capsys, "\x1b]0;x\x07" + "a" * 10_000)
    assert "\x1b" not in err
    assert len(err) < 3000
