"""The vocoder: a clip's mels, perturbed where asked, back to a clip."""

# No `from __future__ import annotations` here: huggingface_hub reads the annotation of `config` to rebuild the dataclass.
import torch
from huggingface_hub import PyTorchModelHubMixin
from torch import Tensor
from torch.nn import functional as F

from augmint.audio.mel import MelSpectrogram
from augmint.audio.perturbation import MelPerturbation, draw_perturbations, perturb_mel
from augmint.audio.vocoder.backbone import Vocos
from augmint.audio.vocoder.config import MelVocoderConfig
from augmint.audio.vocoder.hifigan import HifiGan
from augmint.core.errors import UserError
from augmint.core.interfaces import Batch, Generator, RowRandom


class MelVocoderGenerator(Generator, PyTorchModelHubMixin, library_name="augmint", tags=["audio", "vocoder", "gan"]):
    """Makes a clip anew out of its own mels: the words stay, the voice, the pace and the colour change with the perturbation.

    Source: Siuzdak 2023, "Vocos: closing the gap between time-domain and Fourier-based neural vocoders for high-quality audio
    synthesis".

    Example:
        >>> generator = MelVocoderGenerator(MelVocoderConfig(dim=8, layers=1))
        >>> clips = {"audio": torch.zeros(2, 4000), "audio_length": torch.tensor([4000, 3000])}
        >>> made = generator.sample(2, clips, rng=RowRandom(0, "doc", rows=[0, 1]), perturbation=0.0)
        >>> tuple(made["audio"].shape), made["audio_length"].tolist()
        ((2, 4000), [4000, 3000])
    """

    modality = "audio"
    output_key = "audio"
    conditioned_on = ("audio", "text")
    gentlest = {"perturbation": 0.0}

    def __init__(self, config: MelVocoderConfig) -> None:
        super().__init__()
        self.config = config
        self.mel = MelSpectrogram(config.sampling_rate, config.n_fft, config.hop_length, config.n_mels)
        self.network = {"vocos": Vocos, "hifigan": HifiGan}[config.architecture](config)

    def sample(  # type: ignore[override]
        self, n: int, condition: Batch | None = None, *, rng: RowRandom, perturbation: float = 0.5, truncation: float = 1.0
    ) -> Batch:
        """Resynthesise `n` clips, each made by itself: its samples depend on it alone, to the bit.

        Args:
            n: how many; equals `len(rng)`.
            condition: `{"audio": float (n, L) in [-1, 1], or int16, "audio_length": int64 (n,)}`; without lengths every clip is L
                long. Further entries are handed through.
            rng: the only source of randomness.
            perturbation: how much mels are changed, 0 (resynthesis alone) to 1 (see `augmint.audio.perturbation`).
            truncation: above 0; multiplies the perturbation.

        Returns:
            the condition with "audio" float32 (n, longest), 0 beyond a clip's end. Time stretch changes "audio_length", which is
            there where it was given or where perturbation is above 0.

        Raises:
            UserError: there are no clips, or a control is out of range.
        """
        if not (0 <= perturbation <= 1 and truncation > 0):
            raise UserError(
                f"perturbation is {perturbation!r}, truncation {truncation!r}.",
                where="controls",
                fix="Use a perturbation from 0 to 1 and a truncation above 0.",
            )
        wave = self._waves(condition)
        condition = dict(condition or {})
        strength = min(1.0, perturbation * truncation)
        if strength == 0 and "audio_length" not in condition:  # segments of one length, as in training: all at once
            return {**condition, "audio": self.render(self.mel(wave))[:, : wave.shape[1]]}
        given = condition.get("audio_length", torch.full((n,), wave.shape[1]))
        changes = draw_perturbations(rng.child("perturbation"), strength) if strength > 0 else [MelPerturbation()] * n
        rows = zip(wave, given.tolist(), changes, strict=True)
        made = [self._clip(row[:length], change) for row, length, change in rows]
        lengths = torch.tensor([len(row) for row in made], dtype=given.dtype, device=given.device)
        return {**condition, "audio": torch.nn.utils.rnn.pad_sequence(made, batch_first=True), "audio_length": lengths}

    def draws(self, *, perturbation: float = 0.5, **controls: object) -> bool:
        return perturbation > 0

    def render(self, mel: Tensor) -> Tensor:
        """Waves of log-mels: (n, n_mels, frames) to float32 (n, (frames - 1) * hop_length)."""
        wave: Tensor = self.network(mel)
        return wave

    @property
    def device(self) -> torch.device:
        return next(self.parameters()).device

    def _clip(self, wave: Tensor, change: MelPerturbation) -> Tensor:
        """One clip, (samples,) to (samples when stretched,)."""
        if not len(wave):
            return wave
        mel, length = self.mel(wave[None])[0], change.length(len(wave))
        mel = perturb_mel(
            mel,
            change,
            self.mel.frames(length),
            frame_rate=self.config.sampling_rate / self.config.hop_length,
            f_min=self.mel.f_min,
            f_max=self.mel.f_max,
        )
        return self.render(mel[None])[0, :length]

    def _waves(self, condition: Batch | None) -> Tensor:
        """float32 (n, L) on the generator's device; a row at least."""
        if not condition or "audio" not in condition:
            raise UserError("A vocoder needs clips to make others of.", where="condition", fix='Give {"audio", "audio_length"}.')
        wave = condition["audio"].to(self.device)
        wave = wave.float() if wave.is_floating_point() else wave.float() / 32_768
        return wave if wave.shape[1] else F.pad(wave, (0, 1))
