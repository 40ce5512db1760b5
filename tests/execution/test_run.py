"""One layer on real values. PyTorch itself is the oracle here; TensorFlow and Keras are in tests/frameworks."""

import numpy as np
import pytest
import torch

import convlens
from convlens.execution.layer import Layer
from convlens.importers.calls import read
from convlens.importers.calls.weights import held
from convlens.ir.errors import ConvlensError, ShapeError, UsageError
from convlens.ir.spec import TensorSpec

LAYERS = {
    "Conv1d(4, 6, 3, stride=2, padding=1, groups=2)": (2, 4, 9),
    "Conv2d(3, 8, (3, 5), padding='same', dilation=2, padding_mode='reflect')": (2, 3, 13, 13),
    "Conv3d(2, 4, 2, bias=False)": (1, 2, 5, 5, 5),
    "ConvTranspose2d(4, 6, 3, stride=2, padding=1, output_padding=1, groups=2)": (2, 4, 5, 5),
    "BatchNorm2d(3)": (2, 3, 5, 5),
    "InstanceNorm1d(3, affine=True)": (2, 3, 8),
    "GroupNorm(2, 4)": (2, 4, 5),
    "LayerNorm((4, 5))": (2, 4, 5),
    "Linear(4, 5)": (2, 3, 4),
    "MaxPool2d(3, stride=2, padding=1, ceil_mode=True)": (1, 2, 8, 8),
    "AvgPool2d(3, stride=2, padding=1, count_include_pad=False)": (1, 2, 8, 8),
    "AdaptiveAvgPool2d((3, 2))": (1, 2, 8, 9),
    "PReLU(3)": (2, 3, 4),
    "Upsample(scale_factor=2, mode='bilinear')": (1, 2, 4, 4),
    "PixelShuffle(2)": (1, 8, 3, 3),
    "Softmax(dim=1)": (2, 5),
    "ZeroPad2d((1, 0, 2, 3))": (1, 2, 4, 4),
    "Dropout(0.5)": (2, 5),
    "LSTM(3, 4, num_layers=2, bidirectional=True)": (5, 2, 3),
}


def values(*shape, seed=0):
    return np.random.default_rng(seed).uniform(0.2, 1, shape)


@pytest.mark.parametrize(("call", "shape"), LAYERS.items(), ids=LAYERS)
def test_a_layer_of_pytorch_with_its_own_weights(call, shape):
    layer = eval(f"torch.nn.{call}", {"torch": torch}).double().eval()
    weights = [w for name, w in layer.state_dict().items() if not name.endswith("num_batches_tracked")]
    x = torch.from_numpy(values(*shape))
    made, theirs = convlens.run(call, x, weights), layer(x)
    if isinstance(theirs, tuple):
        made, theirs = made[0], theirs[0]
    assert made.dtype == theirs.dtype
    torch.testing.assert_close(made, theirs, rtol=1e-12, atol=1e-12)


FUNCTIONS = {
    "F.conv2d(x, w0, w1, padding=1)": ((2, 3, 5, 5), (4, 3, 3, 3), (4,)),
    "F.conv_transpose1d(x, w0, stride=2)": ((2, 3, 5), (3, 4, 3)),
    "F.linear(x, w0, w1)": ((2, 3), (4, 3), (4,)),
    "F.batch_norm(x, w0, w1, w2, w3)": ((2, 3, 4), (3,), (3,), (3,), (3,)),
    "F.layer_norm(x, [4], w0, w1)": ((2, 3, 4), (4,), (4,)),
    "F.prelu(x, w0)": ((2, 3, 4), (3,)),
    "F.max_pool2d(x, 2)": ((1, 2, 4, 4),),
}


@pytest.mark.parametrize(("call", "shapes"), FUNCTIONS.items(), ids=FUNCTIONS)
def test_a_function_takes_its_weights_in_its_own_order(call, shapes):
    x, *weights = (values(*shape, seed=at) for at, shape in enumerate(shapes))
    names = {f"w{at}": torch.from_numpy(w) for at, w in enumerate(weights)}
    theirs = eval(call, {"F": torch.nn.functional, "x": torch.from_numpy(x), **names})
    np.testing.assert_allclose(convlens.run(call, x, weights), theirs.numpy(), rtol=1e-12)


def test_several_inputs_are_a_tuple():
    x, y, w = values(2, 3), values(2, 4, seed=1), values(5, 3, 4, seed=2)
    theirs = torch.nn.functional.bilinear(*map(torch.from_numpy, (x, y, w))).numpy()
    np.testing.assert_allclose(convlens.run("F.bilinear(x, y, w)", (x, y), [w]), theirs)


