"""One update of the discriminator, one of the generator.

The phases are never interleaved inside Accelerate's `accumulate`: it skips `zero_grad` on micro-steps, and the generator's
gradients would leak into the discriminator's.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn

from augmint.core.adversarial.arguments import AdversarialArguments
from augmint.core.adversarial.data_order import Layout
from augmint.core.adversarial.meter import Meter
from augmint.core.adversarial.runtime import Runtime
from augmint.core.adversarial.sharing import Ownership
from augmint.core.adversarial.spread import spread_figures
from augmint.core.interfaces import Batch, Discriminator, Generator, Objective, RowRandom, to_device


@dataclass
class Update:
    """What tells one update from every other.

    Attributes:
        step: the step it belongs to, from 0.
        repeat: which of the step's discriminator updates, from 0.
        attempt: how often the run was rolled back; part of every random key.
        figures: also measure what only log lines need.
    """

    step: int
    repeat: int = 0
    attempt: int = 0
    figures: bool = False


@dataclass
class Phases:
    """Both networks, whole and wrapped for distributed training, with their optimisers."""

    args: AdversarialArguments
    runtime: Runtime
    objective: Objective
    generator: Generator
    discriminator: Discriminator
    wrapped_generator: nn.Module
    wrapped_discriminator: nn.Module
    ownership: Ownership
    generator_optimizer: torch.optim.Optimizer
    discriminator_optimizer: torch.optim.Optimizer
    layout: Layout
    meters: Sequence[Meter] = field(default_factory=tuple)

    def discriminator_update(self, update: Update, data: Iterator[Batch]) -> list[Batch]:
        """Train the discriminator on the next real micro-batches and fresh fakes; returns the real ones, on the device."""
        parts = self.layout.accumulation
        seen: list[Batch] = []
        skips: list[Tensor | None] = []
        with self.ownership.discriminator_phase():
            for part in range(parts):
                real = to_device(next(data), self.runtime.device)
                rng = self._rng("discriminator", update, part)
                with self._sync(self.wrapped_discriminator, last=part == parts - 1):
                    with self.runtime.autocast():
                        with torch.no_grad():
                            fake = self.objective.fakes(self.generator, real, rng.child("fakes"))
                        loss = self.objective.discriminator_loss(self.wrapped_discriminator, real, fake, rng)
                    (loss.total / parts).backward()
                self._record(loss.logs, discriminator_loss=loss.total)
                seen.append(real)
                skips.append(loss.skip)
            if update.figures:
                self._record(spread_figures(real, fake, self.generator.output_key))
            self._apply(self.discriminator_optimizer, self.ownership.discriminator, "discriminator", update, skips)
        return seen

    def generator_update(self, update: Update, reals: list[Batch]) -> None:
        """Train the generator under the conditions of `reals`, the discriminator's parameters frozen and not wrapped."""
        skips: list[Tensor | None] = []
        with self.ownership.generator_phase():
            for part, real in enumerate(reals):
                rng = self._rng("generator", update, part)
                with self._sync(self.wrapped_generator, last=part == len(reals) - 1):
                    with self.runtime.autocast():
                        loss = self.objective.generator_loss(self.wrapped_generator, self.discriminator, real, rng)
                    (loss.total / len(reals)).backward()
                self._record(loss.logs, generator_loss=loss.total)
                skips.append(loss.skip)
            self._apply(self.generator_optimizer, self.ownership.generator, "generator", update, skips)

    def _rng(self, phase: str, update: Update, part: int) -> RowRandom:
        key = ("adversarial", phase, update.step, update.repeat, update.attempt)
        return RowRandom(self.args.seed, *key, rows=self.layout.positions(part), device=self.runtime.device)

    def _sync(self, wrapped: nn.Module, last: bool) -> AbstractContextManager[Any]:
        """Processes exchange gradients in the last micro-batch alone."""
        return nullcontext() if last else self.runtime.no_sync(wrapped)

    def _apply(
        self,
        optimizer: torch.optim.Optimizer,
        parameters: list[nn.Parameter],
        name: str,
        update: Update,
        skips: Sequence[Tensor | None],
    ) -> None:
        gradients = [p.grad for p in parameters if p.grad is not None]
        if self.args.max_grad_norm > 0:
            norm = torch.nn.utils.clip_grad_norm_(parameters, self.args.max_grad_norm)
            self._record({f"{name}_grad_norm": norm})
        elif update.figures and gradients:
            self._record({f"{name}_grad_norm": torch.nn.utils.get_total_norm(gradients)})
        if not self._skipped(skips):
            optimizer.step()
        optimizer.zero_grad(set_to_none=True)

    def _skipped(self, skips: Sequence[Tensor | None]) -> bool:
        """Whether every micro-batch of every process is to be skipped: so all processes step, or none."""
        said = [skip for skip in skips if skip is not None]
        if not said:
            return False
        return float(self.runtime.mean(torch.stack(said).float().mean())) == 1.0

    def _record(self, logs: dict[str, Tensor], **more: Tensor) -> None:
        for meter in self.meters:
            meter.add(logs)
            meter.add(more)
