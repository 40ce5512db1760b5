"""The verbs on the command line: text, JSON, files, both languages, messages."""

import json
import re
from pathlib import Path

import pytest

from convlens.training.run import Run
from tests.cli.test_command_line import ended


def test_predict_prints_the_likeliest_classes(run: Run, pets: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = ended(capsys, "predict", str(run.path), str(pets / "dog" / "1.png"), "--lang", "en", "--top", "2")
    assert (code, err) == (0, "")
    assert out.splitlines()[0].split() == ["class", "probability"]
    assert out.splitlines()[1].split()[0] == "dog"
    assert len(out.splitlines()) == 3


def test_json_and_files_hold_the_same(run: Run, pets: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = ended(capsys, "predict", str(run.path), str(pets), "--json")
    assert ended(capsys, "predict", str(run.path), str(pets), "-o", str(tmp_path / "a.json"))[:2] == (0, "")
    assert ended(capsys, "predict", str(run.path), str(pets), "-o", str(tmp_path / "a.csv"))[:2] == (0, "")
    assert json.loads(out) == json.loads((tmp_path / "a.json").read_text())
    assert len((tmp_path / "a.csv").read_text().splitlines()) == 1 + len(json.loads(out)["predictions"])


def test_a_sentence_of_one_argument(text_run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = ended(capsys, "predict", str(text_run.path), "a good film", "a bad film")
    assert code == 0
    assert [line.split()[-3] for line in out.splitlines()[1:]] == ["praise", "blame"]


def test_evaluate_prints_what_the_training_wrote(run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = ended(capsys, "evaluate", str(run.path), "--lang", "en")
    assert (code, err) == (0, "")
    assert run.test is not None
    assert out.startswith(f"accuracy {100 * run.test['accuracy']:.2f} %, loss {run.test['loss']:.4f}\n")
    assert ended(capsys, "evaluate", str(run.path), "-o", str(tmp_path / "a.json"))[0] == 0
    assert json.loads((tmp_path / "a.json").read_text())["confusion"] == run.test["confusion"]


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["predict", "nothing", "a.png"], "holds no run"),
        (["predict", "{run}"], "nothing to predict"),
        (["predict", "{run}", "a.png", "--page"], "--page"),
        (["predict", "{run}", "--page", "--json"], "--page"),
        (["predict", "{run}", "a.png", "-o", "a.xml"], "one of"),
        (["predict", "{run}", "a.png", "--network", "lenet5"], "no file"),
        (["evaluate", "nothing"], "holds no run"),
        (["evaluate", "{run}", "--data", "nothing"], "there are no data"),
        (["evaluate", "{run}", "-o", "a.csv"], "one of"),
    ],
)
def test_messages(args: list[str], message: str, run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = ended(capsys, *(arg.format(run=run.path) for arg in args), "--lang", "en")
    assert (code, out) == (2, "")
    assert message in err
    assert "Traceback" not in err


@pytest.mark.parametrize("verb", ["predict", "evaluate"])
def test_the_language_is_that_which_is_asked_for(verb: str, run: Run, pets: Path, capsys: pytest.CaptureFixture[str]) -> None:
    args = [verb, str(run.path), *([str(pets / "cat")] if verb == "predict" else [])]
    english, chinese = (ended(capsys, *args, "--lang", lang)[1] for lang in ("en", "zh"))
    assert re.search("[\u4e00-\u9fff]", chinese)
    assert not re.search("[\u4e00-\u9fff]", english)
    assert ended(capsys, "--lang", "zh", *args)[1] == chinese
    assert "\n  改法：" in ended(capsys, verb, "nothing", "--lang", "zh")[2]
