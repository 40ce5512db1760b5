"""Calls that are really run: what runs is the call, and what cannot be run says so."""

import json

import pytest

import convlens
from convlens.ir.errors import UsageError

torch = pytest.importorskip("torch")

QUICK = {"time": True, "budget": 60}


@pytest.fixture(autouse=True)
def _few_turns(monkeypatch):
    """A busy machine may take its time: the budget never ends these, three turns do."""
    monkeypatch.setattr("convlens.sweeps.timing.TURNS", 3)


def test_times_of_forward_and_backward():
    found = convlens.sweep("Conv2d(4, 4, 3)", (1, 4, 8, 8), {"groups": [1, 3, 4]}, backward=True, threads=1, **QUICK)
    legal = [point for point in found.series[0].points if point.figures]
    assert len(legal) == 2
    for point in legal:
        for kind in ("forward", "backward"):
            time = point.time(kind)
            assert 0 < time.low <= time.median <= time.high
            assert time.samples >= 3
    assert found.machine.threads == 1
    assert found.machine.torch == torch.__version__
    assert json.loads(found.to_json())["series"][0]["points"][1]["seconds"] == {}


def test_the_number_of_threads_is_put_back():
    before = torch.get_num_threads()
    convlens.sweep("ReLU()", (1, 4), {"batch": [1]}, threads=1, **QUICK)
    assert torch.get_num_threads() == before


@pytest.mark.parametrize(
    ("call", "shape"),
    [
        ("Conv2d(6, 4, 3, stride=2, groups=2)", (2, 6, 9, 9)),
        ("Conv2D(4, (3, 2), padding='same', strides=2)", (2, 9, 8, 3)),
        ("SeparableConv2D(4, 3)", (2, 9, 8, 3)),
        ("tf.nn.depthwise_conv2d(x, [2,2,3,2], [1,1,1,1], 'SAME')", (2, 9, 8, 3)),
        ("MaxPool2d(2)", (2, 3, 9, 9)),
        ("F.conv2d(x, [4,3,3,3])", (2, 3, 9, 9)),
        ("Linear(5, 3)", (2, 5)),
    ],
)
def test_what_is_run_is_the_call(call, shape):
    """The tensor that comes out has the shape that was foretold, and there is a gradient for the input and every weight."""
    from convlens.sweeps import running

    report = convlens.layer(call, shape)
    made = running.forward(report.graph)()
    assert [tuple(y.shape) for y in made.values()] == [known.outputs[0].dims for _, known in report.nodes[-1:]]
    assert not any(y.requires_grad for y in made.values())
    gradients = running.backward(report.graph)()
    weights = sum(len(known.param_shapes) for _, known in report.nodes)
    assert len(gradients) == weights + 1
    assert all(gradient is not None for gradient in gradients)


def test_backward_can_run_again_and_again():
    from convlens.sweeps import running

    run = running.backward(convlens.layer("Conv2d(3, 4, 3)", (1, 3, 8, 8)).graph)
    for one, two in zip(run(), run(), strict=True):
        assert torch.equal(one, two)


def test_what_would_take_too_much_memory_is_not_run():
    shape = (1, 4, 8, 8)
    found = convlens.sweep("Conv2d(4, 4, 3)", shape, {"size": [8, 1000]}, max_bytes=10**6, **QUICK)
    small, large = found.series[0].points
    assert small.time() is not None
    assert large.time() is None
    needed = 4 * (4 * 1000 * 1000 + 4 * 998 * 998 + 4 * 4 * 9 + 4)
    assert large.figures.needed_bytes == needed
    assert dict(large.untimed)["forward"] == "it takes 30.5 MiB, more than the 977 KiB that a run may take"
    with pytest.raises(UsageError, match=r"nothing could be measured: it takes 30\.5 MiB, more than the 977 KiB"):
        convlens.sweep("Conv2d(4, 4, 3)", shape, {"size": [1000]}, max_bytes=10**6, **QUICK)


def test_more_than_fits_together_is_made_for_each_turn():
    found = convlens.sweep("Conv2d(4, 4, 3)", (1, 4, 8, 8), {"size": [40, 41, 42]}, max_bytes=60_000, **QUICK)
    assert all(point.time() is not None for point in found.series[0].points)


def test_what_pytorch_cannot_run_says_so():
    found = convlens.sweep("ReLU()", "2x3:int64", {"batch": [1]}, backward=True, **QUICK)
    assert dict(found.series[0].points[0].untimed)["backward"] == "it has no gradient"


def test_the_dtype_of_the_input_is_that_of_the_run():
    from convlens.sweeps import running

    report = convlens.layer("Conv2d(4, 4, 3)", "1x4x8x8:float64")
    (made,) = running.forward(report.graph)().values()
    assert made.dtype == torch.float64


def test_without_pytorch_it_is_said(monkeypatch):
    import convlens.sweeps.sweep as verb

    monkeypatch.setattr(verb, "has_torch", lambda: False)
    found = convlens.sweep("ReLU()", (1, 4), {"batch": [1]})
    assert found.machine is None
    assert "Time was not measured: PyTorch is not installed: pip install" in str(found)
    for more in ({"time": True}, {"backward": True}):
        with pytest.raises(UsageError, match="time is measured with PyTorch"):
            convlens.sweep("ReLU()", (1, 4), {"batch": [1]}, **more)


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"budget": 0}, "a budget of 0 seconds"),
        ({"budget": float("nan")}, "a budget of nan seconds"),
        ({"threads": 0}, "0 threads; at least 1"),
        ({"backward": True, "time": False}, "backward is measured, so it needs time"),
    ],
)
def test_wrong_wishes(more, message):
    with pytest.raises(UsageError, match=message):
        convlens.sweep("ReLU()", (1, 4), {"batch": [1]}, **more)


def test_the_processor_has_a_name(tmp_path):
    from convlens.sweeps.machine import processor

    cpuinfo = tmp_path / "cpuinfo"
    cpuinfo.write_text("processor\t: 0\nmodel name\t: Some CPU @ 2 GHz\n")
    assert processor(cpuinfo) == "Some CPU @ 2 GHz"
    assert processor(tmp_path / "none")
