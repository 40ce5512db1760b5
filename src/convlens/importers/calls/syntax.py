"""Parse a call with literal arguments. Nothing is evaluated: only numbers, words, lists and names are read."""

import ast
from functools import partial
from typing import Any, NamedTuple

from convlens.ir.errors import UsageError, cut, quoted
from convlens.ir.setting import MAX_DIGITS

MAX_CHARACTERS = 10_000


class Placeholder(NamedTuple):
    """A name among the arguments, such as ``x``: a tensor whose shape is given beside the call."""

    name: str


class Call(NamedTuple):
    """``tf.nn.conv2d(x, ...)``: its dotted name and its arguments.

    ``weights`` are the shapes of the arrays that stand for its weights, in the order of the call; None where there are none
    and the call itself says them. ``dtypes`` are those of the inputs; float32 where they are not said.
    """

    text: str
    name: str
    args: list[Any]
    kwargs: dict[str, Any]
    weights: tuple[tuple[int, ...], ...] | None = None
    dtypes: tuple[str, ...] = ()

    @property
    def last(self) -> str:
        """The last part of the name."""
        return self.name.rpartition(".")[2]

    @property
    def prefix(self) -> str:
        return self.name.rpartition(".")[0]


def parse(text: str) -> Call:
    """
    >>> parse("nn.Conv2d(3, 64, kernel_size=(7, 7))").kwargs
    {'kernel_size': (7, 7)}
    """
    if len(text) > MAX_CHARACTERS:
        raise UsageError(f"the call is {len(text)} characters long; at most {MAX_CHARACTERS} are read")
    try:
        return _call(text.strip())
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise UsageError(f"{text[:80]!r} is not a call: {_reason(error)}; write it as in Conv2d(3, 64, 7, stride=2)") from None


def _call(text: str) -> Call:
    tree = ast.parse(text, mode="eval").body
    if not isinstance(tree, ast.Call):
        raise UsageError(f"{text[:80]!r} is not a call; write it as in Conv2d(3, 64, 7, stride=2)")
    if any(isinstance(arg, ast.Starred) for arg in tree.args) or any(k.arg is None for k in tree.keywords):
        raise UsageError("arguments with * or ** cannot be read; write them out")
    named = [str(k.arg) for k in tree.keywords]
    twice = next((name for name in named if named.count(name) > 1), None)
    if twice:
        raise UsageError(f"{twice} is given twice")
    value = partial(_value, text)
    return Call(text, _dotted(text, tree.func), list(map(value, tree.args)), {str(k.arg): value(k.value) for k in tree.keywords})


def _dotted(text: str, node: ast.expr) -> str:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{_dotted(text, node.value)}.{node.attr}"
    raise UsageError(f"{_written(text, node)} is not the name of a layer")


def _written(text: str, node: ast.expr) -> str:
    """The part of the text that a node was read from; writing it anew from the tree may nest too deeply."""
    return quoted((ast.get_source_segment(text, node) or "")[:60])


def _value(text: str, node: ast.expr) -> Any:
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float | str | None):
        if isinstance(node.value, int) and node.value >= 10**MAX_DIGITS:
            raise UsageError(f"{cut(ast.get_source_segment(text, node) or '', 40)} has more than {MAX_DIGITS} digits")
        return node.value
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd):
        value = _value(text, node.operand)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return -value if isinstance(node.op, ast.USub) else value
    if isinstance(node, ast.Tuple | ast.List):
        items = [_value(text, item) for item in node.elts]
        return tuple(items) if isinstance(node, ast.Tuple) else items
    if isinstance(node, ast.Name | ast.Attribute):
        return Placeholder(_dotted(text, node))
    raise UsageError(f"{_written(text, node)} is not a number, a word, a list or a name; expressions are not evaluated")


def _reason(error: BaseException) -> str:
    return str(error.msg) if isinstance(error, SyntaxError) else "it is nested too deeply or malformed"
