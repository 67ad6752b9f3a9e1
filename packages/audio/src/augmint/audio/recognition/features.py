"""Clips as a model's feature extractor gives them to the model."""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from augmint.core.errors import UserError

_SHORTEST = 0.1  # seconds; shorter clips are followed by silence up to here, for convolutions need room
_BY_MODEL = {"wav2vec2-bert": "SeamlessM4TFeatureExtractor", "whisper": "WhisperFeatureExtractor"}


def scratch_extractor(config: Any, sampling_rate: int) -> Any:
    """The feature extractor of a model from nothing. It reads `sampling_rate` where frames can be as long at any rate: raw waves,
    and the mel features of Parakeet; else 16 kHz."""
    import transformers
    from transformers.models.auto.feature_extraction_auto import FEATURE_EXTRACTOR_MAPPING_NAMES

    name = _BY_MODEL.get(config.model_type) or FEATURE_EXTRACTOR_MAPPING_NAMES.get(config.model_type, "Wav2Vec2FeatureExtractor")
    kind = getattr(transformers, name)
    if name == "Wav2Vec2FeatureExtractor":
        masked = getattr(config, "feat_extract_norm", "layer") == "layer"
        return kind(sampling_rate=sampling_rate, return_attention_mask=masked, do_normalize=True)
    if name == "ParakeetFeatureExtractor":
        window = round(sampling_rate / 40)
        bins = config.encoder_config.num_mel_bins
        sizes = {"n_fft": 2 ** math.ceil(math.log2(window)), "win_length": window, "hop_length": round(sampling_rate / 100)}
        with warnings.catch_warnings():  # a low rate leaves some of the lowest filters empty
            warnings.simplefilter("ignore")
            return kind(feature_size=bins, sampling_rate=sampling_rate, **sizes)
    if name == "WhisperFeatureExtractor":
        seconds, rest = divmod(config.max_source_positions, 50)  # of the encoder, which wants exactly so many
        if rest or not seconds:
            raise UserError(
                f"max_source_positions is {config.max_source_positions}.",
                where="model.scratch.max_source_positions",
                fix="Give 50 times the longest clip's length in whole seconds.",
            )
        return kind(feature_size=config.num_mel_bins, chunk_length=seconds)
    try:
        return kind()
    except Exception as error:
        why = " ".join(str(error).split())
        raise UserError(f"{name} cannot be made ({why})", where="model.scratch", fix="Take another model_type.") from error


def load_extractor(name: str) -> Any:
    """The feature extractor saved with a model. Raises UserError where there is none."""
    from transformers import AutoFeatureExtractor

    try:
        return AutoFeatureExtractor.from_pretrained(name)
    except (OSError, ValueError) as error:
        raise UserError(
            f"The feature extractor of {name!r} cannot be loaded ({str(error).splitlines()[0]})",
            where="model.name_or_path",
            fix="The folder must hold preprocessor_config.json.",
        ) from error


def features(extractor: Any, audio: Tensor, lengths: Tensor) -> dict[str, Tensor]:
    """float32 (n, L) clips of true `lengths` (n,) as the network's tensors, on the CPU; a clip's features depend on it alone."""
    shortest = math.ceil(_SHORTEST * extractor.sampling_rate)
    clips = []
    for row, length in zip(audio.cpu(), lengths.tolist(), strict=True):
        clip = row[:length].numpy()
        clips.append(np.pad(clip, (0, shortest - length)) if length < shortest else clip)
    settings: dict[str, Any] = {"padding": True}
    if hasattr(extractor, "chunk_length"):  # Whisper: one width for all, and no mask
        settings = {"padding": "max_length"}
    elif "input_values" not in extractor.model_input_names:  # whether raw waves have a mask, the extractor knows
        settings["return_attention_mask"] = True
    found = extractor(clips, sampling_rate=extractor.sampling_rate, return_tensors="pt", **settings)
    tensors = {name: tensor for name, tensor in found.items() if isinstance(tensor, Tensor)}
    return {name: tensor.float() if tensor.is_floating_point() else tensor for name, tensor in tensors.items()}


def spans(extractor: Any, inputs: Mapping[str, Tensor], lengths: Tensor) -> Tensor:
    """How many steps of the network's input belong to each clip, int64 (n,): frames, or samples of a raw wave."""
    if "attention_mask" in inputs:
        return inputs["attention_mask"].sum(1).long()
    shortest = math.ceil(_SHORTEST * extractor.sampling_rate)
    if "input_values" in inputs:
        return lengths.clamp(min=shortest).long()
    return torch.full_like(lengths, inputs["input_features"].shape[1]).long()


def mixes_padding(network: nn.Module) -> bool:
    """Whether a clip's answer depends on the padding behind it: norms over all of a clip's samples know no mask."""
    return any(isinstance(module, nn.GroupNorm) for module in network.modules())
