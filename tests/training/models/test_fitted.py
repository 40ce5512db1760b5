"""Networks fitted to data: the same as one written by hand, and what cannot be fitted is refused with one message."""

import re
from math import prod
from pathlib import Path

import pytest

import convlens.networks as networks
from convlens.importers.model import load
from convlens.ir.errors import ShapeError, UsageError
from convlens.ir.graph import Graph
from convlens.ir.text import format as text_form
from convlens.ir.text import parse
from convlens.passes.facts import facts
from convlens.training.models.fields import Fields
from convlens.training.models.head import clipped, with_head
from convlens.training.models.network import network_of, wanted_shape
from convlens.training.models.stem import with_stem
from convlens.training.settings.settings import Settings

NAMES = sorted(path.stem for path in Path(networks.__file__).parent.glob("*.txt"))

FIRST_AND_LAST = {
    "lenet5": (6, 5 * 5, 84, True), "resnet18": (64, 7 * 7, 512, True), "densenet121": (64, 7 * 7, 1024, True),
    "googlenet": (64, 7 * 7, 1024, True), "mobilenet_v2": (32, 3 * 3, 1280, True), "m5": (32, 80, 64, True),
    "vit_b_16": (768, 16 * 16, 768, True), "nin": (96, 11 * 11, 10, True), "vgg11": (64, 3 * 3, 4096, True),
}  # fmt: skip
"""Of each network: maps of the first layer, size of its kernel, what the last layer reads, and whether that has a bias."""

REFUSED = {
    "dcgan_generator": "it ends with tanh 'main.13'",
    "deeplabv3": "it ends with interpolate",
    "fcn32s": "it ends with slice",
    "patchgan": "gives 1x7x30x30 for one example; classification takes 1x7",
    "unet": "gives 1x7x388x388 for one example",
    "unet_same": "gives 1x7x256x256 for one example",
}


def fields_for(graph: Graph, classes: int, channels: int | None = None, words: int = 0) -> Fields:
    """What data of the network's own input would ask."""
    spec = graph.inputs[0].spec
    kind = {2: "text", 3: "sound", 4: "image", 5: "volume"}[spec.rank]
    shape = spec.dims[1:] if channels is None else (channels, *spec.dims[2:])
    return Fields(kind, shape, spec.dtype, classes, words)


def fitted(graph: Graph, fields: Fields) -> Graph:
    return with_head(with_stem(graph, fields), fields.classes)[0]


def params(graph: Graph) -> int:
    return sum(node.params for node in facts(graph).nodes.values())


@pytest.mark.parametrize("classes", [3, 7])
@pytest.mark.parametrize("channels", [1, 2, 3])
@pytest.mark.parametrize("name", FIRST_AND_LAST)
def test_only_the_first_and_the_last_layer_change(name: str, channels: int, classes: int) -> None:
    """The count of parameters by hand: what the first layer reads more or less, and what the last gives."""
    maps, kernel, width, _ = FIRST_AND_LAST[name]
    graph = load(name)
    made = fitted(graph, fields_for(graph, classes, channels))
    known, before = facts(made), facts(graph)
    ref = made.outputs[0]
    assert known.nodes[ref.node].outputs[ref.port].dims == (1, classes)
    own_channels = graph.inputs[0].spec.dims[1]
    own_classes = before.nodes[graph.outputs[0].node].outputs[0].dims[1]
    assert params(made) - params(graph) == maps * kernel * (channels - own_channels) + (width + 1) * (classes - own_classes)
    shapes = {node: each.outputs for node, each in before.nodes.items()}
    others = [node for node, each in known.nodes.items() if each.outputs != shapes[node]]
    behind = {"nin": {"net.7.4", "net.7.5", "net.8", "net.9"}}.get(name)
    assert len(others) == 1 or set(others) == behind


