"""The command: its list, its usage, a whole study and a comparison by it."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from convlens.cli import commands
from convlens.ir.errors import UsageError
from convlens.studies.search.storage import storage_of
from convlens.studies.study import Study, study
from tests.studies.conftest import small_in

QUICK = "--epochs 1 --batch 16 --precision float32 --layout channels-first --threads 1".split()


def said(*arguments: str) -> str:
    done = CliRunner().invoke(commands, ["study", *arguments], catch_exceptions=True)
    if done.exception is not None:
        raise done.exception
    return done.stdout


def test_the_ready_studies_are_listed_in_both_languages() -> None:
    assert "one-by-one-for-linear" in said("--list")
    assert "学习率" in said("--list", "--lang", "zh")


@pytest.mark.parametrize(("arguments", "message"), [
    ([], "nothing to study"), (["--about", "dropuot"], "there is no ready study"), (["--about", "dropout", "--vary", "batch=1,2"], "brings"),
    (["lenet5", "nin"], "one RECIPE"), (["--compare", "one"], "two runs or more"), (["--resume", "none"], "holds no study"),
    (["--search"], "nothing to search"), (["nin", "--search"], "nothing is searched"), (["lenet5", "--vary", "batch=1,2", "--jobs", "0"], "--jobs"),
    (["lenet5", "--search", "--space", "batch=8|16", "--storage", "mysql://x"], "no database that is supported"),
    (["lenet5", "--search", "--jobs", "2"], "--jobs is nothing to a search"), (["lenet5", "--trials", "3"], "add --search"),
    (["--resume", "none", "--seeds", "9"], "so --seeds cannot be changed"), (["--resume", "none", "-o", "x"], "so -o cannot be changed"),
    (["--about", "dropout", "--seeds", "0"], "--seeds is 0"),
    (["lenet5", "--vary", "batch=1,2", "--network", "a.txt"], "--network a.txt names the code of a study that goes on"),
    (["lenet5", "--search", "--network", "a.txt"], "--network is nothing to a search"),
    (["lenet5", "--vary", "batch=1,2", "-o", "caf\udce9"], "-o 'caf.udce9' is not a name in UTF-8"),
])  # fmt: skip
def test_wrong_usage_is_one_clear_message(
    arguments: list[str], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match=message):
        said(*arguments)


def test_code_of_the_user_that_will_be_run_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    network, data = small_in(tmp_path)
    monkeypatch.chdir(tmp_path)
    Path("own.py").write_text(
        "import torch\ndef net():\n    nn = torch.nn\n"
        "    return nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(144, 3))\n"
    )
    line = ["study", network, "--data", data, "--vary", "network=own.py:net", "--seeds", "1", "-o", "s", *QUICK]
    told = "running own.py:net, which is your own code"
    assert told in CliRunner().invoke(commands, line).stderr
    assert told not in CliRunner().invoke(commands, ["study", "--resume", "s"]).stderr  # it is done: nothing is run


def test_a_study_that_somebody_sent_runs_no_code_that_is_not_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _, data = small_in(tmp_path)
    monkeypatch.chdir(tmp_path)
    code = ("import pathlib, torch\npathlib.Path('{name} ran').touch()\n"
            "net = lambda: torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(64, 3))\n")  # fmt: skip
    for name in ("one", "other", "hidden"):
        Path(f"{name}.py").write_text(code.format(name=name))
    said("one.py:net", "--data", data, "--vary", "network=other.py:net", "--seeds", "1", "-o", "s", *QUICK)
    run = next(Path("s/runs").glob("network*"))
    (run / "test.json").unlink()
    (run / "settings.toml").write_text((run / "settings.toml").read_text().replace("other.py", "hidden.py"))
    before = [path.unlink() or path.name for path in Path().glob("* ran")]
    assert sorted(before) == ["one ran", "other ran"]
    command = f"convlens study --resume s --network {tmp_path.resolve()}/one.py:net --network other.py:net"
    for named in ((), ("--network", "one.py:net")):
        with pytest.raises(UsageError, match=f"s runs code of your own, which is run only where you name it\n  fix: {command}"):
            said("--resume", "s", *named)
    with pytest.raises(UsageError, match="--network hidden.py:net is no code that s runs"):
        study(resume="s", network="hidden.py:net")
    assert not list(Path().glob("* ran"))
    told = CliRunner().invoke(commands, [*command.split()[1:], "--lang", "en"])
    assert told.exit_code == 0
    assert told.stderr.count("which is your own code") == 2
    assert not Path("hidden ran").exists()
    assert (run / "test.json").exists()


def test_a_study_of_own_code_goes_on_from_another_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _, data = small_in(tmp_path)
    monkeypatch.chdir(tmp_path)
    Path("own.py").write_text("from torch import nn\nnet = lambda: nn.Sequential(nn.Flatten(), nn.Linear(64, 3))\n")
    said("own.py:net", "--data", data, "--vary", "batch=8|16", "--seeds", "1", "-o", "s", *QUICK)
    done = next(Path("s/runs").glob("batch*")) / "test.json"
    done.unlink()
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    told = CliRunner().invoke(commands, ["study", "--resume", "../s", "--network", "../other.py:net", "--lang", "en"])
    assert "which is your own code" not in told.stderr, "nothing is run that the study does not run"
    told = CliRunner().invoke(commands, ["study", "--resume", "../s", "--network", "../own.py:net", "--lang", "en"])
    assert told.exit_code == 0, told.stderr
    assert (tmp_path / done).exists()


def test_networks_that_are_varied_may_stand_between_bars(tmp_path: Path) -> None:
    network, data = small_in(tmp_path)
    other = Path(network).with_name("other.txt")
    other.write_text(Path(network).read_text())
    line = ["--vary", f"network={network}|{other}", "--seeds", "1", "-o", str(tmp_path / "s"), *QUICK]
    assert "network=other" in said(network, "--data", data, *line)


def test_a_study_is_read_where_its_networks_are_gone(tmp_path: Path) -> None:
    network, data = small_in(tmp_path)
    other = Path(network).with_name("other.txt")
    other.write_text(Path(network).read_text())
    said(network, "--data", data, "--vary", f"network={other}", "--seeds", "1", "-o", str(tmp_path / "s"), *QUICK)
    before = Study(tmp_path / "s").text()
    other.unlink()
    Path(network).unlink()
    assert Study(tmp_path / "s").text() == before


def test_a_password_is_written_nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    network, data = small_in(tmp_path)
    monkeypatch.setattr(
        "convlens.studies.search.search.storage_of", lambda url, heartbeat: storage_of(f"sqlite:///{tmp_path}/t.db")
    )
    line = ["convlens", "study", network, "--data", data, "--search", "--space", "batch=8|16", "--trials", "1", "-o", str(tmp_path / "s"),
            *QUICK, "--storage", "postgresql://me:secret@host/name"]  # fmt: skip
    monkeypatch.setattr("sys.argv", line)
    assert "me@host" in said(*line[2:], "--json")
    written = [path for path in (tmp_path / "s").rglob("*") if path.suffix in (".json", ".html", ".toml")]
    assert len(written) > 3
    assert not [path for path in written if "secret" in path.read_text()]


def test_a_study_and_a_comparison_of_its_runs(tmp_path: Path) -> None:
    network, data = small_in(tmp_path)
    out = str(tmp_path / "s")
    record = json.loads(
        said(network, "--data", data, "--vary", "dropout=0.5", "--seeds", "2", "--json", "--quiet", "-o", out, *QUICK)
    )
    assert record["schema"] == "convlens/study/1"
    page = tmp_path / "both.html"
    said("--compare", out, "-o", str(page))
    assert page.read_text().count("<script") >= 3
