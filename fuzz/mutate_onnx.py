"""Changes of a model that leave it a model: any field of any message, by protobuf's own description of them.

Most changes of single bytes only break the encoding, which is refused at once; these reach the readers behind it.
"""

from collections.abc import Callable, Iterator, Sequence
from math import inf, nan
from random import Random
from typing import Any

import onnx
from google.protobuf.message import DecodeError, Message

NUMBERS = (0, 1, 2, 3, 4, 5, 7, 8, 9, 16, 64, 255, 4096, 4097, 10**6, 2**31 - 1, 2**62, 2**63 - 1)
FLOATS = (0.0, 1.0, 0.5, 2.0, -1.0, 1e-45, 3e38, inf, -inf, nan)
MOST_CHANGES = 4
DEEPEST = 20


class Mutator:
    """Called by atheris with an input; ``words`` are names worth trying, ``mutate_bytes`` is libFuzzer's own mutation."""

    def __init__(self, words: Sequence[str], mutate_bytes: Callable[[bytes, int], bytes]) -> None:
        self.words = list(words)
        self.mutate_bytes = mutate_bytes

    def __call__(self, data: bytes, max_size: int, seed: int) -> bytes:
        random = Random(seed)  # noqa: S311 - the fuzzer gives the seed
        if random.randrange(8) == 0:
            return self.mutate_bytes(data, max_size)
        try:
            model = onnx.ModelProto.FromString(data)
            for _ in range(random.randint(1, MOST_CHANGES)):
                _Change(model, self.words, random).make()
        except (DecodeError, UnicodeDecodeError):  # no model, or a name in it that is no text
            return self.mutate_bytes(data, max_size)
        changed = model.SerializeToString()
        return changed if len(changed) <= max_size else data


class _Change:
    """One change at one place of a model."""

    def __init__(self, model: onnx.ModelProto, words: Sequence[str], random: Random) -> None:
        self.random = random
        self.messages = list(_messages(model, 0))
        self.words = words

    def make(self) -> None:
        target = self.random.choice(self.messages)
        there = [field for field, _ in target.ListFields()]
        field = self.random.choice(there if there and self.random.randrange(4) else target.DESCRIPTOR.fields)
        if field.is_repeated:
            self._change_list(target, field)
        elif field.message_type is None:
            setattr(target, field.name, self._value(field))
        elif self.random.randrange(3):
            getattr(target, field.name).CopyFrom(self._message(target, field))
        else:
            target.ClearField(field.name)

    def _change_list(self, target: Message, field: Any) -> None:
        items = list(getattr(target, field.name))
        place = self.random.randrange(len(items) + 1)
        kind = self.random.randrange(4)
        if kind == 0 or not items:
            items.insert(place, self._message(target, field) if field.message_type else self._value(field))
        elif kind == 1:
            del items[place - 1]
        elif kind == 2:
            items.insert(place, self.random.choice(items))
        elif field.message_type is None:
            items[place - 1] = self._value(field)
        else:
            self.random.shuffle(items)
        copies = [_copy(item) for item in items] if field.message_type else items
        target.ClearField(field.name)
        getattr(target, field.name).extend(copies)

    def _message(self, target: Message, field: Any) -> Message:
        """A copy of one of its kind from elsewhere in the model, or an empty one."""
        alike = [message for message in self.messages if message.DESCRIPTOR is field.message_type]
        if alike:
            return _copy(self.random.choice(alike))
        empty = getattr(type(target)(), field.name)
        return empty.add() if field.is_repeated else empty

    def _value(self, field: Any) -> Any:
        if field.enum_type is not None:
            return self.random.choice(field.enum_type.values).number
        if field.cpp_type in (field.CPPTYPE_FLOAT, field.CPPTYPE_DOUBLE):
            return self.random.choice(FLOATS)
        if field.cpp_type == field.CPPTYPE_STRING:
            text = self._text()
            return text.encode() if field.type == field.TYPE_BYTES else text
        return self._number(field)

    def _number(self, field: Any) -> int:
        """A whole number that the field can hold."""
        bits = 31 if field.cpp_type in (field.CPPTYPE_INT32, field.CPPTYPE_UINT32) else 63
        number = min(self.random.choice(NUMBERS), 2**bits - 1)
        signed = field.cpp_type in (field.CPPTYPE_INT32, field.CPPTYPE_INT64)
        return -number if signed and self.random.randrange(3) == 0 else number

    def _text(self) -> str:
        """A name that the model or the reader knows."""
        values = [value for message in self.messages for _, value in message.ListFields()]
        values += [name for m in self.messages if isinstance(m, onnx.NodeProto) for name in (*m.input, *m.output)]
        used = [value for value in values if isinstance(value, str)]  # one that is no text comes as bytes
        return self.random.choice([*self.random.choice([used or [""], self.words]), ""])


def _messages(message: Message, depth: int) -> Iterator[Message]:
    """The message and all that it holds."""
    yield message
    for field, value in message.ListFields() if depth < DEEPEST else ():
        if field.message_type is not None:
            for inner in value if field.is_repeated else [value]:
                yield from _messages(inner, depth + 1)


def _copy(message: Message) -> Message:
    copy = type(message)()
    copy.CopyFrom(message)
    return copy
