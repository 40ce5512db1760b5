"""Calls written as text, against the figures of the tutorials and against PyTorch itself."""

import re

import pytest
import torch

from convlens.importers.calls import read
from convlens.ir.errors import ConvlensError, UsageError
from convlens.ir.label import label
from convlens.passes.facts import Facts, facts


def known(call: str, *shapes: tuple[int, ...]) -> Facts:
    found = facts(read(call, shapes))
    assert found.error is None, found.error
    return found


def out(call: str, *shapes: tuple[int, ...]) -> tuple[int, ...]:
    """The output in the call's own order of axes."""
    graph = read(call, shapes)
    dims = facts(graph).nodes[graph.outputs[0].node].outputs[0].dims
    return (dims[0], *dims[2:], dims[1]) if graph.layout == "N*C" and len(dims) > 2 else dims


def params(call: str, *shapes: tuple[int, ...]) -> int:
    return sum(node.params for node in known(call, *shapes).nodes.values())


def test_parameters_of_the_tutorials():
    image = (1, 3, 32, 32)
    assert params("Conv2d(3, 192, 3, bias=False)", image) == 5184
    assert params("Conv2d(3, 192, 3)", image) == 5376
    assert params("Conv2d(3, 2, 3)", image) == 56
    assert params("MaxPool2d(2)", image) == 0
    assert params("Linear(12000, 12)", (1, 12000)) == 144_012
    assert out("Flatten()", (1, 30, 20, 20)) == (1, 12000)


