"""S04, proved by running: PyTorch's own losses cannot fall below the floors, or refuse, or are no losses."""

import pytest
import torch
import torch.nn.functional as F

from tests.linting.ask import data, findings, graph_of, mended, module, said

BODY = "input x: 64x6; l = linear(x, out={classes})"


def _head(activation: str, classes: int = 10) -> list[str]:
    return [BODY.format(classes=classes), f"s = {activation}"] if activation else [BODY.format(classes=classes)]


@pytest.mark.parametrize("classes", [2, 10, 1000])
@pytest.mark.parametrize("name", ["sigmoid", "softmax", "tanh", "hardsigmoid"])
def test_the_floor_of_cross_entropy_is_reached_and_never_passed(name: str, classes: int) -> None:
    activation = {"softmax": "softmax(l, axis=1)"}.get(name, f"{name}(l)")
    (finding,) = findings("S04", graph_of(*_head(activation, classes)), loss="cross_entropy")
    assert (finding.severity, finding.nodes) == ("error", ("s",))
    squash = {"softmax": lambda x: F.softmax(x, 1), "hardsigmoid": F.hardsigmoid}.get(name) or getattr(torch, name)
    sure = torch.full((1, classes), -100.0, dtype=torch.float64)
    sure[0, 1] = 100.0
    target = torch.tensor([1])
    floor = float(F.cross_entropy(squash(sure), target))
    assert floor == pytest.approx(finding.evidence["floor"], abs=1e-6)
    assert float(F.cross_entropy(sure, target)) < 1e-12  # the partner: raw scores reach 0
    for seed in range(20):
        scores = data(1, classes, seed=seed) * 10**seed
        assert float(F.cross_entropy(squash(scores), target)) >= floor - 1e-9


@pytest.mark.parametrize("activation", ["sigmoid(l)", "softmax(l, axis=1)", "tanh(l)", "relu(l)", "log_softmax(l, axis=1)"])
def test_the_floors_of_bce_with_logits(activation: str) -> None:
    graph = graph_of(*_head(activation))
    (finding,) = findings("S04", graph, loss="bce_with_logits")
    net = module(graph)
    with torch.no_grad():
        scores = torch.cat([net(data(64, 6, seed=seed) * 10.0**seed) for seed in range(8)])
    for answer, floor in ((0.0, finding.evidence["floor_no"]), (1.0, finding.evidence["floor_yes"])):
        losses = F.binary_cross_entropy_with_logits(scores, torch.full_like(scores, answer), reduction="none")
        assert float(losses.min()) == pytest.approx(floor, abs=1e-4)
        assert float(losses.min()) >= floor - 1e-6


def test_nll_loss_of_probabilities_has_no_zero() -> None:
    assert said("S04", graph_of(*_head("softmax(l, axis=1)")), loss="nll_loss") == [("error", ("s",))]
    assert said("S04", graph_of(*_head("")), loss="nll_loss") == [("error", ("l",))]
    assert said("S04", graph_of(*_head("log_softmax(l, axis=1)")), loss="nll_loss") == []
    logs = ["p = softmax(l, axis=1); s = elementwise(p, function=log)"]
    assert said("S04", graph_of(BODY.format(classes=10), *logs), loss="nll_loss") == []
    sure = torch.tensor([[0.0, 1.0]])
    assert float(F.nll_loss(sure, torch.tensor([1]))) == -1  # of a perfect answer, and raw scores have no floor at all
    assert float(F.nll_loss(sure * 1e6, torch.tensor([1]))) == -1e6


def test_bce_refuses_what_is_no_probability() -> None:
    assert said("S04", graph_of(*_head("")), loss="bce") == [("error", ("l",))]
    assert said("S04", graph_of(*_head("tanh(l)")), loss="bce") == [("error", ("s",))]
    assert said("S04", graph_of(*_head("sigmoid(l)")), loss="bce") == []
    with pytest.raises(RuntimeError, match="between 0 and 1"):
        F.binary_cross_entropy(torch.tensor([1.5]), torch.tensor([1.0]))


