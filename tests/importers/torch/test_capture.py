"""Captured graphs against PyTorch: parameters, buffers, MACs and output shapes of modules that are hard to capture."""

import random
from pathlib import Path

import pytest
import torch
from torch import nn

import convlens
from convlens.importers.torch import capture
from convlens.ir.errors import UsageError
from convlens.ir.spec import TensorSpec
from convlens.ir.text import format as written
from convlens.ir.text import parse
from convlens.passes.facts import count, facts
from tests.importers.torch.oracle import buffers_of, kernel_macs, params_of
from tests.importers.torch.tricky_modules import CASES, CalledTwice, StateInForward


def zeros(value):
    """Real tensors in place of the shapes."""
    return {k: zeros(v) for k, v in value.items()} if isinstance(value, dict) else torch.zeros(value)


def output_shapes(result):
    if isinstance(result, torch.Tensor):
        return [tuple(result.shape)]
    if hasattr(result, "__dataclass_fields__"):
        result = vars(result)
    items = result.values() if isinstance(result, dict) else result if isinstance(result, tuple | list) else ()
    return [shape for item in items for shape in output_shapes(item)]


@pytest.fixture(params=CASES.values(), ids=CASES)
def case(request):
    return request.param


@pytest.fixture
def captured(case):
    torch.manual_seed(0)
    module = case.module().eval()
    return module, capture(module, case.args, case.kwargs)


def all_params(graph, found):
    return sum(f.params for f in found.nodes.values()) + sum(count({e.name: e.shape}) for e in graph.extras if e.kind == "param")


def test_parameters_and_buffers_are_exact(captured):
    module, graph = captured
    found = facts(graph)
    assert found.error is None
    assert all_params(graph, found) == params_of(module)
    buffers = sum(f.buffers for f in found.nodes.values()) + sum(
        count({e.name: e.shape}) for e in graph.extras if e.kind == "buffer"
    )
    assert buffers == buffers_of(module)


def test_macs_are_those_of_the_kernels(case, captured):
    module, graph = captured
    found = facts(graph)
    unknown = tuple(node.op.call for node in graph if found.nodes[node.name].macs is None)
    assert unknown == case.unknown
    if not unknown and case.module.__name__ != "Scripted":
        expected = kernel_macs(module.train(), *map(zeros, case.args), **zeros(case.kwargs))
        assert sum(f.macs for f in found.nodes.values()) == expected


def test_output_shapes_are_those_of_pytorch(case, captured):
    module, graph = captured
    specs = facts(graph).nodes
    shapes = [specs[ref.node].outputs[ref.port].dims for ref in graph.outputs]
    with torch.no_grad():
        result = module(*map(zeros, case.args), **zeros(case.kwargs))
    assert shapes == list(dict.fromkeys(output_shapes(result))) or shapes == output_shapes(result)


def test_the_text_form_holds_all_of_it(captured):
    _, graph = captured
    assert parse(written(graph)) == graph


def test_every_node_knows_its_module(captured):
    module, graph = captured
    paths = {path for path, _ in module.named_modules()} | {name for name, _ in module.named_parameters()}
    paths |= {name for name, _ in module.named_buffers()} | {""}
    assert all(node.module in paths for node in graph)


def snapshot(module):
    children = [(child, child.training, dict(vars(child))) for child in module.modules()]
    hooks = [len(child._forward_hooks) + len(child._forward_pre_hooks) for child in module.modules()]
    return children, hooks, {k: v.clone() for k, v in module.state_dict().items()}, [p.grad for p in module.parameters()]


def assert_unchanged(module, before):
    children, hooks, state, grads = before
    for child, training, attributes in children:
        assert child.training == training
        assert list(vars(child)) == list(attributes)
        assert all(vars(child)[name] is value for name, value in attributes.items())
    assert [len(child._forward_hooks) + len(child._forward_pre_hooks) for child in module.modules()] == hooks
    assert state.keys() == module.state_dict().keys()
    assert all(torch.equal(module.state_dict()[name], value) for name, value in state.items())
    assert [p.grad for p in module.parameters()] == grads


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("real", [True, False])
def test_the_module_is_left_as_it_was(case, training, real):
    module = case.module().train(training)
    before = snapshot(module)
    state, numbers = torch.get_rng_state(), random.getstate()
    capture(module, case.args, case.kwargs, real=real)
    assert_unchanged(module, before)
    assert torch.equal(torch.get_rng_state(), state)
    assert random.getstate() == numbers
    assert not torch.nn.modules.module._global_forward_pre_hooks
    assert not torch.nn.modules.module._global_forward_hooks


