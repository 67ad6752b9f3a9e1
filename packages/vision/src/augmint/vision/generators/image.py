"""The image generator: noise and class in, images out, whichever body the configuration names."""

# No `from __future__ import annotations` here: huggingface_hub reads the annotation of `config` to rebuild the dataclass.
import torch
from huggingface_hub import PyTorchModelHubMixin
from torch import Tensor, nn

from augmint.core.errors import UserError
from augmint.core.interfaces import Batch, Generator, RowRandom
from augmint.vision.generators.config import ImageGeneratorConfig
from augmint.vision.nets.bounded import bounded
from augmint.vision.nets.geometry import centre_crop
from augmint.vision.nets.labels import check_labels


class ImageGenerator(Generator, PyTorchModelHubMixin, library_name="augmint", tags=["image-generation", "gan"]):
    """Class-conditional (or, with `num_classes` 0, unconditional) image generator.

    Example:
        >>> generator = ImageGenerator(ImageGeneratorConfig(image_size=8, channels=1, num_classes=3, base_channels=4))
        >>> batch = generator.sample(2, {"label": torch.tensor([0, 2])}, rng=RowRandom(0, "doc", rows=[0, 1]))
        >>> tuple(batch["image"].shape), batch["label"].tolist()
        ((2, 1, 8, 8), [0, 2])
    """

    modality = "vision"
    output_key = "image"
    condition_strength: Tensor

    def __init__(self, config: ImageGeneratorConfig) -> None:
        from augmint.vision.architectures import get_architecture  # they import this package

        super().__init__()
        self.config = config
        style_dim = config.latent_dim + (config.embed_dim if config.num_classes else 0)
        self.embed: nn.Embedding | None = nn.Embedding(config.num_classes, config.embed_dim) if config.num_classes else None
        self.body = get_architecture(config.architecture).generator_body(config, style_dim)
        self.register_buffer("condition_strength", torch.ones(()))
        self.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def sample(self, n: int, condition: Batch | None = None, *, rng: RowRandom, truncation: float = 1.0) -> Batch:  # type: ignore[override]
        """Draw `n` images.

        Args:
            n: how many; equals `len(rng)`.
            condition: `{"label": int64 (n,)}`; None draws classes uniformly. Further entries are handed through.
            rng: the only source of randomness; row i depends on row i alone.
            truncation: above 0; the noise is multiplied by it. Under 1 images are more typical and less diverse.

        Returns:
            `{"image": float32 (n, channels, size, size) in [-1, 1], "label": int64 (n,)}`; no label where there are no classes.

        Raises:
            UserError: labels are missing or out of range, or truncation is not above 0.
        """
        if not truncation > 0:
            raise UserError(f"truncation is {truncation!r}.", where="truncation", fix="Use a number above 0; 1 changes nothing.")
        noise = rng.normal(self.config.latent_dim) * truncation
        condition = dict(condition or {})
        if self.embed is None:
            return {**condition, "image": self.render(noise)}
        if not condition:
            condition["label"] = rng.integers(self.config.num_classes)
        check_labels(condition, self.config.num_classes, "generator")
        return {**condition, "image": self.render(noise, condition["label"])}

    def render(self, noise: Tensor, label: Tensor | None = None) -> Tensor:
        """Images of given noise, (n, latent_dim), and labels, int64 (n,): float32 (n, channels, size, size) in [-1, 1]."""
        style = noise.to(self.condition_strength.device)
        if self.embed is not None and label is not None:
            style = torch.cat([style, self.embed(label.to(style.device)) * self.condition_strength], dim=1)
        image = centre_crop(self.body(style), self.config.image_size)
        return bounded(image.float()).contiguous()
