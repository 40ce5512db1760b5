"""What reading a text, and checking the graph that it makes, says about each fault, word for word."""

import ast
import inspect

import pytest

from convlens.ir import setting, text, verify
from convlens.ir.errors import ConvlensError, GraphError
from convlens.ir.graph import Graph
from convlens.passes.facts import facts

MESSAGES = r"""
nonsense
=> TextError: text, line 1: expected '=', found 'the end of the line'
     nonsense

x = conv(
=> TextError: text, line 1: expected a name, found 'the end of the line'
     x = conv(

input x: 1x3x8x8
c = conf(x, out=4, kernel=3x3)
output c
=> TextError: text, line 2: unknown operator 'conf' (did you mean 'conv'?)
     c = conf(x, out=4, kernel=3x3)

input x: 1x0x8
=> TextError: text, line 1: size 0 at axis 1 of '1x0x8': every size must be at least 1
     input x: 1x0x8

input x: 1x3x8x8: float33
=> TextError: text, line 1: unknown dtype 'float33'; it is one of float64, float32, float16, bfloat16, float8_e4m3fn, float8_e5m2, complex32, complex64, complex128, float8_e4m3fnuz, float8_e5m2fnuz, float8_e8m0fnu, qint8, quint8, qint32, int64, int32, int16, int8, uint64, uint32, uint16, uint8, bool
     input x: 1x3x8x8: float33

input x: abc
=> TextError: text, line 1: expected a shape such as 1x3x224x224, found 'abc'
     input x: abc

input x: 1x3x8x8
c = conv(x, out=4, kernel=3x3, strid=2)
output c
=> TextError: text, line 2: conv has no setting 'strid' (did you mean 'stride'?); it has: out, kernel, stride, padding, dilation, groups, bias, padding_mode
     c = conv(x, out=4, kernel=3x3, strid=2)

input x: 1x3x8x8
c = conv(x, kernel=3x3)
output c
=> TextError: text, line 2: conv needs out
     c = conv(x, kernel=3x3)

input x: 1x3x8x8
c = conv(x, out=4, out=5, kernel=3x3)
output c
=> TextError: text, line 2: conv: out is given twice
     c = conv(x, out=4, out=5, kernel=3x3)

input x: 1x3x8x8
c = conv(out=4, x)
output c
=> TextError: text, line 2: inputs come before settings
     c = conv(out=4, x)

input x: 1x3x8x8
c = conv(x, out=0, kernel=3x3)
output c
=> TextError: text, line 2: conv: out is 0; it must be at least 1
     c = conv(x, out=0, kernel=3x3)

input x: 1x3x8x8
c = conv(x, out=2.5, kernel=3x3)
output c
=> TextError: text, line 2: conv: out is 2.5; it must be a whole number
     c = conv(x, out=2.5, kernel=3x3)

input x: 1x3x8x8
c = conv(x, out=2, kernel=3x3, stride=1x2x3)
output c
=> TextError: text, line 2: conv: stride has 3 entries; it must have 1 or 2, one for each axis
     c = conv(x, out=2, kernel=3x3, stride=1x2x3)

input x: 1x3x8x8
c = conv(x, out=2, kernel=3x3, padding=bogus)
output c
=> TextError: text, line 2: conv: padding is 'bogus'; it must be 'same' or 'same_lower' or 'valid' or a number of pixels
     c = conv(x, out=2, kernel=3x3, padding=bogus)

input x: 1x3x8x8
c = conv(x, out=2, kernel=3x3, bias=maybe)
output c
=> TextError: text, line 2: conv: bias is 'maybe'; it must be true or false
     c = conv(x, out=2, kernel=3x3, bias=maybe)

input x: 1x3x8x8
c = conv(x, out=2, kernel=3x3, padding_mode=odd)
output c
=> TextError: text, line 2: conv: padding_mode is 'odd'; it must be 'zeros' or 'reflect' or 'replicate' or 'circular'
     c = conv(x, out=2, kernel=3x3, padding_mode=odd)

input x: 1x3x8x8
c = dropout(x, p=high)
output c
=> TextError: text, line 2: dropout: p is 'high'; it must be a number
     c = dropout(x, p=high)

input x: 1x3x8x8
c = dropout(x, p=2)
output c
=> TextError: text, line 2: dropout: p is 2.0; it must be between 0 and 1
     c = dropout(x, p=2)

input x: 1x3x8x8
c = relu(y)
output c
=> GraphError: network 'network' is not legal:
     relu 'c' reads 'y', which does not exist (text, line 2)

input x: 1x3x8x8
c = relu(c)
output c
=> GraphError: network 'network' is not legal:
     relu 'c' reads 'c', which comes later: a cycle, or nodes out of order (text, line 2)

input x: 1x3x8x8
x = relu(x)
output x
=> GraphError: network 'network' is not legal:
     the name 'x' is used twice (text, line 2)

input x: 1x3x8x8
c = relu(x)
=> GraphError: network 'network' is not legal:
     the network has no output

input x: 1x3x8x8
c = relu(x)
output d
=> GraphError: network 'network' is not legal:
     the output 'd' does not exist

input x: 1x3x8x8
c = conv(x, out=2, kernel=3x3) shares weight of d
output c
=> GraphError: network 'network' is not legal:
     conv 'c' shares 'weight' with 'd', which is not an earlier node

input x: 1x3x8x8
c = relu(x[a])
output c
=> TextError: text, line 2: x[a]: the output of a node is a whole number, as in x[1]
     c = relu(x[a])

input x: 1x3x8x8
c = relu(x) extra
output c
=> TextError: text, line 2: unexpected 'extra' at the end
     c = relu(x) extra

layout sideways
=> TextError: text, line 1: the layout is channels_first or channels_last
     layout sideways

unused thing a: 3
=> TextError: text, line 1: unused 'thing': it must be 'param' or 'buffer'
     unused thing a: 3

input x: 1x3x8x8
c = relu(x) $
output c
=> TextError: text, line 2: cannot read '$'
     c = relu(x) $

input x: 1x3x8x8
c = softmax(x, axis=999999999999999999999999999999999999999999999999)
output c
=> TextError: text, line 2: the number 99999999999999999999... has 48 digits
     c = softmax(x, axis=999999999999999999999999999999999999999999999999)

input x: 1x3x8x8
"\q" = relu(x)
output c
=> TextError: text, line 2: "\q" is not a quoted name
     "\q" = relu(x)

input x: 1x3x8x8
c = reshape(x, shape=[[[[1]]]])
output c
=> TextError: text, line 2: reshape: shape is (((1,),),); it must be a whole number
     c = reshape(x, shape=[[[[1]]]])

input x: 1x3x8x8
c = reshape(x, shape=[1,,2])
output c
=> TextError: text, line 2: expected a value, found ','
     c = reshape(x, shape=[1,,2])

input x: 1x3x8x8
c = relu(x[1])
output c
=> ShapeError: relu 'c': 'x[1]' is output 1 of 'x', which has 1, counted from 0
     written at: text, line 2
     fix: 'x' alone

input x: 1x3x8x8
c = relu(x)
output c[5]
=> ShapeError: output 'c[5]': 'c[5]' is output 5 of 'c', which has 1, counted from 0
     fix: 'c' alone

input x: 1x3x8x8
c = add(x, x, x)
output c
=> ShapeError: add 'c': takes 1 to 2 inputs, but was given 3
     input: 1x3x8x8 from 'x'
     input: 1x3x8x8 from 'x'
     input: 1x3x8x8 from 'x'
     written at: text, line 2

input x: 1x3x8x8
c = relu()
output c
=> ShapeError: relu 'c': takes 1 input, but was given 0
     written at: text, line 2

input x: 1x3x8x8
c = opaque(x, call=f, results=[hello])
output c
=> TextError: text, line 2: opaque: 'hello' is not a shape and a dtype, as in 1x64x7x7:float32
     c = opaque(x, call=f, results=[hello])

input x: 1x3x8x8
c = opaque(x, call=f, results=["1xz:float32"])
output c
=> TextError: text, line 2: opaque: '1xz' is not a shape
     c = opaque(x, call=f, results=["1xz:float32"])

input x: 1x3x8x8
c = conv(x, out=2, kernel=3x3, padding=[[1,2,3],[1,2]])
output c
=> TextError: text, line 2: conv: padding has 3 entries for one axis; it must be (left, right)
     c = conv(x, out=2, kernel=3x3, padding=[[1,2,3],[1,2]])

input x: 1x3x8x8
c = conv(x, out=2, kernel=[])
output c
=> TextError: text, line 2: conv: kernel is empty; it must have an entry for each axis
     c = conv(x, out=2, kernel=[])

input x: 1x3x8x8
c = opaque(x, call=f, results=["0x3:float32"], weights=["w:axb"])
output c
=> TextError: text, line 2: opaque: 'axb' is not a shape
     c = opaque(x, call=f, results=["0x3:float32"], weights=["w:axb"])

input x: 1x3x8x8
c = linear(x, out=3) shares bogus of c
output c
=> GraphError: network 'network' is not legal:
     linear 'c' shares 'bogus' with 'c', which is not an earlier node

input x: 1x3x8x8
c = relu(x) frozen
output c
=> TextError: text, line 2: expected a name, found 'the end of the line'
     c = relu(x) frozen

input x 3
=> TextError: text, line 1: expected ':', found '3'
     input x 3

unused param a: 3 4
=> TextError: text, line 1: unexpected '4' at the end
     unused param a: 3 4

"\ud8" = relu(x)
=> TextError: text, line 1: "\ud8" is not a quoted name
     "\ud8" = relu(x)

c = conv(x out=4)
=> TextError: text, line 1: expected ')', found 'out'
     c = conv(x out=4)

c = conv(x, out=)
=> TextError: text, line 1: expected a value, found ')'
     c = conv(x, out=)

input x: 1x3x8x8
s = split(x, axis=1, sizes=[1, 2])
c = relu(s[2])
output c
=> ShapeError: relu 'c': 's[2]' is output 2 of 's', which has 2, counted from 0
     written at: text, line 3
     fix: an output from 0 to 1

a = relu(b)
b = relu(a)
a = relu(c)
output d, e
=> GraphError: network 'network' is not legal:
     the name 'a' is used twice (text, line 3)
     relu 'a' reads 'b', which comes later: a cycle, or nodes out of order (text, line 1)
     relu 'a' reads 'c', which does not exist (text, line 3)
     the output 'd' does not exist
     the output 'e' does not exist

c = concat(x, axis=none)
=> TextError: text, line 1: concat: axis is None; it must be a whole number
     c = concat(x, axis=none)

c = split(x, axis=1, sizes=[-1])
=> TextError: text, line 1: split: sizes is -1; it must be at least 0
     c = split(x, axis=1, sizes=[-1])

c = opaque(x, call=3, results=[])
=> TextError: text, line 1: opaque: call is 3; it must be a word
     c = opaque(x, call=3, results=[])
""".strip().split("\n\n")


