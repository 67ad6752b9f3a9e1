"""The image discriminator: scores how real an image of its class looks, whichever body the configuration names."""

# No `from __future__ import annotations` here: huggingface_hub reads the annotation of `config` to rebuild the dataclass.
import torch
from huggingface_hub import PyTorchModelHubMixin
from torch import Tensor, nn

from augmint.core.errors import UserError
from augmint.core.interfaces import Batch, Discriminator
from augmint.vision.discriminators.config import ImageDiscriminatorConfig
from augmint.vision.nets.geometry import base_grid, centre_pad
from augmint.vision.nets.labels import check_labels


class ImageDiscriminator(Discriminator, PyTorchModelHubMixin, library_name="augmint", tags=["gan", "discriminator"]):
    """Projection discriminator: an unconditional score plus the inner product of features and class embedding.

    Source: Miyato and Koyama 2018, "cGANs with projection discriminator".

    Example:
        >>> discriminator = ImageDiscriminator(ImageDiscriminatorConfig(image_size=8, channels=1, num_classes=3, base_channels=4))
        >>> tuple(discriminator({"image": torch.zeros(2, 1, 8, 8), "label": torch.tensor([0, 2])}).shape)
        (2,)
    """

    modality = "vision"
    condition_strength: Tensor

    def __init__(self, config: ImageDiscriminatorConfig) -> None:
        from augmint.vision.architectures import get_architecture  # they import this package

        super().__init__()
        architecture = get_architecture(config.architecture)
        self.config = config
        side, doublings = base_grid(config.image_size)
        self.padded_size = side * 2**doublings
        self.body = architecture.discriminator_body(config)
        dim = int(self.body.feature_dim)  # type: ignore[arg-type]
        score: nn.Module = nn.Linear(dim, 1)
        embed: nn.Module = nn.Embedding(max(1, config.num_classes), dim)
        with torch.no_grad():
            for parameter in (*score.parameters(), *embed.parameters()):
                parameter.normal_(std=dim**-0.5)
        score, embed = architecture.head(score), architecture.head(embed)
        self.score = score
        self.embed = embed if config.num_classes else None
        self.register_buffer("condition_strength", torch.ones(()))
        self.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def forward(self, batch: Batch) -> Tensor:
        """Logits, float32 (n,), of `{"image": float32 (n, channels, size, size) in [-1, 1], "label": int64 (n,)}`.

        Raises:
            UserError: the images have another shape than configured, or labels are missing or out of range.
        """
        image, size = batch["image"], self.config.image_size
        if tuple(image.shape[1:]) != (self.config.channels, size, size):
            wanted = (self.config.channels, size, size)
            raise UserError(f"Images are {tuple(image.shape[1:])}.", where="discriminator", fix=f"They must be {wanted}.")
        features = self.body(centre_pad(image, self.padded_size)).float()
        logits = self.score(features)[:, 0]
        if self.embed is not None:
            check_labels(batch, self.config.num_classes, "discriminator")
            logits = logits + (features * self.embed(batch["label"])).sum(1) * self.condition_strength
        return logits.float()