@pytest.mark.parametrize(
    ("call", "shape", "expected"),
    [
        ("Conv2d(3, 6, 5)", (1, 3, 32, 32), (1, 6, 28, 28)),
        ("Conv2d(1, 1, 3)", (1, 1, 7, 7), (1, 1, 5, 5)),
        ("Conv2d(1, 1, 3, padding=1)", (1, 1, 7, 7), (1, 1, 7, 7)),
        ("Conv2d(1, 1, 3, stride=3)", (1, 1, 7, 7), (1, 1, 2, 2)),
        ("Conv2d(64, 32, 1)", (1, 64, 56, 56), (1, 32, 56, 56)),
        ("ConvTranspose1d(1, 1, 4, stride=3)", (1, 1, 2), (1, 1, 7)),
        ("ConvTranspose2d(1, 1, 4, stride=3)", (1, 1, 2, 2), (1, 1, 7, 7)),
        ("Conv2d(3, 2, 3, padding=1, stride=2, dilation=2)", (1, 3, 7, 7), (1, 2, 3, 3)),
        ("Conv2d(1, 1, 3)", (1, 1, 9, 9), (1, 1, 7, 7)),
        ("Conv2d(1, 4, 3)", (1, 1, 7, 7), (1, 4, 5, 5)),
        ("Conv2d(3, 2, 3, stride=(1, 3))", (1, 3, 9, 9), (1, 2, 7, 3)),
        ("Conv2d(2, 1, 3, padding=1)", (1, 2, 7, 7), (1, 1, 7, 7)),
        ("Conv2d(2, 1, 3, padding=1, dilation=(4, 2))", (1, 2, 7, 7), (1, 1, 1, 5)),
        ("Conv2d(2, 4, 3, padding=2, stride=2, groups=2)", (1, 2, 7, 7), (1, 4, 5, 5)),
        ("Conv2d(3, 2, (5, 2))", (1, 3, 7, 9), (1, 2, 3, 8)),
        ("tf.nn.conv2d(x, filters=[2, 2, 3, 2], strides=[1, 5, 5, 1], padding='SAME')", (10, 9, 9, 3), (10, 2, 2, 2)),
        ("tf.nn.separable_conv2d(x, [2, 2, 3, 5], [1, 1, 15, 20], [1, 1, 1, 1], 'SAME')", (10, 9, 9, 3), (10, 9, 9, 20)),
        ("tf.nn.depthwise_conv2d(x, [2, 2, 3, 5], [1, 1, 1, 1], 'VALID', rate=[2, 2])", (10, 9, 9, 3), (10, 7, 7, 15)),
        ("tf.nn.atrous_conv2d(x, [3, 3, 3, 4], rate=2, padding='VALID')", (1, 9, 9, 3), (1, 5, 5, 4)),
        ("tf.nn.max_pool(x, [1, 3, 3, 1], [1, 2, 2, 1], 'SAME')", (1, 112, 112, 64), (1, 56, 56, 64)),
        ("tf.nn.conv2d_transpose(x, [3, 3, 8, 3], [1, 16, 16, 8], strides=2)", (1, 8, 8, 3), (1, 16, 16, 8)),
        ("tf.nn.conv1d(x, [3, 8, 4], stride=2, padding='SAME')", (2, 9, 8), (2, 5, 4)),
        ("Conv2D(64, 7, strides=2, padding='same')", (1, 224, 224, 3), (1, 112, 112, 64)),
        ("Conv2D(64, 7, strides=2, data_format='channels_first')", (1, 3, 224, 224), (1, 64, 109, 109)),
        ("keras.layers.DepthwiseConv2D(3, depth_multiplier=2)", (1, 9, 9, 3), (1, 7, 7, 6)),
        ("SeparableConv2D(20, 2, depth_multiplier=5, padding='same')", (10, 9, 9, 3), (10, 9, 9, 20)),
        ("Conv2DTranspose(8, 3, strides=2, padding='same')", (1, 8, 8, 3), (1, 16, 16, 8)),
        ("Conv2DTranspose(8, 3, strides=2)", (1, 8, 8, 3), (1, 17, 17, 8)),
        ("Conv2DTranspose(16, 3, strides=2, padding='same', output_padding=1)", (1, 28, 28, 8), (1, 56, 56, 16)),
        ("Conv2DTranspose(16, 4, strides=2, padding='same', output_padding=1)", (1, 28, 28, 8), (1, 55, 55, 16)),
        ("Conv2DTranspose(16, 5, strides=3, padding='same', output_padding=0)", (1, 9, 9, 8), (1, 25, 25, 16)),
        ("Conv1D(8, 3, padding='causal', dilation_rate=4)", (1, 20, 3), (1, 20, 8)),
        ("Conv2D(8, 3, padding='SAME')", (1, 9, 9, 3), (1, 9, 9, 8)),
        ("Dense(10, activation='softmax')", (4, 7, 100), (4, 7, 10)),
        ("keras.layers.Flatten(data_format='channels_first')", (1, 3, 4, 4), (1, 48)),
        ("keras.layers.ZeroPadding2D()", (1, 9, 8, 3), (1, 11, 10, 3)),
        ("keras.layers.ZeroPadding2D((2, 1))", (1, 9, 8, 3), (1, 13, 10, 3)),
        ("keras.layers.ZeroPadding2D(((1, 0), (0, 2)))", (1, 9, 8, 3), (1, 10, 10, 3)),
        ("keras.layers.ZeroPadding1D((0, 2))", (1, 9, 3), (1, 11, 3)),
        ("keras.layers.Cropping2D(((1, 0), (0, 2)))", (1, 9, 8, 3), (1, 8, 6, 3)),
        ("keras.layers.Cropping3D(1)", (1, 9, 8, 7, 3), (1, 7, 6, 5, 3)),
        ("keras.layers.UpSampling2D((2, 3), interpolation='bilinear')", (1, 9, 8, 3), (1, 18, 24, 3)),
        ("keras.layers.UpSampling1D(size=3)", (1, 9, 3), (1, 27, 3)),
        ("keras.layers.ReLU(max_value=6)", (1, 9, 8, 3), (1, 9, 8, 3)),
        ("keras.layers.ReLU(1.0, 0.1, 0.5)", (1, 9, 8, 3), (1, 9, 8, 3)),
        ("keras.layers.SpatialDropout2D(0.5)", (1, 9, 8, 3), (1, 9, 8, 3)),
        ("keras.layers.Permute((2, 1))", (10, 5, 3), (10, 3, 5)),
        ("keras.layers.Reshape((-1, 2))", (1, 12), (1, 6, 2)),
        ("keras.layers.UnitNormalization()", (2, 3), (2, 3)),
        ("torch.nn.Threshold(0.1, 20)", (1, 3, 8, 8), (1, 3, 8, 8)),
        ("torch.nn.ZeroPad2d((1, 0, 2, 3))", (1, 3, 8, 8), (1, 3, 13, 9)),
        ("torch.nn.Upsample(scale_factor=2, mode='bilinear')", (1, 3, 8, 8), (1, 3, 16, 16)),
        ("torch.nn.Unflatten(1, (3, -1))", (1, 6), (1, 3, 2)),
        ("Conv1DTranspose(8, 2, strides=3)", (1, 8, 3), (1, 24, 8)),
        ("MaxPooling2D()", (1, 9, 9, 3), (1, 4, 4, 3)),
        ("AveragePooling1D(3, strides=1, padding='same')", (1, 9, 3), (1, 9, 3)),
        ("GlobalAveragePooling2D()", (1, 9, 9, 3), (1, 3)),
        ("Dense(12)", (1, 12000), (1, 12)),
        ("F.conv2d(x, [64, 3, 7, 7], stride=2)", (1, 3, 32, 32), (1, 64, 13, 13)),
        ("nn.AvgPool2d(8, stride=4, ceil_mode=True)", (1, 1, 32, 32), (1, 1, 7, 7)),
    ],
)
def test_shapes(call, shape, expected):
    assert out(call, shape) == expected


