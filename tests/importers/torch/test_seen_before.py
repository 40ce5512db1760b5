"""Calls that were seen before are recorded without reading them again: the graph must be the one of the long way."""

import copy
import gc
import inspect
import re
import textwrap
import threading
import weakref
from contextlib import nullcontext
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.utils import parametrizations
from torch.overrides import TorchFunctionMode

import convlens
from convlens.importers.torch import capture, layers, mode, run
from convlens.importers.torch.forwards import READ_BY_FORWARD
from convlens.importers.torch.trace import Trace
from convlens.ir.errors import UsageError
from convlens.networks import load, names
from tests.importers.torch.tricky_modules import CASES
from tests.networks import torch_twins

SHAPE = (2, 4, 8, 8)


def facts_of(graph: Any) -> Any:
    """Everything in a graph, what equality leaves out included."""
    nodes = [(n, n.weights, n.source, n.value is None) for n in graph]
    return graph, nodes, graph.extras, dict(graph.held), graph.captured, str(graph.broken)


def captured(module: nn.Module, args: Any, kwargs: Any) -> Any:
    return facts_of(capture(module, args, kwargs))


def captured_the_long_way(module: nn.Module, *args: Any, **kwargs: Any) -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(run, "shortened", lambda _: nullcontext())
        patch.setattr(mode, "call_key", lambda *_: None)
        return captured(module, args, kwargs)


