"""What the file of a network's picture is called."""

import re


def file_name(name: str, ending: str) -> str:
    """A name that every system accepts.

    >>> file_name("resnet50", ".svg"), file_name("a/b:c d", ".html")
    ('resnet50.svg', 'a_b_c_d.html')
    """
    return (re.sub(r"[^A-Za-z0-9_-]+", "_", name)[:60].strip("_") or "network") + ending
