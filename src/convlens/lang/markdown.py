"""Text as Markdown, whatever characters it holds."""

_SPECIAL = str.maketrans({c: f"\\{c}" for c in "\\`*_[]<>|#"} | {"\n": " ", "\r": " "})


def escaped(text: str) -> str:
    """
    >>> print(escaped("a|b_c"))
    a\\|b\\_c
    """
    return text.translate(_SPECIAL)


def table_row(texts: list[str]) -> str:
    """A line of a table."""
    return f"| {' | '.join(texts)} |"
