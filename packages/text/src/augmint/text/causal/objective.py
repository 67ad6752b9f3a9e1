"""The losses of adversarial training of texts: likelihood, a policy gradient, and the distance to the start."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from augmint.core.interfaces import Batch, Loss, Objective, RowRandom
from augmint.core.interfaces.objective import detach
from augmint.core.interfaces.strings import length_key, to_strings
from augmint.core.minting.torch_state import evaluating
from augmint.text.causal.contrast import KINDS, contrast_logits, other_labels
from augmint.text.causal.settings import GeneratorSettings
from augmint.text.discriminators.text import TextDiscriminator
from augmint.text.generators.label_lm import LabelLMGenerator
from augmint.text.models.writing import write_labelled
from augmint.text.seq2seq import Decoding
from augmint.text.training.adversarial import CLIP, discriminator_step, policy_gradient, sample_streams, unwrapped


@dataclass
class TextObjective(Objective):
    """Losses of the text discriminator and of the label-conditioned language model.

    The discriminator learns real texts from generated ones and, where texts have labels, from real ones under another, by
    cross-entropy with the real label at 0.9. The generator's loss is `likelihood - adversarial_weight * mean(advantage * log_prob)
    + kl_weight * KL(generator | reference)`: several whole texts are drawn for every real one (of its label), and each one's
    clipped log-odds are measured against the mean of the others'.

    Attributes:
        settings: weights, and how many texts are drawn how.
        reference: the generator that training began with, frozen.

    Source: Yu et al. 2017, "SeqGAN: sequence generative adversarial nets with policy gradient"; Kool et al. 2019, "Buy 4 REINFORCE
    samples, get a baseline for free!"; Szegedy et al. 2016 (label smoothing).
    """

    settings: GeneratorSettings
    reference: LabelLMGenerator

    def __post_init__(self) -> None:
        self.reference.requires_grad_(False).eval()

    @property
    def decoding(self) -> Decoding:
        """How texts are drawn while training."""
        return Decoding(temperature=self.settings.temperature)

    def fakes(self, generator: nn.Module, real: Batch, rng: RowRandom) -> Batch:
        inner: LabelLMGenerator = unwrapped(generator)
        condition = {name: real[name] for name in ("label", *inner.conditioned_on) if name in real}
        for role in inner.conditioned_on:
            condition[length_key(role)] = real[length_key(role)]
        return inner.sample(len(rng), condition, rng=rng.child("draw"), temperature=self.settings.temperature, top_p=1.0)

    def discriminator_loss(self, discriminator: nn.Module, real: Batch, fake: Batch, rng: RowRandom) -> Loss:
        labels, classes = _labels(real), self.reference.model.classes
        other = other_labels(labels, classes, rng.child("labels"))
        logits = contrast_logits(discriminator, _texts(real), labels, _texts(fake), other, real["text"].device)
        return discriminator_step(logits, KINDS if other is not None else KINDS[:2])

    def generator_loss(self, generator: nn.Module, discriminator: nn.Module, real: Batch, rng: RowRandom) -> Loss:
        inner: LabelLMGenerator = unwrapped(generator)
        self.reference.to(inner.model.device)
        labels = _labels(real)
        # Gradients go through the generator as it is given, so that several processes average them.
        known, tokens, _ = generator(score=(_texts(real), labels))
        likelihood = -known.sum() / tokens.sum()
        repeated = [label for label in labels for _ in range(self.settings.samples)]
        streams = sample_streams(rng, self.settings.samples)
        with evaluating(inner):  # without dropout, so that what scores a text is what drew it
            drawn = write_labelled(inner.model, repeated, self.decoding, streams)
            reward = self._reward(discriminator, drawn, repeated)
            scored = generator(score=(drawn, repeated))
        with torch.no_grad():
            before = self.reference.log_probs(drawn, repeated)[2]
        gradient, kl = policy_gradient(scored, before, reward, self.settings.samples)
        total = likelihood + self.settings.adversarial_weight * gradient + self.settings.kl_weight * kl
        return Loss(total, {"likelihood": detach(likelihood), "kl": detach(kl), "reward_logit": detach(reward)})

    @torch.no_grad()
    def _reward(self, discriminator: nn.Module, drawn: list[str], labels: list[int]) -> Tensor:
        inner: TextDiscriminator = unwrapped(discriminator)
        with evaluating(inner):
            return inner.log_odds(drawn, labels).clamp(-CLIP, CLIP)


def _texts(batch: Batch) -> list[str]:
    return to_strings(batch["text"], batch[length_key("text")])


def _labels(batch: Batch) -> list[int]:
    """Class of every row; 0 for all where there are no labels."""
    return [0] * len(batch["text"]) if "label" not in batch else [int(label) for label in batch["label"]]
