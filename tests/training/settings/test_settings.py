"""Every setting: its default is legal, its bounds hold, and what is read is what was written."""

import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as cases
from hypothesis import strategies as st

from convlens.ir.errors import UsageError
from convlens.training.preparation.sound import MAX_SECONDS
from convlens.training.recipe import Recipe, _shipped, chosen_recipe, recipe_of, run_recipe
from convlens.training.record.folder import RunFolder
from convlens.training.settings.setting import MAX_WHOLE, Setting
from convlens.training.settings.settings import Settings, table

TABLE = {about.name: about for about in table()}
FEW = cases(max_examples=15)
"""Of each of the many settings."""

GROUPS = ("length", "optimizer", "schedule", "regularization", "loss", "augmentation", "data", "machine")


def low(about: Setting) -> float:
    return about.least if about.least is not None else about.above if about.above is not None else -MAX_WHOLE


def high(about: Setting) -> float:
    return about.most if about.most is not None else MAX_WHOLE


def whole(about: Setting) -> st.SearchStrategy[int]:
    return st.integers(math.ceil(low(about)) + (about.above is not None), math.floor(high(about)))


def numbers(about: Setting) -> st.SearchStrategy[float]:
    return st.floats(low(about), high(about), exclude_min=about.above is not None, allow_subnormal=False)


def legal(about: Setting) -> st.SearchStrategy[Any]:
    """Values that must be taken as they are."""
    made: list[st.SearchStrategy[Any]] = [st.sampled_from(about.words)] if about.words else []
    made += [st.booleans()] if bool in about.kinds else []
    made += [whole(about)] if int in about.kinds else []
    made += [numbers(about)] if float in about.kinds else []
    made += [st.lists(whole(about), max_size=4).map(tuple)] if tuple in about.kinds else []
    return st.one_of(made)


def illegal(about: Setting) -> st.SearchStrategy[Any]:
    """Values that must be refused: beyond the bounds, of no type, or nearly a number."""
    made: list[st.SearchStrategy[Any]] = [
        st.sampled_from(["--5", "1e", "ten", "nan", "inf", "-inf", "0x10", "\N{ARABIC-INDIC DIGIT THREE}k", "", "-", "1;2"]),
        st.sampled_from([math.nan, math.inf, {}, {"a": 1}, [[1]], b"1", 10**400, -(10**400), 1j]),
    ]
    if int in about.kinds or float in about.kinds:
        made.append(st.booleans())
    for bound in (about.least, about.above, about.most):
        if bound is not None:
            below = bound - 1 if bound != about.most else bound + 1
            made += [st.just(below), st.just([int(below)])] if tuple in about.kinds else [st.just(below), st.just(str(below))]
    if about.above is not None:
        made.append(st.just(about.above))
    return st.one_of(made)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=2),
    max_leaves=5,
)


@pytest.mark.parametrize("name", TABLE)
def test_every_default_is_legal_and_explained(name: str) -> None:
    about = TABLE[name]
    assert about.read(about.default) == about.default
    assert about.meaning.endswith(".")
    assert about.reason.endswith(".")
    assert about.group in GROUPS
    assert about.option == "--" + name.replace("_", "-")


def test_the_table_is_all_of_the_settings_in_the_order_of_their_groups() -> None:
    assert {about.name: about.default for about in table()} == {
        name: getattr(Settings(), name) for name in Settings.__dataclass_fields__
    }
    found = [about.group for about in table()]
    assert list(dict.fromkeys(found)) == list(GROUPS)
    assert found == sorted(found, key=GROUPS.index)


@pytest.mark.parametrize("name", TABLE)
@FEW
@given(data=st.data())
def test_legal_values_are_taken_as_they_are_also_from_a_text(name: str, data: st.DataObject) -> None:
    about = TABLE[name]
    value = data.draw(legal(about))
    found = about.read(value)
    assert found == value
    assert type(found) in about.kinds
    text = ",".join(map(str, value)) if isinstance(value, tuple) else str(value)
    assert about.read(text) == value


@pytest.mark.parametrize("name", TABLE)
@FEW
@given(data=st.data())
def test_illegal_values_are_refused_with_what_is_legal(name: str, data: st.DataObject) -> None:
    about = TABLE[name]
    value = data.draw(illegal(about).filter(lambda value: not _taken(about, value)))
    with pytest.raises(UsageError) as raised:
        about.read(value)
    assert str(raised.value).startswith(f"{name} is ")
    assert str(raised.value).endswith((f"\n  fix: {about.legal()}", f"\n  fix: {about.legal(finite=True)}"))


