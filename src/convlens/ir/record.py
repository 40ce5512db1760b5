"""A record as JSON text."""

from collections.abc import Mapping
from typing import Any


def as_json(record: Mapping[str, Any]) -> str:
    """
    >>> print(as_json({"params": 56}), end="")
    {
      "params": 56
    }
    """
    import json  # noqa: PLC0415 - what is printed for people needs none

    return json.dumps(record, ensure_ascii=False, indent=2) + "\n"
