"""Settings of a project: where they are found, what each key sets, and what is said of a wrong one."""

import os
from pathlib import Path

import pytest

from convlens.ir.errors import UsageError
from convlens.linting.config import MAX_BYTES, read
from convlens.linting.config_keys import BUDGETS
from convlens.linting.options import Options
from convlens.linting.settings import Exemption, Settings

WHOLE = """
select = ["G", "bias-before-norm"]
ignore = ["X01"]
severity = { G12 = "error", bias-before-norm = "info" }
fail-on = "error"
loss = "cross_entropy"
object-size = 64
batch = 8
device = "a-device"
[budgets]
max-params = "5M"
max-macs = 600_000_000
max-activation-bytes = "20MB"
max-peak-bytes = "8MiB"
min-receptive-field = 200
[[exempt]]
node = "features.0"
codes = ["G12"]
reason = "as published"
model = "networks/*.txt"
[[exempt]]
node = "*"
reason = "all of it is meant"
"""
MEANT = Settings(
    select=("G", "bias-before-norm"),
    ignore=("X01",),
    severity=(("G12", "error"), ("bias-before-norm", "info")),
    exemptions=(
        Exemption("features.0", ("G12",), "as published", "networks/*.txt"),
        Exemption("*", (), "all of it is meant"),
    ),
    options=Options("cross_entropy", 64, 8, "a-device", 5_000_000, 600_000_000, 20_000_000, 8_388_608, 200),
    fail_on="error",
)


