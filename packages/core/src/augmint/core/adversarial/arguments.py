"""Arguments of adversarial training, named as in `transformers.TrainingArguments` wherever the same thing exists."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Self

from augmint.core.adversarial.argument_checks import check_arguments
from augmint.core.errors import UserError, nearest


@dataclass
class AdversarialArguments:
    """How to train a generator against a discriminator.

    One step is `discriminator_steps` updates of the discriminator and then one of the generator. The batch of an update is
    `per_device_train_batch_size * gradient_accumulation_steps * processes` rows.

    Attributes:
        output_dir: holds `train_log.jsonl` and `checkpoint-<step>/`; every process must see it.
        max_steps: steps to train.
        per_device_train_batch_size: rows of one micro-batch on one process.
        gradient_accumulation_steps: micro-batches of one update.
        discriminator_steps: discriminator updates before each generator update.
        learning_rate: of the generator, and of the discriminator unless the next is given.
        discriminator_learning_rate: of the discriminator.
        lr_scheduler_type: constant, constant_with_warmup, linear, cosine or cosine_with_min_lr, as in transformers.
        lr_scheduler_kwargs: `{"min_lr_rate": r}` lets the rate of cosine_with_min_lr end at r times its start.
        warmup_steps: steps over which the rate rises from 0.
        adam_beta1, adam_beta2, adam_epsilon, weight_decay: of AdamW, for both networks.
        max_grad_norm: gradients are clipped to this norm, each network apart; 0 leaves them as they are.
        bf16: forward passes in bfloat16 by autocast; weights and losses stay float32, and so does the discriminator's whole update
            in steps whose gradient penalty is due: with R1 and R2, every step unless they are made lazy.
        shared_parameters: "generator" or "discriminator": whose optimiser owns parameters that both networks hold. None: an
            error where there are any.
        ema_half_life: half-life of the averaged generator, in training rows seen.
        ema_rampup: the half-life is at most this part of the rows seen so far, so the average forgets its start; None: off.
        seed: keys batch order, noise and augmentation.
        threads: torch threads of a process while training, so results don't depend on the machine; None takes what the process
            has, and a resumed training what it began with.
        use_cpu: train on the CPU though an accelerator is there.
        dataloader_num_workers: worker processes that read rows; 0 reads in the training process.
        logging_steps: steps between log lines, each the mean since the line before.
        save_steps: steps between checkpoints. A last one is always written.
        save_total_limit: how many checkpoints to keep; the newest one that is fit to roll back to is never deleted.
        eval_steps: steps between calls of the evaluator; 0 calls it at the end alone.
        sample_steps: steps between calls of the sampler; 0 calls it at the end alone.
        load_best_model_at_end: end with the averaged generator that the evaluator liked best, not the last one.
        metric_for_best_model: which of the evaluator's figures decides that.
        greater_is_better: its direction; a distance (FD, KID) is better when smaller.
        report_to: trackers beside `train_log.jsonl`, which is always written: "jsonl" or "none" (no other), "tensorboard",
            "wandb", any other name Accelerate knows, "all", or a list of them.
        run_name: the trackers' name of the run.
        disable_tqdm: no progress bar.
        overwrite_output_dir: a fresh training may delete the checkpoints that `output_dir` holds.
        max_seconds: stop after this time, summed over resumes. None by default: a wall-clock limit ends unequal machines at
            unequal steps.
        max_rollbacks: how often a collapsed training goes back to the last good checkpoint before it stops there.
        rollback_lr_factor: every rollback multiplies the learning rates by this.
        collapse_grace_steps: steps before a shrinking spread of the samples counts as a sign of collapse.
        collapse_patience: log lines in a row that must show the sign; four times as many where the discriminator is merely sure.
        collapse_spread: the sign: generated rows vary less than this part of what real rows do.
        max_loss: a mean loss beyond this magnitude is an explosion.
        ddp_find_unused_parameters, ddp_bucket_cap_mb: as in transformers; for `torchrun`.
    """

    output_dir: str = "runs/adversarial"
    max_steps: int = 1000
    per_device_train_batch_size: int = 64
    gradient_accumulation_steps: int = 1
    discriminator_steps: int = 1
    learning_rate: float = 2e-4
    discriminator_learning_rate: float | None = None
    lr_scheduler_type: str = "constant"
    lr_scheduler_kwargs: dict[str, float] = field(default_factory=dict)
    warmup_steps: int = 0
    adam_beta1: float = 0.0
    adam_beta2: float = 0.99
    adam_epsilon: float = 1e-8
    weight_decay: float = 0.0
    max_grad_norm: float = 0.0
    bf16: bool = False
    shared_parameters: str | None = None
    ema_half_life: float = 10_000.0
    ema_rampup: float | None = 0.05
    seed: int = 0
    threads: int | None = None
    use_cpu: bool = False
    dataloader_num_workers: int = 0
    logging_steps: int = 50
    save_steps: int = 500
    save_total_limit: int = 2
    eval_steps: int = 0
    sample_steps: int = 0
    load_best_model_at_end: bool = False
    metric_for_best_model: str | None = None
    greater_is_better: bool = False
    report_to: str | list[str] = "jsonl"
    run_name: str = "augmint"
    disable_tqdm: bool = False
    overwrite_output_dir: bool = False
    max_seconds: float | None = None
    max_rollbacks: int = 3
    rollback_lr_factor: float = 0.5
    collapse_grace_steps: int = 200
    collapse_patience: int = 5
    collapse_spread: float = 0.02
    max_loss: float = 1e5
    ddp_find_unused_parameters: bool = False
    ddp_bucket_cap_mb: int = 25

    def __post_init__(self) -> None:
        check_arguments(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Arguments of a recipe's section. Raises UserError on unknown keys, naming the nearest known one."""
        known = {item.name for item in fields(cls)}
        for name in values:
            if name not in known:
                raise UserError(f"Unknown key {name!r}.", where=f"adversarial.{name}", fix=nearest(name, known))
        return cls(**values)

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values."""
        return asdict(self)