def assert_the_same(module: nn.Module, *args: Any, **kwargs: Any) -> None:
    """At the first capture the long way is taken by itself, at the next ones what it did is known."""
    expected = captured_the_long_way(module, *args, **kwargs)
    for _ in range(3):
        assert captured(module, args, kwargs) == expected


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The paths of the layers whose forward was not run."""
    paths: list[str] = []
    repeat = Trace.repeat_layer

    def watched(self: Trace, path: str, *args: Any, **kwargs: Any) -> Any:
        paths.append(path)
        return repeat(self, path, *args, **kwargs)

    monkeypatch.setattr(Trace, "repeat_layer", watched)
    return paths


@pytest.mark.parametrize("name", names())
def test_every_network(name):
    with torch.device("meta"):
        module = getattr(torch_twins, name)()
    inputs = [item.spec for item in load(name).inputs]
    assert_the_same(module.eval(), *inputs)
    assert_the_same(module.train(), *inputs)


@pytest.mark.parametrize("name", list(CASES))
def test_every_tricky_module(name):
    case = CASES[name]
    module = case.module().eval()
    capture(module, case.args, case.kwargs)  # TorchScript optimises a function when it runs for the second time
    assert_the_same(module, *case.args, **case.kwargs)


def layer(**kwargs: Any) -> nn.Module:
    return nn.Conv2d(4, 4, 3, padding=1, **kwargs)


class Holds(nn.Module):
    """One layer, called as ``how`` says."""

    def __init__(self, part: nn.Module, how: Any) -> None:
        super().__init__()
        self.part = part
        self.how = how

    def forward(self, x):
        return self.how(self.part, x)


@pytest.mark.parametrize(
    ("kind", "settings", "shape"),
    [
        (nn.Conv2d, {"in_channels": 4, "out_channels": 6, "kernel_size": 3, "padding": "same", "bias": False}, SHAPE),
        (nn.Conv2d, {"in_channels": 4, "out_channels": 6, "kernel_size": 3, "padding": 1, "padding_mode": "reflect"}, SHAPE),
        (nn.ConvTranspose2d, {"in_channels": 4, "out_channels": 6, "kernel_size": 3, "stride": 2, "output_padding": 1}, SHAPE),
        (nn.Linear, {"in_features": 8, "out_features": 3}, SHAPE),
        (nn.BatchNorm2d, {"num_features": 4}, SHAPE),
        (nn.BatchNorm2d, {"num_features": 4, "affine": False, "track_running_stats": False}, SHAPE),
        (nn.GroupNorm, {"num_groups": 2, "num_channels": 4}, SHAPE),
        (nn.LayerNorm, {"normalized_shape": [8, 8]}, SHAPE),
        (nn.ReLU, {"inplace": True}, SHAPE),
        (nn.ReLU6, {}, SHAPE),
        (nn.Hardswish, {"inplace": True}, SHAPE),
        (nn.PReLU, {"num_parameters": 4}, SHAPE),
        (nn.MaxPool2d, {"kernel_size": [2, 2]}, SHAPE),
        (nn.MaxPool2d, {"kernel_size": 2, "return_indices": True}, SHAPE),
        (nn.AvgPool2d, {"kernel_size": 2, "ceil_mode": True}, SHAPE),
        (nn.AdaptiveAvgPool2d, {"output_size": (None, 3)}, SHAPE),
        (nn.Dropout, {"p": 0.3, "inplace": True}, SHAPE),
    ],
)
@pytest.mark.parametrize("training", [False, True])
def test_each_kind_of_layer(kind, settings, shape, training):
    def twice_and_kept(part, x):
        y = part(x + 1)
        return y, part(x * 2), x

    assert_the_same(Holds(kind(**settings), twice_and_kept).train(training), shape)


def test_a_layer_that_was_seen_is_not_run(taken):
    module = nn.Sequential(layer(), nn.BatchNorm2d(4), nn.ReLU(inplace=True), nn.Flatten(), nn.Linear(256, 2))
    capture(module, (SHAPE,))
    taken.clear()
    capture(module, (SHAPE,))
    assert taken == ["0", "1", "2", "4"]


class Doubled(nn.Conv2d):
    def forward(self, x):
        return super().forward(x) * 2


def with_hook(part):
    part.register_forward_hook(lambda _m, _x, y: y + 1)
    return part


def with_own_forward(part):
    part.forward = lambda x: x * 3
    return part


def with_own_helper(part):
    part._conv_forward = lambda x, weight, bias: F.conv2d(x, weight * 2, bias)
    return part


def with_plain_weight(part):
    weight = part.weight.detach() * 2
    del part.weight
    part.weight = weight
    return part


def with_a_child(part):
    part.add_module("child", nn.ReLU())
    return part


OTHERWISE = {
    "subclass": lambda: Doubled(4, 4, 3),
    "hook": lambda: with_hook(layer()),
    "own forward": lambda: with_own_forward(layer()),
    "own helper": lambda: with_own_helper(layer()),
    "plain weight": lambda: with_plain_weight(layer()),
    "child": lambda: with_a_child(layer()),
    "parametrized": lambda: parametrizations.weight_norm(layer()),
    "weight_norm": lambda: nn.utils.weight_norm(layer()),
    "spectral_norm": lambda: nn.utils.spectral_norm(layer()),
    "scripted": lambda: torch.jit.script(layer()),
}


@pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning")
@pytest.mark.parametrize("name", list(OTHERWISE))
def test_a_layer_that_is_not_torchs_own_takes_the_long_way(name, taken):
    part = OTHERWISE[name]()
    assert_the_same(Holds(part, lambda part, x: part(part(x))).eval(), SHAPE)
    assert taken == []


class Watching(TorchFunctionMode):
    def __torch_function__(self, func, types, args=(), kwargs=None):
        return func(*args, **(kwargs or {})) * 2


def under_a_mode(part, x):
    with Watching():
        return part(x)


def under_autocast(part, x):
    with torch.autocast("cpu", dtype=torch.bfloat16):
        return part(x)


def hooked_meanwhile(part, x):
    handle = part.register_forward_hook(lambda _m, _x, y: y + 1)
    y = part(x)
    handle.remove()
    return y


def hooked_everywhere(part, x):
    handle = nn.modules.module.register_module_forward_hook(lambda _m, _x, y: y + 1)
    try:
        return part(x)
    finally:
        handle.remove()


def replaced_meanwhile(part, x):
    part.forward = lambda x: x * 3
    return part(x)


def set_meanwhile(part, x):
    part.stride = (2, 2)
    return part(x)


def other_weights(part, x):
    return torch.func.functional_call(part, {"weight": part.weight * 2}, (x,))


def of_a_copy(part, x):
    return copy.deepcopy(part)(x) + copy.copy(part)(x)


def without_the_mode(part, x):
    with torch._C.DisableTorchFunction():
        return part(x)


def another_shadow_of_a_view(part, x):
    view = x[:, :4]
    part(view)
    return F.relu_(view) + x


@pytest.mark.parametrize(
    "how",
    [
        lambda part, x: part(part(x)),
        lambda part, x: part.forward(x),
        lambda part, x: part(input=x),
        lambda part, x: part(part(x) + part(x)),
        under_a_mode,
        under_autocast,
        hooked_meanwhile,
        hooked_everywhere,
        replaced_meanwhile,
        set_meanwhile,
        other_weights,
        of_a_copy,
        without_the_mode,
        another_shadow_of_a_view,
        lambda part, x: torch.jit.script(part)(x),
    ],
)
def test_each_way_to_call_a_layer(how):
    plain = Holds(layer(), lambda part, x: part(x))
    capture(plain, (SHAPE,))
    module = Holds(layer(), how)
    before = dict(vars(module.part))
    assert_the_same(module, SHAPE)
    assert_the_same(nn.Sequential(layer(), module, nn.ReLU()), SHAPE)
    assert list(vars(module.part)) == list(before)
    assert all(value is before[name] for name, value in vars(module.part).items())


@pytest.mark.parametrize("how", [nn.functional.relu, lambda x: x + 1, lambda x: x + 1.0, lambda x: x * True, lambda x: 1 - x])
@pytest.mark.parametrize("dtype", ["int64", "float32"])
def test_values_of_another_type_are_other_calls(how, dtype):
    for other in (lambda x: x + 1, lambda x: x + 1.0, lambda x: x + True):
        capture(Holds(nn.Identity(), lambda _, x, other=other: other(x)), (torch.ones(2, 3, dtype=getattr(torch, dtype)),))
    x = torch.ones(2, 3, dtype=getattr(torch, dtype))
    assert_the_same(Holds(nn.Identity(), lambda _, x: how(x)), x)


def test_the_same_tensor_twice_and_two_tensors_are_told_apart():
    for how in (lambda x, y: x + x, lambda x, y: x + y, lambda x, y: y + x, lambda x, y: torch.cat([y, x, y], 1)):
        assert_the_same(Holds(nn.Identity(), lambda _, x, how=how: how(x * 2, x * 3)), SHAPE)


def test_writing_in_place():
    def written(_, x):
        y = x * 2
        y += x
        y.add_(1)
        z = y[:, :2]
        z += 1
        F.relu_(z)
        nn.functional.relu(y, inplace=True)
        y += y
        return y, z

    assert_the_same(Holds(nn.Identity(), written), SHAPE)


@pytest.mark.parametrize(
    "how",
    [
        lambda x: x.flatten(1),
        lambda x: x.reshape(2, -1, 8),
        lambda x: x.unsqueeze(1),
        lambda x: x.permute(0, 2, 3, 1),
        lambda x: x.transpose(1, 2),
        lambda x: x.flatten(2).transpose(1, 2),
        lambda x: x[:, :2],
        lambda x: x.view(2, 4, 8, 8),
    ],
)
def test_a_view_that_was_seen_is_still_one(how):
    def viewed(_, x):
        x = x * 2
        first = how(x) + 1
        view = how(x)
        view += 1
        F.relu_(view)
        return first, view, x + 1, how(x)

    assert_the_same(Holds(nn.Identity(), viewed), SHAPE)


def test_a_flatten_that_was_seen_is_not_read(monkeypatch):
    module = Holds(nn.Identity(), lambda _, x: torch.flatten(x, 1))
    capture(module, (SHAPE,))
    monkeypatch.setattr(mode.Capture, "_read", None)
    assert [node.op.name for node in capture(module, (SHAPE,))] == ["flatten"]


def test_tied_and_frozen_weights():
    module = nn.Sequential(layer(), layer(), nn.BatchNorm2d(4), layer())
    capture(module, (SHAPE,))
    module[1].weight = module[0].weight
    module[2].weight.requires_grad_(False)
    module[3].bias = None
    assert_the_same(module, SHAPE)
    found = capture(module, (SHAPE,))
    assert [(node.ties, node.frozen) for node in found] == [
        ((), ()),
        ((("weight", "0", "weight"),), ()),
        ((), ("weight",)),
        ((), ()),
    ]


def test_a_function_of_torch_that_a_tool_replaced_is_called(monkeypatch):
    module = nn.Sequential(layer(), nn.ReLU())
    capture(module, (SHAPE,))
    monkeypatch.setattr(F, "relu", lambda x, inplace=False: x * 2)
    assert [node.op.name for node in capture(module, (SHAPE,))] == ["conv", "mul"]
    assert_the_same(module, SHAPE)


def test_a_class_whose_forward_was_replaced_takes_the_long_way(monkeypatch):
    module = nn.Sequential(layer(), nn.ReLU())
    capture(module, (SHAPE,))
    monkeypatch.setattr(nn.ReLU, "forward", lambda self, x: x * 2)
    assert [node.op.name for node in capture(module, (SHAPE,))] == ["conv", "mul"]


def test_the_count_of_batches_that_a_momentum_of_none_reads_is_read_each_time():
    module = nn.Sequential(nn.BatchNorm2d(4, momentum=None)).train()
    for batches in (1, 4):
        module[0].num_batches_tracked.fill_(batches)
        assert_the_same(module, SHAPE)


def test_a_forward_that_raises_in_the_middle_leaves_no_trace():
    def raises(part, x):
        part(x)
        raise ValueError("in the middle")

    module = Holds(layer(), raises)
    before = dict(vars(module.part))
    for _ in range(2):
        with pytest.raises(UsageError, match="in the middle"):
            capture(module, (SHAPE,))
    assert dict(vars(module.part)).keys() == before.keys()


def test_a_layer_that_breaks_is_reported_the_same_after_others_were_seen():
    capture(nn.Sequential(layer(), nn.ReLU()), (SHAPE,))
    assert_the_same(nn.Sequential(layer(), nn.Conv2d(5, 4, 3), nn.ReLU()), SHAPE)
    assert_the_same(nn.Sequential(layer(), nn.Conv2d(4, 4, 9)), SHAPE)


def test_other_threads_call_the_layers_meanwhile():
    part = layer()
    x = torch.randn(SHAPE)
    expected = part(x)
    stop = threading.Event()
    wrong: list[Any] = []

    def call() -> None:
        while not stop.is_set():
            try:
                if not torch.equal(part(x), expected):
                    wrong.append("another result")
            except Exception as error:  # noqa: BLE001 - whatever it is, it is wrong
                wrong.append(error)

    threads = [threading.Thread(target=call) for _ in range(2)]
    for thread in threads:
        thread.start()
    for _ in range(200):
        capture(nn.Sequential(part, nn.ReLU()), (SHAPE,))
    stop.set()
    for thread in threads:
        thread.join()
    assert wrong == []


@pytest.mark.parametrize("kind", list(READ_BY_FORWARD))
def test_the_table_names_every_attribute_that_the_forward_reads(kind):
    """Read from PyTorch's own source; tensors and helpers aside."""
    source = "\n".join(
        textwrap.dedent(inspect.getsource(getattr(kind, name)))
        for name in ("forward", "_conv_forward", "_check_input_dim")
        if hasattr(kind, name)
    )
    read = set(re.findall(r"self\.(\w+)", re.sub(r"#.*", "", source)))
    tensors = {"weight", "bias", "running_mean", "running_var", "num_batches_tracked"}
    helpers = {"_conv_forward", "_check_input_dim", "_output_padding", "_reversed_padding_repeated_twice"}
    assert read - tensors - helpers <= set(READ_BY_FORWARD[kind])


