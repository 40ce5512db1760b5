"""Names of nodes."""

from convlens.importers.onnx.build import Builder


class Counted(dict[str, int]):
    """A dict that counts how often it is asked for a name."""

    asked = 0

    def __contains__(self, name: object) -> bool:
        self.asked += 1
        return super().__contains__(name)


def test_many_nodes_of_one_name_take_one_step_each() -> None:
    names, count = Counted(), 2_000
    builder = Builder(names=names)
    assert [builder.unique("a") for _ in range(count)] == ["a", *(f"a_{i}" for i in range(2, count + 1))]
    assert names.asked <= 2 * count


def test_a_number_that_a_name_already_has() -> None:
    builder = Builder()
    assert [builder.unique(name) for name in ("a_2", "a", "a", "a", "a_2")] == ["a_2", "a", "a_3", "a_4", "a_2_2"]
