"""What may reach a terminal, a page or a log, whatever a file or a name holds."""


def printable(text: str, keep: str = "") -> str:
    """Control characters as escapes, except those in ``keep``: none reaches a terminal, whatever a file or a name holds.

    >>> print(printable("a\\x1b[1m\\n", keep="\\n"), end="")
    a\\x1b[1m
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c in keep else c.encode("unicode_escape").decode() for c in text)
