"""The vocoder's losses: mels first, then the discriminator's word and its features beside them."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from augmint.audio.mel import MelSpectrogram
from augmint.audio.vocoder.config import MelVocoderConfig
from augmint.audio.vocoder.discriminator import HeadOutput
from augmint.audio.vocoder.spectral import SpectralDistance
from augmint.core.adversarial.losses import GanLoss, get_loss
from augmint.core.errors import UserError
from augmint.core.interfaces import Batch, Loss, Objective, RowRandom, batch_size, concatenate
from augmint.core.interfaces.objective import detach

MEL, SPECTRAL, FEATURE, RESOLUTION = 45.0, 15.0, 2.0, 0.1


WARMUP_PART = 0.9
"""Part of all steps that train on spectra alone: with a cosine schedule the discriminator comes in when the rate is low enough
for it."""


class VocoderObjective(Objective):
    """Adversarial loss, mel loss and feature matching; for the first `warmup_steps` steps the spectra alone.

    During the warm-up the discriminator is left as it is and nothing is generated for it, which makes a step many times cheaper.

    Args:
        config: of the generator: the mel loss uses its mels.
        warmup_steps: steps without the discriminator; None: nine tenths of all steps.
        loss: a name (`augmint.core.adversarial.loss_names()`) or a GanLoss that judges rows one by one.
        mel_weight: of the mean absolute gap of log-mels.
        spectral_weight: of the multi-resolution spectral distance; 0 leaves it out.
        feature_weight: of feature matching.
        resolution_weight: of the spectrogram heads, beside 1 for the period heads, in every loss.

    Source: Kong et al. 2020, "HiFi-GAN"; Siuzdak 2023, "Vocos" (the spectrogram heads' weight).
    """

    needs_step_logs = False

    def __init__(
        self,
        config: MelVocoderConfig,
        *,
        warmup_steps: int | None = 0,
        loss: str | GanLoss = "least_squares",
        mel_weight: float = MEL,
        spectral_weight: float = SPECTRAL,
        feature_weight: float = FEATURE,
        resolution_weight: float = RESOLUTION,
    ) -> None:
        self.loss = get_loss(loss)
        if self.loss.pairs:
            raise UserError(f"Loss {self.loss.name!r} compares pairs of rows.", where="objective.loss", fix='Use "least_squares".')
        if warmup_steps is not None and warmup_steps < 0:
            raise UserError(f"warmup_steps is {warmup_steps}.", where="objective.warmup_steps", fix="Use 0 or more.")
        self.mel = MelSpectrogram(config.sampling_rate, config.n_fft, config.hop_length, config.n_mels)
        self.spectral = SpectralDistance()
        self.warmup_steps, self.step = warmup_steps, 0
        self.mel_weight, self.spectral_weight, self.feature_weight = mel_weight, spectral_weight, feature_weight
        self.family_weight = {"period": 1.0, "resolution": resolution_weight}

    @property
    def warming_up(self) -> bool:
        """Whether this step is one of spectra alone."""
        return self.step < (self.warmup_steps or 0)

    @property
    def discriminator_trained(self) -> bool:
        return self.step > (self.warmup_steps or 0)

    def begin(self, max_steps: int) -> None:
        """Lay out the warm-up where it is a part of the whole."""
        if self.warmup_steps is None:
            self.warmup_steps = int(WARMUP_PART * max_steps)

    def fakes(self, generator: nn.Module, real: Batch, rng: RowRandom) -> Batch:
        """Resynthesised segments, for the discriminator; during the warm-up nobody looks, and the real ones stand in."""
        return real if self.warming_up else self._made(generator, real, rng)

    def discriminator_loss(self, discriminator: nn.Module, real: Batch, fake: Batch, rng: RowRandom) -> Loss:
        if self.warming_up:  # a loss that reaches no parameter: the optimiser finds no gradient and moves nothing
            return Loss(torch.zeros((), device=real["audio"].device, requires_grad=True))
        both = concatenate([{"audio": batch["audio"]} for batch in (real, fake)])
        terms: dict[str, list[Tensor]] = {}
        scores: dict[str, list[Tensor]] = {"real_score": [], "fake_score": []}
        for head in discriminator(both, heads=True):
            said_real, said_fake = head.logits.float().split(batch_size(real))
            terms.setdefault(head.family, []).append(self.loss.discriminator(said_real, said_fake).mean())
            scores["real_score"].append(said_real.mean())
            scores["fake_score"].append(said_fake.mean())
        total, logs = self._weighed(terms, "discriminator")
        return Loss(total, {**logs, **{name: detach(torch.stack(values)) for name, values in scores.items()}})

    def generator_loss(self, generator: nn.Module, discriminator: nn.Module, real: Batch, rng: RowRandom) -> Loss:
        fake = self._made(generator, real, rng.child("noise"))
        mel = self._mel_gap(fake["audio"], real["audio"])
        total, logs = self.mel_weight * mel, {"mel": detach(mel)}
        if self.spectral_weight > 0:
            spectral = self.spectral(fake["audio"], real["audio"]).mean()
            total, logs["spectral"] = total + self.spectral_weight * spectral, detach(spectral)
        if self.warming_up:
            return Loss(total, logs)
        with torch.no_grad():
            truth = discriminator(real, heads=True)
        found = discriminator(fake, heads=True)
        adversarial: dict[str, list[Tensor]] = {}
        features: dict[str, list[Tensor]] = {}
        for head, true in zip(found, truth, strict=True):
            adversarial.setdefault(head.family, []).append(self.loss.generator(head.logits.float(), None).mean())
            features.setdefault(head.family, []).append(_feature_gap(head, true))
        fooled, fooled_logs = self._weighed(adversarial, "adversarial")
        matched, matched_logs = self._weighed(features, "feature")
        return Loss(total + fooled + self.feature_weight * matched, {**logs, **fooled_logs, **matched_logs})

    # Parts ---------------------------------------------------------------------------------------------------------

    @staticmethod
    def _made(generator: nn.Module, real: Batch, rng: RowRandom) -> Batch:
        """Segments out of their own mels, unperturbed: a vocoder is trained on clean ones."""
        made: Batch = generator(batch_size(real), {"audio": real["audio"]}, rng=rng, perturbation=0.0)
        return made

    def _mel_gap(self, fake: Tensor, real: Tensor) -> Tensor:
        mel = self.mel.to(fake.device)
        with torch.no_grad():
            wanted = mel(real)
        return (mel(fake) - wanted).abs().mean()

    def _weighed(self, terms: dict[str, list[Tensor]], name: str) -> tuple[Tensor, dict[str, Tensor]]:
        """The mean over heads of each family, weighed and summed, and each for the log."""
        means = {family: torch.stack(values).mean() for family, values in terms.items()}
        total = torch.stack([self.family_weight[family] * value for family, value in means.items()]).sum()
        return total, {f"{name}_{family}": detach(value) for family, value in means.items()}

    # State ---------------------------------------------------------------------------------------------------------

    def step_end(self, step: int, logs: dict[str, float]) -> None:
        """Count the step."""
        self.step = step

    def state_dict(self) -> dict[str, Any]:
        return {"step": self.step}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        self.step = int(state["step"])


def _feature_gap(head: HeadOutput, true: HeadOutput) -> Tensor:
    return torch.stack([(a.float() - b.float()).abs().mean() for a, b in zip(head.features, true.features, strict=True)]).mean()