def test_a_plain_forward_does_change_the_module():
    """The partner of the test above: what it looks at really moves when nothing protects it."""
    module = StateInForward().train()
    before = snapshot(module)
    with torch.no_grad():
        module(torch.ones(1, 3, 8, 8))
    with pytest.raises(AssertionError):
        assert_unchanged(module, before)
    assert module.seen


class RaisesLate(StateInForward):
    def forward(self, x):
        super().forward(x)
        raise ValueError("the road ends here")


def test_a_forward_that_raises_is_reported_and_leaves_the_module_as_it_was():
    module = RaisesLate().train()
    before = snapshot(module)
    with pytest.raises(UsageError) as caught:
        capture(module, ((1, 3, 8, 8),))
    assert_unchanged(module, before)
    assert not module.seen
    message = str(caught.value)
    assert message.startswith("the forward of RaisesLate raised:\n")
    assert message.endswith("ValueError: the road ends here")
    assert Path(__file__).name in message
    assert "importers/torch/capture" not in message.replace(str(Path(__file__)), "")


def test_nothing_is_allocated_or_run(monkeypatch):
    """No kernel may see the module's weights or make a tensor with memory."""
    module = CalledTwice()
    called = []

    class Watch(torch.utils._python_dispatch.TorchDispatchMode):
        def __torch_dispatch__(self, func, types, args=(), kwargs=None):
            called.append(str(func))
            return func(*args, **(kwargs or {}))

    with Watch():
        module(torch.zeros(1, 3, 8, 8))
    assert any("convolution" in name for name in called), "the watch must see a real forward"
    called.clear()
    with Watch():
        capture(module, ((1, 3, 8, 8),))
    assert [name for name in called if "rng" not in name] == []


class LooksAtValues(nn.Module):
    def forward(self, x):
        if x.sum() > 0:
            return x
        return -x


def test_data_dependent_code_names_its_line_and_the_way_out():
    with pytest.raises(UsageError) as caught:
        capture(LooksAtValues(), ((1, 3),))
    lines = str(caught.value).splitlines()
    assert lines[0] == "torch.Tensor.__bool__ looks at the values of a tensor, and a capture has only shapes"
    assert lines[1].startswith("  at: test_capture.py:")
    assert lines[1].endswith("in forward: if x.sum() > 0:")
    assert lines[2] == "  fix: real=True (command line: --real) runs the module on zeros and records what it does"


def test_with_real_values_data_dependent_code_runs():
    graph = capture(LooksAtValues(), (torch.ones(1, 3),), real=True)
    assert graph.outputs[0].node == "x"
    graph = capture(LooksAtValues(), ((1, 3),), real=True)
    assert graph[graph.outputs[0].node].op.name == "elementwise"


class Selects(nn.Module):
    def forward(self, x):
        return x[x > 0] * 2


def test_a_shape_that_depends_on_values_is_a_named_unknown_behind_which_nothing_is_told():
    report = convlens.summary(nn.Sequential(nn.Linear(3, 4), Selects(), nn.Linear(4, 5)), (2, 3))
    assert report.facts.broken.op.call == "torch.Tensor.__getitem__ with a mask"
    record = report.to_dict()
    assert record["unknown"] == [report.facts.broken.name] == ["1.__getitem__"]
    assert (record["totals"]["params"], record["totals"]["macs"]) == (3 * 4 + 4 + 4 * 5 + 5, 2 * 3 * 4)
    lines = record["error"]["message"].splitlines()
    assert lines[0] == (
        "opaque '1.__getitem__': how large the result of torch.Tensor.__getitem__ with a mask is depends on the values of a "
        "tensor, and a capture has only shapes"
    )
    assert lines[-1] == "  fix: real=True (command line: --real) runs the module on zeros and records what it does"


@pytest.mark.parametrize(
    "call",
    [torch.nonzero, torch.unique, torch.where, lambda x: torch.masked_select(x, x > 0), torch.argwhere],
    ids=["nonzero", "unique", "where", "masked_select", "argwhere"],
)
def test_each_call_of_that_kind_ends_the_graph(call):
    class Calls(nn.Module):
        def forward(self, x):
            return call(x)

    found = facts(capture(Calls(), ((2, 3),)))
    assert found.broken.op.name == "opaque"
    assert "depends on the values" in str(found.error)
    assert facts(capture(Calls(), ((2, 3),), real=True)).error is None


def test_lengths_that_are_an_input_are_not_known():
    class Packs(nn.Module):
        def forward(self, x, lengths):
            return nn.utils.rnn.pack_padded_sequence(x, lengths, batch_first=True).data

    found = facts(capture(Packs(), ((2, 3, 4), torch.tensor([3, 1]))))
    assert found.broken.op.call == "torch.nn.utils.rnn.pack_padded_sequence"
    known = facts(capture(Packs(), ((2, 3, 4), torch.tensor([3, 1])), real=True))
    assert [y.dims for y in list(known.nodes.values())[-1].outputs] == [(4, 4)]


