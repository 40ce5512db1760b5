"""The switchboard: every call of PyTorch that the user's forward makes arrives here."""

from functools import cache, lru_cache
from types import FunctionType
from typing import Any, TypeGuard
from weakref import WeakMethod

import torch
from torch.overrides import TorchFunctionMode

from convlens.importers.torch.aside import Aside
from convlens.importers.torch.composite import in_parts, is_composite
from convlens.importers.torch.constants import constant_call, is_small
from convlens.importers.torch.frames import user_line
from convlens.importers.torch.opaque import DataDependentError, call_name, mapped, opaque, tensors_in, undetermined, value_of
from convlens.importers.torch.readers import KERNELS, READERS
from convlens.importers.torch.readers.cast import in_dtype
from convlens.importers.torch.recorded import Recorded, before, call_key, what_it_did
from convlens.importers.torch.shadow import Shadow, shadows_in
from convlens.importers.torch.table import entry_of, from_table
from convlens.importers.torch.trace import Trace
from convlens.ir.errors import UsageError
from convlens.passes.remembered import remember

_SHAPE_ONLY = frozenset(
    "size dim numel nelement ndimension stride storage_offset is_contiguous is_floating_point is_complex is_signed "
    "element_size get_device __len__ __hash__ __repr__ __str__ __format__ __dir__ has_names is_same_size result_type "
    "is_tensor is_inference is_conj is_neg dim_order is_shared is_pinned is_nested".split()
)
_IGNORED = frozenset("__set__ __delete__ register_hook register_post_accumulate_grad_hook retain_grad backward".split())
_VALUE_TENSORS = frozenset("nonzero argwhere unique unique_consecutive masked_select bincount histc".split())
_VALUES = _VALUE_TENSORS | frozenset(
    "item tolist numpy __bool__ __int__ __float__ __index__ __complex__ __array__ equal allclose is_nonzero __contains__ "
    "_local_scalar_dense".split()
)
_READY = frozenset({Shadow, int, float, bool, str, type(None)})
"""What a reader takes as it is."""
_VIEW_ATTRIBUTES = frozenset({"T", "mT", "H", "mH", "data"})
_SHAPE_CHANGED_IN_PLACE = frozenset("unsqueeze_ squeeze_ t_ transpose_ swapaxes_ swapdims_ resize_ resize_as_ set_".split())


_RECORDED: dict[Any, Recorded] = {}
"""What calls did, by the function and its arguments."""


