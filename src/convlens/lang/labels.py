"""The labels of an error's lines: where the input came from, where it was written, how to mend it."""

import re

from convlens.lang.messages import marked, say

LABELS = {"fix": marked("fix: {text}"), "input": marked("input: {text}"), "written at": marked("written at: {text}")}
_LINE = re.compile(rf"^  ({'|'.join(LABELS)}): (.*)$", re.MULTILINE)
_FROM = re.compile(r"(.*) from ('.*')")


def labelled(lang: str, text: str) -> str:
    """The text of an error with its labels in this language.

    >>> print(labelled("zh", "stride is 0\\n  input: 1x3 from 'x'\\n  fix: stride=1"))
    stride is 0
      输入：1x3，来自 'x'
      改法：stride=1
    """
    return _LINE.sub(lambda line: "  " + say(lang, LABELS[line[1]], text=_origin(lang, line[2])), text)


def _origin(lang: str, text: str) -> str:
    found = _FROM.fullmatch(text)
    return say(lang, "{value} from {name}", value=found[1], name=found[2]) if found else text
