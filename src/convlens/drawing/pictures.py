"""The standard pictures: what a lecture on convolution shows.

The first fifteen are the cases of Dumoulin & Visin, "A guide to convolution arithmetic for deep learning", arXiv:1603.07285,
whose own animations have no numbers; those after them change one setting of ``Conv2d`` at a time, then come the other layers.
"""

from typing import NamedTuple

from convlens.ir.spec import Shape
from convlens.lang.messages import marked


class Picture(NamedTuple):
    """``name`` is that of its files; ``words`` say what to see."""

    name: str
    call: str
    shape: Shape
    words: str


class Part(NamedTuple):
    """Pictures under one heading."""

    heading: str
    pictures: tuple[Picture, ...]


ARITHMETIC = Part(
    marked("Convolution arithmetic"),
    (
        Picture("no-padding", "Conv2d(1, 1, 3)", (1, 1, 4, 4), marked("No padding, stride 1: the output is smaller by 2.")),
        Picture("arbitrary-padding", "Conv2d(1, 1, 4, padding=2)", (1, 1, 5, 5), marked("An even kernel and padding of 2.")),
        Picture(
            "same-padding", "Conv2d(1, 1, 3, padding=1)", (1, 1, 5, 5), marked("Half of the kernel as padding keeps the size.")
        ),
        Picture("full-padding", "Conv2d(1, 1, 3, padding=2)", (1, 1, 5, 5), marked("Full padding: the output grows by 2.")),
        Picture("strides", "Conv2d(1, 1, 3, stride=2)", (1, 1, 5, 5), marked("Stride 2: every second window.")),
        Picture("padding-strides", "Conv2d(1, 1, 3, stride=2, padding=1)", (1, 1, 5, 5), marked("Padding and stride 2.")),
        Picture(
            "padding-strides-odd",
            "Conv2d(1, 1, 3, stride=2, padding=1)",
            (1, 1, 6, 6),
            marked("An input of 6 gives the same size as one of 5: the last row and column are padding that no window reads."),
        ),
        Picture("dilation", "Conv2d(1, 1, 3, dilation=2)", (1, 1, 7, 7), marked("Dilation 2: nine weights over 5x5 pixels.")),
        Picture(
            "transposed", "ConvTranspose2d(1, 1, 3)", (1, 1, 2, 2), marked("The transpose of a convolution without padding.")
        ),
        Picture(
            "transposed-arbitrary-padding",
            "ConvTranspose2d(1, 1, 4, padding=2)",
            (1, 1, 6, 6),
            marked("The transpose of a convolution with padding of 2."),
        ),
        Picture(
            "transposed-same-padding",
            "ConvTranspose2d(1, 1, 3, padding=1)",
            (1, 1, 5, 5),
            marked("The transpose of a convolution that keeps the size."),
        ),
        Picture(
            "transposed-full-padding",
            "ConvTranspose2d(1, 1, 3, padding=2)",
            (1, 1, 7, 7),
            marked("The transpose of a convolution with full padding."),
        ),
        Picture(
            "transposed-strides",
            "ConvTranspose2d(1, 1, 3, stride=2)",
            (1, 1, 2, 2),
            marked("Stride 2: zeros between the pixels, or patches that are laid two apart."),
        ),
        Picture(
            "transposed-padding-strides",
            "ConvTranspose2d(1, 1, 3, stride=2, padding=1)",
            (1, 1, 3, 3),
            marked("Padding of a transposed convolution cuts its output."),
        ),
        Picture(
            "transposed-padding-strides-odd",
            "ConvTranspose2d(1, 1, 3, stride=2, padding=1, output_padding=1)",
            (1, 1, 3, 3),
            marked("Output padding chooses 6 where 5 and 6 give the same input."),
        ),
    ),
)

SETTINGS = Part(
    marked("The settings of Conv2d, one after the other"),
    (
        Picture("one-channel", "Conv2d(1, 1, 3)", (1, 1, 9, 9), marked("One channel in, one out.")),
        Picture(
            "channels-in",
            "Conv2d(2, 1, 3, padding=1)",
            (1, 2, 7, 7),
            marked("A kernel has a slice for each channel; the sums are added."),
        ),
        Picture("channels-out", "Conv2d(1, 4, 3)", (1, 1, 7, 7), marked("Four kernels see the same input and make a map each.")),
        Picture("kernel-5x2", "Conv2d(3, 2, (5, 2))", (1, 3, 7, 9), marked("A kernel need not be square.")),
        Picture("stride-1x3", "Conv2d(3, 2, 3, stride=(1, 3))", (1, 3, 9, 9), marked("A stride for each axis.")),
        Picture("dilation-4x2", "Conv2d(2, 1, 3, padding=1, dilation=(4, 2))", (1, 2, 7, 7), marked("A dilation for each axis.")),
        Picture(
            "all-settings",
            "Conv2d(3, 2, 3, stride=2, padding=1, dilation=2)",
            (1, 3, 7, 7),
            marked("Stride, padding and dilation at once."),
        ),
        Picture(
            "groups",
            "Conv2d(2, 4, 3, stride=2, padding=2, groups=2)",
            (1, 2, 7, 7),
            marked("Two groups: each output reads one of the inputs."),
        ),
    ),
)

LAYERS = Part(
    marked("Other layers"),
    (
        Picture(
            "depthwise", "Conv2d(3, 3, 3, padding=1, groups=3)", (1, 3, 4, 4), marked("Depthwise: a kernel for each channel.")
        ),
        Picture(
            "separable",
            "SeparableConv2D(2, 3)",
            (1, 5, 5, 2),
            marked("Depthwise, then 1x1 over the channels: a separable convolution."),
        ),
        Picture(
            "max-pooling",
            "MaxPool2d(2)",
            (1, 1, 5, 5),
            marked("The largest of each window; the last row and column are not read."),
        ),
        Picture("average-pooling", "AvgPool2d(2)", (1, 1, 6, 6), marked("The mean of each window.")),
        Picture(
            "causal",
            "Conv1D(1, 3, padding='causal', dilation_rate=2)",
            (1, 9, 1),
            marked("Causal: no output sees what comes later."),
        ),
        Picture("one-dimension", "Conv1d(1, 1, 5, stride=2)", (1, 1, 15), marked("One axis: sounds and series.")),
        Picture("three-dimensions", "Conv3d(1, 1, 2)", (1, 1, 3, 3, 3), marked("Three axes, drawn as a row of slices.")),
    ),
)

PARTS = (ARITHMETIC, SETTINGS, LAYERS)
