"""What is slow or large, E01 to E06, and budgets, B01 to B05."""

from collections.abc import Iterator

from bench.mutants import Base, Made, mutates, op
from convlens.linting.options import Options
from convlens.passes.liveness import activations


@mutates("E01")
def channels_that_are_no_multiple(base: Base) -> Iterator[Made]:
    total = sum(known.macs or 0 for known in base.net.facts.nodes.values())
    for node in base.spatial[::5]:
        new = (op("conv", out=60, kernel=(3, 3), padding=1), op("conv", out=base.spec(node).dims[1], kernel=(3, 3), padding=1))
        graph, names = base.with_behind(node, *new)
        channels, pixels = base.spec(node).dims[1], base.spec(node).numel // base.spec(node).dims[1]
        if 2 * 9 * channels * 4 * pixels * 100 >= total + 2 * 9 * channels * 60 * pixels:  # 64 for 60 is 1 % more, or is not told
            yield "60 channels between", graph, names


@mutates("E02")
def a_depthwise_convolution(base: Base) -> Iterator[Made]:
    for node in base.spatial[::5]:
        channels = base.spec(node).dims[1]
        graph, names = base.with_behind(node, op("conv", out=channels, kernel=(3, 3), padding=1, groups=channels))
        yield "a depthwise convolution more", graph, names, Options(device="a100")


@mutates("E03")
def a_head_on_the_whole_map(base: Base) -> Iterator[Made]:
    node = base.last_map
    if node is not None:
        width = base.spec(node).numel // base.spec(node).dims[0]
        convolutions = sum(facts.params for facts in base.net.facts.nodes.values())
        out = max(2 * convolutions // width, 8)
        graph, _ = base.with_head(node, op("flatten"), op("linear", out=out))
        yield f"a linear layer of {width} x {out}", graph, ()


@mutates("E04")
def a_pointwise_convolution_of_unequal_channels(base: Base) -> Iterator[Made]:
    for node in [node for node in base.spatial if min(base.spec(node).dims[2:]) >= 28][::5]:
        channels = base.spec(node).dims[1]
        new = (op("conv", out=6 * channels, kernel=(1, 1)), op("relu"), op("conv", out=channels, kernel=(1, 1)))
        graph, names = base.with_behind(node, *new)
        yield "channels times six between", graph, names


@mutates("E05")
def a_wide_layer(base: Base) -> Iterator[Made]:
    for node in base.spatial[:2]:
        channels = base.spec(node).dims[1]
        new = (op("conv", out=16 * channels, kernel=(1, 1)), op("relu"), op("conv", out=channels, kernel=(1, 1)))
        graph, names = base.with_behind(node, *new)
        yield "channels times sixteen between", graph, names


@mutates("E06")
def a_norm_behind_a_pool(base: Base) -> Iterator[Made]:
    """Before a padded convolution, which cannot take it in either."""
    for node in base.net.of("max_pool", "concat", "avg_pool"):
        after = base.net.after(node)
        if after is not None and base.spec(node).rank == 4 and any(s.left for s in base.slides(after)):
            graph, names = base.with_behind(node, op("batch_norm"))
            yield "a norm that no convolution can take in", graph, names


def _known(base: Base) -> dict[str, int]:
    memory = activations(base.graph, base.net.facts)
    nodes = base.net.facts.nodes.values()
    return {
        "max_params": sum(facts.params for facts in nodes),
        "max_macs": sum(facts.macs or 0 for facts in nodes),
        "max_activation_bytes": memory.total_bytes,
        "max_peak_bytes": memory.peak_bytes,
    }


@mutates("B01")
def fewer_parameters_allowed(base: Base) -> Iterator[Made]:
    yield "one parameter less", base.graph, (), Options(max_params=_known(base)["max_params"] - 1)


@mutates("B02")
def fewer_macs_allowed(base: Base) -> Iterator[Made]:
    yield "one MAC less", base.graph, (), Options(max_macs=_known(base)["max_macs"] - 1)


@mutates("B03")
def fewer_activations_allowed(base: Base) -> Iterator[Made]:
    yield "one byte less", base.graph, (), Options(max_activation_bytes=_known(base)["max_activation_bytes"] - 1)


@mutates("B04")
def a_lower_peak_allowed(base: Base) -> Iterator[Made]:
    yield "one byte less", base.graph, (), Options(max_peak_bytes=_known(base)["max_peak_bytes"] - 1)


@mutates("B05")
def a_larger_field_demanded(base: Base) -> Iterator[Made]:
    node = base.last_map
    field = None if node is None else base.net.receptive_fields.get(node.name)
    if node is not None and field is not None and not any(axis.whole for axis in field.axes):
        graph, _ = base.with_head(node, op("relu"))
        yield "one pixel more", graph, (), Options(min_receptive_field=max(axis.size for axis in field.axes) + 1)
