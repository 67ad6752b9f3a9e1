"""Recipes that are wrong each end with one clear message, exit code 2 and no traceback, before anything expensive runs."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from datasets import ClassLabel, Dataset, Features, Image, Value
from PIL import Image as Picture

from augmint.core.cli import main

CLASSES = ["cat", "dog"]
GOOD = """task: image-classification
data:
  path: parquet
  data_files: {train: train.parquet, test: test.parquet}
  train_limit: {per_class: 6}
model: {scratch: {model_type: resnet, layer_type: basic, embedding_size: 8, hidden_sizes: [8, 8], depths: [1, 1]}}
generator: {base_channels: 8}
adversarial: {max_steps: 2}
search: {trials: 2, finalists: 0}
finetune: {max_steps: 2}
compare: {seeds: [0, 1]}
"""


def pictures(count: int, classes: int = 2, seed: int = 0) -> dict[str, list]:
    """Random 8 x 8 pictures with labels in turn."""
    values = np.random.default_rng(seed).integers(0, 256, (count, 8, 8), dtype=np.uint8)
    return {"image": [Picture.fromarray(value) for value in values], "label": [row % classes for row in range(count)]}


FEATURES = Features({"image": Image(), "label": ClassLabel(names=CLASSES)})


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with sound data."""
    monkeypatch.chdir(tmp_path)
    Dataset.from_dict(pictures(40), features=FEATURES).to_parquet(tmp_path / "train.parquet")
    Dataset.from_dict(pictures(12, seed=1), features=FEATURES).to_parquet(tmp_path / "test.parquet")
    return tmp_path


def message(capsys: pytest.CaptureFixture[str], text: str, *arguments: str) -> str:
    """What `augmint run` says of a recipe that is wrong."""
    Path("wrong.yaml").write_text(text)
    capsys.readouterr()
    code = main(["run", "wrong.yaml", *arguments])
    said = capsys.readouterr()
    assert code == 2, f"exit code {code}: {said.err}"
    assert "Traceback" not in said.err
    lines = [line for line in said.err.splitlines() if line.startswith("augmint: ")]
    assert len(lines) == 1, said.err
    assert not list(Path("runs").glob("*/judge")), "something was trained"
    return lines[0]


def replaced(old: str, new: str) -> str:
    assert old in GOOD
    return GOOD.replace(old, new)