@pytest.mark.parametrize("name", NAMES)
def test_every_network_is_fitted_or_refused_with_one_message(name: str) -> None:
    graph = load(name)
    fields = fields_for(graph, 7)
    if name not in REFUSED:
        made = fitted(graph, fields)
        assert facts(made).nodes[made.outputs[0].node].outputs[0].dims == (1, 7)
        assert parse(text_form(made)).nodes == tuple(made.nodes) or params(parse(text_form(made))) == params(made)
        return
    with pytest.raises(UsageError) as raised:
        fitted(graph, fields)
    message = str(raised.value)
    assert repr(name) in message
    assert REFUSED[name] in message
    assert message.count("fix:") == 1


def test_a_network_of_words_gets_a_row_for_each_and_the_columns_of_the_data() -> None:
    graph = load(str(Path(networks.__file__).parents[1] / "training" / "recipes" / "textcnn.txt"))
    made = fitted(graph, Fields("text", (37,), "int64", 6, words=412))
    assert made.inputs[0].spec.dims == (1, 37)
    assert params(made) == 412 * 128 + 100 * (3 + 4 + 5) * 128 + 300 + 300 * 6 + 6


HEADS = {
    "a 1x1 convolution before a global mean": "c = conv(x, out=5, kernel=1x1)\np = adaptive_avg_pool(c, size=1x1)\nf = flatten(p)",
    "before a global maximum": "c = conv(x, out=5, kernel=1x1)\np = adaptive_max_pool(c, size=1x1)\nf = flatten(p)",
    "with a norm of its own": "c = conv(x, out=5, kernel=1x1)\nb = batch_norm(c)\np = avg_pool(b, kernel=8x8)\nf = flatten(p)",
    "a convolution as wide as its input": "c = conv(x, out=5, kernel=8x8)\nf = flatten(c)",
    "squeezed": "c = conv(x, out=5, kernel=8x8)\ns = squeeze(c, over=[2, 3])\nf = identity(s)",
    "a linear layer": "g = flatten(x)\nf = linear(g, out=5)",
    "and a log softmax": "g = flatten(x)\nl = linear(g, out=5)\nf = log_softmax(l, axis=1)",
    "and two ends": "g = flatten(x)\nl = linear(g, out=5)\ns = sigmoid(l)\nf = softmax(s, axis=1)",
    "and dropout behind it": "g = flatten(x)\nl = linear(g, out=5)\nf = dropout(l)",
}


@pytest.mark.parametrize("name", HEADS)
def test_what_may_stand_at_the_end(name: str) -> None:
    graph = parse(f"input x: 1x2x8x8\n{HEADS[name]}\noutput f")
    made, width = with_head(graph, 3)
    assert width == 5
    known = facts(made)
    assert known.nodes[made.outputs[0].node].outputs[0].dims == (1, 3)
    assert not {node.op.name for node in made} & {"softmax", "log_softmax", "sigmoid"}


@pytest.mark.parametrize(
    ("end", "said"),
    [
        ("c = conv(x, out=5, kernel=1x1)\nf = adaptive_avg_pool(c, size=1x1)", "1x3x1x1 for one example.*fix: flatten"),
        ("c = conv(x, out=5, kernel=1x1)\nf = flatten(c)", "gives 1x192 for one example.*fix: a global pooling"),
        ("f = relu(x)", "it has no layer with weights"),
        ("f = tanh(x)", "it ends with tanh 'f'"),
    ],
)
def test_what_cannot_be_a_head_is_said(end: str, said: str) -> None:
    with pytest.raises(UsageError, match=f"(?s){said}"):
        with_head(parse(f"input x: 1x2x8x8\n{end}\noutput f"), 3)


def test_groups_that_do_not_fit_the_classes_are_the_layers_own_error() -> None:
    with pytest.raises(ShapeError, match="groups=2 does not divide the 3 output channels"):
        with_head(parse("input x: 1x2x8x8\nc = conv(x, out=4, kernel=8x8, groups=2)\nf = flatten(c)\noutput f"), 3)


