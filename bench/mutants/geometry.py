"""Faults of geometry, G01 to G21."""

from collections.abc import Iterator

from bench.mutants import Base, Made, mutates, op
from convlens.ir.graph import Node
from convlens.linting.options import Options
from convlens.passes.facts import facts

EVEN = ((2, 2),) * 2


def _upsamplers(base: Base) -> Iterator[Node]:
    yield from (node for node in base.net.of("conv_transpose") if node.op.settings()["stride"] == (2, 2))


@mutates("G01")
def an_upsampler_of_kernel_3(base: Base) -> Iterator[Made]:
    for node in _upsamplers(base):
        if any(other is not node and base.graph.nodes.index(other) > base.graph.nodes.index(node) for other in _upsamplers(base)):
            continue  # a later one of kernel 4 evens it out
        yield "kernel 3, stride 2", base.edited(node, kernel=(3, 3), padding=1, output_padding=(1, 1)), (node.name,)


@mutates("G01")
def a_decoder_of_kernel_3(base: Base) -> Iterator[Made]:
    for node in base.spatial[-8::3]:
        graph, names = base.with_head(node, op("conv_transpose", out=3, kernel=(3, 3), stride=(2, 2), padding=1))
        yield "kernel 3, stride 2 as the head", graph, names


@mutates("G02")
def a_kernel_below_its_stride(base: Base) -> Iterator[Made]:
    for node in _upsamplers(base):
        yield "kernel 1, stride 2", base.edited(node, kernel=(1, 1), padding=0, output_padding=(1, 1)), (node.name,)


@mutates("G02")
def a_decoder_with_holes(base: Base) -> Iterator[Made]:
    for node in base.spatial[-6::3]:
        for settings in ({"kernel": (2, 2), "stride": (3, 3)}, {"kernel": (3, 3), "stride": (2, 2), "dilation": (2, 2)}):
            graph, names = base.with_head(node, op("conv_transpose", out=3, **settings))
            yield f"{settings} as the head", graph, names


@mutates("G03")
def uneven_upsamplers_in_a_row(base: Base) -> Iterator[Made]:
    for node in base.spatial[-6::3]:
        up = op("conv_transpose", out=8, kernel=(3, 3), stride=(2, 2), padding=1)
        graph, names = base.with_head(node, up, op("relu"), up)
        yield "kernel 3, stride 2 twice as the head", graph, names


@mutates("G04")
def a_subpixel_head(base: Base) -> Iterator[Made]:
    for node in base.spatial[-6::3]:
        graph, names = base.with_head(node, op("conv", out=12, kernel=(3, 3), padding=1), op("pixel_shuffle", factor=2))
        yield "pixel shuffle to three channels", graph, names


@mutates("G05")
def a_pool_of_kernel_3(base: Base) -> Iterator[Made]:
    for node, each in base.windows("max_pool", "avg_pool"):
        if all(s.kernel == s.stride == 2 for s in each):
            yield "kernel 3, stride 2, padding 1", base.pooled(node, kernel=(3, 3), stride=(2, 2), padding=1), (node.name,)


@mutates("G05")
def a_strided_convolution(base: Base) -> Iterator[Made]:
    for node in base.spatial[::5]:
        graph, names = base.with_behind(node, op("conv", out=base.spec(node).dims[1], kernel=(3, 3), stride=(2, 2), padding=1))
        yield "kernel 3, stride 2 more", graph, names


@mutates("G06")
def a_stride_without_a_kernel(base: Base) -> Iterator[Made]:
    for node, each in base.windows("conv", "max_pool", "avg_pool"):
        if base.alone(node) and all(s.stride == 2 and s.kernel in (2, 3) and s.left <= 1 and s.dilation == 1 for s in each):
            graph = base.edited(node, kernel=(1, 1), stride=(2, 2), padding=0)
            yield "kernel 1, stride 2", graph, (node.name,)


@mutates("G07")
def a_pool_that_ends_in_padding(base: Base) -> Iterator[Made]:
    for node, each in base.windows("max_pool", "avg_pool"):
        if all(s.kernel == s.stride == 2 and s.size % 2 == 0 and s.size > 4 for s in each):
            yield "kernel 3, padding 1 on an even map", base.pooled(node, kernel=(3, 3), stride=(2, 2), padding=1), (node.name,)


