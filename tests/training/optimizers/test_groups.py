"""What weight decay and L1 pull: by type in a module of PyTorch, by operator in a graph."""

import pytest
import torch
from torch import nn

from convlens.backends.torch.module import as_module
from convlens.ir.text import parse
from convlens.networks import load
from convlens.training.losses.l1 import l1_of
from convlens.training.optimizers.build import optimizer_of
from convlens.training.optimizers.groups import decaying, groups_of
from convlens.training.settings.settings import Settings

TEXT = """
input x: 2x12:int64
e = embedding(x, count=30, width=8)
t = permute(e, order=[0, 2, 1])
c = conv(t, out=4, kernel=3)
n = layer_norm(c, shape=4x10)
p = prelu(n)
b = batch_norm(p)
f = flatten(b)
y = linear(f, out=3)
output y
"""


def names(module):
    ids = {id(weight) for weight in decaying(module)}
    return [name for name, weight in module.named_parameters() if id(weight) in ids]


def test_in_a_graph_only_the_weights_of_layers_decay():
    assert names(as_module(parse(TEXT))) == ["c.weight", "y.weight"]


def test_a_graph_inside_a_module_is_seen():
    net = nn.Sequential(as_module(parse(TEXT)), nn.LayerNorm((1, 3)), nn.Linear(3, 2))
    assert names(net) == ["0.c.weight", "0.y.weight", "2.weight"]


def test_resnet18_as_pytorch_users_split_it():
    net = as_module(load("resnet18"))
    pulled = names(net)
    assert len(pulled) == 21, "20 convolutions and the head"
    assert all(dict(net.named_parameters())[name].ndim in (2, 4) for name in pulled)


def test_in_a_module_of_pytorch_the_types_say_it():
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.words = nn.Embedding(9, 4)
            self.attention = nn.MultiheadAttention(4, 2, add_bias_kv=True)
            self.norm = nn.LayerNorm((5, 4))
            self.group = nn.GroupNorm(2, 4)
            self.rms = nn.RMSNorm((5, 4))
            self.conv = nn.Conv1d(4, 4, 3)
            self.head = nn.Linear(4, 2)
            self.head.weight.requires_grad_(False)

    assert names(Net()) == ["attention.in_proj_weight", "attention.out_proj.weight", "conv.weight"]


def test_every_trained_parameter_is_in_exactly_one_group():
    net = as_module(parse(TEXT))
    net.get_parameter("c.bias").requires_grad_(False)
    groups = groups_of(Settings(weight_decay=0.3), net)
    held = [id(weight) for group in groups for weight in group["params"]]
    assert sorted(held) == sorted(id(weight) for weight in net.parameters() if weight.requires_grad)
    assert [group["weight_decay"] for group in groups] == [0.3, 0.0]


def test_decay_all_decays_all():
    assert [group["weight_decay"] for group in groups_of(Settings(weight_decay=0.3, decay_all=True), as_module(parse(TEXT)))] == [
        0.3,
        0.3,
    ]


def test_a_step_without_gradient_pulls_weights_and_leaves_the_rest():
    net = nn.Sequential(nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4))
    before = {name: weight.detach().clone() for name, weight in net.named_parameters()}
    optimizer = optimizer_of(Settings(optimizer="sgd", weight_decay=0.5, learning_rate=0.1, momentum=0.0), net)
    for weight in net.parameters():
        weight.grad = torch.zeros_like(weight)
    optimizer.step()
    for name, weight in net.named_parameters():
        torch.testing.assert_close(weight.detach(), before[name] * (0.95 if name == "0.weight" else 1.0))


def test_l1_is_the_sum_of_absolute_weights_and_its_gradient_their_sign():
    net = as_module(parse(TEXT))
    loss = l1_of(net)
    loss.backward()
    assert loss.item() == pytest.approx(sum(net.get_parameter(name).abs().sum().item() for name in ("c.weight", "y.weight")))
    torch.testing.assert_close(net.get_parameter("y.weight").grad, net.get_parameter("y.weight").detach().sign())
    assert net.get_parameter("b.weight").grad is None


def test_l1_of_a_network_without_weights_is_0():
    assert l1_of(nn.ReLU()).item() == 0
