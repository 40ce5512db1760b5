"""Texts that once took minutes, gigabytes or a traceback: each ends in a report or one message, in little memory."""

import resource
import subprocess
import sys

import pytest

from convlens.ir.errors import ConvlensError
from convlens.ir.text import format, parse
from convlens.passes.facts import facts
from convlens.passes.receptive_field import receptive_fields

WIDE = "input x: 1x1x10000000x8\n"
REPORTED = {
    "concat of 5,000 inputs": "input x: 1x3x8x8\ny = concat(" + ", ".join(["x"] * 5000) + ")\noutput y",
    "dilated kernels on each other": WIDE
    + "a = conv(x, out=1, kernel=2000x1, dilation=2001x1)\nb = conv(a, out=1, kernel=2000x1, dilation=2001x1)\noutput b",
    "dilations that do not overlap": "input x: 1x3x100000000x100000000\na = conv(x, out=1, kernel=64x64, dilation=4096)\n"
    "b = conv(a, out=1, kernel=64x64, dilation=64)\nc = conv(b, out=1, kernel=4001x4001, dilation=3)\noutput c",
    "a kernel of 10^9": "input x: 1x1x10000000000\na = conv(x, out=1, kernel=1000000000)\nb = max_pool(a, kernel=7)\noutput b",
    "a slice far out": f"input x: 1x8\ny = slice(x, on=[1], starts=[-{10**30}], stops=[{10**30}])\noutput y",
    "a pad of 10^12": "input x: 1x3x8\ny = pad(x, before=[1000000000000], after=[0])\nz = slice(y, on=[2], starts=[0], stops=[5])\noutput z",
    "resizing by a prime": "input x: 1x3x999983\ny = interpolate(x, size=[1000003], mode=linear)\nz = conv(y, out=1, kernel=3)\noutput z",
    "a tile of 10^18": "input x: 1x3x8\ny = tile(x, repeats=[1, 1, 1000000000000000000])\nz = roll(y, shifts=[3], over=[2])\noutput z",
    "a chain of 5,000": "input x: 1x3x8x8\nn0 = relu(x)\n" + "".join(f"n{i + 1} = relu(n{i})\n" for i in range(5000)) + "output n5000",
}  # fmt: skip
REFUSED = {
    "a shape of 300 axes": "input x: " + "x".join(["9" * 18] * 300) + "\noutput x",
    "a port of 5,000 digits": f"input x: 1x3\ny = relu(x[{'9' * 5000}])\noutput y",
    "a size of 5,000 digits": f"input x: 1x3x8\ny = conv(x, out={'9' * 5000}, kernel=1)\noutput y",
    "an expansion to 200 axes": f"input x: 1\ny = expand(x, shape=[{', '.join(['9' * 38] * 200)}])\noutput y",
    "an infinite scale": "input x: 1x3x8\ny = interpolate(x, scale=inf)\noutput y",
    "a scale that is no number": "input x: 1x3x8\ny = interpolate(x, scale=nan)\noutput y",
    "lists in lists": "input x: 1\ny = reshape(x, shape=" + "[" * 5000 + "]" * 5000 + ")\noutput y",
    "a line of 5,000,000 brackets": "(" * 5_000_000,
    "a million brackets": "(" * 1_000_000,
    "9,000,000 empty lines": "\n" * 9_000_000,
    "11,000,000 characters": "#" * 11_000_000,
    "half of a surrogate pair": 'input "a\\ud800": 1x3\nr = relu("a\\ud800")\noutput r',
    "a shape of 100,000 digits": f"input x: {'1' * 100_000}\nr = relu(x)\noutput r",
    "an escape sequence": "input x: 1x3\ny = \x1b[31mrelu(x)\noutput y",
}


@pytest.mark.parametrize("text", REPORTED.values(), ids=REPORTED)
def test_it_is_reported(text):
    graph = parse(text)
    found = facts(graph)
    assert found.error is None
    assert receptive_fields(graph, found).keys() == found.nodes.keys()


@pytest.mark.parametrize("text", REFUSED.values(), ids=REFUSED)
def test_it_is_refused_with_one_message(text):
    try:
        error = facts(parse(text)).error
    except ConvlensError as raised:
        error = raised
    assert error is not None
    assert "Traceback" not in str(error)
    assert max(map(len, str(error).splitlines())) < 1000


@pytest.mark.parametrize(
    ("what", "message"),
    [
        ("a line of 5,000,000 brackets", "text, line 1: 5000000 characters; a line is read up to 1000000"),
        ("a million brackets", "text, line 1: expected a name, found '('"),
        ("9,000,000 empty lines", "text: 9000000 lines; the text form is read up to 1000000"),
        ("11,000,000 characters", "text: 11000000 characters; the text form is read up to 10000000"),
    ],
)
def test_a_long_text_is_refused_before_it_is_read(what, message):
    with pytest.raises(ConvlensError) as caught:
        parse(REFUSED[what])
    assert str(caught.value).splitlines()[0] == message


def test_a_text_without_a_line_is_said_to_be_empty():
    with pytest.raises(ConvlensError, match=r"(?s)^nets/a.txt is empty; a network looks like this:.*input x: ") as caught:
        parse("# nothing\n\n", "nets/a.txt")
    parse(str(caught.value).partition("\n")[2])


def test_a_name_of_two_surrogates_is_one_character():
    assert parse('input "\\ud83d\\ude00": 1x3\nr = relu("\\ud83d\\ude00")\noutput r').inputs[0].name == "\U0001f600"


@pytest.mark.parametrize("digits", [19, 40])
def test_long_sizes_come_back(digits):
    graph = parse(f"input x: 1x3x{'9' * digits}\nr = relu(x)\noutput r")
    assert graph.inputs[0].spec.dims[2] == 10**digits - 1
    assert parse(format(graph)) == graph
    with pytest.raises(ConvlensError):
        parse(f"input x: 1x3x{'9' * 41}\nr = relu(x)\noutput r")


def test_all_of_them_together_fit_into_half_a_gigabyte():
    """Run in a process of its own whose memory is bounded: running out of it would be a MemoryError and a failure."""
    code = (
        "from tests.ir import test_hostile_text as t\nfor text in t.REPORTED.values(): t.test_it_is_reported(text)\nprint('done')"
    )

    def bounded() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (512 << 20, 512 << 20))

    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, preexec_fn=bounded, check=False)
    assert result.stdout == "done\n", result.stderr[-2000:]
