"""The judge of transcribed speech: the user's recogniser trained on the real training rows.

It says how far a minted clip is heard as its transcript, and where a clip lies: by its mels, whatever is said in it. It never sees
the test split.
"""

from __future__ import annotations

import json
from pathlib import Path

import torch
from torch import Tensor

from augmint.audio.clips import AUDIO, LENGTH, to_float
from augmint.audio.mel import MelSpectrogram
from augmint.audio.recognition.metric import agreement
from augmint.audio.recognition.model import Recognizer, load_recognizer
from augmint.audio.recognition.training import transcripts
from augmint.core.evaluation.classifier_task import MARKER, write_marker
from augmint.core.interfaces import Batch, Judge

KIND = "recogniser"
BANDS, PIECES = 40, 8
"""Of the mels a clip is described by, and stretches of it that are averaged."""


class RecognizerJudge(Judge):
    """A recogniser, and mels.

    Args:
        recognizer: what hears.
        name: what the report calls it.

    Batches hold "audio" and "audio_length", and "text" and "text_length" where they are to be agreed with (see `AudioCodec`).
    """

    def __init__(self, recognizer: Recognizer, name: str) -> None:
        self.recognizer, self.name = recognizer, name
        self.mel = MelSpectrogram(recognizer.sampling_rate, n_mels=BANDS)

    def to(self, device: torch.device) -> RecognizerJudge:
        self.recognizer.network.to(device)
        return self

    def probabilities(self, batch: Batch) -> Tensor:
        raise NotImplementedError("speech that is transcribed has no classes")

    def agreement(self, batch: Batch) -> Tensor:
        """1 minus the character error rate of what is heard, float32 (n,) in [0, 1]."""
        heard = self.recognizer.transcribe(to_float(batch[AUDIO]), batch[LENGTH])
        return torch.from_numpy(agreement(heard, transcripts(batch))).float()

    @torch.no_grad()
    def embed(self, batch: Batch) -> Tensor:
        """Log-mels averaged over each eighth of the clip, float32 (n, 320): how it sounds, and roughly in what order."""
        rows = []
        for wave, length in zip(to_float(batch[AUDIO].cpu()), batch[LENGTH].tolist(), strict=True):
            mel = self.mel(wave[None, :length])[0]
            rows.append(torch.nn.functional.adaptive_avg_pool1d(mel[None], PIECES)[0].flatten())
        return torch.stack(rows) if rows else torch.zeros(0, BANDS * PIECES)

    def save_pretrained(self, directory: Path) -> None:
        """The recogniser, and the marker last."""
        self.recognizer.save_pretrained(directory)
        write_marker(directory, kind=KIND, name=self.name)

    @classmethod
    def from_pretrained(cls, directory: Path) -> RecognizerJudge:
        """What `save_pretrained` wrote."""
        return cls(load_recognizer(directory), json.loads((directory / MARKER).read_text())["name"])
