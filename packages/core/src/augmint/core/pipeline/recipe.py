"""The recipe: one YAML file that says everything a run does, and its typed form."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Self

import yaml

from augmint.core.adversarial.arguments import AdversarialArguments
from augmint.core.data.config import DataConfig
from augmint.core.errors import MissingExtraError, UserError, nearest
from augmint.core.evaluation.arms import PSEUDO_LABELLED, CompareArguments
from augmint.core.interfaces import get_task
from augmint.core.minting.arguments import MintArguments
from augmint.core.pipeline.recipe_schema import build, construct, fit_section, hints, plain
from augmint.core.pipeline.run_dir import RunDirectory
from augmint.core.pipeline.versions import versions
from augmint.core.pipeline.yaml_lines import Lines, apply_override, read_yaml
from augmint.core.search.arguments import SearchArguments

OURS: Mapping[str, frozenset[str]] = {
    "adversarial": frozenset({"output_dir", "seed", "overwrite_output_dir"}),
    "search": frozenset({"seed"}),
    "mint": frozenset({"seed"}),
    "compare": frozenset({"seed"}),
    "finetune": frozenset({
        "output_dir", "seed", "data_seed", "resume_from_checkpoint", "do_train", "do_eval", "do_predict", "eval_strategy",
        "save_strategy", "logging_strategy", "report_to", "disable_tqdm", "remove_unused_columns", "label_names",
        "load_best_model_at_end", "metric_for_best_model", "greater_is_better", "push_to_hub",
    }),
}
"""Keys of a section that the run sets itself, so that arms differ in nothing but their rows."""
RECORDED = frozenset({"versions", "base_dir"})
"""Keys of a run's own recipe.yaml that record something about it and are no part of the recipe."""

_AT_LEAST = {
    "max_steps": 1, "num_train_epochs": 0, "learning_rate": 0, "weight_decay": 0, "warmup_steps": 0, "max_grad_norm": 0,
    "per_device_train_batch_size": 1, "per_device_eval_batch_size": 1, "gradient_accumulation_steps": 1,
    "dataloader_num_workers": 0,
}


@dataclass(frozen=True)
class Recipe:
    """Everything a run does.

    Attributes:
        task: what the model learns, such as image-classification; `augmint tasks` lists them.
        data: where the rows come from.
        model: the Transformers model to fine-tune: `name_or_path` (a hub id or a folder), or `scratch` with a `model_type` and
            the values of its config; empty takes the task's default.
        generator: the generator's `name` and config values; empty takes the task's default.
        adversarial: values of AdversarialArguments; what is left out takes the task's default.
        search: how the policy is looked for.
        mint: how much is minted.
        finetune: values of `transformers.TrainingArguments`, the same for every arm.
        judge: how the judge is trained, the classifier of real rows that checks the labels of minted ones; empty takes the
            task's default.
        policy: what the policy's ops need beside the rows, by keys of the task: such as `synonyms` and `round_trip_to` with
            `round_trip_back` for text classification, `masked_lm` for texts; empty leaves those ops out.
        compare: which arms over which seeds.
        seed: keys every random draw of the run.
        output_dir: the run's folder.
    """

    task: str
    data: DataConfig
    model: Mapping[str, Any] = field(default_factory=dict)
    generator: Mapping[str, Any] = field(default_factory=dict)
    adversarial: Mapping[str, Any] = field(default_factory=dict)
    search: SearchArguments = field(default_factory=SearchArguments)
    mint: MintArguments = field(default_factory=MintArguments)
    finetune: Mapping[str, Any] = field(default_factory=dict)
    judge: Mapping[str, Any] = field(default_factory=dict)
    policy: Mapping[str, Any] = field(default_factory=dict)
    compare: CompareArguments = field(default_factory=CompareArguments)
    seed: int = 0
    output_dir: str = "runs/run"

    def to_dict(self) -> dict[str, Any]:
        """YAML and JSON values of every key, defaults filled in."""
        resolved: dict[str, Any] = plain(self)
        for section, ours in OURS.items():
            for name in ours:
                resolved[section].pop(name, None)
        return resolved

    def to_yaml(self, base_dir: Path | None = None) -> str:
        """The resolved recipe with the versions it was resolved by: what a run folder keeps as recipe.yaml, and can be run.

        Args:
            base_dir: where relative data paths start; recorded, so that the copy finds the same data from anywhere.
        """
        head = "# The resolved recipe of a run. `augmint run` takes it as it is; the last keys only record.\n"
        recorded = {"base_dir": str(base_dir.absolute())} if base_dir is not None else {}
        values = {**self.to_dict(), **recorded, "versions": versions()}
        return head + yaml.safe_dump(values, sort_keys=False, allow_unicode=True, width=120)

    def at(self, output_dir: str | Path) -> Self:
        """The same recipe with another run folder."""
        return replace(self, output_dir=Path(output_dir).as_posix())


