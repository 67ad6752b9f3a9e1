"""The losses of adversarial training of texts: likelihood, a policy gradient towards the discriminator, and two anchors."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from augmint.core.interfaces import Batch, Loss, Objective, RowRandom
from augmint.core.interfaces.objective import detach
from augmint.core.interfaces.strings import length_key, to_strings, to_tensors
from augmint.core.minting.torch_state import evaluating
from augmint.text.discriminators.corruption import corrupted
from augmint.text.discriminators.pair import PairDiscriminator
from augmint.text.generators.seq2seq import Seq2SeqGenerator
from augmint.text.seq2seq import Decoding, write_texts
from augmint.text.training.adversarial import CLIP, discriminator_step, policy_gradient, sample_streams, unwrapped
from augmint.text.translation.metric import sentence_chrf
from augmint.text.translation.settings import GeneratorSettings


@dataclass
class PairObjective(Objective):
    """Losses of the pair discriminator and of the generator of sources.

    The discriminator learns real pairs from generated ones and from corrupted ones, by cross-entropy with the real label at 0.9.
    The generator's loss is `likelihood - adversarial_weight * mean(advantage * log_prob) + kl_weight * KL(generator | reference)`:
    several sources are drawn for every target, and each one's reward (clipped log-odds, and its likeness to the real source) is
    measured against the mean of the others.

    Attributes:
        settings: weights, and how many sources are drawn how.
        reference: the generator that training began with, frozen.

    Source: Yang et al. 2018, "Improving neural machine translation with conditional sequence generative adversarial nets"; Kool et
    al. 2019, "Buy 4 REINFORCE samples, get a baseline for free!"; Szegedy et al. 2016 (label smoothing).
    """

    settings: GeneratorSettings
    reference: Seq2SeqGenerator

    def __post_init__(self) -> None:
        self.reference.requires_grad_(False).eval()

    def fakes(self, generator: nn.Module, real: Batch, rng: RowRandom) -> Batch:
        condition = {name: real[name] for name in ("target", length_key("target"))}
        inner = unwrapped(generator)
        return inner.sample(len(rng), condition, rng=rng.child("draw"), temperature=self.settings.temperature, top_p=0.95)

    def discriminator_loss(self, discriminator: nn.Module, real: Batch, fake: Batch, rng: RowRandom) -> Loss:
        good, generated = _texts(real), _texts(fake)
        bad = corrupted(*good, rng.child("corrupt"))
        batch = _batch([*good[0], *generated[0], *bad[0]], [*good[1], *generated[1], *bad[1]], real["target"].device)
        return discriminator_step(discriminator(batch), ("real", "fake", "corrupt"))

    def generator_loss(self, generator: nn.Module, discriminator: nn.Module, real: Batch, rng: RowRandom) -> Loss:
        sources, targets = _texts(real)
        inner = unwrapped(generator)
        self.reference.to(inner.model.device)
        # Gradients go through the generator as it is given, so that several processes average them.
        likelihood = self._likelihood(inner, generator(score=(sources, targets))[2], sources)
        repeated = [target for target in targets for _ in range(self.settings.samples)]
        aims = [source for source in sources for _ in range(self.settings.samples)]
        streams = sample_streams(rng, self.settings.samples)
        with evaluating(inner):  # without dropout, so that what scores a text is what drew it, but for the temperature
            drawn = write_texts(inner.model, repeated, Decoding(temperature=self.settings.temperature), streams)
            reward, logs = self._reward(discriminator, drawn, repeated, aims)
            scored = generator(score=(drawn, repeated))
        with torch.no_grad():
            before = self.reference.log_probs(drawn, repeated)[2]
        gradient, kl = policy_gradient(scored, before, reward, self.settings.samples)
        total = likelihood + self.settings.adversarial_weight * gradient + self.settings.kl_weight * kl
        return Loss(total, {"likelihood": detach(likelihood), "kl": detach(kl), **logs})

    @staticmethod
    def _likelihood(generator: Seq2SeqGenerator, logits: Tensor, sources: list[str]) -> Tensor:
        return F.cross_entropy(logits.flatten(0, 1), generator.model.labels(sources).flatten(), label_smoothing=0.1)

    @torch.no_grad()
    def _reward(
        self, discriminator: nn.Module, drawn: list[str], targets: list[str], aims: list[str]
    ) -> tuple[Tensor, dict[str, Tensor]]:
        inner: PairDiscriminator = unwrapped(discriminator)
        with evaluating(inner):
            odds = inner.log_odds(drawn, targets).clamp(-CLIP, CLIP)
        likeness = torch.tensor(sentence_chrf(drawn, aims)).to(odds)
        return odds + self.settings.chrf_weight * likeness, {"reward_logit": detach(odds), "reward_chrf": detach(likeness)}


def _texts(batch: Batch) -> tuple[list[str], list[str]]:
    source, target = (to_strings(batch[role], batch[length_key(role)]) for role in ("source", "target"))
    return source, target


def _batch(sources: list[str], targets: list[str], device: torch.device) -> Batch:
    batch: Batch = {}
    for role, texts in (("source", sources), ("target", targets)):
        points, lengths = to_tensors(texts)
        batch[role], batch[length_key(role)] = points.to(device), lengths.to(device)
    return batch
