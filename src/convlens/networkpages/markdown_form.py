"""The report of a network as Markdown, for a repository, a pull request or a wiki."""

from datetime import date
from typing import TYPE_CHECKING, Any

from convlens.diffs.comparison import Comparison
from convlens.diffs.markdown import markdown
from convlens.lang.markdown import escaped, table_row
from convlens.lang.messages import said
from convlens.networkpages.origin import origin
from convlens.networkpages.record import network_record
from convlens.networkpages.rows import COLUMNS, NUMBERS, table_rows
from convlens.networkpages.wording import filled, words
from convlens.report.collector import paused

if TYPE_CHECKING:
    from convlens.report.summary import Summary


@paused()
def network_markdown(
    report: "Summary", lang: str = "en", compare: "Summary | None" = None, command: str = "", made: date | None = None
) -> str:
    """What the page says, one after the other: words, totals, the table of the layers, findings, a second network.

    >>> from convlens.report.summary import summary
    >>> network_markdown(summary("lenet5")).splitlines()[0]
    '# lenet5'
    """
    record, known = network_record(report, lang), words(lang)
    parts = [
        f"# {escaped(record['model'])}",
        escaped((" " if lang == "en" else "").join(record["spoken"][lang])),
        "\n".join(f"- {said(lang, escaped(name), escaped(text))}" for name, text in record["notes"][lang]),
        *_error(record["error"]),
        f"## {known['table']}",
        _table(record, lang),
        f"## {known['findings']}",
        "\n".join(_finding(finding, known, lang) for finding in record["findings"]) or known["noFindings"],
        *([f"## {known['compare']}", markdown(Comparison(report, compare), lang).strip()] if compare is not None else []),
        _origin(origin(command, made), known),
    ]
    return "\n\n".join(parts) + "\n"


def _error(text: str) -> list[str]:
    return ["```\n" + text.replace("```", "'''") + "\n```"] if text else []


def _table(record: dict[str, Any], lang: str) -> str:
    """The rows that the page copies as Markdown, character for character."""
    head = table_row([escaped(words(lang)[key]) for key in COLUMNS])
    line = "|" + "".join("---:|" if key in NUMBERS else "---|" for key in COLUMNS)
    body = [
        table_row([escaped("?" if row[key] is None else str(row[key])) for key in COLUMNS]) for row in table_rows(record, lang)
    ]
    return "\n".join([head, line, *body])


def _finding(finding: dict[str, Any], known: dict[str, str], lang: str) -> str:
    fixes = "".join(f"\n  - {escaped(filled(known['fix'], text=text))}" for text in finding["fixes"][lang][:3])
    head = f"**{known[finding['severity']]} {finding['code']}** {escaped(finding['name'])}"
    return f"- {head}: {escaped(finding['words'][lang])}{fixes}"


def _origin(found: dict[str, str], known: dict[str, str]) -> str:
    made = filled(known["made"], date=found["made"], versions=found["versions"])
    code = found["command"].replace("`", "'")
    return f"*{made}*" + (f"\n\n{known['command']}: `{code}`" if code else "")
