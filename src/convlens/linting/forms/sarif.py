"""Reports as SARIF 2.1.0, which GitHub code scanning and many editors read.

Source: OASIS, Static Analysis Results Interchange Format (SARIF) Version 2.1.0 Plus Errata 01.
"""

import hashlib
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from convlens import __version__
from convlens.lang.markdown import prose, unmarked
from convlens.lang.messages import say
from convlens.linting.finding import Finding, Severity
from convlens.linting.place import Place, place_of
from convlens.linting.rule import Rule
from convlens.linting.table import find

if TYPE_CHECKING:
    from convlens.linting.report import Report

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
LEVELS: dict[Severity, str] = {"error": "error", "warn": "warning", "info": "note"}
FINGERPRINT = "ruleAndLayers/v1"
MOST = 100
"""Layers of one result; the record of `lint --json` has all of them."""


def sarif(reports: Sequence["Report"], lang: str = "en") -> dict[str, Any]:
    """One run with the results of all reports. What is let pass is no result."""
    ran = list(dict.fromkeys(rule for report in reports for rule in report.ran))
    index = {code: at for at, (code, _) in enumerate(ran)}
    driver = {
        "name": "convlens",
        "version": __version__,
        "semanticVersion": __version__,
        "language": lang,
        "rules": [_rule(code, name, lang) for code, name in ran],
    }
    results = [result for report in reports for result in _results(report, index, lang)]
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [{"tool": {"driver": driver}, "results": results}]}


def _rule(code: str, name: str, lang: str) -> dict[str, Any]:
    rule = find(code)
    if rule is None:
        words = say(lang, "An exemption of the configuration that covers no finding.")
        return _described(code, name, words, words, words, "warn")
    docs = rule.docs()
    title, why = say(lang, docs.title), [say(lang, text) for text in docs.paragraphs]
    record = _described(code, name, title, unmarked("\n\n".join([title, *why])), _help(rule, why), rule.severity)
    return record | {"properties": {"tags": [rule.status]}}


def _described(code: str, name: str, title: str, text: str, markdown: str, severity: Severity) -> dict[str, Any]:
    return {
        "id": code,
        "name": name,
        "shortDescription": {"text": title},
        "fullDescription": {"text": text},
        "help": {"text": text, "markdown": markdown},
        "defaultConfiguration": {"level": LEVELS[severity]},
    }


def _help(rule: type[Rule], why: list[str]) -> str:
    docs = rule.docs()
    networks = (f"```text\n{example.text}```" for example in (docs.bad, docs.good))
    return "\n\n".join([*map(prose, why), *networks, prose(docs.source)])


def _results(report: "Report", index: dict[str, int], lang: str) -> Iterator[dict[str, Any]]:
    seen: Counter[str] = Counter()
    for finding in report.findings:
        mark = _fingerprint(report, finding)
        seen[mark] += 1
        yield {
            "ruleId": finding.code,
            "ruleIndex": index[finding.code],
            "level": LEVELS[finding.severity],
            "message": {"text": _message(finding, lang)},
            "locations": [_location(report, finding.node)],
            "relatedLocations": [_location(report, node) | {"id": at} for at, node in enumerate(finding.nodes[1:MOST], 1)],
            "partialFingerprints": {FINGERPRINT: f"{mark}:{seen[mark]}"},
            "properties": {"evidence": dict(finding.evidence)},
        }


def _message(finding: Finding, lang: str) -> str:
    fixes = (say(lang, "fix: {words}", words=fix.words.text(lang)) for fix in finding.fixes)
    return "\n".join([finding.message.text(lang), *fixes])


def _location(report: "Report", node: str) -> dict[str, Any]:
    """The line where it is known, and the layer by its name."""
    where = place_of(report.net.graph, report.origin, node)
    location: dict[str, Any] = {} if where is None else {"physicalLocation": _physical(where)}
    name = report.net.graph.name
    logical = {"fullyQualifiedName": f"{name}/{node}" if node else name, "name": node or name}
    return location | {"logicalLocations": [logical | {"kind": "layer" if node else "module"}]}


def _physical(where: Place) -> dict[str, Any]:
    record: dict[str, Any] = {"artifactLocation": {"uri": _uri(where.file)}}
    return record if where.line is None else record | {"region": {"startLine": where.line}}


def _uri(file: str) -> str:
    """
    >>> _uri("nets/a b:c.txt"), _uri("/tmp/a.txt")
    ('nets/a%20b%3Ac.txt', 'file:///tmp/a.txt')
    """
    return Path(file).as_uri() if Path(file).is_absolute() else quote(os.fsencode(file))


def _fingerprint(report: "Report", finding: Finding) -> str:
    """The same for the same fault of the same layers, on whatever line they stand and with whatever numbers."""
    where = place_of(report.net.graph, report.origin, "")
    parts = (where.file if where else report.net.graph.name, finding.code, *finding.nodes)
    return hashlib.sha256("\0".join(parts).encode("utf-8", "backslashreplace")).hexdigest()[:32]
