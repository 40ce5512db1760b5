"""Coverage-guided fuzzing of the text form's parser: ``python -m fuzz.text_form -runs=100000 -max_total_time=600``."""

from collections.abc import Iterator

import atheris

with atheris.instrument_imports(include=["convlens"]):
    from convlens.ir import op as operators
    from fuzz import harness

    KINDS = operators.every()

from fuzz.seeds import texts


def words() -> Iterator[str]:
    """Everything that the parser knows by name."""
    for kind in KINDS:
        yield kind.name
        yield from kind.fields
    yield from ("network ", "input ", "output ", "unused param ", "layout channels_last", "shares ", "frozen ", " of ", " in ")
    yield from ("true", "false", "none", "inf", "nan", "1e999", "[[", "]]", "-1", "x1x", "0:1", ": int64", "same", "\\ud800")


if __name__ == "__main__":
    harness.fuzz("text_form", harness.check_text, texts(), words())
