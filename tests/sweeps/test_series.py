"""Each point is the call that stands there: its figures are those of `convlens.layer` and of counting by hand."""

import pytest

import convlens
from convlens.ir.errors import UsageError
from convlens.sweeps.series import MAX_POINTS

TORCH = "Conv2d(64, 64, 3, padding=1)"
KERAS = "Conv2D(64, 3, padding='same')"
TF = "tf.nn.conv2d(x, filters=[3,3,64,64], strides=[1,1,1,1], padding='SAME')"


def points(call, shape, **over):
    (one,) = convlens.sweep(call, shape, over, time=False).series
    return one.points


def test_figures_are_those_of_the_layer():
    for call, shape in (
        (TORCH, (1, 64, 56, 56)),
        (KERAS, (1, 56, 56, 64)),
        (TF, (1, 56, 56, 64)),
        ("MaxPool2d(2)", (2, 3, 9, 9)),
    ):
        for one in convlens.sweep(call, shape, time=False).series:
            for point in one.points:
                layer = convlens.layer(point.call, point.shape).to_dict()
                known = point.figures
                found = {"params": known.params, "macs": known.macs, "elementwise": known.elementwise, "buffers": known.buffers}
                assert found == {key: layer[key] for key in found}
                assert [list(dims) for dims in known.outputs] == layer["outputs"]


def test_figures_by_hand():
    """A plain convolution: every figure from the textbook's formulas."""
    for point in points(TORCH, (2, 64, 56, 56), kernel=range(1, 12)):
        k = point.value
        side = 56 + 2 - k + 1
        assert point.figures.outputs == ((2, 64, side, side),)
        assert point.figures.params == 64 * 64 * k * k + 64
        assert point.figures.macs == 2 * 64 * side * side * 64 * k * k
        assert point.figures.backward_macs == 2 * point.figures.macs
        assert point.figures.output_bytes == 4 * 2 * 64 * side * side
        assert point.figures.saved_bytes == 4 * 2 * 64 * 56 * 56


def test_the_wrong_formula_would_be_seen():
    """The partner: with the bias left out the parameters differ at every point."""
    assert all(p.figures.params != 64 * 64 * p.value**2 for p in points(TORCH, (1, 64, 56, 56), kernel=[1, 3]))


def test_what_is_kept_is_what_pytorch_keeps():
    torch = pytest.importorskip("torch")
    for point in points("MaxPool2d(3, stride=2)", (2, 3, 32, 32), kernel=[2, 3, 4]):
        kept = {}
        pool = torch.nn.MaxPool2d(point.value, stride=2)
        x = torch.randn(2, 3, 32, 32, requires_grad=True)

        def keep(t, kept=kept):
            kept[t.untyped_storage().data_ptr()] = t.untyped_storage().nbytes()
            return t

        with torch.autograd.graph.saved_tensors_hooks(keep, lambda t: t):
            y = pool(x)
        assert point.figures.saved_bytes == sum(kept.values())
        assert y.shape == point.figures.outputs[0]


@pytest.mark.parametrize(
    ("call", "shape", "over", "calls"),
    [
        (TORCH, (1, 64, 8, 8), {"in_channels": [8]}, [("Conv2d(8, 64, 3, padding=1)", (1, 8, 8, 8))]),
        (TORCH, (64, 8, 8), {"channels": [8]}, [("Conv2d(8, 64, 3, padding=1)", (8, 8, 8))]),
        (TORCH, (1, 64, 8, 8), {"kernel": [(5, 1)]}, [("Conv2d(64, 64, (5, 1), padding=1)", (1, 64, 8, 8))]),
        (TORCH, (1, 64, 8, 8), {"filters": [7]}, [("Conv2d(64, 7, 3, padding=1)", (1, 64, 8, 8))]),
        (TORCH, (1, 64, 8, 8), {"strides": [2]}, [("Conv2d(64, 64, 3, padding=1, stride=2)", (1, 64, 8, 8))]),
        (TORCH, (1, 64, 8, 8), {"size": [5, (4, 6)]}, [(TORCH, (1, 64, 5, 5)), (TORCH, (1, 64, 4, 6))]),
        (TORCH, (1, 64, 8, 8), {"batch": [3]}, [(TORCH, (3, 64, 8, 8))]),
        (KERAS, (1, 8, 8, 64), {"in_channels": [5]}, [(KERAS, (1, 8, 8, 5))]),
        (KERAS, (1, 8, 8, 64), {"size": [5]}, [(KERAS, (1, 5, 5, 64))]),
        (KERAS, (1, 8, 8, 64), {"dilation": [2]}, [("Conv2D(64, 3, padding='same', dilation_rate=2)", (1, 8, 8, 64))]),
        ("Conv2D(8, 3, data_format='channels_first')", (1, 4, 8, 8), {"channels": [5]},
         [("Conv2D(8, 3, data_format='channels_first')", (1, 5, 8, 8))]),
        (TF, (1, 8, 8, 64), {"kernel": [5]},
         [("tf.nn.conv2d(x, filters=[5, 5, 64, 64], strides=[1,1,1,1], padding='SAME')", (1, 8, 8, 64))]),
        (TF, (1, 8, 8, 64), {"in_channels": [5]},
         [("tf.nn.conv2d(x, filters=[3, 3, 5, 64], strides=[1,1,1,1], padding='SAME')", (1, 8, 8, 5))]),
        (TF, (1, 8, 8, 64), {"stride": [2]},
         [("tf.nn.conv2d(x, filters=[3,3,64,64], strides=[1, 2, 2, 1], padding='SAME')", (1, 8, 8, 64))]),
        ("tf.nn.depthwise_conv2d(x, [3,3,4,2], [1,1,1,1], 'SAME', rate=[1,1])", (1, 8, 8, 4), {"dilation": [2]},
         [("tf.nn.depthwise_conv2d(x, [3,3,4,2], [1,1,1,1], 'SAME', rate=2)", (1, 8, 8, 4))]),
        ("tf.nn.separable_conv2d(x, [2,2,3,5], [1,1,15,20], [1,1,1,1], 'SAME')", (1, 9, 9, 3), {"depth_multiplier": [2]},
         [("tf.nn.separable_conv2d(x, [2, 2, 3, 2], [1, 1, 6, 20], [1,1,1,1], 'SAME')", (1, 9, 9, 3))]),
        ("F.conv2d(x, [64,32,3,3], [64])", (1, 64, 8, 8), {"groups": [4]},
         [("F.conv2d(x, [64, 16, 3, 3], [64], groups=4)", (1, 64, 8, 8))]),
        ("F.conv2d(x, [64,32,3,3], [64])", (1, 32, 8, 8), {"out_channels": [4]},
         [("F.conv2d(x, [4, 32, 3, 3], [4])", (1, 32, 8, 8))]),
        ("Linear(10, 4)", (2, 10), {"in_features": [6]}, [("Linear(6, 4)", (2, 6))]),
    ],
)  # fmt: skip
def test_calls_and_inputs_with_what_moves_along(call, shape, over, calls):
    if "groups" in over:
        shape = (1, 32, 8, 8)
        calls = [("F.conv2d(x, [64, 8, 3, 3], [64], groups=4)", shape)]
    found = points(call, shape, **over)
    assert [(p.call, p.shape) for p in found] == calls
    assert [p.error for p in found] == [""] * len(found)


