"""The ready studies in their full form, and what came of them as docs/studies.md. What is done already is not done again.

``python -m bench.studies [NAME...] [--page]``: all of them, or those named; with ``--page`` nothing is trained, and the page
has what is done.
"""

import os
import sys
from pathlib import Path
from typing import Any

from convlens.cli._study_progress import TerminalStudy
from convlens.ir.errors import UsageError
from convlens.studies.claims import ready_names
from convlens.studies.figures import BY_KEY
from convlens.studies.study import Study, study
from convlens.studies.verdicts import name_of, spread_text

PAGE = Path("docs/studies.md")
ROOT = Path(os.environ.get("CONVLENS_STUDIES", "studies"))
HEAD = """# What the tutorials claim, measured

Written by `make studies`, which trains every ready study in its full form ([how it is judged](study.md)). "Holds" and "does
not hold" are about these networks on these data for these few epochs, not about all of them.
"""
SHOWN = ("accuracy", "test_accuracy", "train_loss", "gap", "wobble", "cpu_seconds")


def main(arguments: list[str]) -> None:
    names = [name for name in arguments if not name.startswith("-")] or ready_names()
    missing = [] if "--page" in arguments else [name for name in names if not done(name)]
    finished = [
        (name, Study(place)) for name in ready_names() if (place := ROOT / f"ready-{name}").joinpath("result.json").is_file()
    ]
    PAGE.write_text("\n".join([HEAD, *(section(name, found) for name, found in finished)]), encoding="utf-8")
    if missing:
        raise SystemExit(f"NOT RUN: {', '.join(missing)}")


def done(name: str) -> bool:
    """Do what is left of it; false where its data are not on this machine, which is said."""
    place, watch = ROOT / f"ready-{name}", TerminalStudy("en")
    try:
        if (place / "study.json").is_file():
            study(resume=place, watch=watch)
        else:
            study(about=name, out=place, watch=watch)
    except UsageError as error:
        print(f"{name}: {error}", file=sys.stderr)
        return False
    return True


def section(name: str, found: Study) -> str:
    record = found.to_dict()
    about = record["about"]
    measures = [BY_KEY[key] for key in SHOWN]
    lines = [f"## {about['title']['en']}", "", f"- Claim: {about['claim']['en']}", f"- Source: {about['source']}",
             f"- **{about['verdict']['en']}**", *(f"- {text}" for text in about["measured"]["en"]), ""]  # fmt: skip
    lines += [
        "| " + " | ".join(["variant", *(name_of(measure, "en") for measure in measures)]) + " |",
        "| --- |" + " ---: |" * len(measures),
    ]
    for row, variant in enumerate(found.results.variants):
        cells = [spread_text(found.results, measure, row) for measure in measures]
        lines.append("| " + " | ".join([variant.label, *cells]) + " |")
    return "\n".join([*lines, "", about_run(name, record), ""])


def about_run(name: str, record: dict[str, Any]) -> str:
    """On what it ran, and how long."""
    machine, count = record["machine"], len(record["trainings"])
    return (
        f"`convlens study --about {name}`: {record['data']}, {parts(record)}; {len(record['seeds'])} seeds, {count} trainings, "
        f"{minutes(record):.1f} min of one processor core; {machine['processor']}, {machine['cores']} cores, "
        f"{machine['threads']} thread, torch {record['versions']['torch']}."
    )


def parts(record: dict[str, Any]) -> str:
    return ", ".join(f"{count} {part}" for part, count in record["parts"].items())


def minutes(record: dict[str, Any]) -> float:
    return sum(each["figures"]["cpu_seconds"] or 0 for each in record["trainings"]) / 60


if __name__ == "__main__":
    main(sys.argv[1:])
