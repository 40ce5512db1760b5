"""The optimizers that settings ask for: what they are, that fused ones are right, and that all go on exactly from a file."""

import copy
import sys

import pytest
import torch
from torch import nn

from convlens.ir.errors import UsageError
from convlens.training.optimizers.build import optimizer_of, remarks_of
from convlens.training.optimizers.ftrl import Ftrl
from convlens.training.settings.optimizer import OPTIMIZERS
from convlens.training.settings.settings import Settings

RATES = {"lbfgs": 0.5, "ftrl": 0.1, "adadelta": 1.0, "sgd": 0.05, "shampoo": 0.05}


def net(*, channels_last=False):
    torch.manual_seed(0)
    made = nn.Sequential(nn.Conv2d(2, 4, 3, bias=False), nn.BatchNorm2d(4), nn.ReLU(), nn.Flatten(), nn.Linear(4 * 36, 3))
    return made.to(memory_format=torch.channels_last) if channels_last else made


def data(step):
    generator = torch.Generator().manual_seed(step)
    x = torch.randn(24, 2, 8, 8, generator=generator)
    return x, (x[:, 0].mean((1, 2)) > 0).long() + (x[:, 1].mean((1, 2)) > 0).long()


def settings_of(name, **more):
    return Settings(optimizer=name, learning_rate=RATES.get(name, 5e-3), weight_decay=1e-3, **more)


def train(module, optimizer, steps):
    for step in steps:
        x, y = data(step)

        def closure(x=x, y=y):
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(module(x), y)
            loss.backward()
            return loss

        optimizer.step(closure)
    return torch.cat([weight.detach().flatten() for weight in module.parameters()])


def needs_package(name):
    if name == "shampoo":
        pytest.importorskip("pytorch_optimizer")


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_it_learns(name):
    needs_package(name)
    module = net()
    optimizer = optimizer_of(settings_of(name), module)
    x, y = data(0)
    before = nn.functional.cross_entropy(module(x), y).item()
    train(module, optimizer, [0] * 25)
    assert nn.functional.cross_entropy(module(x), y).item() < 0.8 * before


def as_from_a_file(state):
    """Contiguous copies, as safetensors gives them."""
    if isinstance(state, torch.Tensor):
        return state.clone(memory_format=torch.contiguous_format)
    if isinstance(state, dict):
        return {key: as_from_a_file(value) for key, value in state.items()}
    return [as_from_a_file(item) for item in state] if isinstance(state, list) else copy.copy(state)


@pytest.mark.parametrize("channels_last", [False, True])
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_it_goes_on_exactly_from_a_file(name, channels_last):
    needs_package(name)
    whole = net(channels_last=channels_last)
    expected = train(whole, optimizer_of(settings_of(name), whole), range(6))
    first = net(channels_last=channels_last)
    optimizer = optimizer_of(settings_of(name), first)
    train(first, optimizer, range(3))
    second = net(channels_last=channels_last)
    second.load_state_dict(as_from_a_file(first.state_dict()))
    again = optimizer_of(settings_of(name), second)
    again.load_state_dict(as_from_a_file(optimizer.state_dict()))
    assert torch.equal(train(second, again, range(3, 6)), expected)


LOOPS = {
    "sgd": lambda groups: torch.optim.SGD(groups, 0.05, momentum=0.9, nesterov=True, foreach=False),
    "adagrad": lambda groups: torch.optim.Adagrad(groups, 5e-3, eps=1e-8, foreach=False),
    "adadelta": lambda groups: torch.optim.Adadelta(groups, 1.0, rho=0.999, eps=1e-8, foreach=False),
    "rmsprop": lambda groups: torch.optim.RMSprop(groups, 5e-3, alpha=0.999, eps=1e-8, momentum=0.9, foreach=False),
    "adam": lambda groups: torch.optim.Adam(groups, 5e-3, foreach=False),
    "adamw": lambda groups: torch.optim.AdamW(groups, 5e-3, foreach=False),
    "ftrl": lambda groups: Ftrl(groups, 0.1, beta=1e-8),
}


