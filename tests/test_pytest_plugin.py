"""The fixture `assert_network` inside of pytest, and that pytest starts without loading anything for it."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
pytest_plugins = ["pytester"]

NETWORK = """
from convlens.ir.text import parse
NET = parse("network n\\ninput x: 1x3x8x8\\nc = conv(x, out=4, kernel=3x3)\\nb = batch_norm(c)\\noutput b")
"""


@pytest.fixture
def ran(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch):
    """The result of a pytest of its own on a test file; the plugin is given by its module, installed or not."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("COLUMNS", "120")

    def run(code: str, network: str = NETWORK) -> pytest.RunResult:
        pytester.makepyfile(network + code)
        return pytester.runpytest_subprocess("-p", "convlens.pytest_plugin", "-p", "no:cacheprovider")

    return run


def test_the_entry_point_is_the_plugin() -> None:
    stated = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["entry-points"]["pytest11"]
    assert stated == {"convlens": "convlens.pytest_plugin"}


def loaded(code: str) -> set[str]:
    script = f"import pytest, sys\nbefore = set(sys.modules)\n{code}\nprint(*set(sys.modules) - before)"
    return set(subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.split())


def test_it_imports_nothing_but_itself() -> None:
    assert {name for name in loaded("import convlens.pytest_plugin") if not name.startswith("_")} == {
        "convlens", "convlens.pytest_plugin",
    }  # fmt: skip


def test_the_import_check_can_fail() -> None:
    assert "convlens.linting.lint" in loaded("import convlens.pytest_plugin, convlens.linting.assertion")


def test_a_run_that_does_not_ask_for_it_loads_nothing(ran) -> None:
    heavy = "HEAVY = {'convlens.linting.lint', 'convlens.linting.config', 'torch', 'numpy'}\n"
    code = heavy + "import sys\ndef test_nothing():\n    assert not HEAVY & set(sys.modules)\n"
    ran(code, network="").assert_outcomes(passed=1)
    asking = "def test_first(assert_network):\n    assert_network('lenet5', select=['S01'])\n"
    ran(asking + code, network="").assert_outcomes(passed=1, failed=1)


def test_a_fault_fails_the_test_with_the_report(ran) -> None:
    result = ran("def test_it(assert_network):\n    assert_network(NET, select=['S01'])\n")
    result.assert_outcomes(failed=1)
    out = result.stdout.str()
    assert "AssertionError: n: x 1x3x8x8" in out
    assert "warn S01 bias-before-norm  c" in out
    assert "fix: bias=False (trained weights: subtract the bias from the running mean" in out
    assert "linting/assertion.py" not in out, "the lines of the plugin are not the test's"


def test_what_passes_gives_the_report(ran) -> None:
    result = ran(
        "def test_it(assert_network):\n"
        "    report = assert_network(NET, (1, 3, 16, 16), select=['S01'], fail_on='error', max_params='5M', max_macs=10**9)\n"
        "    assert report.counts['warn'] == 1\n"
        "    assert report.settings.options.max_params == 5_000_000\n"
        "    assert report.net.graph.inputs[0].spec.dims == (1, 3, 16, 16)\n"
        "def test_ignored(assert_network):\n    assert_network(NET, select=['S'], ignore=['S01'])\n"
    )
    result.assert_outcomes(passed=2)


def test_a_budget_that_is_no_number_is_an_error_of_the_test(ran) -> None:
    result = ran("def test_it(assert_network):\n    assert_network(NET, max_params='many')\n")
    result.assert_outcomes(failed=1)
    assert "'many' is not a whole number such as" in result.stdout.str()


def test_the_settings_of_the_project_are_read_from_its_root(ran, pytester: pytest.Pytester) -> None:
    pytester.makepyprojecttoml(
        '[tool.pytest.ini_options]\n[tool.convlens]\nselect = ["S01"]\n[[tool.convlens.exempt]]\nnode = "c"\nreason = "meant"\n'
    )
    result = ran(
        "import os\nfrom convlens.linting.settings import Settings\n"
        "def test_exempt(assert_network, tmp_path, monkeypatch):\n"
        "    monkeypatch.chdir(tmp_path)\n    assert len(assert_network(NET).passed) == 1\n"
        "def test_without(assert_network):\n    assert_network(NET, settings=Settings(select=('S01',)))\n"
    )
    result.assert_outcomes(passed=1, failed=1)


def test_the_example_of_the_page(ran) -> None:
    page = (ROOT / "docs" / "lint.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    ran(code).assert_outcomes(passed=1)
