"""`train --find-lr` and `train --try-rates`: what they take and where their results go."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, NamedTuple

import click

from convlens.cli._output import emit, emit_json, ending_of, write
from convlens.cli._spoken import Headed
from convlens.ir.errors import UsageError, quoted
from convlens.lang.messages import marked
from convlens.lang.sentence import Sentence

_option = partial(click.option, cls=Headed, heading=marked("Trials of learning rates, without a training"))
ENDINGS = (".svg", ".json")
Command = Callable[..., Any]


class RatesAsked(NamedTuple):
    """The options as they were given."""

    find: bool
    tries: str | None
    steps: int
    between: str
    resume: str
    out: str
    as_json: bool


def rate_options(command: Command) -> Command:
    """The command with the options about learning rates that are tried before a training."""
    for option in reversed(
        (
            _option("--find-lr", is_flag=True, help="Try growing learning rates on a copy, show the loss, suggest one."),
            _option("--try-rates", metavar="X,X", help="Train a few steps under each of these rates: 0.1,0.01,0.001."),
            _option(
                "--try-steps", metavar="N", type=click.IntRange(2), default=100, show_default=True, help="Steps of these trials."
            ),
            _option(
                "--rate-range",
                metavar="X,X",
                default="1e-6,10",
                show_default=True,
                help="The rates between which --find-lr grows.",
            ),
        )
    ):
        command = option(command)
    return command


def show_rates(
    recipe: str, data: str, asked: RatesAsked, lang: str, *, watch: Any, download: bool, settings: dict[str, Any]
) -> None:
    """Measure, then print, or write the file that was asked for."""
    from convlens.training.engine.world import speaks  # noqa: PLC0415 - `--help` needs no PyTorch
    from convlens.training.find_rate import find_rate, try_rates  # noqa: PLC0415 - `--help` needs no PyTorch

    ending = _checked(recipe, asked)
    common = {"steps": asked.steps, "watch": watch, "download": download, **settings}
    with quiet_peers():
        if asked.find:
            least, most = _pair(asked.between)
            found: Any = find_rate(recipe, data, least=least, most=most, **common)
        else:
            found = try_rates(recipe, data, rates=_numbers("--try-rates", asked.tries or ""), **common)
    if not speaks():
        return
    if ending:
        text = found.svg(lang) if ending == ".svg" else json.dumps(found.to_dict(), ensure_ascii=False, indent=2) + "\n"
        write(asked.out, text)
    if asked.as_json:
        emit_json(found.to_dict())
    else:
        emit(found.text(lang))


@contextmanager
def quiet_peers() -> Iterator[None]:
    """A process ends without a word where another one failed and says why."""
    from convlens.training.engine.world import PeerError  # noqa: PLC0415 - `--help` needs no PyTorch

    try:
        yield
    except PeerError as error:
        click.get_current_context().exit(error.exit_code)


def _checked(recipe: str, asked: RatesAsked) -> str:
    """The ending of the file that is asked for."""
    if asked.find and asked.tries is not None:
        raise UsageError(Sentence("--find-lr and --try-rates are two trials\n  fix: one of them"))
    if asked.resume or not recipe:
        raise UsageError(Sentence("rates are tried before a training\n  fix: a recipe such as lenet5, and no --resume"))
    return ending_of(asked.out, ENDINGS) if asked.out else ""


def _pair(text: str) -> tuple[float, float]:
    numbers = _numbers("--rate-range", text)
    if len(numbers) != 2:
        raise UsageError(
            Sentence("--rate-range {text} has {count} numbers\n  fix: two, such as 1e-6,10", text=text, count=len(numbers))
        )
    return numbers[0], numbers[1]


def _numbers(option: str, text: str) -> list[float]:
    try:
        return [float(part) for part in text.split(",")]
    except ValueError:
        raise UsageError(
            Sentence("{option} {text} is not a row of numbers\n  fix: such as 0.1,0.01,0.001", option=option, text=quoted(text))
        ) from None
