"""Write small_cnn.onnx: a residual network with a gate, small enough to read."""

from pathlib import Path

import numpy as np
from onnx import TensorProto, checker, helper, numpy_helper, save

WIDTH = 16
CLASSES = 10


class Builder:
    """Collects nodes and weights; weights are random, from a fixed seed."""

    def __init__(self) -> None:
        self.nodes, self.weights = [], []
        self.random = np.random.default_rng(0)

    def weight(self, name, *shape):
        values = self.random.normal(0, 0.1, shape).astype(np.float32)
        self.weights.append(numpy_helper.from_array(values, name))
        return name

    def node(self, kind, inputs, name, **attributes):
        self.nodes.append(helper.make_node(kind, inputs, [name], name=name, **attributes))
        return name

    def conv(self, x, name, into, out, kernel=3, **attributes):
        inputs = [x, self.weight(f"{name}.weight", out, into, kernel, kernel), self.weight(f"{name}.bias", out)]
        return self.node("Conv", inputs, name, kernel_shape=[kernel] * 2, pads=[kernel // 2] * 4, **attributes)


def build():
    net = Builder()
    stem = net.node("Relu", [net.conv("image", "stem", 3, WIDTH, strides=[2, 2])], "stem.relu")
    body = net.node("Relu", [net.conv(stem, "block.conv1", WIDTH, WIDTH)], "block.relu1")
    body = net.conv(body, "block.conv2", WIDTH, WIDTH)
    pooled = net.node("GlobalAveragePool", [body], "gate.pool")
    gate = net.node("Sigmoid", [net.conv(pooled, "gate.conv", WIDTH, WIDTH, kernel=1)], "gate.sigmoid")
    body = net.node("Mul", [body, gate], "gate.scale")
    body = net.node("Relu", [net.node("Add", [body, stem], "block.add")], "block.relu2")
    flat = net.node("Flatten", [net.node("GlobalAveragePool", [body], "pool")], "flatten")
    head = [flat, net.weight("head.weight", CLASSES, WIDTH), net.weight("head.bias", CLASSES)]
    net.node("Gemm", head, "scores", transB=1)
    image = helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, 3, 32, 32])
    scores = helper.make_tensor_value_info("scores", TensorProto.FLOAT, [1, CLASSES])
    graph = helper.make_graph(net.nodes, "small_cnn", [image], [scores], net.weights)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8, producer_name="convlens example")


if __name__ == "__main__":
    model = build()
    checker.check_model(model, full_check=True)
    save(model, Path(__file__).with_name("small_cnn.onnx"))