def test_indices_choose_rows():
    table = values(10, 4)
    assert convlens.run("Embedding(10, 4)", np.array([[1, 9]]), [table]).tolist() == [table[[1, 9]].tolist()]


@pytest.mark.parametrize("call", ["Conv2D(4, 3)", "SeparableConv2D(4, 3)", "Conv2d(5, 4, 3)", "Dense(3)"])
def test_random_weights_are_those_of_the_seed(call):
    x = values(1, 5, 6, 5).astype("float32")
    first, again, other = (convlens.run(call, x, seed=seed) for seed in (1, 1, 2))
    assert (first == again).all()
    assert (first != other).any()
    drawn = Layer(call, [TensorSpec(x.shape)]).drawn(1)
    np.testing.assert_allclose(convlens.run(call, x, drawn), first, rtol=1e-4, atol=1e-6)


def test_an_array_gives_an_array_and_a_tensor_a_tensor():
    x = values(1, 4, 4, 2).astype("float32")
    made = convlens.run("Conv2D(3, 2)", x)
    assert isinstance(made, np.ndarray)
    assert torch.equal(convlens.run("Conv2D(3, 2)", torch.from_numpy(x)), torch.from_numpy(made))


@pytest.mark.parametrize(
    ("call", "given", "made"),
    [
        ("Conv2D(3, 2)", "float64", "float32"),
        ("Conv2D(3, 2, dtype='float64')", "float32", "float64"),
        ("Conv2d(4, 3, 2)", "float64", "float64"),
        ("tf.nn.max_pool2d(x, 2, 2, 'SAME')", "float64", "float64"),
        ("MaxPooling2D(2)", "int32", "int32"),
        ("Conv2d(4, 3, 2)", "float16", "float16"),
    ],
)
def test_the_result_has_the_dtype_that_the_framework_gives_it(call, given, made):
    assert convlens.run(call, np.ones((1, 4, 4, 4), given)).dtype == made


def test_what_is_not_a_number_goes_where_the_window_goes():
    x = np.zeros((1, 5, 5, 1))
    x[0, 2, 2, 0] = np.nan
    made = convlens.run("tf.nn.conv2d(x, w, 1, 'VALID')", x, [np.ones((2, 2, 1, 1))])
    assert np.argwhere(np.isnan(made[0, :, :, 0])).tolist() == [[1, 1], [1, 2], [2, 1], [2, 2]]


def test_the_arrays_are_left_as_they_were():
    x, w = values(1, 4, 4, 2), values(2, 2, 2, 3)
    before = x.copy(), w.copy()
    convlens.run("tf.nn.conv2d(x, w, 1, 'SAME')", x, [w])[:] = 0
    assert (x == before[0]).all()
    assert (w == before[1]).all()
    view = torch.from_numpy(x)
    convlens.run("torch.nn.Identity()", view)
    assert (x == before[0]).all()


@pytest.mark.parametrize(
    ("call", "shape", "expected"),
    [
        ("Conv2D(8, 3)", (1, 9, 9, 3), [("kernel", (3, 3, 3, 8)), ("bias", (8,))]),
        ("Conv2DTranspose(8, 3)", (1, 9, 9, 3), [("kernel", (3, 3, 8, 3)), ("bias", (8,))]),
        ("DepthwiseConv2D(3, depth_multiplier=2)", (1, 9, 9, 3), [("kernel", (3, 3, 3, 2)), ("bias", (6,))]),
        ("Dense(7)", (2, 5), [("kernel", (5, 7)), ("bias", (7,))]),
        ("BatchNormalization()", (2, 5), [(n, (5,)) for n in ("gamma", "beta", "moving_mean", "moving_variance")]),
        ("tf.nn.separable_conv2d(x, [3, 3, 2, 4], [1, 1, 8, 5], [1, 1, 1, 1], 'SAME')", (1, 9, 9, 2),
         [("depthwise_filter", (3, 3, 2, 4)), ("pointwise_filter", (1, 1, 8, 5))]),
        ("Conv2d(3, 8, 5)", (1, 3, 9, 9), [("weight", (8, 3, 5, 5)), ("bias", (8,))]),
        ("MaxPooling2D()", (1, 9, 9, 3), []),
    ],
)  # fmt: skip
def test_the_weights_of_a_call(call, shape, expected):
    assert [(w.name, w.shape) for w in held(read(call, [shape]))] == expected


