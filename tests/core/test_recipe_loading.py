"""A recipe's YAML and its typed form: complete, checked, and back again without loss."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from augmint.core.data.config import DataConfig
from augmint.core.errors import UserError
from augmint.core.pipeline.recipe import Recipe, load_recipe, read_recipe, recipe_from_dict, same_recipe
from augmint.core.pipeline.recipe_docs import SECTIONS, attribute_docs, keys_of, reference, template

ROOT = Path(__file__).resolve().parents[2]
SMALLEST: dict[str, Any] = {"task": "image-classification", "data": {"path": "builtin:digits"}}


def write(folder: Path, text: str) -> Path:
    path = folder / "study.yaml"
    path.write_text(text)
    return path


def refusal(folder: Path, text: str, *overrides: str) -> str:
    with pytest.raises(UserError) as caught:
        load_recipe(write(folder, text), overrides)
    return str(caught.value).replace(str(folder) + "/", "")


def test_the_smallest_recipe_takes_every_default(tmp_path: Path) -> None:
    recipe = load_recipe(write(tmp_path, "task: image-classification\ndata: {path: 'builtin:digits'}\n"))
    assert recipe.data == DataConfig("builtin:digits")
    assert recipe.output_dir == "runs/study"
    assert recipe.compare.arms == ("original", "standard", "policy", "minted", "policy+minted")
    assert recipe.search.objective == {"downstream": 1.0, "quality": 0.0, "diversity": 0.0}


@pytest.mark.parametrize(("task", "control"), [("translation", "copied"), ("speech-recognition", "resynthesised")])
def test_the_tasks_controls_are_compared_unless_the_recipe_names_its_arms(task: str, control: str, tmp_path: Path) -> None:
    text = f"task: {task}\ndata: {{path: x.csv}}\n"
    for more in ("", "compare: {seeds: [0, 1]}\n", "compare:\n"):
        recipe = load_recipe(write(tmp_path, text + more))
        assert recipe.compare.arms == ("original", "standard", control, "policy", "minted", "policy+minted")
    assert recipe_from_dict(yaml.safe_load(recipe.to_yaml())).compare == recipe.compare
    named = load_recipe(write(tmp_path, text + "compare: {arms: [original, standard]}\n"))
    assert named.compare.arms == ("original", "standard")


@pytest.mark.parametrize(("name", "controls"), [("vocos", ("resynthesised",)), ("hifigan", ("resynthesised",)), ("wavegan", ())])
def test_what_the_vocoder_does_by_itself_is_compared_where_one_mints_labelled_clips(name, controls, tmp_path: Path) -> None:
    recipe = load_recipe(write(tmp_path, f"task: audio-classification\ndata: {{path: x.csv}}\ngenerator: {{name: {name}}}\n"))
    assert recipe.compare.arms == ("original", "standard", *controls, "policy", "minted", "policy+minted")


def test_resolved_yaml_is_the_same_recipe_and_records_versions(tmp_path: Path) -> None:
    recipe = recipe_from_dict(
        {
            **SMALLEST,
            "adversarial": {"learning_rate": "1e-3", "max_steps": 50.0},
            "finetune": {"learning_rate": 1, "max_steps": 5},
            "compare": {"seeds": [3, 4]},
            "search": {"time_limit": 60},
            "seed": 7,
            "output_dir": "runs/a",
        }
    )
    again = load_recipe(write(tmp_path, recipe.to_yaml()))
    assert again == recipe
    assert recipe.adversarial == {"learning_rate": 0.001, "max_steps": 50}
    assert set(yaml.safe_load(recipe.to_yaml())["versions"]) >= {"python", "torch", "transformers", "datasets", "augmint-core"}
    json.dumps(recipe.to_dict())


def test_a_runs_own_copy_of_the_recipe_finds_the_same_data(tmp_path: Path) -> None:
    file = read_recipe(write(tmp_path, HEAD))
    assert file.base_dir == tmp_path
    copy = tmp_path / "runs"
    copy.mkdir()
    again = read_recipe(write(copy, file.recipe.to_yaml(file.base_dir)))
    assert again.base_dir == tmp_path
    assert same_recipe(again.recipe, file.recipe)


def test_files_that_a_generator_needs_may_lie_beside_the_recipe(tmp_path: Path) -> None:
    (tmp_path / "words.txt").write_text("Hund\tdog\n")
    head = "task: translation\ndata: {path: x, columns: {source: de, target: en}}\n"
    recipe = load_recipe(write(tmp_path, head + "generator: {dictionary: words.txt, name: seq2seq}\n"))
    assert recipe.generator == {"dictionary": str(tmp_path / "words.txt"), "name": "seq2seq"}


def test_the_run_seed_reaches_the_search() -> None:
    recipe = recipe_from_dict({**SMALLEST, "seed": 11})
    assert recipe.search.seed == 11
    assert "seed" not in recipe.to_dict()["search"]


def test_recipes_are_the_same_whatever_their_folder_and_versions() -> None:
    recipe = recipe_from_dict({**SMALLEST, "output_dir": "runs/a"})
    assert same_recipe(recipe, recipe.at("runs/b"))
    assert same_recipe(recipe, {**recipe.to_dict(), "versions": {"torch": "1.0"}})
    assert not same_recipe(recipe, recipe_from_dict({**SMALLEST, "seed": 1}))
    assert not same_recipe(recipe, recipe_from_dict({**SMALLEST, "search": {"trials": 3}}))


def test_overrides_win_over_the_file(tmp_path: Path) -> None:
    path = write(tmp_path, "task: image-classification\ndata: {path: x}\nsearch: {trials: 8}\n")
    recipe = load_recipe(
        path, ["search.trials=2", "data.train_limit={per_class: 3}", "output_dir=runs/z", "finetune.learning_rate=1e-3"]
    )
    assert (recipe.search.trials, recipe.data.train_limit, recipe.output_dir) == (2, {"per_class": 3}, "runs/z")
    assert recipe.finetune == {"learning_rate": 0.001}


def test_a_section_whose_keys_are_all_commented_out_means_its_defaults(tmp_path: Path) -> None:
    text = "task: image-classification\ndata: {path: x}\n" + "".join(
        f"{name}:\n" for name in ("model", "generator", "adversarial", "search", "mint", "finetune", "judge", "compare")
    )
    assert load_recipe(write(tmp_path, text)) == load_recipe(write(tmp_path, "task: image-classification\ndata: {path: x}\n"))


HEAD = "task: image-classification\ndata: {path: x}\n"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (HEAD + "serach: {}", "study.yaml:3 serach: There is no key 'serach'. Did you mean 'search'?"),
        (HEAD + "search: {trails: 8}", "study.yaml:3 search.trails: There is no key 'trails' in 'search'. Did you mean 'trials'?"),
        (
            HEAD + "search:\n  objective:\n    qualty: 1",
            "study.yaml:5 search.objective.qualty: There is no such score. Did you mean 'quality'?",
        ),
        (HEAD + "adversarial:\n  learning_rat: 1", "study.yaml:4 adversarial.learning_rat"),
        (HEAD + "finetune: {learning_rte: 1}", "Did you mean 'learning_rate'?"),
        (HEAD + "model: {name_or_pth: x}", "Did you mean 'name_or_path'?"),
        (HEAD + "model: {name_or_path: x, scratch: {model_type: y}}", "study.yaml:3 model: 'model' has both"),
        (
            HEAD + "adversarial: {learning_rate: .nan}",
            "study.yaml:3 adversarial.learning_rate: 'adversarial.learning_rate' must be a finite number",
        ),
        (HEAD + "finetune: {learning_rate: .nan}", "finite number"),
        (HEAD + "finetune: {max_steps: -5}", "study.yaml:3 finetune.max_steps: 'finetune.max_steps' is -5. Give 1 or more."),
        (HEAD + "adversarial: {max_steps: -5}", "study.yaml:3 adversarial.max_steps"),
        (HEAD + "finetune: {output_dir: x}", "Give 'output_dir' at the top of the recipe."),
        (HEAD + "search: {seed: 3}", "Give 'seed' at the top of the recipe."),
        (HEAD + "finetune: {eval_strategy: steps}", "The run sets 'finetune.eval_strategy' itself. Leave it out."),
        (
            HEAD + "compare: {seeds: [1, one]}",
            "study.yaml:3 compare.seeds.1: 'compare.seeds.1' must be a whole number, not the text 'one'",
        ),
        (HEAD + "compare: {seeds: 3}", "'compare.seeds' must be a list"),
        (HEAD + "compare: {seeds: [0, 0]}", "study.yaml:3 compare.seeds"),
        (HEAD + "compare: {arms: [original, standard, polcy]}", "Did you mean 'policy'?"),
        (HEAD + "seed: -1", "study.yaml:3 seed: 'seed' is -1."),
        (HEAD + "seed: one", "'seed' must be a whole number, not the text 'one'"),
        (HEAD + "output_dir: ''", "'output_dir' is empty"),
        (HEAD + "search: 8", "'search' must be a section"),
        ("data: {path: x}", "'task' is missing"),
        ("task: image-classification", "'data' is missing"),
        (
            "task: image-clasification\ndata: {path: x}",
            "study.yaml:1 task: There is no task 'image-clasification'. Did you mean 'image-classification'?",
        ),
        ("task: image-classification\ndata: {data_dir: x}", "study.yaml:2 data: 'data.path' is missing"),
        ("task: image-classification\ndata: {path: x, columns: {label: no}}", "put quotes around it"),
        ("task: image-classification\ndata: {path: x, splits: {tran: a}}", "study.yaml:2 data.splits.tran"),
        ("task: image-classification\ndata: {path: x, splits: {train: a, test: a}}", "study.yaml:2 data.splits.test"),
        ("task: image-classification\ndata: {path: x, train_limit: {per_clas: 3}}", "study.yaml:2 data.train_limit"),
    ],
)
def test_wrong_recipes_name_the_line_the_key_and_what_to_do(tmp_path: Path, text: str, words: str) -> None:
    assert words in refusal(tmp_path, text)


def test_a_wrong_override_says_so(tmp_path: Path) -> None:
    assert refusal(tmp_path, HEAD, "search.trails=3").startswith("--set search.trails: There is no key 'trails'")


def test_a_missing_file_names_one_that_is_there(tmp_path: Path) -> None:
    write(tmp_path, HEAD)
    with pytest.raises(UserError, match=r"no such file.*study\.yaml"):
        load_recipe(tmp_path / "studdy.yaml")


def test_lines_of_a_recipe_serve_later_errors(tmp_path: Path) -> None:
    lines = read_recipe(write(tmp_path, HEAD + "generator: {nam: x}\n")).lines
    assert lines.locate("generator.nam").endswith("study.yaml:3 generator.nam")


def test_every_key_is_documented() -> None:
    for kind, keys in [(Recipe, list(Recipe.__dataclass_fields__)), *((SECTIONS[name], keys_of(name)) for name in SECTIONS)]:
        missing = set(keys) - set(attribute_docs(kind))
        assert not missing, f"{kind.__name__} does not document {missing}"


def test_the_docs_page_is_what_the_code_says() -> None:
    page = (ROOT / "docs/recipes.md").read_text()
    assert reference() in page, "docs/recipes.md is stale: run `python -m augmint.core.pipeline.recipe_docs docs/recipes.md`"


def test_the_template_is_the_recipe_it_says_and_names_every_key(tmp_path: Path) -> None:
    text = template("image-classification")
    assert load_recipe(write(tmp_path, text)).task == "image-classification"
    for section in SECTIONS:
        for key in keys_of(section):
            assert f"  {key}:" in text or f"# {key}:" in text, f"{section}.{key}"


def test_the_template_with_every_comment_lifted_still_loads(tmp_path: Path) -> None:
    lines = template("image-classification").splitlines()
    lifted = [line.replace("# ", "", 1) if line.lstrip().startswith("# ") and _is_key(line) else line for line in lines]
    recipe = load_recipe(write(tmp_path, "\n".join(lifted)))
    assert same_recipe(
        {**recipe.to_dict(), "adversarial": {}}, {**load_recipe(write(tmp_path, "\n".join(lines))).to_dict(), "adversarial": {}}
    )


def _is_key(line: str) -> bool:
    """Whether a commented line is `  # key: value` of a section, not prose."""
    name, colon, value = line.strip().removeprefix("# ").partition(": ")
    known = {key for section in SECTIONS for key in keys_of(section)}
    return line.startswith("  # ") and bool(colon) and name in known and not value.endswith(".")


@pytest.mark.parametrize("path", sorted((ROOT / "examples").rglob("*.yaml")), ids=lambda path: path.name)
def test_the_examples_load(path: Path) -> None:
    assert load_recipe(path).task == path.parent.name
