"""Reports as Markdown, for a comment on a pull request."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from convlens.ir.errors import cut
from convlens.lang.markdown import escaped, table_row
from convlens.lang.messages import listed, say
from convlens.lang.printable import printable
from convlens.linting.finding import Finding
from convlens.linting.forms.text import SHOWN, counts, one_line, place, title

if TYPE_CHECKING:
    from convlens.linting.report import Report

MAX_TEXT = 2000
"""Characters of one cell: a comment of GitHub holds 65,536."""


def markdown(reports: Sequence["Report"], lang: str = "en", *, everything: bool = False) -> str:
    """Each report: a table of what is wrong, then what is worth knowing and what is let pass, behind a click.

    With ``everything`` the notes stand in the table as well.
    """
    return "\n".join("\n".join(_report(report, lang, everything)) + "\n" for report in reports)


def _report(report: "Report", lang: str, everything: bool) -> Iterator[str]:
    yield f"**convlens lint** {_text(title(report, lang))}"
    yield ""
    yield _text(counts(report, lang))
    shown = [finding for finding in report.findings if everything or finding.severity != "info"]
    folded = [] if everything else [finding for finding in report.findings if finding.severity == "info"]
    if shown:
        yield from ("", *_table(shown, lang))
    notes = [_text(one_line(finding, lang)) for finding in folded]
    passed = [
        say(lang, "{finding} Let pass: {reason}", finding=_text(one_line(each.finding, lang)), reason=_text(each.reason))
        for each in report.passed
    ]
    if notes or passed:
        folded_under = say(lang, "Notes, and what is let pass")
        yield from ("", "<details>", f"<summary>{folded_under}</summary>", "")
        yield from (f"- {line}" for line in (*notes, *passed))
        yield from ("", "</details>")


def _table(findings: list[Finding], lang: str) -> Iterator[str]:
    heads = (say(lang, "severity"), say(lang, "rule"), say(lang, "layer"), say(lang, "finding"), say(lang, "fix"))
    yield table_row([*heads])
    yield f"|{'---|' * len(heads)}"
    for finding in findings:
        fixes = listed(lang, [fix.words.text(lang) for fix in finding.fixes[:1]])
        words = (place(finding, lang), finding.message.text(lang), fixes)
        yield table_row([say(lang, SHOWN[finding.severity]), f"{finding.code} {finding.name}", *map(_text, words)])


def _text(text: str) -> str:
    """A text that is neither markup nor the mention of a person, on one line.

    >>> _text("@octocat <b>")
    '@<!-- -->octocat \\\\<b\\\\>'
    """
    return escaped(printable(cut(text, MAX_TEXT))).replace("@", "@<!-- -->")
