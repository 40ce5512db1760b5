"""What the page is made of: the numbers of the run, both languages, nothing that a name could do, and not much room."""

import json
import re
from datetime import date
from pathlib import Path

import pytest

import convlens
from convlens.training.pages.page import SCRIPTS, page_of, page_record, run_page
from convlens.training.pages.readings import read_run
from convlens.training.pages.record import MOST_CLASSES
from convlens.training.settings.settings import table
from tests.training.pages.folders import CLASSES, HOSTILE, cut_off, lines, write_hostile, write_run

ROOT = Path(convlens.__file__).parent
WEB, SHARED = ROOT / "training" / "pages" / "web", ROOT / "pageparts" / "web"
WORDS = {
    lang: {**json.loads((SHARED / "words.json").read_text(encoding="utf-8"))[lang], **json.loads((WEB / "words.json").read_text(encoding="utf-8"))[lang]}
    for lang in ("en", "zh")
}  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_run(tmp_path_factory.mktemp("runs") / "one", groups=True)


def record_in(page: str) -> dict[str, object]:
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    assert found
    record: dict[str, object] = json.loads(found[1], parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))
    return record


def test_the_figures_are_those_of_the_run(folder: Path) -> None:
    run = read_run(folder)
    record = record_in(run_page([folder], made=date(2026, 1, 2)))
    (one,) = record["runs"]
    assert record["made"] == "2026-01-02"
    assert one["figures"]["accuracy"] == run.test.accuracy
    assert one["confusion"]["counts"] == [list(row) for row in run.test.confusion]
    assert one["confusion"]["names"] == list(CLASSES)
    assert len(one["mistakes"]) == 24
    assert [name for name, _ in one["groups"]] == [
        name for name, _ in sorted(run.test.groups.items(), key=lambda entry: entry[1])
    ]
    assert [about["name"] for about in record["settings"]] == [about.name for about in table()]
    assert one["values"][[about.name for about in table()].index("batch")] == "20"


def test_the_rate_stands_under_the_loss_on_the_same_axis(folder: Path) -> None:
    chart = page_record([read_run(folder)])["curves"]
    assert [panel["title"]["en"] for panel in chart["panels"]] == ["loss", "learning rate", "accuracy"]
    assert chart["panels"][0]["series"][0]["x"] == chart["panels"][1]["series"][0]["x"] == "s0"
    assert [axis["label"]["en"] for axis in chart["axes"]] == ["step", "epoch", "seconds"]
    assert chart["axes"][1]["places"]["e0"] == [1, 2, 3]
    clock = chart["axes"][2]["places"]["s0"]  # that of the steps begins anew with each epoch
    assert (clock[0], clock[29], clock[30], clock[89]) == (0.01, 0.3, 0.31, 0.9)


def test_one_step_an_epoch_has_its_time_though_each_takes_longer(tmp_path: Path) -> None:
    """As with the whole training part as one batch: no seconds fall from one epoch to the next."""
    seconds = [1.0, 1.5, 2.0, 1.0]
    steps = [{"step": at, "epoch": float(at), "loss": 1.0, "seconds": value} for at, value in enumerate(seconds, 1)]
    lines(tmp_path / "steps.jsonl", steps)
    lines(tmp_path / "epochs.jsonl", [{"epoch": at, "step": at, "seconds": value} for at, value in enumerate(seconds, 1)])
    places = page_record([read_run(tmp_path)])["curves"]["axes"][2]["places"]
    assert places["s0"] == places["e0"] == [1, 2.5, 4.5, 5.5]


def test_steps_so_short_that_several_are_rounded_to_a_whole_epoch_keep_their_time(tmp_path: Path) -> None:
    """40,000 steps an epoch: those next to its end are all at 1.0."""
    steps = [
        {"step": at, "epoch": round(at / 40_000, 4), "loss": 1.0, "learning_rate": 0.1, "seconds": ((at - 1) % 40_000 + 1) / 100}
        for at in range(39_990, 40_011)
    ]
    lines(tmp_path / "steps.jsonl", steps)
    places = page_record([read_run(tmp_path)])["curves"]["axes"][2]["places"]
    assert places["s0"] == pytest.approx([at / 100 for at in range(39_990, 40_011)])