def test_what_is_legal_is_said_in_the_language_of_the_reader() -> None:
    with pytest.raises(UsageError) as raised:
        TABLE["learning_rate"].read("-1")
    assert raised.value.text("zh") == "learning_rate 为 '-1'\n  改法：一个数 > 0"
    assert raised.value.text("en") == str(raised.value) == "learning_rate is '-1'\n  fix: a number > 0"


def _taken(about: Setting, value: Any) -> bool:
    """An empty text is an empty tuple."""
    return value == "" and tuple in about.kinds


@pytest.mark.parametrize("name", TABLE)
@FEW
@given(value=ANYTHING)
def test_anything_at_all_is_read_or_refused(name: str, value: Any) -> None:
    about = TABLE[name]
    try:
        found = about.read(value)
    except UsageError as error:
        assert len(str(error)) < 1000
        return
    assert found is None or type(found) in about.kinds
    assert about.read(found) == found


@pytest.mark.parametrize(
    ("name", "value", "made"),
    [
        ("size", "28x28", (28, 28)), ("size", 8000, (8000,)), ("size", [32, 32], (32, 32)), ("size", "", ()),
        ("batch", "1_000", 1000), ("batch", 64.0, 64), ("epochs", " 7 ", 7), ("flip", "yes", True), ("flip", "OFF", False),
        ("learning_rate", "1e-3", 0.001), ("dropout", 0, 0.0), ("dropout", None, None), ("milestones", "3,6", (3, 6)),
    ],
)  # fmt: skip
def test_how_it_may_be_written(name: str, value: Any, made: Any) -> None:
    found = TABLE[name].read(value)
    assert (found, type(found)) == (made, type(made))


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"learning_rte": 1}, "there is no setting 'learning_rte'.*did you mean 'learning_rate'"),
        ({"optimizer": "adamW"}, "optimizer is 'adamW'.*did you mean 'adamw'.*fix: one of sgd, "),
        ({"epochs": 0}, "epochs is 0\n  fix: a whole number >= 1"),
        ({"epochs": None}, "epochs is None"),
        ({"batch": "half"}, "batch is 'half'.*\n  fix: a whole number >= 1, or one of auto"),
        ({"learning_rate": 0}, "fix: a number > 0$"),
        ({"learning_rate": "inf"}, "fix: a finite number > 0$"),
        ({"learning_rate": float("nan")}, "fix: a finite number > 0$"),
        ({"size": "20000000"}, "fix: whole numbers with commas between them, each >= 1, <= 11520000$"),
        ({"milestones": "0"}, "fix: whole numbers with commas between them, each >= 1$"),
    ],
)
def test_what_is_said(values: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError, match=f"(?s){said}"):
        Settings().with_values(values)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"learning_rate": 0}, "一个数 > 0"), ({"learning_rate": "inf"}, "有限的数 > 0"), ({"validation": 1}, "一个数 >= 0，<= 0.9"),
        ({"batch": "half"}, "一个整数 >= 1，或 auto、full 之一"), ({"flip": 3}, "true 或 false"),
        ({"milestones": "0"}, "以逗号分隔的整数，每个 >= 1"),
    ],
)  # fmt: skip
def test_what_is_legal_is_said_in_chinese_too(values: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError) as raised:
        Settings().with_values(values)
    assert raised.value.text("zh").endswith(said)


def test_a_sound_of_any_length_that_is_read_can_be_set() -> None:
    assert TABLE["size"].most == MAX_SECONDS * TABLE["rate"].most


@given(data=st.data())
def test_a_recipe_is_read_back_as_it_was_written(data: st.DataObject, tmp_path_factory: pytest.TempPathFactory) -> None:
    names = data.draw(st.sets(st.sampled_from(sorted(TABLE)), max_size=6))
    values = {name: data.draw(legal(TABLE[name])) for name in sorted(names)}
    texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)
    network = data.draw(texts.filter(lambda text: not text.endswith((".txt", ".py"))))
    recipe = Recipe("settings", network, data.draw(texts), Settings().with_values(values))
    folder = RunFolder(tmp_path_factory.mktemp("run"))
    folder.settings.write_bytes(recipe.to_toml().encode("utf-8"))
    assert run_recipe(folder) == recipe


