"""The command by which a run goes on."""

from pathlib import Path
from shlex import quote

from convlens.importers.model import runs_user_code


def resume_command(run: Path, network: str) -> str:
    """Code of the user's own is named in it: a folder alone must not choose what runs.

    >>> resume_command(Path("one"), "lenet5"), resume_command(Path("a b"), "net.py:Net")
    ('convlens train --resume one', "convlens train --resume 'a b' --network net.py:Net")
    """
    named = f" --network {quote(network)}" if runs_user_code(network) else ""
    return f"convlens train --resume {quote(str(run))}{named}"
