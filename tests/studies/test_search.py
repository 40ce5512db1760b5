"""Workers share their trials, a killed one loses none, a broken database is said."""

import json
import multiprocessing
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import optuna
import pytest
from optuna.trial import TrialState

from convlens.ir.errors import UsageError
from convlens.studies.search.address import url_of
from convlens.studies.search.search import search
from convlens.studies.search.space import Choice, Range, space_of
from convlens.studies.search.storage import StorageError, storage_of
from convlens.studies.search.trials import Budget, joined, work
from convlens.training.recipe import recipe_of
from convlens.training.train import StoppedError, train
from tests.studies.conftest import QUICK

TRIALS = 100


def objective(trial: Any) -> float:
    time.sleep(0.005)
    return -((trial.suggest_float("x", -1, 1) - 0.3) ** 2)


def hanging(trial: Any) -> float:
    trial.suggest_float("x", -1, 1)
    time.sleep(600)
    return 0.0


def worker(url: str, *, hang: bool = False) -> None:
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    study, _ = joined(storage_of(url, heartbeat=1), "shared", "random", os.getpid(), prune=False)
    work(study, hanging if hang else objective, Budget(TRIALS, None), url, wait=0.2)


def two_workers_and_one_killed(url: str) -> Any:
    context = multiprocessing.get_context("spawn")
    study, _ = joined(storage_of(url, heartbeat=1), "shared", "random", 0, prune=False)
    lost = context.Process(target=worker, args=(url,), kwargs={"hang": True})
    lost.start()
    while not any(trial.params for trial in study.get_trials(states=(TrialState.RUNNING,))):
        time.sleep(0.1)
        assert lost.is_alive()
    os.kill(lost.pid or 0, signal.SIGKILL)
    lost.join()
    others = [context.Process(target=worker, args=(url,)) for _ in range(2)]
    for each in others:
        each.start()
    for each in others:
        each.join(240)
        assert each.exitcode == 0
    return study


def check_all_there(study: Any) -> None:
    trials = study.get_trials(deepcopy=False)
    states = [trial.state for trial in trials]
    assert states[0] == TrialState.FAIL, "the trial of the killed worker"
    assert states.count(TrialState.RUNNING) == 0
    assert TRIALS <= states.count(TrialState.COMPLETE) <= TRIALS + 1
    assert len({trial.number for trial in trials}) == len(trials)
    assert len({trial.params["x"] for trial in trials}) == len(trials), "no two workers drew the same"


def test_two_workers_on_sqlite_do_all_trials_though_one_was_killed(tmp_path: Path) -> None:
    check_all_there(two_workers_and_one_killed(url_of("", tmp_path / "trials.db")))


def opening(urls: list[str], start: Any) -> None:
    """Every database is opened by all workers in one moment."""
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    for url in urls:
        start.wait(60)
        joined(storage_of(url, heartbeat=1), "shared", "random", os.getpid(), prune=False)


def opened_at_once(urls: list[str], workers: int = 4) -> None:
    context = multiprocessing.get_context("spawn")
    start = context.Barrier(workers)
    started = [context.Process(target=opening, args=(urls, start)) for _ in range(workers)]
    for each in started:
        each.start()
    for each in started:
        each.join(120)
    assert [each.exitcode for each in started] == [0] * workers


def test_workers_that_start_in_the_same_moment_share_one_file(tmp_path: Path) -> None:
    opened_at_once([url_of("", tmp_path / f"trials{number}.db") for number in range(5)])


@pytest.fixture
def postgres() -> Any:
    """A server of its own in a folder, ended with the test."""
    found = [*Path("/usr/lib/postgresql").glob("*/bin/initdb"), *(Path(p) for p in [shutil.which("initdb")] if p)]
    if not found:
        pytest.skip("POSTGRESQL TESTS DID NOT RUN: apt-get install postgresql")
    pytest.importorskip("psycopg", reason="POSTGRESQL TESTS DID NOT RUN: pip install psycopg[binary]")
    place, programs = Path(tempfile.mkdtemp(prefix="convlens-pg-")), found[0].resolve().parent
    user: dict[str, Any] = {}
    if os.geteuid() == 0:  # PostgreSQL refuses to be run by root, and its user may not see the folders of pytest
        shutil.chown(place, "postgres", "postgres")
        user = {"user": "postgres", "group": "postgres", "extra_groups": []}
    quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": "/", **user}
    subprocess.run([programs / "initdb", "-D", place, "-U", "test", "-A", "trust", "--no-sync"], check=True, **quiet)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = ["-D", place, "-p", str(port), "-k", "", "-h", "127.0.0.1", "-c", "fsync=off"]
    server = subprocess.Popen([programs / "postgres", *options], **quiet)
    try:
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield f"postgresql://test@127.0.0.1:{port}/postgres"
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(30)
        shutil.rmtree(place)


