"""`convlens.run` on a network; the framework itself is the oracle: PyTorch's own module, onnxruntime's own session."""

from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch
from torch import nn

import convlens
from convlens.backends.torch import weights_of
from convlens.importers.calls import read
from convlens.importers.torch import capture
from convlens.ir import text
from convlens.ir.errors import ShapeError, UsageError
from tests.execution.test_on_files import FACTORY, onnx_file
from tests.networks import torch_twins

NET = """
input x: 1x3x8x8
c = conv(x, out=4, kernel=3x3, padding=1)
b = batch_norm(c)
r = relu(b)
f = flatten(r)
l = linear(f, out=5)
output l
output r
"""


class Twin(nn.Module):
    """The same as `NET`, under the same names."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(4)
        self.c, self.b, self.l = nn.Conv2d(3, 4, 3, padding=1), nn.BatchNorm2d(4), nn.Linear(256, 5)
        self.b.running_mean += 0.3

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        r = self.b(self.c(x)).relu()
        return self.l(r.flatten(1)), r


class Odd(nn.Module):
    """Arguments of every kind."""

    def forward(self, batch: dict, scale: float = 1.0, *, size: tuple[int, int] = (1, 1)) -> dict[str, torch.Tensor]:
        pooled = nn.functional.adaptive_avg_pool2d(batch["image"], size)
        return {"scaled": pooled * scale, "ids": batch["ids"][0] + 1}


def values(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


def close(made: object, theirs: torch.Tensor) -> None:
    np.testing.assert_allclose(np.asarray(made), theirs.detach().numpy(), rtol=1e-5, atol=1e-6)


def test_a_network_by_name_with_the_weights_of_its_twin() -> None:
    torch.manual_seed(7)
    module, x = torch_twins.lenet5().eval(), values(2, 1, 32, 32)
    made = convlens.run("lenet5", x, module.state_dict())
    assert (type(made), made.dtype) == (np.ndarray, np.float32)
    close(made, module(torch.from_numpy(x)))
    drawn = convlens.run("lenet5", x)
    assert not np.allclose(drawn, made)
    assert (convlens.run("lenet5", x, seed=1) != drawn).any()


@pytest.mark.parametrize("kind", ["mapping", "arrays", "path", "pathlib", "list", "data parallel", "half", "double"])
def test_weights_of_every_kind(kind: str, tmp_path: Path) -> None:
    module, x = Twin().eval(), values(1, 3, 8, 8)
    state = module.state_dict()
    torch.save(state, tmp_path / "a.pt")
    given = {
        "mapping": state,
        "arrays": {name: w.numpy() for name, w in state.items()},
        "path": str(tmp_path / "a.pt"),
        "pathlib": tmp_path / "a.pt",
        "list": [str(tmp_path / "a.pt")],
        "data parallel": {f"module.{name}": w for name, w in state.items()},
        "half": {name: w.half() for name, w in state.items()},
        "double": {name: w.double() for name, w in state.items()},
    }[kind]
    scores, maps = convlens.run(text.parse(NET), x, given)
    theirs = module(torch.from_numpy(x))
    tolerance = 1e-2 if kind == "half" else 1e-6
    np.testing.assert_allclose(scores, theirs[0].detach().numpy(), atol=tolerance)
    np.testing.assert_allclose(maps, theirs[1].detach().numpy(), atol=tolerance)
    assert scores.dtype == np.float32


def test_a_text_file_and_a_factory(tmp_path: Path) -> None:
    module, x = Twin().eval(), values(3, 3, 8, 8)
    (tmp_path / "net.txt").write_text(NET)
    close(convlens.run(str(tmp_path / "net.txt"), x, module.state_dict())[0], module(torch.from_numpy(x))[0])
    (tmp_path / "nets.py").write_text(FACTORY)
    a, b = values(1, 3), values(1, 3, seed=1)
    assert (convlens.run(f"{tmp_path}/nets.py:Pair", (a, b)) == a - b).all()
    assert (convlens.run(f"{tmp_path}/nets.py:Pair", b=a, a=b) == b - a).all()


def test_an_onnx_file(tmp_path: Path) -> None:
    path, module = onnx_file(tmp_path, shape=("N", 3, "H", "W"))
    x = values(2, 3, 10, 9)
    (theirs,) = onnxruntime.InferenceSession(path).run(None, {"x": x})
    assert (convlens.run(path, x) == theirs).all()
    close(convlens.run(path, x=x.astype(np.float64)), module(torch.from_numpy(x)))
    close(convlens.run(path, x, layer="first"), module[0](torch.from_numpy(x)))
    assert isinstance(convlens.run(path, torch.from_numpy(x)), torch.Tensor)


def test_a_live_module_gives_what_it_gives_itself() -> None:
    module, x = Twin(), torch.from_numpy(values(4, 3, 8, 8))
    for mode in (False, True):
        module.train(mode)
        before = {name: w.clone() for name, w in module.state_dict().items()}
        theirs = module(x)
        module.load_state_dict(before)
        made = convlens.run(module, x)
        assert all(torch.equal(ours, other) for ours, other in zip(made, theirs, strict=True))
        assert module.training is mode
        assert not made[0].requires_grad
        module.load_state_dict(before)
        assert isinstance(convlens.run(module, x.numpy())[0], np.ndarray)
        assert torch.equal(before["b.running_mean"], module.b.running_mean) is not mode


def test_other_weights_for_a_live_module_leave_it_as_it_was() -> None:
    module, x = Twin().eval(), torch.from_numpy(values(1, 3, 8, 8))
    before = {name: w.clone() for name, w in module.state_dict().items()}
    other = Twin().eval()
    nn.init.normal_(other.l.weight)
    close(convlens.run(module, x, other.state_dict())[0], other(x)[0])
    assert all(torch.equal(w, before[name]) for name, w in module.state_dict().items())


def test_what_a_forward_takes_is_passed_on() -> None:
    image, ids = values(1, 2, 6, 6), np.array([3, 4])
    pooled, first = convlens.run(Odd(), {"image": image, "ids": ids}, size=(2, 3), scale=2.0)
    theirs = Odd()({"image": torch.from_numpy(image), "ids": torch.from_numpy(ids)}, 2.0, size=(2, 3))
    close(pooled, theirs["scaled"])
    assert (first, type(first)) == (theirs["ids"].item(), np.ndarray)
    assert isinstance(convlens.run(Odd(), {"image": torch.from_numpy(image), "ids": ids})[0], torch.Tensor)


class Nested(nn.Module):
    def forward(self, x: torch.Tensor) -> list:
        print("once")
        return [[x, x + 1], (x + 2,), {"more": x + 3}]


def test_a_live_module_runs_once_and_every_tensor_of_it_is_given(capsys: pytest.CaptureFixture[str]) -> None:
    module, seen = Nested(), []
    module.register_forward_hook(lambda _module, args, _made: seen.append(args[0]))
    x = torch.zeros(2)
    assert [made.tolist() for made in convlens.run(module, x)] == [[at, at] for at in range(4)]
    assert len(seen) == 1
    assert seen[0] is x
    assert capsys.readouterr() == ("once\n", "")


def test_a_tensor_keeps_its_dtype_in_a_live_module() -> None:
    module = nn.Linear(3, 2).bfloat16()
    x = torch.ones(1, 3, dtype=torch.bfloat16)
    assert torch.equal(convlens.run(module, x), module(x).detach())
    assert convlens.run(module, np.ones((1, 3))).dtype == np.float32
    with pytest.raises(UsageError, match=r"running Linear failed:\n(.*\n)*.*must have the same dtype"):
        convlens.run(nn.Linear(3, 2), torch.ones(1, 3, dtype=torch.float64))


@pytest.mark.parametrize("layer", ["c", "b", "r"])
def test_a_layer(layer: str) -> None:
    module, x = Twin().eval(), torch.from_numpy(values(2, 3, 8, 8))
    steps = {"c": module.c(x), "b": module.b(module.c(x)), "r": module.b(module.c(x)).relu()}
    close(convlens.run(text.parse(NET), x, module.state_dict(), layer=layer), steps[layer])
    if layer != "r":
        close(convlens.run(module, x, layer=layer), steps[layer])


def test_a_network_with_channels_last_takes_and_gives_its_own_order() -> None:
    call = "tf.nn.conv2d(x, [3, 3, 2, 4], 1, 'VALID')"
    graph, x, kernel = read(call, [(1, 6, 7, 2)]), values(3, 6, 7, 2), values(3, 3, 2, 4, seed=1)
    made = convlens.run(graph, x, {"weight": kernel.transpose(3, 2, 0, 1)})
    assert made.shape == (3, 4, 5, 4)
    np.testing.assert_allclose(made, convlens.run(call, x, [kernel]), rtol=1e-5, atol=1e-6)


def test_several_inputs_and_indices() -> None:
    graph = text.parse("input a: 1x3\ninput ids: 4:int64\ne = embedding(ids, count=9, width=3)\ns = add(e, a)\noutput s")
    a, ids, table = values(1, 3), np.array([1, 8, 0, 1]), values(9, 3, seed=2)
    for made in (
        convlens.run(graph, (a, ids), {"weight": table}),
        convlens.run(graph, a, {"weight": table}, ids=ids),
        convlens.run(graph, ids=ids.astype("int32"), a=a, weights={"weight": table}),
    ):
        np.testing.assert_allclose(made, table[ids] + a, rtol=1e-6)


def test_a_captured_graph_with_the_weights_of_its_module() -> None:
    """The graph computes in the dtype of its input."""
    module, x = Twin().double().eval(), torch.from_numpy(values(1, 3, 8, 8)).double()
    graph = capture(module, (x,))
    assert weights_of(module, graph)
    made = convlens.run(graph, x, module.state_dict())
    assert made[0].dtype == torch.float64
    torch.testing.assert_close(made, module(x), rtol=1e-12, atol=1e-12)


def test_the_arrays_are_left_as_they_were_and_need_not_be_in_order_in_memory() -> None:
    x = values(1, 32, 32, 1)
    before = x.copy()
    turned = x[:, ::-1].transpose(0, 3, 1, 2)
    turned.flags.writeable = False
    made = convlens.run(text.parse("input x: 1x1x32x32\nr = identity(x)\noutput r"), turned)
    assert (made == turned).all()
    made[:] = 0
    assert (x == before).all()


PICTURE = values(1, 1, 32, 32)
TAKES = "lenet5 takes 1 input(s), but given are {}; it has: x (?x1x32x32)\n  fix: each of them once"

MESSAGES = [
    ("alexnett", (PICTURE,), {}, "there is no network 'alexnett' (did you mean 'alexnet'?)"),
    ("lenet5", (PICTURE, PICTURE), {}, TAKES.format("2 in order")),
    ("lenet5", (), {}, TAKES.format("0 in order")),
    ("lenet5", (PICTURE,), {"x": PICTURE}, TAKES.format("1 in order, 'x' by name")),
    ("lenet5", (), {"y": PICTURE}, "lenet5 has no input 'y'; it has: x (?x1x32x32)"),
    ("lenet5", "a.png", {}, "input 'x' must be an array of numbers, not 'a.png'"),
    ("lenet5", [[1], [1, 2]], {}, "input 'x' must be an array of numbers, not [[1], [1, 2]]"),
    ("lenet5", np.array(["a"]), {}, "input 'x' must be an array of numbers, not an array of <U1"),
    ("lenet5", PICTURE * 1j, {}, "input 'x' takes float32, but an array of complex64 is given"),
    ("Conv2d(1, 1, 1)", (), {"x": PICTURE}, "Conv2d(1, 1, 1) takes its inputs in order, not by name, as 'x' is given"),
    (
        "Conv2d(1, 1, 1)", PICTURE, {"layer": "c"},
        "Conv2d(1, 1, 1) is one layer, so none in it has a name\n  fix: leave --layer out, in Python layer=",
    ),
    (
        "Conv2d(1, 1, 1)", PICTURE, {"weights": {"weight": 1}},
        "Conv2d(1, 1, 1) takes its weights in order, bias last, not by name",
    ),
    (
        "lenet5", PICTURE, {"weights": [PICTURE]},
        "the weights of a network are tensors by name, as its state_dict() has them, or the path of a checkpoint\n"
        "  fix: weights={'conv1.weight': array, ...}",
    ),
    ("lenet5", PICTURE, {"weights": ["a.pt", "b.pt"]}, "there are 2 files of weights, but a network has one"),
    ("lenet5", PICTURE, {"weights": {3: PICTURE}}, "weights are tensors by name, and 3 is no name"),
    ("lenet5", PICTURE, {"weights": {"c1.bias": "six"}}, "the weight 'c1.bias' must be an array of numbers, not 'six'"),
    ("lenet5", PICTURE, {"weights": {"fc": PICTURE}}, "weights does not hold the weights of lenet5\n  missing, 10:\n    c1.weight"),
    ("lenet5", PICTURE, {"layer": "c11"}, "there is no layer 'c11' (did you mean 'c1'?)\n  fix: one of c1, c1.tanh, s2"),
]  # fmt: skip


@pytest.mark.parametrize(("model", "given", "settings", "message"), MESSAGES, ids=[each[3] for each in MESSAGES])
def test_messages(model: str, given: object, settings: dict, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        convlens.run(model, given, **settings)
    assert str(caught.value).startswith(message)


def test_a_shape_that_a_layer_cannot_take_is_the_layer_s_own_error() -> None:
    for network in ("lenet5", Twin().eval()):
        with pytest.raises(ShapeError, match="fix:"):
            convlens.run(network, values(1, 3, 7, 7))


@pytest.mark.parametrize("model", [None, 3, nn.Linear, Path("alexnet")])
def test_what_is_no_model_is_refused(model: object) -> None:
    with pytest.raises(UsageError, match="is not a model: a torch.nn.Module or a Graph is needed"):
        convlens.run(model, values(1))


def test_a_wrong_expectation_is_noticed() -> None:
    """The partner: other weights give other numbers."""
    module, x = Twin().eval(), torch.from_numpy(values(1, 3, 8, 8))
    state = {**module.state_dict(), "l.bias": module.l.bias.detach() + 1}
    with pytest.raises(AssertionError):
        close(convlens.run(text.parse(NET), x, state)[0], module(x)[0])
