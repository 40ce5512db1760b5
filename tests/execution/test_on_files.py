"""Whole runs: the network by name, the text file, the ONNX file, the module, the call; each against the framework itself."""

from pathlib import Path

import numpy as np
import onnx
import pytest
import soundfile
import torch
from onnx import TensorProto, helper, numpy_helper
from PIL import Image
from torch import nn

from convlens.backends.torch import Executor, initial_weights
from convlens.execution import run_graph
from convlens.execution.on_files import run_kernel, run_model
from convlens.execution.wanted import How
from convlens.ir import text
from convlens.ir.errors import ShapeError, UsageError
from convlens.networks import load

COLOURS = np.random.default_rng(3).integers(0, 256, (20, 24, 3), dtype=np.uint8)
UNIT = torch.from_numpy(COLOURS.transpose(2, 0, 1)[None] / 255).float()

FACTORY = """
import torch
from torch import nn

class Two(nn.Module):
    def __init__(self):
        super().__init__()
        torch.manual_seed(5)
        self.first = nn.Conv2d(3, 4, 3, padding=1)
        self.last = nn.Conv2d(4, 2, 3)
    def forward(self, picture):
        print("noise of the module")
        x = self.first(picture).relu()
        return {"map": self.last(x), "mean": x.mean((2, 3))}

class Looks(nn.Module):
    def forward(self, x):
        return x * 2 if float(x.sum()) > 0 else x

class Breaks(nn.Module):
    def forward(self, x):
        raise RuntimeError("broken inside")

class Pair(nn.Module):
    def forward(self, a, b):
        return a - b
"""


@pytest.fixture
def picture(tmp_path: Path) -> str:
    Image.fromarray(COLOURS).save(tmp_path / "a.png")
    return str(tmp_path / "a.png")


@pytest.fixture
def factory(tmp_path: Path) -> str:
    (tmp_path / "nets.py").write_text(FACTORY)
    return str(tmp_path / "nets.py")


def array(folder: Path, values: np.ndarray, name: str = "in.npy") -> str:
    np.save(folder / name, values)
    return str(folder / name)


def test_a_network_by_name(tmp_path: Path) -> None:
    values = np.random.default_rng(0).normal(size=(1, 1, 32, 32)).astype(np.float32)
    found = run_model("lenet5", [array(tmp_path, values)], seed=3)
    graph = load("lenet5")
    (expected,) = Executor(graph)({"x": torch.from_numpy(values)}, initial_weights(graph, 3)).values()
    np.testing.assert_array_equal(found.ran.outputs[0].values, expected.numpy())
    assert found.kept
    scores = expected.numpy()[0]
    assert [item["index"] for item in found.to_dict()["outputs"][0]["top"]] == list(np.argsort(-scores)[:5])
    shares = torch.softmax(expected, 1)[0]
    assert [item["softmax"] for item in found.to_dict()["outputs"][0]["top"]] == pytest.approx(sorted(shares.tolist())[-1:-6:-1])


@pytest.mark.parametrize("name", ["keyword_spotter", "m5", "textcnn", "shufflenet_v2"])
def test_every_kind_of_network_gives_the_shapes_that_are_foretold(tmp_path: Path, name: str) -> None:
    """Pictures, sounds, spectrograms and words; all others run in the tests of the backends."""
    spec = load(name).inputs[0].spec
    values = np.random.default_rng(0).integers(0, 4, spec.dims).astype(spec.dtype)
    found = run_model(name, [array(tmp_path, values)])
    assert [output.foretold for output in found.ran.outputs] == [output.values.shape for output in found.ran.outputs]
    assert all(np.isfinite(output.values).all() for output in found.ran.outputs)


def test_a_checkpoint_of_the_twin(tmp_path: Path) -> None:
    """PyTorch's own module, saved, gives what the network by name gives with its file."""
    from tests.networks import torch_twins

    torch.manual_seed(7)
    module = torch_twins.lenet5().eval()
    torch.save(module.state_dict(), tmp_path / "lenet.pt")
    values = np.random.default_rng(0).normal(size=(2, 1, 32, 32)).astype(np.float32)
    found = run_model("lenet5", [array(tmp_path, values)], weights=[str(tmp_path / "lenet.pt")])
    with torch.no_grad():
        np.testing.assert_allclose(found.ran.outputs[0].values, module(torch.from_numpy(values)).numpy(), atol=1e-6)
    other = run_model("lenet5", [str(tmp_path / "in.npy")])
    assert not np.allclose(found.ran.outputs[0].values, other.ran.outputs[0].values)


