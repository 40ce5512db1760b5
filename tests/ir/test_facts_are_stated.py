"""An operator that leaves a fact unstated does not import, and an unknown name is told the nearest one."""

import pytest

from convlens.ir.errors import SettingError, UsageError
from convlens.ir.op import FACTS, Op, every, find, lookup, names
from convlens.ops.relu import Relu


def complete() -> dict[str, object]:
    """The body of an operator that states everything."""
    facts = {fact: next(base.__dict__[fact] for base in Relu.__mro__ if fact in base.__dict__) for fact in FACTS}
    return {"__doc__": "Made by a test.", **facts}


def define(body: dict[str, object]) -> type[Op]:
    return type("Made", (Op,), body, name="made")


def test_a_complete_operator_imports() -> None:
    assert define(complete()).name == "made"


@pytest.mark.parametrize("fact", FACTS)
def test_each_fact_must_be_stated(fact: str) -> None:
    body = complete()
    del body[fact]
    with pytest.raises(TypeError, match=f"^operator 'made' does not state: {fact}$"):
        define(body)


def test_all_missing_facts_are_told_at_once() -> None:
    with pytest.raises(TypeError, match=f"^operator 'made' does not state: {', '.join(FACTS)}$"):
        define({"__doc__": "Nothing."})


def test_an_operator_needs_its_docstring() -> None:
    body = complete()
    del body["__doc__"]
    with pytest.raises(TypeError, match="^operator 'made' has no docstring$"):
        define(body)


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("conf", "unknown operator 'conf' (did you mean 'conv'?)"),
        ("max_pol", "unknown operator 'max_pol' (did you mean 'max_pool'?)"),
        ("Conv2d", "unknown operator 'Conv2d' (did you mean 'conv'?)"),
        ("zzzzzz", "unknown operator 'zzzzzz'"),
        ("_source", "unknown operator '_source'"),
        ("os.path", "unknown operator 'os.path'"),
        ("", "unknown operator ''"),
    ],
)
def test_an_unknown_operator(typed: str, message: str) -> None:
    assert find(typed) is None
    with pytest.raises(UsageError) as caught:
        lookup(typed)
    assert str(caught.value) == message


def test_the_folder_is_the_table() -> None:
    assert [op.name for op in every()] == names()
    assert all(op.__module__ == f"convlens.ops.{op.name}" for op in every())


def test_an_operator_is_immutable_and_compared_by_value() -> None:
    conv = lookup("conv")
    first, second = conv(out=4, kernel=(3, 3), stride=2), conv(out=4, kernel=[3, 3], stride=(2, 2))
    assert first == second
    assert hash(first) == hash(second)
    assert first != conv(out=4, kernel=(3, 3))
    with pytest.raises(AttributeError, match="^conv is immutable; make a new one$"):
        first.out = 5


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"kernel": (3,)}, "conv needs out"),
        ({"out": True, "kernel": (3,)}, "conv: out is True; it must be a whole number"),
        ({"out": 4, "kernel": ()}, "conv: kernel is empty; it must have an entry for each axis"),
        ({"out": 4, "kernel": (3,), "grups": 2}, "conv has no setting 'grups' (did you mean 'groups'?); it has: "
         "out, kernel, stride, padding, dilation, groups, bias, padding_mode"),
    ],
)  # fmt: skip
def test_settings(settings: dict, message: str) -> None:
    with pytest.raises(SettingError) as caught:
        lookup("conv")(**settings)
    assert str(caught.value) == message
