"""Weights from files: equal to what was saved, all faults told at once, and nothing in a file is ever run."""

import pickle
import zipfile
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from convlens.execution.checkpoint import read_state
from convlens.execution.match import load_into, weights_for
from convlens.ir import text
from convlens.ir.errors import UsageError

NET = "network net\ninput x: 1x3x8x8\nc = conv(x, out=4, kernel=3x3)\nb = batch_norm(c)\nf = flatten(b)\nl = linear(f, out=2)\noutput l"


def twin() -> nn.Module:
    torch.manual_seed(0)
    made = nn.Sequential()
    for name, layer in (("c", nn.Conv2d(3, 4, 3)), ("b", nn.BatchNorm2d(4)), ("f", nn.Flatten()), ("l", nn.Linear(144, 2))):
        made.add_module(name, layer)
    return made.eval()


def saved(folder: Path, value: object, name: str = "a.pt") -> str:
    torch.save(value, folder / name)
    return str(folder / name)


@pytest.mark.parametrize("wrapped", [lambda s: s, lambda s: {"state_dict": s, "epoch": 3}, lambda s: {"model": s}])
@pytest.mark.parametrize("prefix", ["", "module."])
def test_a_state_is_read_whichever_way_it_was_wrapped(tmp_path: Path, wrapped: object, prefix: str) -> None:
    state = twin().state_dict()
    found = read_state(saved(tmp_path, wrapped({f"{prefix}{key}": x for key, x in state.items()})))
    assert found.keys() == state.keys()
    assert all(torch.equal(found[key], state[key]) for key in state)


def test_old_files_and_safetensors(tmp_path: Path) -> None:
    state = twin().state_dict()
    torch.save(state, tmp_path / "old.pth", _use_new_zipfile_serialization=False)
    save_file(dict(state), tmp_path / "a.safetensors")
    for name in ("old.pth", "a.safetensors"):
        found = read_state(str(tmp_path / name))
        assert all(torch.equal(found[key], state[key]) for key in state)


def test_the_weights_go_where_their_names_say(tmp_path: Path) -> None:
    module, graph = twin(), text.parse(NET)
    weights = weights_for(graph, read_state(saved(tmp_path, module.state_dict())), "a.pt")
    state = module.state_dict()
    assert {f"{node}.{name}" for node, name in weights} == {key for key in state if "num_batches" not in key}
    assert all(torch.equal(x, state[f"{node}.{name}"]) for (node, name), x in weights.items())


class Touch:
    """Unpickling it makes a file."""

    def __init__(self, place: Path) -> None:
        self.place = place

    def __reduce__(self) -> tuple[object, tuple[str, str]]:
        return open, (str(self.place), "w")


def plain_pickle(folder: Path, sentinel: Path) -> str:
    (folder / "a.pt").write_bytes(pickle.dumps({"c.weight": Touch(sentinel)}))
    return str(folder / "a.pt")


def archive(folder: Path, sentinel: Path) -> str:
    return saved(folder, {"c.weight": torch.zeros(1), "epoch": Touch(sentinel)})


def old_archive(folder: Path, sentinel: Path) -> str:
    torch.save({"state_dict": Touch(sentinel)}, folder / "a.pth", _use_new_zipfile_serialization=False)
    return str(folder / "a.pth")