@mutates("G07")
def one_pixel_less(base: Base) -> Iterator[Made]:
    if base.name.startswith(("resnet", "resnext", "mobilenet_v2")):
        for size in (224, 256, 160):
            yield f"input {size}", base.resized(size), ()


@mutates("G08")
def a_pool_that_drops_the_border(base: Base) -> Iterator[Made]:
    for node, each in base.windows("max_pool", "avg_pool"):
        if base.alone(node) and all(s.kernel == s.stride == 2 and s.size % 3 and s.size > 6 for s in each):
            yield "kernel 3, stride 3", base.pooled(node, kernel=(3, 3), stride=(3, 3), padding=0), (node.name,)


@mutates("G08")
def a_convolution_that_lost_its_padding(base: Base) -> Iterator[Made]:
    for node, each in base.windows("conv"):
        if base.alone(node) and all(s.kernel == 3 and s.stride == 2 and s.size % 2 == 0 and s.size > 6 for s in each):
            yield "padding 0", base.edited(node, padding=0), (node.name,)


@mutates("G09")
def an_even_kernel(base: Base) -> Iterator[Made]:
    for node, each in base.windows("conv"):
        if all(s.kernel == 3 and s.stride == s.dilation == s.left == s.right == 1 and s.size > 4 for s in each):
            yield "kernel 4, padding 1:2", base.edited(node, kernel=(4, 4), padding=((1, 2),) * 2), (node.name,)
            yield "kernel 2, padding 0:1", base.edited(node, kernel=(2, 2), padding=((0, 1),) * 2), (node.name,)


def _merges(base: Base) -> Iterator[Node]:
    """Sums and concatenations of maps, with a branch that ends in a convolution of kernel 3."""
    for node in base.net.of("add", "concat"):
        if len(set(node.inputs)) > 1 and base.spec(node).rank == 4 and min(base.spec(node).dims[2:]) > 4:
            yield node


@mutates("G10")
def a_branch_that_is_shifted(base: Base) -> Iterator[Made]:
    for merge in _merges(base):
        for at in range(len(merge.inputs)):
            node = _convolution_before(base, merge, at)
            if node is not None and all(s.kernel == 3 and s.stride == 1 and s.left == s.right == 1 for s in base.slides(node)):
                yield "padding 2:0 on one branch", base.edited(node, padding=((2, 0),) * 2), (merge.name,)


def _convolution_before(base: Base, merge: Node, at: int) -> Node | None:
    node = base.net.before(merge, at)
    while node is not None and node.op.name in ("batch_norm", "relu", "relu6", "silu") and base.net.after(node) is not None:
        node = base.net.before(node)
    return node if node is not None and node.op.name == "conv" and len(base.graph.users(node.name)) == 1 else None


@mutates("G11")
def a_stack_with_one_dilation(base: Base) -> Iterator[Made]:
    """Behind a pooling, so that no dense layer of the same resolution fills the holes."""
    for node in base.spatial[::4]:
        size, channels = min(base.spec(node).dims[2:]) // 2, base.spec(node).dims[1]
        for rates in ((2, 2, 2), (2, 4, 8), (3, 3), (2, 3, 5)):
            if size > 2 * max(rates):
                ops = [op("conv", out=channels, kernel=(3, 3), padding=r, dilation=(r, r)) for r in rates]
                graph, names = base.with_head(node, op("max_pool", kernel=(2, 2)), *ops)
                yield f"dilations {rates} behind a pooling as the head", graph, names


@mutates("G12")
def a_dilation_beyond_the_map(base: Base) -> Iterator[Made]:
    for node in base.spatial[::4]:
        size, channels = max(base.spec(node).dims[2:]), base.spec(node).dims[1]
        graph, names = base.with_behind(node, op("conv", out=channels, kernel=(3, 3), padding=size, dilation=(size, size)))
        yield f"dilation {size} on {size} pixels", graph, names


@mutates("G12")
def a_small_input(base: Base) -> Iterator[Made]:
    if base.name.startswith(("resnet", "resnext", "mobilenet_v2", "efficientnet", "shufflenet")):
        graph = base.resized(32)
        if facts(graph).broken is None:
            yield "input 32", graph, ()


@mutates("G13")
def a_padded_pointwise_convolution(base: Base) -> Iterator[Made]:
    for node in base.spatial[::4]:
        graph, names = base.with_behind(node, op("conv", out=base.spec(node).dims[1], kernel=(1, 1), padding=1))
        yield "kernel 1, padding 1 more", graph, names