def message(source: str) -> str:
    try:
        error = facts(text.parse(source)).error
    except ConvlensError as raised:
        error = raised
    return f"{type(error).__name__}: {error}".replace("\n", "\n   ")


@pytest.mark.parametrize("snapshot", MESSAGES, ids=lambda text: text.partition("\n=> ")[2].splitlines()[0][:70])
def test_message(snapshot: str) -> None:
    source, _, expected = snapshot.partition("\n=> ")
    assert message(source) == expected


def test_many_faults_are_cut_short() -> None:
    lines = [f"n{i} = relu(gone{i})" for i in range(10)]
    with pytest.raises(GraphError) as caught:
        text.parse("\n".join([*lines, "output n0"]))
    assert str(caught.value).splitlines()[-2:] == [
        "  relu 'n7' reads 'gone7', which does not exist (text, line 8)",
        "  and 2 more",
    ]


@pytest.mark.parametrize("condition", verify.CONDITIONS, ids=lambda c: c.__name__)
def test_each_condition_of_a_legal_graph_is_broken_by_some_snapshot(condition: verify.Condition) -> None:
    texts = [snapshot.partition("\n=> ")[0] for snapshot in MESSAGES if "GraphError" in snapshot]
    assert any(list(condition(unverified(source))) for source in texts)


def unverified(source: str) -> Graph:
    reader = text._Reader("text")
    for number, line in enumerate(source.splitlines(), 1):
        reader.line(number, line)
    return reader.graph()


def literal_parts(module: object) -> list[str]:
    """For each message that the module raises: its longest piece without a number or a name."""
    found = []
    for node in ast.walk(ast.parse(inspect.getsource(module))):
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and node.exc.args:
            strings = [n.value for n in ast.walk(node.exc.args[0]) if isinstance(n, ast.Constant) and isinstance(n.value, str)]
            found.append(max(strings, key=len, default=""))
    return found


ELSEWHERE = {
    "lists are nested deeper than ", " characters; the text form is read up to ", " lines; the text form is read up to ",
    " characters; a line is read up to ", " is empty; a network looks like this:\n", "has more than ",
    ", line ", "network ", "\n",
}  # fmt: skip
"""Those that ``test_text_round_trip``, ``test_hostile_text`` and ``test_setting`` read, and those that only wrap another."""


@pytest.mark.parametrize("part", sorted({*literal_parts(text), *literal_parts(setting)} - ELSEWHERE))
def test_every_message_has_a_snapshot(part: str) -> None:
    assert any(part in snapshot for snapshot in MESSAGES)