def load_recipe(path: str | Path, overrides: Iterable[str] = ()) -> Recipe:
    """The recipe in a YAML file.

    Args:
        path: the file, whose name is the default of `output_dir`: `study.yaml` runs in `runs/study`. Or the folder of a run,
            wherever it lies now.
        overrides: assignments such as `search.trials=8`, read after the file; values are YAML.

    Raises:
        UserError: naming the file, the line and the key, where anything in it is wrong.
    """
    return read_recipe(path, overrides).recipe


@dataclass(frozen=True)
class RecipeFile:
    """A recipe, the lines of its keys so that later errors can name them, and where its relative data paths start."""

    recipe: Recipe
    lines: Lines
    base_dir: Path


def read_recipe(path: str | Path, overrides: Iterable[str] = ()) -> RecipeFile:
    """As `load_recipe`, with all that the file says beyond the recipe itself."""
    path = Path(path)
    of_run = {"output_dir": str(path)} if path.is_dir() else {}
    path = RunDirectory(path).recipe if of_run else path
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise UserError("There is no such file.", where=str(path), fix=_beside(path)) from None
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"The file cannot be read as text: {error}.", where=str(path)) from error
    values, lines = read_yaml(text, str(path))
    values.update(of_run)
    for assignment in overrides:
        apply_override(values, assignment, lines)
    recipe = recipe_from_dict({"output_dir": f"runs/{path.stem}", **values}, lines)
    base_dir = Path(str(values.get("base_dir") or path.parent))
    return RecipeFile(_with_places(recipe, base_dir), lines, base_dir)


def _with_places(recipe: Recipe, base_dir: Path) -> Recipe:
    """Models that are folders beside the recipe, as data may be, by their full path; other names are the hub's. So are files and
    folders that a policy or a generator needs."""
    def full(value: Any) -> Any:
        there = isinstance(value, str) and value and (base_dir / value).exists()
        return str((base_dir / value).absolute()) if there else value

    def named(section: Mapping[str, Any]) -> Mapping[str, Any]:
        name = section.get("name_or_path")
        folder = base_dir / name if isinstance(name, str) and name else None
        return section if folder is None or not folder.is_dir() else {**section, "name_or_path": str(folder.absolute())}

    files = get_task(recipe.task).generator_files
    generator = {key: full(value) if key in files else value for key, value in recipe.generator.items()}
    policy = {key: full(value) for key, value in recipe.policy.items()}
    return replace(recipe, model=named(recipe.model), generator=named(generator), policy=policy)


def _beside(path: Path) -> str:
    """A hint naming a recipe that is there."""
    folder = path.parent if path.parent.is_dir() else Path()
    names = sorted(str(found) for found in (*folder.glob("*.yaml"), *folder.glob("*.yml")))
    return nearest(str(path), names) if names else "`augmint init` writes a recipe to start from."


def recipe_from_dict(values: Mapping[str, Any], lines: Lines | None = None) -> Recipe:
    """The recipe in plain values, as `yaml.safe_load` or `Recipe.to_dict` gives them.

    Raises:
        UserError: as `load_recipe`; places are dotted names where no `lines` are given.
    """
    lines = lines or Lines()
    given = {name: value for name, value in values.items() if name not in RECORDED}
    for name in ("task", "data"):
        if given.get(name) is None:
            raise UserError(f"{name!r} is missing.", where=lines.source, fix=_EXAMPLES[name])
    given = _with_defaults(given)
    _refuse_ours(given, lines)
    recipe = build(Recipe, given, (), lines)
    _check_task(recipe.task, lines)
    if not isinstance(given.get("compare"), Mapping) or given["compare"].get("arms") is None:
        recipe = replace(recipe, compare=_with_controls(recipe))
    if recipe.seed < 0:
        raise UserError(f"'seed' is {recipe.seed}.", where=lines.where(("seed",)), fix="Give a whole number from 0 on.")
    checked = replace(recipe, adversarial=_adversarial(recipe, lines), finetune=_finetune(recipe, lines),
                      **{name: _seeded(getattr(recipe, name), recipe.seed) for name in ("search", "mint", "compare")})
    _check_model(checked, lines)
    fit_section(get_task(recipe.task).policy_keys, recipe.policy, ("policy",), lines)
    _check_arms(checked, lines)
    if checked.search.executor == "threads":
        raise UserError("Threads share one random state, so fine-tunings side by side would not repeat.",
                        where=lines.where(("search", "executor")), fix="Write processes or serial.")
    if checked.search.executor == "ray" and find_spec("ray") is None:
        raise MissingExtraError(f"{lines.where(('search', 'executor'))}: Ray is not installed.", "ray")
    if not recipe.output_dir.strip():
        raise UserError("'output_dir' is empty.", where=lines.where(("output_dir",)), fix="Name a folder, such as runs/study.")
    return checked


