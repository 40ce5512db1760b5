"""What kind of layer a block is: a colour, and a letter that says the same without colour."""

from typing import NamedTuple

from convlens.ir.op import Op
from convlens.lang.messages import marked


class Kind(NamedTuple):
    """``letter`` stands on the block in black, which every ``colour`` carries with a contrast of at least 5 to 1."""

    key: str
    letter: str
    colour: str
    words: str


CONV = Kind("conv", "C", "#56B4E9", marked("convolution"))
TRANSPOSED = Kind("transposed", "T", "#E2792B", marked("transposed convolution"))
POOL = Kind("pool", "P", "#009E73", marked("pooling"))
LINEAR = Kind("linear", "L", "#CC79A7", marked("linear layer, product of matrices"))
NORM = Kind("norm", "N", "#F0E442", marked("normalisation"))
ACTIVATION = Kind("activation", "A", "#E69F00", marked("activation"))
MERGE = Kind("merge", "+", "#B8C0CC", marked("sum, product, concatenation"))
RECURRENT = Kind("recurrent", "R", "#A58AE0", marked("recurrent layer"))
SAMPLE = Kind("sample", "S", "#7FC8A9", marked("resizing, sampling"))
OTHER = Kind("other", "·", "#D9DDE3", marked("anything else"))
UNKNOWN = Kind("unknown", "?", "#FFFFFF", marked("unknown call"))
KINDS = (CONV, TRANSPOSED, POOL, LINEAR, NORM, ACTIVATION, MERGE, RECURRENT, SAMPLE, OTHER, UNKNOWN)
"""In the order of a legend. The colours are those of Okabe and Ito, "Color Universal Design", 2008, and tints of them."""

_OPERATORS = {
    CONV: "conv deform_conv",
    TRANSPOSED: "conv_transpose",
    POOL: "max_pool avg_pool lp_pool adaptive_avg_pool adaptive_max_pool fractional_max_pool max_unpool",
    LINEAR: "linear bilinear matmul einsum scaled_dot_product_attention embedding embedding_bag",
    NORM: "batch_norm group_norm instance_norm layer_norm rms_norm local_response_norm normalize weight_norm",
    ACTIVATION: "celu elu gelu glu hardshrink hardsigmoid hardswish hardtanh leaky_relu log_sigmoid log_softmax mish prelu relu "
    "relu6 rrelu selu sigmoid silu softmax softmin softplus softshrink softsign tanh tanhshrink threshold",
    MERGE: "add sub mul div concat stack",
    RECURRENT: "gru gru_cell lstm lstm_cell rnn rnn_cell",
    SAMPLE: "interpolate pixel_shuffle pixel_unshuffle grid_sample affine_grid fold unfold pad",
    UNKNOWN: "opaque",
}
OF_OPERATOR = {name: kind for kind, names in _OPERATORS.items() for name in names.split()}
FOLLOWERS = (NORM.key, ACTIVATION.key)
"""Kinds that belong to the layer before them where a long row of layers is shortened; dropout does so too."""


def kind_of(op: Op) -> Kind:
    """
    >>> from convlens.ir.op import lookup
    >>> kind_of(lookup("relu")(inplace=False) if "inplace" in lookup("relu").fields else lookup("relu")()).letter
    'A'
    """
    return OF_OPERATOR.get(op.name, OTHER)


def hatched(op: Op) -> bool:
    """Are its channels split into groups that do not mix?"""
    return getattr(op, "groups", 1) not in (1, None)


def follows(op: Op) -> bool:
    """Does it only change the values of the layer before it?"""
    return kind_of(op).key in FOLLOWERS or op.name in ("dropout", "alpha_dropout", "identity")
