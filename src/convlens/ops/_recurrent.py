"""What LSTM, GRU and the plain recurrent network have in common: a cell that is applied step by step, in layers."""

from collections.abc import Iterator
from typing import ClassVar

from convlens.arith.axis import IDENTITY
from convlens.ir.backward import Saved, Wanted
from convlens.ir.errors import ShapeError
from convlens.ir.op import WHOLE, Along, Inputs, Op, Outputs, Read, Settings, Shapes
from convlens.ir.spec import Shape, TensorSpec, show_shape


class Cell(Op):
    """One step: ``gates`` blocks of ``hidden`` rows for the input and as many for the state; ``states`` states."""

    hidden: int
    bias: bool
    gates: ClassVar[int]
    states: ClassVar[int]
    work: ClassVar[int]
    """Element-wise operations for each hidden value."""
    kept: ClassVar[int]
    """Values that a step keeps for backward for each hidden value, beside its states; 0: its result alone."""

    view = False

    def outputs(self, xs: Inputs) -> Outputs:
        x = xs[0]
        if x.rank not in (1, 2):
            raise ShapeError(f"needs an input of 2 axes (N, values), or 1 without a batch; the input {x} has {x.rank}")
        self._check_states(xs, (*x.dims[:-1], self.hidden))
        return (x.with_dims((*x.dims[:-1], self.hidden)),) * self.states

    def _check_states(self, xs: Inputs, wanted: Shape) -> None:
        for state in xs[1 : 1 + self.states]:
            if state.dims != wanted:
                raise ShapeError(
                    f"its state is {state}, but the input {xs[0]} needs {show_shape(wanted)}", f"a state of {show_shape(wanted)}"
                )

    def params(self, xs: Inputs) -> Shapes:
        if len(xs) > 1 + self.states:
            return {}
        rows = self.gates * self.hidden
        weights = {"weight_ih": (rows, xs[0].dims[-1]), "weight_hh": (rows, self.hidden)}
        return {**weights, "bias_ih": (rows,), "bias_hh": (rows,)} if self.bias else weights

    def buffers(self, xs: Inputs) -> Shapes:
        return {}

    def macs(self, xs: Inputs) -> int:
        return self.outputs(xs)[0].numel * self.gates * (xs[0].dims[-1] + self.hidden)

    def gradient_macs(self, xs: Inputs, wanted: Wanted) -> int:
        """By the weights as much as forward, by the input and by the state their shares of that."""
        rows = self.outputs(xs)[0].numel * self.gates
        own = wanted.weights or bool(wanted.inputs & {1 + self.states, 2 + self.states})
        return self.macs(xs) * own + rows * (xs[0].dims[-1] * (0 in wanted.inputs) + self.hidden * (1 in wanted.inputs))

    def saved(self, xs: Inputs, wanted: Wanted) -> Saved:
        """The input and the states, and what the gates are; a plain cell keeps its result."""
        given = tuple(range(min(len(xs), 1 + self.states)))
        own = self.kept + (len(given) == 1)
        return Saved(given, () if self.kept else (0,), made=self.outputs(xs)[0].bytes * own)

    def elementwise(self, xs: Inputs) -> int:
        return self.outputs(xs)[0].numel * self.work

    def reads(self, xs: Inputs) -> tuple[tuple[Read, ...], ...]:
        rows: Read = tuple(Along(axis, IDENTITY) for axis in range(xs[0].rank - 1))
        read: tuple[Read, ...] = tuple((*rows, WHOLE) if i <= self.states else (WHOLE,) * x.rank for i, x in enumerate(xs))
        return (read,) * self.states

    @classmethod
    def from_params(cls, shapes: Shapes, settings: Settings) -> Settings:
        return {"hidden": shapes["weight_hh"][1], "bias": "bias_ih" in shapes}


