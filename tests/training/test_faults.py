"""What goes wrong: one message that says what and how to mend it, the right exit code, and a run that can still be read."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors import safe_open
from safetensors.torch import save_file

from convlens.cli import fail, main
from convlens.ir.errors import ConvlensError, UsageError
from convlens.training.engine.watch import Watch
from convlens.training.pages.page import run_page
from convlens.training.record.checkpoint import load_checkpoint, saved
from convlens.training.run import Run
from convlens.training.train import StoppedError, train
from tests.training.distributed.launch import environment
from tests.training.small import NET, blobs, network, options

pytestmark = pytest.mark.usefixtures("here")


def begun(**more: object) -> Run:
    return train("small.txt", "blobs.npz", out="run", **options(**more))


class Breaking(Watch):
    """Asks for an end after an epoch, as Ctrl-C does."""

    def __init__(self, epoch: int) -> None:
        self.epoch = epoch

    def judged(self, record: object) -> None:
        if record["epoch"] == self.epoch:  # type: ignore[index]
            os.kill(os.getpid(), signal.SIGINT)


def broken_off(epoch: int = 2, **more: object) -> Path:
    with pytest.raises(StoppedError):
        train("small.txt", "blobs.npz", out="run", watch=Breaking(epoch), **options(**more))
    return Path("run")


@pytest.mark.parametrize(
    ("lang", "word"), [("en", "stopped after step 10 of 15; all is saved\n  to go on: convlens train --resume run\n"),
                       ("zh", "已停止：完成了 15 步中的第 10 步，全部已保存\n  继续：convlens train --resume run\n")]
)  # fmt: skip
def test_who_stops_a_training_is_told_how_it_goes_on_and_of_no_error(
    lang: str, word: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(StoppedError) as stopped:
        train("small.txt", "blobs.npz", out="run", watch=Breaking(2), **options())
    with pytest.raises(SystemExit) as ended:
        fail(stopped.value, lang)
    assert ended.value.code == 130
    assert capsys.readouterr().err == word


def said(capsys: pytest.CaptureFixture[str], code: int, *words: str, way: str = "\n  fix: ") -> str:
    """What the command line says; exactly one message with a way out, and this exit code."""
    capsys.readouterr()
    with pytest.raises(SystemExit) as ended:
        main(["train", *words])
    errors = capsys.readouterr().err
    assert ended.value.code == code, errors
    assert "Traceback" not in errors
    assert sum(line.startswith("error: ") for line in errors.splitlines()) == 1
    assert way in errors, errors
    return errors


def flags(**more: object) -> list[str]:
    return [word for name, value in options(**more).items() for word in (f"--{name.replace('_', '-')}", str(value))]


def readable(path: Path, epochs: int) -> Run:
    run = Run(path)
    assert len(run.epochs) == epochs
    assert run.text()
    assert json.dumps(run.to_dict())
    assert len(run_page([path])) > 10_000
    return run


def weights(run: Run) -> dict[str, torch.Tensor]:
    return dict(load_checkpoint(run.folder.best).model)


def same(one: Run, two: Run) -> bool:
    return all(torch.equal(value, weights(two)[name]) for name, value in weights(one).items())


def test_a_checkpoint_cut_off_by_the_disk_is_left_for_the_one_before(capsys: pytest.CaptureFixture[str]) -> None:
    reference = train("small.txt", "blobs.npz", out="whole", **options())
    path = broken_off()
    first, newest = saved(path / "checkpoints")
    newest.write_bytes(newest.read_bytes()[:-100])
    capsys.readouterr()
    main(["train", "--resume", "run"])
    errors = capsys.readouterr().err
    assert f"{newest.name} cannot be read: the checkpoint before it is taken" in errors
    assert f"going on from step {load_checkpoint(first).step if first.exists() else 5} of 15" in errors
    assert same(reference, readable(path, 3))


def test_no_checkpoint_can_be_read(capsys: pytest.CaptureFixture[str]) -> None:
    path = broken_off()
    for each in saved(path / "checkpoints"):
        each.write_bytes(b"\xff" * 64)
    assert "no checkpoint of this run can be read" in said(capsys, 1, "--resume", "run")
    readable(path, 2)


KILLED = """
import os, sys
from pathlib import Path
from convlens.training.record import files
flushed = os.fsync
def fsync(handle):
    name = os.readlink(f"/proc/self/fd/{handle}")
    if name.endswith("step-00000010.safetensors.part"):
        os.ftruncate(handle, 200)
        os.kill(os.getpid(), 9)
    flushed(handle)