@pytest.mark.parametrize("layer", ["c1", "c1.tanh", "c3", "flatten"])
def test_a_layer_of_a_network(tmp_path: Path, layer: str) -> None:
    values = np.random.default_rng(0).normal(size=(1, 1, 32, 32)).astype(np.float32)
    found = run_model("lenet5", [array(tmp_path, values)], layer=layer)
    graph = load("lenet5")
    every = Executor(graph)({"x": torch.from_numpy(values)}, initial_weights(graph), keep_all=True)
    (expected,) = [x for ref, x in every.items() if ref.node == layer]
    np.testing.assert_array_equal(found.ran.outputs[0].values, expected.numpy())
    assert found.kept


def test_a_run_that_is_not_as_foretold_is_seen(tmp_path: Path) -> None:
    """The partner of every ``kept`` here."""
    found = run_kernel("box", array(tmp_path, np.zeros((1, 8, 8))))
    (output,) = found.ran.outputs
    assert output._replace(foretold=(1, 1, 8, 9)).kept is False
    assert output._replace(foretold=None).kept is True


def test_a_picture_for_a_network_of_one_size(picture: str) -> None:
    record = run_model("lenet5", [picture]).to_dict()
    assert [step["what"] for step in record["inputs"][0]["steps"]] == ["grey", "resize"]
    assert record["inputs"][0]["shape"] == [1, 1, 32, 32]


def test_a_sound_for_a_network(tmp_path: Path) -> None:
    """Padded with silence to the one length that the linear layer takes; then the graph and PyTorch's layers agree."""
    values = np.random.default_rng(0).uniform(-0.9, 0.9, (70, 2))
    soundfile.write(tmp_path / "a.wav", values, 8000, subtype="FLOAT")
    (tmp_path / "net.txt").write_text(
        "input x: 1x1x100\nc = conv(x, out=4, kernel=5, stride=2)\nr = relu(c)\nf = flatten(r)\nl = linear(f, out=3)\noutput l"
    )
    torch.manual_seed(1)
    module = nn.Sequential(nn.Conv1d(1, 4, 5, stride=2), nn.ReLU(), nn.Flatten(), nn.Linear(192, 3))
    found = run_model(str(tmp_path / "net.txt"), [str(tmp_path / "a.wav")], seed=1)
    x = torch.from_numpy(np.pad(values.mean(axis=1), (0, 30))).float()[None, None]
    with torch.no_grad():
        np.testing.assert_allclose(found.ran.outputs[0].values, module(x).numpy(), atol=1e-6)
    assert [step.what for step in found.inputs["x"].steps] == ["mono", "silence"]
    assert found.kept


def test_a_run_that_would_take_too_much_is_not_started(picture: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_graph, "MAX_ACTIVATIONS", 1000)
    with pytest.raises(
        UsageError, match=r"sobel-x would take .* KiB for its activations at once; at most 1000 B are used\n  fix: --resize"
    ):
        run_kernel("sobel-x", picture)


# ONNX


def onnx_file(
    folder: Path, *, opset: int = 17, shape: tuple[object, ...] = (1, 3, 20, 24), name: str = "net.onnx"
) -> tuple[str, nn.Module]:
    torch.manual_seed(2)
    module = nn.Sequential(nn.Conv2d(3, 4, 3, stride=2, padding=1), nn.ReLU(), nn.Conv2d(4, 2, 1)).eval()
    state = {key.replace(".", "_"): x.numpy() for key, x in module.state_dict().items()}
    nodes = [
        helper.make_node("Conv", ["x", "0_weight", "0_bias"], ["a"], name="first", strides=[2, 2], pads=[1, 1, 1, 1]),
        helper.make_node("Relu", ["a"], ["b"]),
        helper.make_node("Conv", ["b", "2_weight", "2_bias"], ["y"], name="last"),
    ]
    made = helper.make_graph(
        nodes, "net",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
        [numpy_helper.from_array(x, key) for key, x in state.items()],
    )  # fmt: skip
    model = helper.make_model(made, opset_imports=[helper.make_opsetid("", opset)], ir_version=8)
    onnx.save(model, folder / name)
    return str(folder / name), module


