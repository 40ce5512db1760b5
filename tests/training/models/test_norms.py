"""Other norms and dropout shares: no shape changes, the network computes and learns."""

from math import prod

import pytest
import torch

from convlens.backends.torch.module import as_module
from convlens.ir.errors import UsageError
from convlens.ir.text import parse
from convlens.networks import load
from convlens.passes.facts import facts
from convlens.training.models.dropout import with_dropout
from convlens.training.models.norms import groups_for, with_norm

NORMS = {"group": "group_norm", "instance": "instance_norm", "layer": "group_norm", "none": None, "batch": "batch_norm"}


def small(head="y = linear(d, out=5)"):
    return parse(
        "input x: 4x3x10x10\nc = conv(x, out=32, kernel=3x3, bias=false)\nb = batch_norm(c)\nr = relu(b)\n"
        f"p = adaptive_max_pool(r, size=1x1)\nf = flatten(p)\nd = dropout(f)\n{head}\noutput y"
    )


@pytest.mark.parametrize("norm", NORMS)
@pytest.mark.parametrize("name", ["resnet18", "mobilenet_v2", "m5", "r3d_18"])
def test_no_shape_changes_in_known_networks(name, norm):
    graph = load(name)
    made = with_norm(graph, norm)
    before, after = facts(graph), facts(made)
    assert after.error is None
    old = {node.name for node in graph if node.op.name == "batch_norm"}
    assert old
    for node in made:
        assert after.nodes[node.name].outputs == before.nodes[node.name].outputs
        assert node.name not in old or node.op.name == NORMS[norm]
    assert {node.name for node in graph} - {node.name for node in made} == (old if norm == "none" else set())
    macs = [sum(one.macs or 0 for one in known.nodes.values()) for known in (before, after)]
    assert macs[0] == macs[1], "a norm multiplies no matrices"


@pytest.mark.parametrize("norm", ["group", "instance", "layer"])
def test_the_trained_values_stay_as_many_and_the_buffers_go(norm):
    graph = load("resnet18")
    before, after = facts(graph).nodes, facts(with_norm(graph, norm)).nodes
    assert sum(one.params for one in before.values()) == sum(one.params for one in after.values())
    assert sum(one.buffers for one in after.values()) == 0


def test_without_a_norm_each_convolution_before_one_gets_a_bias():
    graph = load("resnet18")
    made = with_norm(graph, "none")
    assert all(node.op.settings()["bias"] for node in made if node.op.name == "conv")
    assert sum(one.params for one in facts(made).nodes.values()) == 11_689_512 - 4800, "9600 for scale and shift, 4800 for bias"


@pytest.mark.parametrize("norm", ["group", "instance", "layer", "none"])
def test_it_computes_what_pytorchs_layer_computes(norm):
    net = as_module(with_norm(small("y = identity(d)"), norm)).eval()
    x = torch.randn(4, 3, 10, 10)
    c = torch.nn.functional.conv2d(x, net.get_parameter("c.weight"), net.get_parameter("c.bias") if norm == "none" else None)
    layers = {
        "group": torch.nn.GroupNorm(16, 32),
        "instance": torch.nn.InstanceNorm2d(32),
        "layer": torch.nn.GroupNorm(1, 32),
        "none": torch.nn.Identity(),
    }
    torch.testing.assert_close(net(x), layers[norm](c).relu().amax((2, 3)), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("norm", NORMS)
def test_it_learns(norm):
    torch.manual_seed(0)
    net = as_module(with_norm(small(), norm))
    optimizer = torch.optim.Adam(net.parameters(), 1e-2)
    x, y = torch.randn(4, 3, 10, 10, generator=torch.Generator().manual_seed(0)), torch.arange(4)
    losses = []
    for _ in range(60):
        loss = torch.nn.functional.cross_entropy(net(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert sum(losses[-10:]) < 0.7 * sum(losses[:5]) * 2


def test_groups_divide_the_channels_and_are_not_small():
    for channels in range(1, 300):
        for pixels in (1, 4, 49, 1000):
            groups = groups_for(channels, pixels)
            assert channels % groups == 0
            assert groups == 1 or (groups <= 32 and channels // groups >= 2 and channels // groups * pixels >= 16)
    assert groups_for(prod((2, 32)), 100) == 32


def test_nothing_to_replace_is_said():
    with pytest.raises(UsageError) as caught:
        with_norm(load("lenet5"), "group")
    assert str(caught.value) == "norm=group: the network 'lenet5' has no batch normalization to replace\n  fix: leave norm out"
    assert with_norm(load("lenet5"), "none").nodes == load("lenet5").nodes


def test_an_instance_of_one_value_is_refused():
    graph = parse("input x: 8x20\nf = linear(x, out=6)\nb = batch_norm(f)\noutput b")
    with pytest.raises(UsageError) as caught:
        with_norm(graph, "instance")
    assert (
        str(caught.value) == "norm=instance: 'b' has the input 8x6, one value a channel, which it would make 0\n  fix: norm group"
    )


def test_a_shared_norm_is_not_needed_twice():
    """Two norms that share their weights become two of their own."""
    graph = load("densenet121")
    made = with_norm(graph, "group")
    assert facts(made).error is None


@pytest.mark.parametrize("share", [0.0, 0.3])
def test_every_dropout_layer_has_the_share(share):
    made = with_dropout(load("alexnet"), share)
    shares = [node.op.settings()["p"] for node in made if node.op.name == "dropout"]
    assert len(shares) == 2
    assert set(shares) == {share}
    assert [node.name for node in made] == [node.name for node in load("alexnet")]


def test_a_network_without_dropout_says_so():
    with pytest.raises(UsageError) as caught:
        with_dropout(load("lenet5"), 0.5)
    assert str(caught.value) == (
        "the network 'lenet5' has no dropout layer\n  fix: leave dropout out, or write one into the network: d = dropout(x)"
    )
    assert with_dropout(load("lenet5"), 0.0).nodes == load("lenet5").nodes
