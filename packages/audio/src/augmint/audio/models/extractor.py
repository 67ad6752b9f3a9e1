"""The feature extractor that belongs to a model."""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from augmint.core.errors import UserError

LONGEST = 30.0
"""Seconds that a scratch model with a window hears at most."""
ROOM = 1.5
"""Length of that window for the longest clip's: slowed by `speed` and `tempo` and with the silence of `shift` a clip is 1.36 times
as long, and minted ones are up to 1.5 times as long as the longest real one."""
SCRATCH_RATE = 16000
"""Hz that scratch models work at."""
_BY_MODEL = {"wav2vec2-bert": "SeamlessM4TFeatureExtractor", "whisper": "WhisperFeatureExtractor"}
_WINDOWS = {"whisper": ("max_source_positions", 50), "audio-spectrogram-transformer": ("max_length", 100)}
"""Model type -> the config value that is its window, and how many of it a second has."""


def scratch_extractor(config: Any, sampling_rate: int) -> Any:
    """The feature extractor of a model from nothing, sized as its config says.

    Raises:
        UserError: the model's window is no whole number of seconds, or nothing of the kind can be made.
    """
    import transformers
    from transformers.models.auto.feature_extraction_auto import FEATURE_EXTRACTOR_MAPPING_NAMES

    name = _BY_MODEL.get(config.model_type) or FEATURE_EXTRACTOR_MAPPING_NAMES.get(config.model_type, "Wav2Vec2FeatureExtractor")
    try:
        with warnings.catch_warnings():  # a low rate leaves some of the lowest filters empty
            warnings.simplefilter("ignore")
            return getattr(transformers, name)(**_values(name, config, sampling_rate))
    except UserError:
        raise
    except Exception as error:  # extractors refuse values in many ways
        why = " ".join(str(error).split())
        raise UserError(f"{name} cannot be made ({why})", where="model.scratch", fix="Take another model_type.") from error


def _values(name: str, config: Any, sampling_rate: int) -> dict[str, Any]:
    if name == "Wav2Vec2FeatureExtractor":
        masked = getattr(config, "feat_extract_norm", "layer") == "layer"
        return {"sampling_rate": sampling_rate, "return_attention_mask": masked, "do_normalize": True}
    if name == "SeamlessM4TFeatureExtractor":
        bins = config.feature_projection_input_dim // 2
        return {"sampling_rate": sampling_rate, "feature_size": bins, "num_mel_bins": bins, "stride": 2}
    if name == "ASTFeatureExtractor":
        sizes = {"num_mel_bins": config.num_mel_bins, "max_length": config.max_length}
        return {"sampling_rate": sampling_rate, "return_attention_mask": False, **sizes}
    if name == "ParakeetFeatureExtractor":
        window = round(sampling_rate / 40)
        sizes = {"n_fft": 2 ** math.ceil(math.log2(window)), "win_length": window, "hop_length": round(sampling_rate / 100)}
        return {"sampling_rate": sampling_rate, "feature_size": config.encoder_config.num_mel_bins, **sizes}
    if name == "WhisperFeatureExtractor":
        seconds, rest = divmod(config.max_source_positions, 50)  # of the encoder, which wants exactly so many
        if rest or not seconds:
            raise UserError(
                f"max_source_positions is {config.max_source_positions}.",
                where="model.scratch.max_source_positions",
                fix="Give 50 times the longest clip's length in whole seconds.",
            )
        return {"feature_size": config.num_mel_bins, "chunk_length": seconds}
    return {}


def window_values(kind: str, seconds: float) -> dict[str, int]:
    """Config values of scratch models whose input has a fixed length, for clips of up to `seconds` and longer versions of them."""
    if kind not in _WINDOWS:
        return {}
    name, each = _WINDOWS[kind]
    return {name: each * max(1, math.ceil(min(ROOM * seconds, LONGEST)))}


def heard(config: Any, extractor: Any) -> int | None:
    """Samples that a model with a window hears of a clip; None where it hears clips of any length."""
    if config.model_type not in _WINDOWS:
        return None
    rate = int(extractor.sampling_rate)
    return int(extractor.chunk_length) * rate if hasattr(extractor, "chunk_length") else int(extractor.max_length) * (rate // 100)


def load_extractor(name: str) -> Any:
    """The feature extractor saved with a model. Raises UserError where there is none."""
    from transformers import AutoFeatureExtractor

    try:
        return AutoFeatureExtractor.from_pretrained(name)
    except (OSError, ValueError, KeyError) as error:
        raise UserError(
            f"The feature extractor of {name!r} cannot be loaded ({str(error).splitlines()[0]})",
            where="model.name_or_path",
            fix="The folder must hold preprocessor_config.json.",
        ) from error


def sampling_rate_of(model: Mapping[str, Any]) -> int:
    """Hz that clips are worked on at: what the pretrained model hears, 16 kHz for scratch models."""
    name = model.get("name_or_path")
    if not name or not (Path(str(name)).exists() or "/" in str(name)):
        return SCRATCH_RATE
    try:
        return int(load_extractor(str(name)).sampling_rate)
    except UserError:
        return SCRATCH_RATE  # check_settings says what is wrong with the model
