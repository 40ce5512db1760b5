"""The ready studies in their full form, and what came of them as docs/studies.md. What is done already is not done again.

``python -m bench.studies [NAME...] [--seeds N] [--page]``: all of them, or those named, with as many seeds as they say or N;
with ``--page`` nothing is trained, and the page has what is done.
"""

import argparse
import os
import sys
from pathlib import Path
from typing import Any

from convlens.cli._study_progress import TerminalStudy
from convlens.ir.errors import UsageError
from convlens.studies.claims import ready_names, ready_of
from convlens.studies.figures import BY_KEY
from convlens.studies.study import Study, study
from convlens.studies.verdicts import name_of, spread_text

PAGE = Path("docs/studies.md")
ROOT = Path(os.environ.get("CONVLENS_STUDIES", "studies"))
HEAD = """# What the tutorials claim, measured

Written by `make studies`, which trains every ready study in its full form ([how it is judged](study.md)). "Holds" and "does
not hold" are about these networks on these data for these few epochs, not about all of them. Of several comparisons each interval
is the one at which Holm tested, wider than that of one comparison alone. Processor times depend on what else the machine did:
they compare within a table.
"""
SHOWN = ("accuracy", "test_accuracy", "train_loss", "gap", "wobble", "cpu_seconds")


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("names", nargs="*", metavar="NAME")
    asked.add_argument("--seeds", type=int)
    asked.add_argument("--page", action="store_true")
    options = asked.parse_args()
    missing = [] if options.page else [name for name in options.names or ready_names() if not done(name, options.seeds)]
    finished = [
        (name, Study(place)) for name in ready_names() if (place := ROOT / f"ready-{name}").joinpath("result.json").is_file()
    ]
    PAGE.write_text("\n".join([HEAD, *(section(name, found) for name, found in finished)]), encoding="utf-8")
    if missing:
        raise SystemExit(f"NOT RUN: {', '.join(missing)}")


def done(name: str, seeds: int | None) -> bool:
    """Do what is left of it; false where its data are not on this machine, which is said."""
    place, watch = ROOT / f"ready-{name}", TerminalStudy("en")
    try:
        if (place / "study.json").is_file():
            study(resume=place, watch=watch)
        else:
            study(about=name, seeds=seeds, out=place, watch=watch)
    except UsageError as error:
        print(f"{name}: {error}", file=sys.stderr)
        return False
    return True


def section(name: str, found: Study) -> str:
    record = found.to_dict()
    about = record["about"]
    judged = [expected.measure for expected in found.ready.expects] if found.ready else []
    measures = [BY_KEY[key] for key in dict.fromkeys([*SHOWN, *judged])]
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
    usual = ready_of(name, settings={}).plan.seeds
    seeds = "" if len(record["seeds"]) == len(usual) else f" --seeds {len(record['seeds'])}"
    return (
        f"`convlens study --about {name}{seeds}`: {record['data']}, {parts(record)}; {len(record['seeds'])} seeds, "
        f"{count} trainings, {minutes(record):.1f} min of one processor core; {machine['processor']}, {machine['cores']} cores, "
        f"{machine['threads']} thread, torch {record['versions']['torch']}."
    )


def parts(record: dict[str, Any]) -> str:
    return ", ".join(f"{count} {part}" for part, count in record["parts"].items())


def minutes(record: dict[str, Any]) -> float:
    return sum(each["figures"]["cpu_seconds"] or 0 for each in record["trainings"]) / 60


if __name__ == "__main__":
    main()