_EXAMPLES = {
    "task": "Add a line such as `task: image-classification`; `augmint tasks` lists them.",
    "data": "Add a line such as `data: {path: imagefolder, data_dir: photos}`.",
}


def _with_defaults(given: Mapping[str, Any]) -> dict[str, Any]:
    """A section that is null, as one whose keys are all commented out is, means its defaults."""
    sections = set(hints(Recipe)) - {"task", "seed", "output_dir"}
    return {name: {} if value is None and name in sections else value for name, value in given.items()}


def _with_controls(recipe: Recipe) -> CompareArguments:
    """The default arms and the task's own controls, baselines first."""
    baselines, ours = recipe.compare.arms[:2], recipe.compare.arms[2:]
    return replace(recipe.compare, arms=(*baselines, *get_task(recipe.task).controls_of(recipe.generator), *ours))


def _check_task(name: str, lines: Lines) -> None:
    try:
        get_task(name)
    except MissingExtraError:
        raise
    except UserError as error:
        raise UserError(error.what, where=lines.where(("task",)), fix=error.fix) from None


def _seeded(section: Any, seed: int) -> Any:
    """The section with the run's seed, where it has one."""
    return replace(section, seed=seed) if "seed" in hints(type(section)) else section


def _adversarial(recipe: Recipe, lines: Lines) -> dict[str, Any]:
    """The `adversarial` section with fitted values; the whole is built once so that what it refuses shows at once."""
    known = {name: hint for name, hint in hints(AdversarialArguments).items() if name not in OURS["adversarial"]}
    given = fit_section(known, recipe.adversarial, ("adversarial",), lines)
    construct(AdversarialArguments, given, ("adversarial",), lines)
    return given


def _finetune(recipe: Recipe, lines: Lines) -> dict[str, Any]:
    """The `finetune` section against the task's training arguments, imported only where there is something to check."""
    if not recipe.finetune:
        return {}
    arguments = get_task(recipe.task).training_arguments()
    known = {name: hint for name, hint in hints(arguments).items() if name not in OURS["finetune"] and name[0] != "_"}
    given = fit_section(known, recipe.finetune, ("finetune",), lines)
    for name, least in _AT_LEAST.items():
        value = given.get(name, least)
        if isinstance(value, (int, float)) and value < least:
            raise UserError(f"'finetune.{name}' is {value}.", where=lines.where(("finetune", name)), fix=f"Give {least} or more.")
    return given


def _refuse_ours(given: Mapping[str, Any], lines: Lines) -> None:
    for section, ours in OURS.items():
        values = given.get(section)
        for name in values if isinstance(values, Mapping) else ():
            if name in ours:
                fix = f"Give {name!r} at the top of the recipe." if name in hints(Recipe) else "Leave it out."
                raise UserError(f"The run sets '{section}.{name}' itself.", where=lines.where((section, name)), fix=fix)


def _check_model(recipe: Recipe, lines: Lines) -> None:
    known = {"name_or_path": str | None, "scratch": Mapping[str, Any] | None, **get_task(recipe.task).model_keys}
    given = fit_section(known, recipe.model, ("model",), lines)
    if given.get("name_or_path") is not None and given.get("scratch") is not None:
        raise UserError("'model' has both name_or_path and scratch.", where=lines.where(("model",)), fix="Keep one of them.")


def _check_arms(recipe: Recipe, lines: Lines) -> None:
    if recipe.data.unlabeled is None and any(arm.extra == PSEUDO_LABELLED for arm in recipe.compare.parsed):
        raise UserError("An arm trains on pseudo-labelled rows, and there are no unlabelled ones.",
                        where=lines.where(("compare", "arms")), fix="Give data.unlabeled, or leave the arm out.")


def same_recipe(a: Recipe | Mapping[str, Any], b: Recipe | Mapping[str, Any]) -> bool:
    """Whether two recipes do the same work: everything but the run folder and the recorded versions is equal."""
    return _work(a) == _work(b)


def _work(recipe: Recipe | Mapping[str, Any]) -> Any:
    values = recipe.to_dict() if isinstance(recipe, Recipe) else plain(recipe)
    return {name: value for name, value in values.items() if name not in RECORDED | {"output_dir"}}
