"""The training loop: discriminator phase, generator phase, average, log, evaluate, save."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import torch
from torch.utils.data import Dataset

from augmint.core.adversarial.arguments import AdversarialArguments
from augmint.core.adversarial.assembly import assemble, wants_step_logs
from augmint.core.adversarial.best import BestWeights
from augmint.core.adversarial.callbacks import AdversarialCallback, ProgressBar
from augmint.core.adversarial.checkpoint import CheckpointStore
from augmint.core.adversarial.data_order import DataOrder, Layout, loader
from augmint.core.adversarial.ema import Ema
from augmint.core.adversarial.meter import Meter
from augmint.core.adversarial.phases import Update
from augmint.core.adversarial.position import Position, resume, write_checkpoint
from augmint.core.adversarial.recovery import roll_back
from augmint.core.adversarial.runtime import Runtime, reseed, training_session
from augmint.core.adversarial.saving import save_networks
from augmint.core.adversarial.schedules import lr_factor
from augmint.core.adversarial.training_log import TrainingLog
from augmint.core.adversarial.watch import CollapseWatch, finite
from augmint.core.errors import UserError
from augmint.core.interfaces import Batch, Discriminator, Generator, Objective, keyed_seed

Evaluator: TypeAlias = Callable[[Generator, int], Mapping[str, float]]
"""(averaged generator, step) -> figures to log."""
Sampler: TypeAlias = Callable[[Generator, int], None]
"""(averaged generator, step): draws a sample grid, say."""


@dataclass(frozen=True)
class AdversarialOutput:
    """How a training ended.

    Attributes:
        global_step: steps behind the weights.
        log_history: the lines of `train_log.jsonl`.
        seconds: training time over all resumes.
        rollbacks: one entry a roll-back: at which step, to which, why.
        stopped: why it ended before `max_steps`, or None.
        best: `{"step", "value"}` of the best evaluation by `metric_for_best_model`, or None.
    """

    global_step: int
    log_history: list[dict[str, Any]]
    seconds: float
    rollbacks: list[dict[str, Any]] = field(default_factory=list)
    stopped: str | None = None
    best: dict[str, Any] | None = None


class AdversarialTrainer:
    """Trains a generator against a discriminator.

    Args:
        generator: trained in place.
        discriminator: trained in place.
        objective: owns the losses.
        args: how to train.
        train_dataset: map-style; `dataset[i]` is one row, a dict of tensors. Where it has `__getitems__(indices)`, that returns
            a whole batch. Tensors in the generator's own representation.
        callbacks: hooks.
        evaluator: called with the averaged generator every `eval_steps` and at the end, on the first process; its figures are
            logged.
        sampler: called with the averaged generator every `sample_steps` and at the end, on the first process.

    Raises:
        UserError: the networks share parameters nobody owns, the data set is empty, a tracker is missing.
    """

    def __init__(self, generator: Generator, discriminator: Discriminator, objective: Objective, args: AdversarialArguments,
                 train_dataset: Dataset[Any], callbacks: Sequence[AdversarialCallback] = (), evaluator: Evaluator | None = None,
                 sampler: Sampler | None = None) -> None:
        self.generator, self.discriminator, self.objective, self.args = generator, discriminator, objective, args
        self.train_dataset, self.evaluator, self.sampler = train_dataset, evaluator, sampler
        self.length = len(train_dataset)  # type: ignore[arg-type]
        if self.length < 1:
            raise UserError("There are no rows to train on.", where="train_dataset", fix="Give at least one row.")
        self.callbacks = [*([] if args.disable_tqdm else [ProgressBar()]), *callbacks]
        self.output_dir = Path(args.output_dir)
        self.runtime = Runtime(args)
        self.layout = Layout(args.per_device_train_batch_size, args.gradient_accumulation_steps, self.runtime.processes,
                             self.runtime.rank)
        self.meter, self._step_meter = Meter(), Meter()
        self.meters = (self.meter, self._step_meter) if wants_step_logs(objective) else (self.meter,)
        self.phases = assemble(args, self.runtime, objective, generator, discriminator, self.layout, self.meters)
        self._ema = Ema(generator, args.ema_half_life, args.ema_rampup)
        self.watch = CollapseWatch(args)
        self.best = BestWeights(args.metric_for_best_model, args.greater_is_better)
        self.store = CheckpointStore(self.output_dir, args.save_total_limit)
        self.log = TrainingLog(self.output_dir / "train_log.jsonl", writes=self.is_main)
        self.position = Position()
        self._data: Iterator[Batch] = iter(())
        self._stop_reason: str | None = None
        self.started = 0.0

    # What callers read ---------------------------------------------------------------------------------------------

    @property
    def ema(self) -> Generator:
        """The averaged generator, frozen and in eval mode: the one to sample from."""
        return self._ema.module

    @property
    def step(self) -> int:
        """Steps done."""
        return self.position.step

    @property
    def is_main(self) -> bool:
        """Whether this is the process that writes."""
        return self.runtime.is_main

    @property
    def seconds(self) -> float:
        """Training time so far, over all resumes."""
        return self.position.seconds + (time.monotonic() - self.started if self.started else 0.0)

    def request_stop(self, reason: str) -> None:
        """End the training after the current step."""
        self._stop_reason = reason

    def save_model(self, directory: str | Path | None = None) -> None:
        """Write `generator/` (averaged weights) and `discriminator/` below `directory` (default: `output_dir`)."""
        if self.is_main:
            save_networks(Path(directory or self.output_dir), self.ema, self.discriminator)
        self.runtime.wait()

    # The loop ------------------------------------------------------------------------------------------------------

    def train(self, resume_from_checkpoint: bool | str | Path | None = None) -> AdversarialOutput:
        """Train to `max_steps`.

        Args:
            resume_from_checkpoint: True goes on from the newest complete checkpoint, or starts where there is none; a path
                goes on from that one; None or False starts afresh.

        Raises:
            UserError: a fresh start would mix with another run's checkpoints, or the checkpoint does not fit.
        """
        with training_session(self.args.threads, self.runtime.device):
            self._begin(resume_from_checkpoint)
            while not self._finished():
                self._train_step()
                self._after_step()
            return self._end()

    def _begin(self, checkpoint: bool | str | Path | None) -> None:
        self._stop_reason = None
        self.objective.begin(self.args.max_steps)
        self.generator.train()
        self.discriminator.train()
        self.runtime.start_trackers(self.args.run_name, self.args.to_dict())
        if not resume(self, checkpoint):
            self._ema.restart()
            self._save()  # so that there is always something to roll back to
        self._restart_data()
        self.started = time.monotonic()
        self._call("on_train_begin")

    def _train_step(self) -> None:
        place, args = self.position, self.args
        reseed(self.runtime.device, keyed_seed(args.seed, "adversarial", "torch", place.step, place.attempt, self.layout.rank))
        self._set_learning_rates()
        figures = self._due(args.logging_steps, place.step + 1)
        for repeat in range(args.discriminator_steps):
            reals = self.phases.discriminator_update(Update(place.step, repeat, place.attempt, figures), self._data)
        self.phases.generator_update(Update(place.step, 0, place.attempt, figures), reals)
        place.step += 1
        place.rows += self.layout.rows * args.discriminator_steps
        self._ema.update(self.layout.rows * args.discriminator_steps, place.rows)
        self._tell_objective()

    def _after_step(self) -> None:
        step, args = self.position.step, self.args
        self._call("on_step_end", step)
        self._watch_clock()
        trouble = self._log_figures() if self._due(args.logging_steps, step) else None
        if trouble is None and self._due(args.save_steps, step) and not finite((self.generator, self.discriminator)):
            trouble = "weights are not finite"
        if trouble is not None:
            self._recover(trouble)
            return
        if self._due(args.eval_steps, step):
            self._evaluate()
        if self._due(args.sample_steps, step):
            self._sample()
        if self._due(args.save_steps, step):
            self._save()

    def _finished(self) -> bool:
        return self.position.step >= self.args.max_steps or self._stop_reason is not None or self.position.stopped is not None

    def _end(self) -> AdversarialOutput:
        stopped = self.position.stopped or (self._stop_reason if self.position.step < self.args.max_steps else None)
        best = self.best.state_dict() if self.best.step is not None else None
        if self.args.load_best_model_at_end:
            self.best.load_into(self.ema)
        output = AdversarialOutput(self.position.step, list(self.log.history), self.seconds, list(self.position.rollbacks), stopped,
                                   best)
        self.position.seconds, self.started, self._data = self.seconds, 0.0, iter(())
        self._call("on_train_end", output)
        self.runtime.finish_trackers()
        return output

    # Parts of a step -----------------------------------------------------------------------------------------------

    def _due(self, every: int, step: int) -> bool:
        """Whether something done every so many steps, and at the end, is due after `step`; 0: at the end alone."""
        return step >= self.args.max_steps or self._stop_reason is not None or (every > 0 and step % every == 0)

    def _set_learning_rates(self) -> None:
        args = self.args
        factor = lr_factor(args.lr_scheduler_type, self.position.step, args.max_steps, args.warmup_steps,
                           args.lr_scheduler_kwargs.get("min_lr_rate", 0.0)) * self.position.lr_scale
        rates = (args.learning_rate, args.discriminator_learning_rate or args.learning_rate)
        for optimizer, rate in zip((self.phases.generator_optimizer, self.phases.discriminator_optimizer), rates, strict=True):
            optimizer.param_groups[0]["lr"] = rate * factor

    def _tell_objective(self) -> None:
        """The objective counts the step; it gets the step's mean logs if it wants them, which costs a wait for the device."""
        logs: dict[str, float] = {}
        if self._step_meter in self.meters:
            logs = self._step_meter.means(self.runtime.mean)
            self._step_meter.clear()
        self.objective.step_end(self.position.step, {**logs, "rows": float(self.layout.rows * self.args.discriminator_steps)})

    def _log_figures(self) -> str | None:
        """Log the means since the last line; returns what is wrong with them, if anything."""
        figures = self.meter.means(self.runtime.mean)
        self.meter.clear()
        rate = self.phases.generator_optimizer.param_groups[0]["lr"]
        self.add_to_log({"step": self.position.step, "rows": self.position.rows, "learning_rate": rate, **figures,
                         "seconds": round(self.seconds, 3)})
        return self.watch.check(self.position.step, figures)

    def add_to_log(self, entry: dict[str, Any]) -> None:
        """Write one line of figures or an event to the log, the trackers and the callbacks."""
        self.log.add(entry)
        self.runtime.track(entry, self.position.step)
        self._call("on_log", entry)

    def _evaluate(self) -> None:
        if self.evaluator is None:
            return
        found = self.evaluator(self.ema, self.position.step) if self.is_main else {}
        figures: dict[str, float] = self.runtime.share({name: float(value) for name, value in found.items()})
        self.add_to_log({"step": self.position.step, **figures, "seconds": round(self.seconds, 3)})
        self.best.consider(self.position.step, figures, self.ema)
        self._call("on_evaluate", figures)

    def _sample(self) -> None:
        if self.sampler is not None and self.is_main:
            self.sampler(self.ema, self.position.step)
        self.runtime.wait()

    def _watch_clock(self) -> None:
        if self.args.max_seconds is None:
            return
        late = torch.tensor(float(self.seconds > self.args.max_seconds), device=self.runtime.device)
        if float(self.runtime.mean(late)) > 0:
            self.request_stop(f"max_seconds ({self.args.max_seconds:g}) is over")

    # Checkpoints and recovery --------------------------------------------------------------------------------------

    def _save(self) -> None:
        self.meter.synchronise(self.runtime.mean)
        if self.is_main:
            self._call("on_save", write_checkpoint(self))
        self.runtime.wait()

    def _recover(self, reason: str) -> None:
        roll_back(self, reason)
        self._restart_data()
        self._call("on_rollback", self.position.step, reason)
        self._save()

    def _restart_data(self) -> None:
        """Let the stream of micro-batches begin at the current step."""
        order = DataOrder(self.length, self.args.seed, self.position.attempt)
        first = self.position.step * self.args.discriminator_steps
        self._data = loader(self.train_dataset, order, self.layout, first, self.args.dataloader_num_workers,
                            pin=self.runtime.device.type == "cuda")

    def _call(self, hook: str, *arguments: Any) -> None:
        for callback in self.callbacks:
            getattr(callback, hook)(self, *arguments)