def test_a_weight_may_be_a_name_with_a_shape_of_its_own():
    assert out("tf.nn.conv2d(x, w, [1, 5, 5, 1], 'SAME')", (10, 9, 9, 3), (2, 2, 3, 2)) == (10, 2, 2, 2)


def test_separable_parameters_are_those_of_its_two_stages():
    found = known("tf.nn.separable_conv2d(x, [2, 2, 3, 5], [1, 1, 15, 20], [1, 1, 1, 1], 'SAME')", (10, 9, 9, 3))
    assert {name: node.params for name, node in found.nodes.items()} == {"depthwise": 60, "pointwise": 300}


@pytest.mark.parametrize(
    ("call", "params", "buffers"),
    [
        ("BatchNormalization()", 128, 128),
        ("BatchNormalization(scale=False)", 64, 128),
        ("BatchNormalization(center=False, scale=False)", 0, 128),
        ("BatchNormalization(axis=1)", 16, 16),
    ],
)
def test_batch_normalisation_of_keras(call, params, buffers):
    """Counted by Keras 3 itself on 1x8x9x64."""
    (found,) = known(call, (1, 8, 9, 64)).nodes.values()
    assert (found.params, found.buffers) == (params, buffers)


@pytest.mark.parametrize(
    ("call", "params"),
    [
        ("LayerNormalization()", 128),
        ("LayerNormalization(axis=[2, 3])", 1152),
        ("LayerNormalization(center=False)", 64),
        ("LayerNormalization(center=False, scale=False)", 0),
        ("RMSNormalization()", 64),
        ("RMSNormalization(axis=(1, 2, 3))", 4608),
        ("GroupNormalization(groups=8)", 128),
        ("GroupNormalization(groups=-1)", 128),
        ("GroupNormalization(groups=1, axis=1)", 16),
        ("GroupNormalization(groups=8, center=False, scale=False)", 0),
    ],
)
def test_normalisations_of_keras(call, params):
    """Counted by Keras 3 itself on 1x8x9x64."""
    (found,) = known(call, (1, 8, 9, 64)).nodes.values()
    assert (found.params, found.outputs[0].dims[0]) == (params, 1)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ("RMSNormalization(axis=1)", "RMSNormalization: axis=1 of 1x8x9x64; it must be the last axis, or the last ones"),
        ("LayerNormalization(scale=False)", "scale=False with center=True: a shift without a scale has no counterpart here"),
        ("GroupNormalization(axis=2)", "axis=2: the channels of 1x8x9x64 are axis 1 or the last one"),
        ("GroupNormalization(center=False)", "center and scale differ: a shift without a scale, or the other way round"),
    ],
)
def test_normalisations_of_keras_that_are_refused(call, message):
    with pytest.raises(UsageError, match=re.escape(message)):
        known(call, (1, 8, 9, 64))


