"""One fine-tuning of one arm, as a job that any process can do."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from augmint.core.data import strip_provenance
from augmint.core.evaluation import Arm, synthetic_job
from augmint.core.evaluation.arms import COPIED, EQUAL_REAL_EPOCHS, MINTED, PSEUDO_LABELLED, RESYNTHESISED
from augmint.core.interfaces import Evaluation, FinetuneJob, FinetuneResult, MintSettings, Policy, keyed_seed
from augmint.core.minting import soft_targets
from augmint.core.pipeline.run_dir import read_json, write_json
from augmint.core.pipeline.workshop import Workshop, workshop

PSEUDO_SHARE = 0.5
"""Part of a batch that is pseudo-labelled in the control arms."""
RESULT = "result.json"


def mint_settings(shop: Workshop, policy: Policy) -> MintSettings:
    """The policy's mint settings. Where the search chose to mint nothing, the minted arms show the best that minting came to:
    the settings of the best trial that minted. Where none did, default filters and as many minted rows in a batch as originals."""
    if policy.mint.share > 0:
        return policy.mint
    trials = [trial for trial in read_json(shop.directory.search_result)["trials"] if trial["score"] is not None and minted(trial)]
    if not trials:
        excluded = shop.recipe.search.exclude
        return MintSettings(share=0.5, controls={name: at for name, at in (shop.task.gentlest or {}).items() if name in excluded})
    best = max(trials, key=lambda trial: (trial["score"], -trial["number"]))
    return shop.space.decode(best["point"]).mint


def minted(trial: Mapping[str, Any]) -> int:
    """How many rows a trial of `search/result.json` trained on beside the real ones: its filters may have left none."""
    return max((part.get("details", {}).get("minted", 0) for part in trial["parts"].values()), default=0)


def job_of(shop: Workshop, arm: Arm, seed: int, output_dir: Path | None) -> FinetuneJob:
    """What the arm trains on. Seeds of different arms pair: the same seed gives the same initial weights."""
    task = shop.task
    policy = shop.policy
    job = FinetuneJob(
        rows=task.splits.train,
        steps=task.steps,
        seed=keyed_seed(shop.recipe.seed, "finetune", seed) % 2**31,
        evaluate={"validation": task.splits.validation},
        output_dir=output_dir,
        policy={None: None, "standard": task.baseline(), "policy": policy}[arm.ops],
    )
    if arm.extra is None:
        return job
    if arm.extra == PSEUDO_LABELLED:
        return replace(job, extra=shop.pseudo_labelled, share=PSEUDO_SHARE)
    settings = mint_settings(shop, policy)
    if arm.extra == COPIED:
        return replace(job, extra=job.rows, share=settings.share)
    if arm.extra == EQUAL_REAL_EPOCHS:
        return replace(job, steps=max(1, round(job.steps * (1 - settings.share))))
    if arm.extra == MINTED:
        rows = shop.minted_rows
    else:
        rows = shop.resynthesised_rows(settings) if arm.extra == RESYNTHESISED else shop.unfiltered_rows(settings)
    return replace(
        job,
        extra=strip_provenance(rows),
        extra_targets=soft_targets(shop.judge, shop.task.codec, rows, settings.soft_labels),
        share=settings.share,
        mint=settings,
    )


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
    return {
        "score": result.scores[split],
        "loss": result.losses.get(split),
        "rows": result.rows.get(split),
        "details": dict(result.details.get(split, {})),
    }


def _plain(evaluation: Evaluation) -> dict[str, Any]:
    return {"score": evaluation.score, "loss": evaluation.loss, "rows": evaluation.rows, "details": dict(evaluation.details)}


def synthetic_score(root: Path, seed: int) -> None:
    """Train on minted rows alone under the standard augmentation and score on real validation rows, unless that is done: what
    the generated rows carry by themselves. It takes no part in the verdict."""
    shop = workshop(root)
    path = shop.directory.synthetic(seed)
    if not path.is_file() and len(shop.minted_rows):
        job = synthetic_job(job_of(shop, Arm("standard", "standard"), seed, None), shop.minted_rows)
        result = shop.task.finetune(job)
        write_json(path, {"seconds": result.seconds, "validation": result.scores["validation"]})
