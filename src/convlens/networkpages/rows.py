"""The table of the layers as the page shows it, for other forms of the report."""

from typing import Any

from convlens.networkpages.wording import words

COLUMNS = ("number", "name", "kind", "label", "in", "out", "params", "macs", "memory", "seen", "notes")
NUMBERS = ("number", "params", "macs", "memory", "seen")


def table_rows(record: dict[str, Any], lang: str) -> list[dict[str, Any]]:
    """A row for each layer of `network_record`: as copy.js copies them, costs as whole numbers, None where one is not known."""
    found, known = _findings(record), words(lang)
    return [_row(record, at, found.get(at, []), known) for at in range(len(record["layers"]))]


def _row(record: dict[str, Any], at: int, codes: list[str], known: dict[str, str]) -> dict[str, Any]:
    layer = record["layers"][at]
    notes = [*codes, *_signs(record, layer, known)]
    given = layer["in"] if "in" in layer else record["layers"][layer["from"][0]]["out"]
    costs = {key: layer[key] for key in ("params", "macs", "memory")}
    kind = known["otherKind" if layer["kind"] == "other" else layer["kind"]]
    texts = {"name": layer["name"], "kind": kind, "label": layer["label"], "in": given, "out": layer["out"]}
    return {"number": at + 1, **texts, **costs, "seen": _field(layer, known), "notes": ", ".join(notes)}


def _findings(record: dict[str, Any]) -> dict[int, list[str]]:
    codes: dict[int, list[str]] = {}
    for finding in record["findings"]:
        for at in finding["at"]:
            known = codes.setdefault(at, [])
            if finding["code"] not in known:
                known.append(finding["code"])
    return codes


def _signs(record: dict[str, Any], layer: dict[str, Any], known: dict[str, str]) -> list[str]:
    """That the field is larger than the input, and that it is not known."""
    larger = [f"{known['seen']} > {known['in']}"] if _exceeds(record, layer) else []
    return larger + ([f"{known['seen']} ?"] if "lost" in layer else [])


def _exceeds(record: dict[str, Any], layer: dict[str, Any]) -> bool:
    if "seen" not in layer:
        return False
    field = record["fields"][layer["seen"]]
    space = record["inputs"][field["input"]]["space"]
    return any(not axis["whole"] and axis["size"] > size for axis, size in zip(field["axes"], space, strict=False))


def _field(layer: dict[str, Any], known: dict[str, str]) -> str:
    if layer.get("whole"):
        return known["whole"]
    if layer["field"] is not None:
        return str(layer["field"])
    return known["unknownField"] if "lost" in layer or not layer["out"] else known["none"]