def short(folder: Path, *, steps: int, ends: list[int], iterations: int) -> Path:
    """A run of 11 steps an epoch that ``iterations`` end; ``steps`` of them are done, and epochs are recorded at ``ends``."""
    lines(folder / "steps.jsonl", [{"step": at, "epoch": round(at / 11, 4), "loss": 1.0} for at in range(1, steps + 1)])
    lines(folder / "epochs.jsonl", [{"epoch": at, "step": step, "seconds": 1.0} for at, step in enumerate(ends, 1)])
    (folder / "settings.toml").write_text(f"iterations = {iterations}\n")
    return folder


def test_an_epoch_that_the_iterations_ended_is_a_part_of_one(tmp_path: Path) -> None:
    run = read_run(short(tmp_path, steps=15, ends=[11, 15], iterations=15))
    record = page_record([run])
    places = record["curves"]["axes"][1]["places"]
    assert places["e0"] == [1, 1.3636]
    assert (places["s0"][4], places["s0"][10], places["s0"][14]) == (0.4545, 1, 1.3636)
    assert (record["runs"][0]["figures"]["done"], record["runs"][0]["figures"]["wanted"]) == (1.36, 1.36)


def test_the_mean_of_seeds_ends_where_the_iterations_did(tmp_path: Path) -> None:
    runs = []
    for seed in (0, 1):
        (tmp_path / str(seed)).mkdir()
        folder = short(tmp_path / str(seed), steps=15, ends=[11, 15], iterations=15)
        with (folder / "settings.toml").open("a") as file:
            file.write(f"seed = {seed}\n")
        runs.append(read_run(folder))
    (axis,) = page_record(runs)["comparison"]["curves"]["axes"]
    assert axis["places"]["g0"] == [1, 1.3636]


def test_the_verdict_counts_parts_of_epochs(folder: Path, tmp_path: Path) -> None:
    for name in ("run.json", "test.json"):
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    verdict = record_in(run_page([short(tmp_path, steps=5, ends=[5], iterations=5)]))["runs"][0]["verdict"]
    assert any(text.startswith("It was trained for 0.45 epochs in 1.0 s") for text in verdict["en"])
    (tmp_path / "test.json").unlink()
    cut = record_in(run_page([short(tmp_path, steps=13, ends=[11], iterations=15)]))["runs"][0]
    assert cut["verdict"]["en"][0] == "small on blobs was stopped after 1 of 1.36 epochs: no test has been made."


def test_of_many_classes_those_without_a_test_example_come_last(folder: Path, tmp_path: Path) -> None:
    count = MOST_CLASSES + 5
    table = [[0] * count for _ in range(count)]
    for at in range(5, count):
        table[at][at], table[at][0] = at, 50 - at
    run = json.loads((folder / "run.json").read_text())
    (tmp_path / "run.json").write_text(json.dumps({**run, "classes": [f"c{at}" for at in range(count)]}))
    (tmp_path / "test.json").write_text(
        json.dumps({"accuracy": 0.5, "loss": 1.0, "confusion": table, "groups": {}, "seconds": 1})
    )
    (one,) = record_in(run_page([tmp_path]))["runs"]
    assert one["confusion"]["names"] == [f"c{at}" for at in range(5, count)]


def test_many_steps_are_thinned_and_no_extreme_is_lost(folder: Path, tmp_path: Path) -> None:
    import shutil

    copy = Path(shutil.copytree(folder, tmp_path / "long"))
    steps = [
        {"step": at, "epoch": 1, "loss": 9.0 if at == 12_345 else 1.0, "learning_rate": 0.1, "seconds": float(at)}
        for at in range(1, 20_001)
    ]
    lines(copy / "steps.jsonl", steps)
    record = page_record([read_run(copy)])
    series = record["curves"]["panels"][0]["series"][0]
    assert (len(series["y"]), record["steps"]) == (400, 20_000)
    assert max(series["high"]) == 9


