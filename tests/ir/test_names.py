"""Names of nodes."""

from convlens.ir.names import Names


class Counted(dict[str, int]):
    """A dict that counts how often it is asked for a name."""

    asked = 0

    def __contains__(self, name: object) -> bool:
        self.asked += 1
        return super().__contains__(name)


def test_many_nodes_of_one_name_take_one_step_each() -> None:
    names, count = Names(first=2), 2_000
    names._numbers = Counted()
    assert [names.unique("a") for _ in range(count)] == ["a", *(f"a_{i}" for i in range(2, count + 1))]
    assert names._numbers.asked <= 2 * count


def test_a_number_that_a_name_already_has() -> None:
    names = Names(first=2)
    assert [names.unique(name) for name in ("a_2", "a", "a", "a", "a_2")] == ["a_2", "a", "a_3", "a_4", "a_2_2"]
