"""The text form of a network: one line a node, exact in both directions (``parse(format(g)) == g``).

    network tiny
    input x: 1x3x32x32
    c = conv(x, out=16, kernel=3x3, padding=1)
    r = relu(c)
    output r

* a shape is written ``1x3x32x32``, with ``: int64`` behind it where the dtype is not float32;
* a setting is a number, a word, ``true``, ``false``, ``none``, sizes ``3x3``, a list ``[0, 2, 1]``, or one
  ``left:right`` pair an axis (``0:1x0:1``); a single value stands for all axes;
* ``name[1]`` is the second output of a node; a name with other characters than letters, digits and ``_ . / -`` stands
  in double quotes, as in JSON;
* behind a call, ``shares weight of c1, bias of c1`` says which parameters are those of an earlier node
  (``shares weight=table of emb`` where they have other names), ``frozen weight`` which are not trained, ``in_place`` that
  the output takes the memory of the first input, ``in block.0`` which module made the call;
* ``#`` starts a comment.
"""

import json
import re
from collections import deque
from collections.abc import Iterator
from typing import Any

from convlens.ir import op as operators
from convlens.ir.errors import ConvlensError, SettingError, UsageError, cut, quoted
from convlens.ir.graph import Extra, Graph, Input, Node, Ref, Tie
from convlens.ir.op import Op
from convlens.ir.setting import MAX_DIGITS, EachAxis, PaddingRule
from convlens.ir.spec import ITEM_BYTES, TensorSpec, parse_shape, show_shape
from convlens.ir.verify import verify

_PLAIN_NAME = re.compile(r"[A-Za-z_/][\w./-]*")
_TOKEN = re.compile(
    r"""\s*(?:(?P<string>"(?:[^"\\]|\\.)*")
      |(?P<pairs>-?\d+:-?\d+(?:x-?\d+:-?\d+)*)
      |(?P<sizes>\d+(?:x\d+)+)
      |(?P<number>-?(?:inf|nan)\b|[-+]?(?:\d+\.\d*|\.\d+|\d+)(?:[eE][-+]?\d+)?)
      |(?P<name>[A-Za-z_/][\w./-]*)
      |(?P<mark>[()\[\],=:])
      |(?P<comment>\#.*))""",
    re.VERBOSE,
)
_WORDS = {"true": True, "false": False, "none": None}
MAX_CHARACTERS = 10_000_000
MAX_LINES = 1_000_000
MAX_LINE = 1_000_000
"""Characters of one line."""
MAX_DEPTH = 32

_EXAMPLE = "  input x: 1x3x32x32\n  c = conv(x, out=16, kernel=3x3, padding=1)\n  output c"

Token = tuple[str, str]
_END: Token = ("end", "the end of the line")


class TextError(UsageError):
    """A line that cannot be read; the message has the line and its number."""


def parse(text: str, origin: str = "text") -> Graph:
    """Read the text form. Raises `TextError` with the line number, or `GraphError` where the network is not legal.

    >>> graph = parse("network n\\ninput x: 1x3x8x8\\nr = relu(x)\\noutput r")
    >>> graph.nodes[0].op, graph.outputs
    (Relu(), (Ref(node='r', port=0),))
    """
    if len(text) > MAX_CHARACTERS:
        raise UsageError(f"{origin}: {len(text)} characters; the text form is read up to {MAX_CHARACTERS}")
    lines = text.splitlines()
    if len(lines) > MAX_LINES:
        raise UsageError(f"{origin}: {len(lines)} lines; the text form is read up to {MAX_LINES}")
    reader = _Reader(origin)
    for number, line in enumerate(lines, 1):
        reader.line(number, line)
    if not (reader.inputs or reader.nodes or reader.outputs):
        raise UsageError(f"{origin} is empty; a network looks like this:\n{_EXAMPLE}")
    return verify(reader.graph())


