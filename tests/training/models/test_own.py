"""A user's own module: fitted where it is called, refused with one message, and the same for the same seed."""

from pathlib import Path

import pytest
import torch
from torch import nn

from convlens.ir.errors import UsageError
from convlens.passes.facts import facts
from convlens.training.models.called import called, replaced
from convlens.training.models.fields import Fields
from convlens.training.models.network import Network, network_of
from convlens.training.settings.settings import Settings

IMAGES = Fields("image", (2, 8, 8), "float32", 3)
TEXTS = Fields("text", (12,), "int64", 3, words=40)
CODE = """
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
{layers}

    def forward(self, x):
{forward}
"""


def own(folder: Path, layers: str, forward: str, fields: Fields = IMAGES, **settings: object) -> Network:
    path = folder / "mine.py"
    indented = ["\n".join(" " * 8 + line for line in text.splitlines()) for text in (layers, forward)]
    path.write_text(CODE.format(layers=indented[0], forward=indented[1]))
    return network_of(f"{path}:Net", fields, Settings().with_values(settings))


def said(network: Network) -> list[str]:
    return [remark.text() for remark in network.remarks]


CONV = "self.c = nn.Conv2d(1, 4, 3, stride=2, padding=1, dilation=1, bias=False, padding_mode='reflect')"
HEAD = "self.y = nn.Linear(4, 10)"
FORWARD = "return self.y(self.c(x).mean((2, 3)))"


def test_stem_and_head_are_fitted_and_the_rest_stays(tmp_path: Path) -> None:
    made = own(tmp_path, f"{CONV}\n{HEAD}", FORWARD)
    conv = made.module.c
    assert (conv.in_channels, conv.stride, conv.padding_mode, conv.bias) == (2, (2, 2), "reflect", None)
    assert made.module.y.out_features == 3
    assert said(made) == [
        "c reads 2 instead of 1 channels, as the data have",
        "y gives 3 instead of 10 values, one for each class",
    ]
    assert sum(weight.numel() for weight in made.module.parameters()) == 4 * 2 * 9 + 4 * 3 + 3


def test_a_module_that_fits_stays_as_it_is(tmp_path: Path) -> None:
    """Also where the layer that was made last is not the one that is called last."""
    layers = "self.c = nn.Conv2d(2, 4, 3)\nself.y = nn.Linear(6, 3)\nself.middle = nn.Linear(4, 6)"
    made = own(tmp_path, layers, "return self.y(self.middle(self.c(x).mean((2, 3))))")
    assert said(made) == []
    assert made.module.middle.out_features == 6


def test_the_head_is_the_layer_that_is_called_last(tmp_path: Path) -> None:
    layers = f"{CONV}\nself.y = nn.Linear(6, 10)\nself.middle = nn.Linear(4, 6)\nself.aux = nn.Linear(4, 10)"
    made = own(tmp_path, layers, "return self.y(self.middle(self.c(x).mean((2, 3))))")
    found = [getattr(made.module, name).out_features for name in ("y", "middle", "aux")]
    assert found == [3, 6, 10]


def test_a_convolution_may_be_the_head(tmp_path: Path) -> None:
    made = own(tmp_path, f"{CONV}\nself.y = nn.Conv2d(4, 10, 1)", "return self.y(self.c(x)).mean((2, 3))")
    assert made.module.y.out_channels == 3


def test_layers_made_lazily_come_from_the_seed(tmp_path: Path) -> None:
    layers = "self.c = nn.LazyConv2d(4, 3)\nself.b = nn.LazyBatchNorm2d()\nself.y = nn.LazyLinear(10)"
    forward = "return self.y(self.b(self.c(x)).flatten(1))"
    nets = [own(tmp_path, layers, forward, seed=seed).module for seed in (5, 5, 6)]
    assert nets[0].c.in_channels == 2
    assert nets[0].c.weight.equal(nets[1].c.weight)
    assert not nets[0].c.weight.equal(nets[2].c.weight)
    assert nets[0].y.weight.shape == (3, 4 * 36)


def test_the_users_generator_stays_where_it_was(tmp_path: Path) -> None:
    torch.manual_seed(1)
    expected = torch.rand(1)
    torch.manual_seed(1)
    own(tmp_path, f"{CONV}\n{HEAD}", FORWARD)
    assert torch.rand(1).equal(expected)


def test_batch_statistics_stay_as_they_were_made(tmp_path: Path) -> None:
    made = own(tmp_path, f"{CONV}\nself.b = nn.BatchNorm2d(4)\n{HEAD}", "return self.y(self.b(self.c(x) + 1).mean((2, 3)))")
    assert made.module.b.running_mean.equal(torch.zeros(4))
    assert int(made.module.b.num_batches_tracked) == 0
    assert made.module.training