os.fsync = fsync
from convlens.cli import main
main(sys.argv[1:])
"""


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs /proc")
def test_killed_in_the_middle_of_writing_a_checkpoint() -> None:
    reference = train("small.txt", "blobs.npz", out="whole", **options())
    line = [sys.executable, "-c", KILLED, "train", "small.txt", "--data", "blobs.npz", "-o", "run", *flags()]
    ended = subprocess.run(line, env=environment(), capture_output=True, timeout=120, check=False)
    assert ended.returncode == -signal.SIGKILL, ended.stderr
    half = Path("run/checkpoints/.step-00000010.safetensors.part")
    assert half.stat().st_size == 200
    readable(Path("run"), 2)
    with Path("run/steps.jsonl").open("a") as file:
        file.write('{"step": 11, "lo')
    went_on = train(resume="run")
    assert same(reference, went_on)
    assert not half.exists()
    steps = [json.loads(text)["step"] for text in Path("run/steps.jsonl").read_text().splitlines()]
    assert steps == list(range(1, 16))


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24k", "tmpfs", str(place)], capture_output=True, check=False)
    if mounted.returncode:
        pytest.skip("FULL-DISK TEST DID NOT RUN: no tmpfs can be mounted here (needs root)")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def test_full_disk(tiny_disk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tiny_disk / "run"
    errors = said(capsys, 1, "small.txt", "--data", "blobs.npz", "-o", str(out), *flags(epochs=40))
    assert "cannot be written" in errors
    assert "No space left on device" in errors
    assert "free some space; what was saved before is whole" in errors
    assert readable(out, len(Run(out).epochs))
    assert all(load_checkpoint(path).step for path in saved(out / "checkpoints"))
    assert not list(out.rglob("*.part"))


LIMITED = """
import resource, sys
sys.dont_write_bytecode = True  # Python 3.11 keeps the half that a limit lets it write, and every later process fails on it
resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000))
from convlens.cli import main
main(sys.argv[1:])
"""


def test_a_file_may_not_grow() -> None:
    """What a quota does; the limit is met in the middle of a file that grows by a line."""
    line = [sys.executable, "-c", LIMITED, "train", "small.txt", "--data", "blobs.npz", "-o", "run", *flags(epochs=40)]
    ended = subprocess.run(line, env=environment(), capture_output=True, text=True, timeout=120, check=False)
    assert ended.returncode == 1, ended.stderr
    assert "cannot be written" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert readable(Path("run"), len(Run("run").epochs))
    went_on = train(resume="run")
    assert len(went_on.epochs) == 40
    assert same(train("small.txt", "blobs.npz", out="whole", **options(epochs=40)), went_on)


def test_a_folder_that_cannot_be_written_to(capsys: pytest.CaptureFixture[str]) -> None:
    Path("file").write_text("")
    errors = said(capsys, 2, "small.txt", "--data", "blobs.npz", "-o", "file/run", *flags())
    assert "file/run cannot be made: Not a directory" in errors
    assert "is a file" in said(capsys, 2, "small.txt", "--data", "blobs.npz", "-o", "file", *flags())


@pytest.mark.skipif(os.geteuid() != 0, reason="READ-ONLY TEST DID NOT RUN: a read-only disk can be mounted by root only")
def test_a_read_only_disk(tiny_disk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    subprocess.run(["mount", "-o", "remount,ro", str(tiny_disk)], check=True)
    errors = said(capsys, 2, "small.txt", "--data", "blobs.npz", "-o", str(tiny_disk / "run"), *flags())
    assert "Read-only file system" in errors


def test_corrupt_data(capsys: pytest.CaptureFixture[str]) -> None:
    whole = Path("blobs.npz").read_bytes()
    Path("blobs.npz").write_bytes(whole[: len(whole) // 2])
    said(capsys, 2, "small.txt", "--data", "blobs.npz", "-o", "run", *flags(), way="blobs.npz is not an .npz that can be read")
    assert not Path("run").exists()


def test_data_that_changed_since_the_run_began(capsys: pytest.CaptureFixture[str]) -> None:
    path = broken_off()
    blobs(Path("blobs.npz"), (60, 30, 16))
    assert "its fingerprint has changed" in said(capsys, 2, "--resume", "run")
    readable(path, 2)


def test_a_run_whose_settings_name_no_data_any_more(capsys: pytest.CaptureFixture[str]) -> None:
    path = broken_off()
    settings = path / "settings.toml"
    settings.write_text("".join(line for line in settings.read_text().splitlines(True) if not line.startswith("data =")))
    assert "names no data" in said(capsys, 2, "--resume", "run")
    readable(path, 2)


def test_more_labels_than_pictures(capsys: pytest.CaptureFixture[str]) -> None:
    np.savez("odd.npz", images=np.zeros((12, 8, 8), np.uint8), labels=np.zeros(11, np.int64))
    errors = said(capsys, 2, "small.txt", "--data", "odd.npz", "-o", "run", *flags())
    assert "12" in errors
    assert "11" in errors


def test_a_rate_that_is_far_too_high_names_step_and_layer(capsys: pytest.CaptureFixture[str]) -> None:
    errors = said(
        capsys, 1, "small.txt", "--data", "blobs.npz", "-o", "run", *flags(learning_rate=1e30, optimizer="sgd", schedule="fixed")
    )
    assert "in step " in errors
    assert "--learning-rate 1e+29, --clip 1, or --find-lr" in errors
    assert "the first layer whose output is not finite is 'c'" not in errors
    assert readable(Path("run"), len(Run("run").epochs))


def test_a_logarithm_of_zero_is_the_layer_that_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    """Not the first layer, whose weights a step with such gradients would have spoilt."""
    Path("log.py").write_text(
        "import torch\n"
        "class Log(torch.nn.Module):\n"
        "    def forward(self, x):\n"
        "        return torch.log(x * 0)\n"
        "def net():\n"
        "    nn = torch.nn\n"
        "    return nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), Log(), nn.Flatten(), nn.Linear(144, 3))\n"
    )
    errors = said(capsys, 1, "log.py:net", "--data", "blobs.npz", "-o", "run", *flags())
    assert "the loss became nan in step 1" in errors
    assert "the first layer whose output is not finite is '2'" in errors
    assert readable(Path("run"), len(Run("run").epochs))


def test_a_gradient_that_is_no_number_is_stopped_before_it_reaches_the_weights(capsys: pytest.CaptureFixture[str]) -> None:
    """The square root of 0 is 0, its slope is not finite."""
    Path("root.py").write_text(
        "import torch\n"
        "class Root(torch.nn.Module):\n"
        "    def forward(self, x):\n"
        "        return torch.sqrt(x * 0)\n"
        "def net():\n"
        "    nn = torch.nn\n"
        "    return nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), Root(), nn.Flatten(), nn.Linear(144, 3))\n"
    )
    errors = said(capsys, 1, "root.py:net", "--data", "blobs.npz", "-o", "run", *flags())
    assert "the gradient is not finite in step 1" in errors
    assert "every layer's output is finite, the gradient of '0." in errors


def test_a_class_without_examples_is_trained_around(capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("a", "b", "empty"):
        Path(f"pets/{name}").mkdir(parents=True)
    for at in range(20):
        Image.new("L", (8, 8), 10 * at).save(f"pets/{'ab'[at % 2]}/{at}.png")
    try:
        run = train("small.txt", "pets", out="run", **options(class_weights="balanced", sampler="shuffled"))
    except UsageError as error:
        assert "empty" in str(error)
        assert "fix:" in str(error)
    else:
        assert all(np.isfinite(epoch["train_loss"]) for epoch in run.epochs)


def test_pictures_of_several_sizes_and_an_empty_folder(capsys: pytest.CaptureFixture[str]) -> None:
    for at in range(20):
        Path(f"pets/{'ab'[at % 2]}").mkdir(parents=True, exist_ok=True)
        Image.new("L", (8 + at, 9), 10 * at).save(f"pets/{'ab'[at % 2]}/{at}.png")
    assert train("small.txt", "pets", out="run", **options()).epochs
    Path("nothing").mkdir()
    assert "nothing" in said(capsys, 2, "small.txt", "--data", "nothing", "-o", "other", *flags())


def test_a_network_that_changed_since_the_run_began(capsys: pytest.CaptureFixture[str]) -> None:
    path = broken_off()
    for change in (("out=4", "out=5"), ("relu(c)", "tanh(c)")):
        network(Path("run/small.txt"), NET.replace(*change))
        assert "is not the one that run began with" in said(capsys, 2, "--resume", "run")
    network(Path("run/small.txt"))
    network(Path("small.txt"), NET.replace("out=4", "out=5"))  # the run has a copy of its own
    readable(path, 2)
    assert len(train(resume=path).epochs) == 3


@pytest.mark.parametrize(
    ("old", "new"), [('"waited": 0', '"waited": Infinity'), ('"settings": {', '"settings": "none", "other": {')]
)
def test_a_checkpoint_whose_facts_are_none(old: str, new: str, capsys: pytest.CaptureFixture[str]) -> None:
    path = broken_off()
    for each in saved(path / "checkpoints"):
        with safe_open(each, "pt") as file:
            about, tensors = file.metadata(), {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - no mapping
        assert old in about["state"]
        save_file(tensors, each, {**about, "state": about["state"].replace(old, new)})
    if "waited" in new:
        assert "holds a checkpoint that this training cannot go on from" in said(capsys, 2, "--resume", "run")
    else:
        assert len(train(resume=path).epochs) == 3


def test_a_checkpoint_of_another_network(capsys: pytest.CaptureFixture[str]) -> None:
    network(Path("small.txt"), NET.replace("out=4", "out=5"))
    broken_off()
    other = saved(Path("run/checkpoints"))[-1].read_bytes()
    Path("run").rename("other")
    network(Path("small.txt"))
    broken_off()
    for each in saved(Path("run/checkpoints")):
        each.write_bytes(other)
    assert "a checkpoint of another network: 'c.weight' is (5, 1, 3, 3) there and (4, 1, 3, 3) here" in said(
        capsys, 2, "--resume", "run"
    )


@pytest.mark.parametrize(("name", "value"), [("learning_rate", "0.5"), ("optimizer", '"adam"'), ("epochs", "9"), ("clip", "1.0")])
def test_settings_that_changed_since_the_run_began(name: str, value: str, capsys: pytest.CaptureFixture[str]) -> None:
    path = broken_off()
    lines = [line for line in (path / "settings.toml").read_text().splitlines() if not line.startswith(f"{name} =")]
    (path / "settings.toml").write_text("\n".join([*lines, f"{name} = {value}"]) + "\n")
    errors = said(capsys, 2, "--resume", "run")
    assert f"{name} is {value.strip(chr(34))} in settings.toml" in errors


def test_a_run_that_is_there_one_that_is_done_and_one_that_is_none(capsys: pytest.CaptureFixture[str]) -> None:
    run = begun()
    before = {path: path.read_bytes() for path in run.path.rglob("*") if path.is_file()}
    assert "run holds a run already" in said(capsys, 2, "small.txt", "--data", "blobs.npz", "-o", "run", *flags())
    main(["train", "--resume", "run"])
    assert "run is done already" in capsys.readouterr().err
    assert before == {path: path.read_bytes() for path in run.path.rglob("*") if path.is_file()}
    assert "cannot be changed" in said(capsys, 2, "--resume", "run", "-o", "other")
    Path("none").mkdir()
    assert "none holds no run" in said(capsys, 2, "--resume", "none")
    assert "gone holds no run" in said(capsys, 2, "--resume", "gone")


@pytest.mark.parametrize("name", ["run.json", "settings.toml"])
@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe\x00", b"[" * 100_000, b'{"measured": 3}', b"[]"])
def test_records_that_are_damaged(name: str, content: bytes, capsys: pytest.CaptureFixture[str]) -> None:
    path = broken_off()
    (path / name).write_bytes(content)
    with pytest.raises(ConvlensError):
        train(resume=path)


@pytest.mark.parametrize("state", [{}, {"optimizer": 3, "schedule": {}}, {"optimizer": {"state": {}}, "schedule": {}}])
def test_a_checkpoint_whose_state_is_damaged(state: dict[str, object]) -> None:
    from convlens.training.record.checkpoint import Checkpoint, save_checkpoint

    path = broken_off()
    for each in saved(path / "checkpoints"):
        model = load_checkpoint(each).model
        save_checkpoint(each, Checkpoint(10, model, state))
    with pytest.raises(UsageError, match="cannot go on from"):
        train(resume=path)


def test_a_run_killed_before_its_first_checkpoint_begins_anew() -> None:
    reference = train("small.txt", "blobs.npz", out="whole", **options())
    path = broken_off(1)
    for each in saved(path / "checkpoints"):
        each.unlink()
    assert same(reference, train(resume=path))
    assert len(Run(path).epochs) == 3
