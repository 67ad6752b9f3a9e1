"""The sound generator: noise and class in, clips out, whichever body the configuration names."""

# No `from __future__ import annotations` here: huggingface_hub reads the annotation of `config` to rebuild the dataclass.
import torch
from huggingface_hub import PyTorchModelHubMixin
from torch import Tensor, nn

from augmint.audio.wavegan.config import WaveGeneratorConfig
from augmint.audio.wavegan.labels import check_labels
from augmint.audio.wavegan.window import silenced, sound_length
from augmint.core.errors import UserError
from augmint.core.interfaces import Batch, Generator, RowRandom


class ConditionalWaveGenerator(Generator, PyTorchModelHubMixin, library_name="augmint", tags=["audio-generation", "gan"]):
    """Class-conditional (or, with `num_classes` 0, unconditional) generator of short clips.

    It fills a window of `samples`; a clip ends where its sound does (`sound_length`). So lengths are learned like everything else
    of a clip, and a long noise never gets the length of a short one.

    Example:
        >>> generator = ConditionalWaveGenerator(WaveGeneratorConfig(1024, 8000, num_classes=3, base_channels=4)).eval()
        >>> batch = generator.sample(2, {"label": torch.tensor([0, 2])}, rng=RowRandom(0, "doc", rows=[0, 1]))
        >>> tuple(batch["audio"].shape), tuple(batch["audio_length"].shape), batch["label"].tolist()
        ((2, 1024), (2,), [0, 2])
    """

    modality = "audio"
    output_key = "audio"

    def __init__(self, config: WaveGeneratorConfig) -> None:
        from augmint.audio.wavegan.architectures import get_architecture  # they import this package

        super().__init__()
        self.config = config
        style_dim = config.latent_dim + (config.embed_dim if config.num_classes else 0)
        self.embed: nn.Embedding | None = nn.Embedding(config.num_classes, config.embed_dim) if config.num_classes else None
        self.body = get_architecture(config.architecture).generator_body(config, style_dim)

    def sample(self, n: int, condition: Batch | None = None, *, rng: RowRandom, truncation: float = 1.0) -> Batch:  # type: ignore[override]
        """Draw `n` clips.

        Args:
            n: how many; equals `len(rng)`.
            condition: `{"label": int64 (n,)}`; None draws classes uniformly. Further entries are handed through.
            rng: the only source of randomness; row i depends on row i alone.
            truncation: above 0; the noise is multiplied by it. Under 1 clips are more typical and less diverse.

        Returns:
            `{"audio": float32 (n, samples) in [-1, 1], "audio_length": int64 (n,), "label": int64 (n,)}`; no label where there
            are no classes. Audio is 0 beyond a clip's end, except in train mode, where the discriminator judges the whole window.

        Raises:
            UserError: labels are missing or out of range, or truncation is not above 0.
        """
        if not truncation > 0:
            raise UserError(f"truncation is {truncation!r}.", where="truncation", fix="Use a number above 0; 1 changes nothing.")
        noise = rng.normal(self.config.latent_dim) * truncation
        condition = dict(condition or {})
        if self.embed is not None:
            if not set(condition) - {"audio_length"}:
                condition["label"] = rng.integers(self.config.num_classes)
            check_labels(condition, self.config.num_classes, "generator")
        audio = self.render(noise, condition.get("label"))
        length = sound_length(audio, self.config.sampling_rate)
        return {**condition, "audio": audio if self.training else silenced(audio, length), "audio_length": length}

    def render(self, noise: Tensor, label: Tensor | None = None) -> Tensor:
        """Whole windows of given noise, (n, latent_dim), and labels, int64 (n,): float32 (n, samples) in [-1, 1]."""
        style = noise.to(next(self.parameters()).device)
        if self.embed is not None and label is not None:
            style = torch.cat([style, self.embed(label.to(style.device))], dim=1)
        audio = self.body(style).float()
        peak = audio.detach().abs().amax(1, keepdim=True)
        return audio / peak.clamp(min=1.0)  # type: ignore[no-any-return]