TEXTS: dict[str, tuple[str, str]] = {
    # the file
    "not YAML": (GOOD + "seed: [1\n", "is not valid YAML"),
    "tabs": (GOOD + "judge:\n\tmembers: 1\n", "wrong.yaml:13:1: This is not valid YAML"),
    "empty file": ("", "The file is empty"),
    "a list": ("- a\n- b\n", "A recipe is a mapping"),
    "key given twice": (GOOD + "task: image-classification\n", "wrong.yaml:12 task: 'task' is given twice, first on line 1"),
    "nested key given twice": (replaced("{trials: 2, ", "{trials: 2, trials: 3, "), "search.trials: 'trials' is given twice"),
    # keys and types
    "unknown section": (GOOD + "serach: {}\n", "wrong.yaml:12 serach: There is no key 'serach'. Did you mean 'search'?"),
    "unknown key": (
        replaced("trials", "trails"),
        "wrong.yaml:9 search.trails: There is no key 'trails' in 'search'. Did you mean 'trials'?",
    ),
    "unknown key of data": (replaced("data_files", "data_fles"), "wrong.yaml:4 data.data_fles"),
    "unknown key of finetune": (replaced("finetune: {max_steps", "finetune: {max_step"), "Did you mean 'max_steps'?"),
    "unknown key of adversarial": (replaced("adversarial: {max_steps", "adversarial: {max_stepz"), "Did you mean 'max_steps'?"),
    "unknown key of the objective": (GOOD.replace("trials: 2", "objective: {downstrem: 1}"), "Did you mean 'downstream'?"),
    "unknown key of the unlabelled rows": (
        replaced("  train_limit", "  unlabeled: {splt: x}\n  train_limit"),
        "Did you mean 'split'?",
    ),
    "unknown key of the judge": (GOOD + "judge: {member: 1}\n", "wrong.yaml:12 judge.member"),
    "unknown key of the generator": (replaced("base_channels", "base_chanels"), "wrong.yaml:7 generator.base_chanels"),
    "unknown key of the model": (replaced("model: {scratch", "model: {skratch"), "Did you mean 'scratch'?"),
    "unknown value of the model's config": (replaced("hidden_sizes", "hiden_sizes"), "Did you mean 'hidden_sizes'?"),
    "text for a number": (replaced("trials: 2", "trials: many"), "'search.trials' must be a whole number, not the text 'many'"),
    "a number for a section": (
        replaced("{max_steps: 2}\ncompare", "2\ncompare"),
        "'finetune' must be a section of names and values",
    ),
    "no is not a word": (replaced("  train_limit", "  columns: {label: no}\n  train_limit"), "put quotes around it"),
    "a key that a run sets": (replaced("finetune: {", "finetune: {seed: 3, "), "The run sets 'finetune.seed' itself"),
    "task missing": (replaced("task: image-classification\n", ""), "'task' is missing"),
    "data missing": ("task: image-classification\n", "'data' is missing"),
    "path missing": (replaced("  path: parquet\n", ""), "'data.path' is missing"),
    "unknown task": (
        replaced("image-classification", "image-clasification"),
        "wrong.yaml:1 task: There is no task 'image-clasification'.",
    ),
    # values
    "NaN learning rate": (replaced("finetune: {", "finetune: {learning_rate: .nan, "), "must be a finite number"),
    "NaN learning rate of the generator": (
        replaced("adversarial: {", "adversarial: {learning_rate: .nan, "),
        "must be a finite number",
    ),
    "unknown optimiser": (replaced("finetune: {", "finetune: {optim: adamw_torc, "), "Did you mean 'adamw_torch'?"),
    "unknown schedule": (replaced("finetune: {", "finetune: {lr_scheduler_type: linearr, "), "Did you mean 'linear'?"),
    "beta above 1": (replaced("finetune: {", "finetune: {adam_beta1: 2, "), "wrong.yaml:10 finetune.adam_beta1: adam_beta1 is 2"),
    "negative smoothing": (
        replaced("finetune: {", "finetune: {label_smoothing_factor: -1, "),
        "wrong.yaml:10 finetune.label_smoothing_factor",
    ),
    "what Transformers refuses": (
        replaced("finetune: {", "finetune: {eval_strategy: sometimes, "),
        "finetune.eval_strategy",
    ),
    "unknown tracker": (
        replaced("adversarial: {", "adversarial: {report_to: tensorbord, "),
        "adversarial.report_to: There is no tracker 'tensorbord'. Did you mean 'tensorboard'?",
    ),
    "unknown figure of a generator": (
        replaced("adversarial: {", "adversarial: {metric_for_best_model: frechett, "),
        "wrong.yaml:8 adversarial.metric_for_best_model: No figure of a generator is called 'frechett'. Did you mean 'frechet'?",
    ),
    "unknown fidelity": (
        replaced("trials: 2", "fidelities: [shrot, full]"),
        "wrong.yaml:9 search.fidelities: There is no fidelity 'shrot'. Did you mean 'short'?",
    ),
    "negative learning rate": (replaced("finetune: {", "finetune: {learning_rate: -1e-3, "), "finetune.learning_rate"),
    "negative steps": (replaced("finetune: {max_steps: 2", "finetune: {max_steps: -2"), "wrong.yaml:10 finetune.max_steps"),
    "negative steps of the generator": (
        replaced("adversarial: {max_steps: 2", "adversarial: {max_steps: -2"),
        "wrong.yaml:8 adversarial.max_steps",
    ),
    "no trials": (replaced("trials: 2", "trials: 0"), "wrong.yaml:9 search.trials"),
    "negative weight": (replaced("trials: 2", "objective: {quality: -1}"), "search.objective"),
    "no weight above 0": (replaced("trials: 2", "objective: {downstream: 0}"), "search.objective"),
    "unknown executor": (replaced("trials: 2", "executor: proceses"), "Did you mean 'processes'?"),
    "two amounts": (GOOD + "mint: {ratio: 1.0, per_class: 3}\n", "wrong.yaml:12 mint: ratio and per_class are both given"),
    "negative ratio": (GOOD + "mint: {ratio: -1}\n", "wrong.yaml:12 mint.ratio"),
    "seed given twice": (replaced("[0, 1]", "[0, 0]"), "wrong.yaml:11 compare.seeds: A seed is there twice"),
    "no seeds": (replaced("[0, 1]", "[]"), "wrong.yaml:11 compare.seeds"),
    "unknown arm": (replaced("[0, 1]}", "[0, 1], arms: [original, standard, polcy]}"), "Did you mean 'policy'?"),
    "no baseline": (replaced("[0, 1]}", "[0, 1], arms: [policy]}"), "The arm 'original' is missing"),
    "an arm of rows that are not given": (
        replaced("[0, 1]}", "[0, 1], arms: [original, standard, pseudo-labelled]}"),
        "Give data.unlabeled",
    ),
    "negative seed": (GOOD + "seed: -1\n", "wrong.yaml:12 seed"),
    "unknown generator": (
        replaced("{base_channels: 8}", "{name: r3gn}"),
        "wrong.yaml:7 generator.name: There is no image GAN 'r3gn'.",
    ),
    "unknown adversarial loss": (
        replaced("{base_channels: 8}", "{base_channels: 8, loss: hing}"),
        "wrong.yaml:7 generator.loss: There is no adversarial loss 'hing'. Did you mean 'hinge'?",
    ),
    "adaptive augmentation of nothing": (replaced("{base_channels: 8}", "{ada: 0.5, augment: none}"), "wrong.yaml:7 generator.ada"),
    "unknown flip": (GOOD + "policy: {flip: horizontl}\n", "wrong.yaml:12 policy.flip: flip is 'horizontl'. Did you mean"),
    "impossible image size": (replaced("{base_channels: 8}", "{image_size: 4}"), "wrong.yaml:7 generator.image_size"),
    "unknown model type": (replaced("model_type: resnet", "model_type: resnot"), "wrong.yaml:6 model.scratch.model_type"),
    "a model that is no classifier": (
        replaced(
            "model_type: resnet, layer_type: basic, embedding_size: 8, hidden_sizes: [8, 8], depths: [1, 1]", "model_type: gpt2"
        ),
        "does not classify images",
    ),
    "stages of different length": (
        replaced("hidden_sizes: [8, 8]", "hidden_sizes: [8, 8, 8]"),
        "wrong.yaml:6 model.scratch: hidden_sizes has 3 values and depths 2",
    ),
    "negative width of a model": (replaced("embedding_size: 8", "embedding_size: -8"), "wrong.yaml:6 model.scratch: The model"),
    "a model of five channels": (
        replaced("embedding_size: 8", "embedding_size: 8, num_channels: 5"),
        "wrong.yaml:6 model.scratch.num_channels: The model takes 5 channels, and the images have 1",
    ),
    "a model that is not there": (
        "\n".join("model: {name_or_path: ./no-such-model}" if line.startswith("model") else line for line in GOOD.splitlines()),
        "wrong.yaml:6 model.name_or_path",
    ),
    "two models": (replaced("model: {scratch", "model: {name_or_path: x, scratch"), "'model' has both name_or_path and scratch"),
    # data
    "file missing": (replaced("train: train.parquet", "train: tran.parquet"), "There is no file"),
    "folder missing": (
        replaced("path: parquet\n  data_files: {train: train.parquet, test: test.parquet}", "path: ./photos"),
        "wrong.yaml:3 data.path",
    ),
    "unknown built-in": (
        replaced("path: parquet\n  data_files: {train: train.parquet, test: test.parquet}", "path: builtin:digts"),
        "Did you mean 'digits'?",
    ),
    "unknown split": (
        replaced("  train_limit", "  splits: {test: tset}\n  train_limit"),
        "wrong.yaml:5 data.splits.test: There is no split 'tset'.",
    ),
    "unknown kind of split": (replaced("  train_limit", "  splits: {tset: test}\n  train_limit"), "Did you mean 'test'?"),
    "test is train": (replaced("  train_limit", "  splits: {test: train}\n  train_limit"), "wrong.yaml:5 data.splits.test"),
    "column missing": (replaced("  train_limit", "  columns: {image: img}\n  train_limit"), "wrong.yaml:5 data.columns.image"),
    "label column missing": (replaced("  train_limit", "  columns: {label: lable}\n  train_limit"), "data.columns.label"),
    "unknown role": (replaced("  train_limit", "  columns: {imge: image}\n  train_limit"), "data.columns"),
    "fewer rows than classes": (replaced("{per_class: 6}", "1"), "wrong.yaml:5 data.train_limit"),
    "limit of 0": (replaced("{per_class: 6}", "0"), "wrong.yaml:5 data.train_limit"),
    "impossible fraction": (
        replaced("  train_limit", "  validation_fraction: 1.5\n  train_limit"),
        "wrong.yaml:5 data.validation_fraction",
    ),
    "unlabelled rows of nowhere": (
        replaced("  train_limit", "  unlabeled: {split: more}\n  train_limit"),
        "There is no split 'more'",
    ),
    "output folder is a file": (GOOD + "output_dir: train.parquet/run\n", "cannot be written"),
    "output folder cannot be made": (GOOD + "output_dir: /proc/augmint\n", "cannot be written"),
}

