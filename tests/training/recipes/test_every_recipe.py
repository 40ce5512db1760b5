"""Every recipe that comes with convlens: it is read, its network fits its data, both languages say what it is."""

import pytest
import torch

from convlens.importers.model import load
from convlens.passes.facts import facts
from convlens.training.models.fields import Fields
from convlens.training.models.network import network_of, wanted_shape
from convlens.training.recipe import recipe_names, recipe_of
from convlens.training.settings.settings import Settings

DATA = {
    "fashion-mnist": Fields("image", (1, 28, 28), "float32", 10),
    "fsdd": Fields("sound", (1, 40, 81), "float32", 10),
    "trec": Fields("text", (42,), "int64", 6, words=300),
    "mr": Fields("text", (61,), "int64", 2, words=300),
    "": Fields("volume", (1, 16, 16, 16), "float32", 4),
}
"""What the data of the recipes ask, where the network names no size of its own."""


def fields_of(name: str) -> Fields:
    recipe = recipe_of(name)
    fields = DATA[recipe.data]
    if fields.kind == "image":
        wanted = wanted_shape(recipe.network)
        assert wanted is not None
        return fields._replace(shape=(1, *wanted[1:]))
    return fields._replace(shape=(1, *recipe.settings.size)) if recipe.settings.sound == "raw" else fields


@pytest.mark.parametrize("name", recipe_names())
def test_it_is_legal_and_its_network_fits_its_data(name: str) -> None:
    recipe, fields = recipe_of(name), fields_of(name)
    network = network_of(recipe.network, fields, recipe.settings)
    known = facts(network.graph)
    assert known.error is None
    assert known.nodes[network.graph.outputs[0].node].outputs[0].dims == (1, fields.classes)
    assert network.any_length
    assert not any("ReLU" in remark.text() for remark in network.remarks)


@pytest.mark.parametrize("name", recipe_names())
def test_both_languages_say_what_it_is(name: str) -> None:
    recipe = recipe_of(name)
    assert recipe.about("en").endswith(".")
    assert recipe.about("en").isascii()
    assert recipe.about("zh").endswith("。")
    assert recipe.about("zh").encode("gbk")
    assert recipe.name == name


@pytest.mark.parametrize("name", ["lenet5", "small-cnn", "deep-cnn", "conv3d", "keyword-fsdd", "textcnn-trec", "m5-fsdd"])
def test_no_class_has_the_same_score_for_every_input(name: str) -> None:
    recipe, fields = recipe_of(name), fields_of(name)
    module = network_of(recipe.network, fields, recipe.settings).module.eval()
    draw = torch.Generator().manual_seed(0)
    words, size = max(fields.words, 1), (4, *fields.shape)
    x = torch.randint(words, size, generator=draw) if fields.words else torch.randn(size, generator=draw)
    with torch.no_grad():
        assert bool((module(x).std(0) > 0).all())


def test_nin_is_the_known_network_without_its_last_relu() -> None:
    own, known = load(recipe_of("nin").network), load("nin")
    assert [(node.name, node.op) for node in own] == [(node.name, node.op) for node in known if node.name != "net.7.5"]
    assert sum(each.params for each in facts(own).nodes.values()) == 1_992_166


def dead(network: str) -> int:
    """Of 30 classes, how many have the score 0 for each of six inputs as wide as the network's least."""
    fields = Fields("image", (1, 67, 67), "float32", 30)
    module = network_of(network, fields, Settings()).module.eval()
    with torch.no_grad():
        scores = module(torch.randn((6, 1, 67, 67), generator=torch.Generator().manual_seed(0)))
    return int((scores == 0).all(0).sum())


def test_no_class_of_nin_is_dead() -> None:
    """With the ReLU, which the known network has, a good part of them is before the first step."""
    assert dead(recipe_of("nin").network) == 0
    assert dead("nin") > 0
