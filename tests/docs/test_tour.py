"""The tour names every room of the house once, in the order in which they may import each other, and files that are there."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
TOUR = (ROOT / "docs" / "tour.md").read_text(encoding="utf-8")


def test_every_room_is_named_once() -> None:
    rooms = {path.name for path in (ROOT / "src" / "convlens").iterdir() if (path / "__init__.py").is_file()}
    named = re.findall(r"^\| `(\w+)/` \|", TOUR, re.MULTILINE)
    assert sorted(named) == sorted(rooms)


def test_the_rooms_stand_in_the_order_of_the_contract() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = project["tool"]["importlinter"]["contracts"]
    layers = next(contract["layers"] for contract in contracts if contract["type"] == "layers")
    level = {room: at for at, layer in enumerate(reversed(layers)) for room in re.findall(r"[\w]+", layer)}
    named = [level[room] for room in re.findall(r"^\| `(\w+)/` \|", TOUR, re.MULTILINE)]
    assert named == sorted(named)


def test_the_files_to_read_are_there() -> None:
    read = TOUR.partition("Read in this order")[2].partition("## Try it")[0]
    files = re.findall(r"`((?:\w+/)+\w+\.py)`", read)
    assert len(files) == 9
    assert all((ROOT / file).is_file() or (ROOT / "src" / "convlens" / file).is_file() for file in files)
