"""What the search asks of a policy: fine-tune with it and score the validation rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from datasets import Dataset

from augmint.core.data import strip_provenance
from augmint.core.evaluation import density_coverage, precision_recall
from augmint.core.interfaces import FinetuneJob, Policy, RowRandom, Task
from augmint.core.minting import MintArguments, mint_rows
from augmint.core.pipeline.workshop import Workshop, workshop
from augmint.core.search import TrialRequest, TrialScores

SHORT = 0.4
"""Steps of the "short" fidelity as a part of the full number."""
BLOCK = 256
"""Rows encoded at a time."""


def fidelities_of(task: Task) -> tuple[str, ...]:
    """Density matching asks whether a label is recognised, so tasks without classes go without it."""
    return ("density", "short", "full") if task.codec.label_names is not None else ("short", "full")


@dataclass
class ValidationObjective:
    """Scores policies on the validation rows; test is never opened.

    Fidelities: "density" augments validation rows by the policy and asks the judge to recognise them (Fast AutoAugment's density
    matching: cheap, blind to what is gained, good at throwing out what destroys); "short" and "full" fine-tune the user's model.

    Quality and diversity are those of the policy's generated rows against the real training rows (precision and coverage in the
    judge's features). A policy that generates nothing has quality 1, for it generates nothing bad, and diversity 0.

    Args:
        root: the run's folder.

    Source: Lim et al. 2019, "Fast AutoAugment".
    """

    root: Path
    fidelities: Sequence[str] = ("density", "short", "full")

    def __call__(self, request: TrialRequest) -> TrialScores:
        shop = workshop(self.root)
        policy = shop.space.decode(request.point)
        if request.fidelity == "density":
            return TrialScores(self._density(shop, policy, request.seed), quality=1.0, diversity=0.0)
        return self._finetune(shop, policy, request)

    def _density(self, shop: Workshop, policy: Policy, seed: int) -> float:
        rows, right = shop.task.splits.validation, 0
        for at in range(0, len(rows), BLOCK):
            places = range(at, min(at + BLOCK, len(rows)))
            batch = shop.task.codec.encode(rows.select(places))
            seen = shop.judge.probabilities(policy.augment(batch, RowRandom(seed, "density", rows=places)))
            right += int((seen.argmax(1) == batch["label"]).sum())
        return 100 * right / len(rows)

    def _finetune(self, shop: Workshop, policy: Policy, request: TrialRequest) -> TrialScores:
        task = shop.task
        steps = task.steps if request.fidelity == "full" else max(1, round(SHORT * task.steps))
        extra: Dataset | None = None
        targets, quality, diversity = None, 1.0, 0.0
        if policy.mint.share > 0:
            minted = mint_rows(
                shop.mint_parts,
                policy,
                self._amount(shop, request),
                seed=shop.recipe.seed,
                weakness=shop.weakness,
                cache=shop.directory.candidates if shop.networks[0].conditioned_on else None,
            )
            if len(minted.dataset) > 1:
                extra, targets = strip_provenance(minted.dataset), minted.targets
                quality, diversity = self._quality(shop, minted.features)
        job = FinetuneJob(
            rows=task.splits.train,
            extra=extra,
            extra_targets=targets,
            share=policy.mint.share,
            policy=policy,
            mint=policy.mint,
            steps=steps,
            seed=request.seed,
            evaluate={"validation": task.splits.validation},
        )
        result = task.finetune(job)
        sign = 1 if task.metric.greater_is_better else -1
        details = {"loss": result.losses.get("validation"), "minted": len(extra) if extra is not None else 0}
        return TrialScores(sign * result.scores["validation"], quality, diversity, details)

    @staticmethod
    def _amount(shop: Workshop, request: TrialRequest) -> MintArguments:
        """How much is minted for a trial: as much as the arms get. Where rows are dear (they are written token by token), a short
        trial gets its part, so that each row is seen as often as in a full one."""
        mint = shop.recipe.mint
        if request.fidelity == "full" or not shop.networks[0].conditioned_on or mint.per_class is not None:
            return mint
        if mint.total is not None:
            return replace(mint, total=max(2, round(SHORT * mint.total)))
        return replace(mint, ratio=SHORT * (mint.ratio or 1.0))

    def _quality(self, shop: Workshop, features: torch.Tensor) -> tuple[float, float]:
        real = shop.real_features
        return precision_recall(real, features).precision, density_coverage(real, features).coverage