if find_spec("ray") is None:
    TEXTS["Ray not installed"] = (replaced("trials: 2", "executor: ray"), 'pip install "augmint[ray]"')


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("name", TEXTS)
def test_a_wrong_recipe_says_what_is_wrong(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    text, words = TEXTS[name]
    said = message(capsys, text)
    assert words in said
    assert len(said) < 1000


@pytest.mark.usefixtures("folder")
def test_the_recipe_that_they_are_made_of_is_sound(capsys: pytest.CaptureFixture[str]) -> None:
    Path("right.yaml").write_text(GOOD)
    assert main(["inspect", "right.yaml"]) == 0, capsys.readouterr().err


def corrupt() -> None:
    rows = pictures(40)
    stored = Dataset.from_dict(rows, features=FEATURES).cast_column("image", Image(decode=False))
    cells = [{"bytes": b"not a picture", "path": None} if row in (3, 17) else cell for row, cell in enumerate(stored["image"])]
    features = Features({"image": Image(decode=False), "label": FEATURES["label"]})
    Dataset.from_dict({"image": cells, "label": rows["label"]}, features=features).to_parquet("train.parquet")


def label_out_of_range() -> None:
    rows = pictures(40)
    plain = Dataset.from_dict(
        {**rows, "label": [*rows["label"][:-1], 7]}, features=Features({"image": Image(), "label": Value("int64")})
    )
    table = plain.data.table.replace_schema_metadata(Dataset.from_dict(rows, features=FEATURES).data.table.schema.metadata)
    write_parquet(table)


def write_parquet(table: object) -> None:
    import pyarrow.parquet as pq

    pq.write_table(table, "train.parquet")


def empty_split() -> None:
    Dataset.from_dict(pictures(0), features=FEATURES).to_parquet("train.parquet")


def one_class() -> None:
    Dataset.from_dict(pictures(40, classes=1), features=FEATURES).to_parquet("train.parquet")


def class_unseen_in_training() -> None:
    rows = pictures(40)
    Dataset.from_dict({**rows, "label": [0] * 40}, features=FEATURES).to_parquet("train.parquet")


def labels_are_numbers_with_a_fraction() -> None:
    rows = pictures(40)
    Dataset.from_dict({**rows, "label": [0.5] * 40}).cast_column("image", Image()).to_parquet("train.parquet")


def images_are_words() -> None:
    Dataset.from_dict({"image": [1.5] * 40, "label": [0, 1] * 20}).to_parquet("train.parquet")


def splits_differ() -> None:
    Dataset.from_dict({"image": pictures(12)["image"]}).cast_column("image", Image()).to_parquet("test.parquet")


def damaged_file() -> None:
    Path("train.parquet").write_bytes(b"PAR1 and then nothing")


def minted_before() -> None:
    rows = pictures(40)
    Dataset.from_dict({**rows, "augmint_origin": ["original"] * 40}).cast_column("image", Image()).to_parquet("train.parquet")
    Dataset.from_dict({**pictures(12), "augmint_origin": ["original"] * 12}).cast_column("image", Image()).to_parquet(
        "test.parquet"
    )


def too_few_rows() -> None:
    Dataset.from_dict(pictures(2), features=FEATURES).to_parquet("train.parquet")


DATA: dict[Callable[[], None], str] = {
    corrupt: "train rows 3, 17 (2 of 40): the image cannot be decoded",
    label_out_of_range: "label",
    empty_split: "The train split is empty",
    one_class: "All training rows are of one class",
    class_unseen_in_training: "one class",
    labels_are_numbers_with_a_fraction: "label",
    images_are_words: "image",
    splits_differ: "label",
    damaged_file: "cannot be read",
    minted_before: "augmint_origin",
    too_few_rows: "too few",
}


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("spoil", DATA, ids=lambda spoil: spoil.__name__)
def test_wrong_data_says_what_is_wrong(spoil: Callable[[], None], capsys: pytest.CaptureFixture[str]) -> None:
    spoil()
    assert DATA[spoil] in message(capsys, GOOD)


@pytest.mark.usefixtures("folder")
def test_a_model_folder_without_weights_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    from transformers import ResNetConfig

    ResNetConfig(layer_type="basic", embedding_size=8, hidden_sizes=[8, 8], depths=[1, 1]).save_pretrained("weightless")
    text = "\n".join("model: {name_or_path: weightless}" if line.startswith("model") else line for line in GOOD.splitlines())
    assert "wrong.yaml:6 model.name_or_path: The model cannot be used on these rows" in message(capsys, text)


@pytest.mark.usefixtures("folder")
def test_corrupt_rows_are_counted_named_and_skipped_where_the_recipe_allows_it(capsys: pytest.CaptureFixture[str]) -> None:
    corrupt()
    Path("skip.yaml").write_text(replaced("  train_limit: {per_class: 6}", "  on_error: skip"))
    assert main(["inspect", "skip.yaml"]) == 0
    text = capsys.readouterr().out
    assert "train row 3 is left out" in text
    assert "train row 17 is left out" in text


@pytest.mark.usefixtures("folder")
def test_a_training_that_ends_in_nan_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    Path("wrong.yaml").write_text(replaced("finetune: {", "finetune: {learning_rate: 1.0e+30, ") + "judge: {members: 1}\n")
    assert main(["run", "wrong.yaml", "--set", "search.executor=serial", "--quiet"]) == 2
    said = capsys.readouterr().err
    assert "finetune.learning_rate: The judge's training ended in values that are not numbers" in said


@pytest.mark.usefixtures("folder")
def test_a_folder_that_holds_another_run_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    from augmint.core.pipeline import Run
    from augmint.core.pipeline.recipe import read_recipe

    Path("first.yaml").write_text(GOOD + "output_dir: runs/wrong\n")
    file = read_recipe("first.yaml")
    Run.open(file.recipe, base_dir=file.base_dir).stage("inspect")
    assert "another recipe" in message(capsys, GOOD + "seed: 3\n")


@pytest.mark.usefixtures("folder")
def test_a_folder_with_a_strangers_files_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    Path("photos").mkdir()
    Path("photos/holiday.png").write_bytes(b"x")
    assert "holiday.png" in message(capsys, GOOD + "output_dir: photos\n")
    assert Path("photos/holiday.png").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["run", "nowhere.yaml"], "augmint: nowhere.yaml: There is no such file."),
        (["run", "wrong.yaml", "--json"], "augmint: wrong.yaml:9 search.trails"),
        (["run"], "RECIPE"),
    ],
)
def test_the_installed_program_ends_with_2(folder: Path, arguments: list[str], words: str) -> None:
    (folder / "wrong.yaml").write_text(replaced("trials", "trails"))
    program = Path(sys.executable).with_name("augmint")
    done = subprocess.run([program, *arguments], capture_output=True, text=True)
    assert done.returncode == 2
    assert words in done.stderr
    assert json.loads(done.stdout)["error"]["fix"] if "--json" in arguments else done.stdout == ""
    assert "Traceback" not in done.stderr
