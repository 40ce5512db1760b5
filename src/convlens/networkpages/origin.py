"""Where a report comes from, so that it can be made again in years."""

from datetime import date
from platform import python_version

import convlens
from convlens.lang.printable import printable


def origin(command: str, made: date | None) -> dict[str, str]:
    """The day (today where it is None), the versions, and the command line that makes the report again, if there was one.

    >>> origin("convlens draw lenet5 --report", date(2026, 1, 2))["made"]
    '2026-01-02'
    """
    return {
        "made": (made or date.today()).isoformat(),
        "versions": f"convlens {convlens.__version__}, Python {python_version()}",
        "command": printable(command),
    }
