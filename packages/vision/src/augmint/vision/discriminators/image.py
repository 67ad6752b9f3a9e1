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
        classes = max(1, config.num_classes)
        embed: nn.Module = nn.Linear(config.label_dim, dim, bias=False) if config.label_dim else nn.Embedding(classes, dim)
        with torch.no_grad():
            for parameter in (*score.parameters(), *embed.parameters()):
                parameter.normal_(std=dim**-0.5)
        score, embed = architecture.head(score), architecture.head(embed)
        self.score = score
        self.embed = embed if config.num_classes else None
        self.labels = nn.Embedding(classes, config.label_dim) if config.num_classes and config.label_dim else None
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
            logits = logits + (features * self._described(batch["label"])).sum(1) * self.condition_strength
        return logits.float()

    def _described(self, label: Tensor) -> Tensor:
        """Labels, int64 (n,), at the features' width, float32 (n, dim)."""
        assert self.embed is not None
        described: Tensor = self.embed(label if self.labels is None else self.labels(label))
        return described

    def share_labels(self, embedding: nn.Embedding) -> None:
        """Describe classes by `embedding`, (num_classes, label_dim), which another network holds too."""
        if self.labels is None or self.labels.weight.shape != embedding.weight.shape:
            fix = "Give label_dim the other's embed_dim."
            raise UserError("The label embeddings differ in shape.", where="discriminator", fix=fix)
        self.labels = embedding
