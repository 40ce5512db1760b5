"""Store what Keras on JAX says: it compiles every shape anew, so that asking it takes seconds for each case.

``python -m tests.frameworks.store`` in the environment of the tests writes `STORED`. It asks the one of `PYTHON`, which needs
jax (0.10.2 gave the stored answers) beside the requirements.
"""

import json
import tempfile
from pathlib import Path

import numpy as np

from tests.frameworks.draw import Case, Draw
from tests.frameworks.layers import LAYERS, ON_JAX
from tests.frameworks.oracle import Oracle

STORED = Path(__file__).parent / "jax.npz"
CASES = 40


def stored() -> tuple[dict[str, list[tuple[Case, np.ndarray | str]]], dict[str, str]]:
    """The cases and answers by layer, and the versions that gave them."""
    with np.load(STORED) as file:
        record = json.loads(str(file["record"]))
        found = {
            name: [
                (Case(call, tuple(shape)), file[f"{name} {at}"] if refused is None else refused)
                for at, (call, shape, refused) in enumerate(rows)
            ]
            for name, rows in record["cases"].items()
        }
    return found, record["versions"]


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        oracle = Oracle(Path(folder), "jax")
        arrays, rows = {}, {}
        for name in ON_JAX:
            cases = [LAYERS[name](Draw.on_jax(f"{name} {at}")) for at in range(CASES)]
            answers = oracle.ask(cases)
            arrays |= {f"{name} {at}": answer for at, answer in enumerate(answers) if not isinstance(answer, str)}
            rows[name] = [(c.call, c.shape, a if isinstance(a, str) else None) for c, a in zip(cases, answers, strict=True)]
            print(name, flush=True)
        oracle.close()
    record = json.dumps({"versions": oracle.versions, "cases": rows})
    np.savez_compressed(STORED, record=np.array(record), **arrays)


if __name__ == "__main__":
    main()
