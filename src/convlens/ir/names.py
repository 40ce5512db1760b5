"""Names of nodes, each used once."""


class Names:
    """The names taken so far; a name that is taken gets a number behind it, counted from ``first``."""

    def __init__(self, first: int = 1) -> None:
        self._first = first
        self._numbers: dict[str, int] = {}

    def unique(self, name: str) -> str:
        """The name itself the first time, then ``name_1``, ``name_2``, ...; each is found without trying all before it.

        >>> names = Names()
        >>> [names.unique(name) for name in ("relu", "relu", "relu_1", "relu")]
        ['relu', 'relu_1', 'relu_1_1', 'relu_2']
        """
        found = name
        while found in self._numbers:
            found = f"{name}_{self._numbers[name]}"
            self._numbers[name] += 1
        self._numbers[found] = self._first
        return found
