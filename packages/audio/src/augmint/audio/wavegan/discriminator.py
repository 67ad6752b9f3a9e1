"""The sound discriminator: scores how real a clip of its class sounds, whichever body the configuration names."""

# No `from __future__ import annotations` here: huggingface_hub reads the annotation of `config` to rebuild the dataclass.
from huggingface_hub import PyTorchModelHubMixin
from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm

from augmint.audio.wavegan.config import WaveDiscriminatorConfig
from augmint.audio.wavegan.labels import check_labels
from augmint.core.errors import UserError
from augmint.core.interfaces import Batch, Discriminator


class WaveDiscriminator(Discriminator, PyTorchModelHubMixin, library_name="augmint", tags=["gan", "discriminator"]):
    """Projection discriminator: an unconditional score plus the inner product of features and class embedding.

    Source: Miyato and Koyama 2018, "cGANs with projection discriminator"; Miyato et al. 2018, "Spectral normalization for
    generative adversarial networks".

    Example:
        >>> import torch
        >>> discriminator = WaveDiscriminator(WaveDiscriminatorConfig(1024, 8000, num_classes=3, base_channels=4))
        >>> tuple(discriminator({"audio": torch.zeros(2, 1024), "label": torch.tensor([0, 2])}).shape)
        (2,)
    """

    modality = "audio"

    def __init__(self, config: WaveDiscriminatorConfig) -> None:
        from augmint.audio.wavegan.architectures import get_architecture  # they import this package

        super().__init__()
        self.config = config
        self.body = get_architecture(config.architecture).discriminator_body(config)
        dim = int(self.body.feature_dim)  # type: ignore[arg-type]
        self.score = spectral_norm(nn.Linear(dim, 1))
        self.embed: nn.Module | None = spectral_norm(nn.Embedding(config.num_classes, dim)) if config.num_classes else None

    def forward(self, batch: Batch) -> Tensor:
        """Logits, float32 (n,), of `{"audio": float32 (n, samples) in [-1, 1], "label": int64 (n,)}`.

        Raises:
            UserError: clips have another width than configured, or labels are missing or out of range.
        """
        audio, samples = batch["audio"], self.config.samples
        if audio.ndim != 2 or audio.shape[1] != samples:
            fix = f"They must be (n, {samples}); `fit` cuts and pads."
            raise UserError(f"Clips are {tuple(audio.shape)}.", where="discriminator", fix=fix)
        features = self.body(audio.float()).float()
        logits = self.score(features)[:, 0]
        if self.embed is not None:
            check_labels(batch, self.config.num_classes, "discriminator")
            logits = logits + (features * self.embed(batch["label"])).sum(1)
        return logits.float()