def test_the_last_axis_of_a_dense_layer_is_normalised():
    assert read("Dense(10, activation='softmax')", [(4, 7, 100)]).nodes[1].op.axis == -1


def test_labels_repeat_the_call():
    for call, shape in (
        ("Conv2d(3, 64, 7, stride=2, padding=3)", (1, 3, 32, 32)),
        ("Conv2D(64, 7, strides=2, padding='same')", (1, 32, 32, 3)),
        ("Conv2D(20, 1)", (1, 32, 32, 3)),
        ("MaxPool2d(3, stride=2)", (1, 3, 32, 32)),
        ("BatchNorm2d(3, eps=0.001)", (1, 3, 32, 32)),
    ):
        graph = read(call, [shape])
        assert label(graph.nodes[0].op, facts(graph).nodes[graph.nodes[0].name].inputs, graph.dialect) == call


@pytest.mark.parametrize(
    "module", ["Conv2d(3, 8, (3, 5), 2, (1, 2), 1, 1, False)", "ConvTranspose2d(3, 4, 3, 2, 1, 1)", "GroupNorm(3, 3)"]
)
def test_positional_arguments_are_those_of_pytorch(module):
    layer = eval(f"torch.nn.{module}", {"torch": torch})
    assert out(module, (1, 3, 9, 9)) == tuple(layer(torch.zeros(1, 3, 9, 9)).shape)
    assert params(module, (1, 3, 9, 9)) == sum(p.numel() for p in layer.parameters())


MESSAGES = {
    ("Conv2d(3, 64, kernel=7)", (1, 3, 8, 8)): (
        "Conv2d needs kernel_size; its arguments are: in_channels, out_channels, kernel_size, stride=1, padding=0, dilation=1, "
        "groups=1, bias=True, padding_mode='zeros', device=None, dtype=None"
    ),
    ("Conv2d(3, 64, 7, strid=2)", (1, 3, 8, 8)): (
        "Conv2d has no argument 'strid' (did you mean 'stride'?); it has: in_channels, out_channels, kernel_size, stride, "
        "padding, dilation, groups, bias, padding_mode, device, dtype"
    ),
    ("Convv2d(3, 64, 7)", (1, 3, 8, 8)): (
        "unknown layer 'Convv2d' (did you mean 'Conv2d'?)\n"
        "  fix: a layer of torch.nn such as Conv2d(3, 64, 7), of keras.layers such as Conv2D(64, 7), or tf.nn.conv2d(...)"
    ),
    ("Conv2d(3, 64, 1 + 2)", (1, 3, 8, 8)): (
        "'1 + 2' is not a number, a word, a list or a name; expressions are not evaluated"
    ),
    ('__import__("os").system("x")', (1, 3, 8, 8)): "'__import__(\"os\")' is not the name of a layer",
    ("Conv2d", (1, 3, 8, 8)): "'Conv2d' is not a call; write it as in Conv2d(3, 64, 7, stride=2)",
    ("Conv2d(3, 64, *x)", (1, 3, 8, 8)): "arguments with * or ** cannot be read; write them out",
    ("Conv2d(3, 64, 3, 3, stride=2)", (1, 3, 8, 8)): "Conv2d: stride is given twice",
    ("Conv2d(3, 64, (3, 3, 3))", (1, 3, 8, 8)): "Conv2d: kernel has 3 entries; it needs 1 or 2",
    ("Conv2d(3, 64, 0)", (1, 3, 8, 8)): "conv: kernel is 0; it must be at least 1",
    ("Conv2d(3, 64, 2.5)", (1, 3, 8, 8)): "conv: kernel is 2.5; it must be a whole number",
    ("Conv2d(3, 64, 3)",): (
        "Conv2d takes 1 input, but 0 shapes are given (none)\n"
        "  fix: one --input SHAPE for each input, as in --input 1x3x224x224"
    ),
    ("Conv2d(3, 64, 3)", (1, 3, 8, 0)): "size 0 at axis 3 of '1x3x8x0': every size must be at least 1",
    ("Conv2D(8, 3, activation='rely')", (1, 8, 8, 3)): "unknown activation 'rely' (did you mean 'relu'?)",
    ("tf.nn.conv2d(x, [3, 3, 2], 1, 'SAME')", (1, 8, 8, 3)): (
        "conv2d: the filter [3, 3, 2] must have 4 sizes: 2 of space, channels in, channels out"
    ),
    ("tf.nn.conv2d(x, [3, 3, 3, 2], [2, 1, 1, 1], 'SAME')", (1, 8, 8, 3)): (
        "stride [2, 1, 1, 1]: the entries of the batch and the channels must change nothing"
    ),
}  # fmt: skip


