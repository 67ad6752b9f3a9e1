"""Where a training stands, and how that is written to a checkpoint and read back."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from augmint.core.adversarial.best import BestWeights
from augmint.core.adversarial.checkpoint import read_state
from augmint.core.adversarial.tensors import load_module, load_optimizer, module_tensors, optimizer_tensors, write_tensors
from augmint.core.errors import UserError

if TYPE_CHECKING:
    from augmint.core.adversarial.trainer import AdversarialTrainer


@dataclass
class Position:
    """Everything about the loop that is no weight.

    Attributes:
        step: steps done.
        rows: training rows seen.
        attempt: roll-backs so far; part of every random key.
        lr_scale: what roll-backs have multiplied the learning rates by.
        seconds: training time of earlier sittings.
        rollbacks: one entry each.
        stopped: why the training ended for good before `max_steps`.
    """

    step: int = 0
    rows: int = 0
    attempt: int = 0
    lr_scale: float = 1.0
    seconds: float = 0.0
    rollbacks: list[dict[str, Any]] = field(default_factory=list)
    stopped: str | None = None


def write_checkpoint(trainer: AdversarialTrainer) -> Path:
    """Write everything that an exact resume needs."""
    place = {**asdict(trainer.position), "seconds": trainer.seconds}
    state = {"position": place, "healthy": trainer.watch.healthy, "log_lines": len(trainer.log.history), "kind": _kind(trainer),
             "meter": trainer.meter.state_dict(), "watch": trainer.watch.state_dict(), "best": trainer.best.state_dict(),
             "objective": trainer.objective.state_dict(),
             "callbacks": [callback.state_dict() for callback in trainer.callbacks], "arguments": trainer.args.to_dict(),
             "threads": torch.get_num_threads()}

    def files(directory: Path) -> None:
        trainer.best.write(directory)
        for name, module in _modules(trainer).items():
            write_tensors(directory / f"{name}.safetensors", module_tensors(module))
        for name, optimizer in _optimizers(trainer).items():
            write_tensors(directory / f"{name}.safetensors", optimizer_tensors(optimizer))

    return trainer.store.write(trainer.position.step, state, files)


def resume(trainer: AdversarialTrainer, checkpoint: bool | str | Path | None, rewind_log: bool = True) -> bool:
    """Bring the trainer to a checkpoint; False where there is none to go on from.

    Raises:
        UserError: a fresh start in a folder with checkpoints, or a checkpoint of other data, seed or batch.
    """
    if checkpoint is True:
        if trainer.is_main:
            trainer.store.tidy()
        trainer.runtime.wait()
        path = trainer.store.newest()
    else:
        path = Path(checkpoint) if checkpoint else None
    if path is None:
        _start_afresh(trainer, may_mix=checkpoint is True)
        return False
    state = read_state(path)
    _check_kind(trainer, state["kind"], path)
    for name, module in _modules(trainer).items():
        load_module(module, path / f"{name}.safetensors")
    for name, optimizer in _optimizers(trainer).items():
        load_optimizer(optimizer, path / f"{name}.safetensors")
    trainer.position = Position(**state["position"])
    trainer.meter.load_state_dict(state["meter"], trainer.runtime.device)
    trainer.watch.load_state_dict(state["watch"])
    trainer.best.restore(state["best"], path)
    trainer.objective.load_state_dict(state["objective"])
    for callback, values in zip(trainer.callbacks, state["callbacks"], strict=False):
        callback.load_state_dict(values)
    if trainer.args.threads is None and "threads" in state:  # sums are split by thread: on another number of cores they'd differ
        torch.set_num_threads(state["threads"])
    if rewind_log:
        trainer.log.rewind(state["log_lines"])
    return True


def _modules(trainer: AdversarialTrainer) -> dict[str, Any]:
    return {"generator": trainer.generator, "discriminator": trainer.discriminator, "ema": trainer.ema}


def _optimizers(trainer: AdversarialTrainer) -> dict[str, Any]:
    phases = trainer.phases
    return {"generator_optimizer": phases.generator_optimizer, "discriminator_optimizer": phases.discriminator_optimizer}


def _kind(trainer: AdversarialTrainer) -> dict[str, Any]:
    """What must be the same for a resume to mean anything."""
    args = trainer.args
    return {"seed": args.seed, "rows of train_dataset": trainer.length, "rows of a batch": trainer.layout.rows,
            "discriminator_steps": args.discriminator_steps, "shared_parameters": args.shared_parameters}


def _check_kind(trainer: AdversarialTrainer, saved: dict[str, Any], path: Path) -> None:
    now = _kind(trainer)
    odd = [f"{name} was {saved.get(name)!r} and is {now[name]!r}" for name in now if saved.get(name) != now[name]]
    if odd:
        raise UserError(f"{path} belongs to another training: {'; '.join(odd)}.", where="resume_from_checkpoint",
                        fix="Restore these, or start in another output_dir.")


def _start_afresh(trainer: AdversarialTrainer, may_mix: bool) -> None:
    if trainer.store.complete() and not may_mix and not trainer.args.overwrite_output_dir:
        raise UserError(f"{trainer.store.directory} holds checkpoints of an earlier training.", where="adversarial.output_dir",
                        fix="Train with resume_from_checkpoint=True, set overwrite_output_dir, or choose another folder.")
    trainer.runtime.wait()
    if trainer.is_main:
        trainer.store.clear()
    trainer.log.rewind(0)
    trainer.position, trainer.best = Position(), BestWeights(trainer.best.metric, trainer.best.greater_is_better)
