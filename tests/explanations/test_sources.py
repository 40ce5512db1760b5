"""What the common tutorials teach, statement by statement, and the topic that says it, or puts it right.

Each entry has words that must stand in the printed topic, so a statement cannot be lost when a topic is rewritten.
"""

import pytest

import convlens
from convlens.explanations import topic as topics

STATEMENTS = [
    # Kernels, parameters, batches, rates
    ("the kernel is anchored at its centre; odd sizes have one", "why-odd", ("anchored at its centre", "even")),
    ("even kernels are legal, shift by half a pixel, need uneven padding", "why-odd", ("-0.5", "1+2", "legal everywhere")),
    ("a 5x5 kernel on 32x32x3 is 5x5x3 and gives one 28x28 map", "channels", ("75", "1x1x28x28", "inner product")),
    ("several kernels extract several features", "channels", ("1x6x28x28", "as many structures")),
    ("3 channels to 192 with 3x3: 5,184 parameters", "parameters", ("5,184",)),
    ("a summary counts parameters for each layer; every layer is W x + b, training fits W and b", "parameters", ("W x + b", "summary")),
    ("kernels * (k * k * channels + 1); 2 * (3*3*3 + 1) = 56", "parameters", ("c_out*(c_in*k*k + 1)", "= 56")),
    ("the bias is shared over the channels of a kernel", "bias", ("one bias each", "56")),
    ("pooling has no parameters", "pooling", ("pooling has 0 parameters",)),
    ("30 maps of 400 flattened to 12,000, into 12", "flatten-and-linear", ("12,000", "144,012")),
    ("the same way in one, two and three dimensions", "parameters", ("Conv1d", "Conv3d")),
    ("full batch and mini-batch; exact gradient against memory", "batch", ("exact gradient", "memory")),
    ("one iteration is forward, loss, backward, update", "epoch-iteration-batch", ("forward, loss, backward, update",)),
    ("tens to hundreds converge best, powers of two suit the hardware", "batch", ("Tens to hundreds", "powers of two")),
    ("batch normalisation uses the batch's own mean and deviation", "batch", ("from the batch itself",)),
    ("one batch is an epoch (wrong)", "epoch-iteration-batch", ("One epoch is one batch", "235")),
    ("four accelerations", "optimisers", ("momentum", "a rate for each weight", "RMSprop", "curvature")),
    ("RMSprop is Rprop for mini-batches", "optimisers", ("Rprop made fit for mini-batches",)),
    ("a small rate is slow and smooth, a large one fast and swinging", "learning-rate", ("slow and smooth", "swing")),
    ("momentum in the delta rule", "momentum", ("delta rule", "v_next")),
    ("try .01, .001, .0001 and look at loss against iterations", "learning-rate", ("0.0001", "loss against iterations")),
    ("policies fixed, exponential, polynomial", "schedules", ("fixed", "exponential", "polynomial")),
    ("adaptive: adadelta, adagrad, ftrl, momentum, rmsprop, sgd", "optimisers", ("AdaDelta", "AdaGrad", "FTRL", "SGD")),
    ("decay the rate, since a large one gets stuck", "schedules", ("swings for ever",)),
    ("1x1 convolution in place of a fully connected layer", "one-by-one", ("place of a fully connected layer",)),
    ("map size, kernel size and stride decide the cost", "macs", ("map's area", "kernel's area", "stride")),
    ("an n x n kernel has n x n weights and n x n biases (wrong)", "bias", ("would be 18 values", "has 10")),
    # Kernels by hand, TensorFlow's calls
    ("a CNN cures too many weights and blindness to space", "convolution", ("too many weights", "blindness to space", "shuffled")),
    ("kernels are learned; Sobel and smoothing are made by hand", "kernel", ("Sobel", "smoothing", "learned")),
    ("one kernel slides over the whole picture, many find many structures", "kernel", ("many kernels find many",)),
    ("tf.nn.conv2d: 10x9x9x3 with 2x2x3x2, strides 5, SAME is 10x2x2x2", "kernel", ("10x9x9x3 -> 10x2x2x2",)),
    ("SAME divides the size, VALID shrinks it", "same-padding", ("rounded up", "'valid' means no padding")),
    ("kernels may be even or not square", "kernel", ("need not be square", "(5, 1)")),
    ("tf.nn.depthwise_conv2d: out = in * multiplier", "depthwise", ("c_in*m", "10x9x9x6")),
    ("with a rate the strides must be 1", "depthwise", ("rate (dilation) needs strides of one",)),
    ("summing the channels first is the same (wrong)", "depthwise", ("Only where all channels have equal kernels",)),
    ("tf.nn.separable_conv2d: 10x9x9x3, 2x2x3x5, 1x1x15x20 is 10x9x9x20", "separable", ("10x9x9x3 -> 10x9x9x20",)),
    ("atrous convolution", "dilation", ("atrous",)),
    ("(N - F) / stride + 1: 7 with 3 is 5, stride 2 gives 3", "stride", ("1x1x5x5", "1x1x3x3")),
    ("stride 3 on 7 does not fit (it is floored)", "stride", ("rounds down", "gives 2 outputs", "never")),
    ("padding 1 gives 7", "padding", ("1x1x7x7 -> 1x1x7x7",)),
    ("six 5x5 on 32x32x3 are 28x28x6", "padding", ("1x6x28x28",)),
    ("padding stops maps from shrinking too fast", "padding", ("shrinking too fast",)),
    ("56x56x64 with 32 kernels of 1x1 is 56x56x32", "one-by-one", ("1x64x56x56 -> 1x32x56x56", "number of channels down")),
    ("an activation after each convolution", "activation", ("after each convolution",)),
    ("pooling on each map by itself, max pooling most, same formula", "pooling", ("each map by itself", "used most", "rule of a convolution")),
    # Transposed convolution, settings, generalisation, fields
    ("mathematics turns the kernel by 180 degrees; 1 becomes -8", "convolution", ("180 degrees", "with 1 in the middle", "-8")),
    ("a transposed convolution paints patches s apart and sums overlaps", "transposed", ("paints a patch", "added where they")),
    ("it is a full convolution", "transposed", ("full",)),
    ("out = (in - 1) * s + k: (2 - 1) * 3 + 4 = 7", "transposed", ("(2 - 1)*3", "= 7")),
    ("checkerboard where overlaps are uneven", "checkerboard", ("unevenly", "2, 1, 2, 1")),
    ("a transposed convolution inverts a convolution (wrong)", "transposed", ("the values do not",)),
    ("the learning rate decays, a large one oscillates", "learning-rate", ("schedules", "side to side")),
    ("a larger batch takes memory and time, and is steadier", "batch", ("steadier", "takes longer", "memory")),
    ("more epochs for larger or augmented data", "epoch-iteration-batch", ("augmented data sets", "more epochs")),
    ("weight decay", "weight-decay", ("towards zero", "regularisation")),
    ("more data, larger batches", "generalisation", ("more data", "batch size")),
    ("adjust distribution, objective, structure (deeper or simpler)", "generalisation", ("balanced", "objective", "simpler", "deeper")),
    ("augmentation: shift, rotate, noise, crop", "augmentation", ("Moving", "turning", "cropping", "noise")),
    ("without cutting the object away", "augmentation", ("must not cut the object away",)),
    ("dropout", "dropout", ("set to zero with probability p",)),
    ("convolution is only arithmetic on numbers", "convolution", ("only arithmetic on numbers", "text and sound", "video")),
    ("text is one-dimensional and discrete: one-hot, embedding", "text-convolution", ("discrete", "One-hot", "embedding")),
    ("in text, place and order matter and pooling loses them", "text-convolution", ("Order beyond the window is lost",)),
    ("speech", "speech-convolution", ("spectrogram",)),
    ("data 7:1:2, augmentation, schedules, regularisation", "generalisation", ("7:1:2", "augmentation", "weight decay")),
    ("Network in Network", "one-by-one", ("Network in Network",)),
    ("AlexNet", "flatten-and-linear", ("AlexNet",)),
    # Every setting of a convolution layer
    ("input 7, K 3, P 1, S 2, D 2 gives 3", "dilation", ("1x3x7x7 -> 1x2x3x3",)),
    ("output (3, 9) from width 9 with kernel width 2 (wrong)", "kernel", ("(3, 8)", "8 windows fit")),
    ("parameters grow with channels in and out and kernel area", "parameters", ("each multiply the count",)),
    ("the bias adds one each; stride, padding, dilation change none", "parameters", ("stride, padding and dilation leave it alone",)),
    ("padding changes the number of parameters (wrong)", "padding", ("padding adds places, not weights",)),
    ("time follows channels and kernel area, falls with stride, hardly moves with dilation and padding", "macs", ("square of the stride", "dilation leaves it alone")),
    ("groups cut parameters and must divide both channel counts", "groups", ("must divide", "fall by the number of groups")),
    ("their time does not fall as much as their arithmetic", "groups", ("does not fall as much",)),
    ("kernels of 1x1 or 19x19, uneven ones for signals and spectrograms", "kernel", ("19", "spectrograms")),
    ("dilation (4, 2) puts the outer taps of a 3x3 kernel 8 and 4 apart", "dilation", ("(4, 2)", "8 rows and 4")),
    ("the output-size formula from all settings", "dilation", ("floor((n + 2*p - d*(k - 1) - 1) / s) + 1",)),
    # Padding, stride, pooling, AlexNet
    ("p = k - 1 keeps the size; odd: half on each side; even: one side more", "same-padding", ("k - one", "half on each side", "one side")),
    ("floor((n - k + p + s) / s)", "stride", ("floor((n - k + 2*p + s) / s)",)),
    ("1x1 works on channels only", "one-by-one", ("from all input channels",)),
    ("MaxPool2d(size, stride, padding), average pooling", "pooling", ("MaxPool2d", "AvgPool2d", "kernel_size, stride, padding")),
    ("AlexNet layer by layer: 54, 26, 12, 5, 6,400", "flatten-and-linear", ("1x96x54x54", "1x256x5x5", "1x6400")),
    ("the first dense layer's number has to be computed by hand", "flatten-and-linear", ("must be written into its first dense layer, 6,400",)),
    # Receptive fields, overlap, design
    ("the receptive field adds kernel minus one times the strides before", "receptive-field", ("(k2 - 1)*s1", "times all strides before it")),
    ("padding moves a receptive field and does not change its size", "receptive-field", ("where it lies",)),
    ("equal dilations leave holes", "dilation", ("never fill the",)),
    ("uneven overlap multiplies in two dimensions, and order matters", "checkerboard", ("squared", "depending on their order")),
]  # fmt: skip


def missing(topic: str, wanted: tuple[str, ...]) -> list[str]:
    text = " ".join(convlens.explain(topic).text().split())
    return [words for words in wanted if words not in text]


@pytest.mark.parametrize(("statement", "topic", "wanted"), STATEMENTS, ids=[s for s, _, _ in STATEMENTS])
def test_every_statement_is_said_or_put_right(statement: str, topic: str, wanted: tuple[str, ...]) -> None:
    assert missing(topic, wanted) == [], statement


def test_a_statement_that_is_not_said_is_seen() -> None:
    assert missing("stride", ("rounds down", "rounds up")) == ["rounds up"]


def test_every_topic_says_one() -> None:
    assert {topic for _, topic, _ in STATEMENTS} | {"batch-norm"} == set(topics.names())
