"""What can be hooked into a training."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tqdm.auto import tqdm

if TYPE_CHECKING:
    from augmint.core.adversarial.trainer import AdversarialOutput, AdversarialTrainer


class AdversarialCallback:
    """Hooks of a training; override what you need. Where not said otherwise they are called on every process;
    `trainer.is_main` tells the first.

    A hook may end the training after the current step by `trainer.request_stop(reason)`; in distributed training every process
    must then do so at the same step.
    """

    def on_train_begin(self, trainer: AdversarialTrainer) -> None:
        """Before the first step, after a checkpoint was loaded."""

    def on_step_end(self, trainer: AdversarialTrainer, step: int) -> None:
        """After step number `step`, counted from 1."""

    def on_log(self, trainer: AdversarialTrainer, logs: Mapping[str, Any]) -> None:
        """After a line was added to the log: figures since the line before, or an event."""

    def on_evaluate(self, trainer: AdversarialTrainer, figures: Mapping[str, float]) -> None:
        """After the evaluator has run."""

    def on_save(self, trainer: AdversarialTrainer, checkpoint: Path) -> None:
        """After a checkpoint is on disk; on the first process alone."""

    def on_rollback(self, trainer: AdversarialTrainer, step: int, reason: str) -> None:
        """After a collapsed training went back to `step`."""

    def on_train_end(self, trainer: AdversarialTrainer, output: AdversarialOutput) -> None:
        """After the last step."""

    def state_dict(self) -> dict[str, Any]:
        """What the callback needs after a resume, as JSON values."""
        return {}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Restore what `state_dict` gave."""


class ProgressBar(AdversarialCallback):
    """A tqdm bar with the time left and the last losses."""

    def __init__(self) -> None:
        self.bar: tqdm | None = None

    def on_train_begin(self, trainer: AdversarialTrainer) -> None:
        if trainer.is_main:
            self.bar = tqdm(total=trainer.args.max_steps, initial=trainer.step, desc="adversarial", unit="step", dynamic_ncols=True)

    def on_step_end(self, trainer: AdversarialTrainer, step: int) -> None:
        if self.bar is not None:
            self.bar.update(step - self.bar.n)

    def on_log(self, trainer: AdversarialTrainer, logs: Mapping[str, Any]) -> None:
        names = {"D": "discriminator_loss", "G": "generator_loss"}
        shown = {short: f"{logs[name]:.3f}" for short, name in names.items() if logs.get(name) is not None}
        if self.bar is not None and shown:
            self.bar.set_postfix(shown, refresh=False)

    def on_rollback(self, trainer: AdversarialTrainer, step: int, reason: str) -> None:
        if self.bar is not None:
            self.bar.n = step
            self.bar.write(f"adversarial: {reason}: back to step {step}")

    def on_train_end(self, trainer: AdversarialTrainer, output: AdversarialOutput) -> None:
        if self.bar is not None:
            self.bar.close()
            self.bar = None