def test_a_page_of_ten_epochs_is_small(folder: Path, tmp_path: Path) -> None:
    """As long as ten epochs of Fashion-MNIST: 2,110 steps, ten classes, 24 pictures of 28 x 28."""
    import shutil

    import numpy as np
    from safetensors.numpy import save_file

    copy, generator = Path(shutil.copytree(folder, tmp_path / "ten")), np.random.default_rng(0)
    lines(
        copy / "steps.jsonl",
        [
            {
                "step": at,
                "epoch": 1,
                "loss": generator.random(),
                "learning_rate": generator.random(),
                "gradient_norm": generator.random(),
                "seconds": at * 0.01,
            }
            for at in range(1, 2111)
        ],
    )
    rows = {
        "rows": generator.integers(0, 256, (24, 1, 28, 28), dtype=np.uint8),
        "labels": np.zeros(24, np.int64),
        "predicted": np.ones(24, np.int64),
        "probability": np.ones(24, np.float32),
    }
    save_file(rows, copy / "mistakes.safetensors")
    assert len(run_page([copy]).encode()) < 200_000


def test_the_page_without_data_is_small(folder: Path) -> None:
    page = run_page([folder])
    assert len(page.encode()) - len(json.dumps(record_in(page))) < 75_000


def test_hostile_names_never_end_the_script(tmp_path: Path) -> None:
    page = page_of([read_run(write_hostile(tmp_path / "hostile"))])
    assert HOSTILE not in page
    assert page.count("</script>") == 3
    assert record_in(page)["runs"][0]["name"] == HOSTILE
    assert len(page.encode()) < 200_000


@pytest.mark.parametrize("keep", [["run.json"], ["settings.toml"], ["steps.jsonl"], ["epochs.jsonl"], ["run.json", "test.json"]])
def test_any_part_alone_gives_a_page(folder: Path, tmp_path: Path, keep: list[str]) -> None:
    for name in keep:
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    assert record_in(run_page([tmp_path]))["runs"][0]["cut"] == ("test.json" not in keep)


def test_a_cut_run_says_how_it_goes_on(tmp_path: Path) -> None:
    (one,) = record_in(run_page([cut_off(write_run(tmp_path / "a b", epochs=3))]))["runs"]
    assert one["resume"].endswith("/a b'")
    assert one["verdict"]["en"][0] == "small on blobs was stopped after 2 of 3 epochs: no test has been made."


def test_a_cut_run_of_ones_own_code_names_it(tmp_path: Path) -> None:
    folder = cut_off(write_run(tmp_path / "run"))
    run = json.loads((folder / "run.json").read_text())
    (folder / "run.json").write_text(json.dumps({**run, "network": "my net.py:Net"}))
    (one,) = record_in(run_page([folder]))["runs"]
    assert one["resume"].endswith("/run --network 'my net.py:Net'")


def test_a_network_in_a_file_is_called_by_the_files_name(folder: Path, tmp_path: Path) -> None:
    run = json.loads((folder / "run.json").read_text())
    (tmp_path / "run.json").write_text(json.dumps({**run, "network": "/home/someone/nets/wide.txt"}))
    page = run_page([tmp_path])
    assert "/home/someone" not in page
    assert record_in(page)["runs"][0]["network"] == "wide"


