"""What happens when a training goes wrong: back to the last good checkpoint, with new random keys and lower learning rates."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from augmint.core.adversarial.checkpoint import step_of
from augmint.core.adversarial.position import resume

if TYPE_CHECKING:
    from augmint.core.adversarial.trainer import AdversarialTrainer


def roll_back(trainer: AdversarialTrainer, reason: str) -> None:
    """Bring the trainer to the last good checkpoint in a new attempt; after too many, mark the training as stopped there.

    The caller restarts its stream of rows and saves, so that a kill from then on resumes in the new attempt.
    """
    before, seconds = trainer.position, trainer.seconds
    trainer.runtime.wait()
    resume(trainer, refuge(trainer), rewind_log=False)
    trainer.runtime.wait()  # nobody may still read what is deleted or written anew below
    trainer.started = time.monotonic()
    place, args = trainer.position, trainer.args
    place.seconds, place.attempt = seconds, before.attempt + 1
    place.lr_scale = before.lr_scale * args.rollback_lr_factor
    place.rollbacks = [*before.rollbacks, {"step": before.step, "to": place.step, "reason": reason}]
    trainer.watch.reset()
    if len(place.rollbacks) > args.max_rollbacks:
        place.stopped = (f"{reason} at step {before.step}, after {args.max_rollbacks} roll-backs; "
                         f"these are the weights of step {place.step}")
    if trainer.is_main:
        trainer.store.delete_after(place.step)
    trainer.add_to_log({"step": before.step, "event": "rollback", "reason": reason, "to": place.step, "attempt": place.attempt,
                        "lr_scale": place.lr_scale, **({"stopped": place.stopped} if place.stopped else {}),
                        "seconds": round(trainer.seconds, 3)})


def refuge(trainer: AdversarialTrainer) -> Path:
    """The newest good checkpoint; the one before it where the last roll-back went there too and nothing good came of it.

    There is always one: a training writes its first at step 0.
    """
    good = trainer.store.healthy()
    newest = next(good)
    rollbacks = trainer.position.rollbacks
    return next(good, newest) if rollbacks and rollbacks[-1]["to"] == step_of(newest) else newest
