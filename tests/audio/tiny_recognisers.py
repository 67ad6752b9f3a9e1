"""Small recognisers, and a language of tones that they learn in seconds: one pitch a letter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import Dataset

from augmint.audio.recognition import Recognizer, build_recognizer
from augmint.core.interfaces import Batch
from augmint.core.interfaces.strings import to_tensors

RATE = 16_000
TEXTS = ["bad cab", "a dab", "cad bead", "deaf cage"]
_WAVES = {"hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 32, "conv_dim": [16] * 7}
_WAVES |= {"num_conv_pos_embeddings": 16, "num_conv_pos_embedding_groups": 2}
_SMALL = {"hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 64}
MODELS: dict[str, dict[str, Any]] = {
    "parakeet_ctc": {"encoder_config": {**_SMALL, "subsampling_conv_channels": 8, "initializer_range": 0.18, "dropout": 0.0}},
    "wav2vec2-bert": {**_SMALL},
    "wav2vec2": _WAVES,
    "hubert": {**_WAVES, "feat_extract_norm": "layer"},
    "whisper": {
        "d_model": 32, "encoder_layers": 1, "decoder_layers": 1, "encoder_attention_heads": 2, "decoder_attention_heads": 2,
        "encoder_ffn_dim": 32, "decoder_ffn_dim": 32, "max_source_positions": 150, "init_std": 0.2,
    },
    "moonshine": {
        "hidden_size": 32, "intermediate_size": 32, "encoder_num_hidden_layers": 1, "decoder_num_hidden_layers": 1,
        "encoder_num_attention_heads": 2, "decoder_num_attention_heads": 2,
    },
}  # fmt: skip


def scratch(kind: str) -> dict[str, Any]:
    """The recipe's section of a small model from nothing."""
    return {"scratch": {"model_type": kind, **MODELS[kind]}}


def small(kind: str = "parakeet_ctc", seed: int = 0) -> Recognizer:
    """A small recogniser of the language of tones."""
    return build_recognizer(scratch(kind), TEXTS, RATE, seed)


def tones(text: str) -> np.ndarray:
    """A clip, int16: 0.16 s of one pitch for a letter, silence for a space."""
    time = np.arange(int(0.16 * RATE)) / RATE
    parts = [np.sin(2 * np.pi * 300 * (1 + ord(sign) - ord("a")) * time) * np.hanning(len(time)) * (sign != " ") for sign in text]
    noise = np.random.default_rng(len(text)).normal(0, 0.01, len(time) * len(text))
    return (8000 * (np.concatenate(parts) + noise)).astype(np.int16)


def batch_of(texts: list[str], padding: int = 0) -> Batch:
    """Encoded rows: what is said in tones, and its transcript."""
    clips = [tones(text) for text in texts]
    lengths = torch.tensor([len(clip) for clip in clips])
    audio = torch.zeros(len(clips), int(lengths.max()) + padding, dtype=torch.int16)
    for row, clip in enumerate(clips):
        audio[row, : len(clip)] = torch.from_numpy(clip)
    points, counts = to_tensors(texts)
    return {"audio": audio, "audio_length": lengths, "text": points, "text_length": counts}


def waves_of(texts: list[str], padding: int = 0) -> tuple[Tensor, Tensor]:
    """float32 clips and their lengths."""
    batch = batch_of(texts, padding)
    return batch["audio"].float() / 32768, batch["audio_length"]


@dataclass(frozen=True)
class Drawn:
    """One training batch."""

    batch: Batch
    weights: list[float]


class Plan(Dataset[Any]):
    """The same rows at every step."""

    def __init__(self, texts: list[str], steps: int, weights: list[float] | None = None) -> None:
        self.batch, self.steps, self.batch_size = batch_of(texts), steps, len(texts)
        self.weights = weights or [1.0] * len(texts)

    def __len__(self) -> int:
        return self.steps * self.batch_size

    def __getitem__(self, index: int) -> Drawn:
        return self.__getitems__([index])

    def __getitems__(self, indices: list[int]) -> Drawn:
        rows = torch.tensor(indices) % self.batch_size
        return Drawn({name: tensor[rows] for name, tensor in self.batch.items()}, [self.weights[row] for row in rows.tolist()])
