"""The 'same' rule, with its uneven sides."""

from typing import Any

from convlens.arith.padding import same
from convlens.explanations.example import run

FORMULA = """
total = max((ceil(n / s) - 1)*s + k - n, 0)
left = floor(total / 2)
right = total - left
"""
CALLS = (
    ('Conv2d(1, 1, 4, padding="same")', "1x1x224x224"),
    ('Conv2D(64, 7, strides=2, padding="same")', "1x224x224x3"),
    ('tf.nn.conv2d(x, filters=[2,2,3,2], strides=[1,5,5,1], padding="SAME")', "10x9x9x3"),
)
SOURCE = "tf.nn.convolution, 'SAME'; ONNX Conv, auto_pad; Zhang et al., Dive into Deep Learning, section 7.3"
SEE = ("padding", "why-odd", "stride")

SIZE = 224


def _sides(kernel: int, *, lower: bool) -> str:
    return "{}+{}".format(*same(SIZE, kernel, lower=lower))


def values() -> dict[str, Any]:
    keras, torch = run(*CALLS[1]), run("Conv2d(3, 64, 7, stride=2, padding=3)", "1x3x224x224")
    left, right = keras.pads[0]
    return {
        "n": SIZE, "s": 2, "k": 7, "total": left + right, "left": left, "right": right,
        "by_kernel": [(k, k - 1, _sides(k, lower=False), _sides(k, lower=True)) for k in (2, 3, 4, 5)],
        "made": keras.output[1], "torch_left": torch.pads[0][0], "torch_right": torch.pads[0][1], "torch_made": torch.output[2],
    }  # fmt: skip