def test_a_relu_behind_the_last_layer_is_remarked() -> None:
    network = network_of("nin", Fields("image", (1, 224, 224), "float32", 10), Settings())
    assert clipped(network.graph) == "net.7.5"
    assert any("ReLU net.7.5" in remark.text() for remark in network.remarks)
    assert clipped(with_head(load("lenet5"), 10)[0]) == ""


@pytest.mark.parametrize(
    ("network", "fields", "said"),
    [
        ("lenet5", Fields("volume", (1, 8, 8, 8), "float32", 3), "pictures or spectrograms, but the data are volumes (1x8x8x8)"),
        ("textcnn", Fields("text", (30,), "int64", 3, 99), "raw sounds or other sequences, but the data are texts (30)"),
        ("m5", Fields("image", (1, 28, 28), "float32", 3), "raw sounds or other sequences, but the data are pictures (1x28x28)"),
        ("c3d", Fields("image", (3, 28, 28), "float32", 3), "volumes, but the data are pictures (3x28x28)"),
    ],
)
def test_another_number_of_axes_is_said(network: str, fields: Fields, said: str) -> None:
    with pytest.raises(UsageError, match=re.escape(f"the network is for {said}\n  fix: a network for ")):
        network_of(network, fields, Settings())


def test_a_text_network_without_word_vectors_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "plain.txt"
    path.write_text("network plain\ninput x: 1x30\ny = linear(x, out=2)\noutput y\n")
    with pytest.raises(UsageError, match="no table of word vectors.*\n.*embedding\\(x, count=50"):
        network_of(str(path), Fields("text", (30,), "int64", 2, 50), Settings())


@pytest.mark.parametrize(("settings", "said"), [({"dropout": 0.2}, "no dropout layer"), ({"norm": "group"}, "no batch norm")])
def test_settings_of_layers_that_are_not_there(settings: dict[str, object], said: str) -> None:
    fields = Fields("image", (1, 32, 32), "float32", 3)
    with pytest.raises(UsageError, match=said):
        network_of("lenet5", fields, Settings().with_values(settings))


@pytest.mark.parametrize("settings", [{"dropout": 0}, {"norm": "none"}, {"norm": "batch"}])
def test_settings_that_ask_for_nothing(settings: dict[str, object]) -> None:
    network = network_of("lenet5", Fields("image", (1, 32, 32), "float32", 3), Settings().with_values(settings))
    assert network.graph.nodes == network_of("lenet5", Fields("image", (1, 32, 32), "float32", 3), Settings()).graph.nodes


def test_what_a_network_asks_of_the_data() -> None:
    assert [wanted_shape(name) for name in ("resnet18", "m5", "c3d", "mine.py:net")] == [
        (0, 224, 224), (0, 8000), (0, 16, 112, 112), None,
    ]  # fmt: skip
    with pytest.raises(UsageError, match="ONNX"):
        wanted_shape("a.onnx")
    with pytest.raises(UsageError, match="standard input"):
        wanted_shape("-")


def test_two_inputs_or_outputs_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "two.txt"
    path.write_text("network two\ninput x: 1x4\ninput z: 1x4\na = add(x, z)\ny = linear(a, out=2)\noutput y\n")
    with pytest.raises(UsageError, match="2 inputs and 1 outputs"):
        wanted_shape(str(path))


def test_the_module_is_the_graph_and_its_weights_come_from_the_seed() -> None:
    fields = Fields("image", (3, 32, 32), "float32", 4)
    nets = [network_of("lenet5", fields, Settings().with_values({"seed": seed})).module for seed in (1, 1, 2)]
    heads = [net.state_dict()["output.weight"] for net in nets]
    assert tuple(heads[0].shape) == (4, 84)
    assert prod(nets[0].state_dict()["c1.weight"].shape) == 6 * 3 * 25
    assert heads[0].equal(heads[1])
    assert not heads[0].equal(heads[2])
