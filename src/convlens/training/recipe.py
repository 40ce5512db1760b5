"""A recipe: network, data and settings in one TOML file."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

from convlens import networks
from convlens.importers.files import nearest_file, need_file
from convlens.importers.model import load, runs_user_code
from convlens.ir.errors import UsageError, nearest, quoted
from convlens.ir.spec import Shape
from convlens.lang.sentence import Sentence
from convlens.training.models.fields import open_channels
from convlens.training.preparation.meant import data_for
from convlens.training.record.folder import RunFolder, read_toml
from convlens.training.settings.settings import Settings

KEYS = ("network", "data", "description", "description_zh")
"""What a recipe may say beside the settings."""


@dataclass(frozen=True)
class Recipe:
    """``network`` is a MODEL, ``data`` the name of a data set or a path; either may be empty in a file.

    ``open_batch`` is true where its batch was made for other data, or for none, and may be fitted to these. ``search`` says
    within which bounds `convlens study --search` looks for better settings.
    """

    name: str
    network: str
    data: str
    settings: Settings
    description: str = ""
    description_zh: str = ""
    search: Mapping[str, str] = field(default_factory=dict)
    open_batch: bool = False

    @property
    def code(self) -> str:
        """The network where it is code of the user's own, which is run; else nothing."""
        return self.network if runs_user_code(self.network) else ""

    def about(self, lang: str) -> str:
        """What it is, in one sentence."""
        return self.description_zh if lang == "zh" and self.description_zh else self.description

    def with_values(self, values: Mapping[str, Any]) -> "Recipe":
        """The recipe with other settings. Raises `UsageError` for one that is unknown or illegal."""
        return replace(self, settings=self.settings.with_values(values))

    def to_toml(self) -> str:
        """Raises `UsageError` where a name has bytes that are no text, which TOML cannot hold.

        >>> print(Recipe("a", "lenet5", "mnist", Settings()).to_toml().splitlines()[0])
        network = "lenet5"
        """
        values = {"network": self.network, "data": self.data, **self.settings.to_dict()}
        return "".join(f"{name} = {_toml(value)}\n" for name, value in values.items())


def recipe_names() -> list[str]:
    """Those that come with convlens.

    >>> "lenet5" in recipe_names()
    True
    """
    return sorted(file.name.removesuffix(".toml") for file in _shipped().iterdir() if file.name.endswith(".toml"))


def recipe_of(name: str) -> Recipe:
    """A recipe by name or by file; any other MODEL with the default settings. Nothing of a network is read yet.

    Raises `UsageError` where a file cannot be read, or says something that is no setting, and for a name that is none.
    """
    if name.endswith(".toml"):
        return _read(need_file(name))
    if name in recipe_names():
        with as_file(_shipped()) as folder:
            return _read(folder / f"{name}.toml")
    _check_name(name)
    return Recipe(name, name, "", Settings(), open_batch=True)


def _check_name(name: str) -> None:
    """A bare name is that of a network; a path, an ending or a colon says that it is something else."""
    known = networks.names()
    if name in known or name == "-" or any(sign in name for sign in "./:\\") or not name:
        return
    file = nearest_file(name)
    meant = Sentence(" (did you mean the file {file}?)", file=repr(file)) if file else nearest(name, [*recipe_names(), *known])
    raise UsageError(
        Sentence(
            "there is no recipe or network {name}{meant}\n  recipes: {recipes}\n  networks: {networks}",
            name=quoted(name), meant=meant, recipes=", ".join(recipe_names()), networks=", ".join(known),
        )
    )  # fmt: skip


def chosen_recipe(recipe: str | Recipe, data: str, settings: Mapping[str, Any]) -> Recipe:
    """The recipe with the data and the settings that were asked for. Raises `UsageError` for what is none, or no data."""
    found = recipe if isinstance(recipe, Recipe) else recipe_of(recipe)
    other = bool(data and found.data) and found.data.partition(":")[0] != data.partition(":")[0]
    fitted = (found.open_batch or other) and "batch" not in settings
    chosen = replace(found, data=data or found.data, open_batch=fitted).with_values(settings)
    if not chosen.data:
        raise UsageError(Sentence("{name} names no data\n  fix: {fix}", name=chosen.name, fix=data_for(_input(chosen.network))))
    return chosen


def _input(network: str) -> Shape:
    """What a network takes of one example; nothing of what would run code or is no text form."""
    if runs_user_code(network) or network == "-" or network.endswith(".onnx"):
        return ()
    return open_channels(load(network).inputs[0].spec.dims[1:])


def run_recipe(folder: RunFolder) -> Recipe:
    """The recipe that a run was made by."""
    return _read(folder.settings)


def _read(path: Path) -> Recipe:
    values = read_toml(path)
    own = {key: values.pop(key, "") for key in KEYS}
    wrong = next((key for key, value in own.items() if not isinstance(value, str)), None)
    if wrong is not None:
        raise UsageError(
            Sentence("{path}: {name} is {value}, which is no text", path=str(path), name=wrong, value=repr(own[wrong]))
        )
    search = values.pop("search", {})
    if not isinstance(search, dict) or not all(isinstance(each, str) for each in search.values()):
        raise UsageError(
            Sentence(
                '{path}: search is no table of texts\n  fix: search = {{ learning_rate = "1e-4..1e-1:log" }}', path=str(path)
            )
        )
    network = str(own["network"])
    if not network:
        raise UsageError(
            Sentence('{path} names no network\n  fix: network = "lenet5", or the name of a text form beside it', path=str(path))
        )
    try:
        settings = Settings().with_values(values)
    except UsageError as error:
        raise UsageError(Sentence("{path}: {reason}", path=str(path), reason=error.args[0])) from None
    network = _beside(path.parent, network)
    about = str(own["description"]), str(own["description_zh"])
    return Recipe(
        path.stem, network, str(own["data"]), settings, *about, search, open_batch=not own["data"] and "batch" not in values
    )


def _toml(value: Any) -> str:
    """JSON but for the character DEL, which TOML wants as an escape, and for halves of a pair, which it cannot hold."""
    text = json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if not text.isascii() and any("\ud800" <= letter <= "\udfff" for letter in text):
        raise UsageError(
            Sentence(
                "{value} cannot be written down in a run's settings\n  fix: a name that is text in UTF-8", value=quoted(value)
            )
        )
    return text


def _beside(folder: Path, network: str) -> str:
    """A text form, or a file of the user's code, that lies where the recipe lies."""
    file, colon, factory = network.rpartition(":")
    named = file if file.endswith(".py") else network
    if named.endswith((".py", ".txt")) and (folder / named).is_file():
        return f"{folder / named}{colon}{factory}" if named == file else str(folder / named)
    return network


def _shipped() -> Any:
    return files("convlens.training") / "recipes"


def whole(network: str) -> str:
    """``file.py:factory`` with the whole path of its file, so that it is the same from every folder; else as it is."""
    file, colon, factory = network.rpartition(":")
    return f"{Path(file).resolve()}{colon}{factory}" if file.endswith(".py") else network
