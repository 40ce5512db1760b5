"""G01 to G05: one cause is one finding, its evidence is what runs, its fixes keep the shapes, sound networks have no alarm."""

import itertools
from collections.abc import Iterable
from fractions import Fraction
from math import prod
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st

from convlens import networks
from convlens.ir.errors import ConvlensError
from convlens.ir.op import Op, lookup
from convlens.ir.spec import TensorSpec
from convlens.ir.text import parse
from convlens.linting.even import even_transposed, even_windows
from convlens.linting.finding import Finding
from convlens.linting.lint import lint_graph
from convlens.linting.overlap import own_taps
from convlens.linting.repair import repair
from convlens.linting.settings import Settings
from tests.linting.ones import contrast, response, shows
from tests.passes.small_networks import networks as small_networks
from tests.strategies import Draw, cases, ints, per_axis

RULES = ("G01", "G02", "G03", "G04", "G05")
OVERLAP = ("G01", "G02", "G03")
T3 = "conv_transpose({}, out=1, kernel=3x3, stride=2, padding=1, output_padding=1, bias=false)"
T4 = "conv_transpose({}, out=1, kernel=4x4, stride=2, padding=1, bias=false)"


def found(text: str, rules: Iterable[str] = OVERLAP) -> list[Finding]:
    return list(lint_graph(parse(text), Settings(select=tuple(rules))).findings)


def told(text: str, rules: Iterable[str] = OVERLAP) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(f.code, f.severity, f.nodes) for f in found(text, rules)]


def chain(*calls: str, size: str = "1x1x16x16") -> str:
    """Calls behind each other, called a, b, c, ..."""
    names = "abcdefghij"[: len(calls)]
    lines = [f"{name} = {call.format(before)}" for name, before, call in zip(names, "x" + names, calls, strict=False)]
    return "\n".join([f"input x: {size}", *lines, f"output {names[-1]}"]) + "\n"


# One cause, one finding.


def test_what_later_layers_even_out_is_a_note() -> None:
    assert told(chain(T3, "relu({})", T4)) == [("G01", "info", ("a",))]
    assert told(chain(T4, T3)) == [("G01", "warn", ("b",))]
    assert told(chain(T3, "conv({}, out=1, kernel=2x2)")) == [("G01", "info", ("a",))]
    assert told(chain(T3, "adaptive_avg_pool({}, size=1x1)", "flatten({})", "linear({}, out=10)")) == [("G01", "info", ("a",))]


def test_what_is_only_dampened_is_a_warning_with_the_number_that_is_left() -> None:
    (finding,) = found(chain(T3, "conv({}, out=1, kernel=7x7)"))
    assert (finding.code, finding.severity) == ("G01", "warn")
    assert finding.evidence == {
        "taps": [[1, 2], [1, 2]], "ratio": "2", "ratio_all_axes": "4",
        "left": "11/10", "period": 2, "counts": [10, 11], "left_all_axes": "121/100",
    }  # fmt: skip
    assert "add up 1 to 4 taps; at the network's output 1.100 to 1 of this is left along an axis" in finding.message.text()


def test_layers_that_compound_are_one_finding_of_the_rule_that_knows_more() -> None:
    (finding,) = found(chain(T3, "relu({})", T3, T3))
    assert (finding.code, finding.severity, finding.nodes) == ("G03", "warn", ("a", "c", "d"))
    assert (finding.evidence["ratio"], finding.evidence["period"]) == ("5", 8)
    assert told(chain(T3, T3), ["G01"]) == [("G01", "warn", ("a", "b"))]


def test_layers_that_were_evened_out_are_no_part_of_what_compounds_later() -> None:
    assert told(chain(T3, T4, T3, T3)) == [("G03", "warn", ("c", "d")), ("G01", "info", ("a",))]


def test_parallel_branches_of_the_same_settings_are_one_finding_and_do_not_compound() -> None:
    text = (
        f"input x: 1x1x8x8\na = {T3.format('x')}\nb = {T3.format('x')}\nn = interpolate(x, scale=2)\n"
        "s = add(a, b)\nt = add(s, n)\noutput t\n"
    )
    (finding,) = found(text)
    assert (finding.code, finding.nodes, finding.evidence["left"]) == ("G01", ("a", "b"), "7/5")
    assert "left_all_axes" not in finding.evidence  # not a product of axes where branches met


