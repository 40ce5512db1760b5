"""The light rooms import no framework: checked in a fresh interpreter, with a partner that shows the check can fail."""

import subprocess
import sys

HEAVY = {"torch", "numpy", "onnx", "keras", "tensorflow"}
ROOMS = (
    "import convlens, convlens.lang, convlens.ir.text, convlens.ir.op, convlens.passes, convlens.networks, pkgutil, importlib\n"
)
OPERATORS = "convlens.ir.op.every()\n"
PASSES = """
for room in (convlens.passes, convlens.networks, convlens.ir, convlens.arith, convlens.lang):
    for module in pkgutil.iter_modules(room.__path__, room.__name__ + "."):
        importlib.import_module(module.name)
"""


def loaded_after(code: str) -> set[str]:
    """The frameworks that a fresh interpreter has loaded after running ``code``."""
    script = f"import convlens.ir, convlens.arith\n{code}\nimport sys\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return HEAVY & set(done.stdout.split())


def test_the_light_rooms_load_no_framework() -> None:
    assert loaded_after(ROOMS + OPERATORS + PASSES) == set()


def test_every_topic_is_explained_without_a_framework() -> None:
    topics = "from convlens.explanations import topic\nfor name in topic.names(): str(convlens.explain(name, 'zh'))\n"
    assert loaded_after("import convlens\n" + topics) == set()


def test_a_network_is_linted_without_a_framework() -> None:
    forms = "report.text(), report.to_markdown(), report.to_sarif(), report.to_json(), str(convlens.summary('lenet5'))\n"
    assert loaded_after(f"import convlens\nreport = convlens.lint('lenet5')\n{forms}") == set()


def test_planning_a_run_loads_no_framework() -> None:
    """Nor does the command line load a backend."""
    assert loaded_after("import convlens.cli, convlens.backends.plan") == set()


def test_the_reference_backend_loads_numpy_alone() -> None:
    assert loaded_after("import convlens.backends.reference") == {"numpy"}


def test_a_value_is_traced_without_a_framework() -> None:
    trace = "convlens.layer('Conv2d(3, 4, 3)', (1, 3, 8, 8)).trace((0, 1, 2)).value\n"
    assert loaded_after("import convlens\n" + trace) == set()


def test_the_check_would_see_one() -> None:
    assert "numpy" in loaded_after(ROOMS + "import numpy")