def test_a_name_that_no_toml_can_hold_is_one_message() -> None:
    with pytest.raises(UsageError, match="cannot be written down"):
        Recipe("r", "lenet5", "pictures\udcff", Settings()).to_toml()


def test_augmentation_is_noticed() -> None:
    assert not Settings().augments
    assert Settings().with_values({"flip": True}).augments
    assert not Settings().with_values({"dropout": 0.5}).augments


RECIPES = {
    "an unknown setting": ('network = "lenet5"\nepoch = 3', "there is no setting 'epoch'"),
    "no network": ("epochs = 3", "names no network\n  fix: network = "),
    "a network that is no text": ("network = 3", "network is 3, which is no text"),
    "no TOML": ("network = lenet5", "cannot be read"),
    "twice": ('network = "a"\nnetwork = "b"', "cannot be read"),
    "a table": ('network = "a"\n[settings]\nepochs = 3', "there is no setting 'settings'"),
    "a date": ('network = "a"\nepochs = 2020-01-01', "epochs is 2020-01-01"),
    "bytes": ('network = "a"\n\udcff', "cannot be read"),
}


@pytest.mark.parametrize("name", RECIPES)
def test_a_recipe_that_is_wrong_is_one_message_with_its_file(name: str, tmp_path: Path) -> None:
    content, said = RECIPES[name]
    path = tmp_path / "mine.toml"
    path.write_bytes(content.encode("utf-8", "surrogateescape"))
    with pytest.raises(UsageError, match=f"mine.toml.*{said}"):
        recipe_of(str(path))


def test_networks_beside_a_recipe_are_found(tmp_path: Path) -> None:
    for name in ("net.txt", "mine.py"):
        (tmp_path / name).write_text("")
    cases = {"net.txt": f"{tmp_path / 'net.txt'}", "mine.py:net": f"{tmp_path / 'mine.py'}:net", "lenet5": "lenet5",
             "other.py:net": "other.py:net", "pkg.mod:net": "pkg.mod:net", "gone.txt": "gone.txt"}  # fmt: skip
    for network, found in cases.items():
        (tmp_path / "r.toml").write_text(f'network = "{network}"')
        assert recipe_of(str(tmp_path / "r.toml")).network == found


def test_any_other_name_is_a_network_with_the_defaults() -> None:
    assert recipe_of("resnet18") == Recipe("resnet18", "resnet18", "", Settings(), open_batch=True)
    with pytest.raises(UsageError, match=r"gone.toml"):
        recipe_of("gone.toml")


def test_a_name_that_is_none_is_told_with_the_nearest_recipe_or_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for wrong, right in (("lenet55", "lenet5"), ("smal-cnn", "small-cnn"), ("resnet-18", "resnet18")):
        with pytest.raises(
            UsageError, match=rf"no recipe or network '{wrong}' \(did you mean '{right}.*\n  recipes: alexnet, .*\n  n"
        ):
            recipe_of(wrong)
    (tmp_path / "mine.txt").write_text("")
    with pytest.raises(UsageError, match=r"did you mean the file 'mine.txt'\?"):
        recipe_of("mine")


@pytest.mark.parametrize(
    ("lines", "data", "fitted"),
    [
        ("batch = 256", "t.npz", False), ("batch = 255", "t.npz", False), ("", "t.npz", True),
        ('batch = 64\ndata = "mnist"', "t.npz", True), ('batch = 64\ndata = "mnist"', "mnist:there", False),
        ('data = "mnist"', "", False),
    ],
)  # fmt: skip
def test_a_batch_is_fitted_where_nobody_chose_it_for_these_data(lines: str, data: str, fitted: bool, tmp_path: Path) -> None:
    (tmp_path / "r.toml").write_text(f'network = "lenet5"\n{lines}\n')
    assert chosen_recipe(str(tmp_path / "r.toml"), data, {}).open_batch is fitted
    assert not chosen_recipe(str(tmp_path / "r.toml"), data, {"batch": 256}).open_batch


def test_without_data_those_of_its_kind_are_named() -> None:
    for name, fix in (
        ("conv3d", "volumes.npz"),
        ("textcnn.txt", "trec"),
        ("resnet18", "fashion-mnist"),
        ("m.py:n", "fashion-mnist"),
    ):
        network = str(_shipped() / name) if name.endswith(".txt") else name
        with pytest.raises(UsageError, match=f"names no data\n  fix: --data {fix}"):
            chosen_recipe(network, "", {})