def test_very_many_classes_are_a_picture(folder: Path, tmp_path: Path) -> None:
    import shutil

    copy = Path(shutil.copytree(folder, tmp_path / "many"))
    run, test = (json.loads((copy / name).read_text()) for name in ("run.json", "test.json"))
    names = [f"class {at}" for at in range(60)]
    counts = [[5 if row == column else int(column == row + 1) * row for column in range(60)] for row in range(60)]
    (copy / "run.json").write_text(json.dumps({**run, "classes": names}))
    (copy / "test.json").write_text(json.dumps({**test, "confusion": counts}))
    (one,) = record_in(run_page([copy]))["runs"]
    assert one["confusion"]["counts"] is None
    assert one["confusion"]["picture"].startswith("data:image/png")
    assert one["confusion"]["names"][0] == "class 58"
    assert len(one["confusion"]["names"]) == 40


def test_published_results_stand_beside_the_whole_test_set_only(folder: Path, tmp_path: Path) -> None:
    import shutil

    copy = Path(shutil.copytree(folder, tmp_path / "known"))
    run = json.loads((copy / "run.json").read_text())
    for count, known in ((10_000, True), (300, False)):
        (copy / "run.json").write_text(json.dumps({**run, "data": "fashion-mnist:/x", "parts": {"test": count}}))
        (one,) = record_in(run_page([copy]))["runs"]
        assert bool(one["published"]) == known
        assert any("ResNet-18 94.9 %" in text for text in one["verdict"]["en"]) == known


def test_both_languages_have_the_same_words_with_the_same_places() -> None:
    assert list(WORDS["en"]) == list(WORDS["zh"])
    for key, text in WORDS["en"].items():
        assert sorted(re.findall(r"\{\w+\}", text)) == sorted(re.findall(r"\{\w+\}", WORDS["zh"][key])), key


def test_every_word_is_used_and_every_used_word_is_there() -> None:
    places = [WEB / name for name in (*SCRIPTS, "page.html")] + [SHARED / name for name in ("curves.js", "tables.js")]
    code = "".join(place.read_text(encoding="utf-8") for place in places)
    for key in re.findall(r'\bt\("(\w+)"', code) + re.findall(r'data-t="(\w+)"', code):
        assert key in WORDS["en"], key
    assert [
        key
        for key in WORDS["en"]
        if not re.search(rf'["\b]{key}["\b]|\b{key}:', code) and key not in ("trainPart", "validationPart", "testPart")
    ] == []


def test_a_few_validation_examples_are_no_verdict_on_learning_by_heart(folder: Path, tmp_path: Path) -> None:
    import shutil

    copy = Path(shutil.copytree(folder, tmp_path / "few"))
    run = json.loads((copy / "run.json").read_text())
    for count, known in ((6, False), (99, False), (100, True)):
        (copy / "run.json").write_text(json.dumps({**run, "parts": {**run["parts"], "validation": count}}))
        (one,) = record_in(run_page([copy]))["runs"]
        (text,) = [text for text in one["verdict"]["en"] if "In the last epoch" in text]
        assert ("by heart" in text) == known


def test_a_run_without_a_test_part_says_so(folder: Path, tmp_path: Path) -> None:
    import shutil

    copy = Path(shutil.copytree(folder, tmp_path / "none"))
    run, test = (json.loads((copy / name).read_text()) for name in ("run.json", "test.json"))
    (copy / "run.json").write_text(json.dumps({**run, "parts": {**run["parts"], "test": 0}}))
    (copy / "test.json").write_text(json.dumps({**test, "accuracy": 0.0, "loss": None, "confusion": [[0] * 5] * 5}))
    (one,) = record_in(run_page([copy]))["runs"]
    assert one["verdict"]["en"][0].startswith("small was trained on blobs, which has no test part: ")


def test_the_title_is_the_folder_and_the_recipe(folder: Path, tmp_path: Path) -> None:
    place = write_run(tmp_path / "pets-3", epochs=1, name="small-cnn")
    page = run_page([place])
    assert "<title>pets-3 · small-cnn · convlens</title>" in page
    assert record_in(page)["runs"][0]["title"] == "pets-3 · small-cnn"
    assert record_in(run_page([folder]))["runs"][0]["title"] == "one"