@pytest.mark.parametrize("call", ["tf.nn.avg_pool2d(x, 3, 1, 'SAME')", "AveragePooling2D(3, strides=1, padding='same')"])
def test_the_padding_of_same_is_no_part_of_a_mean(call):
    assert (convlens.run(call, np.ones((1, 4, 4, 1))) == 1).all()


@pytest.mark.parametrize(
    ("length", "padding"), [(5, "SAME"), (6, "SAME"), (7, "VALID"), (8, "VALID"), (5, [[0, 0], [1, 1], [1, 1], [0, 0]])]
)
def test_a_transposed_convolution_is_the_adjoint_of_the_convolution_that_leads_back(length, padding):
    """``sum(conv(y) * x) == sum(y * transposed(x))`` for every output shape that TensorFlow allows."""
    x, y, w = values(1, 3, 3, 2), values(1, length, length, 4, seed=1), values(3, 3, 4, 2, seed=2)
    back = convlens.run(f"tf.nn.conv2d(y, w, 2, {padding!r})", y, [w])
    there = convlens.run(f"tf.nn.conv2d_transpose(x, w, {list(y.shape)}, 2, {padding!r})", x, [w])
    assert (back * x).sum() == pytest.approx((y * there).sum(), rel=1e-12)


def test_a_group_of_one_value_is_normalised_to_nothing_by_keras_and_refused_by_pytorch():
    assert (convlens.run("GroupNormalization(groups=3, center=False, scale=False)", np.ones((1, 2, 3))[:, :1]) == 0).all()
    for call in ("GroupNorm(3, 3)", "F.group_norm(x, 3)"):
        with pytest.raises(ShapeError, match="one value in each of the 3 groups"):
            convlens.run(call, np.ones((1, 3, 1)))


def test_a_flattened_picture_has_its_channels_last():
    x = values(2, 3, 4, 5)
    last = convlens.run("keras.layers.Flatten(dtype='float64')", np.moveaxis(x, 1, -1))
    assert (convlens.run("keras.layers.Flatten(data_format='channels_first', dtype='float64')", x) == last).all()


def test_a_relu_with_all_that_keras_can_say():
    x = np.linspace(-2, 2, 9)[None]
    made = convlens.run("keras.layers.ReLU(max_value=1.0, negative_slope=0.5, threshold=0.25, dtype='float64')", x)
    np.testing.assert_allclose(made, np.minimum(np.where(x > 0.25, x, 0.5 * (x - 0.25)), 1.0))


def test_an_activation_by_keras_s_name():
    x = np.linspace(-2, 2, 9)[None]
    assert (convlens.run("Activation('leaky_relu', dtype='float64')", x) == np.where(x > 0, x, 0.2 * x)).all()
    assert (convlens.run("Activation('exponential', dtype='float64')", x) == np.exp(x)).all()


