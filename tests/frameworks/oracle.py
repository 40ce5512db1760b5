"""The real TensorFlow and Keras, asked in a process of their own."""

import json
import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any, cast

import numpy as np

from tests.frameworks.draw import Case

ROOT = Path(__file__).parents[2]
PYTHON = Path(os.environ.get("CONVLENS_FRAMEWORKS", ROOT / ".venv-frameworks" / "bin" / "python"))
SETTINGS = {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "", "JAX_ENABLE_X64": "1", "PYTHONPATH": ""}


class Oracle:
    """Answers cases with arrays, or with the framework's own words of refusal; ``backend`` is that of Keras."""

    def __init__(self, folder: Path, backend: str = "tensorflow") -> None:
        self.folder = folder
        self.backend = backend
        self.process = subprocess.Popen(
            [str(PYTHON), "-m", "tests.frameworks.answers"], cwd=ROOT,
            env={**os.environ, **SETTINGS, "KERAS_BACKEND": backend},
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=(folder / "stderr.txt").open("w"), text=True,
        )  # fmt: skip
        self.versions: dict[str, str] = self._line()

    def ask(self, cases: Sequence[Case]) -> list[np.ndarray | str]:
        file = self.folder / "answers.npz"
        stdin = cast("IO[str]", self.process.stdin)
        stdin.write(json.dumps({"file": str(file), "cases": cases}) + "\n")
        stdin.flush()
        refused = self._line()
        with np.load(file) as made:
            return [made[str(at)] if reason is None else reason for at, reason in enumerate(refused)]

    def close(self) -> None:
        self.process.communicate(timeout=60)

    def _line(self) -> Any:
        line = cast("IO[str]", self.process.stdout).readline()
        assert line, f"{PYTHON} said nothing more: {(self.folder / 'stderr.txt').read_text()[-2000:]}"
        return json.loads(line)