def test_what_it_prints_is_no_result(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    own(tmp_path, f"print('made')\n{CONV}\n{HEAD}", f"print('called')\n{FORWARD}")
    seen = capsys.readouterr()
    assert seen.out == ""
    assert "made" in seen.err


REFUSED = {
    "one that raises": ("raise KeyError('weights.pt')", "return x", "weights.pt"),
    "one that raises when it is called": (f"{CONV}\n{HEAD}", "raise KeyError('mask')", "cannot take 2x2x8x8: KeyError: 'mask'"),
    "a tuple": (f"{CONV}\n{HEAD}", "return self.y(self.c(x).mean((2, 3))), x", "gives a tuple for 2 examples; classification"),
    "a tuple in training mode": (
        f"{CONV}\n{HEAD}",
        "y = self.y(self.c(x).mean((2, 3)))\nreturn (y, x) if self.training else y",
        "gives a tuple for 2 examples in training mode",
    ),
    "maps": (CONV, "return self.c(x)", "gives 2x4x4x4 for 2 examples; classification takes 2x3"),
    "another width behind the head": (f"{CONV}\n{HEAD}", f"{FORWARD}.repeat(1, 2)", "gives 2x20 for 2 examples"),
    "no weights": ("self.a = nn.ReLU()", "return x.flatten(1)[:, :3]", "no weights that are trained"),
    "frozen weights": (
        "self.y = nn.Linear(128, 3).requires_grad_(False)", "return self.y(x.flatten(1))", "no weights that are trained"),
    "whole numbers": ("self.y = nn.Linear(128, 3)", "return self.y(x.flatten(1)).long()", "gives int64 values"),
    "groups": ("self.c = nn.Conv2d(4, 4, 3, groups=4)\n" + HEAD, FORWARD, "cannot take 2x2x8x8"),
    "a linear layer as its stem": ("self.y = nn.Linear(784, 3)", "return self.y(x.flatten(1))", "cannot take 2x2x8x8"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_one_message(name: str, tmp_path: Path) -> None:
    layers, forward, message = REFUSED[name]
    with pytest.raises(UsageError) as raised:
        own(tmp_path, layers, forward)
    assert message in str(raised.value)
    assert "mine.py:Net" in str(raised.value)


@pytest.mark.parametrize(("code", "message"), [("def net(): return 3", "is a int"), ("net = [1]", "is a list")])
def test_what_is_no_module(code: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(code)
    with pytest.raises(UsageError, match=message):
        network_of(f"{tmp_path / 'mine.py'}:net", IMAGES, Settings())


def test_settings_of_layers(tmp_path: Path) -> None:
    dropping = f"{CONV}\nself.d = nn.Dropout2d(0.5)\n{HEAD}", "return self.y(self.d(self.c(x)).mean((2, 3)))"
    assert own(tmp_path, *dropping, dropout=0.25).module.d.p == 0.25
    assert own(tmp_path, f"{CONV}\n{HEAD}", FORWARD, dropout=0.0)
    with pytest.raises(UsageError, match="no dropout layer"):
        own(tmp_path, f"{CONV}\n{HEAD}", FORWARD, dropout=0.25)
    with pytest.raises(UsageError, match="norm=group changes networks in the text form"):
        own(tmp_path, f"{CONV}\n{HEAD}", FORWARD, norm="group")


TABLE = "self.places = nn.Embedding(12, 4)\nself.words = nn.Embedding(30, 4, padding_idx=0)\n" + HEAD
WORDS = "return self.y((self.places(torch.arange(x.shape[1])) + self.words(x)).mean(1))"


def test_a_table_of_words_holds_the_vocabulary(tmp_path: Path) -> None:
    """The table of places, which is called first, does not read the words."""
    made = own(tmp_path, TABLE, WORDS, TEXTS)
    assert (made.module.words.num_embeddings, made.module.words.padding_idx) == (40, 0)
    assert made.module.places.num_embeddings == 12
    assert "words holds 40 instead of 30 words, as the data have" in said(made)
    assert own(tmp_path, TABLE.replace("30", "99"), WORDS, TEXTS).module.words.num_embeddings == 99


def test_a_layer_that_is_held_twice_is_replaced_twice() -> None:
    shared = nn.Linear(4, 4)
    module = nn.Sequential(shared, nn.Sequential(shared))
    replaced(module, "0", nn.Linear(4, 4))
    assert module[0] is module[1][0]
    assert module[0] is not shared


def test_the_calls_are_seen_in_their_order_up_to_an_error() -> None:
    module = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(4, 5), nn.Linear(5, 6))
    found = called(module, torch.zeros(2, 2))
    assert found.layers == ["0", "2"]
    assert found.reads_input == ["0"]
    assert isinstance(found.error, RuntimeError)
    assert not any(layer._forward_pre_hooks for layer in module)


def test_costs_are_those_of_one_example(tmp_path: Path) -> None:
    made = own(tmp_path, "self.y = nn.Linear(128, 3)\nself.b = nn.BatchNorm1d(3)", "return self.b(self.y(x.flatten(1)))")
    assert sum(node.macs or 0 for node in facts(made.graph).nodes.values()) == 128 * 3


@pytest.mark.parametrize("line", ["x = x * 2 if x.sum() > 0 else x", "x = torch.from_numpy(x.detach().numpy())"])
def test_code_that_looks_at_values_is_trained_too(line: str, tmp_path: Path) -> None:
    made = own(tmp_path, "self.y = nn.Linear(128, 3)", f"{line}\nreturn self.y(x.flatten(1))")
    assert sum(node.macs or 0 for node in facts(made.graph).nodes.values()) == 128 * 3