def test_an_illegal_call_is_a_point_with_its_message():
    found = points(TORCH, (1, 64, 56, 56), groups=[1, 3, 64])
    assert [p.value for p in found] == [1, 3, 64]
    assert found[1].figures is None
    assert "groups=3 does not divide the 64 input channels" in found[1].error
    assert "fix: groups one of 1, 2, 4" in found[1].error


def test_padding_keeps_the_size_only_where_the_call_says_so():
    kept = points("Conv2d(8, 8, 3, padding='same')", (1, 8, 20, 20), kernel=[1, 2, 7])
    assert {p.figures.outputs[0][2] for p in kept} == {20}
    assert [p.figures.outputs[0][2] for p in points("Conv2d(8, 8, 3, padding=1)", (1, 8, 20, 20), kernel=[1, 2, 7])] == [
        22,
        21,
        16,
    ]


def test_without_values_all_usual_legal_ones():
    assert [p.value for p in points(TORCH, (1, 64, 56, 56), groups=None)] == [1, 2, 4, 8, 16, 32, 64]
    assert [p.value for p in points("Conv2d(12, 18, 3)", (1, 12, 9, 9), groups=None)] == [1, 2, 3, 6]
    assert [p.value for p in points("Conv2d(4, 4, 3)", (1, 4, 6, 6), kernel=None)] == [1, 2, 3, 4, 5, 6]
    assert [p.value for p in points("Conv2d(12, 12, 3, groups=4)", (1, 12, 9, 9), out_channels=None)] == [8, 12, 16, 32]
    assert 64 in [p.value for p in points(TORCH, (1, 64, 56, 56), in_channels=None)]


def test_without_settings_those_of_a_convolution():
    names = [one.setting.name for one in convlens.sweep(TORCH, (1, 64, 56, 56), time=False).series]
    assert names == ["kernel_size", "stride", "padding", "dilation", "groups", "in_channels", "out_channels"]


@pytest.mark.parametrize(
    ("call", "over", "message"),
    [
        (TORCH, {"dilaton": [1]}, "Conv2d has no setting 'dilaton' (did you mean 'dilation'?)"),
        (TORCH, {"kernel": []}, "kernel has no values"),
        (TORCH, {"kernel": range(600), "stride": range(600)}, f"the sweep has 1200 points; at most {MAX_POINTS}"),
        (TORCH, {"kernel": [1], "kernel_size": [3]}, "kernel and kernel_size are both kernel_size"),
        (TORCH, {"size": [0]}, "size=0: an input of 1x64x0x0 is not a shape"),
        (TORCH, {"size": [10**12]}, "is not a shape that a tensor can have"),
        (TORCH, {"batch": ["same"]}, "batch: 'same' is not a whole number"),
        (TF, {"kernel": ["same"]}, "kernel: 'same' is not a whole number"),
        ("Conv2d(64, 64)", {"stride": [1]}, "Conv2d needs kernel_size"),
        ("Convolve(3)", {"stride": [1]}, "unknown layer 'Convolve'"),
        ("Linear(56, 4)", {"size": [3]}, "has no spatial axes to vary"),
        ("tf.nn.conv2d_transpose(x, [2,2,3,4], [1,8,8,3], 2)", {"stride": [1]}, "states its output_shape"),
        ("Softmax(1)", {"dim": None}, "dim has no usual values"),
    ],
)
def test_what_cannot_be_understood(call, over, message):
    with pytest.raises(UsageError) as caught:
        convlens.sweep(call, (1, 64, 56, 56), over, time=False)
    assert message in str(caught.value)


def test_a_shape_that_is_none():
    for wrong in ((1, 64, 0, 56), (1, 64.0, 56, 56), "1x64x", 5):
        with pytest.raises(UsageError):
            convlens.sweep(TORCH, wrong, {"kernel": [1]}, time=False)
