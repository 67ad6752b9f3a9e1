"""The objective of generators that can be differentiated through: images, mels, vectors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import torch
from torch import Tensor, nn

from augmint.core.adversarial.ada import AdaController
from augmint.core.adversarial.losses import GanLoss, get_loss
from augmint.core.adversarial.regularizers import Critique, Regularizer
from augmint.core.errors import UserError
from augmint.core.interfaces import Batch, Loss, Objective, RowRandom, batch_size, concatenate
from augmint.core.interfaces.objective import detach

Augment: TypeAlias = Callable[[Batch, RowRandom, float], Batch]
"""A differentiable augmentation of (rows, one random stream a row, strength or probability in [0, 1])."""


class AdversarialObjective(Objective):
    """One adversarial loss, any regularisers, and an optional augmentation of all that the discriminator sees.

    Args:
        loss: a name (`loss_names()`) or a GanLoss.
        regularizers: such as `(R1(0.1), R2(0.1))`.
        output_key: the entry of a batch that is generated; floating point.
        augment: applied to real and generated rows in both steps (DiffAugment).
        ada: adapts the strength given to `augment`; without it, 1.0.

    Source: Zhao et al. 2020, "Differentiable augmentation for data-efficient GAN training" (augment both, in both steps).
    """

    def __init__(self, loss: str | GanLoss = "relativistic", regularizers: Sequence[Regularizer] = (), output_key: str = "image",
                 augment: Augment | None = None, ada: AdaController | None = None) -> None:
        self.loss, self.regularizers, self.output_key = get_loss(loss), tuple(regularizers), output_key
        self.augment, self.ada = augment, ada
        self.step = 0
        names = [item.name for item in self.regularizers]
        if len(set(names)) < len(names):
            raise UserError(f"A regulariser is given twice: {', '.join(names)}.", where="regularizers", fix="Give each once.")
        if ada is not None and augment is None:
            raise UserError("ADA has nothing to adapt.", where="ada", fix="Give `augment` too.")
        self.needs_step_logs = ada is not None or any(item.needs_step_logs for item in self.regularizers)

    # Steps ---------------------------------------------------------------------------------------------------------

    def discriminator_loss(self, discriminator: nn.Module, real: Batch, fake: Batch, rng: RowRandom) -> Loss:
        """Adversarial loss and regularisers, from one forward pass over real and generated rows together."""
        due = [(item, factor) for item in self.regularizers if (factor := item.factor(self.step)) > 0]
        kinds = {kind for item, _ in due for kind in item.reads}
        parts = self._inputs(real, fake, rng, kinds)
        critique = self._critique(discriminator, parts, kinds)
        elements = self.loss.discriminator(critique.real, critique.fake)
        total = elements.mean()
        logs = {"discriminator_adversarial": detach(total), "real_score": detach(critique.real),
                "fake_score": detach(critique.fake)}
        if self.loss.saturates:
            logs["discriminator_saturated"] = detach(elements.detach() < 1e-3)
        if self.ada is not None:
            logs["ada_p"] = total.new_tensor(self.ada.p)
            logs["real_sign"] = detach(self.loss.margin(critique.real, critique.fake).detach().sign())
        for item, factor in due:
            penalty = item.penalty(critique)
            total = total + factor * penalty
            logs[item.name] = detach(penalty)
        return Loss(total, logs)

    def generator_loss(self, generator: nn.Module, discriminator: nn.Module, real: Batch, rng: RowRandom) -> Loss:
        """Loss of fresh generated rows; real ones are scored, without a graph, where the loss compares pairs."""
        fake = self._match(self.fakes(generator, real, rng.child("noise")), real)
        real_logits = None
        if self.loss.pairs:
            with torch.no_grad():
                real_logits = discriminator(self._augmented({name: real[name] for name in fake}, rng, "real")).float()
        total = self.loss.generator(discriminator(self._augmented(fake, rng, "fake")).float(), real_logits).mean()
        return Loss(total)

    # Parts ---------------------------------------------------------------------------------------------------------

    def _augmented(self, batch: Batch, rng: RowRandom, side: str) -> Batch:
        if self.augment is None:
            return batch
        return self.augment(batch, rng.child("augment", side), 1.0 if self.ada is None else self.ada.p)

    def _match(self, fake: Batch, real: Batch) -> Batch:
        """The generated rows with the names that real rows have too, in the dtype of the real ones."""
        key = self.output_key
        if key not in fake or key not in real:
            raise UserError(f"Batches hold no {key!r}: real ones {sorted(real)}, generated ones {sorted(fake)}.",
                            where="objective.output_key", fix="Name the entry that the generator makes and the data set holds.")
        if not real[key].is_floating_point():
            raise UserError(f"Real {key!r} is {real[key].dtype}.", where="objective",
                            fix="Let the data set give floats as the generator does.")
        if fake[key].shape != real[key].shape:
            raise UserError(f"Generated {key!r} has shape {tuple(fake[key].shape)}, real {tuple(real[key].shape)}.",
                            where="objective", fix="Generator and data must agree on the shape.")
        return {name: value.to(real[name].dtype) for name, value in fake.items() if name in real}

    def _inputs(self, real: Batch, fake: Batch, rng: RowRandom, kinds: set[str]) -> dict[str, Batch]:
        """What the discriminator shall see, by kind; entries whose gradients are asked for are leaves that require them."""
        fake = self._match(fake, real)
        real = {name: real[name] for name in fake}
        parts = {"real": self._augmented(real, rng, "real"), "fake": self._augmented(fake, rng, "fake")}
        if "between" in kinds:
            a, b = parts["real"][self.output_key], parts["fake"][self.output_key]
            part = rng.child("between").uniform(1).to(a).view(-1, *[1] * (a.dim() - 1))
            parts["between"] = {**parts["real"], self.output_key: torch.lerp(b, a, part)}
        for kind in kinds:
            parts[kind] = {**parts[kind], self.output_key: parts[kind][self.output_key].detach().float().requires_grad_(True)}
        return parts

    def _critique(self, discriminator: nn.Module, parts: dict[str, Batch], kinds: set[str]) -> Critique:
        """One forward pass. With gradients asked for it runs in float32 even under autocast: their squares need the digits."""
        inputs = concatenate(parts.values())
        exact = torch.autocast(inputs[self.output_key].device.type, enabled=False)
        if not kinds:
            logits = self._split(discriminator(inputs), parts)
            return Critique(logits["real"], logits["fake"], {})
        with exact:
            joint = discriminator(inputs)
            logits, wanted = self._split(joint, parts), sorted(kinds)
            gradients = torch.autograd.grad(joint.sum(), [parts[kind][self.output_key] for kind in wanted], create_graph=True)
        return Critique(logits["real"], logits["fake"], dict(zip(wanted, gradients, strict=True)))

    @staticmethod
    def _split(logits: Tensor, parts: dict[str, Batch]) -> dict[str, Tensor]:
        return dict(zip(parts, logits.float().split([batch_size(part) for part in parts.values()]), strict=True))

    # State ---------------------------------------------------------------------------------------------------------

    def step_end(self, step: int, logs: dict[str, float]) -> None:
        """Count the step; let ADA and the regularisers follow its mean scores."""
        self.step = step
        if self.ada is not None:
            self.ada.step_end(logs["real_sign"], int(logs["rows"]))
        for item in self.regularizers:
            if item.needs_step_logs:
                item.step_end(logs)

    def state_dict(self) -> dict[str, Any]:
        return {"step": self.step, "ada": self.ada.state_dict() if self.ada else None,
                "regularizers": {item.name: item.state_dict() for item in self.regularizers}}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        self.step = int(state["step"])
        if self.ada is not None and state["ada"] is not None:
            self.ada.load_state_dict(state["ada"])
        for item in self.regularizers:
            if item.name in state["regularizers"]:
                item.load_state_dict(state["regularizers"][item.name])
