"""Text as Markdown, whatever characters it holds."""

_SPECIAL = str.maketrans({c: f"\\{c}" for c in "\\`*_[]<>|#"} | {"\n": " ", "\r": " "})


def escaped(text: str) -> str:
    """
    >>> print(escaped("a|b_c"))
    a\\|b\\_c
    """
    return text.translate(_SPECIAL)


def prose(text: str) -> str:
    """Sentences whose only markup are spans of code between backticks, single or double.

    >>> print(prose("0 <= o*stride in `conv_1`, ``max_params``"))
    0 \\<= o\\*stride in `conv_1`, `max_params`
    """
    return "`".join(part if at % 2 else escaped(part) for at, part in enumerate(text.replace("``", "`").split("`")))


def unmarked(text: str) -> str:
    """The same sentences without backticks, where these would be shown as they are.

    >>> unmarked("the budget is ``max_params``")
    'the budget is max_params'
    """
    return text.replace("`", "")


def table_row(texts: list[str]) -> str:
    """A line of a table."""
    return f"| {' | '.join(texts)} |"