def test_an_onnx_file_gives_what_pytorch_gives(tmp_path: Path, picture: str) -> None:
    path, module = onnx_file(tmp_path)
    found = run_model(path, [picture])
    graph = text.parse(
        "input x: 1x3x20x24\nc = conv(x, out=4, kernel=3x3, stride=2, padding=1)\nr = relu(c)\nd = conv(r, out=2, kernel=1x1)\noutput d"
    )
    keys = {"c": "0", "d": "2"}
    weights = {(node, name): module.state_dict()[f"{at}.{name}"] for node, at in keys.items() for name in ("weight", "bias")}
    (ours,) = Executor(graph)({"x": UNIT}, weights).values()
    with torch.no_grad():
        np.testing.assert_allclose(ours.numpy(), module(UNIT).numpy(), atol=1e-6)
    np.testing.assert_allclose(found.ran.outputs[0].values, ours.numpy(), atol=1e-6)
    assert (found.kept, found.ran.outputs[0].foretold) == (True, (1, 2, 10, 12))
    assert found.engine.startswith("onnxruntime ")


@pytest.mark.parametrize(("layer", "depth"), [("first", 1), ("a", 1), ("b", 2), ("last", 3)])
def test_a_layer_of_an_onnx_file(tmp_path: Path, picture: str, layer: str, depth: int) -> None:
    path, module = onnx_file(tmp_path, shape=("N", 3, "H", "W"))
    found = run_model(path, [picture], layer=layer)
    with torch.no_grad():
        np.testing.assert_allclose(found.ran.outputs[0].values, module[:depth](UNIT).numpy(), atol=1e-6)
    assert found.kept
    assert found.ran.outputs[0].foretold is not None


def test_kernels_of_an_onnx_file(tmp_path: Path) -> None:
    path, module = onnx_file(tmp_path)
    name, weights = run_model(path, [], kernels=True).kernels
    assert name == "first"
    np.testing.assert_array_equal(weights, module[0].weight.detach().numpy())
    assert run_model(path, [], layer="last", kernels=True).kernels[1].shape == (2, 4, 1, 1)


def test_onnx_files_that_do_not_run(tmp_path: Path, picture: str) -> None:
    path, _ = onnx_file(tmp_path)
    with pytest.raises(UsageError, match=r"there is no layer 'frist' \(did you mean 'first'\?\)\n  fix: one of first, b, last"):
        run_model(path, [picture], layer="frist")
    with pytest.raises(UsageError, match=r"net.onnx holds its own weights\n  fix: leave --weights out, in Python weights="):
        run_model(path, [picture], weights=["a.pt"])
    with pytest.raises(UsageError, match=r"has 2 axes .*, but input 'x' takes 4 \(1x3x20x24\)"):
        run_model(path, [array(tmp_path, np.zeros((3, 3)))])
    with pytest.raises(UsageError, match=r"is 1x3x9x9, which input 'x' \(1x3x20x24\) does not take"):
        run_model(path, [array(tmp_path, np.zeros((3, 9, 9)))])
    (tmp_path / "no.onnx").write_bytes(b"hello")
    with pytest.raises(UsageError, match=r"no.onnx"):
        run_model(str(tmp_path / "no.onnx"), [picture])


# A module of the user's own


def own(path: str, name: str) -> nn.Module:
    from convlens.importers.factory import made

    return made(f"{path}:{name}").eval()


