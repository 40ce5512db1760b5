"""How a study goes on: the command for it, and the code that it may run then."""

from collections.abc import Sequence
from shlex import quote

from convlens.ir.errors import UsageError
from convlens.lang.sentence import Sentence
from convlens.studies.folder import StudyFolder
from convlens.studies.plan import Plan
from convlens.training.recipe import whole


def resume_command(folder: StudyFolder, plan: Plan) -> str:
    """Code of the user's own is named in it."""
    named = "".join(f" --network {quote(code)}" for code in plan.code)
    return f"convlens study --resume {quote(str(folder.path))}{named}"


def check_code(folder: StudyFolder, plan: Plan, networks: Sequence[str]) -> None:
    """Raises `UsageError` where ``networks`` do not name all code that the study runs, or what it does not run.

    A folder that somebody sent must not choose what runs.
    """
    command = resume_command(folder, plan)
    own, named = {whole(code) for code in plan.code}, {whole(network) for network in networks}
    other = next((network for network in networks if whole(network) not in own), None)
    if other is not None:
        raise UsageError(
            Sentence("--network {network} is no code that {study} runs\n  fix: {command}",
                     network=other, study=str(folder.path), command=command)
        )  # fmt: skip
    if own - named:
        raise UsageError(
            Sentence("{study} runs code of your own, which is run only where you name it\n  fix: {command}",
                     study=str(folder.path), command=command)
        )  # fmt: skip