def format(graph: Graph) -> str:
    """Write the text form.

    >>> print(format(parse("input x: 1x3x8x8\\nc = conv(x,out=4,kernel=3x3,padding=1x1)\\noutput c")), end="")
    network network
    input x: 1x3x8x8
    c = conv(x, out=4, kernel=3x3, padding=1)
    output c
    """
    return "\n".join(_lines(graph)) + "\n"


def _lines(graph: Graph) -> Iterator[str]:
    yield f"network {_quoted(graph.name)}"
    if graph.layout != "NC*":
        yield "layout channels_last"
    if graph.dialect != "torch.nn":
        yield f"dialect {_quoted(graph.dialect)}"
    for item in graph.inputs:
        dtype = "" if item.spec.dtype == "float32" else f": {item.spec.dtype}"
        yield f"input {_quoted(item.name)}: {show_shape(item.spec.dims)}{dtype}"
    for extra in graph.extras:
        frozen = " frozen" if extra.kind == "param" and not extra.trainable else ""
        yield f"unused {extra.kind} {_quoted(extra.name)}: {show_shape(extra.shape)}{frozen}"
    for node in graph:
        yield _node_line(node)
    yield "output " + ", ".join(map(_shown_ref, graph.outputs))


def _node_line(node: Node) -> str:
    given = [_shown_ref(ref) for ref in node.inputs]
    given += [f"{k}={v}" for k, v in shown_settings(node.op).items()]
    line = f"{_quoted(node.name)} = {node.op.name}({', '.join(given)})"
    if node.ties:
        line += " shares " + ", ".join(map(_shown_tie, node.ties))
    if node.frozen:
        line += f" frozen {', '.join(map(_quoted, node.frozen))}"
    if node.in_place:
        line += " in_place"
    if node.module:
        line += f" in {_quoted(node.module)}"
    return line


def _shown_tie(tie: Tie) -> str:
    own = "" if tie.param == tie.owner_param else f"{_quoted(tie.param)}="
    return f"{own}{_quoted(tie.owner_param)} of {_quoted(tie.owner)}"


def shown_settings(op: Op) -> dict[str, str]:
    """The settings that differ from their defaults, as the text form writes them."""
    return {
        field: _shown_value(getattr(op, field), kind, keep_axes=field == op.leading)
        for field, kind in op.fields.items()
        if field not in op.defaults or getattr(op, field) != op.implied(field)
    }


def _shown_value(value: Any, kind: Any, keep_axes: bool) -> str:
    if isinstance(kind, PaddingRule) and not isinstance(value, str):
        entries = [f"{low}" if low == high >= 0 else f"{low}:{high}" for low, high in value]
        if any(":" in entry for entry in entries):
            entries = [f"{low}:{high}" for low, high in value]
        return entries[0] if len(set(entries)) == 1 else "x".join(entries)
    if isinstance(kind, EachAxis):
        same = len(set(value)) == 1 and not keep_axes
        return str(value[0]) if same else "x".join(map(str, value))
    return _plain_value(value)