REFUSED = {
    ("Conv2D(4, 3)", (1, 9, 9, 3), ((3, 3, 3, 4),)): (
        "Conv2D has 2 weights (kernel, bias), but 1 is given (3x3x3x4)\n"
        "  fix: one array for each of them, in this order, or no weights at all for random ones"
    ),
    ("Conv2D(4, 3)", (1, 9, 9, 3), ((4, 3, 3, 3), (4,))): "Conv2D: its kernel must be 3x3x3x4, but 4x3x3x3 is given",
    ("F.conv2d(x, w, b)", (1, 3, 9, 9), ((4, 3, 3, 3),)): (
        "conv2d has 2 weights (weight, bias), but 1 is given (4x3x3x3)\n"
        "  fix: one array for each of them, in this order, or no weights at all for random ones"
    ),
    ("F.relu(x)", (1, 3), ((3,),)): (
        "relu has 0 weights (none), but 1 is given (3)\n"
        "  fix: one array for each of them, in this order, or no weights at all for random ones"
    ),
    ("tf.nn.conv2d(x, [3, 3, 3, 4], 1, 'SAME')", (1, 9, 9, 3), ((4, 3, 3, 3),)): (
        "conv2d: its weight is 3x3x3x4 in the call, but 4x3x3x3 is given"
    ),
    ("tf.nn.conv2d(x, w, 1, 'SAME')", (1, 9, 9, 3), None): (
        "no shape is given for 'w' (weight); give one --input for each name in the call, or its array in weights=[...]"
    ),
    ("Conv2D(4, 3)", (9, 9, 3), None): "Conv2D takes an input of 4 axes, but 9x9x3 has 3",
    ("Conv2D(4, 3, dtype='int8')", (1, 9, 9, 3), None): (
        "dtype='int8': it must be one of 'float16', 'bfloat16', 'float32', 'float64'"
    ),
    ("tf.nn.conv2d(x, w, 1, 'SAME')", (1, 9, 9, 3), ((3, 3, 2, 4),)): (
        "conv 'conv': its filter 3x3x2x4 is for 2 input channels, but the input 1x9x9x3 has 3\n  input: 1x9x9x3 from 'x'\n"
        "  fix: a filter of 3x3x3x4, or another input"
    ),
    ("tf.nn.depthwise_conv2d(x, w, [1, 1, 1, 1], 'SAME')", (1, 9, 9, 3), ((3, 3, 2, 4),)): (
        "conv 'depthwise': its filter 3x3x2x4 is for 2 input channels, but the input 1x9x9x3 has 3\n  input: 1x9x9x3 from 'x'\n"
        "  fix: a filter of 3x3x3x4, or another input"
    ),
    ("tf.nn.conv2d_transpose(x, w, [1, 18, 18, 4], 2)", (1, 9, 9, 3), ((3, 3, 4, 2),)): (
        "conv_transpose 'conv_transpose': its filter 3x3x4x2 is for 2 input channels, but the input 1x9x9x3 has 3\n"
        "  input: 1x9x9x3 from 'x'\n  fix: a filter of 3x3x4x3, or another input"
    ),
    ("tf.nn.conv2d_transpose(x, w, [1, 19, 18, 4], 2)", (1, 9, 9, 3), ((3, 3, 4, 3),)): (
        "conv_transpose 'conv_transpose': output_shape [1, 19, 18, 4]: a convolution with these settings makes 10 of the 19 on "
        "spatial axis 0, but the input has 9\n  input: 1x9x9x3 from 'x'\n  fix: a length of 17 to 18 there"
    ),
    ("tf.nn.conv2d_transpose(x, w, [1, 18, 18, 5], 2)", (1, 9, 9, 3), ((3, 3, 4, 3),)): (
        "conv_transpose 'conv_transpose': output_shape [1, 18, 18, 5], but it makes 1x4x18x18 (N, C, space)\n"
        "  input: 1x9x9x3 from 'x'"
    ),
    ("tf.nn.conv2d_transpose(x, w, [18, 18], 2)", (1, 9, 9, 3), ((3, 3, 4, 3),)): (
        "output_shape [18, 18] must have 4 entries, as many as the input has axes"
    ),
    ("Activation('rellu')", (1, 3), None): "unknown activation 'rellu' (did you mean 'relu'?)",
    ("Conv2d(3, 4, 11)", (1, 3, 9, 9), None): (
        "conv 'conv': on spatial axis 0 a kernel of 11 covers 11, but the input 1x3x9x9 padded by 0+0 is 9 wide\n"
        "  input: 1x3x9x9 from 'x'\n  fix: kernel 9, padding 1 on each side or an input of at least 11"
    ),
}  # fmt: skip


@pytest.mark.parametrize(("given", "message"), REFUSED.items(), ids=[str(given) for given in REFUSED])
def test_messages(given, message):
    call, shape, weights = given
    with pytest.raises(ConvlensError) as caught:
        convlens.run(call, np.zeros(shape), None if weights is None else [np.zeros(w) for w in weights])
    assert str(caught.value) == message
    assert isinstance(caught.value, UsageError | ShapeError)


def test_dtypes_that_do_not_fit_are_named():
    with pytest.raises(UsageError) as caught:
        convlens.run("tf.nn.conv2d(x, w, 1, 'SAME')", np.zeros((1, 3, 3, 1)), [np.zeros((1, 1, 1, 1), "float32")])
    assert str(caught.value) == (
        "conv2d: its filters is float32, but the input is float64; frameworks do not mix them\n  fix: both as float64"
    )
    with pytest.raises(UsageError) as caught:
        convlens.run("Conv2d(1, 1, 1)", np.zeros((1, 1, 3, 3), "uint8"))
    assert str(caught.value) == (
        "Conv2d: the input is uint8, but the weights are real numbers\n  fix: an input of float32, as array.astype('float32')"
    )


@pytest.mark.parametrize("value", ["picture.png", [[1], [1, 2]], np.array(["a"]), None])
def test_what_is_no_array_is_refused(value):
    with pytest.raises(UsageError, match="input 1 must be an array of numbers, not"):
        convlens.run("Conv2d(1, 1, 1)", value)
