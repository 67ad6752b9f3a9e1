"""The page at the end: gathers what the stages left in the run's folder."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from datasets import Dataset

from augmint.core.data import DataConfig, strip_provenance
from augmint.core.data.provenance import SCORE
from augmint.core.data.source import FORMATS
from augmint.core.evaluation.quality import FIGURES
from augmint.core.interfaces import Batch
from augmint.core.pipeline.run_dir import read_json
from augmint.core.pipeline.stages import neighbours
from augmint.core.pipeline.stages.last_samples import last_samples
from augmint.core.pipeline.stages.model_cards import describe
from augmint.core.pipeline.stages.notes import nothing_learnt, noticed
from augmint.core.pipeline.versions import versions
from augmint.core.pipeline.workshop import Workshop
from augmint.core.report import ClassSamples, PseudoLabels, ReportData, read_jsonl, trials_from_journal, write_report
from augmint.core.report.policy_words import policy_sentences

SAMPLES = 6
CLASSES = 12
QUALITY = tuple(name for name in FIGURES if name != "kernel_std")


def run(shop: Workshop, cost: Mapping[str, float]) -> None:
    """Leaves `report.html`."""
    write_report(gather(shop, cost), shop.directory.report)


def gather(shop: Workshop, cost: Mapping[str, float]) -> ReportData:
    """Everything the page shows."""
    recipe, directory, task = shop.recipe, shop.directory, shop.task
    inspection, search = read_json(directory.inspection), read_json(directory.search_result)
    adversarial, manifest = read_json(directory.adversarial), read_json(directory.minted / "manifest.json")
    comparison = {**read_json(directory.comparison), "cost": dict(cost)}
    log = read_jsonl(directory.checkpoints / "train_log.jsonl")
    minted = shop.minted_rows
    policy = read_json(directory.policy)
    made_at, made = last_samples(directory.checkpoints / "samples")
    return ReportData(
        task=task.name,
        metric=task.metric,
        dataset=dataset_name(recipe.data),
        model=_model(recipe.model),
        generator=describe(shop),
        judge=shop.judge.name,
        splits=inspection["sizes"],
        facts=inspection.get("facts", {}),
        comparison=comparison,
        trials=trials_from_journal(directory.journal),
        importance=search["importance"],
        importance_note=search["importance_note"],
        finalists=search["finalists"],
        search_reason=search["reason"],
        objective=_objective(search["weights"], str(task.metric)),
        policy=policy,
        policy_words=policy_sentences({**policy, "mint": _applied(shop, policy.get("mint", {}))}),
        train_log=log,
        quality={**_quality(log), **_synthetic(shop)},
        samples=_samples(shop, minted),
        made=made,
        made_at=made_at,
        classes_left_out=max(0, len(task.codec.label_names or ()) - CLASSES),
        neighbours=neighbours.check(shop, minted),
        filtering=neighbours.filtering(shop, manifest),
        pseudo_labels=_pseudo_labels(shop),
        warnings=[*nothing_learnt(task.metric, comparison.get("arms", {}), inspection["class_counts"].get("test", {})),
                  *noticed(inspection, search, adversarial, manifest)],
        versions=versions(),
        seeds={"run": recipe.seed, "arms": list(recipe.compare.seeds)},
        hardware=_hardware(),
        command=f"augmint run {os.path.relpath(directory.recipe)} --set output_dir=runs/again",
        recipe=directory.recipe.read_text(encoding="utf-8"),
    )


def _applied(shop: Workshop, mint: Mapping[str, Any]) -> dict[str, Any]:
    """Minting settings without the judge's, where it has nothing to say of the task's rows (the space then leaves that open), and
    without those of a discriminator that decided nothing."""
    judged = any(dimension.name == "min_agreement" for dimension in shop.space.dimensions)
    idle = {*(() if judged else ("min_agreement",)), *(() if shop.critic is not None else ("keep_quantile", "best_of"))}
    return {name: value for name, value in mint.items() if name not in idle}


def dataset_name(data: DataConfig) -> str:
    """What people call the rows: a hub id or a folder, or the file where `path` only names its format."""
    files = data.data_files.get("train") if isinstance(data.data_files, Mapping) else data.data_files
    first = files[0] if isinstance(files, (list, tuple)) and files else files
    place = first or data.data_dir
    return "/".join(Path(place).parts[-2:]) if data.path in FORMATS and isinstance(place, str) else data.path


def _objective(weights: Mapping[str, float], metric: str) -> str:
    words = {
        "downstream": f"validation {metric}",
        "quality": "quality of generated rows",
        "diversity": "diversity of generated rows",
    }
    parts = [words[name] if weight == 1 else f"{weight:g} x {words[name]}" for name, weight in weights.items() if weight]
    return " + ".join(parts)


def _model(model: Mapping[str, Any]) -> str:
    if model.get("name_or_path"):
        return str(model["name_or_path"])
    if model.get("scratch"):
        return f"{model['scratch']['model_type']} from scratch"
    return "the task's default model, from scratch"


def _quality(log: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """The last figures that the evaluator logged."""
    measured = [entry for entry in log if "frechet" in entry]
    return {name: measured[-1][name] for name in QUALITY if name in measured[-1]} if measured else {}


def _synthetic(shop: Workshop) -> dict[str, float]:
    """Validation score of training on minted rows alone."""
    paths = [path for seed in shop.recipe.compare.seeds if (path := shop.directory.synthetic(seed)).is_file()]
    name = f"validation {shop.task.metric} after training on minted rows alone"
    return {name: sum(read_json(path)["validation"] for path in paths) / len(paths)} if paths else {}


def _samples(shop: Workshop, minted: Dataset) -> list[ClassSamples]:
    names = shop.task.codec.label_names
    train = shop.task.splits.train
    if names is None:
        real, made = (rows.select(range(min(2 * SAMPLES, len(rows)))) for rows in (train, minted))
        return [ClassSamples("", _previews(shop, real), neighbours.scored(_previews(shop, made), list(made[SCORE])))]
    shown = []
    real_labels, minted_labels = np.array(shop.task.codec.labels(train)), np.array(shop.task.codec.labels(minted))
    for label in range(min(len(names), CLASSES)):
        real, made = np.flatnonzero(real_labels == label)[:SAMPLES], np.flatnonzero(minted_labels == label)[:SAMPLES]
        shown.append(ClassSamples(names[label], _previews(shop, train.select(real)), _previews(shop, minted.select(made))))
    return shown


def _previews(shop: Workshop, rows: Dataset) -> list[str]:
    if len(rows) == 0:
        return []
    batch: Batch = shop.task.codec.encode(strip_provenance(rows))
    return [shop.task.codec.preview(batch, row) for row in range(len(rows))]


def _pseudo_labels(shop: Workshop) -> PseudoLabels | None:
    rows, unlabeled = shop.pseudo_labelled, shop.task.splits.unlabeled
    if rows is None or unlabeled is None:
        return None
    names, labels = shop.task.codec.label_names or [], shop.task.codec.labels(rows) or []
    counts = {name: labels.count(index) for index, name in enumerate(names)}
    return PseudoLabels(len(unlabeled), len(rows), by_class=counts)


def _hardware() -> dict[str, str]:
    device = torch.cuda.get_device_name() if torch.cuda.is_available() else "CPU"
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return {
        "device": device,
        "cores": str(cores),
        "machine": platform.machine(),
        "system": platform.system(),
        "python": platform.python_version(),
    }
