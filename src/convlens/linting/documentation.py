"""The docstring of a rule, taken apart: it is its page, its `convlens explain CODE`, and its tests."""

import inspect
import re
from typing import Any, NamedTuple

from convlens.linting.options import Options

HEADINGS = ("Why", "Bad", "Good", "Source")
OPTIONAL = ("Exceptions", "Cost")
_HEADING = re.compile(r"^## (.+)$", re.MULTILINE)
_OPTION = re.compile(r"#: (\w+) (\S+)")


class Example(NamedTuple):
    """A network in the text form; ``marked`` are the nodes on whose lines the rule's code stands as a comment.

    Lines ``#: object_size 64`` give it options.
    """

    text: str
    marked: tuple[str, ...]
    options: Options


class Documentation(NamedTuple):
    """``paragraphs`` are those of the reason, each on one line, without their line breaks."""

    title: str
    paragraphs: tuple[str, ...]
    bad: Example
    good: Example
    source: str
    sections: dict[str, str]


def documentation(rule: Any) -> Documentation:
    """Read the docstring of a rule. Raises `ValueError` where a heading is missing, unknown or out of order."""
    title, *rest = _HEADING.split(str(inspect.getdoc(rule)))
    sections = {heading: body.strip("\n") for heading, body in zip(rest[::2], rest[1::2], strict=True)}
    stated = [heading for heading in sections if heading not in OPTIONAL]
    if tuple(stated) != HEADINGS:
        raise ValueError(f"{rule.code}: the headings are {', '.join(stated) or 'none'}; they must be {', '.join(HEADINGS)}")
    return Documentation(
        _on_one_line(title),
        tuple(map(_on_one_line, sections["Why"].split("\n\n"))),
        _example(sections["Bad"], rule.code),
        _example(sections["Good"], rule.code),
        _on_one_line(sections["Source"]),
        sections,
    )


def _on_one_line(text: str) -> str:
    return " ".join(text.split())


def _example(section: str, code: str) -> Example:
    text = inspect.cleandoc(section) + "\n"
    marked = re.findall(rf'^"?([^"\s]+)"? = .*# {code}$', text, re.MULTILINE)
    return Example(text, tuple(marked), _options(text))


def _options(text: str) -> Options:
    given: dict[str, Any] = {name: int(value) if value.isdecimal() else value for name, value in _OPTION.findall(text)}
    return Options(**given)
