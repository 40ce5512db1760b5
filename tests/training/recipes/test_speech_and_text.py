"""The recipes for texts and sounds say legal settings, and their networks fit what the preparations give."""

import tomllib
from pathlib import Path

import pytest
import torch

import convlens.training.recipes as recipes
from convlens.backends.torch.module import as_module
from convlens.importers.model import load
from convlens.passes.facts import facts
from convlens.training.settings.settings import Settings

FOLDER = Path(recipes.__file__).parent
NAMES = ("textcnn-trec", "textcnn-mr", "m5-fsdd", "keyword-fsdd")
OWN = ("network", "data", "description", "description_zh")


def recipe(name: str) -> tuple[dict, Settings]:
    values = tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
    return values, Settings().with_values({key: value for key, value in values.items() if key not in OWN})


def graph_of(network: str):
    return load(str(FOLDER / network) if network.endswith(".txt") else network)


@pytest.mark.parametrize("name", NAMES)
def test_settings_are_legal_and_both_languages_are_there(name) -> None:
    values, settings = recipe(name)
    assert settings.epochs >= 1
    assert values["data"] in ("trec", "mr", "fsdd")
    assert values["description"].isascii()
    assert values["description_zh"].encode("gbk")


@pytest.mark.parametrize(
    ("name", "shape", "dtype"),
    [
        ("textcnn-trec", (3, 12), torch.int64), ("textcnn-trec", (3, 42), torch.int64), ("m5-fsdd", (3, 1, 8000), torch.float32),
        ("keyword-fsdd", (3, 1, 40, 81), torch.float32), ("keyword-fsdd", (3, 1, 40, 30), torch.float32),
    ],
)  # fmt: skip
def test_the_network_takes_sounds_and_texts_of_any_length(name, shape, dtype) -> None:
    module = as_module(graph_of(recipe(name)[0]["network"])).eval()
    x = torch.zeros(shape, dtype=dtype)
    assert module(x).shape[0] == 3


def params(network: str) -> int:
    graph = graph_of(network)
    return sum(known.params for known in facts(graph).nodes.values())


def test_the_numbers_of_parameters() -> None:
    """TextCNN by hand: a table of 10000 x 128, 100 maps each over 3, 4 and 5 words, two classes. The spotter by hand too."""
    assert params("textcnn.txt") == 10_000 * 128 + 100 * (3 + 4 + 5) * 128 + 300 + 2 * 300 + 2
    convs = [(1, 32, 25), (32, 48, 9), (48, 64, 9), (64, 96, 9)]
    spotter = sum(into * out * window + 2 * out for into, out, window in convs) + 96 * 10 + 10
    assert params("keyword_cnn.txt") == spotter
    assert 50_000 < spotter < 180_000
