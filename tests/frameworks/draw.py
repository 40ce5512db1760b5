"""Random numbers that most often make a legal call."""

import random
from typing import Any, NamedTuple


class Case(NamedTuple):
    """The very line of text that both sides read; a call of tf.nn names its weights ``w0``, ``w1``."""

    call: str
    shape: tuple[int, ...]
    weights: tuple[tuple[int, ...], ...] = ()


class Draw(random.Random):
    jax = False
    """Is Keras asked on JAX?"""

    @classmethod
    def on_jax(cls, seed: str) -> "Draw":
        made = cls(seed)
        made.jax = True
        return made

    def up_to(self, most: int, least: int = 1) -> int:
        return self.randint(least, most)

    def sizes(self, axes: int, most: int, least: int = 1) -> tuple[int, ...]:
        return tuple(self.up_to(most, least) for _ in range(axes))

    def mostly(self, usual: Any, *others: Any) -> Any:
        return usual if self.random() < 0.6 else self.choice(others)

    def alike_or_not(self, axes: int, most: int) -> Any:
        """One number, or one for each axis, as Keras takes both."""
        return self.choice([self.up_to(most), self.sizes(axes, most)])

    def image(self, axes: int, channels: int, most: int = 11, least: int = 1) -> tuple[int, ...]:
        return (self.up_to(2), *self.sizes(axes, most if axes < 3 else 6, least), channels)


def call(name: str, *args: Any, **kwargs: Any) -> str:
    """
    >>> call("Conv2D", 8, 3, padding="same")
    "Conv2D(8, 3, padding='same')"
    """
    return f"{name}({', '.join([*map(repr, args), *(f'{k}={v!r}' for k, v in kwargs.items())])})"
