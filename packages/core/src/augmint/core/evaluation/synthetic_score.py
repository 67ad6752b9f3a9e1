"""Train on synthetic, test on real: what the generated rows carry by themselves.

Done right: the model trains for real (its gradients are never touched in between), on generated rows alone, with the steps and
seeds of the real arm beside it, and is scored on real validation rows; the test split is left to the comparison.

Source: Ravuri and Vinyals 2019, "Classification accuracy score for conditional generative models".
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from datasets import Dataset

from augmint.core.data.provenance import BY_GENERATOR, ORIGIN, strip_provenance
from augmint.core.errors import UserError
from augmint.core.evaluation.statistics import ArmScores, Interval, mean_interval, paired_difference
from augmint.core.interfaces import FinetuneJob, FinetuneResult

SPLIT = "validation"


@dataclass(frozen=True)
class SyntheticScore:
    """Validation score of training on generated rows alone, on real rows alone, and the paired difference, generated minus real."""

    synthetic: Interval
    real: Interval
    difference: Interval

    def to_dict(self) -> dict[str, Any]:
        """JSON values."""
        return {"synthetic": self.synthetic.to_dict(), "real": self.real.to_dict(), "difference": self.difference.to_dict()}


def synthetic_job(job: FinetuneJob, minted: Dataset) -> FinetuneJob:
    """The job with minted rows in place of the real ones; all else is equal.

    Args:
        job: training on real rows, scored on "validation".
        minted: generated rows, with or without provenance columns.

    Raises:
        UserError: there are no minted rows, original rows are among them, or the rows to score are generated.
    """
    if not len(minted):
        raise UserError("There are no minted rows.", where="synthetic score", fix="Mint some first.")
    if ORIGIN in minted.column_names and set(minted.unique(ORIGIN)) != {BY_GENERATOR}:
        raise UserError("Rows of another origin than the generator are among the minted ones.", where="synthetic score",
                        fix=f"Keep the rows whose {ORIGIN} is {BY_GENERATOR!r}.")
    scored = job.evaluate.get(SPLIT)
    if set(job.evaluate) != {SPLIT} or (scored is not None and _holds_generated(scored)):
        raise UserError("The score is taken on real validation rows alone.", where="synthetic score",
                        fix=f"Give evaluate={{{SPLIT!r}: real rows}}.")
    rows = strip_provenance(minted).select_columns(job.rows.column_names).cast(job.rows.features)
    return replace(job, rows=rows, extra=None, extra_targets=None, share=0.0)


def _holds_generated(rows: Dataset) -> bool:
    return ORIGIN in rows.column_names and BY_GENERATOR in rows.unique(ORIGIN)


def synthetic_score(finetune: Callable[[FinetuneJob], FinetuneResult], job: FinetuneJob, minted: Dataset, *,
                    seeds: Sequence[int]) -> SyntheticScore:
    """Fine-tune on generated rows alone and on the job's real rows alone, once each a seed.

    Args:
        finetune: `Task.finetune`, or a function that hands the job to a worker.
        job: training on real rows, scored on "validation" alone; its own seed is not used.
        minted: generated rows.
        seeds: both sides are fine-tuned with each.

    Raises:
        UserError: as `synthetic_job`, or a score that is not finite.
    """
    sides = {"real": replace(job, extra=None, extra_targets=None, share=0.0), "synthetic": synthetic_job(job, minted)}
    scores = {
        name: ArmScores.from_results({seed: finetune(replace(side, seed=seed, output_dir=None)) for seed in seeds}, SPLIT, name)
        for name, side in sides.items()
    }
    return SyntheticScore(synthetic=mean_interval(scores["synthetic"]), real=mean_interval(scores["real"]),
                          difference=paired_difference(scores["synthetic"], scores["real"]))