def test_other_settings_are_another_finding() -> None:
    other = T3.replace("kernel=3x3", "kernel=5x5").replace("padding=1,", "padding=2,", 1)
    text = f"input x: 1x1x8x8\na = {T3.format('x')}\nb = {other.format('x')}\noutput a\noutput b\n"
    assert told(text) == [("G01", "warn", ("a",)), ("G01", "warn", ("b",))]


def test_outputs_that_share_layers_are_one_case_told_by_the_worst() -> None:
    text = f"input x: 1x1x8x8\na = {T3.format('x')}\nb = {T3.format('a')}\nc = {T3.format('b')}\noutput b\noutput c\n"
    (finding,) = found(text)
    assert (finding.nodes, finding.evidence["ratio"]) == (("a", "b", "c"), "5")


FOLD = "input x: 1x{rows}x{columns}\nf = fold(x, size=28x28, kernel={k}x{k}, stride={s})\noutput f\n"


def test_windows_that_are_added_up_unevenly() -> None:
    (finding,) = found(FOLD.format(rows=49, columns=64, k=7, s=3))
    assert (finding.code, finding.nodes, finding.evidence["ratio"]) == ("G03", ("f",), "3/2")
    counts = F.fold(torch.ones(1, 49, 64, dtype=torch.float64), 28, 7, stride=3)[0, 0, 12]
    assert shows(counts, tuple(finding.evidence["counts"]), 9)
    assert told(FOLD.format(rows=64, columns=36, k=8, s=4)) == []
    assert told(FOLD.format(rows=49, columns=16, k=7, s=7)) == []
    assert told(FOLD.format(rows=784, columns=1, k=28, s=3)) == []  # a single window meets no other


def test_windows_that_leave_gaps() -> None:
    (finding,) = found(FOLD.format(rows=4, columns=81, k=2, s=3).replace("28x28", "26x26"))
    assert (finding.code, finding.evidence["ratio"]) == ("G03", "inf")
    assert "the windows that f adds up leave gaps" in finding.message.text()


def test_a_sum_of_windows_that_is_divided_by_its_counts_is_even() -> None:
    text = (
        "input x: 1x49x64\ninput ones: 1x49x64\nf = fold(x, size=28x28, kernel=7x7, stride=3)\n"
        "n = fold(ones, size=28x28, kernel=7x7, stride=3)\ny = div(f, n)\noutput y\n"
    )
    assert told(text) == []


# How far a pattern is followed.


@pytest.mark.parametrize(
    "call", ["batch_norm({})", "instance_norm({})", "group_norm({}, groups=1)", "softmax({}, axis=2)", "gelu({})"]
)
def test_normalisations_and_activations_keep_it(call: str) -> None:
    assert told(chain(T3, call, size="1x2x16x16").replace("out=1", "out=2")) == [("G01", "warn", ("a",))]
    assert told(chain(T3, call, T4, size="1x2x16x16").replace("out=1", "out=2")) == [("G01", "info", ("a",))]


def test_a_flattened_image_still_has_it_a_linear_layer_mixes_it() -> None:
    assert told(chain(T3, "flatten({})")) == [("G01", "warn", ("a",))]
    assert told(chain(T3, "flatten({})", "relu({})")) == [("G01", "warn", ("a",))]
    assert told(chain(T3, "flatten({})", "linear({}, out=4)")) == [("G01", "info", ("a",))]


def test_an_unknown_operator_does_not_hide_it() -> None:
    opaque = 'opaque({}, call="f", results=["1x1x32x32:float32"])'
    assert told(chain(T3, opaque)) == [("G01", "warn", ("a",))]


def test_a_gate_of_one_value_a_channel_changes_no_proportion() -> None:
    text = f"input x: 1x1x8x8\na = {T3.format('x')}\ng = adaptive_avg_pool(a, size=1x1)\ny = mul(a, g)\noutput y\n"
    (finding,) = found(text)
    assert finding.evidence["left"] == "2"


def test_patches_that_meet_no_other_overlap_evenly() -> None:
    """From one pixel a transposed convolution paints one patch: the start of many decoders."""
    assert told(chain("conv_transpose({}, out=1, kernel=5x5, stride=2)", size="1x8x1x1")) == []
    assert told(chain("conv_transpose({}, out=1, kernel=5x5, stride=2)", size="1x8x1x2")) == [("G01", "warn", ("a",))]