def test_two_workers_on_postgresql_do_all_trials_though_one_was_killed(postgres: str, tmp_path: Path) -> None:
    opened_at_once([url_of(postgres, tmp_path)])
    check_all_there(two_workers_and_one_killed(url_of(postgres, tmp_path)))


def test_a_file_that_is_no_database_is_said_and_left_alone(tmp_path: Path) -> None:
    place = tmp_path / "trials.db"
    place.write_bytes(b"no database at all " * 100)
    with pytest.raises(StorageError, match=r"file is not a database\n  fix: .*put it aside"):
        storage_of(url_of("", place))
    assert place.read_bytes().startswith(b"no database")


def test_a_locked_database_is_said_and_nothing_is_lost(tmp_path: Path) -> None:
    url = url_of("", tmp_path / "trials.db")
    study, _ = joined(storage_of(url, patience=0.2), "shared", "random", 0, prune=False)
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    work(study, objective, Budget(2, None), url)
    with sqlite3.connect(tmp_path / "trials.db", isolation_level=None) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StorageError, match=r"locked\n  fix: end the program"):
            work(study, objective, Budget(4, None), url)
        other.execute("ROLLBACK")
    work(study, objective, Budget(4, None), url)
    assert len(study.get_trials(states=(TrialState.COMPLETE,))) == 4


def test_a_server_that_is_not_there_is_said_without_its_password(tmp_path: Path) -> None:
    pytest.importorskip("psycopg")
    with pytest.raises(StorageError, match="is the server running") as error:
        storage_of(url_of("postgresql://me:secret@127.0.0.1:1/none", tmp_path))
    assert "secret" not in str(error.value)


def test_a_search_writes_a_recipe_that_train_takes(small: tuple[str, str], tmp_path: Path) -> None:
    network, data = small
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    space = ["learning_rate=1e-3..1e-1:log,batch=8|16,optimizer=adamw|sgd"]
    found = search(network, data, space=space, trials=5, out=str(tmp_path / "found"), **{**QUICK, "epochs": 1})
    assert len(found.finished) == 5
    assert set(found.importances) == {"learning_rate", "batch", "optimizer"}
    best = recipe_of(str(tmp_path / "found" / "best.toml"))
    assert best.settings.learning_rate == found.best.user_attrs["values"]["learning_rate"]
    run = train(best, out=tmp_path / "again")
    assert run.epochs[-1]["validation_accuracy"] == found.best.value, "the same recipe gives the same training"
    more = search(network, data, space=space, trials=6, out=str(tmp_path / "found"), **{**QUICK, "epochs": 1})
    assert [trial.number for trial in more.finished] == [0, 1, 2, 3, 4, 5], "it goes on where it was"
    assert more.to_dict()["best"]["accuracy"] == more.best.value


@pytest.mark.parametrize(("change", "message"), [
    ({"epochs": 2}, "with epochs 1, not 2"), ({"space": ["batch=8|32"]}, r"space batch values=\(8, 16\), not values=\(8, 32\)"),
    ({"space": ["batch=8|16,dropout=0..0.5"]}, "dropout"), ({"data": "other.npz"}, "with data squares.npz, not other.npz"),
])  # fmt: skip
def test_who_joins_looks_for_the_same_thing(change: dict[str, Any], message: str, small: tuple[str, str], tmp_path: Path) -> None:
    network, data = small
    shutil.copy(data, tmp_path / "other.npz")
    options: dict[str, Any] = {"space": ["batch=8|16"], "trials": 1, "out": str(tmp_path / "found"), **QUICK, "epochs": 1}
    search(network, data, **options)
    changed = {**options, **change, "trials": 2}
    with pytest.raises(UsageError, match=message):
        search(network, str(tmp_path / changed.pop("data")) if "data" in changed else data, **changed)
    again = search(network, data, **{**options, "trials": 2, "threads": 2})
    assert len(again.finished) == 2, "how a machine computes may differ"


