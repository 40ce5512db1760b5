"""The lines of JAX that the page writes are run, and must give what PyTorch gives for the page's lines of PyTorch."""

import re
from importlib.util import find_spec
from random import Random
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional

from tests.playgrounds import lax
from tests.playgrounds.answers import answer
from tests.playgrounds.random_layers import layers
from tests.playgrounds.test_spellings import ask


class Both:
    """One layer: its lines in both frameworks, an input, and the weights that PyTorch made."""

    def __init__(self, record: dict[str, Any], torch_text: str, jax_text: str) -> None:
        self.call, self.torch_text, self.jax_text = record["call"], torch_text, jax_text
        settings = record["settings"]
        size = [int(n) for n in settings["size"].split("x")]
        lead = [1, int(settings["in"])] if settings["batch"] else [int(settings["in"])]
        self.x = np.random.default_rng(len(self.call)).integers(-9, 9, lead + size * (int(settings["axes"]) // len(size)))
        self.layers = [eval(line, {"nn": nn}) for line in torch_text.split("\n") if line.startswith("nn.")]

    def by_torch(self) -> np.ndarray[Any, Any]:
        names: dict[str, Any] = {"F": functional, "nn": nn, "torch": torch, "x": torch.tensor(self.x, dtype=torch.float32)}
        left = iter(self.layers)
        for line in self.torch_text.split("\n"):
            if line.startswith("nn."):
                names["x"] = names["y"] = self._whole(next(left))(names["x"])
            else:
                exec(line, names)
        found: np.ndarray[Any, Any] = names["y"].detach().numpy()
        return found

    def by_jax(self, jax: Any, jnp: Any) -> np.ndarray[Any, Any]:
        made = [{k: v.detach().numpy() for k, v in layer.named_parameters()} for layer in self.layers]
        weights = {"w" if len(made) == 1 else f"w{at + 1}": one.get("weight") for at, one in enumerate(made)}
        names = {
            "jax": jax,
            "jnp": jnp,
            "x": jnp.asarray(self.x.astype("float32")),
            **weights,
            "b": (made or [{}])[-1].get("bias"),
        }
        exec(self.jax_text, names)
        found = np.asarray(names["y"])
        return found[0] if self.jax_text.startswith("x = x[None]") else found

    @staticmethod
    def _whole(layer: nn.Module) -> nn.Module:
        """Small whole weights: every sum is exact in float32."""
        for parameter in layer.parameters():
            parameter.data = torch.randint(
                -4, 5, parameter.shape, generator=torch.Generator().manual_seed(parameter.numel())
            ).float()
        return layer


@pytest.fixture(scope="module")
def cases(browser: Any, file: Any) -> list[Both]:
    draw = Random(5)
    legal = [one for call, shape in layers(300, seed=33) if (one := answer(call, shape, draw))["legal"]]
    pairs = zip(legal, ask(browser, file, legal, "torch"), ask(browser, file, legal, "jax"), strict=True)
    return [Both(*one) for one in pairs if one[0]["settings"]["batch"] or one[0]["settings"]["type"] == "conv"]


def compare(cases: list[Both], jax: Any, jnp: Any) -> None:
    for one in cases:
        wanted = one.by_torch()
        found = one.by_jax(jax, jnp)
        assert found.shape == wanted.shape, (one.call, one.jax_text)
        assert np.allclose(found, wanted, rtol=1e-6, equal_nan=True), (one.call, one.jax_text)


def test_a_reference_after_the_documentation_gives_what_pytorch_gives(cases: list[Both]) -> None:
    kinds = {
        word
        for one in cases
        for word in re.findall(r"lhs_dilation|reduce_window|feature_group_count|jnp.pad|reshape|w2", one.jax_text)
    }
    assert kinds == {"lhs_dilation", "reduce_window", "feature_group_count", "jnp.pad", "reshape", "w2"}
    jnp = SimpleNamespace(**{name: getattr(np, name) for name in ("pad", "flip", "inf", "ones_like", "asarray")})
    compare(cases, lax.jax, jnp)


def test_jax_gives_what_pytorch_gives(cases: list[Both]) -> None:
    if find_spec("jax") is None:
        pytest.skip("THE LINES OF JAX DID NOT RUN IN JAX (pip install jax): only in tests/playgrounds/lax.py")
    import jax
    import jax.numpy as jnp

    compare(cases, jax, jnp)


def test_jax_as_it_is_written(visit: Any) -> None:
    page = visit("fw=jax").page
    assert page.locator("#code").inner_text() == (
        "y = jax.lax.conv_general_dilated(x, w, window_strides=(2, 2), padding=[(1, 1), (1, 1)], rhs_dilation=(2, 2), "
        'dimension_numbers=("NCHW", "OIHW", "NCHW")) + b[:, None, None]'
    )