class Capture(TorchFunctionMode):
    """Records what is called on shadows and on the module's own tensors; calls among plain tensors are run as they are."""

    def __init__(self, trace: Trace) -> None:
        super().__init__()
        self.trace = trace
        trace.on_dispatch = WeakMethod(self.kernel)  # a cycle of the two would stay until the garbage collector comes
        self._running: set[Any] = set()
        self._aside = Aside()

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        found = None if self.trace.real else call_key(func, args, kwargs)
        known = None if found is None else self._known(*found)
        return self._called(func, args, kwargs or {}) if known is None else known

    def _called(self, func: Any, args: Any, kwargs: Any) -> Any:
        name = _name_of(func)
        if name == "__get__":
            name = func.__self__.__name__
            if name not in _VIEW_ATTRIBUTES:
                return func(*args)
        return self.call(func, name, args, kwargs)

    def kernel(self, func: Any, args: Any, kwargs: Any) -> Any:
        """A call that arrives from C++ as a kernel, such as ``aten.conv2d.default``."""
        with torch._C.DisableTorchFunction():  # noqa: SLF001 - no public name
            return self.call(func, func.overloadpacket.__name__, args, kwargs)

    def call(self, func: Any, name: str, args: Any, kwargs: Any) -> Any:
        """Record one call, or run it where it says nothing about the network."""
        if name in _SHAPE_ONLY:
            return func(*args, **kwargs)
        if name in _IGNORED:
            return None
        found = None if self.trace.real else call_key(func, args, kwargs)
        if found is None:
            return self._read(func, name, args, kwargs)
        known = self._known(*found)
        return self._read_first(*found, func, name, args, kwargs) if known is None else known

    def _known(self, key: Any, shadows: list[Shadow]) -> Shadow | None:
        """The output of a call on nothing but shadows and values that was recorded before; None for one that was not."""
        known = _RECORDED.get(key)
        if known is None or (known.in_place and shadows[0].base is not None):
            return None
        inputs = shadows if len(shadows) == 1 == len(known.inputs) else [shadows[at] for at in known.inputs]
        made = self.trace.repeat(known.op, inputs, known.output, in_place=known.in_place)
        return made if known.undo is None else self.trace.view(shadows[0], made, known.undo)

    def _read_first(self, key: Any, shadows: list[Shadow], func: Any, name: str, args: Any, kwargs: Any) -> Any:
        """Read such a call, and remember what it did if it made one node."""
        then = before(self.trace, shadows)
        result = self._read(func, name, args, kwargs)
        did = what_it_did(self.trace, then, result)
        if did is not None:
            remember(_RECORDED, key, did)
        return result

    def _read(self, func: Any, name: str, args: Any, kwargs: Any) -> Any:
        first = args[0] if args else None
        if type(first) is not Shadow and not self._concerns(args, kwargs) and (self.trace.real or is_small(func, args, kwargs)):
            return constant_call(self.trace, func, name, args, kwargs)
        if name == "set_" and len(args) == 1:
            return first  # ``x.set_()`` only gives memory back, as reversible networks do
        if name in _VALUES:
            return self._value(func, name, args, kwargs)
        if self._is_own(first) and (in_place(name) or name == "data"):
            if self.trace.is_buffer(first) and in_place(name):
                self._aside.write(func, args, kwargs)
            return first
        return self._written(func, name, args, kwargs, self._record(func, name, args, kwargs))

    def _concerns(self, args: Any, kwargs: Any) -> bool:
        """Is a tensor of the network among the arguments?"""
        return any(isinstance(t, Shadow) or self._is_own(t) for t in tensors_in((args, kwargs)))

    def _record(self, func: Any, name: str, args: Any, kwargs: Any) -> Any:
        plain = {key: value for key, value in kwargs.items() if key != "out"} if "out" in kwargs else kwargs
        base = _out_of_place(name)
        reader = READERS.get(name) or READERS.get(base)
        if reader is not None:
            shadowed = args if _READY.issuperset(map(type, args)) else mapped(args, self.trace.shadow_of)
            result = reader(self.trace, *shadowed, **mapped(plain, self.trace.shadow_of))
        elif base in KERNELS:
            result = KERNELS[base](self.trace, *args, **plain)
        elif entry_of(base) is not None:
            result = from_table(self.trace, base, *in_dtype(self.trace, args, plain))
        elif _is_python(func) and func not in self._running:
            return self._body(func, args, kwargs)
        elif func in self._running or (is_composite(base) and not isinstance(func, torch._ops.OpOverload)):  # noqa: SLF001 - no public name
            return in_parts(func, mapped(args, self.trace.shadow_of), mapped(plain, self.trace.shadow_of))
        else:
            return opaque(self.trace, func, args, plain)
        return self._computed(func, args, kwargs, result) if self.trace.real else result

    def _body(self, func: FunctionType, args: Any, kwargs: Any) -> Any:
        """Run a function of PyTorch's own under this mode. One that hands itself over again is then run in parts."""
        self._running.add(func)
        try:
            with self:
                return without_check(func)(*args, **kwargs)
        finally:
            self._running.discard(func)

    def _is_own(self, value: Any) -> bool:
        return id(value) in self.trace.registered

    def _value(self, func: Any, name: str, args: Any, kwargs: Any) -> Any:
        """A call that looks at values: possible on the module's own tensors, and where values are computed."""
        if self.trace.real and name in _VALUE_TENSORS:
            return opaque(self.trace, func, args, kwargs)
        if self.trace.real or not shadows_in((args, kwargs)):
            self.trace.looks += 1
            return func(*mapped(args, self._value_now), **mapped(kwargs, self._value_now))
        if name in _VALUE_TENSORS:
            undetermined(self.trace, call_name(func), (args, kwargs))
        raise DataDependentError.of(call_name(func))

    def _value_now(self, tensor: torch.Tensor) -> torch.Tensor:
        return value_of(self._aside.value(tensor))

    def _computed(self, func: Any, args: Any, kwargs: Any, result: Any) -> Any:
        run = _VALUES_OF.get(func, func)
        with torch.no_grad():
            values = run(*mapped(args, value_of), **mapped(kwargs, value_of))
        for shadow, value in zip(tensors_in(result), tensors_in(values), strict=False):
            if isinstance(shadow, Shadow):
                shadow.value = value
        return result

    def _written(self, func: Any, name: str, args: Any, kwargs: Any, result: Any) -> Any:
        """Give the result to the tensor that the call writes into, if it does."""
        target = kwargs.get("out")
        if target is None and (in_place(name) or _asks_in_place(func, args, kwargs)):
            target = args[0] if args else kwargs["input"]
        if not isinstance(target, torch.Tensor) or self._is_own(target):
            return result
        if not isinstance(target, Shadow):
            self.trace.constants[id(target)] = (target, result.ref)
            return target
        if name in _SHAPE_CHANGED_IN_PLACE or result.spec.dims != target.spec.dims:
            raise UsageError(
                f"{name} changes the shape of a tensor in place\n  at: {user_line()}\n"
                f"  fix: use its result, as in x = x.{name.rstrip('_')}(...)"
            )
        return write(self.trace, target, result)