class Counts(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("steps", torch.zeros(1))
        self.register_buffer("table", torch.zeros(3, 4))

    def forward(self, x):
        self.steps += 1
        self.table.add_(x.mean())
        self.steps.mul_(self.steps)
        return x * int(self.steps)


@pytest.mark.parametrize("real", [False, True])
def test_a_counter_is_read_back_as_it_was_written_and_left_as_it_was(real):
    module = Counts()
    capture(module, (SHAPE,), real=real)
    assert int(module.steps) == 0
    module.steps.fill_(2)
    found = capture(module, (SHAPE,), real=real)
    assert int(module.steps) == 2
    assert found.nodes[-1] == capture(Holds(nn.Identity(), lambda _, x: x * 9), (SHAPE,)).nodes[-1]


def test_a_batch_norm_without_momentum_that_has_seen_no_batch_is_captured():
    module = nn.Sequential(nn.BatchNorm2d(4, momentum=None)).train()
    assert_the_same(module, SHAPE)
    assert int(module[0].num_batches_tracked) == 0


@pytest.mark.parametrize("part", [nn.Conv2d(5, 4, 3), nn.Conv2d(4, 4, 9)])
def test_an_error_that_is_kept_holds_no_tensor(part):
    seen: list[Any] = []

    def watched(part, x):
        y = x * 2
        seen.append(weakref.ref(y))
        return part(y)

    for _ in range(2):
        assert capture(Holds(part, watched), (SHAPE,)).broken is not None
        gc.collect()
        assert seen.pop()() is None


def leaves(key: Any) -> list[Any]:
    return [leaf for item in key for leaf in leaves(item)] if isinstance(key, tuple) else [key]


def test_nothing_of_the_users_is_kept():
    class Number(float):
        pass

    slope = Number(0.25)
    capture(nn.Sequential(nn.LeakyReLU(slope), Holds(nn.Identity(), lambda _, x: x * slope)), (SHAPE,))
    keys = [*layers._SEEN, *mode._RECORDED]
    assert not any(type(leaf) is Number or isinstance(leaf, torch.Tensor | nn.Module) for key in keys for leaf in leaves(key))


def test_a_summary_is_the_same_the_second_time():
    module = nn.Sequential(layer(), nn.BatchNorm2d(4), nn.ReLU(inplace=True))
    first, second = (convlens.summary(module, SHAPE).to_dict() for _ in range(2))
    assert first == second
