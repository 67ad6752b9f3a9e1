"""The losses of adversarial training of labelled texts: likelihood, a policy gradient, and the distance to the start."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from augmint.core.interfaces import Batch, Loss, Objective, RowRandom
from augmint.core.interfaces.objective import detach
from augmint.core.minting.torch_state import evaluating
from augmint.text.classification.contrast import contrast, other_labels
from augmint.text.classification.settings import GeneratorSettings
from augmint.text.discriminators.text import TextDiscriminator
from augmint.text.generators.label_lm import LabelLMGenerator
from augmint.text.models.writing import write_labelled
from augmint.text.seq2seq import Decoding
from augmint.text.strings import length_key, to_strings
from augmint.text.translation.objective import CLIP, SURE, leave_one_out


@dataclass
class LabelledTextObjective(Objective):
    """Losses of the text discriminator and of the label-conditioned language model.

    The discriminator learns real texts from generated ones and from real ones under another label, by cross-entropy with the real
    label at 0.9. The generator's loss is `likelihood - adversarial_weight * mean(advantage * log_prob) + kl_weight * KL(generator |
    reference)`: several texts are drawn for every real text's label, and each one's clipped log-odds are measured against the mean
    of the others'.

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
        inner = _unwrapped(generator)
        fake: Batch = inner.sample(
            len(rng), {"label": real["label"]}, rng=rng.child("draw"), temperature=self.settings.temperature, top_p=1.0
        )
        return fake

    def discriminator_loss(self, discriminator: nn.Module, real: Batch, fake: Batch, rng: RowRandom) -> Loss:
        inner: TextDiscriminator = _unwrapped(discriminator)
        texts, labels, classes = _texts(real), real["label"].tolist(), self.reference.model.classes
        other = other_labels(labels, classes, rng.child("labels"))
        loss, logits, accuracy = contrast(inner, texts, labels, _texts(fake), other)
        sure = (accuracy > SURE).to(loss)
        count = len(texts)
        logs = {
            "discriminator_accuracy": detach(accuracy),
            "real_logit": detach(logits[:count]),
            "fake_logit": detach(logits[count : 2 * count]),
            "mislabelled_logit": detach(logits[2 * count :]),
        }
        return Loss(loss * (1 - sure), logs)

    def generator_loss(self, generator: nn.Module, discriminator: nn.Module, real: Batch, rng: RowRandom) -> Loss:
        inner: LabelLMGenerator = _unwrapped(generator)
        texts, labels = _texts(real), real["label"].tolist()
        known, tokens, _ = inner.log_probs(texts, labels)
        likelihood = -known.sum() / tokens.sum()
        repeated = [label for label in labels for _ in range(self.settings.samples)]
        streams = RowRandom(int(rng.integers(2**62)[0]), "samples", rows=range(len(repeated)))
        with evaluating(inner):  # what is drawn and what is scored must be one distribution, so without dropout
            drawn = write_labelled(inner.model, repeated, self.decoding, streams)
            reward = self._reward(discriminator, drawn, repeated)
            picked, tokens, logits = inner.log_probs(drawn, repeated)
        count = tokens.sum(1).clamp(min=1)
        advantage = leave_one_out(reward.view(-1, self.settings.samples)).flatten().to(picked)
        gradient = -(advantage * picked.sum(1) / count).mean()
        with torch.no_grad():
            _, _, before = self.reference.log_probs(drawn, repeated)
        divergence = F.kl_div(before.log_softmax(2), logits.log_softmax(2), reduction="none", log_target=True).sum(2)
        kl = ((divergence * tokens).sum(1) / count).mean()
        total = likelihood + self.settings.adversarial_weight * gradient + self.settings.kl_weight * kl
        return Loss(total, {"likelihood": detach(likelihood), "kl": detach(kl), "reward_logit": detach(reward)})

    @torch.no_grad()
    def _reward(self, discriminator: nn.Module, drawn: list[str], labels: list[int]) -> Tensor:
        inner: TextDiscriminator = _unwrapped(discriminator)
        with evaluating(inner):
            return inner.log_odds(drawn, labels).clamp(-CLIP, CLIP)


def _texts(batch: Batch) -> list[str]:
    return to_strings(batch["text"], batch[length_key("text")])


def _unwrapped(network: nn.Module) -> Any:
    """The network inside a distributed wrapper."""
    return getattr(network, "module", network)
