"""What a model hears: the feature extractor that belongs to it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from torch import Tensor

from augmint.audio.clips import to_float
from augmint.audio.models.fbank import fbank
from augmint.core.errors import UserError

LONGEST = 30.0
"""Seconds that a scratch model with a fixed window hears at most."""
_SHORTEST = 0.1
SCRATCH_RATE = 16000
"""Hz that scratch models work at."""


def scratch_extractor(config: Any, sampling_rate: int) -> Any:
    """The feature extractor of a model from nothing, sized as its config says."""
    from transformers import ASTFeatureExtractor, SeamlessM4TFeatureExtractor, Wav2Vec2FeatureExtractor, WhisperFeatureExtractor

    kind = config.model_type
    if kind == "whisper":
        seconds = config.max_source_positions / 50
        return WhisperFeatureExtractor(
            feature_size=config.num_mel_bins, sampling_rate=sampling_rate, chunk_length=max(1, math.ceil(seconds))
        )
    if kind == "audio-spectrogram-transformer":
        return ASTFeatureExtractor(
            num_mel_bins=config.num_mel_bins, max_length=config.max_length, sampling_rate=sampling_rate, return_attention_mask=False
        )
    if kind == "wav2vec2-bert":
        bins = config.feature_projection_input_dim // 2
        return SeamlessM4TFeatureExtractor(feature_size=bins, num_mel_bins=bins, sampling_rate=sampling_rate, stride=2)
    masked = getattr(config, "feat_extract_norm", "layer") == "layer"
    return Wav2Vec2FeatureExtractor(sampling_rate=sampling_rate, do_normalize=True, return_attention_mask=masked)


def window_values(kind: str, seconds: float) -> dict[str, int]:
    """Config values of scratch models whose input has a fixed length, for clips of up to `seconds`."""
    whole = max(1, math.ceil(min(seconds, LONGEST)))
    return {"whisper": {"max_source_positions": 50 * whole}, "audio-spectrogram-transformer": {"max_length": 100 * whole}}.get(
        kind, {}
    )


def loaded_extractor(name: str) -> Any:
    """The feature extractor saved with a model. Raises UserError where there is none."""
    from transformers import AutoFeatureExtractor

    try:
        return AutoFeatureExtractor.from_pretrained(name)
    except (OSError, ValueError, KeyError) as error:
        raise UserError(
            f"The model {name!r} has no feature extractor ({str(error).splitlines()[0]})",
            where="model.name_or_path",
            fix="Save it beside the model: preprocessor_config.json.",
        ) from error


def sampling_rate_of(model: Mapping[str, Any]) -> int:
    """Hz that clips are worked on at: what the pretrained model hears, 16 kHz for scratch models."""
    name = model.get("name_or_path")
    if not name or not (Path(str(name)).exists() or "/" in str(name)):
        return SCRATCH_RATE
    try:
        return int(loaded_extractor(str(name)).sampling_rate)
    except UserError:
        return SCRATCH_RATE  # check_settings says what is wrong with the model


def features(extractor: Any, audio: Tensor, lengths: Tensor) -> dict[str, Tensor]:
    """What the network takes of clips int16 or float32 (n, L) and their lengths int64 (n,), on the CPU.

    Extractors with a window (Whisper, AST) fill it; others pad to the longest clip and give a mask where the model takes one. A
    clip under a tenth of a second is followed by silence up to there, for convolutions need room.
    """
    shortest = math.ceil(_SHORTEST * extractor.sampling_rate)
    waves: list[np.ndarray] = []
    for wave, length in zip(to_float(audio.cpu()), lengths.tolist(), strict=True):
        clip = wave[:length].numpy()
        waves.append(np.pad(clip, (0, shortest - length)) if length < shortest else clip)
    if type(extractor).__name__ == "SeamlessM4TFeatureExtractor":
        return fbank(extractor, waves)
    windowed = type(extractor).__name__ in ("WhisperFeatureExtractor", "ASTFeatureExtractor")
    options: dict[str, Any] = {} if windowed else {"padding": True}
    found = extractor(waves, sampling_rate=extractor.sampling_rate, return_tensors="pt", **options)
    return {name: value.float() if value.is_floating_point() else value for name, value in found.items()}
