"""Coverage-guided fuzzing of the ONNX reader: ``python -m fuzz.onnx_reader -runs=100000 -max_total_time=600``."""

import atheris

with atheris.instrument_imports(include=["convlens"]):
    from convlens.importers.onnx.readers import table
    from convlens.ir import op as operators
    from fuzz import harness

    OPERATORS = sorted(table())
    operators.every()

from fuzz.mutate_onnx import Mutator
from fuzz.seeds import models


def mutate_bytes(data: bytes, max_size: int) -> bytes:
    """LibFuzzer's own mutation, which atheris puts into place when it starts."""
    return bytes(atheris.Mutate(data, max_size))


if __name__ == "__main__":
    harness.fuzz("onnx_reader", harness.check_onnx, models(), OPERATORS, Mutator(OPERATORS, mutate_bytes))
