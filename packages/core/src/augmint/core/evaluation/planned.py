"""Tasks whose models are trained on a `RowPlan`: one way to fine-tune and score, with the modality's parts put in."""

from __future__ import annotations

from abc import abstractmethod
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

from datasets import Dataset

from augmint.core.errors import UserError
from augmint.core.evaluation.finetuning import batch_size_of, steps_of
from augmint.core.evaluation.plan import RowPlan
from augmint.core.interfaces import Evaluation, FinetuneJob, FinetuneResult, PolicySpace, Task
from augmint.core.minting.torch_state import accelerator, fixed_threads


class PlannedTask(Task):
    """Subclasses say which model is built and loaded, what a plan holds, and how it is trained on and scored."""

    batch_size: ClassVar[int] = 32
    """Rows a step where the recipe is silent."""

    # policy and judge ---------------------------------------------------------------------------------------------

    @cached_property
    def space(self) -> PolicySpace:
        """Where the search looks; made once, since it may read all training rows."""
        return self.make_space()

    @abstractmethod
    def make_space(self) -> PolicySpace: ...

    def policy_space(self) -> PolicySpace:
        return self.space

    def refuse_judge_settings(self) -> None:
        """Raise UserError where the recipe sets up a judge that has no settings."""
        for key in self.settings.judge:
            what = f"{key!r} is not known: the judge of {self.name} has no settings."
            raise UserError(what, where=f"judge.{key}", fix="Leave judge out.")

    # downstream ---------------------------------------------------------------------------------------------------

    @property
    def steps(self) -> int:
        return steps_of(self.settings.finetune, len(self.splits.train), self.batch_size)

    @abstractmethod
    def rows(self, dataset: Dataset) -> Any:
        """Rows that a plan draws from (see `augmint.core.evaluation.plan.Rows`)."""

    @abstractmethod
    def fresh_model(self, job: FinetuneJob) -> Any:
        """The user's model, as every fine-tuning starts from it."""

    @abstractmethod
    def load_model(self, directory: Path) -> Any:
        """A fine-tuned model; its module is its `network`."""

    @abstractmethod
    def make_plan(self, job: FinetuneJob, rows: Any, extra: Any, **values: Any) -> RowPlan[Any]:
        """What a job trains on; `values` are arguments of `RowPlan`."""

    @abstractmethod
    def train_model(self, model: Any, plan: Any, **values: Any) -> float:
        """Train in place; `values` are `pretrained`, `steps` and `seed`. Returns seconds."""

    @abstractmethod
    def score_model(self, model: Any, rows: Any, directory: Path | None = None) -> Evaluation:
        """The metric on some rows; `directory` is the model's where what it writes shall be kept."""

    def finetune(self, job: FinetuneJob) -> FinetuneResult:
        model = self.fresh_model(job)
        plan = self.make_plan(
            job,
            self.rows(job.rows),
            self.rows(job.extra) if job.extra is not None else None,
            share=job.share,
            policy=job.policy,
            augment_extra=job.augment_extra,
            mint=job.mint,
            batch_size=batch_size_of(self.settings.finetune, self.batch_size),
            steps=job.steps,
            seed=job.seed,
        )
        pretrained = bool(self.settings.model.get("name_or_path"))
        with fixed_threads(self.settings.threads):
            seconds = self.train_model(model, plan, pretrained=pretrained, steps=job.steps, seed=job.seed)
            scores = {split: self.score_model(model, self.rows(rows)) for split, rows in job.evaluate.items()}
        if job.output_dir is not None:
            model.save_pretrained(job.output_dir)
        return FinetuneResult.of(scores, seconds)

    def evaluate(self, directory: Path, rows: Dataset) -> Evaluation:
        with fixed_threads(self.settings.threads):
            model = self.load_model(directory)
            model.network.to(accelerator())  # where training leaves it
            return self.score_model(model, self.rows(rows), directory)
