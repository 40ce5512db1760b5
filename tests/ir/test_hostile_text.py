"""Texts that once took minutes, gigabytes or a traceback: each ends in a report or one message, in little memory."""

import resource
import subprocess
import sys

import pytest

from convlens.ir.errors import ConvlensError
from convlens.ir.text import parse
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


def test_all_of_them_together_fit_into_half_a_gigabyte():
    """Run in a process of its own whose memory is bounded: running out of it would be a MemoryError and a failure."""
    code = "from tests.ir import test_hostile_text as t\nfor text in t.REPORTED.values(): t.test_it_is_reported(text)\nprint('done')"

    def bounded() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (512 << 20, 512 << 20))

    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, preexec_fn=bounded, check=False)
    assert result.stdout == "done\n", result.stderr[-2000:]
