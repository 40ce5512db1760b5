"""What each rule says of its bad example, in both languages, as it was read by a person: messages/CODE.txt.

``python -m tests.linting.messages`` writes the files anew.
"""

from pathlib import Path

from convlens.linting.rule import Rule
from convlens.linting.table import every
from tests.linting.examples import linted

FOLDER = Path(__file__).parent / "messages"


def shown(rule: type[Rule]) -> str:
    report = linted(rule, rule.docs().bad)
    return "\n".join(report.text(lang=lang, everything=True) for lang in ("en", "zh"))


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for each in every():
        (FOLDER / f"{each.code}.txt").write_text(shown(each), encoding="utf-8")
