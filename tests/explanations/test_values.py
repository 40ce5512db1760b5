"""The numbers of the topics against other sources: PyTorch, NumPy, closed forms, and figures that were published."""

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
import torch
import torch.nn.functional as F

import convlens
from convlens.explanations import topic as topics
from convlens.explanations.topics import (
    augmentation,
    batch,
    checkerboard,
    generalisation,
    groups,
    optimisers,
    pooling,
    schedules,
    stride,
    why_odd,
)

TORCH_CALLS = [
    (name, call, shape)
    for name in topics.names()
    for call, shape in topics.load(name).calls
    if hasattr(torch.nn, call.split("(")[0])
]


def values(name: str) -> dict:
    return dict(topics.load(name).values)


def row(*numbers: float) -> torch.Tensor:
    return torch.tensor(numbers, dtype=torch.float64).reshape(1, 1, -1)


def slid(x: torch.Tensor, kernel: tuple, **settings) -> list:
    return F.conv1d(x, row(*map(float, kernel)), **settings).flatten().tolist()


@pytest.mark.parametrize(("name", "call", "shape"), TORCH_CALLS, ids=[f"{n}-{c}" for n, c, _ in TORCH_CALLS])
def test_every_example_is_what_pytorch_does(name: str, call: str, shape: str) -> None:
    example = next(
        e for e in convlens.explain(name).to_dict()["example"] if e["call"] == call and "x".join(map(str, e["input"])) == shape
    )
    layer = eval(call, vars(torch.nn)).to("meta")
    assert list(layer(torch.empty(example["input"], device="meta")).shape) == example["output"]
    assert sum(p.numel() for p in layer.parameters()) == example["params"]


def test_every_kind_of_example_is_compared() -> None:
    others = {call.split("(")[0] for n in topics.names() for call, _ in topics.load(n).calls} - {
        c.split("(")[0] for _, c, _ in TORCH_CALLS
    }
    assert others == {"tf.nn.conv2d", "tf.nn.depthwise_conv2d", "tf.nn.separable_conv2d", "Conv2D"}
    assert len(TORCH_CALLS) > 45


def test_tensorflow_examples_have_the_shapes_of_its_documentation() -> None:
    """SAME with stride s gives ceil(n / s) places; depthwise gives in * multiplier channels, separable those of the pointwise filter."""
    found = {
        e["call"].split("(")[0]: e["output"]
        for n in ("kernel", "depthwise", "separable")
        for e in convlens.explain(n).to_dict()["example"]
    }
    assert found["tf.nn.conv2d"] == [10, math.ceil(9 / 5), math.ceil(9 / 5), 2]
    assert found["tf.nn.depthwise_conv2d"] == [10, 9, 9, 3 * 2]
    assert found["tf.nn.separable_conv2d"] == [10, 9, 9, 20]


def test_convolution_by_pytorch() -> None:
    v = values("convolution")
    ramp = torch.tensor([[[[0.0, 1, 2]] * 3]])
    sobel = torch.tensor([[[[-1.0, 0, 1], [-2, 0, 2], [-1, 0, 1]]]])
    assert (v["slid"], v["turned"]) == (F.conv2d(ramp, sobel).item(), F.conv2d(ramp, sobel.flip(2, 3)).item()) == (8, -8)
    assert v["before"] == slid(row(0, 0, 5, 0, 0, 0), (-1, 0, 1))
    assert v["dense"] == 32 * 32 * 30 * 30


def test_kernels_by_hand_by_numpy() -> None:
    v = values("kernel")
    edge = np.array([0, 0, 0, 1, 1, 1])
    assert list(v["on_edge"]) == list(4 * np.correlate(edge, [-1, 0, 1]))
    assert list(v["smooth"]) == list(4 * np.correlate(edge, [1, 2, 1]))
    assert (v["real"], v["same"]) == (9 - 2 + 1, 9)