class Recurrent(Op):
    """A cell over a whole sequence, in ``layers`` layers, from both ends where ``bidirectional``.

    Of sequences of several lengths, ``packed`` are these lengths, the longest first: the input is then (steps of all of
    them, values), all first steps before all second ones.
    """

    hidden: int
    layers: int
    bias: bool
    batch_first: bool
    bidirectional: bool
    projection: int = 0
    packed: tuple[int, ...] | None
    gates: ClassVar[int]
    states: ClassVar[int]
    work: ClassVar[int]
    kept: ClassVar[int]

    view = False

    @property
    def directions(self) -> int:
        return 2 if self.bidirectional else 1

    @property
    def width(self) -> int:
        """Values of one direction's output."""
        return self.projection or self.hidden

    def outputs(self, xs: Inputs) -> Outputs:
        x = xs[0]
        if self.packed and sorted(self.packed, reverse=True) != list(self.packed):
            longest = sorted(self.packed, reverse=True)
            raise ShapeError(f"packed sequences of {list(self.packed)} steps", f"the longest first: {longest}")
        if self.packed and (x.rank != 2 or x.dims[0] != sum(self.packed)):
            raise ShapeError(
                f"{len(self.packed)} packed sequences of {sum(self.packed)} steps in all need an input of 2 axes (all their "
                f"steps, values); the input is {x}"
            )
        if x.rank not in (2, 3):
            order = "N, steps, values" if self.batch_first else "steps, N, values"
            raise ShapeError(f"needs an input of 3 axes ({order}), or 2 without a batch; the input {x} has {x.rank}")
        if self.projection >= self.hidden:
            raise ShapeError(
                f"projection {self.projection} is not smaller than hidden {self.hidden}",
                f"a projection of at most {self.hidden - 1}",
            )
        states = [x.with_dims(dims) for dims in self._state_shapes(x)]
        for state, wanted in zip(xs[1 : 1 + self.states], states, strict=False):
            if state.dims != wanted.dims:
                raise ShapeError(f"its state is {state}, but the input {x} needs {wanted}", f"a state of {wanted}")
        return (x.with_dims((*x.dims[:-1], self.directions * self.width)), *states)

    def _state_shapes(self, x: TensorSpec) -> tuple[Shape, ...]:
        lead = (self.layers * self.directions, *self._batch(x))
        return ((*lead, self.width), (*lead, self.hidden))[: self.states]

    def _batch(self, x: TensorSpec) -> Shape:
        if self.packed:
            return (len(self.packed),)
        return () if x.rank == 2 else x.dims[:1] if self.batch_first else x.dims[1:2]

    def _steps(self, x: TensorSpec) -> int:
        return x.dims[1] if x.rank == 3 and self.batch_first else x.dims[0]

    def cells(self, x: TensorSpec) -> Iterator[tuple[str, int]]:
        """Each layer and direction: the ending of its weights' names, and how many values it reads at each step."""
        for layer in range(self.layers):
            for ending in ("", "_reverse")[: self.directions]:
                yield f"l{layer}{ending}", self.directions * self.width if layer else x.dims[-1]

    def weights(self, x: TensorSpec) -> Shapes:
        """All weights, in PyTorch's order."""
        rows = self.gates * self.hidden
        found: dict[str, Shape] = {}
        for ending, values in self.cells(x):
            found[f"weight_ih_{ending}"] = (rows, values)
            found[f"weight_hh_{ending}"] = (rows, self.width)
            if self.bias:
                found[f"bias_ih_{ending}"] = found[f"bias_hh_{ending}"] = (rows,)
            if self.projection:
                found[f"weight_hr_{ending}"] = (self.projection, self.hidden)
        return found

    def params(self, xs: Inputs) -> Shapes:
        return {} if len(xs) > 1 + self.states else self.weights(xs[0])

    def buffers(self, xs: Inputs) -> Shapes:
        return {}

    def macs(self, xs: Inputs) -> int:
        x = xs[0]
        products = sum(
            self.gates * self.hidden * (values + self.width) + self.hidden * self.projection for _, values in self.cells(x)
        )
        return products * self._applied(x)

    def gradient_macs(self, xs: Inputs, wanted: Wanted) -> int:
        """By the weights as much as forward; by what a layer reads, but for an input that nothing is trained before; by every
        state, but for the first one where nothing is trained before it.
        """
        x, rows = xs[0], self.gates * self.hidden
        applied = self._applied(x)
        carried = applied - (self._batch(x) or (1,))[0] * (1 not in wanted.inputs)
        total = self.macs(xs) * (wanted.weights or bool(wanted.inputs - set(range(1 + self.states))))
        for ending, values in self.cells(x):
            first = ending.startswith("l0")
            total += rows * values * applied * (not first or 0 in wanted.inputs)
            total += rows * self.width * carried + self.hidden * self.projection * applied
        return total

    def saved(self, xs: Inputs, wanted: Wanted) -> Saved:
        """The input, what each layer gives to the next one, and each step's gates and the states that it starts from."""
        x, cells = xs[0], self.layers * self.directions
        state = self.width + self.hidden * (self.states - 1) + self.hidden * bool(self.projection)
        last = 0 if self.kept else self.hidden * (self._batch(x) or (1,))[0]
        between = self.width * self.directions * (self.layers - 1)
        values = (cells * (self.hidden * self.kept + state) + between) * self._applied(x) + cells * last
        return Saved((0,), made=x.with_dims((values,)).bytes)

    def elementwise(self, xs: Inputs) -> int:
        return self.work * self.hidden * self.layers * self.directions * self._applied(xs[0])

    def _applied(self, x: TensorSpec) -> int:
        """How often each cell is applied."""
        if self.packed:
            return x.dims[0]
        return self._steps(x) * (self._batch(x) or (1,))[0]

    def reads(self, xs: Inputs) -> tuple[tuple[Read, ...], ...]:
        batched = xs[0].rank == 3
        places = [0 if self.batch_first else 1] + [1] * self.states
        return tuple(tuple(self._read(at, x, place, batched) for at, x in enumerate(xs)) for place in places)

    def _read(self, at: int, x: TensorSpec, place: int, batched: bool) -> Read:
        """All steps and all values; of the batch the own place, which is axis ``place`` of the output."""
        axis = (0 if self.batch_first else 1) if at == 0 else 1
        same = batched and at <= self.states
        return tuple(Along(place, IDENTITY) if same and i == axis else WHOLE for i in range(x.rank))