def test_who_stops_a_search_has_what_was_found(small: tuple[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    network, data = small
    trained: list[Path] = []

    def stopped(recipe: Any, *, out: Path, watch: Any) -> Any:
        trained.append(out)
        if len(trained) == 3:
            raise StoppedError("after step 1 of 4")
        return train(recipe, out=out, watch=watch)

    monkeypatch.setattr("convlens.studies.search.objective.train", stopped)
    with pytest.raises(StoppedError, match="to go on: the same command, with -o"):
        search(network, data, space=["batch=8|16"], trials=9, out=str(tmp_path / "found"), **{**QUICK, "epochs": 1})
    record = json.loads((tmp_path / "found" / "result.json").read_text())
    assert [each["state"] for each in record["trials"]] == ["complete", "complete", "fail"]
    assert (tmp_path / "found" / "best.toml").is_file()
    assert (tmp_path / "found" / "report.html").is_file()


def test_pruning_stops_trials_and_refuses_other_lengths(small: tuple[str, str], tmp_path: Path) -> None:
    network, data = small
    with pytest.raises(UsageError, match="other lengths"):
        search(network, data, space=["epochs=1..3"], prune=True, out=str(tmp_path / "no"))
    found = search(network, data, space=["learning_rate=1e-6..1e-1:log"], prune=True, trials=8, method="random",
                   out=str(tmp_path / "pruned"), **{**QUICK, "epochs": 5, "schedule": "fixed"})  # fmt: skip
    states = [trial.state for trial in found.trials]
    assert states.count(TrialState.PRUNED) > 0
    assert states.count(TrialState.COMPLETE) + states.count(TrialState.PRUNED) == 8


def test_spaces() -> None:
    found = space_of(["learning_rate=1e-4..1e-1:log", "epochs=2..10:2,dropout=0..0.5"], {"batch": "1|2"})
    assert found == (Range("learning_rate", 1e-4, 0.1, False, True), Range("epochs", 2, 10, True, False, 2.0),
                     Range("dropout", 0, 0.5, False))  # fmt: skip
    assert space_of([], {"batch": "1|2"}) == (Choice("batch", (1, 2)),)


@pytest.mark.parametrize("text", ["", "batch", "batch=0|1", "learning_rate=0..1:log", "epochs=9..2", "epochs=1..9:x", "nothing=1|2",
                                  "optimizer=a..b", "batch=1|2,batch=3|4", "seed=1|2"])  # fmt: skip
def test_a_space_that_is_wrong_is_said(text: str) -> None:
    with pytest.raises(UsageError):
        space_of([text], {})


def test_processes_of_torchrun_train_each_trial_together(small: tuple[str, str], tmp_path: Path) -> None:
    network, data = small
    line = [sys.executable, "-m", "torch.distributed.run", "--nproc-per-node", "2", "--rdzv-backend", "c10d", "--rdzv-endpoint",
            "localhost:0", "-m", "convlens", "study", network, "--data", data, "--search", "--space",
            "learning_rate=1e-3..1e-1:log", "--trials", "3", "--epochs", "1", "--batch", "16", "--precision", "float32", "--layout",
            "channels-first", "--threads", "1", "--json", "-o", str(tmp_path / "ddp")]  # fmt: skip
    environment = {**os.environ, "PYTHONPATH": "src", "OMP_NUM_THREADS": "1", "GLOO_SOCKET_IFNAME": "lo"}
    done = subprocess.run(line, env=environment, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    assert [each["state"] for each in json.loads(done.stdout)["trials"]] == ["complete"] * 3
    runs = sorted((tmp_path / "ddp" / "runs").iterdir())
    assert [json.loads((run / "run.json").read_text())["machine"]["processes"] for run in runs] == [2, 2, 2]