@pytest.mark.parametrize("kernel", [2, 3, 4, 5])
@pytest.mark.parametrize("layers", [1, 10])
def test_the_drift_of_same_layers_in_pytorch(kernel: int, layers: int) -> None:
    x = F.one_hot(torch.tensor(80), 161).double().reshape(1, 1, -1)
    for _ in range(layers):
        x = F.conv1d(x, torch.full((1, 1, kernel), 1 / kernel, dtype=torch.float64), padding="same")
    moved = (x.flatten() * torch.arange(161)).sum().item() - 80
    assert float(why_odd.drift(kernel, layers)) == pytest.approx(moved)
    assert why_odd.drift(kernel, layers, lower=True) == -why_odd.drift(kernel, layers)


def test_layers_that_take_the_sides_in_turn_cancel() -> None:
    x = F.one_hot(torch.tensor(80), 161).double().reshape(1, 1, -1)
    for pads in ((0, 1), (1, 0)):
        x = F.conv1d(F.pad(x, pads), torch.full((1, 1, 2), 0.5, dtype=torch.float64))
    assert (x.flatten() * torch.arange(161)).sum().item() == 80


def test_channels_are_added() -> None:
    v = values("channels")
    x = torch.tensor([[[1.0, 2], [0, 1]], [[0, 1], [1, 0]], [[2, 0], [0, 1]]])[None]
    w = torch.tensor([[[1.0, 0], [0, 1]], [[1, 1], [1, 1]], [[0, 1], [2, 3]]])[None]
    assert v["total"] == F.conv2d(x, w).item() == v["red"] + v["green"] + v["blue"]


def test_parameters_by_hand() -> None:
    v = values("parameters")
    assert (v["params"], v["rgb"]) == (2 * (3 * 3 * 3 + 1), 3 * 3 * 3 * 192)
    assert [r[1] for r in v["changes"]] == [4608, 9216, 9216, 18432, 4640, 1152, 4608, 4608, 4608]
    assert values("bias")["params"] == 3 * 3 + 1


def test_a_bias_before_batch_norm_is_cancelled_in_pytorch() -> None:
    v = values("bias")
    x = torch.tensor(slid(row(1, 4, 2, 7, 1), (1, 1)))
    assert list(map(float, v["centred"])) == (x - x.mean()).tolist() == (x + 10 - (x + 10).mean()).tolist()
    assert v["centred"] == v["centred_with_bias"]


@pytest.mark.parametrize("step", range(1, 6))
def test_what_a_stride_reads_by_its_gradient(step: int) -> None:
    x = torch.ones(1, 1, 7, requires_grad=True)
    y = F.conv1d(x, torch.ones(1, 1, 3), stride=step)
    y.sum().backward()
    assert stride.unread(7, step) == (y.numel(), int((x.grad == 0).sum()))


def test_padding_and_same_by_hand() -> None:
    v = values("padding")
    assert (v["out"], v["shrunk"], v["kept"]) == (7, 32 - 6 * 4, 32)
    assert v["bare"] == v["padded"] == 6 * (3 * 25 + 1)
    assert values("same-padding")["by_kernel"] == [
        (2, 1, "0+1", "1+0"),
        (3, 2, "1+1", "1+1"),
        (4, 3, "1+2", "2+1"),
        (5, 4, "2+2", "2+2"),
    ]


@pytest.mark.parametrize("rates", [(1, 1, 1), (1, 2, 4), (2, 2, 2), (1, 2, 5)])
def test_what_dilated_layers_read_by_their_gradient(rates: tuple[int, ...]) -> None:
    x = torch.ones(1, 1, 64, requires_grad=True)
    y = x
    for rate in rates:
        y = F.conv1d(y, torch.ones(1, 1, 3), dilation=rate)
    y[0, 0, 10].backward()
    read = torch.nonzero(x.grad.flatten()).flatten()
    expected = ", ".join(map(str, rates)), int(read.max() - read.min()) + 1, len(read)
    assert expected in values("dilation")["stacks"]