def test_a_network_that_breaks_is_judged_as_far_as_it_goes() -> None:
    ended = ("G12", "error", ("c",))
    assert told(chain(T3, "relu({})", "conv({}, out=1, kernel=99x99)")) == [ended, ("G01", "warn", ("a",))]


@pytest.mark.parametrize("size", ["1x16x16", "2x1x9x9", "1x1x4096x4096"])
def test_batches_large_maps_and_inputs_without_a_batch(size: str) -> None:
    (finding,) = found(chain(T3, "relu({})", size=size))
    assert (finding.nodes, finding.evidence["ratio_all_axes"]) == (("a",), "4")


def test_a_pattern_that_is_too_faint_for_float32_is_none() -> None:
    blurred = chain(T3, *["conv({}, out=1, kernel=5x5)"] * 8, size="1x1x64x64")
    assert [severity for _, severity, _ in told(blurred)] == ["warn"]
    lines = blurred.replace(
        "output i\n", "j = avg_pool(i, kernel=31x31, stride=1)\nk = avg_pool(j, kernel=31x31, stride=1)\noutput k\n"
    )
    assert [severity for _, severity, _ in told(lines)] == ["info"]


@pytest.mark.parametrize("axes", [1, 2])
def test_no_network_makes_a_rule_raise(axes: int) -> None:
    @cases(150)
    @given(small_networks(axes))
    def check(graph: Any) -> None:
        report = lint_graph(graph, Settings(select=RULES))
        assert all(f.message.text("zh") and f.message.text() for f in report.findings)
        for finding in report.findings:
            for fix in finding.fixes:
                if fix.apply:
                    fix.apply(graph)

    check()


# Holes.


def test_the_share_of_outputs_without_input_is_that_of_pytorch() -> None:
    """Of the whole map, its borders and what padding cuts off included."""
    settings = itertools.product([(2, 3, 1), (1, 2, 1), (3, 2, 2), (5, 4, 2), (3, 6, 4)], (0, 1), (0, 1), ("16x16", "4x5"))
    for (kernel, stride, dilation), padding, more, size in settings:
        window = f"kernel={kernel}x{kernel}, stride={stride}, dilation={dilation}, padding={padding}, output_padding={more}"
        text = chain(f"conv_transpose({{}}, out=1, {window}, bias=false)", size=f"1x1x{size}")
        for finding in found(text, ["G02"]):
            image = response(parse(text))["a"][0, 0]
            assert (finding.evidence["pixels"], finding.evidence["of"]) == (int((image == 0).sum()), image.numel())
            assert Fraction(finding.evidence["without_input"]) == Fraction(int((image == 0).sum()), image.numel())
            assert finding.severity == "error"


def test_holes_are_told_where_they_are_made_and_not_of_other_layers() -> None:
    hole = "conv_transpose({}, out=1, kernel=1x1, stride=2, bias=false)"
    assert told(chain(hole, T3, T3)) == [("G02", "error", ("a",)), ("G01", "warn", ("b", "c"))]
    for text in (chain(hole, T3), chain(hole, T3, T3), chain(T3, hole), chain(T3, T3, hole)):
        for finding in found(text):
            assert "∞" not in finding.message.text()
            assert finding.code == "G02" or finding.evidence.get("ratio") != "inf"


def test_a_kernel_that_reaches_every_output_has_no_holes() -> None:
    assert told(chain("conv_transpose({}, out=1, kernel=3x3, stride=2, dilation=3)")) == [("G01", "warn", ("a",))]
    assert told(chain("conv_transpose({}, out=1, kernel=2x2, stride=2)")) == []


def test_holes_that_later_layers_fill_are_less() -> None:
    """Zeros between the pixels, then a convolution of kernel 4: a transposed convolution of kernel 4 in two steps."""
    hole = "conv_transpose({}, out=1, kernel=1x1, stride=2, bias=false)"
    assert told(chain(hole)) == [("G02", "error", ("a",))]
    assert told(chain(hole, "conv({}, out=1, kernel=3x3)")) == [("G02", "warn", ("a",))]
    assert told(chain(hole, "conv({}, out=1, kernel=4x4)")) == [("G02", "info", ("a",))]
    assert told(chain(hole, "relu({})", "conv({}, out=1, kernel=4x4)")) == [("G02", "warn", ("a",))]
    assert told(chain(hole, "adaptive_avg_pool({}, size=1x1)")) == [("G02", "warn", ("a",))]