def _is_python(func: Any) -> TypeGuard[FunctionType]:
    return isinstance(func, FunctionType) and func.__module__.startswith("torch.")


@lru_cache(maxsize=4096)
def _name_of(func: Any) -> str:
    """The name that readers know a call by: a kernel without its overload, and two functions of one name told apart."""
    if isinstance(func, torch._ops.OpOverload):  # noqa: SLF001 - the type has no public name
        return str(func.overloadpacket.__name__)
    return _RENAMED.get(func) or str(func.__name__)


@lru_cache(maxsize=4096)
def in_place(name: str) -> bool:
    """``add_``, ``__iadd__`` and ``x[...] = y`` write into their first argument.

    >>> in_place("add_"), in_place("__iadd__"), in_place("__add__"), in_place("__setitem__")
    (True, True, False, True)
    """
    if name.endswith("__"):
        return name == "__setitem__" or name in _IN_PLACE_OPERATORS
    return name.endswith("_")


def _asks_in_place(func: Any, args: Any, kwargs: Any) -> bool:
    """``relu(x, inplace=True)`` and ``hardswish(x, True)``."""
    at = _place_of_inplace(func)
    return bool(kwargs.get("inplace") or (at is not None and len(args) > at and args[at]))


@cache
def _place_of_inplace(func: Any) -> int | None:
    """Where a function of torch.nn.functional takes its ``inplace``."""
    code = getattr(func, "__code__", None)
    names = code.co_varnames[: code.co_argcount] if code is not None else ()
    return names.index("inplace") if "inplace" in names else None


@lru_cache(maxsize=4096)
def _out_of_place(name: str) -> str:
    """``add`` for ``add_``; the name itself for all others."""
    return name[:-1] if in_place(name) and name.endswith("_") and not name.endswith("__") else name


def write(trace: Trace, x: Shadow, new: Shadow) -> Shadow:
    """``x`` now holds ``new``; where ``x`` is a view, its base changes too."""
    trace.written(x.ref, new.ref)
    x.ref = new.ref
    x.value = x.value if new.value is None else new.value
    if x.base is not None and x.write_back is not None:
        base = x.base
        write(trace, base, trace.shadow(base.spec, x.write_back(x)))
    return x


@cache
def without_check(func: FunctionType) -> FunctionType:
    """The same function, but it does not hand itself over to a mode first: its own calls are recorded instead."""
    scope = {**func.__globals__, **dict.fromkeys(_CHECKS, lambda *_, **__: False)}
    copy = FunctionType(func.__code__, scope, func.__name__, func.__defaults__, func.__closure__)
    copy.__kwdefaults__ = func.__kwdefaults__
    return copy


_VALUES_OF = {torch.ops.aten.view.default: torch.Tensor.reshape, torch.ops.aten._unsafe_view.default: torch.Tensor.reshape}  # noqa: SLF001 - no public name
"""What computes the values of a kernel that was chosen because a shadow looks contiguous, which its values need not be."""

_CHECKS = ("has_torch_function", "has_torch_function_unary", "has_torch_function_variadic")
_RENAMED: dict[Any, str] = {torch.nn.functional.unfold: "im2col", torch.nn.functional.fold: "col2im"}
"""``torch.nn.functional.unfold`` is not ``Tensor.unfold``."""
_IN_PLACE_OPERATORS = frozenset(
    f"__i{name}__" for name in "add sub mul truediv floordiv mod pow matmul and or xor lshift rshift".split()
)
