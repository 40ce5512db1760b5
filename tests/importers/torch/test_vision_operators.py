"""torchvision's operators by the names of their kernels, which a library of the test's own registers."""

import pytest
import torch
from torch import nn

from convlens.importers.torch import capture
from convlens.passes.facts import facts

KERNELS = {
    "deform_conv2d": "(Tensor input, Tensor weight, Tensor offset, Tensor mask, Tensor bias, int stride_h, int stride_w, "
    "int pad_h, int pad_w, int dil_h, int dil_w, int groups, int offset_groups, bool use_mask) -> Tensor",
    "nms": "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
    "roi_align": "(Tensor input, Tensor rois, float scale, int height, int width, int sampling, bool aligned) -> Tensor",
    "roi_pool": "(Tensor input, Tensor rois, float scale, int height, int width) -> (Tensor, Tensor)",
    "ps_roi_pool": "(Tensor input, Tensor rois, float scale, int height, int width) -> (Tensor, Tensor)",
    "ps_roi_align": "(Tensor input, Tensor rois, float scale, int height, int width, int sampling) -> (Tensor, Tensor)",
}
LIBRARY = torch.library.Library("torchvision", "FRAGMENT")
for _name, _schema in KERNELS.items():
    if not hasattr(torch.ops.torchvision, _name):
        LIBRARY.define(_name + _schema)


class Deformed(nn.Module):
    """As torchvision.ops.DeformConv2d calls its kernel: an empty mask where there is none, zeros for no bias."""

    def __init__(self, masked, biased):
        super().__init__()
        self.offsets = nn.Conv2d(4, 18, 3, padding=1)
        self.masks = nn.Conv2d(4, 9, 3, padding=1) if masked else None
        self.weight = nn.Parameter(torch.zeros(6, 2, 3, 3))
        self.bias = nn.Parameter(torch.zeros(6)) if biased else None

    def forward(self, x):
        mask = torch.zeros((x.shape[0], 1)) if self.masks is None else self.masks(x).sigmoid()
        bias = torch.zeros(6) if self.bias is None else self.bias
        settings = (1, 1, 1, 1, 1, 1, 2, 1, self.masks is not None)
        return torch.ops.torchvision.deform_conv2d(x, self.weight, self.offsets(x), mask, bias, *settings)


@pytest.mark.parametrize("masked", [True, False])
@pytest.mark.parametrize("biased", [True, False])
def test_deformable_convolution(masked, biased):
    module = Deformed(masked, biased)
    graph = capture(module, ((2, 4, 8, 8),))
    found = facts(graph)
    (node,) = [node for node in graph if node.op.name == "deform_conv"]
    assert found.nodes[node.name].macs == 2 * 6 * 64 * 2 * 9
    assert sum(f.params for f in found.nodes.values()) == sum(p.numel() for p in module.parameters())
    assert found.nodes[graph.outputs[0].node].outputs[0].dims == (2, 6, 8, 8)


class Regions(nn.Module):
    def __init__(self, kernel, *more):
        super().__init__()
        self.kernel, self.more = kernel, more

    def forward(self, x, rois):
        return getattr(torch.ops.torchvision, self.kernel)(x, rois, 0.5, 7, 5, *self.more)


@pytest.mark.parametrize(
    ("kernel", "more", "channels"),
    [("roi_align", (2, True), 70), ("roi_pool", (), 70), ("ps_roi_pool", (), 2), ("ps_roi_align", (2,), 2)],
)
def test_regions_have_a_shape_and_no_invented_cost(kernel, more, channels):
    graph = capture(Regions(kernel, *more), ((1, 70, 32, 32), (9, 5)))
    (node,) = graph.nodes
    found = facts(graph).nodes[node.name]
    assert {y.dims for y in found.outputs} == {(9, channels, 7, 5)}
    assert (node.op.name, found.macs, found.elementwise) == ("opaque", None, None)


class Suppressed(nn.Module):
    def forward(self, boxes, scores):
        return boxes[torch.ops.torchvision.nms(boxes, scores, 0.5)]


def test_suppression_depends_on_values_and_ends_the_graph_there():
    found = facts(capture(Suppressed(), ((10, 4), (10,))))
    assert found.broken.op.call == "torchvision.ops.nms"
    lines = str(found.error).splitlines()
    assert lines[0].startswith("opaque 'nms': how large the result of torchvision.ops.nms is depends on the values")
    assert "real=True" in lines[-1]


def test_suppression_with_real_values_is_run():
    if not torch._C._dispatch_has_kernel_for_dispatch_key("torchvision::nms", "CPU"):
        LIBRARY.impl("nms", lambda boxes, scores, _: scores.argsort()[:3], "CPU")
    graph = capture(Suppressed(), (torch.rand(10, 4), torch.rand(10)), real=True)
    assert facts(graph).nodes[graph.outputs[0].node].outputs[0].dims == (3, 4)