def test_a_softmax_lets_only_one_of_several_labels_be_true() -> None:
    graph = graph_of(*_head("softmax(l, axis=1)"))
    assert said("S04", graph, loss="bce") == [("warn", ("s",))]
    shares = F.softmax(data(1000, 10) * 100, 1)
    best = F.binary_cross_entropy(shares.clamp(0, 1), torch.ones_like(shares), reduction="none").mean(1).min()
    assert float(best) > 0.5  # all ten true: the best is ln 10


def test_a_log_softmax_before_cross_entropy_changes_no_value() -> None:
    graph = graph_of(*_head("log_softmax(l, axis=1)"))
    assert said("S04", graph, loss="cross_entropy") == [("warn", ("s",))]
    scores, target = data(64, 10) * 9, torch.arange(64) % 10
    assert torch.allclose(F.cross_entropy(F.log_softmax(scores, 1), target), F.cross_entropy(scores, target))


@pytest.mark.parametrize("name", ["softmax", "softmin", "log_softmax"])
def test_a_softmax_over_one_value_trains_nothing(name: str) -> None:
    graph = graph_of(f"input x: 4x6; l = linear(x, out=1); s = {name}(l, axis=1)")
    (finding,) = findings("S04", graph)
    assert (finding.severity, finding.nodes) == ("error", ("s",))
    net = module(graph)
    y = net(data(4, 6))
    assert set(y.flatten().tolist()) == {finding.evidence["value"]}
    y.sum().backward()
    assert all(not p.grad.any() for p in net.parameters())
    other = module(mended("S04", graph).graph)
    other(data(4, 6)).sum().backward()
    assert all(p.grad.any() for p in other.parameters())


def test_one_value_where_the_size_of_the_input_makes_it() -> None:
    """An attention over a sequence of one word is right; only what a layer was told to make is judged."""
    assert said("S04", graph_of("input x: 1x1x8; q = linear(x, out=8); s = softmax(q, axis=1)")) == []
    assert said("S04", graph_of("input x: 1x1x8; p = permute(x, order=[0, 2, 1]); s = softmax(p)")) == []


def test_cross_entropy_over_one_class() -> None:
    assert said("S04", graph_of("input x: 4x6; l = linear(x, out=1)"), loss="cross_entropy") == [("error", ("l",))]
    assert float(F.cross_entropy(data(4, 1), torch.zeros(4, dtype=torch.long))) == 0
    (finding,) = findings("S04", graph_of("input x: 4x6; l = linear(x, out=1); s = softmax(l, axis=1)"), loss="cross_entropy")
    assert "one class" in finding.message.text()


@pytest.mark.parametrize(
    ("lines", "loss", "left"),
    [
        ("s = softmax(l, axis=1)", "cross_entropy", ["l"]),
        ("s = sigmoid(l); f = flatten(s)", "bce_with_logits", ["l", "f"]),
        ("s = softmax(l, axis=1)", "nll_loss", ["l", "s"]),
        ("", "nll_loss", ["l", "l.log_softmax"]),
        ("", "bce", ["l", "l.sigmoid"]),
        ("s = softmax(l, axis=1)", "bce", ["l", "s"]),
        ("s = tanh(l)", "bce", ["l", "s"]),
    ],
)
def test_the_fix_makes_the_loss_one_that_can_reach_zero(lines: str, loss: str, left: list[str]) -> None:
    done = mended("S04", graph_of(BODY.format(classes=10), *([lines] if lines else [])), loss=loss)
    assert [node.name for node in done.graph] == left
    assert done.after.findings == ()


def test_a_head_that_other_layers_read_is_left_to_the_person() -> None:
    lines = "l = linear(x, out=6); s = softmax(l, axis=1); m = mul(s, x); output s; output m"
    (finding,) = findings("S04", graph_of("input x: 4x6", lines), loss="cross_entropy")
    assert finding.nodes == ("s",)
    assert all(fix.apply is None for fix in finding.fixes)