def test_a_module_is_really_run(factory: str, picture: str, capsys: pytest.CaptureFixture[str]) -> None:
    found = run_model(f"{factory}:Two", [picture])
    assert "noise" not in capsys.readouterr().out
    with torch.no_grad():
        expected = own(factory, "Two")(UNIT)
    assert [output.name for output in found.ran.outputs] == ["output['map']", "output['mean']"]
    for output, theirs in zip(found.ran.outputs, expected.values(), strict=True):
        np.testing.assert_allclose(output.values, theirs.numpy(), atol=1e-6)
        assert output.foretold == tuple(theirs.shape)


def test_a_layer_of_a_module_and_its_kernels(factory: str, picture: str) -> None:
    module = own(factory, "Two")
    found = run_model(f"{factory}:Two", [picture], layer="first")
    with torch.no_grad():
        np.testing.assert_allclose(found.ran.outputs[0].values, module.first(UNIT).numpy(), atol=1e-6)
    assert found.ran.outputs[0].foretold == (1, 4, 20, 24)
    name, weights = run_model(f"{factory}:Two", [], kernels=True).kernels
    assert (name, weights.tolist()) == ("first", module.first.weight.tolist())
    assert run_model(f"{factory}:Two", [], layer="last", kernels=True).kernels[0] == "last"
    with pytest.raises(UsageError, match=r"there is no layer 'frist' \(did you mean 'first'\?\)"):
        run_model(f"{factory}:Two", [picture], layer="frist")


def test_a_checkpoint_for_a_module(factory: str, picture: str, tmp_path: Path) -> None:
    module = own(factory, "Two")
    state = {key: x * 2 for key, x in module.state_dict().items()}
    torch.save(state, tmp_path / "w.pt")
    found = run_model(f"{factory}:Two", [picture], layer="first", weights=[str(tmp_path / "w.pt")])
    with torch.no_grad():
        np.testing.assert_allclose(found.ran.outputs[0].values, 2 * module.first(UNIT).numpy(), atol=1e-6)
    torch.save({"other": torch.zeros(1)}, tmp_path / "w.pt")
    with pytest.raises(UsageError, match=r"w.pt does not hold the weights of Two\n  missing, 4:"):
        run_model(f"{factory}:Two", [picture], weights=[str(tmp_path / "w.pt")])


def test_what_cannot_be_foretold_is_run_all_the_same(factory: str, picture: str) -> None:
    (output,) = run_model(f"{factory}:Looks", [picture]).ran.outputs
    np.testing.assert_allclose(output.values, 2 * UNIT.numpy(), atol=1e-6)
    assert output.foretold is None


def test_a_module_that_raises_shows_its_own_lines(factory: str, picture: str) -> None:
    with pytest.raises(UsageError, match=r"running .*:Breaks failed:\n(.*\n)*.*broken inside"):
        run_model(f"{factory}:Breaks", [picture])


def test_two_inputs_by_name_and_in_order(factory: str, tmp_path: Path) -> None:
    a, b = (array(tmp_path, np.full((1, 3), value), f"{value}.npy") for value in (5.0, 2.0))
    assert (run_model(f"{factory}:Pair", [a, b]).ran.outputs[0].values == 3).all()
    assert (run_model(f"{factory}:Pair", [f"b={a}", f"a={b}"]).ran.outputs[0].values == -3).all()
    assert (run_model(f"{factory}:Pair", [a, f"a={b}"]).ran.outputs[0].values == -3).all()
    with pytest.raises(UsageError, match=r"has no input 'c'; it has: a \(any shape\), b \(any shape\)"):
        run_model(f"{factory}:Pair", [a, f"c={b}"])
    with pytest.raises(UsageError, match=r"lenet5 takes 1 input\(s\), but 2 files are given; it has: x \(\?x1x32x32\)"):
        run_model("lenet5", [a, b])


# A call


def test_a_call_of_pytorch(picture: str) -> None:
    torch.manual_seed(0)
    layer = nn.Conv2d(3, 5, 3, stride=2)
    found = run_model("Conv2d(3, 5, 3, stride=2)", [picture], seed=0)
    with torch.no_grad():
        np.testing.assert_allclose(found.ran.outputs[0].values, layer(UNIT).numpy(), atol=1e-6)
    assert (found.kept, found.ran.outputs[0].foretold) == (True, (1, 5, 9, 11))


