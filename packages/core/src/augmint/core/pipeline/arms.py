"""One fine-tuning of one arm, as a job that any process can do."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from datasets import Dataset

from augmint.core.data import strip_provenance
from augmint.core.evaluation import Arm
from augmint.core.interfaces import Evaluation, FinetuneJob, FinetuneResult, MintSettings, keyed_seed
from augmint.core.pipeline.run_dir import read_json, write_json
from augmint.core.pipeline.workshop import Workshop, workshop

PSEUDO_SHARE = 0.7
"""Part of a batch that is pseudo-labelled in the control arms."""
RESULT = "result.json"


def share_of(mint: MintSettings, originals: int, minted: int) -> float:
    """Part of a batch that is minted: the policy's, or, where it mints nothing, the share the minted rows naturally have."""
    return mint.share if mint.share > 0 else minted / max(1, originals + minted)


def job_of(shop: Workshop, arm: Arm, seed: int, output_dir: Path | None) -> FinetuneJob:
    """What the arm trains on. Seeds of different arms pair: the same seed gives the same initial weights."""
    task = shop.task
    policy = shop.policy
    job = FinetuneJob(
        rows=task.splits.train, steps=task.steps, seed=keyed_seed(shop.recipe.seed, "finetune", seed) % 2**31,
        evaluate={"validation": task.splits.validation}, output_dir=output_dir,
        policy={None: None, "standard": task.standard_policy(), "policy": policy}[arm.ops],
    )
    if arm.extra == "minted":
        rows = shop.minted_rows()
        share = share_of(policy.mint, len(job.rows), len(rows))
        return replace(job, extra=strip_provenance(rows), extra_targets=shop.soft_targets(rows, policy.mint), share=share)
    if arm.extra == "pseudo-labelled":
        return replace(job, extra=shop.pseudo_labelled, share=PSEUDO_SHARE)
    return job


def finetune_arm(root: Path, arm: Arm, seed: int) -> float:
    """Fine-tune one arm with one seed unless that is done; the model and its validation scores are kept. Returns seconds."""
    shop = workshop(root)
    target = shop.directory.finetuned(arm.name, seed)
    if (target / RESULT).is_file():
        return float(read_json(target / RESULT)["seconds"])
    unfinished = target.with_name(f".{target.name}")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    result = shop.task.finetune(job_of(shop, arm, seed, unfinished))
    write_json(unfinished / RESULT, {"seconds": result.seconds, "validation": _json(result, "validation")})
    shutil.rmtree(target, ignore_errors=True)
    os.replace(unfinished, target)
    return result.seconds


def test_arm(root: Path, arm: Arm, seed: int) -> None:
    """Score one kept model on the test split unless that is done."""
    shop = workshop(root)
    path = shop.directory.finetuned(arm.name, seed) / RESULT
    values = read_json(path)
    if "test" not in values:
        write_json(path, {**values, "test": _plain(shop.task.evaluate(path.parent, shop.test_rows()))})


def read_result(root: Path, arm: Arm, seed: int) -> FinetuneResult:
    """Validation and test of one fine-tuning."""
    values = read_json(workshop(root).directory.finetuned(arm.name, seed) / RESULT)
    return FinetuneResult.of({split: Evaluation(**values[split]) for split in ("validation", "test")}, values["seconds"])


def _json(result: FinetuneResult, split: str) -> dict[str, Any]:
    return {"score": result.scores[split], "loss": result.losses.get(split), "rows": result.rows.get(split)}


def _plain(evaluation: Evaluation) -> dict[str, Any]:
    return {"score": evaluation.score, "loss": evaluation.loss, "rows": evaluation.rows}


def synthetic_job(shop: Workshop, minted: Dataset, seed: int) -> FinetuneJob:
    """Train on minted rows alone, score on real validation rows: what the generated rows carry by themselves."""
    targets: torch.Tensor | None = shop.soft_targets(minted, shop.policy.mint)
    return FinetuneJob(
        rows=shop.task.splits.train.select(range(0)), extra=strip_provenance(minted), extra_targets=targets, share=1.0,
        policy=shop.task.standard_policy(), steps=shop.task.steps, seed=seed, evaluate={"validation": shop.task.splits.validation},
    )