def test_with_real_values_a_shape_that_depends_on_values_is_known():
    graph = capture(Selects(), (torch.tensor([[1.0, -1.0, 2.0]]),), real=True)
    assert facts(graph).nodes[graph.outputs[0].node].outputs[0].dims == (2,)


class WrongChannels(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.second = nn.Conv2d(3, 4, 3), nn.Conv2d(5, 4, 3)

    def forward(self, x):
        return self.second(self.first(x)).relu()


def test_a_network_that_breaks_is_captured_up_to_the_breaking_layer():
    graph = capture(WrongChannels(), ((1, 3, 8, 8),))
    found = facts(graph)
    assert list(found.nodes) == ["first"]
    assert found.broken is not None
    lines = str(found.error).splitlines()
    assert lines[0] == "conv 'second': its weight is 4x5x3x3, but the input 1x4x6x6 needs 4x4x3x3"
    assert lines[1] == "  input: 1x4x6x6 from 'first'"
    assert lines[2].startswith("  written at: test_capture.py:")
    assert lines[3] == "  fix: in_channels=4, or the input that this layer was made for"


class TooSmall(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(nn.Conv2d(3, 4, 3), nn.Conv2d(4, 4, 7))

    def forward(self, x):
        return self.features(x)


def test_an_input_that_is_too_small_breaks_at_the_layer_with_a_fix():
    found = facts(capture(TooSmall(), ((1, 3, 7, 7),)))
    lines = str(found.error).splitlines()
    assert lines[0].startswith("conv 'features.1': ")
    assert "covers 7, but the input 1x4x5x5 padded by 0+0 is 5 wide" in lines[0]
    assert lines[-1].startswith("  fix: ")


@pytest.mark.parametrize("shape", [(0, 3, 8, 8), (1, -3, 8, 8)])
def test_sizes_below_one_are_refused(shape):
    with pytest.raises(UsageError, match="every size must be at least 1"):
        capture(CalledTwice(), (shape,))


def test_enormous_sizes_stay_exact():
    graph = capture(nn.Conv2d(1, 1, 3, padding=1), ((1, 1, 10**9, 10**9),))
    (found,) = facts(graph).nodes.values()
    assert found.outputs[0].dims == (1, 1, 10**9, 10**9)
    assert found.macs == 9 * 10**18


def test_half_precision_modules_get_half_precision_inputs():
    graph = capture(nn.Conv2d(1, 1, 3).half(), ((1, 1, 8, 8),))
    assert graph.inputs[0].spec.dtype == "float16"


def test_modules_on_the_meta_device_are_captured():
    with torch.device("meta"):
        module = nn.Sequential(nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8), nn.ReLU())
    graph = capture(module, ((1, 3, 8, 8),))
    assert [node.name for node in graph] == ["0", "1", "2"]


def test_captures_may_run_in_several_threads():
    from concurrent.futures import ThreadPoolExecutor

    modules = [nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU()) for _ in range(16)]
    with ThreadPoolExecutor(4) as pool:
        graphs = list(pool.map(lambda m: capture(m, ((1, 3, 8, 8),)), modules))
    assert all(len(graph.nodes) == 2 for graph in graphs)


def test_frozen_parameters_are_marked():
    module = nn.Sequential(nn.Conv2d(3, 8, 3), nn.Conv2d(8, 8, 3))
    module[0].weight.requires_grad_(False)
    assert [node.frozen for node in capture(module, ((1, 3, 8, 8),))] == [("weight",), ()]


def test_parameters_that_are_never_used_are_listed():
    module = CASES["KeywordOnly"].module()
    extras = {extra.name: extra.shape for extra in capture(module, (), {"a": (2, 6), "b": (2, 6)}).extras}
    assert extras == {"mix.weight": (3, 6, 6), "mix.bias": (3,)}


def test_a_dtype_may_be_said_with_the_shape():
    graph = capture(nn.Embedding(10, 8), (TensorSpec((2, 7), "int64"),))
    assert (graph.inputs[0].spec, facts(graph).nodes[graph.outputs[0].node].outputs[0].dims) == (
        TensorSpec((2, 7), "int64"),
        (2, 7, 8),
    )


def test_a_lazy_layer_is_refused_before_it_makes_its_weights():
    module = nn.Sequential(nn.LazyConv2d(8, 3))
    with pytest.raises(UsageError, match="a lazy layer gets its weights at its first call"):
        capture(module, ((2, 3, 9, 9),))
    assert isinstance(module[0].weight, nn.UninitializedParameter)