@mutates("G14")
def a_small_picture(base: Base) -> Iterator[Made]:
    sizes = {"vgg11": (48, 64), "vgg16": (64, 96), "vgg19": (64, 96), "mobilenet_v1": (64, 96)}
    for size in sizes.get(base.name, ()):
        yield f"input {size}", base.resized(size), ()


@mutates("G15")
def an_object_larger_than_the_field(base: Base) -> Iterator[Made]:
    node = base.last_map
    field = None if node is None else base.net.receptive_fields.get(node.name)
    if node is None or field is None or any(axis.whole for axis in field.axes):
        return
    largest, picture = max(axis.size for axis in field.axes), min(base.graph.inputs[0].spec.dims[2:])
    if largest + 8 <= picture:
        graph, _ = base.with_head(node, op("relu"))
        yield "an object larger than the field", graph, (), Options(object_size=min(largest + 64, picture))


@mutates("G16")
def a_downsampling_without_a_filter(base: Base) -> Iterator[Made]:
    for node in base.spatial[::5]:
        graph, names = base.with_behind(node, op("max_pool", kernel=(2, 2)))
        yield "a pooling of 2 more", graph, names


@mutates("G17")
def a_size_that_does_not_fit(base: Base) -> Iterator[Made]:
    for size in {"unet": (570, 580, 590), "unet_same": (250, 264, 200)}.get(base.name, ()):
        yield f"input {size}", base.resized(size), ()


@mutates("G17")
def a_branch_of_another_stride(base: Base) -> Iterator[Made]:
    for merge in _merges(base):
        for at in range(len(merge.inputs)):
            node = _convolution_before(base, merge, at)
            if node is not None and all(s.stride == 1 for s in base.slides(node)):
                yield "stride 2 on one branch", base.edited(node, stride=(2, 2)), (merge.name,)


@mutates("G18")
def one_layer_padded_as_tensorflow_does(base: Base) -> Iterator[Made]:
    strided = [
        (n, each)
        for n, each in base.windows("conv", "max_pool")
        if all(s.stride == 2 and s.kernel % 2 and s.kernel > 1 for s in each)
    ]
    even = [(n, each) for n, each in strided if all(s.left == s.right == s.kernel // 2 and s.size % 2 == 0 for s in each)]
    if len(even) < 3:
        return
    for node, each in even:
        if node.op.name == "conv":
            half = each[0].kernel // 2
            yield f"padding {half - 1}:{half}", base.edited(node, padding=((half - 1, half),) * 2), (node.name,)


@mutates("G19")
def an_adaptive_pool_that_does_not_divide(base: Base) -> Iterator[Made]:
    for node in base.net.of("adaptive_avg_pool", "adaptive_max_pool"):
        sizes = base.given(node).dims[2:]
        if len(sizes) == 2 and min(sizes) > 2:
            yield "one less than the map", base.edited(node, size=tuple(s - 1 for s in sizes)), (node.name,)
            yield "twice the map", base.edited(node, size=tuple(2 * s for s in sizes)), (node.name,)


@mutates("G20")
def a_map_pooled_away(base: Base) -> Iterator[Made]:
    if min(base.graph.inputs[0].spec.dims[2:]) < 8:
        return
    for node in base.spatial[-4:]:
        size = min(base.spec(node).dims[2:])
        pools = [op("max_pool", kernel=(2, 2))] * (size.bit_length())
        graph, names = base.with_behind(node, *pools)
        yield f"{len(pools)} poolings on {size} pixels", graph, names


@mutates("G20")
def a_pool_on_one_pixel(base: Base) -> Iterator[Made]:
    for node in base.net.of("adaptive_avg_pool"):
        if base.spec(node).dims[2:] == (1, 1) and base.net.after(node) is not None:
            graph, names = base.with_behind(node, op("max_pool", kernel=(3, 3), stride=(1, 1), padding=1))
            yield "kernel 3 on 1x1", graph, names


@mutates("G21")
def corners_aligned(base: Base) -> Iterator[Made]:
    for node in base.spatial[-6::3]:
        size = tuple(2 * s for s in base.spec(node).dims[2:])
        resize = op("interpolate", size=size, mode="bilinear", align_corners=True)
        graph, names = base.with_head(node, resize)
        yield "align_corners as the head", graph, names
