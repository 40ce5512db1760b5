"""The verb ``sweep`` as a command: formats, exit codes, messages."""

import json

import pytest
from click.testing import CliRunner

import convlens
from convlens.cli import main

ARGS = ["sweep", "Conv2d(4, 4, 3)", "--input", "1x4x8x8", "--no-time"]


def ended(capsys, *args):
    code = 0
    try:
        main(list(args))
    except SystemExit as end:
        code = int(end.code or 0)
    out, err = capsys.readouterr()
    return code, out, err


def test_json_is_the_result_of_the_function(capsys):
    code, out, err = ended(capsys, *ARGS, "--over", "kernel=1..3", "--over", "groups", "--json")
    wanted = convlens.sweep("Conv2d(4, 4, 3)", (1, 4, 8, 8), {"kernel": [1, 2, 3], "groups": None}, time=False)
    assert (code, err) == (0, "")
    assert json.loads(out) == wanted.to_dict()


@pytest.mark.parametrize(
    ("ending", "start"), [("csv", "setting,value,call"), ("json", "{"), ("svg", "<svg"), ("md", "`Conv2d"), ("txt", "Conv2d")]
)
def test_the_ending_chooses_the_format(tmp_path, capsys, ending, start):
    path = tmp_path / f"sweep.{ending}"
    assert ended(capsys, *ARGS, "--over", "kernel=1,3", "-o", str(path)) == (0, "", "")
    assert path.read_text(encoding="utf-8").startswith(start)


def test_some_illegal_calls_are_reported_and_none_legal_is_a_failure(capsys):
    code, out, _ = ended(capsys, *ARGS, "--over", "groups=1,3")
    assert code == 0
    assert "illegal: groups=3 does not divide" in out
    code, out, _ = ended(capsys, *ARGS, "--over", "groups=3")
    assert code == 1
    assert "illegal: groups=3 does not divide" in out


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (["--over", "kernal=1"], "has no setting 'kernal' (did you mean 'kernel'?)"),
        (["--over", "kernel=3..1"], "the range 3..1 is empty"),
        (["--over", "kernel=1..5000"], "more than 1000 values"),
        (["--over", "kernel", "--over", "kernel=3"], "--over kernel is given twice"),
        (["--over", "kernel=1", "-o", "x.pdf"], "the ending '.pdf' says no format"),
        (["--over", "kernel=1", "--backward"], "backward is measured, so it needs time"),
    ],
)
def test_wrong_usage(capsys, more, message):
    code, out, err = ended(capsys, *ARGS, *more)
    assert (code, out) == (2, "")
    assert message in err


def test_without_an_input_the_usage_is_wrong():
    main_code = CliRunner().invoke(convlens.cli.commands, ["sweep", "Conv2d(4, 4, 3)"])
    assert main_code.exit_code == 2


def test_it_measures_and_says_so_beforehand(capsys):
    pytest.importorskip("torch")
    args = ["sweep", "ReLU()", "--input", "1x4", "--over", "batch=1,2", "--budget", "0.05", "--json"]
    code, out, err = ended(capsys, *args)
    assert code == 0
    assert err.startswith("measuring 2 runs, about 0.05 s each; --no-time leaves it out")
    assert json.loads(out)["machine"]["torch"]


def test_too_little_memory_ends_with_the_numbers(capsys):
    pytest.importorskip("torch")
    args = ["sweep", "ReLU()", "--input", "1x4x1000x1000", "--over", "batch=1", "--time", "--max-memory", "1"]
    code, _, err = ended(capsys, *args)
    assert code == 2
    assert "nothing could be measured: it takes 30.5 MiB, more than the 1.00 MiB that a run may take" in err