def _plain_value(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return "[" + ", ".join(map(_plain_value, value)) + "]"
    if isinstance(value, TensorSpec):
        return _plain_value(f"{show_shape(value.dims)}:{value.dtype}")
    if isinstance(value, str):
        return json.dumps(value) if value in _WORDS else _quoted(value)
    return repr(value)


def _quoted(name: str) -> str:
    return name if _PLAIN_NAME.fullmatch(name) and name not in ("inf", "nan") else json.dumps(name)


def _shown_ref(ref: Ref) -> str:
    return f"{_quoted(ref.node)}[{ref.port}]" if ref.port else _quoted(ref.node)


class _Reader:
    """Collects the lines of one text."""

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self.name = "network"
        self.layout = "NC*"
        self.dialect = "torch.nn"
        self.inputs: list[Input] = []
        self.extras: list[Extra] = []
        self.nodes: list[Node] = []
        self.outputs: list[Ref] = []

    def graph(self) -> Graph:
        return Graph(
            self.name, tuple(self.inputs), tuple(self.nodes), tuple(self.outputs), self.layout, self.dialect, tuple(self.extras)
        )

    def line(self, number: int, text: str) -> None:
        try:
            if len(text) > MAX_LINE:
                raise UsageError(f"{len(text)} characters; a line is read up to {MAX_LINE}")
            tokens = _Tokens(text)
            if not tokens.done:
                self._statement(tokens, f"{self.origin}, line {number}")
                tokens.end()
        except ConvlensError as error:
            raise TextError(f"{self.origin}, line {number}: {error}\n  {text.strip()[:200]}") from None

    def _statement(self, tokens: "_Tokens", source: str) -> None:
        kind, word = tokens.peek()
        follows = tokens.peek(1)[1]
        if kind == "name" and word in _STATEMENTS and follows not in ("=", "["):
            tokens.next()
            _STATEMENTS[word](self, tokens)
        else:
            self.nodes.append(_read_node(tokens, source))

    def read_network(self, tokens: "_Tokens") -> None:
        self.name = tokens.name()

    def read_layout(self, tokens: "_Tokens") -> None:
        self.layout = {"channels_last": "N*C", "channels_first": "NC*"}.get(tokens.name(), "")
        if not self.layout:
            raise UsageError("the layout is channels_first or channels_last")

    def read_dialect(self, tokens: "_Tokens") -> None:
        self.dialect = tokens.name()

    def read_input(self, tokens: "_Tokens") -> None:
        name = tokens.name()
        tokens.expect(":")
        self.inputs.append(Input(name, tokens.spec()))

    def read_unused(self, tokens: "_Tokens") -> None:
        kind = tokens.name()
        if kind not in ("param", "buffer"):
            raise UsageError(f"unused {quoted(kind)}: it must be 'param' or 'buffer'")
        name = tokens.name()
        tokens.expect(":")
        shape = tokens.spec().dims
        self.extras.append(Extra(name, shape, kind, not tokens.take("frozen")))

    def read_output(self, tokens: "_Tokens") -> None:
        self.outputs.append(tokens.ref())
        while tokens.take(","):
            self.outputs.append(tokens.ref())


_STATEMENTS = {
    "network": _Reader.read_network,
    "layout": _Reader.read_layout,
    "dialect": _Reader.read_dialect,
    "input": _Reader.read_input,
    "unused": _Reader.read_unused,
    "output": _Reader.read_output,
}


def _read_node(tokens: "_Tokens", source: str) -> Node:
    name = tokens.name()
    tokens.expect("=")
    kind = operators.lookup(tokens.name())
    tokens.expect("(")
    inputs: list[Ref] = []
    settings: dict[str, Any] = {}
    while not tokens.take(")"):
        if tokens.peek(1) == ("mark", "="):
            field = tokens.name()
            tokens.expect("=")
            if field in settings:
                raise SettingError(f"{kind.name}: {field} is given twice")
            settings[field] = tokens.value()
        elif settings:
            raise UsageError("inputs come before settings")
        else:
            inputs.append(tokens.ref())
        if not tokens.take(","):
            tokens.expect(")")
            break
    ties = tuple(_read_ties(tokens)) if tokens.take("shares") else ()
    frozen = tuple(_read_names(tokens)) if tokens.take("frozen") else ()
    in_place = tokens.take("in_place")
    module = tokens.name() if tokens.take("in") else ""
    return Node(name, kind(**settings), tuple(inputs), module, ties, frozen, in_place, source)


def _read_ties(tokens: "_Tokens") -> Iterator[Tie]:
    while True:
        param = tokens.name()
        owner_param = tokens.name() if tokens.take("=") else param
        tokens.expect("of")
        yield Tie(param, tokens.name(), owner_param)
        if not tokens.take(","):
            return


def _read_names(tokens: "_Tokens") -> Iterator[str]:
    yield tokens.name()
    while tokens.take(","):
        yield tokens.name()


class _Tokens:
    """The tokens of one line, read from left to right, none before it is asked for."""

    def __init__(self, line: str) -> None:
        self._rest = _tokens(line)
        self._ahead: deque[Token] = deque()

    @property
    def done(self) -> bool:
        return self.peek() is _END

    def peek(self, ahead: int = 0) -> Token:
        while len(self._ahead) <= ahead:
            self._ahead.append(next(self._rest, _END))
        return self._ahead[ahead]

    def next(self) -> Token:
        self.peek()
        return self._ahead.popleft()

    def take(self, text: str) -> bool:
        if self.peek()[0] in ("mark", "name") and self.peek()[1] == text:
            self._ahead.popleft()
            return True
        return False

    def expect(self, text: str) -> None:
        if not self.take(text):
            raise UsageError(f"expected {text!r}, found {quoted(self.peek()[1])}")

    def end(self) -> None:
        if not self.done:
            raise UsageError(f"unexpected {quoted(self.peek()[1])} at the end")

    def name(self) -> str:
        kind, text = self.next()
        if kind == "string":
            return _unquoted(text)
        if kind != "name":
            raise UsageError(f"expected a name, found {quoted(text)}")
        return text

    def ref(self) -> Ref:
        name = self.name()
        if not self.take("["):
            return Ref(name)
        kind, text = self.next()
        if kind != "number" or not text.isdigit():
            raise UsageError(f"{cut(name)}[{cut(text)}]: the output of a node is a whole number, as in {name}[1]")
        self.expect("]")
        return Ref(name, int(_read_number(text)))

    def spec(self) -> TensorSpec:
        kind, text = self.next()
        if kind not in ("sizes", "number") and text != "scalar":
            raise UsageError(f"expected a shape such as 1x3x224x224, found {quoted(text)}")
        dims = () if text == "scalar" else parse_shape(text, MAX_DIGITS)
        dtype = self.name() if self.take(":") else "float32"
        if dtype not in ITEM_BYTES:
            raise UsageError(f"unknown dtype {quoted(dtype)}; it is one of {', '.join(ITEM_BYTES)}")
        return TensorSpec(dims, dtype)

    def value(self, depth: int = 0) -> Any:
        kind, text = self.next()
        if kind == "mark" and text == "[":
            return self._list(depth)
        if kind not in _VALUES:
            raise UsageError(f"expected a value, found {quoted(text)}")
        return _VALUES[kind](text)

    def _list(self, depth: int) -> tuple[Any, ...]:
        if depth >= MAX_DEPTH:
            raise UsageError(f"lists are nested deeper than {MAX_DEPTH}")
        entries = []
        while not self.take("]"):
            entries.append(self.value(depth + 1))
            if not self.take(","):
                self.expect("]")
                break
        return tuple(entries)


def _tokens(line: str) -> Iterator[Token]:
    at, line = 0, line.rstrip()
    while at < len(line):
        match = _TOKEN.match(line, at)
        if match is None:
            raise UsageError(f"cannot read {line[at:].strip()[:40]!r}")
        at = match.end()
        kind = str(match.lastgroup)
        if kind != "comment":
            yield kind, match[kind]


def _unquoted(text: str) -> str:
    try:
        name = str(json.loads(text))
        name.encode()  # half of a surrogate pair stands for no character, and no file could hold it
    except ValueError:
        raise UsageError(f"{cut(text)} is not a quoted name") from None
    return name


def _read_number(text: str) -> int | float:
    if len(text.lstrip("+-")) > MAX_DIGITS:
        raise UsageError(f"the number {text[:20]}... has {len(text)} digits")
    return int(text) if re.fullmatch(r"[-+]?\d+", text) else float(text)


def _read_pairs(text: str) -> tuple[tuple[int, int], ...]:
    return tuple((int(_read_number(low)), int(_read_number(high))) for low, high in (pair.split(":") for pair in text.split("x")))


def _read_sizes(text: str) -> tuple[int, ...]:
    return tuple(int(_read_number(size)) for size in text.split("x"))


_VALUES: dict[str, Any] = {
    "string": _unquoted,
    "pairs": _read_pairs,
    "sizes": _read_sizes,
    "number": _read_number,
    "name": lambda text: _WORDS.get(text, text),
}
