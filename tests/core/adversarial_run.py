"""One training as its own process, to be killed or launched by torchrun: `adversarial_run.py OUT [key=value ...]`.

Writes `OUT/final-<rank>.safetensors` with everything a training ends with.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
from adversarial_toys import RingGenerator, init, ring_trainer

from augmint.core.adversarial import R1, R2, AdaController, AdversarialCallback, AdversarialObjective, LeCam
from augmint.core.adversarial.tensors import module_tensors, optimizer_tensors, write_tensors
from augmint.core.interfaces import Batch, RowRandom


class Kill(AdversarialCallback):
    """`kill -9` of this very process after a step, or an interrupt."""

    def __init__(self, at: int, stop_at: int = 0) -> None:
        self.at, self.stop_at = at, stop_at

    def on_step_end(self, trainer: Any, step: int) -> None:
        if step == self.at:
            os.kill(os.getpid(), signal.SIGKILL)
        if step == self.stop_at:
            raise KeyboardInterrupt


def jitter(batch: Batch, rng: RowRandom, strength: float) -> Batch:
    return {**batch, "point": batch["point"] + 0.1 * strength * rng.normal(2)}


def objective() -> AdversarialObjective:
    """With all the state there is: a lazy penalty, LeCam's averages and ADA."""
    return AdversarialObjective("relativistic", (R1(0.1, every=2), R2(0.1, every=2), LeCam(0.1)), "point", augment=jitter,
                                ada=AdaController(target=0.0, interval=3, ramp_rows=500))


def trainer(out: Path, kill_at: int = 0, stop_at: int = 0, dropout: float = 0.1, **args: Any) -> Any:
    defaults = {"max_steps": 14, "save_steps": 3, "logging_steps": 4, "eval_steps": 5, "lr_scheduler_type": "cosine",
                "warmup_steps": 3}
    generator = init(RingGenerator(dropout=dropout), 1)
    return ring_trainer(out, objective=objective(), generator=generator, callbacks=[Kill(kill_at, stop_at)],
                        evaluator=lambda ema, step: {"norm": float(sum(p.norm() for p in ema.parameters()))},
                        **{**defaults, **args})


def everything(run: Any) -> dict[str, Any]:
    """All tensors that a training ends with."""
    parts = {"generator": module_tensors(run.generator), "discriminator": module_tensors(run.discriminator),
             "ema": module_tensors(run.ema),
             "generator_optimizer": optimizer_tensors(run.phases.generator_optimizer),
             "discriminator_optimizer": optimizer_tensors(run.phases.discriminator_optimizer)}
    return {f"{part}.{name}": tensor for part, tensors in parts.items() for name, tensor in tensors.items()}


def main() -> None:
    out, options = Path(sys.argv[1]), sys.argv[2:]
    args = {key: json.loads(value) for key, value in (option.split("=", 1) for option in options)}
    if "stop_at" in args:  # a first sitting in the same process
        with contextlib.suppress(KeyboardInterrupt):
            trainer(out, **args).train()
        args["stop_at"] = 0
    run = trainer(out, **args)
    run.train(resume_from_checkpoint=True)
    write_tensors(out / f"final-{run.layout.rank}.safetensors", everything(run))
    run.save_model()


if __name__ == "__main__":
    main()