# Fixes.


@st.composite
def transposed(draw: Draw) -> tuple[Op, TensorSpec]:
    axes = draw(ints(1, 3))
    pads = tuple((draw(ints(0, 3)), draw(ints(0, 3))) for _ in range(axes))
    op = lookup("conv_transpose")(
        out=1, kernel=per_axis(draw, axes, 1, 7), stride=per_axis(draw, axes, 1, 4), dilation=per_axis(draw, axes, 1, 4),
        padding=pads, output_padding=per_axis(draw, axes, 0, 2),
    )  # fmt: skip
    return op, TensorSpec((1, 1, *per_axis(draw, axes, 2, 9)))


def test_another_kernel_overlaps_evenly_and_keeps_the_shape() -> None:
    solved = {True: 0, False: 0}

    @cases(400)
    @given(transposed())
    def check(drawn: tuple[Op, TensorSpec]) -> None:
        op, x = drawn
        try:
            wanted = op.infer((x,))
        except ConvlensError:
            return
        others = even_transposed(op, x)
        solved[bool(others)] += 1
        for other in others:
            assert other.infer((x,)) == wanted
            assert all(len(set(counts)) == 1 for counts in own_taps(other, x))

    check()
    assert solved[True] > 100 * solved[False]


@st.composite
def windows(draw: Draw) -> tuple[Op, TensorSpec]:
    axes = draw(ints(1, 3))
    name = draw(st.sampled_from(["conv", "max_pool", "avg_pool"]))
    kernel = per_axis(draw, axes, 2, 7)
    pads = tuple((draw(ints(0, k // 2)), draw(ints(0, k // 2))) for k in kernel)
    settings: dict[str, Any] = {"kernel": kernel, "stride": tuple(draw(ints(1, k)) for k in kernel), "padding": pads}
    settings |= {"out": 1} if name == "conv" else {"ceil_mode": draw(st.booleans())}
    return lookup(name)(**settings), TensorSpec((1, 1, *per_axis(draw, axes, 7, 30)))


def test_another_window_reads_all_pixels_alike_and_keeps_the_shape() -> None:
    solved = {True: 0, False: 0}

    @cases(400)
    @given(windows())
    def check(drawn: tuple[Op, TensorSpec]) -> None:
        op, x = drawn
        try:
            (wanted,) = op.infer((x,))
        except ConvlensError:
            return
        others = even_windows(op, x, wanted)
        solved[bool(others)] += 1
        for other in others:
            assert other.infer((x,)) == (wanted,)
            given = other.settings()
            assert all(k % s == 0 or n == 1 for k, s, n in zip(given["kernel"], given["stride"], wanted.dims[2:], strict=True))

    check()
    assert solved[True] > 100 * solved[False]


@pytest.mark.parametrize(
    "call", [T3, T3.replace("3x3", "5x5"), T3.replace(", output_padding=1", ""), T3.replace("stride=2", "stride=2x4")]
)
def test_every_fix_of_a_checkerboard_works_by_itself(call: str) -> None:
    text = chain(call, "relu({})", size="1x4x16x16")
    (finding,) = found(text)
    graph = parse(text)
    shape = response(graph)["b"].shape if "out=1" in text else None
    for fix in finding.fixes:
        mended = fix.apply(graph) if fix.apply else graph
        assert not lint_graph(mended, Settings(select=OVERLAP)).findings
        real = response(mended)["b"]
        assert real.shape == shape
        assert contrast(real) == 1


def test_one_fix_mends_all_layers_that_compound() -> None:
    done = repair(parse(chain(T3, T3, T3)))
    assert [mended.finding.code for mended in done.mended] == ["G03"]
    assert not [f for f in done.after.findings if f.code in OVERLAP]


def test_weights_that_are_computed_want_a_person() -> None:
    text = "input x: 1x2x8x8\ninput w: 2x1x3x3\na = conv_transpose(x, w, out=1, kernel=3x3, stride=2, bias=false)\noutput a\n"
    (finding,) = found(text)
    assert [fix.apply for fix in finding.fixes] == [None]


# Gradients.


@pytest.mark.parametrize(("kernel", "stride", "dilation"), [(3, 2, 1), (7, 2, 1), (11, 4, 1), (5, 3, 2), (4, 2, 1)])
def test_read_counts_are_the_gradients_of_pytorch(kernel: int, stride: int, dilation: int) -> None:
    text = f"input x: 1x1x64\na = conv(x, out=1, kernel={kernel}, stride={stride}, padding=1, dilation={dilation}, bias=false)\noutput a\n"
    x = torch.ones(1, 1, 64, dtype=torch.float64, requires_grad=True)
    weight = torch.ones(1, 1, kernel, dtype=torch.float64)
    F.conv1d(x, weight, stride=stride, padding=1, dilation=dilation).sum().backward()
    assert x.grad is not None
    gradient = x.grad[0, 0].detach()
    findings = found(text, ["G05"])
    numbers = tuple(findings[0].evidence["reads"]["a"][0]) if findings else (1,)
    assert shows(gradient, numbers, 2 * stride)
    assert bool(findings) == bool(kernel % stride)


def test_pixels_that_are_never_read_are_another_rules_matter() -> None:
    assert told(chain("conv({}, out=1, kernel=1x1, stride=2)"), ["G05"]) == []
    assert told(chain("conv({}, out=1, kernel=3x3, stride=2, dilation=2)"), ["G05"]) == []


def test_one_window_overlaps_no_other() -> None:
    assert told(chain("avg_pool({}, kernel=15x15, stride=2)"), ["G05"]) == []
    assert told(chain("avg_pool({}, kernel=13x13, stride=2)"), ["G05"]) == [("G05", "info", ("a",))]


# Images.


def test_only_what_learns_and_feeds_an_image_should_start_alike() -> None:
    shuffle = "pixel_shuffle({}, factor=2)"
    assert told(chain(shuffle, size="1x12x8x8"), ["G04"]) == [("G04", "info", ("a",))]
    assert told(chain(shuffle, size="1x20x8x8"), ["G04"]) == []  # 5 channels are no image
    assert told(chain(shuffle, "conv({}, out=3, kernel=3x3)", size="1x20x8x8"), ["G04"]) == [("G04", "info", ("a",))]
    assert told(chain(shuffle, "conv({}, out=3, kernel=3x3, stride=2)", size="1x20x8x8"), ["G04"]) == []
    assert told(chain(shuffle, "flatten({})", size="1x12x8x8"), ["G04"]) == []
    assert told(chain(T4 + " frozen weight"), ["G04"]) == []
    assert told(chain(T4), ["G04"]) == [("G04", "info", ("a",))]
    assert told(chain(T3), ["G04"]) == []
    assert found(chain("pixel_shuffle({}, factor=3)", size="1x27x8x8"), ["G04"])[0].evidence == {"kernels": {"a": prod((3, 3))}}


def test_a_mean_over_a_block_takes_a_pattern_of_the_block_away() -> None:
    """Sub-kernels of other sums at the start: with the fix the response to ones is flat, without it is not."""
    values = torch.rand(1, 4, 1, 1, dtype=torch.float64).expand(1, 4, 8, 8)
    image = F.pixel_shuffle(values, 2)
    blurred = F.avg_pool2d(F.pad(image, (1, 0, 1, 0), mode="replicate"), 2, stride=1)[..., 1:, 1:]
    assert image.std() > 1e-3
    assert blurred.std() < 1e-12


# The sound networks.


@pytest.mark.parametrize("name", networks.names())
def test_no_alarm_on_a_sound_network(name: str) -> None:
    findings = lint_graph(networks.load(name), Settings(select=RULES)).findings
    assert {f.severity for f in findings} <= {"info"}
    if name.startswith(("resne", "r3d")):
        assert [f.code for f in findings] == ["G05"]
    if name in ("dcgan_generator", "fcn32s", "unet", "unet_same"):
        assert {f.code for f in findings} <= {"G04"}


@pytest.mark.parametrize("name", ["dcgan_generator", "unet_same"])
def test_a_sound_network_with_one_bad_kernel_is_found(name: str) -> None:
    """The partner: the same networks do raise an alarm."""
    graph = networks.load(name)
    from convlens.ir.edit import with_settings
    from convlens.linting.edits import with_ops

    for node in graph:
        if node.op.name == "conv_transpose" and max(node.op.settings()["stride"]) > 1:
            bad = with_settings(node.op, kernel=(3, 3), padding=((1, 1),) * 2, output_padding=(1, 1))
            findings = lint_graph(with_ops(graph, {node.name: bad}), Settings(select=OVERLAP)).findings
            assert [(f.code, f.nodes) for f in findings] == [("G01", (node.name,))]