@pytest.mark.parametrize("name", LOOPS)
def test_it_is_pytorchs_loop_with_these_settings(name):
    theirs, mine = net(), net()
    weights = [theirs[0].weight, theirs[4].weight]
    rest = [weight for weight in theirs.parameters() if weight.ndim == 1]
    loop = LOOPS[name]([{"params": weights, "weight_decay": 1e-3}, {"params": rest, "weight_decay": 0.0}])
    expected = train(theirs, loop, range(5))
    torch.testing.assert_close(train(mine, optimizer_of(settings_of(name), mine), range(5)), expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", ["sgd", "adagrad", "adam", "adamw"])
def test_a_gradient_in_another_order_than_its_weight_gives_the_same_step(name):
    def stepped(weight_order, gradient_order, *, guarded=True):
        module = nn.Conv2d(4, 8, 3, bias=False)
        values = torch.linspace(-1, 1, 288).view(8, 4, 3, 3)
        module.weight = nn.Parameter(values.clone().contiguous(memory_format=weight_order))
        optimizer = optimizer_of(settings_of(name), module)
        assert optimizer.param_groups[0]["fused"]
        if not guarded:
            optimizer._optimizer_step_pre_hooks.clear()
        for step in range(3):
            module.weight.grad = torch.randn(values.shape, generator=torch.Generator().manual_seed(step)).contiguous(
                memory_format=gradient_order
            )
            optimizer.step()
        return module.weight.detach()

    expected = stepped(torch.contiguous_format, torch.contiguous_format)
    torch.testing.assert_close(stepped(torch.channels_last, torch.contiguous_format), expected)
    torch.testing.assert_close(stepped(torch.contiguous_format, torch.channels_last), expected)
    assert not torch.allclose(stepped(torch.channels_last, torch.contiguous_format, guarded=False), expected), (
        "this PyTorch takes both orders, so `aligned` is no longer needed"
    )


def test_muon_moves_matrices_as_pytorchs_own_and_kernels_as_matrices():
    module = net()
    optimizer = optimizer_of(settings_of("muon"), module)
    kernel, head, bias = module[0].weight, module[4].weight, module[4].bias
    flat = nn.Parameter(kernel.detach().flatten(1).clone())
    plain, rest = nn.Parameter(head.detach().clone()), nn.Parameter(bias.detach().clone())
    theirs = torch.optim.Muon([flat, plain], 5e-3, 1e-3, 0.9, adjust_lr_fn="match_rms_adamw")
    adamw = torch.optim.AdamW([rest], 5e-3, weight_decay=0.0)
    for step in range(3):
        train(module, optimizer, [step])
        flat.grad, plain.grad, rest.grad = kernel.grad.flatten(1).clone(), head.grad.clone(), bias.grad.clone()
        theirs.step()
        adamw.step()
    assert torch.equal(kernel.detach().flatten(1), flat.detach())
    assert torch.equal(head.detach(), plain.detach())
    torch.testing.assert_close(bias.detach(), rest.detach())


@pytest.mark.parametrize("more", [{"weight_decay": 0.0}, {"decay_all": True}])
def test_muon_takes_matrices_whatever_decays(more):
    module = net()
    optimizer = optimizer_of(Settings(optimizer="muon", **more), module)
    train(module, optimizer, range(1))
    assert {weight.ndim for weight in module.parameters() if "momentum_buffer" in optimizer.state[weight]} == {2, 4}


def test_momentum_0_is_plain_gradient_descent():
    module = net()
    optimizer = optimizer_of(Settings(optimizer="sgd", momentum=0.0), module)
    assert not optimizer.param_groups[0]["nesterov"]
    train(module, optimizer, range(1))


def test_shampoo_without_its_package_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "pytorch_optimizer", None)
    with pytest.raises(UsageError) as caught:
        optimizer_of(settings_of("shampoo"), net())
    assert str(caught.value) == 'shampoo needs the package pytorch_optimizer: pip install "convlens[optimizers]"'


def test_shampoo_refuses_what_it_could_never_finish():
    with pytest.raises(UsageError) as caught:
        optimizer_of(settings_of("shampoo"), nn.Linear(9216, 4))
    assert str(caught.value) == (
        "shampoo keeps a square matrix for each axis of a weight; one axis has 9216 values, more than 2048\n  fix: --optimizer muon"
    )


def test_a_network_without_weights_is_refused():
    with pytest.raises(UsageError) as caught:
        optimizer_of(Settings(), nn.ReLU())
    assert (
        str(caught.value) == "the network has no weight that is trained\n  fix: a network with parameters that require gradients"
    )


def test_remarks_say_what_an_optimizer_does_not_do():
    texts = [found.text() for found in remarks_of(Settings(optimizer="lbfgs"))]
    assert texts == [
        "lbfgs has no weight decay: weight_decay=0.01 changes nothing.",
        "lbfgs looks at how the gradient changes from step to step, so it needs the whole data in every step: --batch full.",
    ]
    assert remarks_of(Settings(optimizer="rprop", weight_decay=0.0, batch="full", schedule="fixed")) == []
    assert (
        "schedule and warmup change nothing"
        in remarks_of(Settings(optimizer="rprop", batch="full", schedule="cosine"))[-1].text()
    )
    assert remarks_of(Settings()) == []