def test_pixels_are_judged_as_well() -> None:
    lines = "c = conv(x, out=5, kernel=1x1); s = softmax(c, axis=1); u = interpolate(s, scale=[2, 2], mode=bilinear)"
    (finding,) = findings("S04", graph_of("input x: 1x8x4x4", lines), loss="cross_entropy")
    assert finding.nodes == ("s",)
    assert finding.evidence["classes"] == 5
    assert [node.name for node in mended("S04", graph_of("input x: 1x8x4x4", lines), loss="cross_entropy").graph] == ["c", "u"]


def test_without_a_loss_only_a_note_asks_for_it() -> None:
    assert said("S04", graph_of(*_head("softmax(l, axis=1)"))) == [("info", ("s",))]
    assert said("S04", graph_of(*_head("sigmoid(l)"))) == [("info", ("s",))]
    assert said("S04", graph_of(*_head(""))) == []
    assert said("S04", graph_of(*_head("")), loss="cross_entropy") == []
    assert said("S04", graph_of(*_head("")), loss="bce_with_logits") == []


@pytest.mark.parametrize(
    ("loss", "head"), [("cross_entropy", "log_softmax"), ("cross_entropy", "softmax"), ("nll_loss", "log_softmax")]
)
def test_a_softmax_over_another_axis_than_the_classes(loss: str, head: str) -> None:
    graph = graph_of("input x: 1x8x6x6", f"c = conv(x, out=5, kernel=1x1); s = {head}(c, axis=3)")
    (finding,) = findings("S04", graph, loss=loss)
    assert (finding.severity, finding.evidence) == ("error", {"axis": 3, "size": 6, "classes": 5})
    done = mended("S04", graph, loss=loss)
    assert done.after.findings == ()
    scores, target = data(1, 5, 6, 6) * 9, torch.arange(36).view(1, 6, 6) % 5
    wrong, right = (F.nll_loss(F.log_softmax(scores, axis), target) for axis in (3, 1))
    assert not torch.allclose(wrong, right)  # so it does change values


def test_bce_counts_the_axis_that_the_softmax_is_over() -> None:
    (finding,) = findings("S04", graph_of("input x: 2x8x6", "c = conv(x, out=5, kernel=1); s = softmax(c, axis=2)"), loss="bce")
    assert finding.evidence["classes"] == 6


@pytest.mark.parametrize("name", ["relu", "relu6"])
def test_a_relu_cuts_the_gradient_of_negative_scores(name: str) -> None:
    graph = graph_of(*_head(f"{name}(l)"))
    assert said("S04", graph, loss="cross_entropy") == [("warn", ("s",))]
    assert mended("S04", graph, loss="cross_entropy").after.findings == ()
    scores = torch.tensor([[-1.0, 2.0, -3.0]], requires_grad=True)
    F.cross_entropy(F.relu(scores), torch.tensor([0])).backward()
    assert scores.grad is not None
    assert scores.grad[0].ne(0).tolist() == [False, True, False]  # the right class gets none


CLASSIFIER = "input x: 4x3x8x8; c = conv(x, out=4, kernel=3x3); r = relu(c); f = flatten(r); l = linear(f, out=5)"


def test_dropout_on_the_scores() -> None:
    assert said("S04", graph_of(CLASSIFIER, "d = dropout(l, p=0.5)")) == [("warn", ("d",))]
    assert said("S04", graph_of(CLASSIFIER, "d = dropout(l, p=0.5); s = log_softmax(d, axis=1)"), loss="nll_loss") == [
        ("warn", ("d",))
    ]
    assert [n.name for n in mended("S04", graph_of(CLASSIFIER, "d = dropout(l, p=0.5)")).graph][-1] == "l"
    assert said("S04", graph_of(CLASSIFIER, "d = dropout(l, p=0)")) == []
    assert said("S04", graph_of("input x: 4x9; h = linear(x, out=9); d = dropout(h, p=0.1)")) == []  # a part of a network
    assert said("S04", graph_of("input x: 4x9; h = linear(x, out=9); r = relu(h); d = dropout(r, p=0.1); l = linear(d, out=5)"),
                loss="cross_entropy") == []  # fmt: skip