@pytest.mark.parametrize(("given", "message"), MESSAGES.items(), ids=[given[0] for given in MESSAGES])
def test_messages(given, message):
    call, *shapes = given
    with pytest.raises(ConvlensError) as caught:
        read(call, shapes)
    assert str(caught.value) == message


REFUSALS = {
    ("Conv2d(3, 64, 7)", (1, 4, 32, 32)): (
        "conv 'conv': in_channels=3, but the input 1x4x32x32 has 4 there\n  input: 1x4x32x32 from 'x'\n  fix: in_channels=4"
    ),
    ("Conv2d(3, 64, 7, stride=2, padding='same')", (1, 3, 32, 32)): (
        "conv 'conv': padding='same' with stride 2: PyTorch allows 'same' only with stride 1\n"
        "  input: 1x3x32x32 from 'x'\n  fix: padding=(3, 3)"
    ),
    ("Conv2D(8, 3, strides=2, dilation_rate=2)", (1, 32, 32, 3)): (
        "conv 'conv': strides 2 together with dilation_rate 2: Keras refuses this\n"
        "  input: 1x32x32x3 from 'x'\n  fix: one of the two as 1"
    ),
    ("F.conv2d(x, [64, 5, 3, 3])", (1, 3, 32, 32)): (
        "conv 'conv': its weight is 64x5x3x3, but the input 1x3x32x32 needs 64x3x3x3\n"
        "  input: 1x3x32x32 from 'x'\n"
        "  fix: in_channels=3, or the input that this layer was made for"
    ),
}


@pytest.mark.parametrize(("given", "message"), REFUSALS.items(), ids=[given[0] for given in REFUSALS])
def test_refusals(given, message):
    call, *shapes = given
    assert str(facts(read(call, shapes)).error) == message


@pytest.mark.parametrize(
    "text", ["(" * 5000, "Conv2d(" + "[" * 3000, "x" * 20_000, "Conv2d(\0)", "Conv2d(9" + "9" * 5000 + ")", ""]
)
def test_hostile_calls_end_in_one_message(text):
    with pytest.raises(UsageError):
        read(text, [(1, 3, 8, 8)])


def test_enormous_sizes_stay_exact():
    found = known("Conv2d(1, 1, 3, padding=1)", (1, 1, 10**9, 10**9))
    assert found.nodes["conv"].macs == 9 * 10**18
