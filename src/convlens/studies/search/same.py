"""Who joins a search looks for the same thing: trials of other settings or data could not be compared."""

import json
from typing import Any

from convlens.ir.errors import UsageError
from convlens.lang.sentence import Sentence
from convlens.studies.search.space import Space
from convlens.training.recipe import Recipe
from convlens.training.settings.settings import table

ATTRIBUTE = "convlens"


def check_same(study: Any, base: Recipe, space: Space, place: str, *, fresh: bool) -> None:
    """Write down what a new search looks for, or compare. Raises `UsageError` with what differs.

    Where files lie and how a machine computes may be different for every worker.
    """
    asked = _asked(base, space)
    if fresh:
        study.set_user_attr(ATTRIBUTE, asked)
        return
    begun = study.user_attrs.get(ATTRIBUTE, asked)
    for name in sorted({*asked, *begun}):
        if asked.get(name) != begun.get(name):
            raise UsageError(
                Sentence(
                    "the search in {place} was begun with {name} {begun}, not {asked}\n"
                    "  fix: the same, or another -o FOLDER for a search of its own",
                    place=place, name=name, begun=_shown(begun.get(name)), asked=_shown(asked.get(name)),
                )
            )  # fmt: skip


def _asked(base: Recipe, space: Space) -> dict[str, Any]:
    """In values that a database keeps; what is searched has no value of its own."""
    machine = {about.name for about in table() if about.group == "machine"}
    searched = {each.name for each in space}
    settings = {name: value for name, value in base.settings.to_dict().items() if name not in {*machine, *searched}}
    places = {"network": _last(base.network), "data": _last(base.data)}
    asked = {**settings, **places, **{f"space {each.name}": _bounds(each) for each in space}}
    return dict(json.loads(json.dumps(asked)))  # as it comes back from a database


def _last(place: str) -> str:
    return place.replace("\\", "/").rpartition("/")[2]


def _bounds(each: Any) -> str:
    return ", ".join(f"{name}={value}" for name, value in vars(each).items() if name != "name")


def _shown(value: Any) -> str:
    return Sentence("left out") if value is None else str(value)
