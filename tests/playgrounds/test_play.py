"""``convlens play`` and `convlens.play`: a layer as the settings of the page, and what it refuses."""

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

import convlens
from convlens.cli import commands, main
from convlens.ir.errors import ShapeError, UsageError
from convlens.playgrounds import settings
from convlens.playgrounds.play import playground_page


@pytest.mark.parametrize(("call", "shape", "wanted"), [
    ("Conv2d(3, 8, 3, stride=2, padding=1)", "1x3x9x9", {"type": "conv", "in": "3", "out": "8", "size": "9", "stride": "2", "padding": "1", "rule": "sides"}),
    ("Conv2d(3, 8, (3, 5), padding='same')", "1x3x9x7", {"kernel": "3x5", "size": "9x7", "rule": "same"}),
    ("Conv2d(3, 8, 3, padding_mode='reflect', padding=1, bias=False)", "3x9x9", {"mode": "reflect", "bias": "", "batch": ""}),
    ("Conv1D(4, 3, padding='causal')", "1x9x2", {"axes": "1", "rule": "causal", "in": "2"}),
    ("Conv2D(4, 4, strides=2, padding='same')", "1x9x9x2", {"rule": "same", "size": "9"}),
    ("SeparableConv2D(4, 3, depth_multiplier=2)", "1x9x9x3", {"type": "separable", "mult": "2", "out": "4"}),
    ("SeparableConv2D(4, 3)", "1x9x9x1", {"type": "separable", "in": "1"}),
    ("ConvTranspose3d(2, 4, 3, stride=2, output_padding=1)", "1x2x3x3x3", {"type": "transposed", "axes": "3", "extra": "1"}),
    ("Conv2DTranspose(2, 4, strides=1, padding='same')", "1x3x3x2", {"padding": "1+2"}),
    ("MaxPool2d(3, 2, ceil_mode=True)", "1x2x9x9", {"type": "max", "stride": "2", "ceil": "1"}),
    ("AvgPool2d(2, count_include_pad=False)", "1x2x9x9", {"type": "avg", "stride": "2", "counted": ""}),
])  # fmt: skip
def test_a_layer_as_settings(call: str, shape: str, wanted: dict[str, str]) -> None:
    found = convlens.play(call, shape).settings
    assert wanted.items() <= found.items()


@pytest.mark.parametrize(("call", "shape", "why"), [
    ("Linear(3, 4)", "1x3", "it has no playground"),
    ("Conv2D(4, 3, activation='relu')", "1x9x9x2", "without an activation"),
    ("AvgPool2d(2, divisor_override=3)", "1x2x9x9", "it has no playground"),
    ("AdaptiveAvgPool2d(2)", "1x2x9x9", "it has no playground"),
    ("Conv2d(3, 8, 3, padding=1000)", "1x3x9x9", "padding 1000 is more than a page can show"),
    ("Conv2d(9999, 2, 3)", "1x9999x9x9", "a page draws at most 30,000"),
])  # fmt: skip
def test_what_has_no_page(call: str, shape: str, why: str) -> None:
    with pytest.raises(UsageError, match=re.escape(why)):
        convlens.play(call, shape)


def test_a_layer_that_cannot_take_its_input_is_refused_as_everywhere() -> None:
    with pytest.raises(ShapeError):
        convlens.play("Conv2d(3, 8, 3, groups=2)", "1x3x9x9")


def test_a_call_without_a_shape_and_a_shape_without_a_call() -> None:
    with pytest.raises(UsageError, match="no shape is given"):
        convlens.play("Conv2d(3, 8, 3)")
    with pytest.raises(UsageError, match="without a layer"):
        convlens.play(None, "1x3x9x9")
    with pytest.raises(UsageError, match="does not speak"):
        convlens.play().to_html("fr")


def test_the_page_starts_from_the_layer_in_the_language() -> None:
    text = playground_page("Conv2d(1, 2, 3)", (1, 1, 6, 6), "zh")
    found = re.search(r'id="start">(.*?)</script>', text)
    assert found is not None
    start = json.loads(found[1])
    assert start["lang"] == "zh"
    assert start["size"] == "6"


def test_a_notebook_keeps_the_facts_where_it_removes_the_frame() -> None:
    shown = convlens.play("Conv2d(1, 2, 3)", (1, 1, 6, 6))._repr_html_()
    assert "<iframe" in shown
    assert 'sandbox="allow-scripts allow-downloads"' in shown
    assert "1x2x4x4" in re.sub(r"<iframe.*?</iframe>", "", shown, flags=re.DOTALL)


def test_the_command_writes_where_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(commands, ["play"])
    assert (done.exit_code, done.stdout, done.stderr) == (0, "written: playground.html; open it in any browser\n", "")
    assert (tmp_path / "playground.html").read_text(encoding="utf-8") == playground_page()
    done = CliRunner().invoke(commands, ["play", "Conv2d(1, 1, 3)", "--input", "1x1x5x5", "--lang", "zh", "-o", "a.html"])
    assert done.exit_code == 0
    assert (tmp_path / "a.html").read_text(encoding="utf-8") == playground_page("Conv2d(1, 1, 3)", (1, 1, 5, 5), "zh")


@pytest.mark.parametrize(("args", "why"), [
    (["play", "Conv2d(1, 1, 3)"], "--input is missing"),
    (["play", "--input", "1x1x5x5"], "--input is given without a layer"),
    (["play", "-o", "a.svg"], "says no format"),
])  # fmt: skip
def test_wrong_usage(args: list[str], why: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(args)
    assert end.value.code == 2
    assert why in capsys.readouterr().err


def test_python_and_the_page_have_the_same_limits() -> None:
    """The page says which settings it takes; Python refuses the others before it writes one."""
    state = (Path(settings.__file__).parent / "page" / "state.js").read_text(encoding="utf-8")
    limits = {name: int(most) for name, most in re.findall(r"(\w+): \[\d+, (\d+)\]", state)}
    assert {name: limits[name] for name in settings.MOST} == settings.MOST
    assert f"MOST_TERMS = {settings.MOST_TERMS} " in state