def test_groups_stay_apart_in_pytorch() -> None:
    x = torch.ones(1, 16, 1, requires_grad=True)
    y = x
    for _ in range(5):
        y = F.conv1d(y, torch.ones(16, 4, 1), groups=4)
    y[0, 0, 0].backward()
    assert len(groups.seen(4, 16, 5)) == int((x.grad != 0).sum()) == values("groups")["seen"]
    assert values("groups")["by_groups"][1][3] == 16 * 56 * 56 + 32 * 56 * 56 + 32 * 4 * 9


def test_summing_first_is_something_else_in_numpy() -> None:
    v = values("depthwise")
    first, second = np.array([[1, 2], [3, 4]]), np.array([[5, 0], [1, 2]])
    a, b = np.array([[1, 0], [0, 1]]), np.array([[0, 2], [1, 0]])
    assert (v["apart"], v["together"]) == ((first * a).sum() + (second * b).sum(), ((first + second) * a).sum())
    assert v["apart"] != v["together"]
    assert v["equal_apart"] == v["equal_together"] == ((first + second) * a).sum()


def test_separable_costs_by_hand() -> None:
    v = values("separable")
    assert v["ratio"] == Fraction(1, 64) + Fraction(1, 9)
    assert np.linalg.matrix_rank(np.array([v["first"], v["second"]])) == 2


def test_a_pixel_kernel_mixes_channels() -> None:
    v = values("one-by-one")
    assert list(v["mixed"]) == (np.array([[3, 4]]) @ np.array([[1, 2], [10, 20]]))[0].tolist()
    assert (v["params"], v["macs"]) == (v["same"], v["dense_macs"]) == (64 * 32 + 32, 64 * 32 * 56 * 56)
    assert v["fully"] == v["flat"]


def test_transposed_convolution_by_pytorch() -> None:
    v = values("transposed")
    painted = F.conv_transpose1d(row(1, 2), torch.ones(1, 1, 4, dtype=torch.float64), stride=3)
    assert list(v["painted"]) == painted.flatten().tolist()
    down = F.conv1d(row(1, 2, 3, 4), row(1, 2))
    back = F.conv_transpose1d(down, row(1, 2)).flatten().tolist()
    assert (list(v["down"]), list(v["back"])) == (down.flatten().tolist(), back)
    assert back != [1, 2, 3, 4]
    assert v["left"] == v["right"]


