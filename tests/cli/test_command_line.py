"""The command line: results, exit codes, messages, files, pipes."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import convlens.cli
from convlens.cli import commands, main

GOOD = "network good\ninput x: 1x3x8x8\nc = conv(x, out=4, kernel=3x3)\noutput c\n"
BROKEN = "network broken\ninput x: 1x3x8x8\na = conv(x, out=4, kernel=3x3)\nb = conv(a, out=4, kernel=9x9)\noutput b\n"
STEM = "Conv2d(3, 64, 7, stride=2, padding=3)"


def run(*args: str, text: str | None = None, **environ: str) -> subprocess.CompletedProcess[str]:
    """The command as a process of its own."""
    base = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "FORCE_COLOR", "COLUMNS")}
    return subprocess.run(
        [sys.executable, "-m", "convlens", *args],
        input=text, capture_output=True, encoding="utf-8", check=False, timeout=60,
        env=base | {"PYTHONIOENCODING": "utf-8"} | environ,
    )  # fmt: skip


def ended(capsys: pytest.CaptureFixture[str], *args: str) -> tuple[int, str, str]:
    """Exit code, output and errors of `main` in this process."""
    code = 0
    try:
        main(list(args))
    except SystemExit as end:
        code = int(end.code or 0)
    out, err = capsys.readouterr()
    return code, out, err


def invoked(*args: str) -> Result:
    return CliRunner().invoke(commands, list(args))


def test_help_lists_the_verbs_without_importing_them() -> None:
    code = (
        "import sys; from convlens.cli import main\ntry: main(['--help'])\nexcept SystemExit: pass\nprint(*sorted(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "summary   What is in a network" in done.stdout
    assert "layer     What does this one layer do" in done.stdout
    modules = done.stdout.splitlines()[-1].split()
    assert "convlens.cli.summary" not in modules
    assert "convlens.cli.layer" not in modules


@pytest.mark.parametrize("verb", ["diff", "draw", "explain", "layer", "lint", "play", "rewrite", "run", "summary", "sweep"])
def test_each_verb_has_help(verb: str) -> None:
    result = invoked(verb, "--help")
    assert result.exit_code == 0
    assert "--json" in result.output


def test_the_version_is_that_of_the_package() -> None:
    import tomllib

    stated = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]["version"]
    assert invoked("--version").output == f"convlens, version {stated}\n"


def test_no_verb_prints_the_help() -> None:
    done = run()
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("Usage: ")
    assert "layer     What does this one layer do" in done.stderr
    assert "error" not in done.stderr


def test_a_file_that_is_not_there_is_not_run(tmp_path: Path) -> None:
    done = run("summary", str(tmp_path / "nope.py:Net"))
    assert done.returncode == 2
    assert done.stderr.startswith("error: there is no file ")
    assert "running" not in done.stderr


def test_tables_of_every_format_fold(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    whole, folded = (ended(capsys, "summary", "resnet18", "--markdown", *more)[1] for more in ((), ("--depth", "1")))
    assert "layer1.0.conv1" in whole
    assert "layer1.0.conv1" not in folded
    assert "| layer1 |" in folded
    for ending in (".md", ".html", ".txt"):
        out = tmp_path / f"net{ending}"
        ended(capsys, "summary", "resnet50", "--fold", "-o", str(out))
        assert "\u00d7 2" in out.read_text(encoding="utf-8")
        ended(capsys, "summary", "resnet50", "--depth", "1", "-o", str(out))
        assert "32 layers" in out.read_text(encoding="utf-8")
        assert "<details" not in out.read_text(encoding="utf-8")


def test_a_dtype_behind_a_shape(capsys: pytest.CaptureFixture[str]) -> None:
    out = ended(capsys, "summary", "alexnet", "--input", "x=1x1x224x224:float16", "--json")[1]
    assert json.loads(out)["inputs"] == [{"name": "x", "shape": [1, 1, 224, 224], "dtype": "float16"}]
    assert json.loads(out)["outputs"] == [{"name": "classifier.6", "shape": [1, 10], "dtype": "float16"}]
    assert ended(capsys, "layer", "ReLU()", "--input", "1x3:float16")[0] == 0


def test_a_network_by_name() -> None:
    done = run("summary", "alexnet")
    assert (done.returncode, done.stderr) == (0, "")
    assert "46,764,746" in done.stdout
    assert "\x1b" not in done.stdout


def test_json_is_the_result_of_the_function() -> None:
    done = run("summary", "alexnet", "--json")
    assert json.loads(done.stdout) == convlens.summary("alexnet").to_dict()
    done = run("layer", STEM, "--input", "1x3x224x224", "--json")
    assert json.loads(done.stdout) == convlens.layer(STEM, (1, 3, 224, 224)).to_dict()


def test_the_text_form_from_a_pipe() -> None:
    done = run("summary", "-", "--input", "1x3x16x16", "--json", text=GOOD)
    assert done.returncode == 0
    assert json.loads(done.stdout)["layers"][0]["outputs"] == [[1, 4, 14, 14]]


def test_broken_shapes_give_a_report_and_exit_code_1(tmp_path: Path) -> None:
    path = tmp_path / "broken.txt"
    path.write_text(BROKEN)
    done = run("summary", str(path))
    assert done.returncode == 1
    assert "does not fit" in done.stdout
    assert done.stderr.startswith("error: conv 'b': on spatial axis 0 a kernel of 9 covers 9")
    assert "fix: " in done.stderr
    assert "Traceback" not in done.stderr
    done = run("summary", str(path), "--json")
    assert (done.returncode, json.loads(done.stdout)["error"]["node"]) == (1, "b")


@pytest.mark.parametrize(
    ("args", "code", "message"),
    [
        (
            ["summry"],
            2,
            "error: there is no verb 'summry' (did you mean 'summary'?); the verbs are: diff, draw, evaluate, explain, layer, lint, play, predict, rewrite, run, study, summary, sweep, train",
        ),
        (["summary"], 2, "error: Missing argument 'MODEL'."),
        (["summary", "alexnet", "--dept", "1"], 2, "error: No such option"),
        (["summary", "alexnt"], 2, "error: there is no network 'alexnt' (did you mean 'alexnet'?)"),
        (
            ["summary", "alexnet", "--input", "1x1x224"],
            2,
            "error: input 'x' of 'alexnet' has 4 axes (1x1x224x224), but 1x1x224 has 3",
        ),
        (["summary", "alexnet", "--input", "1x0x224x224"], 2, "error: size 0 at axis 1 of '1x0x224x224'"),
        (["summary", "alexnet", "--input", "1x-3x224x224"], 2, "error: '1x-3x224x224' is not a shape"),
        (["summary", "alexnet", "--input", "1x1.5x224x224"], 2, "error: '1x1.5x224x224' is not a shape"),
        (["summary", "alexnet", "--input", "y=1x1x224x224"], 2, "error: network 'alexnet' has no input 'y'"),
        (["summary", "alexnet", "--dim", "N=1"], 2, "error: alexnet has no named sizes, so 'N' cannot be set"),
        (["summary", "alexnet", "--dim", "N"], 2, "error: --dim 'N' is not a named size"),
        (["summary", "alexnet", "--color", "pink"], 2, "error: Invalid value for '--color'"),
        (["summary", "nowhere.txt"], 2, "error: there is no file 'nowhere.txt'"),
        (["summary", "nowhere.onnx"], 2, "error: there is no file 'nowhere.onnx'"),
        (["summary", "alexnet", "-o", "a.pdf"], 2, "error: -o a.pdf: the ending '.pdf' says no format"),
        (["summary", "alexnet", "-o", "a"], 2, "error: -o a: no ending says no format"),
        (["summary", "alexnet", "-o", "no/such/folder/a.txt"], 2, "error: -o no/such/folder/a.txt: No such file or directory"),
        (["summary", "alexnet", "--json", "--markdown"], 2, "error: --json and --markdown are two formats\n  fix: one of them"),
        (["layer", "ReLU()", "--input", "1x3", "--json", "--markdown"], 2, "error: --json and --markdown are two formats"),
        (["summary", "alexnet", "--json", "-o", "a.md"], 2, "error: --json and -o a.md are two formats\n  fix: -o with the"),
        (["summary", "alexnet", "--input", "1x1x224x224:int65"], 2, "error: '1x1x224x224:int65': unknown dtype 'int65'"),
        (["layer", "Conv2d(3, 4, 9)", "--input", "1x3x4x4"], 1, "error: conv "),
        (["explain", "strid"], 2, "error: there is no topic 'strid' (did you mean 'stride'?)\n  fix: one of activation, "),
        (["explain", "stride", "-o", "a.html"], 2, "error: -o a.html: the ending '.html' says no format"),
        (["rewrite", "lenet5", "--as", "separabel"], 2, "error: there is no rewrite 'separabel' (did you mean 'separable'?)"),
        (["rewrite", "--as", "separable"], 2, "error: --as separable of what?\n  fix: convlens rewrite MODEL --as separable"),
        (["rewrite", "lenet5", "--as", "fold-batch-norm"], 1, "error: fold-batch-norm is possible nowhere in 'lenet5'"),
        (["rewrite", "lenet5", "-o", "a.png"], 2, "error: -o a.png: the ending '.png' says no format"),
        (["layer", "Conf2d(3, 4, 9)", "--input", "1x3x4x4"], 2, "error: "),
        (["layer", "Conv2d(3, 4, 3)"], 2, "error: "),
        (["layer", "__import__('os').system('true')", "--input", "1x3"], 2, "error: "),
    ],
)
def test_wrong_usage_is_one_message(capsys: pytest.CaptureFixture[str], args: list[str], code: int, message: str) -> None:
    found, out, err = ended(capsys, *args)
    assert found == code
    assert err.startswith(message)
    assert "Traceback" not in err
    assert out == ""


def test_exit_codes_of_processes() -> None:
    assert run("layer", STEM, "--input", "1x3x224x224").returncode == 0
    assert run("layer", "Conv2d(3, 4, 9)", "--input", "1x3x4x4").returncode == 1
    assert run("layer", "Conv2d(3, 4, 9").returncode == 2


@pytest.mark.parametrize(
    ("ending", "start"), [(".json", "{"), (".md", "**good"), (".html", "<!doctype html>"), (".txt", "good: x")]
)
def test_the_ending_chooses_the_format(tmp_path: Path, capsys: pytest.CaptureFixture[str], ending: str, start: str) -> None:
    (tmp_path / "good.txt").write_text(GOOD)
    out = tmp_path / f"report{ending}"
    assert ended(capsys, "summary", str(tmp_path / "good.txt"), "-o", str(out)) == (0, "", "")
    assert out.read_text(encoding="utf-8").startswith(start)
    assert ended(capsys, "layer", "ReLU()", "--input", "1x3", "-o", str(out)) == (0, "", "")
    assert "ReLU()" in out.read_text(encoding="utf-8")


def test_the_formats_of_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    assert ended(capsys, "summary", "lenet5", "--markdown")[1].startswith("**lenet5")
    assert ended(capsys, "layer", "ReLU()", "--input", "1x3", "--markdown")[1].startswith("```\nReLU()")
    assert "参数" in ended(capsys, "layer", "ReLU()", "--input", "1x3", "--lang", "zh")[1]
    assert "× " in ended(capsys, "summary", "resnet50", "--fold")[1]
    assert "32 layers" in ended(capsys, "summary", "resnet50", "--depth", "1")[1]


SPOKEN = {
    "diff": ["vgg11", "vgg16"],
    "summary": ["lenet5"],
    "layer": ["ReLU()", "--input", "1x3"],
    "draw": ["Conv2d(1, 1, 3)", "--input", "1x1x4x4"],
    "explain": ["parameters"],
    "lint": ["lenet5"],
    "play": ["Conv2d(1, 1, 3)", "--input", "1x1x4x4"],
    "run": ["lenet5", "--show-kernels"],
    "sweep": ["Linear(3, 4)", "--input", "1x3", "--no-time"],
    "rewrite": ["Linear(8, 3)", "--input", "1x8", "--as", "linear-to-conv"],
}
"""Verbs that print words, with arguments."""

OF_A_RUN = {"evaluate", "predict", "study", "train"}
"""Verbs that need a training: their language is tested with it."""


@pytest.mark.parametrize(("verb", "args"), SPOKEN.items(), ids=SPOKEN)
def test_the_language_is_asked_for_or_that_of_the_locale(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, verb: str, args: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    english = ended(capsys, verb, *args)[1]
    chinese = ended(capsys, verb, *args, "--lang", "zh")[1]
    assert re.search("[\u4e00-\u9fff]", chinese)
    assert not re.search("[\u4e00-\u9fff]", english)
    assert ended(capsys, "--lang", "zh", verb, *args)[1] == chinese
    assert ended(capsys, "--lang", "zh", verb, *args, "--lang", "en")[1] == english
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    assert ended(capsys, verb, *args)[1] == chinese
    assert ended(capsys, "--lang", "en", verb, *args)[1] == english
    if verb != "explain":  # whose record holds the words
        assert ended(capsys, verb, *args, "--json")[1] == ended(capsys, verb, *args, "--json", "--lang", "en")[1]
    assert ended(capsys, verb, *args, "--lang", "fr")[0] == 2


def test_every_verb_has_the_option() -> None:
    """A new verb is to be added to SPOKEN."""
    verbs = {p.stem for p in (Path(convlens.cli.__file__).parent).glob("*.py") if not p.stem.startswith("_")}
    assert verbs == SPOKEN.keys() | OF_A_RUN


def test_explain_in_every_form(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = ended(capsys, "explain", "stride")[1]
    assert text == convlens.explain("stride").text()
    assert json.loads(ended(capsys, "explain", "stride", "--json")[1]) == convlens.explain("stride").to_dict()
    assert ended(capsys, "explain", "stride", "--markdown")[1] == convlens.explain("stride").to_markdown()
    for ending, start in ((".txt", "Stride: "), (".md", "# Stride"), (".json", "{")):
        out = tmp_path / f"stride{ending}"
        assert ended(capsys, "explain", "stride", "-o", str(out)) == (0, "", "")
        assert out.read_text(encoding="utf-8").startswith(start)
    assert ended(capsys, "explain", "conv_transpose")[1].startswith("conv_transpose\n\nEvery input pixel paints")
    assert "stride                 how far the window moves\n" in ended(capsys, "explain")[1]


def test_an_explanation_in_colour_has_the_same_words() -> None:
    plain, coloured = run("explain", "why-odd"), run("explain", "why-odd", "--color", "always")
    assert "\x1b[" not in plain.stdout
    assert "\x1b[1m" in coloured.stdout
    assert re.sub(r"\x1b\[[\d;]*m", "", coloured.stdout) == plain.stdout


def test_colour_only_where_it_is_wanted() -> None:
    assert "\x1b[" in run("summary", "lenet5", "--color", "always").stdout
    assert "\x1b[" in run("summary", "lenet5", FORCE_COLOR="1").stdout
    assert "\x1b[" not in run("summary", "lenet5", "--color", "always", NO_COLOR="1").stdout


@pytest.mark.parametrize("encoding", ["gbk", "ascii", "latin-1"])
def test_a_console_of_another_encoding(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "names.txt").write_text(GOOD.replace("c", '"卷积✓"').replace('"卷积✓"onv', "conv"), encoding="utf-8")
    for args in (["summary", str(tmp_path / "names.txt")], ["layer", "ReLU()", "--input", "1x3", "--lang", "zh"]):
        done = subprocess.run(
            [sys.executable, "-m", "convlens", *args],
            capture_output=True,
            check=False,
            env=os.environ | {"PYTHONIOENCODING": encoding},
        )
        assert (done.returncode, done.stderr) == (0, b"")
        done.stdout.decode(encoding)
    done = subprocess.run(
        [sys.executable, "-m", "convlens", "summary", str(tmp_path / "names.txt"), "--json"],
        capture_output=True, check=True, env=os.environ | {"PYTHONIOENCODING": encoding},
    )  # fmt: skip
    assert json.loads(done.stdout.decode(encoding))["layers"][0]["name"] == "卷积✓"


def test_a_reader_that_stops_early_is_no_error() -> None:
    command = f"{sys.executable} -m convlens summary resnet50 --json | head -c 10"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert done.stderr == ""


def _loaded(code: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys; print(*sys.modules)"], capture_output=True, text=True, check=True
    )
    return set(done.stdout.splitlines()[-1].split())


HEAVY = {"torch", "numpy", "onnx", "keras", "tensorflow"}
LAYER = "from convlens.cli import main\nmain(['layer', 'Conv2d(3, 4, 3)', '--input', '1x3x8x8'])"


def test_light_imports() -> None:
    assert not _loaded("import convlens") & {*HEAVY, "rich", "click"}
    assert not _loaded(LAYER) & {*HEAVY, "rich"}
    assert not _loaded("import convlens; str(convlens.summary('alexnet'))") & HEAVY


def test_the_import_check_can_fail() -> None:
    assert "numpy" in _loaded("import convlens, numpy") & HEAVY