@pytest.mark.parametrize("made", [plain_pickle, archive, old_archive])
def test_a_pickle_with_code_is_refused_and_nothing_runs(tmp_path: Path, made: object, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even where the environment tells PyTorch to trust every file."""
    sentinel = tmp_path / "ran"
    path = made(tmp_path, sentinel)
    monkeypatch.setenv("TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD", "1")
    with pytest.raises(
        UsageError, match=r"holds more than tensors(, and|;) nothing of it was run.*\n  fix: torch.save\(model.state_dict"
    ):
        read_state(path)
    assert not sentinel.exists()
    if made is plain_pickle:
        pickle.loads(Path(path).read_bytes())
    else:
        torch.load(path, weights_only=False)
    assert sentinel.exists(), "the partner: unpickled, it would have run"


def test_a_whole_module_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="holds more than tensors, and nothing of it was run: .*Sequential"):
        read_state(saved(tmp_path, twin()))


def bomb(folder: Path) -> str:
    with zipfile.ZipFile(folder / "a.pt", "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("archive/data.pkl", bytes(1 << 24))
    return str(folder / "a.pt")


@pytest.mark.parametrize(
    ("made", "message"),
    [
        (lambda f: saved(f, torch.zeros(3)), "holds a Tensor, not tensors by name"),
        (lambda f: saved(f, [1, 2]), "holds a list, not tensors by name"),
        (lambda f: saved(f, {}), "does not hold tensors by name: it is empty"),
        (lambda f: saved(f, {"a": 3}), "does not hold tensors by name: 'a' is a int"),
        (lambda f: saved(f, {3: torch.zeros(1)}), "does not hold tensors by name: 3 is a Tensor"),
        (bomb, "that claim to be 16777216 when unpacked"),
        (lambda f: str(f / "no.pt"), "there is no file"),
        (lambda f: str(f.parent / f.name), "is a folder|its ending says no format"),
    ],
)
def test_what_holds_no_weights(tmp_path: Path, made: object, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        read_state(made(tmp_path))


@pytest.mark.parametrize("name", ["a.pt", "a.safetensors"])
@pytest.mark.parametrize("cut", [0, 1, 10, 200, -1, -300])
def test_a_file_that_is_cut_off(tmp_path: Path, name: str, cut: int) -> None:
    state = twin().state_dict()
    save_file(dict(state), tmp_path / name) if name.endswith("s") else torch.save(state, tmp_path / name)
    (tmp_path / name).write_bytes((tmp_path / name).read_bytes()[:cut])
    with pytest.raises(
        UsageError, match="is not a checkpoint that can be read|is not a safetensors file|holds more than tensors"
    ):
        read_state(str(tmp_path / name))


def wrong_state() -> dict[str, torch.Tensor]:
    state = twin().state_dict()
    del state["c.bias"], state["b.running_mean"]
    state["l.weight"] = torch.zeros(2, 100)
    state["head.weight"] = torch.zeros(5)
    return state


WRONG = """a.pt does not hold the weights of {net}
  missing, 2:
    c.bias 4
    b.running_mean 4
  unexpected, 1:
    head.weight 5
  of another shape, 1:
    l.weight is 2x100, needed is 2x144"""


def test_all_that_does_not_fit_is_told_at_once() -> None:
    with pytest.raises(UsageError) as told:
        weights_for(text.parse(NET), wrong_state(), "a.pt")
    assert str(told.value) == WRONG.format(net="net")
    with pytest.raises(UsageError) as told:
        load_into(twin(), wrong_state(), "a.pt")
    assert str(told.value) == WRONG.format(net="Sequential")


def test_a_long_list_is_shortened() -> None:
    state = {f"layer{at}.weight": torch.zeros(1) for at in range(50)}
    with pytest.raises(UsageError, match=r"unexpected, 50:\n(    layer\d+.weight 1\n){20}    and 30 more$"):
        weights_for(text.parse(NET), {**twin().state_dict(), **state}, "a.pt")


def test_what_is_shared_may_be_there_twice() -> None:
    graph = text.parse("input x: 1x4\na = linear(x, out=4)\nb = linear(a, out=4) shares weight of a, bias of a\noutput b")
    state = {"a.weight": torch.ones(4, 4), "a.bias": torch.ones(4)}
    twice = {**state, "b.weight": state["a.weight"], "b.bias": state["a.bias"]}
    assert (
        weights_for(graph, twice, "a.pt").keys() == weights_for(graph, state, "a.pt").keys() == {("a", "weight"), ("a", "bias")}
    )