def test_a_call_of_keras_with_its_weights(tmp_path: Path, picture: str) -> None:
    """Channels last, filters space-in-out; the weights are files in the order of the call, bias last."""
    source = np.random.default_rng(0)
    kernel, bias = source.normal(size=(3, 3, 3, 2)), source.normal(size=2)
    files = [array(tmp_path, kernel, "k.npy"), array(tmp_path, bias, "b.npy")]
    found = run_model("Conv2D(2, 3)", [picture], weights=files, kernels=True)
    (output,) = found.ran.outputs
    theirs = nn.functional.conv2d(UNIT.double(), torch.from_numpy(kernel).permute(3, 2, 0, 1), torch.from_numpy(bias))
    np.testing.assert_allclose(output.values, theirs.permute(0, 2, 3, 1).numpy(), atol=1e-5)
    assert (output.values.shape, output.foretold) == ((1, 18, 22, 2), (1, 18, 22, 2))
    np.testing.assert_allclose(found.kernels[1], kernel.transpose(3, 2, 0, 1), atol=1e-12)


def test_a_grey_call_makes_a_picture_grey(picture: str) -> None:
    record = run_model("Conv2d(1, 2, 3)", [picture]).to_dict()
    assert [step["what"] for step in record["inputs"][0]["steps"]] == ["grey"]


def test_calls_that_do_not_run(tmp_path: Path, picture: str) -> None:
    with pytest.raises(UsageError, match=r"has 2 axes \(8x8\), but input 'x' takes 4 \(\?x\?x\?x\?\)"):
        run_model("Conv2d(3, 5, 3)", [array(tmp_path, np.zeros((8, 8)))])
    with pytest.raises(ShapeError, match="conv"):
        run_model("Conv2d(3, 5, 31)", [picture])
    with pytest.raises(UsageError, match=r"^Conv2d\(3, 5, 3\) is one layer, so none in it has a name\n  fix: leave --layer out"):
        run_model("Conv2d(3, 5, 3)", [picture], layer="c")
    with pytest.raises(UsageError, match=r"--weights a.pt: the weights of a call are .npy files, in the order"):
        run_model("Conv2d(3, 5, 3)", [picture], weights=["a.pt"])
    with pytest.raises(UsageError, match=r"--show-kernels of a call needs --on FILE"):
        run_model("Conv2d(3, 5, 3)", [], kernels=True)
    with pytest.raises(UsageError, match="unknown layer 'Conf2d'"):
        run_model("Conf2d(3, 5, 3)", [picture])


def test_kernels_of_a_network() -> None:
    name, weights = run_model("resnet18", [], kernels=True, seed=1).kernels
    assert name == "conv1"
    np.testing.assert_array_equal(weights, initial_weights(load("resnet18"), 1)["conv1", "weight"].numpy())
    with pytest.raises(
        UsageError, match="--show-kernels: layer 'fc' of resnet18 has weights of 1000x512, not those of a convolution"
    ):
        run_model("resnet18", [], layer="fc", kernels=True)


def test_the_size_that_is_asked_for(picture: str) -> None:
    found = run_model("Conv2d(3, 2, 3)", [picture], how=How(resize=(10, 12)))
    assert found.inputs["x"].values.shape == (1, 3, 10, 12)


def test_a_network_with_channels_last_takes_and_gives_its_own_order(tmp_path: Path, picture: str) -> None:
    lines = "input x: 1x3x20x24\nc = conv(x, out=4, kernel=3x3)\noutput c"
    (tmp_path / "first.txt").write_text(f"network n\n{lines}")
    (tmp_path / "last.txt").write_text(f"network n\nlayout channels_last\n{lines}")
    first, last = (run_model(str(tmp_path / f"{name}.txt"), [picture]) for name in ("first", "last"))
    assert last.inputs["x"].values.shape == (1, 20, 24, 3)
    np.testing.assert_array_equal(last.ran.outputs[0].values, first.ran.outputs[0].values.transpose(0, 2, 3, 1))
    assert (last.kept, last.ran.outputs[0].foretold) == (True, (1, 18, 22, 4))
    np.testing.assert_array_equal(last.ran.outputs[0].channels(), first.ran.outputs[0].values)