@pytest.mark.parametrize("layers", [((3, 2),), ((4, 2),), ((3, 2), (3, 2)), ((3, 2), (4, 2)), ((4, 2), (3, 2))])
def test_overlaps_by_pytorch(layers: tuple[tuple[int, int], ...]) -> None:
    x = torch.ones(1, 1, 24, dtype=torch.float64)
    for kernel, step in layers:
        x = F.conv_transpose1d(x, torch.ones(1, 1, kernel, dtype=torch.float64), stride=step)
    middle = x.flatten()[x.shape[2] // 3 : -(x.shape[2] // 3)]
    ratio = (middle.max() / middle.min()).item()
    named = ", ".join(f"{kernel}/{step}" for kernel, step in layers)
    assert (named, ratio, ratio * ratio) in values("checkerboard")["chains"]
    assert middle.tolist() == checkerboard.painted(*layers)


def test_checkerboard_after_smoothing_is_the_known_ratio() -> None:
    """Kernel 3, stride 2 counts 2, 1, 2, 1; windows of three hold 5 or 4."""
    assert values("checkerboard")["smoothed"] == Fraction(5, 4)
    assert values("checkerboard")["stripes"] == [6, 2, 6, 2]


def test_pooling_by_pytorch() -> None:
    x = row(*map(float, pooling.ROW))
    for key, steps in (("pooled", 0), ("shifted", 1), ("twice", 2)):
        assert values("pooling")[key] == F.max_pool1d(x.roll(-steps, 2), 2).flatten().tolist()


def test_receptive_fields_are_those_published() -> None:
    """google-research, RECEPTIVE_FIELD_TABLE.md, vgg_16."""
    found = {name: (size, step) for name, size, step in values("receptive-field")["rows"]}
    assert (found["features.0"], found["features.4"], found["features.9"]) == ((3, 1), (6, 2), (16, 4))
    assert (found["features.16"], found["features.23"], found["features.30"]) == ((44, 8), (100, 16), (212, 32))
    assert values("receptive-field")["size"] == 7


def test_macs_by_hand() -> None:
    v = values("macs")
    assert (v["conv_macs"], v["dense_macs"]) == (64 * 224 * 224 * 27, 9216 * 4096)
    assert [r[1] for r in v["changes"]] == [
        64 * 56 * 56 * 64 * 9, 64 * 56 * 56 * 128 * 9, 64 * 56 * 56 * 64 * 25, 64 * 28 * 28 * 64 * 9,
        64 * 56 * 56 * 64 * 9, 64 * 54 * 54 * 64 * 9, 64 * 56 * 56 * 9,
    ]  # fmt: skip


def test_alexnet_by_hand() -> None:
    """(224 - 11 + 2) // 4 + 1, then pooling and 'same' layers, as in Dive into Deep Learning, section 8.1."""
    v = values("flatten-and-linear")
    shapes = [shape for _, _, shape in v["rows"]]
    assert shapes[:4] == ["1x96x54x54", "1x96x26x26", "1x256x26x26", "1x256x12x12"]
    assert (v["flat"], v["long"], v["small"]) == (256 * 5 * 5, 12_000, 12_000 * 12 + 12)
    assert v["other"] == 256 * 6 * 6


def test_two_convolutions_are_one_by_numpy() -> None:
    v = values("activation")
    one = np.correlate(np.correlate(v["row"], v["first"]), v["second"])
    joined = np.convolve(v["first"], v["second"])
    assert list(v["one_by_one"]) == one.tolist() == np.correlate(v["row"], joined).tolist() == list(v["at_once"])
    assert list(v["bent"]) == np.correlate(np.maximum(np.correlate(v["row"], v["first"]), 0), v["second"]).tolist()
    assert v["bent"] != v["at_once"]


@pytest.mark.parametrize("size", [1, 2, 4, 8, 16])
def test_batches_by_numpy(size: int) -> None:
    samples = np.array([float(s) for s in batch.SAMPLES])
    means = samples.reshape(-1, size).mean(axis=1)
    rate = float(batch.RATE)
    left = sum(rate * mean * (1 - rate) ** (len(means) - 1 - at) for at, mean in enumerate(means))
    expected = (size, len(means), means.max() - means.min(), abs(samples.mean() - left))
    (found,) = [r for r in values("batch")["rows"] if r[0] == size]
    assert tuple(map(float, found)) == pytest.approx(expected, abs=0.006)


def test_iterations_by_a_data_loader() -> None:
    v = values("epoch-iteration-batch")
    loader = torch.utils.data.DataLoader(range(60_000), batch_size=256)
    sizes = [len(part) for part in loader]
    assert (v["per_epoch"], v["last"], v["iterations"]) == (len(loader), sizes[-1], 10 * len(sizes))
    assert v["whole"] == len(torch.utils.data.DataLoader(range(60_000), batch_size=256, drop_last=True))


def test_descent_in_closed_form() -> None:
    """On w * w / 2 a step multiplies the weight by 1 - rate."""
    v = values("learning-rate")
    for rate, *weights in v["rows"]:
        assert [float(w) for w in weights] == pytest.approx([(1 - float(rate)) ** s for s in (1, 2, 3, 4, 8)], abs=5e-5)
    for rate, steps in v["tried"]:
        assert steps == math.floor(math.log(0.1) / math.log(1 - float(rate))) + 1


def test_schedules_by_pytorch() -> None:
    for make, ours in (
        (lambda o: torch.optim.lr_scheduler.ExponentialLR(o, 0.8), schedules.exponential),
        (lambda o: torch.optim.lr_scheduler.PolynomialLR(o, 10, 2), schedules.polynomial),
    ):
        optimiser = torch.optim.SGD([torch.zeros(1)], lr=0.1)
        policy = make(optimiser)
        for epoch in range(10):
            assert float(ours(epoch)) == pytest.approx(policy.get_last_lr()[0])
            optimiser.step()
            policy.step()


def test_noise_under_a_constant_and_a_falling_rate() -> None:
    """The fixed swing a -> (1-r)*a - r has a = r / (2 - r); rate 1/(n+1) from w makes the mean of w and the samples."""
    assert schedules.noisy(decayed=False) == pytest.approx(0.5 / 1.5)
    assert schedules.noisy(decayed=True) == pytest.approx(1 / 401)


def descended(curvature: float, steps: int, **settings) -> list[float]:
    w = torch.tensor([1.0], dtype=torch.float64, requires_grad=True)
    optimiser, found = torch.optim.SGD([w], **settings), [1.0]
    for _ in range(steps):
        optimiser.zero_grad()
        (curvature * w * w / 2).sum().backward()
        optimiser.step()
        found.append(w.item())
    return found


def test_momentum_by_pytorch() -> None:
    v = values("momentum")
    plain, heavy = descended(0.1, 40, lr=0.1), descended(0.1, 40, lr=0.1, momentum=0.8)
    for step, without, with_ in v["rows"]:
        assert (float(without), float(with_)) == pytest.approx((plain[step], heavy[step]), abs=5e-5)
    assert float(v["steep_left"]) == pytest.approx(abs(descended(10, 10, lr=0.1, momentum=0.8)[10]), abs=5e-5)
    assert v["wild_left"] == pytest.approx(abs(descended(10, 10, lr=0.5)[10]))


@pytest.mark.parametrize("slope", optimisers.SLOPES)
def test_first_steps_by_pytorch(slope: float) -> None:
    kinds = (torch.optim.SGD, torch.optim.Adagrad, lambda p, lr: torch.optim.RMSprop(p, lr, alpha=0.9), torch.optim.Adam)
    for make, ours in zip(kinds, optimisers.first_steps(slope), strict=True):
        w = torch.tensor([5.0], dtype=torch.float64, requires_grad=True)
        optimiser = make([w], lr=0.01)
        (slope * w).sum().backward()
        optimiser.step()
        assert ours == pytest.approx(5 - w.item(), rel=1e-5)


def test_signs_alone_follow_the_many() -> None:
    assert optimisers.rprop() == pytest.approx(-0.01 * 8)
    assert optimisers.rmsprop() == pytest.approx(0, abs=1e-12)


def decayed(make, **settings) -> float:
    w = torch.tensor([2.0], dtype=torch.float64, requires_grad=True)
    optimiser = make([w], lr=0.1, weight_decay=0.1, **settings)
    w.sum().backward()
    optimiser.step()
    return w.item()


def test_weight_decay_by_pytorch() -> None:
    v = values("weight-decay")
    assert float(v["sgd_penalty"]) == float(v["sgd_decay"]) == pytest.approx(decayed(torch.optim.SGD))
    assert float(v["adam_penalty"]) == pytest.approx(decayed(torch.optim.Adam))
    assert float(v["adam_decay"]) == pytest.approx(decayed(torch.optim.AdamW))
    assert float(v["left"]) == pytest.approx(2 * 0.99**50, abs=5e-5)


def test_dropout_in_closed_form() -> None:
    """The variance of a sum of kept values over 1 - p is the sum of v * v * p / (1 - p)."""
    v = values("dropout")
    assert (v["masks"], v["mean"], v["most"], v["least"]) == (2**4, 12, 24, 0)
    assert v["variance"] == 1 + 4 + 16 + 25


def test_batch_norm_by_pytorch() -> None:
    v = values("batch-norm")
    for key, result in (("batch", "made"), ("shifted", "same")):
        x = torch.tensor([[float(n)] for n in v[key]])
        y = F.batch_norm(x, None, None, torch.tensor([2.0]), torch.tensor([3.0]), training=True, eps=1e-12)
        assert list(map(float, v[result])) == pytest.approx(y.flatten().tolist())
    with pytest.raises(ValueError, match="more than 1 value"):
        F.batch_norm(torch.ones(1, 1), None, None, training=True)
    assert v["alone"] == v["other_alone"] == 3
    assert (v["params"], v["count"]) == (128, 32 * 28 * 28)


@pytest.mark.parametrize("crop", [30, 28, 24, 20])
def test_crops_by_looking_at_each(crop: int) -> None:
    picture = np.zeros((32, 32), int)
    picture[4:20, 4:20] = 1
    starts = list(itertools.product(range(33 - crop), repeat=2))
    whole = sum(picture[a : a + crop, b : b + crop].sum() == 256 for a, b in starts)
    assert augmentation.kept(crop) == Fraction(whole, len(starts))


def test_views_and_figures() -> None:
    assert values("augmentation")["views"] == len({(a, b, f) for a in range(9) for b in range(9) for f in (0, 1)})
    six = np.array([list(r) for r in augmentation.SIX])
    assert (np.rot90(six, 2) == np.array([list(r) for r in augmentation.NINE])).all()
    assert values("augmentation")["after"] == 9


def test_the_line_and_the_curve_by_numpy() -> None:
    x, y = (np.array([float(p[i]) for p in generalisation.SEEN]) for i in (0, 1))
    for degree, model in ((1, generalisation.line), (7, generalisation.curve)):
        fitted = np.polynomial.Polynomial.fit(x, y, degree)
        for at, _ in (*generalisation.SEEN, *generalisation.UNSEEN):
            assert float(model(at)) == pytest.approx(float(fitted(float(at))), abs=1e-6)
    v = values("generalisation")
    assert v["curve_seen"] == 0
    assert v["curve_unseen"] > 100 * v["line_unseen"]
    assert v["split"] == (700, 100, 200)


def test_text_by_pytorch() -> None:
    v = values("text-convolution")
    assert v["table"] == torch.nn.Embedding(10_000, 128, device="meta").weight.numel()
    for sentence, single, pair in ((v["first"], "single_first", "pair_first"), (v["second"], "single_second", "pair_second")):
        codes = row(*({"dog": 1.0, "bites": 2.0, "man": 4.0}[word] for word in sentence.split()))
        assert v[single] == codes.max().item()
        assert v[pair] == max(slid(codes, (1, -1)))
    assert v["single_first"] == v["single_second"]
    assert v["pair_first"] != v["pair_second"]


def test_sound_by_hand() -> None:
    v = values("speech-convolution")
    assert (v["milliseconds"], v["period"], v["steps"]) == (10, 80, (8000 - 80) // 4 + 1)
    assert 1 + 2 * v["layers"] >= 80 > 1 + 2 * (v["layers"] - 1)
    assert v["small_time"] == Fraction(3, 8)


@pytest.mark.parametrize(("kernel", "lower"), [(2, False), (2, True), (3, False), (4, False), (5, False)])
def test_the_drawn_row_is_the_one_that_pytorch_computes(kernel: int, lower: bool) -> None:
    """Where the strip is highest the real row is brightest, where it has a dot the row is dark, and the start is in brackets."""
    from convlens.explanations.topics import why_odd

    row = torch.zeros(1, 1, why_odd.SIZE, dtype=torch.float64)
    row[..., why_odd.SIZE // 2] = 1
    total = kernel - 1
    pads = (total - total // 2, total // 2) if lower else (total // 2, total - total // 2)
    for _ in range(why_odd.LAYERS):
        weight = torch.full((1, 1, kernel), 1 / kernel, dtype=torch.float64)
        row = torch.nn.functional.conv1d(torch.nn.functional.pad(row, pads), weight)
    drawn = why_odd.strip(kernel, lower=lower)
    assert (drawn[why_odd.SHOWN], drawn[why_odd.SHOWN + 2]) == ("[", "]")
    cells = drawn.replace("[", "").replace("]", "")
    seen = row[0, 0, why_odd.SIZE // 2 - why_odd.SHOWN :][: len(cells)]
    heights = [why_odd.LEVELS.index(cell) for cell in cells]
    assert [h == len(why_odd.LEVELS) - 1 for h in heights] == (seen >= seen.max() * (1 - 1e-12)).tolist()
    assert all(h == int(8 * v / seen.max() + 1e-9) for h, v in zip(heights, seen.tolist(), strict=True))
