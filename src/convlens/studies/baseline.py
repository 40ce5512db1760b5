"""The recipe with which all variants are compared."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from convlens.studies.watch import StudyWatch
from convlens.training.data.load import load
from convlens.training.models.network import wanted_shape
from convlens.training.prepare import fitted_batch
from convlens.training.recipe import Recipe, chosen_recipe, whole


def baseline_of(recipe: str | Recipe, data: str, settings: Mapping[str, Any], watch: StudyWatch) -> Recipe:
    """The recipe as `convlens.train` takes it for these data, with everything named that would be fitted to them."""
    chosen = chosen_recipe(recipe, data, settings)
    if chosen.open_batch and isinstance(chosen.settings.batch, int):
        examples = len(load(chosen.data, chosen.settings, wanted_shape(chosen.network)).train)
        chosen = chosen.with_values({"batch": fitted_batch(chosen, examples, watch.said)})
    return replace(chosen, network=whole(chosen.network), open_batch=False)
