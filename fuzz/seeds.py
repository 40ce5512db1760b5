"""Small inputs to start from: the networks as text, and the models that the tests make."""

from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import onnx

from fuzz.harness import LONGEST_INPUT
from tests.importers.onnx import test_hostile, test_readers
from tests.ir import test_hostile_text
from tests.ops import test_messages


def texts() -> Iterator[bytes]:
    """Every published network, every text of the tests that breaks a rule."""
    networks = [path.read_text() for path in files("convlens.networks").iterdir() if path.name.endswith(".txt")]
    broken = [part.partition("=>")[0] for part in test_messages.MESSAGES]
    for text in (*networks, *broken, *test_hostile_text.REPORTED.values(), *test_hostile_text.REFUSED.values()):
        if len(text) <= LONGEST_INPUT:
            yield text.encode()


def models() -> Iterator[bytes]:
    """A model for each operator, the hostile ones, and the small ones that the onnx package carries for its own tests."""
    made = [test_readers.model_of(param.values[0]) for param in test_readers.CASES]
    made += [make() for _, make, _, _ in test_hostile.HOSTILE]
    carried = sorted((Path(onnx.__file__).parent / "backend" / "test" / "data").rglob("*.onnx"))
    for data in (*(model.SerializeToString() for model in made), *(path.read_bytes() for path in carried)):
        if len(data) <= LONGEST_INPUT:
            yield data