def under_tool(text: str) -> str:
    """The same settings in a pyproject.toml."""
    return "[tool.convlens]\n" + text.replace("[[", "[[tool.convlens.").replace("\n[budgets]", "\n[tool.convlens.budgets]")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with a folder of its own, in which the work is done."""
    (tmp_path / "deep" / "down").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "deep" / "down")
    return tmp_path


def test_every_key_sets_something(folder: Path) -> None:
    (folder / "convlens.toml").write_text(WHOLE)
    assert read() == MEANT
    usual = Settings()
    assert all(getattr(MEANT, field) != getattr(usual, field) for field in Settings._fields)
    assert all(value != usual.options._asdict()[field] for field, value in MEANT.options._asdict().items())


def test_both_files_say_the_same(folder: Path) -> None:
    (folder / "pyproject.toml").write_text(under_tool(WHOLE))
    assert read() == MEANT


def test_the_nearest_file_that_speaks_of_convlens_is_read(folder: Path) -> None:
    assert read() == Settings()
    (folder / "pyproject.toml").write_text(under_tool('fail-on = "error"'))
    assert read().fail_on == "error"
    (folder / "deep" / "pyproject.toml").write_text("[project]\nname = 'other'\n[tool.other]\nx = 1")
    assert read().fail_on == "error"
    (folder / "convlens.toml").write_text('fail-on = "info"')
    assert read().fail_on == "info"
    (folder / "deep" / "convlens.toml").write_text("")
    assert read() == Settings()
    assert read(folder=folder).fail_on == "info"
    assert read(str(folder / "pyproject.toml")).fail_on == "error"


def test_a_call_goes_before_the_file(folder: Path) -> None:
    (folder / "convlens.toml").write_text(WHOLE)
    found = read().given(["S01"], ["X"], Options(max_params=7, batch=1), "info")
    assert (found.select, found.ignore, found.fail_on) == (("S01",), ("X01", "X"), "info")
    assert (found.options.max_params, found.options.batch, found.options.max_macs) == (7, 1, 600_000_000)


WRONG = {
    'selct = ["G"]': "selct: there is no such key (did you mean 'select'?)\n  fix: one of select, ignore, severity, fail-on, ",
    "fail_on = 'warn'": "fail_on: there is no such key (did you mean 'fail-on'?)\n  fix: one of select",
    'select = "G12"': "select: 'G12' is not a list",
    'select = ["G"\n, 3]': "select.1: 3 is not a text",
    'select = ["dead-tap"]': "select.0: there is no rule 'dead-tap' (did you mean 'dead-taps'?)\n  fix: one of ",
    'severity = { Q77 = "error" }': "severity.Q77: there is no rule 'Q77'",
    'severity = { G12 = "eror" }': "severity.G12: 'eror' is none of them (did you mean 'error'?)\n  fix: one of error, warn, info",
    'severity = ["G12"]': "severity: ['G12'] is not a table\n  fix: { G08 = \"error\" }",
    'fail-on = "wran"': "fail-on: 'wran' is none of them (did you mean 'warn'?)\n  fix: one of error, warn, info",
    "fail-on = 1": "fail-on: 1 is none of them\n  fix: one of error, warn, info",
    'loss = "crossentropy"': "loss: 'crossentropy' is none of them (did you mean 'cross_entropy'?)\n  fix: one of cross_entropy, ",
    "object-size = 0": "object-size: 0 is not a whole number of at least 1",
    "object-size = 1.5": "object-size: 1.5 is not a whole number of at least 1",
    "batch = true": "batch: True is not a whole number of at least 1",
    'batch = "8"': "batch: '8' is not a whole number of at least 1",
    "device = ''": "device: '' is not a text",
    "budgets = 3": "budgets: 3 is not a table",
    "budgets.max-parms = 3": "budgets.max-parms: there is no such key (did you mean 'max-params'?)\n  fix: one of max-params, ",
    "budgets.max-params = '5X'": "budgets.max-params: '5X' is not a whole number such as 600000, 600k, 5M or 1.5G",
    "budgets.max-params = 5e6": "budgets.max-params: 5000000.0 is not a whole number such as 5000000, or a text such as '5M'",
    "budgets.max-params = -1": "budgets.max-params: -1 is not a whole number such as",
    "budgets.max-params = true": "budgets.max-params: True is not a whole number such as",
    "exempt = { node = 'a' }": "exempt: {'node': 'a'} is not a list",
    "exempt = [1]": "exempt.0: 1 is not a table",
    "[[exempt]]\nnode = 'a'": 'exempt.0.reason: it is missing\n  fix: reason = "...": why is it let pass?',
    "[[exempt]]\nnode = 'a'\nreason = ' '": "exempt.0.reason: ' ' is not a text",
    "[[exempt]]\nreason = 'r'": 'exempt.0.node: it is missing\n  fix: node = "...": which layer? it may hold * and ?',
    "[[exempt]]\nnode = 'a'\nreason = 'r'\ncode = ['G12']": "exempt.0.code: there is no such key (did you mean 'codes'?)\n  fix: one of ",
    "[[exempt]]\nnode = 'a'\nreason = 'r'\ncodes = ['G']\n[[exempt]]\nnode = 'a'\nreason = 'r'\ncodes = ['?']": "exempt.1.codes.0: there is no rule '?'",
}  # fmt: skip


@pytest.mark.parametrize(("text", "message"), WRONG.items(), ids=WRONG)
def test_a_wrong_setting_is_named_with_its_file_and_key(folder: Path, text: str, message: str) -> None:
    (folder / "convlens.toml").write_text(text)
    with pytest.raises(UsageError) as refused:
        read()
    assert str(refused.value).startswith(f"{folder / 'convlens.toml'}, {message}")
    assert refused.value.exit_code == 2


def test_a_key_of_pyproject_is_named_in_full(folder: Path) -> None:
    (folder / "deep" / "down" / "pyproject.toml").write_text(under_tool("batch = 0"))
    with pytest.raises(UsageError, match="^pyproject.toml, tool.convlens.batch: 0 is not a whole number of at least 1$"):
        read()


BROKEN = {
    "not TOML": (b"select = [", "convlens.toml is not TOML: "),
    "not text": (b"\xff", "convlens.toml is not TOML: 'utf-8' codec can't decode"),
    "a number of too many digits": (b"batch = " + b"9" * 5000, "convlens.toml is not TOML: "),
    "nested too deep": (b"a = " + b"[" * 100_000, "convlens.toml is not TOML: "),
    "too large": (b"#" * (MAX_BYTES + 1), f"convlens.toml: more than {MAX_BYTES} bytes"),
}


@pytest.mark.parametrize(("content", "message"), BROKEN.values(), ids=BROKEN)
def test_a_file_that_cannot_be_read_is_one_message(folder: Path, content: bytes, message: str) -> None:
    (folder / "deep" / "down" / "convlens.toml").write_bytes(content)
    with pytest.raises(UsageError) as refused:
        read()
    assert str(refused.value).startswith(message)
    assert len(str(refused.value)) < 1000


def test_a_file_of_the_largest_size_is_read(folder: Path) -> None:
    """The partner: one byte less is read."""
    (folder / "convlens.toml").write_bytes(b"#" * MAX_BYTES)
    assert read() == Settings()


def test_a_file_that_is_asked_for_must_be_there_and_speak(folder: Path) -> None:
    with pytest.raises(UsageError, match=r"there is no file 'no\.toml'"):
        read("no.toml")
    Path("pyproject.toml").write_text("[tool.other]")
    with pytest.raises(UsageError, match=r"^pyproject.toml: there is no table \[tool.convlens\]$"):
        read("pyproject.toml")
    with pytest.raises(UsageError, match="is a folder"):
        read(str(folder))
    os.mkfifo("pipe.toml")
    with pytest.raises(UsageError, match="is a pipe or a device"):
        read("pipe.toml")


def test_a_pipe_that_lies_in_the_way_is_not_opened(folder: Path) -> None:
    os.mkfifo(folder / "deep" / "convlens.toml")
    (folder / "convlens.toml").write_text('fail-on = "error"')
    assert read().fail_on == "error"


def test_budgets_are_those_of_the_options() -> None:
    assert {name.replace("-", "_") for name in BUDGETS} == {f for f in Options._fields if f.startswith(("max_", "min_"))}
