"""Random calls of the operators of sequences: tables, recurrent networks, attention, einsum."""

from collections.abc import Callable, Mapping
from typing import Any

import torch
import torch.nn.functional as F
from hypothesis import strategies as st

from tests.ops.call import Call, Shape
from tests.strategies import Draw, batched, ints, per_axis, shapes

Recipe = Callable[[Draw, int], tuple[dict[str, Any], Shape]]


def _embedding(draw: Draw, _axes: int) -> tuple[dict[str, Any], Shape]:
    return {"num_embeddings": draw(ints(1, 5)), "embedding_dim": draw(ints(1, 4))}, draw(shapes(0, 3))


def _recurrent(*more: str) -> Recipe:
    def recipe(draw: Draw, _axes: int) -> tuple[dict[str, Any], Shape]:
        kwargs: dict[str, Any] = {
            "input_size": draw(ints(1, 4)), "hidden_size": draw(ints(1, 4)), "num_layers": draw(ints(1, 3)),
            "bias": draw(st.booleans()), "batch_first": draw(st.booleans()), "bidirectional": draw(st.booleans()),
        }  # fmt: skip
        if "proj_size" in more and draw(st.booleans()):
            kwargs["proj_size"] = draw(ints(0, kwargs["hidden_size"] - 1 + draw(ints(0, 1))))
        if "nonlinearity" in more:
            kwargs["nonlinearity"] = draw(st.sampled_from(["tanh", "relu"]))
        return kwargs, (*draw(shapes(1, 2, most=3)), kwargs["input_size"])

    return recipe


def _cell(*more: str) -> Recipe:
    def recipe(draw: Draw, _axes: int) -> tuple[dict[str, Any], Shape]:
        kwargs: dict[str, Any] = {"input_size": draw(ints(1, 4)), "hidden_size": draw(ints(1, 4)), "bias": draw(st.booleans())}
        if more:
            kwargs["nonlinearity"] = draw(st.sampled_from(["tanh", "relu"]))
        return kwargs, batched(draw, (kwargs["input_size"],))

    return recipe


RECIPES: Mapping[str, Recipe] = {
    "embedding": _embedding, "lstm": _recurrent("proj_size"), "gru": _recurrent(), "rnn": _recurrent("nonlinearity"),
    "lstm_cell": _cell(), "gru_cell": _cell(), "rnn_cell": _cell("nonlinearity"),
}  # fmt: skip


def _attention(draw: Draw) -> Call:
    queries, keys, width, out = per_axis(draw, 4, 1, 4)
    lead = draw(shapes(0, 2, most=3))
    settings: dict[str, Any] = {"causal": draw(ints(0, 3)) == 0, "gqa": len(lead) > 1 and draw(ints(0, 2)) == 0}
    few = (
        (*lead[:-1], draw(st.sampled_from([n for n in range(1, lead[-1] + 1) if lead[-1] % n == 0]))) if settings["gqa"] else lead
    )
    xs = [(*lead, queries, width), (*few, keys, width), (*few, keys, out)]
    if draw(ints(0, 2)) == 0 and not (settings["causal"] and draw(ints(0, 3))):
        mask = (*lead, queries, keys)[draw(ints(0, len(lead) + 2)) :]
        xs.append(tuple(1 if draw(ints(0, 3)) == 0 else n for n in mask))
    if draw(ints(0, 5)) == 0:
        at = draw(ints(0, len(xs) - 1))
        xs[at] = (*xs[at][:-1], draw(ints(1, 4)))
    if draw(ints(0, 5)) == 0:
        at = draw(ints(0, len(xs) - 1))
        xs[at] = draw(shapes(1, 4))

    def run(q: Any, k: Any, v: Any, mask: Any = None) -> Any:
        return F.scaled_dot_product_attention(q, k, v, mask, is_causal=settings["causal"], enable_gqa=settings["gqa"])

    return Call("scaled_dot_product_attention", settings, run, tuple(xs))


def _einsum(draw: Draw) -> Call:
    sizes = dict(zip("abcdE", per_axis(draw, 5, 1, 3), strict=True))
    groups, xs = [], []
    dots = draw(shapes(0, 2, most=2)) if draw(ints(0, 2)) == 0 else None
    for _ in range(draw(ints(1, 3))):
        letters = draw(st.lists(st.sampled_from(sorted(sizes)), max_size=3))
        dims = tuple(1 if draw(ints(0, 9)) == 0 else sizes[c] for c in letters)
        at = draw(ints(0, len(letters)))
        if dots is not None and draw(ints(0, 3)):
            free = dots[draw(ints(0, len(dots))) :]
            groups.append("".join(letters[:at]) + "..." + "".join(letters[at:]))
            xs.append((*dims[:at], *free, *dims[at:]))
        else:
            groups.append("".join(letters))
            xs.append(dims)
    known = sorted({c for group in groups for c in group if c.isalpha()})
    equation = draw(st.sampled_from([",", " , "])).join(groups)
    if draw(ints(0, 3)):
        output = draw(st.lists(st.sampled_from(known or ["a"]), max_size=3, unique=draw(ints(0, 7)) > 0)) if known else []
        written = "".join(output)
        equation += "->" + (written + "..." if dots is not None and draw(ints(0, 5)) else written)
    if draw(ints(0, 9)) == 0:
        equation = draw(
            st.sampled_from([equation + "z", equation.replace("a", "1"), equation + ",", equation[1:], equation + "->a"])
        )
    if draw(ints(0, 7)) == 0:
        xs[0] = draw(shapes(0, 4))
    return Call("einsum", {"equation": equation}, lambda *ts: torch.einsum(equation, *ts), tuple(xs))


FUNCTIONS: Mapping[str, Callable[[Draw], Call]] = {
    "scaled_dot_product_attention": _attention, "einsum": _einsum, "einsum, again": _einsum,
}  # fmt: skip
